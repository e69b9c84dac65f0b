"""How changes of weights are seen, also where memory is not a CPU's: as far as that can be tried without a GPU."""

from types import SimpleNamespace

import numpy as np
import pytest
from tiny_models import random_image, seeded, tiny

import vislib
from vislib.backend import keras, tf
from vislib.speed import watched
from vislib.speed.watched import address_by_dlpack


def address_by_numpy(tensor) -> int:
    return np.asarray(memoryview(tensor)).__array_interface__["data"][0]


@pytest.mark.parametrize("shape", [(), (3,), (3, 3, 8, 16)])
@pytest.mark.parametrize("dtype", ["float32", "float64", "float16"])
def test_address_by_dlpack_is_that_of_the_memory(shape, dtype):
    tensor = tf.ones(shape, dtype)
    assert address_by_dlpack(tensor) == address_by_numpy(tensor)


def test_address_is_the_same_for_a_weight_that_is_read_twice_and_another_after_a_change():
    weight = tf.Variable(np.ones((3, 3, 8, 16), np.float32))
    read = tf.raw_ops.ReadVariableOp(resource=weight.handle, dtype=weight.dtype)
    again = tf.raw_ops.ReadVariableOp(resource=weight.handle, dtype=weight.dtype)
    assert address_by_dlpack(read) == address_by_dlpack(again)
    weight.assign(weight * 2)
    assert address_by_dlpack(tf.raw_ops.ReadVariableOp(resource=weight.handle, dtype=weight.dtype)) != (
        address_by_dlpack(read)
    )


@pytest.fixture(params=["an address by DLPack", "no address"])
def like_a_gpu(request, monkeypatch):
    """Takes the path of memory that is not a CPU's."""

    def addresses(tensors):
        found = [SimpleNamespace(device="/device:GPU:0", tensor=tensor) for tensor in tensors]
        return real(found)

    def by_dlpack(tensor):
        if request.param == "no address":
            raise RuntimeError("no DLPack here")
        return address_by_dlpack(tensor.tensor)

    real = watched._buffer_addresses
    monkeypatch.setattr(watched, "_buffer_addresses", addresses)
    monkeypatch.setattr(watched, "address_by_dlpack", by_dlpack)


def test_weights_changed_afterwards_count(like_a_gpu):
    model = seeded(keras.models.clone_model(tiny("conv_relu").model))
    classifier = vislib.load_classifier(model, preprocess="0..1")
    before = vislib.explain("saliency", classifier, random_image(), 1).values
    np.testing.assert_array_equal(vislib.explain("saliency", classifier, random_image(), 1).values, before)
    model.set_weights([weight * 1.5 for weight in model.get_weights()])
    found = vislib.explain("saliency", classifier, random_image(), 1)
    expected = vislib.explain("saliency", vislib.load_classifier(model, preprocess="0..1"), random_image(), 1)
    np.testing.assert_allclose(found.values, expected.values, rtol=1e-6)
    assert found.model == expected.model != classifier.key, "the result names the weights that it follows"
    assert np.abs(found.values - before).max() > 0.1 * np.abs(before).max()
