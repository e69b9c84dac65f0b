"""Checkpoints as PyTorch wrote them before 1.6, opcode by opcode, as PyTorch is not installed; damaged ones too."""

import pickle
import struct

import numpy as np

MAGIC, PROTOCOL = 0x1950A86A20F9469CFC6C, 1001
NUMBERS = np.arange(12, dtype="<f4")


def plain(value) -> bytes:
    """Opcodes that put a plain value on the stack."""
    return pickle.dumps(value, 2)[2:-1]


def name_of(module: str, name: str) -> bytes:
    return f"c{module}\n{name}\n".encode()


def called(function: bytes, *arguments: bytes) -> bytes:
    return function + b"(" + b"".join(arguments) + b"tR"


def storage(key="0", count=12, kind="FloatStorage", tag="storage") -> bytes:
    parts = [plain(tag), name_of("torch", kind), plain(key), plain("cpu"), plain(count), plain(None)]
    return b"(" + b"".join(parts) + b"tQ"


def tensor(offset=0, shape=(12,), strides=(1,), of=None) -> bytes:
    rebuild = name_of("torch._utils", "_rebuild_tensor_v2")
    hooks = called(name_of("collections", "OrderedDict"))
    of = storage() if of is None else of
    return called(rebuild, of, plain(offset), plain(shape), plain(strides), plain(False), hooks)


def state(**tensors: bytes) -> bytes:
    return b"\x80\x02}(" + b"".join(plain(name) + value for name, value in tensors.items()) + b"u."


def written(tmp_path, state_=None, magic=MAGIC, protocol=PROTOCOL, system=None, keys=("0",), runs=(NUMBERS,)):
    """A checkpoint file; what is not given is as it should be."""
    head = b"".join(pickle.dumps(value, 2) for value in (magic, protocol))
    system = pickle.dumps({"little_endian": True}, 2) if system is None else system
    body = state(a=tensor()) if state_ is None else state_
    content = head + system + body + pickle.dumps(list(keys), 2)
    for run in runs:
        content += struct.pack("<q", len(run)) + run.tobytes()
    path = tmp_path / "checkpoint.pth"
    path.write_bytes(content)
    return path
