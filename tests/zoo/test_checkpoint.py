"""Reading tensors from a checkpoint: right ones exactly, damaged ones refused in a sentence."""

import pickle
import zipfile

import numpy as np
import pytest
from checkpoint_files import NUMBERS, name_of, plain, state, storage, tensor, written

from vislib import ModelError
from vislib.zoo.checkpoint import read_checkpoint


def test_tensors_any_strides_and_offsets_honoured(tmp_path):
    """A transposed view, a slice with a step, and one number repeated, of one storage."""
    tensors = read_checkpoint(
        written(
            tmp_path,
            state(
                whole=tensor(0, (3, 4), (4, 1)),
                transposed=tensor(0, (4, 3), (1, 4)),
                every_other=tensor(1, (3, 2), (4, 2)),
                repeated=tensor(5, (2, 3), (0, 0)),
                scalar=tensor(7, (), ()),
                nothing=tensor(0, (0, 3), (3, 1)),
            ),
        )
    )
    whole = NUMBERS.reshape(3, 4)
    np.testing.assert_array_equal(tensors["whole"], whole)
    np.testing.assert_array_equal(tensors["transposed"], whole.T)
    np.testing.assert_array_equal(tensors["every_other"], whole[:, 1::2])
    np.testing.assert_array_equal(tensors["repeated"], np.full((2, 3), 5))
    assert tensors["scalar"] == 7
    assert tensors["nothing"].shape == (0, 3)
    assert all(values.flags.c_contiguous for values in tensors.values())


def test_tensors_two_storages_and_whole_numbers_read(tmp_path):
    counts = np.array([3, -4], "<i8")
    path = written(
        tmp_path,
        state(a=tensor(), n=tensor(0, (2,), (1,), storage("1", 2, "LongStorage"))),
        keys=("1", "0"),
        runs=(counts, NUMBERS),
    )
    tensors = read_checkpoint(path)
    np.testing.assert_array_equal(tensors["n"], counts)
    assert tensors["n"].dtype == np.int64
    np.testing.assert_array_equal(tensors["a"], NUMBERS)


class TestDamaged:
    def test_every_truncation_refused(self, tmp_path):
        content = written(tmp_path).read_bytes()
        path = tmp_path / "short.pth"
        for length in range(len(content)):
            path.write_bytes(content[:length])
            with pytest.raises(ModelError):
                read_checkpoint(path)

    def test_zip_empty_missing_text_folder_refused(self, tmp_path):
        with zipfile.ZipFile(tmp_path / "zipped.pth", "w") as archive:
            archive.writestr("archive/data.pkl", "numbers")
        (tmp_path / "empty.pth").touch()
        (tmp_path / "text.pth").write_text("not a checkpoint\n")
        for name in ("zipped.pth", "empty.pth", "missing.pth", "text.pth", ""):
            with pytest.raises(ModelError):
                read_checkpoint(tmp_path / name)

    @pytest.mark.parametrize("wrong", [{"magic": 1}, {"protocol": 1000}, {"magic": "x"}, {"protocol": None}])
    def test_magic_or_protocol_wrong_refused(self, tmp_path, wrong):
        with pytest.raises(ModelError, match="does not begin like"):
            read_checkpoint(written(tmp_path, **wrong))

    @pytest.mark.parametrize("run", [NUMBERS[:11], NUMBERS[:0], np.zeros(13, "<f4")])
    def test_storage_of_another_length_than_claimed_refused(self, tmp_path, run):
        with pytest.raises(ModelError, match="ends before"):
            read_checkpoint(written(tmp_path, runs=(run,)))

    @pytest.mark.parametrize("claimed", [-1, 10**9, 2**62])
    def test_storage_claims_too_much_refused(self, tmp_path, claimed):
        with pytest.raises(ModelError, match="claims"):
            read_checkpoint(written(tmp_path, state(a=tensor(of=storage(count=claimed)))))

    @pytest.mark.parametrize(
        ("offset", "shape", "strides"),
        [
            (0, (13,), (1,)),
            (1, (12,), (1,)),
            (0, (3, 4), (4, 2)),
            (-1, (3,), (1,)),
            (11, (3,), (-1,)),
            (0, (-2,), (1,)),
            (2**62, (1,), (1,)),
            (0, (2,), (2**62,)),
            (12, (), ()),
        ],
    )
    def test_view_outside_its_storage_refused(self, tmp_path, offset, shape, strides):
        with pytest.raises(ModelError, match="outside its storage"):
            read_checkpoint(written(tmp_path, state(a=tensor(offset, shape, strides))))

    @pytest.mark.parametrize(
        "value",
        [
            tensor(0, (3, 4), (1,)),
            tensor(0.5, (3,), (1,)),
            tensor(0, "abc", (1, 1, 1)),
            tensor(0, None, None),
            tensor(of=plain(5)),
            plain(5),
            storage(),
            name_of("torch", "FloatStorage"),
            tensor(of=storage(tag="module")),
            tensor(of=storage(key="1")),
            tensor(of=storage(count="12")),
        ],
    )
    def test_tensor_that_is_none_refused(self, tmp_path, value):
        with pytest.raises(ModelError):
            read_checkpoint(written(tmp_path, state(a=value)))

    def test_state_that_is_no_table_refused(self, tmp_path):
        with pytest.raises(ModelError):
            read_checkpoint(written(tmp_path, pickle.dumps([1, 2], 2)))
