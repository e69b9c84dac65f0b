"""How many images go through at once follows from what the network holds meanwhile."""

import pytest

from vislib.backend import keras, tf
from vislib.graph.flatten import flatten
from vislib.speed.batch_size import forward_batch, gradient_batch

MIB = 1024**2


def chain(side: int, channels: int, n_layers: int):
    """Maps of the same size one after the other."""
    inputs = x = keras.Input((side, side, channels))
    for _ in range(n_layers):
        x = keras.layers.Activation("relu")(x)
    x = keras.layers.GlobalAveragePooling2D()(x)
    return flatten(keras.Model(inputs, x), (side, side, channels))


@pytest.mark.parametrize("side", [128, 256])
def test_forward_batch_two_maps_live_at_a_time(side):
    map_bytes = 4 * side * side * 16
    for n_layers in (2, 20):
        assert forward_batch(chain(side, 16, n_layers)) == 320 * MIB // (2 * map_bytes)


def test_forward_batch_what_a_shortcut_needs_stays():
    inputs = keras.Input((256, 256, 16))
    x = keras.layers.Activation("relu")(keras.layers.Activation("relu")(inputs))
    x = keras.layers.GlobalAveragePooling2D()(keras.layers.Add()([x, inputs]))
    graph = flatten(keras.Model(inputs, x), (256, 256, 16))
    assert forward_batch(graph) == 320 * MIB // (3 * 4 * 256 * 256 * 16)


def test_forward_batch_part_of_each_map_only():
    graph = chain(256, 16, 3)
    assert forward_batch(graph, lambda tensor: 0.25) == pytest.approx(4 * forward_batch(graph), abs=3)


def test_gradient_batch_every_map_is_kept():
    assert gradient_batch(chain(128, 16, 20)) == pytest.approx(560 * MIB / (20 * MIB), abs=1)


def test_batches_have_bounds():
    assert forward_batch(chain(8, 1, 2)) == gradient_batch(chain(8, 1, 2)) == 256
    assert forward_batch(chain(4096, 16, 2)) == gradient_batch(chain(4096, 16, 2)) == 1


def test_batches_are_larger_on_a_gpu(monkeypatch):
    graph = chain(256, 16, 8)
    before = forward_batch(graph), gradient_batch(graph)
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: ["one"])
    assert all(now > 5 * then for now, then in zip((forward_batch(graph), gradient_batch(graph)), before, strict=True))


def test_gpu_takes_more_images_at_once(monkeypatch):
    graph = chain(256, 16, 3)
    forward, gradient = forward_batch(graph), gradient_batch(graph)
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: ["a GPU"] if kind == "GPU" else [])
    assert forward_batch(graph) == min(8 * forward, 256) > forward
    assert gradient_batch(graph) > gradient
