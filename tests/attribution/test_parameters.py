"""Every wrong class, method, parameter or value is refused in a sentence that names it."""

import dataclasses

import numpy as np
import pytest
from tiny_models import random_image, tiny

import vislib
from vislib import LayerError, ParameterError

METHODS = sorted(vislib.methods())
FIELDS = [(name, spec) for name in METHODS for spec in dataclasses.fields(vislib.methods()[name])]
NUMBERS = [(name, spec) for name, spec in FIELDS if spec.metadata["high"] is not None]
WHOLE = [(name, spec) for name, spec in NUMBERS if spec.metadata["kind"] is int]
CHOICES = [(name, spec) for name, spec in FIELDS if spec.metadata["choices"]]


def identify(value):
    return value if isinstance(value, str) else value.name


def explain(method, class_index=None, **params):
    return vislib.explain(method, tiny("conv_relu"), random_image(), class_index, **params)


def test_method_unknown_names_it_and_those_there_are():
    with pytest.raises(ParameterError, match=r"'grad-kam'.*saliency"):
        explain("grad-kam")


@pytest.mark.parametrize("method", METHODS)
def test_parameter_unknown_names_it(method):
    with pytest.raises(ParameterError, match="colour_of_the_map"):
        explain(method, colour_of_the_map=3)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("class_index", [-1, 4, 10**6, "no such class"])
def test_class_out_of_range_names_it(method, class_index):
    with pytest.raises(ParameterError, match=str(class_index)):
        explain(method, class_index)


@pytest.mark.parametrize(("method", "spec"), NUMBERS, ids=identify)
def test_number_outside_its_range_named_with_the_range(method, spec):
    for value in (spec.metadata["low"] - 1, spec.metadata["high"] + 1, "many", True, [1]):
        with pytest.raises(ParameterError) as caught:
            explain(method, **{spec.name: value})
        assert repr(value) in str(caught.value)
        assert f"`{spec.name}`" in str(caught.value)
        assert str(spec.metadata["low"]) in str(caught.value)


@pytest.mark.parametrize(("method", "spec"), NUMBERS, ids=identify)
@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_number_not_finite_refused(method, spec, value):
    with pytest.raises(ParameterError, match=spec.name):
        explain(method, **{spec.name: value})


@pytest.mark.parametrize(("method", "spec"), WHOLE, ids=identify)
def test_whole_number_with_fraction_refused(method, spec):
    with pytest.raises(ParameterError, match=r"whole number.*1\.5"):
        explain(method, **{spec.name: 1.5})


@pytest.mark.parametrize(("method", "spec"), WHOLE, ids=identify)
@pytest.mark.parametrize("kind", [float, np.int64, np.float32])
def test_whole_number_of_another_type_taken_or_refused(method, spec, kind):
    """Sliders and arrays give 2.0 and np.int64(2): either the map of 2 or a sentence, never a TypeError."""
    try:
        heatmap = explain(method, **{spec.name: kind(1)})
    except ParameterError:
        return
    np.testing.assert_array_equal(heatmap.values, explain(method, **{spec.name: 1}).values)


@pytest.mark.parametrize(("method", "spec"), CHOICES, ids=identify)
def test_choice_unknown_named_with_choices(method, spec):
    with pytest.raises(ParameterError, match=r"'plaid'") as caught:
        explain(method, **{spec.name: "plaid"})
    assert all(choice in str(caught.value) for choice in spec.metadata["choices"])


@pytest.mark.parametrize(
    ("layer", "problem"), [("conv9", "'conv9' is not in"), ("scores", "'scores' has no feature maps")]
)
def test_layer_without_maps_named_with_layers_that_have_them(layer, problem):
    with pytest.raises(LayerError, match=rf"{problem}.*conv1, conv2"):
        explain("grad-cam", layer=layer)


@pytest.mark.parametrize(("params", "named"), [({"patch_px": 13}, "13"), ({"patch_px": 2, "stride_px": 3}, "3")])
def test_occlusion_patch_or_stride_too_large_for_network_refused(params, named):
    with pytest.raises(ParameterError, match=f"not {named}"):
        explain("occlusion", **params)


def test_class_given_by_label_taken():
    assert explain("saliency", "class 2").class_index == 2
