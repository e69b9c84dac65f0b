"""One colormap for one layer: a channel has the same colours as a tile and enlarged, whatever its own values."""

import pytest
from tiny_models import SIDE, classifier_of, random_image

import vislib
from pages._ui.overview import network_view, operation_view
from pages._ui.results import feature_maps
from pages._ui.shell.chosen import Context
from vislib.backend import keras
from vislib.output import render


@pytest.fixture
def context() -> Context:
    """A network whose BatchNormalization has one channel that is never negative and one that always is."""
    inputs = keras.Input((SIDE, SIDE, 3))
    norm = keras.layers.BatchNormalization(name="norm")
    x = norm(keras.layers.Conv2D(2, 3, kernel_initializer="ones")(inputs))
    last = keras.layers.Dense(3, activation="softmax", kernel_initializer="ones")
    model = keras.Model(inputs, last(keras.layers.Flatten()(x)))
    norm.beta.assign([0.0, -99.0])
    classifier, image = classifier_of(model), random_image()
    return Context(classifier, "norm", image, "image", "", vislib.Target(0), classifier.logits(image))


@pytest.fixture
def tables(monkeypatch) -> list[bool]:
    """Fills with whether the colours of each map have zero in their middle."""
    seen: list[bool] = []
    real = render.table

    def table(colormap, signed):
        if colormap != "gray":  # in which the glance draws the network's input
            seen.append(signed)
        return real(colormap, signed)

    monkeypatch.setattr(render, "table", table)
    return seen


DRAWN = {
    "tiles": lambda context, maps: feature_maps.grid("norm", maps, 0, 2, False),
    "enlarged": lambda context, maps: feature_maps.enlarged(context, "norm", maps, 0, 0.6),
    "raw": lambda context, maps: feature_maps.raw(context, "norm", maps, 0),
    "beside another image": lambda context, maps: feature_maps.enlarged_other(
        context, "other", random_image(seed=1), "norm", maps, 0, 0.6
    ),
    "file": lambda context, maps: feature_maps.files(context, "norm", maps, 0, 0.6, 2)["png"](),
    "glance and its number": lambda context, maps: network_view.show(context),
}


@pytest.mark.parametrize("drawn", DRAWN)
def test_never_negative_channel_of_a_signed_layer_has_the_layers_colours(drawn, context, tables, monkeypatch):
    maps = feature_maps.maps_of(context, context.image, "norm")
    assert maps[..., 0].min() >= 0 > maps[..., 1].min()
    monkeypatch.setattr(operation_view.st, "session_state", {})
    operation_view.choose("norm", 0)
    DRAWN[drawn](context, maps)
    assert tables
    assert all(tables)
