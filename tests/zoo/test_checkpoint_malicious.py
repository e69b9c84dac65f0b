"""Doctored checkpoints: nothing in them is run, and none of them takes the memory it claims."""

import contextlib
import pickle
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from checkpoint_files import NUMBERS, called, name_of, plain, state, tensor, written
from stopping import HANG_SECONDS

from vislib import ModelError
from vislib.zoo import checkpoint
from vislib.zoo.checkpoint import read_checkpoint

FORBIDDEN = [
    ("os", "system"),
    ("posix", "system"),
    ("nt", "system"),
    ("subprocess", "Popen"),
    ("builtins", "eval"),
    ("builtins", "exec"),
    ("builtins", "getattr"),
    ("__builtin__", "eval"),
    ("pickle", "loads"),
    ("numpy._core.multiarray", "_reconstruct"),
    ("numpy.core.multiarray", "scalar"),
    ("numpy", "load"),
    ("torch", "load"),
    ("torch", "Tensor"),
    ("torch._utils", "_rebuild_tensor"),
    ("collections", "namedtuple"),
    ("collections", "OrderedDict.fromkeys"),
    ("vislib.zoo.checkpoint", "np.load"),
]
STACK_GLOBAL = b"\x80\x04\x8c\x02os\x8c\x06system\x93"


class TestMalicious:
    @pytest.fixture
    def side_effect(self, tmp_path):
        """The path of a file that the malicious pickles would create."""
        return tmp_path / "executed"

    def assert_refused(self, path, side_effect, match):
        with pytest.raises(ModelError, match=match):
            read_checkpoint(path)
        assert not side_effect.exists()

    @pytest.mark.parametrize(("module", "name"), FORBIDDEN)
    @pytest.mark.parametrize("place", ["state", "system"])
    def test_pickle_asks_for_a_function_refused_and_nothing_run(self, tmp_path, side_effect, module, name, place):
        argument = f"touch {side_effect}" if "system" in name else f"open({str(side_effect)!r}, 'w')"
        attack = called(name_of(module, name), plain(argument))
        if place == "state":
            path = written(tmp_path, state(a=attack))
        else:
            path = written(tmp_path, system=b"\x80\x02" + attack + b".")
        self.assert_refused(path, side_effect, f"refers to {module}.{name}".replace(".", r"\."))

    @pytest.mark.parametrize(
        "opcodes",
        [
            lambda command: STACK_GLOBAL + command + b"\x85R",  # by names on the stack, protocol 4
            lambda command: b"(" + command + b"ios\nsystem\n",  # INST, protocol 0
            lambda command: b"(" + name_of("os", "system") + command + b"o",  # OBJ
            lambda command: name_of("os", "system") + command + b"\x85\x81",  # NEWOBJ
        ],
        ids=["STACK_GLOBAL", "INST", "OBJ", "NEWOBJ"],
    )
    def test_pickle_other_ways_to_call_refused_and_nothing_run(self, tmp_path, side_effect, opcodes):
        path = written(tmp_path, state(a=opcodes(plain(f"touch {side_effect}"))))
        self.assert_refused(path, side_effect, "opcode")

    def test_pickle_of_python_object_refused_and_nothing_run(self, tmp_path, side_effect):
        class Attack:
            def __reduce__(self):
                return exec, (f"open({str(side_effect)!r}, 'w')",)

        path = tmp_path / "object.pth"
        path.write_bytes(pickle.dumps(Attack()))
        self.assert_refused(path, side_effect, "opcode")

    def test_pickle_names_a_module_it_is_not_imported(self, tmp_path, side_effect):
        assert "antigravity" not in sys.modules
        path = written(tmp_path, state(a=name_of("antigravity", "webbrowser")))
        self.assert_refused(path, side_effect, "antigravity")
        assert "antigravity" not in sys.modules

    def test_pickle_sets_attributes_of_the_reader_next_file_still_read(self, tmp_path):
        """BUILD with a slot state is setattr on whatever a name stood for."""
        before = dict(vars(checkpoint._Tensor))
        for module, name in (("torch._utils", "_rebuild_tensor_v2"), ("collections", "OrderedDict")):
            attack = name_of(module, name) + b"(" + plain(None) + plain({"array": 1, "__init__": 2}) + b"tb"
            with contextlib.suppress(ModelError):
                read_checkpoint(written(tmp_path, state(a=attack)))
        try:
            assert dict(vars(checkpoint._Tensor)) == before
            np.testing.assert_array_equal(read_checkpoint(written(tmp_path))["a"], NUMBERS)
        finally:
            for attribute in ("array", "__init__"):
                setattr(checkpoint._Tensor, attribute, before[attribute])


READ_ALL = """
import resource, sys
from pathlib import Path
from vislib import ModelError
from vislib.zoo.checkpoint import read_checkpoint

resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))  # so that a failure here harms nobody else
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for path in sorted(Path(sys.argv[1]).glob("*.pth")):
    try:
        read_checkpoint(path)
    except ModelError:
        pass
    except BaseException as error:
        print(path.name, repr(error))
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    if grown > 200_000:
        print(path.name, "took", grown, "kB")
"""


def read_in_child(folder) -> str:
    """Reads all checkpoints of a folder in a process of little memory; what went wrong, a line each."""
    child = subprocess.run(
        [sys.executable, "-c", READ_ALL, str(folder)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=HANG_SECONDS,
        check=False,
    )
    assert child.returncode == 0, child.stderr
    return child.stdout


BOMBS = {
    "memo": b"r" + struct.pack("<I", 60_000_000),  # LONG_BINPUT: a table of so many entries
    "string": b"X" + struct.pack("<I", 2_000_000_000) + b"abc",  # BINUNICODE: a string of so many bytes
    "bytes": b"T" + struct.pack("<i", 2_000_000_000) + b"abc",
    "number": b"\x8b" + struct.pack("<i", 2_000_000_000) + b"abc",
    "long string": b"\x8d" + struct.pack("<Q", 2**62) + b"abc",
    "frame": b"\x95" + struct.pack("<Q", 2_000_000_000) + b"abc",
    "tensor": tensor(0, (10**4, 10**4, 5), (0, 0, 0)),  # one number repeated into 2 GB
    "huge tensor": tensor(0, (10**7, 10**7), (0, 0)),
}


def test_bombs_refused_without_taking_memory(tmp_path):
    for name, bomb in BOMBS.items():
        body = state(a=bomb) if bomb[:1] == b"c" else b"\x80\x04}" + bomb + b"."
        written(tmp_path, body).rename(tmp_path / f"{name}.pth")
    assert read_in_child(tmp_path) == ""


def test_random_damage_read_or_refused(tmp_path):
    content = written(tmp_path).read_bytes()
    random = np.random.default_rng(0)
    for index in range(400):
        damaged = bytearray(content)
        damaged[random.integers(len(damaged))] = random.integers(256)
        (tmp_path / f"{index:03}.pth").write_bytes(damaged)
    assert read_in_child(tmp_path) == ""
