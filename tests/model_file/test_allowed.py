"""The list of what a file may name, against Keras itself and the layer table, and each new class through a file."""

import inspect
import sys

import keras
import numpy as np
import pytest
from model_files import saved

from vislib.graph.layer_kinds import LAYERS, OPERATIONS
from vislib.model_file import allowed, load_model_file
from vislib.model_file.allowed_operations import OPERATIONS_BY_MODULE, REFUSED_OPERATIONS

layers = keras.layers
OF_KERAS_2 = {"RandomHeight", "RandomWidth"}
SIDE = 32


def test_every_layer_of_keras_is_allowed_or_refused_with_a_reason():
    """A new release of Keras that brings a layer fails here: somebody has to decide whether it is harmless."""
    public = {name for name, each in inspect.getmembers(layers, inspect.isclass) if issubclass(each, layers.Layer)}
    own = {name for name in public if getattr(layers, name).__name__ == name} | {"GroupQueryAttention"}
    assert own - allowed.LAYERS == set(allowed.REFUSED_LAYERS) & public
    assert allowed.LAYERS - public <= OF_KERAS_2 | {"GroupedQueryAttention"}
    assert not allowed.LAYERS & set(allowed.REFUSED_LAYERS)


def test_every_operation_of_keras_is_allowed_or_refused_with_a_reason():
    found = {
        (name, each.__name__)
        for name, module in list(sys.modules.items())
        if name.startswith("keras.src.ops.")
        for _, each in inspect.getmembers(module, inspect.isclass)
        if issubclass(each, keras.Operation) and each.__module__ == name
    }
    decided = {(module, name) for module, names in OPERATIONS_BY_MODULE.items() for name in names}
    left = {name for module, name in found - decided} - {"Operation", "Function"}
    assert left == set(REFUSED_OPERATIONS)
    assert decided <= found


def test_the_layer_table_knows_what_is_allowed():
    aliases = {"GroupQueryAttention"}  # Keras's public name of GroupedQueryAttention
    assert allowed.LAYERS - aliases <= set(LAYERS)
    assert set(OPERATIONS) >= allowed.OPERATIONS


READ_FILES = {"StringLookup", "IntegerLookup", "TextVectorization", "TFSMLayer"}
RUN_CODE = {"Lambda", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer"}


def test_no_layer_that_reads_files_or_runs_code_is_allowed():
    assert not allowed.LAYERS & (READ_FILES | RUN_CODE)


@pytest.mark.parametrize("name", sorted(allowed.LAYERS - OF_KERAS_2 - {"GroupedQueryAttention"}))
def test_no_allowed_layer_has_an_argument_that_is_a_path_or_a_function(name):
    parameters = set(inspect.signature(getattr(layers, name).__init__).parameters)
    assert not parameters & {"vocabulary", "vocabulary_file", "filepath", "path", "function", "call_fn", "apply_fn"}


def tokens(x):
    return layers.Reshape((64, 8))(layers.Conv2D(8, 4, strides=4, activation="relu")(x))


def of_tokens(layer, n_inputs=1):
    return lambda x: layers.GlobalAveragePooling1D()(layer(*[tokens(x)] * n_inputs))


ON_IMAGES = {
    "RandomGrayscale": (),
    "RandAugment": (),
    "RandomColorJitter": ((0, 255),),
    "RandomColorDegeneration": (0.5,),
    "RandomElasticTransform": (),
    "RandomGaussianBlur": (),
    "RandomHue": (0.5,),
    "RandomInvert": (),
    "RandomPerspective": (),
    "RandomPosterization": (4,),
    "RandomSaturation": (0.5,),
    "RandomSharpness": (0.5,),
    "AugMix": (),
    "CutMix": (),
    "MixUp": (),
    "AutoContrast": (),
    "Equalization": (),
    "Solarization": (),
    "ContrastLimitedAdaptiveHistogramEqualization": (),
    "AdaptiveMaxPooling2D": (4,),
    "SpatialDropout2D": (0.5,),
}
BUILT = {name: lambda x, name=name, given=given: getattr(layers, name)(*given)(x) for name, given in ON_IMAGES.items()}
BUILT |= {
    "Pipeline": lambda x: layers.Pipeline([layers.RandomFlip(), layers.RandomInvert()])(x),
    "SpectralNormalization": lambda x: layers.SpectralNormalization(layers.Conv2D(3, 3))(x),
    "EinsumDense": lambda x: layers.EinsumDense("bhwc,cd->bhwd", (SIDE, SIDE, 4), bias_axes="d")(x),
    "ConvLSTM1D": lambda x: layers.ConvLSTM1D(3, 3, return_sequences=True)(x),
    "MultiHeadAttention": of_tokens(layers.MultiHeadAttention(2, 4), 2),
    "GroupQueryAttention": of_tokens(layers.GroupQueryAttention(4, 4, 2), 2),
    "Attention": of_tokens(lambda x: layers.Attention()([x, x])),
    "AdditiveAttention": of_tokens(lambda x: layers.AdditiveAttention()([x, x])),
    "LSTM": of_tokens(layers.Bidirectional(layers.LSTM(4, return_sequences=True))),
    "GRU": of_tokens(layers.GRU(4, return_sequences=True)),
    "RNN": of_tokens(layers.RNN([layers.SimpleRNNCell(3), layers.LSTMCell(4)], return_sequences=True)),
    "TimeDistributed": of_tokens(layers.TimeDistributed(layers.Dense(4))),
    "Conv1DTranspose": of_tokens(layers.Conv1DTranspose(4, 3)),
    "operations": lambda x: keras.ops.where(
        keras.ops.floor(x * 3) > 1, keras.ops.cos(x), keras.ops.pad(x, [[0, 0]] * 4)
    ),
}


@pytest.mark.parametrize("name", BUILT)
def test_layer_of_keras_in_a_file_predicts_as_in_keras(name, tmp_path):
    inputs = keras.Input((SIDE, SIDE, 3))
    x = BUILT[name](inputs)
    x = layers.GlobalAveragePooling2D()(layers.Conv2D(4, 3)(x)) if len(x.shape) == 4 else x
    model = keras.Model(inputs, layers.Dense(3, activation="softmax")(x))
    images = np.random.default_rng(0).random((2, SIDE, SIDE, 3)).astype(np.float32)
    loaded = load_model_file(saved(model, ".keras", tmp_path), trust=True).model
    np.testing.assert_allclose(loaded(images, training=False), model(images, training=False), atol=1e-6)
