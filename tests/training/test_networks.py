"""Networks to train: parameter totals and layer shapes as published (seed-cases.md, Networks)."""

import numpy as np
import pytest
from famous_networks import weights_at_zero

from vislib.errors import ParameterError
from vislib.training import NETWORKS, NetworkOptions, build

PARAMETERS = {
    "lenet5": 61_706,
    "digits": 1_199_882,
    "mnist-5x5": 3_274_634,
    "cifar-small": 490 + 1_820 + 12_810,
    "cifar10": 592_554,
    "cifar-dense": (3072 + 1) * 200 + (200 + 1) * 150 + (150 + 1) * 10,
    # torchvision's 11,689,512 trainable, and two moving statistics for each of 4,800 normalized channels; as ResNet-34
    "resnet18": 11_689_512 + 2 * 4_800,
    "resnet34": 21_797_672 + 2 * 8_512,
}

SHAPES = {
    "lenet5": {"c1": (28, 28, 6), "s2": (14, 14, 6), "c3": (10, 10, 16), "s4": (5, 5, 16), "c5": (120,), "f6": (84,)},
    "digits": {
        "conv1": (26, 26, 32),
        "conv2": (24, 24, 64),
        "pool": (12, 12, 64),
        "flatten": (9216,),
        "dense": (128,),
        "predictions": (10,),
    },
    "mnist-5x5": {
        "conv1": (28, 28, 32),
        "pool1": (14, 14, 32),
        "conv2": (14, 14, 64),
        "pool2": (7, 7, 64),
        "dense": (1024,),
        "predictions": (10,),
    },
    "cifar-small": {"conv1": (16, 16, 10), "conv2": (8, 8, 20), "flatten": (1280,), "predictions": (10,)},
    "cifar10": {
        "conv1": (32, 32, 32),
        "conv2": (16, 16, 32),
        "conv3": (16, 16, 64),
        "conv4": (8, 8, 64),
        "dense": (128,),
    },
    "cifar-dense": {"flatten": (3072,), "dense1": (200,), "dense2": (150,), "predictions": (10,)},
    "resnet18": {
        "conv1": (112, 112, 64),
        "pool1": (56, 56, 64),
        "conv2_block2_add": (56, 56, 64),
        "conv3_block2_add": (28, 28, 128),
        "conv4_block2_add": (14, 14, 256),
        "conv5_block2_add": (7, 7, 512),
        "predictions": (1000,),
    },
    "resnet34": {
        "conv2_block3_add": (56, 56, 64),
        "conv3_block4_add": (28, 28, 128),
        "conv4_block6_add": (14, 14, 256),
        "conv5_block3_add": (7, 7, 512),
    },
}

LAYER_PARAMETERS = {
    "lenet5": {"c1": 156, "c3": 2_416, "c5": 48_120, "f6": 10_164, "predictions": 850},
    "digits": {"conv1": 320, "conv2": 18_496, "dense": 1_179_776, "predictions": 1_290},
    "cifar-small": {"conv1": 490, "conv2": 1_820, "predictions": 12_810},
}


@pytest.fixture(scope="module")
def networks():
    with weights_at_zero():
        return {name: build(name) for name in NETWORKS}


@pytest.mark.parametrize("name", NETWORKS)
def test_parameter_total_as_published(networks, name):
    assert networks[name].count_params() == PARAMETERS[name]


@pytest.mark.parametrize("name", NETWORKS)
def test_layer_shapes_as_published(networks, name):
    shapes = {layer: networks[name].get_layer(layer).output.shape[1:] for layer in SHAPES[name]}
    assert shapes == SHAPES[name]


@pytest.mark.parametrize("name", LAYER_PARAMETERS)
def test_layer_parameters_as_published(networks, name):
    counts = {layer: networks[name].get_layer(layer).count_params() for layer in LAYER_PARAMETERS[name]}
    assert counts == LAYER_PARAMETERS[name]


def test_weights_repeat_with_the_seed_and_differ_with_another():
    first, again, other = (build("lenet5", options=NetworkOptions(seed=seed)).get_weights() for seed in (1, 1, 2))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not np.array_equal(first[0], other[0])


def test_lenet_on_28_pixels_pads_and_keeps_its_parameters():
    model = build("lenet5", (28, 28, 1))
    assert model.count_params() == PARAMETERS["lenet5"]
    assert model.get_layer("c1").output.shape[1:] == (28, 28, 6)


def _kinds(model) -> list[str]:
    return [type(layer).__name__ for layer in model.layers]


def test_dropout_off_removes_every_dropout_layer():
    assert _kinds(build("digits")).count("Dropout") == 2
    assert "Dropout" not in _kinds(build("digits", options=NetworkOptions(dropout=False)))


@pytest.mark.parametrize(("where", "order"), [("before", ["bn", "activation"]), ("after", ["activation", "bn"])])
def test_batch_norm_stands_where_asked(where, order):
    names = [layer.name for layer in build("cifar-small", options=NetworkOptions(batch_norm=where)).layers]
    assert names[2:4] == [f"conv1_{part}" for part in order]


def test_batch_norm_none_removes_it_from_the_cifar_net():
    assert "BatchNormalization" not in _kinds(build("cifar10", options=NetworkOptions(batch_norm="none")))


def test_resnet18_takes_other_sizes_and_class_counts():
    model = build("resnet18", (32, 48, 3), 2)
    assert model(np.zeros((1, 32, 48, 3), np.float32)).shape == (1, 2)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: build("lenet6"), "no network 'lenet6'.*lenet5"),
        (lambda: build("digits", n_classes=1), "at least 2 classes"),
        (lambda: build("digits", (3, 3, 1)), "3 × 3 × 1: it is too small"),
        (lambda: NetworkOptions(batch_norm="both"), "`batch_norm` must be one of none, before, after; not 'both'"),
        (lambda: NetworkOptions(dropout="yes"), "`dropout` must be True or False"),
    ],
)
def test_network_bad_request_is_explained(call, says):
    with pytest.raises(ParameterError, match=says):
        call()
