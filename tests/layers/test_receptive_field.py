"""Receptive fields against closed forms and against what a gradient reaches."""

import numpy as np
import pytest
from tiny_models import layers

from vislib.backend import keras, tf
from vislib.graph.flatten import flatten
from vislib.layers import receptive_fields
from vislib.layers.receptive_field import stacked_field


def graph_of(build, side=32, channels=1):
    """The graph of a network whose maps `build` makes from its input."""
    inputs = keras.Input((side, side, channels))
    outputs = layers.Dense(2)(layers.GlobalAveragePooling2D()(build(inputs)))
    return flatten(keras.Model(inputs, outputs), (side, side, channels))


def field_of(build, **size):
    graph = graph_of(build, **size)
    return receptive_fields(graph)[[node for node in graph.nodes if node.has_map][-1].name]


def stack(*settings, padding="same"):
    """Convolutions one after the other: (kernel, stride) or (kernel, stride, dilation) each."""

    def build(x):
        for kernel, stride, *dilation in settings:
            x = layers.Conv2D(1, kernel, stride, padding, dilation_rate=dilation[0] if dilation else 1)(x)
        return x

    return build


@pytest.mark.parametrize(
    ("settings", "size", "stride"),
    [
        ([(1, 1)], 1, 1),
        ([(3, 1)], 3, 1),
        ([(3, 1)] * 2, 5, 1),  # two 3 × 3 see as much as one 5 × 5
        ([(3, 1)] * 3, 7, 1),  # three as much as one 7 × 7
        ([(3, 2)], 3, 2),
        ([(3, 2), (3, 1)], 7, 2),
        ([(3, 2), (3, 2)], 7, 4),
        ([(7, 2), (3, 2), (3, 1)], 19, 4),
        ([(3, 1, 2)], 5, 1),
        ([(3, 1, 2), (3, 1, 4)], 13, 1),
    ],
)
@pytest.mark.parametrize("padding", ["same", "valid"])
def test_size_stacked_convolutions_closed_form(settings, size, stride, padding):
    field = field_of(stack(*settings, padding=padding))
    assert field.size == (size, size)
    assert field.stride == (stride, stride)


@pytest.mark.parametrize(
    ("kernels", "strides", "size"),
    [([3] * 3, [1] * 3, 7), ([3, 3], [1, 1], 5), ([5], [1], 5), ([7], [1], 7), ([3, 3], [2, 1], 7), ([], [], 1)],
)
def test_case_stacked_kernels_of_3_see_7(kernels, strides, size):
    assert stacked_field(kernels, strides) == size


def test_stacked_field_is_that_of_the_graph():
    settings = ((3, 2), (5, 1), (2, 2), (3, 1))
    assert field_of(stack(*settings)).size[0] == stacked_field(*zip(*settings, strict=True))
    assert stacked_field([3, 3], [1, 2], [2, 4]) == 1 + 4 + 8


def test_size_oblong_kernel_each_axis_its_own():
    field = field_of(lambda x: layers.Conv2D(1, (1, 5), (2, 1))(x))
    assert field.size == (1, 5)
    assert field.stride == (2, 1)


def test_box_same_padding_centred_and_cut_off_at_the_edges():
    field = field_of(stack((3, 1), (3, 1)))
    assert vars(field.box(10, 10, (32, 32))) == {"top": 8, "left": 8, "height": 5, "width": 5}
    assert vars(field.box(0, 31, (32, 32))) == {"top": 0, "left": 29, "height": 3, "width": 3}


def positive(graph):
    """All weights positive, so that no two paths cancel and every pixel that can count does."""
    for node in graph.nodes:
        for weight in getattr(node.operation, "trainable_weights", []):
            weight.assign(np.full(weight.shape, 0.5, np.float32))
    return graph


def extents(graph, name, units):
    """(top, left, height, width) of the input pixels with a gradient for each unit of a layer; None without any."""
    inputs = tf.constant(np.random.default_rng(0).uniform(0.1, 1, (1, *graph.input.shape[1:])), tf.float32)

    @tf.function  # without a graph TensorFlow also computes the kernels' gradient, and oneDNN's can crash (dilation)
    def gradient(inputs, row, column):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(inputs)
            unit = tf.reduce_sum(model(inputs)[0, row, column])
        return tape.gradient(unit, inputs)

    model = keras.Model(graph.input, graph.node(name).output)
    for row, column in units:
        rows, columns = np.nonzero(gradient(inputs, tf.constant(row), tf.constant(column)).numpy()[0].any(axis=-1))
        if not len(rows):
            yield None
        else:
            yield rows.min(), columns.min(), rows.max() - rows.min() + 1, columns.max() - columns.min() + 1


def corners_and_centre(graph, name):
    height, width = graph.node(name).output.shape[1:3]
    return (0, 0), (height // 2, width // 2), (height - 1, width - 1)


def residual(x):
    """Stride, both paddings, dilation, average pooling, and shortcuts with and without a convolution.

    16 channels, as oneDNN's gradient of the strided shortcut corrupts memory with fewer (see test_import.py).
    """
    x = layers.Conv2D(16, 5, 2, "same", activation="relu", name="stem")(x)
    y = layers.Conv2D(16, 3, 1, "same", dilation_rate=2, name="dilated")(x)
    x = layers.Add(name="add1")([x, layers.BatchNormalization()(y)])
    x = layers.AveragePooling2D(3, 2, "same", name="pool")(x)
    y = layers.DepthwiseConv2D(3, 2, "same", name="depthwise")(x)
    x = layers.Add(name="add2")([layers.Conv2D(16, 1, 2, name="shortcut")(x), y])
    x = layers.Conv2D(16, (3, 2), 1, "valid", name="valid")(x)
    x = layers.Cropping2D(((1, 0), (0, 1)), name="cropped")(layers.ZeroPadding2D(((2, 1), (0, 2)), name="padded")(x))
    return layers.SeparableConv2D(16, 2, 1, "same", name="separable")(x)


@pytest.mark.parametrize("side", [41, 48])
def test_box_residual_network_is_extent_of_gradient(side):
    """Both an odd and an even side: "same" pads differently."""
    graph = positive(graph_of(residual, side=side))
    fields = receptive_fields(graph)
    for name in ("stem", "dilated", "add1", "pool", "depthwise", "add2", "valid", "padded", "cropped", "separable"):
        units = corners_and_centre(graph, name)
        for (row, column), expected in zip(units, extents(graph, name, units), strict=True):
            if expected is None:
                assert name in ("padded", "cropped", "separable"), "only units of the padding see nothing"
                continue
            box = fields[name].box(row, column, (side, side))
            assert (box.top, box.left, box.height, box.width) == expected, (name, row, column)


def test_vgg16_known_sizes():
    """As published, for instance by Araujo, Norris & Sim 2019."""
    model = keras.applications.VGG16(weights=None, include_top=False, input_shape=(224, 224, 3), pooling="avg")
    fields = receptive_fields(flatten(model, (224, 224, 3)))
    assert fields["block5_conv3"].size == (196, 196)
    assert fields["block5_pool"].size == (212, 212)
    assert fields["block5_pool"].stride == (32, 32)


def squeeze_and_excite(x):
    x = layers.Conv2D(4, 3, padding="same")(x)
    gate = layers.Dense(4, activation="sigmoid")(layers.GlobalAveragePooling2D(keepdims=True)(x))
    return layers.Conv2D(4, 3, padding="same")(layers.Multiply()([x, gate]))


def spatial_attention(x):
    x = layers.Conv2D(1, 3, padding="same")(x)
    return layers.Multiply()([x, layers.Softmax(axis=(1, 2))(x)])


MIXES = {
    "squeeze and excitation": squeeze_and_excite,
    "softmax over positions": spatial_attention,
    "norm over positions": lambda x: layers.LayerNormalization(axis=(1, 2, 3))(layers.Conv2D(2, 3)(x)),
    "group norm": lambda x: layers.GroupNormalization(1)(layers.Conv2D(2, 3)(x)),
    "joined along the height": lambda x: layers.Concatenate(axis=1)([x, layers.Conv2D(1, 3, padding="same")(x)]),
    "dense over positions": lambda x: layers.Reshape((4, 4, 2))(layers.Dense(32)(layers.Flatten()(x))),
}


@pytest.mark.parametrize("build", MIXES.values(), ids=MIXES)
def test_layer_that_mixes_positions_nothing_outside_the_box(build):
    """The box may be larger than what counts, never smaller."""
    graph = positive(graph_of(build, side=12))
    name = [node.name for node in graph.nodes if node.has_map][-1]
    units = corners_and_centre(graph, name)
    for (row, column), extent in zip(units, extents(graph, name, units), strict=True):
        box = receptive_fields(graph)[name].box(row, column, (12, 12))
        top, left, tall, wide = extent
        assert box.top <= top
        assert box.left <= left
        assert box.top + box.height >= top + tall
        assert box.left + box.width >= left + wide


def test_squeeze_and_excitation_whole_input():
    field = field_of(squeeze_and_excite)
    assert field.size == (32, 32)
    assert vars(field.box(3, 7, (32, 32))) == {"top": 0, "left": 0, "height": 32, "width": 32}


def test_every_map_layer_has_a_field(classifier):
    network = classifier.network
    fields = receptive_fields(network.graph)
    assert set(fields) == set(network.map_layers)
    assert fields["stem_conv"].size == (3, 3)
    sizes = [fields[name].size[0] for name in network.map_layers]
    assert sizes == sorted(sizes)


def unet(x):
    """Down and up with a skip connection; every way of upsampling with a known reach, even and odd kernels."""
    fine = layers.Conv2D(4, 3, padding="same", name="fine")(x)
    x = layers.Conv2D(4, 3, padding="same", name="coarse")(layers.AveragePooling2D(2, name="down")(fine))
    x = layers.Concatenate(name="skip")([fine, layers.UpSampling2D(name="nearest")(x)])
    x = layers.Conv2D(4, 3, 2, "same", name="again")(x)
    x = layers.Conv2DTranspose(4, 3, 2, "same", name="transposed")(x)
    x = layers.Conv2D(4, 2, 3, "valid", name="thirds")(x)
    x = layers.UpSampling2D(3, interpolation="bilinear", name="odd")(x)
    x = layers.UpSampling2D((2, 1), interpolation="bilinear", name="bilinear")(x)
    return layers.Conv2DTranspose(4, (4, 5), (1, 2), name="beyond")(x)


def test_box_of_a_unet_encloses_the_extent_of_gradient_exactly():
    graph = positive(graph_of(unet, side=48))
    fields = receptive_fields(graph)
    for node in graph.nodes:
        if not node.has_map:
            continue
        units = [*corners_and_centre(graph, node.name), (11, 7), (12, 8), (13, 9)]
        for (row, column), extent in zip(units, extents(graph, node.name, units), strict=True):
            box, (top, left, tall, wide) = fields[node.name].box(row, column, (48, 48)), extent
            slack = (
                top - box.top,
                left - box.left,
                box.top + box.height - top - tall,
                box.left + box.width - left - wide,
            )
            assert min(slack) >= 0, (node.name, row, column)
            assert max(slack) <= 0, (node.name, row, column, slack)
    assert fields["skip"].stride == (1, 1)
    assert fields["beyond"].stride == (0.5, 0.5)


def test_upsampling_that_spreads_further_sees_the_whole_image():
    field = field_of(lambda x: layers.UpSampling2D(interpolation="bicubic")(layers.Conv2D(2, 3, 2)(x)))
    assert field.stride == (0, 0)


def test_size_behind_an_enlargement_is_that_of_the_unit_that_sees_most():
    """Three enlarged units are two of the smaller map, which see 3 pixels each, 2 pixels apart."""
    field = field_of(
        lambda x: layers.Conv2D(2, 3, padding="same")(layers.UpSampling2D(2)(layers.Conv2D(2, 3, 2, "same")(x)))
    )
    assert (field.size, field.stride) == ((5, 5), (1, 1))
