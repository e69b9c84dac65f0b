"""The famous networks: parameter totals exact, shapes as published (seed-cases.md, Networks)."""

import numpy as np
import pytest
from published_tables import published

from vislib.backend import keras
from vislib.errors import ParameterError
from vislib.layers import cost
from vislib.lessons import architectures
from vislib.lessons.architectures import ARCHITECTURES
from vislib.zoo import googlenet
from vislib.zoo.response_norm import LocalResponseNormalization

PARAMETERS = {
    "lenet5": 61_706,
    "alexnet": 60_965_224,
    "alexnet-one-tower": 62_378_344,
    "vgg16": 138_357_544,
    "vgg19": 143_667_240,
    "googlenet": 6_998_552,  # as Caffe's bvlc_googlenet without its side classifiers
    "resnet18": 11_689_512 + 2 * 4_800,
    "resnet34": 21_797_672 + 2 * 8_512,
    "resnet50": 25_636_712,
    "densenet121": 8_062_504,
}
DEPTH = {
    "lenet5": 5,
    "alexnet": 8,
    "alexnet-one-tower": 8,
    "vgg16": 16,
    "vgg19": 19,
    "googlenet": 22,
    "resnet18": 18,
    "resnet34": 34,
    "resnet50": 50,
    "densenet121": 121,
}


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_case_parameter_total_exact(name):
    table, keras_parameters, _ = published(name)
    assert table.parameters == keras_parameters == PARAMETERS[name]


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_depth_is_the_number_in_the_name(name):
    assert published(name)[0].depth == DEPTH[name]


def shapes(name, layers):
    return {layer: published(name)[0].row(layer).output_shape for layer in layers}


@pytest.mark.parametrize("name", ["alexnet", "alexnet-one-tower"])
def test_case_alexnet_shapes(name):
    expected = {
        "conv1": (55, 55, 96),
        "pool1": (27, 27, 96),
        "conv2": (27, 27, 256),
        "pool2": (13, 13, 256),
        "conv3": (13, 13, 384),
        "conv4": (13, 13, 384),
        "conv5": (13, 13, 256),
        "pool5": (6, 6, 256),
        "fc6": (4096,),
        "fc7": (4096,),
        "fc8": (1000,),
    }
    assert shapes(name, expected) == expected
    assert published(name)[0].input_shape == (227, 227, 3)


def test_case_alexnet_about_650_000_neurons():
    rows = published("alexnet")[0].rows
    assert sum(int(np.prod(row.output_shape)) for row in rows if row.kind in ("Conv2D", "Dense")) == 659_272


def test_case_alexnet_groups_halve_the_kernels_of_conv2_conv4_and_conv5():
    grouped, one_tower = (published(name)[0] for name in ("alexnet", "alexnet-one-tower"))
    for layer, whole in (("conv2", False), ("conv3", True), ("conv4", False), ("conv5", False)):
        assert (grouped.row(layer).macs == one_tower.row(layer).macs) == whole
        assert grouped.row(layer).macs in (one_tower.row(layer).macs, one_tower.row(layer).macs // 2)


def test_case_googlenet_inception_3a():
    expected = {
        "pool2": (28, 28, 192),
        "inception_3a_1x1": (28, 28, 64),
        "inception_3a_3x3": (28, 28, 128),
        "inception_3a_5x5": (28, 28, 32),
        "inception_3a_pool_proj": (28, 28, 32),
        "inception_3a_output": (28, 28, 256),
    }
    assert shapes("googlenet", expected) == expected
    assert published("googlenet")[0].row("inception_3a_output").inputs == tuple(
        f"inception_3a_{branch}_relu" for branch in ("1x1", "3x3", "5x5", "pool_proj")
    )


def test_googlenet_modules_as_in_the_paper():
    """Output sizes of table 1 in Szegedy et al. 2014; parameters from its filters, as its own column of them does not
    follow from these in every row (4c: 463 thousand, where 1 × 1 · 512 · 128 + … gives 510)."""
    printed = {
        "3a": (28, 256),
        "3b": (28, 480),
        "4a": (14, 512),
        "4b": (14, 512),
        "4c": (14, 512),
        "4d": (14, 528),
        "4e": (14, 832),
        "5a": (7, 832),
        "5b": (7, 1024),
    }
    before = 192
    rows = published("googlenet")[0].rows
    for module, (side, channels) in printed.items():
        one, before_three, three, before_five, five, after_pool = googlenet.MODULES[module]
        parts = [
            ((1, 1), before, one),
            ((1, 1), before, before_three),
            ((3, 3), before_three, three),
            ((1, 1), before, before_five),
            ((5, 5), before_five, five),
            ((1, 1), before, after_pool),
        ]
        by_hand = sum(cost.convolution(*part).parameters for part in parts)
        built = sum(row.parameters for row in rows if row.name.startswith(f"inception_{module}_"))
        assert built == by_hand
        assert published("googlenet")[0].row(f"inception_{module}_output").output_shape == (side, side, channels)
        before = channels


def test_case_resnet18_stages_at_224():
    expected = {
        "conv1": (112, 112, 64),
        "conv2_block2_add": (56, 56, 64),
        "conv3_block2_add": (28, 28, 128),
        "conv4_block2_add": (14, 14, 256),
        "conv5_block2_add": (7, 7, 512),
    }
    assert shapes("resnet18", expected) == expected


@pytest.mark.parametrize(("name", "blocks"), [("resnet18", 8), ("resnet34", 16), ("resnet50", 16)])
def test_case_resnet_blocks_add_with_a_projection_where_shapes_differ(name, blocks):
    rows = {row.name: row for row in published(name)[0].rows}
    adds = [row for row in rows.values() if row.kind == "Add"]
    assert len(adds) == blocks
    for add in adds:
        assert {rows[before].output_shape for before in add.inputs} == {add.output_shape}
    projections = [row for row in rows.values() if row.name.endswith(("projection", "_0_conv"))]
    assert len(projections) == (4 if name == "resnet50" else 3)


def test_case_densenet_concatenates_all_maps_before():
    rows = published("densenet121")[0].rows
    joins = [row for row in rows if row.kind == "Concatenate"]
    assert len(joins) == 6 + 12 + 24 + 16
    assert [row.output_shape[-1] for row in joins[:6]] == [64 + 32 * n for n in range(1, 7)]


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_errors_each_with_a_source(name):
    architecture = ARCHITECTURES[name]
    assert (architecture.top1 is None) == (architecture.top5 is None)
    assert architecture.top1 is None or 0 < architecture.top5 < architecture.top1 < 100
    assert architecture.error_source
    assert architecture.introduced.endswith(".")


def test_build_unknown_name_is_explained():
    with pytest.raises(ParameterError, match=r"no architecture 'alexnet2'.*lenet5"):
        architectures.build("alexnet2")


def test_local_response_normalization_against_the_papers_sum():
    maps = np.random.default_rng(0).normal(0, 30, (1, 2, 3, 8)).astype(np.float32)
    expected = np.empty_like(maps)
    for i in range(8):
        around = maps[..., max(0, i - 2) : i + 3]
        expected[..., i] = maps[..., i] / (2 + 1e-4 * (around**2).sum(axis=-1)) ** 0.75
    layer = LocalResponseNormalization()
    np.testing.assert_allclose(layer(maps), expected, rtol=1e-5)
    again = keras.layers.deserialize(keras.layers.serialize(layer))
    np.testing.assert_array_equal(again(maps), layer(maps))


@pytest.mark.parametrize("name", ["alexnet", "googlenet"])
def test_prediction_random_weights_repeat_and_are_probabilities(name):
    """Also that convolutions in groups run on a CPU."""
    first, second = (
        model.predict(np.ones((1, *model.input_shape[1:]), np.float32), verbose=0)
        for model in (architectures.build(name), architectures.build(name))
    )
    np.testing.assert_array_equal(first, second)
    assert first.sum() == pytest.approx(1, abs=1e-4)


def test_table_makes_no_weights(monkeypatch):
    """VGG-16's would take 0.55 GB of the server's memory, which oneDNN's allocator does not give back."""
    made = []
    real = keras.initializers.GlorotUniform.__call__

    def noted(self, shape, dtype=None, **options):
        values = real(self, shape, dtype=dtype, **options)
        made.extend([shape] if hasattr(values, "numpy") else [])
        return values

    monkeypatch.setattr(keras.initializers.GlorotUniform, "__call__", noted)
    assert architectures.table("vgg16").parameters == PARAMETERS["vgg16"]
    assert made == []
    architectures.build("lenet5")
    assert made, "the test sees no weights being made"
