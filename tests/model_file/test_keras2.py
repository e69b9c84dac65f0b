"""What Keras 2 wrote in another form is read with the same result, and what was changed is said."""

import json
import zipfile

import h5py
import keras
import numpy as np
import pytest
from keras2_files import SIDE, each_layer, image_model, images, keras2_file, randomized

import vislib
from vislib import ModelError
from vislib.model_file import ModelFileWarning, load_model_file
from vislib.model_file.keras2.mend import mended

layers = keras.layers
KERNEL = {"kernel_initializer": {"class_name": "GlorotUniform", "config": {"seed": None}}, "kernel_regularizer": None,
          "kernel_constraint": None}  # fmt: skip


def assert_loads_the_same(path, model, given=None, says=None, atol=0.0):
    loaded = load_model_file(path, trust=True)
    given = images() if given is None else given
    np.testing.assert_allclose(loaded.model(given, training=False), model(given, training=False), rtol=0, atol=atol)
    assert len(loaded.notes) == (1 if says else 0)
    if says:
        assert says in loaded.notes[0]


GROUPS = {
    "DepthwiseConv2D": (layers.DepthwiseConv2D(3), {"groups": 1}),
    "SeparableConv2D": (layers.SeparableConv2D(8, 3), {"groups": 1, **KERNEL}),
    "Conv2DTranspose": (layers.Conv2DTranspose(8, 3), {"groups": 1}),
}


@pytest.mark.parametrize("kind", GROUPS)
def test_setting_groups_left_out_where_it_is_one(kind, tmp_path):
    layer, settings = GROUPS[kind]
    model = image_model(type(layer).from_config(layer.get_config()))
    path = keras2_file(model, tmp_path / "m.h5", each_layer(kind, **settings))
    assert_loads_the_same(path, model, says=f"the setting groups of {kind}")


def test_groups_that_do_something_are_not_left_out(tmp_path):
    path = keras2_file(
        image_model(layers.Conv2DTranspose(8, 3)), tmp_path / "m.h5", each_layer("Conv2DTranspose", groups=2)
    )
    with pytest.raises(ModelError, match="groups"):
        load_model_file(path, trust=True)


def test_slashes_in_names_of_layers_and_of_weights(tmp_path):
    """As DenseNet has them; "conv1_bn" is taken already."""
    model = image_model(layers.BatchNormalization(name="bn"), layers.ReLU(name="conv1_bn"))

    def change(config):
        return json.loads(json.dumps(config).replace('"bn"', '"conv1/bn"'))

    path = keras2_file(model, tmp_path / "m.h5", change)
    with h5py.File(path, "r+") as file:
        weights = file["model_weights"]
        weights.move("bn", "conv1/bn")
        names = [
            str(np.char.decode(name)) if isinstance(name, bytes) else name for name in weights.attrs["layer_names"]
        ]
        weights.attrs["layer_names"] = [name.replace("bn", "conv1/bn") if name == "bn" else name for name in names]
    assert_loads_the_same(path, model, says="“_” for “/” in a layer's name")
    assert "conv1_bn_" in [each.name for each in load_model_file(path, trust=True).model.layers]


def policy(name):
    return {
        "module": "keras.mixed_precision",
        "class_name": "Policy",
        "config": {"name": name},
        "registered_name": None,
    }


def test_class_policy_is_the_name_of_a_type(tmp_path):
    model = image_model(layers.BatchNormalization())

    def change(config):
        for layer in config["config"]["layers"][1:]:
            layer["config"]["dtype"] = policy("float32")

    path = keras2_file(model, tmp_path / "m.h5", change)
    assert_loads_the_same(path, model, says="the data type class Policy (× 4)")


def test_list_of_layers_whose_first_has_the_shape(tmp_path):
    """The form of Keras 2.0 to 2.2."""
    model = randomized(
        keras.Sequential(
            [keras.Input((SIDE, SIDE, 3)), layers.Conv2D(4, 3), layers.Flatten(), layers.Dense(3, activation="softmax")]
        )
    )

    def change(config):
        inner = config["config"]["layers"][1:]
        inner[0]["config"]["batch_input_shape"] = [None, SIDE, SIDE, 3]
        return {"class_name": "Sequential", "config": inner}

    path = keras2_file(model, tmp_path / "m.h5", change, "2.1.6")
    assert_loads_the_same(path, model, says="a Sequential model's list of layers")


def test_axis_in_a_list_and_settings_of_older_batch_normalization(tmp_path):
    model = image_model(layers.BatchNormalization())
    change = each_layer("BatchNormalization", axis=[3], renorm=False, fused=None, virtual_batch_size=None)
    assert_loads_the_same(keras2_file(model, tmp_path / "m.h5", change), model)


def test_optimizer_with_lr_and_decay_is_never_read(tmp_path):
    model = image_model()
    model.compile("sgd", "categorical_crossentropy")
    path = keras2_file(model, tmp_path / "m.h5", lambda config: None)
    with h5py.File(path, "r+") as file:
        training = json.loads(file.attrs["training_config"])
        training["optimizer_config"] = {"class_name": "SGD", "config": {"lr": 0.1, "decay": 1e-6, "momentum": 0.9}}
        file.attrs["training_config"] = json.dumps(training)
    assert_loads_the_same(path, model)


def test_model_inside_a_model_is_counted_from_one_there(tmp_path):
    inner = keras.Sequential([keras.Input((SIDE, SIDE, 3)), layers.Conv2D(4, 3, activation="relu")], name="inner")
    whole = keras.Input((SIDE, SIDE, 3), name="whole")
    base = keras.Model(whole, layers.Conv2D(3, 1, name="one")(whole), name="base")
    image = keras.Input((SIDE, SIDE, 3), name="image")
    x = layers.GlobalAveragePooling2D(name="pool")(inner(base(image)))
    model = randomized(keras.Model(image, layers.Dense(3, activation="softmax", name="scores")(x)))

    def change(config):
        calls = {"base": ["image", 0], "inner": ["base", 1], "pool": ["inner", 1], "scores": ["pool", 0]}
        for layer in config["config"]["layers"]:
            if layer["name"] in calls:
                layer["inbound_nodes"] = [[[*calls[layer["name"]], 0, {}]]]
        config["config"] |= {"input_layers": [["image", 0, 0]], "output_layers": [["scores", 0, 0]]}

    assert_loads_the_same(keras2_file(model, tmp_path / "m.h5", change), model)


def test_hard_sigmoid_keeps_the_slope_of_keras_2(tmp_path):
    model = image_model(layers.Activation("hard_sigmoid", name="gate"))
    path = keras2_file(model, tmp_path / "m.h5", lambda config: None)
    loaded = load_model_file(path, trust=True)
    before = keras.Model(loaded.model.inputs, loaded.model.get_layer("c1").output)(images())
    gate = keras.Model(loaded.model.inputs, loaded.model.get_layer("gate").output)(images())
    np.testing.assert_allclose(gate, np.clip(0.2 * np.asarray(before) + 0.5, 0, 1), atol=1e-6)
    assert "hard_sigmoid keeps its slope of 0.2" in loaded.notes[0]
    loaded.model.save(tmp_path / "again.keras")
    np.testing.assert_array_equal(
        load_model_file(tmp_path / "again.keras", trust=True).model(images()), loaded.model(images())
    )


def test_file_of_keras_3_keeps_its_own_hard_sigmoid(tmp_path):
    model = image_model(layers.Activation("hard_sigmoid"))
    model.save(tmp_path / "m.h5")
    assert_loads_the_same(tmp_path / "m.h5", model)


def test_thresholded_relu_and_random_crop_as_keras_2_computes_them(tmp_path):
    model = image_model(layers.Identity(name="t"), layers.Identity(name="crop"))

    def change(config):
        for layer in config["config"]["layers"]:
            if layer["name"] == "t":
                layer["class_name"], layer["config"] = "ThresholdedReLU", {"name": "t", "theta": 0.3, "trainable": True}
            if layer["name"] == "crop":
                layer["class_name"] = "RandomCrop"
                layer["config"] = {"name": "crop", "height": 8, "width": 12, "seed": None, "rng_type": "stateful"}

    loaded = load_model_file(keras2_file(model, tmp_path / "m.h5", change), trust=True)
    values = {name: np.asarray(keras.Model(loaded.model.inputs, loaded.model.get_layer(name).output)(images()))
              for name in ("c1", "t", "crop")}  # fmt: skip
    np.testing.assert_array_equal(values["t"], np.where(values["c1"] > 0.3, values["c1"], 0))
    resized = layers.Resizing(8, 12, crop_to_aspect_ratio=True)(values["t"])  # as tf_keras's smart_resize
    np.testing.assert_allclose(values["crop"], resized, atol=1e-6)


def operation(function, before, arguments, name):
    config = {"name": name, "trainable": True, "dtype": "float32", "function": function}
    node = [before, 0, 0, arguments]
    return {"class_name": "TFOpLambda", "config": config, "name": name, "inbound_nodes": [node]}


def with_operations(*operations):
    """A change that puts operations between the image and the first layer."""

    def change(config):
        every = config["config"]["layers"]
        every[1]["inbound_nodes"] = [[[operations[-1]["name"], 0, 0, {}]]]
        every[1:1] = operations

    return change


OPERATIONS = {
    "x / 255 - mean": (
        [("math.truediv", {"y": 127.5, "name": None}), ("math.subtract", {"y": [0.1, 0.2, 0.3], "name": None})],
        lambda x: x / 127.5 - np.float32([0.1, 0.2, 0.3]),
    ),
    "1 + x as __operators__": ([("__operators__.add", {"y": 1.0, "name": None})], lambda x: x + 1),
    "x + x": ([("__operators__.add", {"y": ["image", 0, 0], "name": None})], lambda x: x + x),
    "relu of minus x": ([("math.negative", {}), ("nn.relu", {"name": None})], lambda x: np.maximum(-x, 0)),
    "leaky relu, its default": (
        [("math.negative", {}), ("nn.leaky_relu", {})], lambda x: np.where(x < 0, -x, -0.2 * x)),
    "clip": ([("clip_by_value", {"clip_value_min": 0.2, "clip_value_max": 0.7})], lambda x: np.clip(x, 0.2, 0.7)),
    "mean kept, and a transpose": (
        [("compat.v1.transpose", {"perm": [0, 2, 1, 3]}), ("math.reduce_mean", {"axis": [1], "keepdims": True}),
         ("math.multiply", {"y": ["image", 0, 0]})],
        lambda x: x.transpose(0, 2, 1, 3).mean(1, keepdims=True) * x,
    ),
    "cast and power": ([("cast", {"dtype": "float32"}), ("math.pow", {"y": 2.0})], lambda x: x**2),
}  # fmt: skip


@pytest.mark.parametrize("name", OPERATIONS)
def test_operations_of_tensorflow_between_layers(name, tmp_path):
    steps, expected = OPERATIONS[name]
    before, made = "image", []
    for number, (function, arguments) in enumerate(steps):
        made.append(operation(function, before, arguments, f"tf.{function}_{number}"))
        before = made[-1]["name"]
    model = image_model()
    loaded = load_model_file(keras2_file(model, tmp_path / "m.h5", with_operations(*made)), trust=True)
    np.testing.assert_allclose(loaded.model(images()), model(expected(images()).astype(np.float32)), atol=1e-6)
    assert "operations of TensorFlow are those of Keras 3" in loaded.notes[0]


def test_slice_between_layers(tmp_path):
    spec = [{"start": None, "stop": None, "step": None}, {"class_name": "__ellipsis__"},
            {"start": None, "stop": None, "step": -1}]  # fmt: skip
    reverse = operation("__operators__.getitem", "image", {"slice_spec": spec}, "tf.slice")
    model = image_model()
    path = keras2_file(model, tmp_path / "m.h5", with_operations({**reverse, "class_name": "SlicingOpLambda"}))
    loaded = load_model_file(path, trust=True)
    np.testing.assert_allclose(loaded.model(images()), model(images()[..., ::-1]), atol=1e-6)


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        ("nn.local_response_normalization", {}),
        ("math.reduce_mean", {"axis": [1], "experimental": 3}),
        ("py_function", {}),
    ],
)
def test_operation_that_keras_3_does_not_have_is_named(function, arguments, tmp_path):
    change = with_operations(operation(function, "image", arguments, "tf.op"))
    with pytest.raises(ModelError, match=rf"'{function}'.*layer 'tf\.op'.*set_weights"):
        load_model_file(keras2_file(image_model(), tmp_path / "m.h5", change), trust=True)


def test_layer_that_keras_3_does_not_have_is_named(tmp_path):
    def change(config):
        config["config"]["layers"][1]["class_name"] = "LocallyConnected2D"

    with pytest.raises(ModelError, match=r"LocallyConnected2D.*Keras 3 has no such layer.*set_weights"):
        load_model_file(keras2_file(image_model(), tmp_path / "m.h5", change), trust=True)


def test_settings_of_attention_and_of_wrapped_layers(tmp_path):
    """Further tensors of a call, the shapes that Keras 2 keeps, and a layer inside a layer, without a module."""
    inputs = keras.Input((SIDE, SIDE, 3), name="image")
    x = layers.Reshape((16, 8), name="tokens")(layers.Conv2D(8, 4, strides=4, name="patches")(inputs))
    x = layers.MultiHeadAttention(2, 4, name="attention")(x, x)
    x = layers.Bidirectional(layers.LSTM(3, return_sequences=True), name="both")(x)
    x = layers.GlobalAveragePooling1D(name="pool")(layers.Attention(name="last")([x, x]))
    model = randomized(keras.Model(inputs, layers.Dense(3, activation="softmax", name="scores")(x)))

    def change(config):
        for layer in config["config"]["layers"]:
            if layer["name"] == "attention":
                layer["config"] |= {"query_shape": [None, 16, 8], "key_shape": None, "value_shape": [None, 16, 8]}
                layer["inbound_nodes"] = [[["tokens", 0, 0, {"value": ["tokens", 0, 0]}]]]
            if layer["name"] == "both":
                layer["config"]["layer"] = {key: layer["config"]["layer"][key] for key in ("class_name", "config")}
                layer["config"]["layer"]["config"] |= {"time_major": False, "implementation": 2}

    assert_loads_the_same(keras2_file(model, tmp_path / "m.h5", change), model, atol=1e-6)


def test_file_of_keras_3_15_is_not_changed():
    config = json.loads(image_model(layers.Activation("hard_sigmoid"), layers.RandomCrop(9, 9)).to_json())
    made, notes = mended(config, "3.15.1", is_archive=True)
    assert notes == ()
    config["config"]["layers"][0]["config"] = made["config"]["layers"][0]["config"]  # without sparse and ragged: False
    assert made == config


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_single_output_in_a_list_as_keras_3_0_to_3_8_wrote_it(suffix, tmp_path):
    """A base at the beginning of a Sequential model: Keras 3.15 alone cannot load it."""
    image = keras.Input((SIDE, SIDE, 3), name="image")
    base = keras.Model(image, layers.Conv2D(4, 3, name="conv")(image), name="base")
    head = [layers.GlobalAveragePooling2D(), layers.Dropout(0.2), layers.Dense(3, activation="softmax")]
    model = randomized(keras.Sequential([keras.Input((SIDE, SIDE, 3)), base, *head]))
    path = tmp_path / f"m{suffix}"
    model.save(path)

    def older(config):
        inner = next(each for each in config["config"]["layers"] if each["config"].get("name") == "base")
        inner["config"] |= {"output_layers": [["conv", 0, 0]], "input_layers": [["image", 0, 0]]}
        return config

    if suffix == ".h5":
        path = keras2_file(model, path, older, "3.8.0")
    else:
        with zipfile.ZipFile(path) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        members["config.json"] = json.dumps(older(json.loads(members["config.json"]))).encode()
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in members.items():
                archive.writestr(name, content)
    assert_loads_the_same(path, model)


@pytest.mark.parametrize(("version", "side"), [("2.15.0", 9), ("3.5.0", 9), ("3.8.0", SIDE)])
def test_random_crop_resizes_in_files_from_before_3_6_alone(version, side, tmp_path):
    path = keras2_file(
        image_model(layers.RandomCrop(9, 9, name="crop")), tmp_path / "m.h5", lambda config: None, version
    )
    model = load_model_file(path, trust=True).model
    output = keras.Model(model.inputs, model.get_layer("crop").output)(images(), training=False)
    assert output.shape == (3, side, side, 6)


@pytest.mark.parametrize("version", ["3.6.0", "3.7.0"])
def test_random_crop_of_the_versions_that_cut_is_said(version, tmp_path):
    path = keras2_file(image_model(layers.RandomCrop(9, 9)), tmp_path / "m.h5", lambda config: None, version)
    assert "where that version cut out its upper left part" in load_model_file(path, trust=True).notes[0]


def test_what_was_changed_is_a_warning_of_load_classifier(tmp_path):
    path = keras2_file(
        image_model(layers.DepthwiseConv2D(3)), tmp_path / "m.h5", each_layer("DepthwiseConv2D", groups=1)
    )
    with pytest.warns(ModelFileWarning, match=r"Keras '2\.15\.0'.*the setting groups of DepthwiseConv2D\.$"):
        vislib.load_classifier(path, preprocess="0..1", trust=True)
