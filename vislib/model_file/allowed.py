"""What a model file may name: the Keras classes that image classifiers consist of, and nothing else.

This is an allow list. Keras's safe mode refuses what is known to be dangerous, and so accepts what is not known yet
(`keras.config.set_epsilon` in a `Lambda` was an example). None of the classes here can call a function that a file
names, open a file, or change anything outside the model.
"""

_MERGING = "Add Subtract Multiply Average Maximum Minimum Concatenate Dot"
_POOLING = (
    "MaxPooling1D MaxPooling2D AveragePooling1D AveragePooling2D GlobalMaxPooling1D GlobalMaxPooling2D "
    "GlobalAveragePooling1D GlobalAveragePooling2D AdaptiveAveragePooling2D AdaptiveMaxPooling2D"
)
_WEIGHTED = "Dense Conv1D Conv2D Conv2DTranspose SeparableConv1D SeparableConv2D DepthwiseConv1D DepthwiseConv2D"
_NORMALIZING = (
    "BatchNormalization LayerNormalization GroupNormalization UnitNormalization RMSNormalization Normalization "
    "Rescaling"
)
_REGULARIZING = (
    "Dropout SpatialDropout1D SpatialDropout2D GaussianDropout GaussianNoise AlphaDropout ActivityRegularization"
)
_ACTIVATING = "Activation ReLU LeakyReLU PReLU ELU Softmax"
_SHAPING = (
    "InputLayer Identity Flatten Reshape Permute ZeroPadding1D ZeroPadding2D Cropping1D Cropping2D UpSampling2D "
    "Resizing CenterCrop"
)
_AUGMENTING = (
    "RandomFlip RandomRotation RandomZoom RandomTranslation RandomContrast RandomBrightness RandomCrop "
    "RandomHeight RandomWidth RandomShear RandomErasing"
)

MODELS = frozenset(["Functional", "Sequential", "Model"])
LAYERS = frozenset(
    " ".join((_MERGING, _POOLING, _WEIGHTED, _NORMALIZING, _REGULARIZING, _ACTIVATING, _SHAPING, _AUGMENTING)).split()
)
_INITIALIZERS = frozenset(
    [
        "Zeros",
        "Ones",
        "Constant",
        "Identity",
        "GlorotNormal",
        "GlorotUniform",
        "HeNormal",
        "HeUniform",
        "LecunNormal",
        "LecunUniform",
        "RandomNormal",
        "RandomUniform",
        "TruncatedNormal",
        "VarianceScaling",
        "Orthogonal",
        "OrthogonalInitializer",
    ]
)
_REGULARIZERS = frozenset(["L1", "L2", "L1L2"])
_CONSTRAINTS = frozenset(["MaxNorm", "MinMaxNorm", "NonNeg", "UnitNorm"])
# The classes that a file holds for `x + y`, `x / 255.0`, `x[..., ::-1]` or `keras.ops.mean(x)` between layers.
_NUMPY_OPERATIONS = frozenset(
    [
        "Absolute",
        "Add",
        "Average",
        "Clip",
        "Concatenate",
        "Divide",
        "Exp",
        "ExpandDims",
        "Expm1",
        "GetItem",
        "Log",
        "Log1p",
        "Max",
        "Maximum",
        "Mean",
        "Min",
        "Minimum",
        "Moveaxis",
        "Multiply",
        "Negative",
        "Power",
        "Prod",
        "Reciprocal",
        "Reshape",
        "Sign",
        "Sqrt",
        "Square",
        "Squeeze",
        "Std",
        "Subtract",
        "Sum",
        "Swapaxes",
        "Tanh",
        "Transpose",
        "TrueDivide",
        "Var",
    ]
)
_NEURAL_OPERATIONS = frozenset(
    [
        "AveragePool",
        "Elu",
        "Gelu",
        "HardSigmoid",
        "HardSilu",
        "LeakyRelu",
        "LogSoftmax",
        "MaxPool",
        "Normalize",
        "Relu",
        "Relu6",
        "Selu",
        "Sigmoid",
        "Silu",
        "Softmax",
        "Softplus",
    ]
)
OPERATIONS = _NUMPY_OPERATIONS | _NEURAL_OPERATIONS
NOT_IN_HDF5 = frozenset(("GetItem", "LayerScale", "CustomScaleLayer"))

# A class is identified by its name and the module that Keras writes with it; a custom layer has another module.
CLASSES: dict[str, frozenset[str]] = {
    "keras": frozenset(("Sequential", "DTypePolicy")),
    "keras.models": MODELS,
    "keras.src.models.functional": frozenset(("Functional",)),
    "keras.src.models.sequential": frozenset(("Sequential",)),
    "keras.layers": LAYERS,
    "keras.initializers": _INITIALIZERS,
    "keras.regularizers": _REGULARIZERS,
    "keras.constraints": _CONSTRAINTS,
    "keras.dtype_policies": frozenset(("DTypePolicy",)),
    "keras.src.ops.numpy": _NUMPY_OPERATIONS,
    "keras.src.ops.nn": _NEURAL_OPERATIONS,
    "keras.src.applications.convnext": frozenset(("LayerScale",)),
    "keras.src.applications.inception_resnet_v2": frozenset(("CustomScaleLayer",)),
}

# HDF5 files name classes without a module. Keras looks up layers and models among its layers, and other classes among
# the objects of their kind.
LEGACY_CLASSES = MODELS | LAYERS | _INITIALIZERS | _REGULARIZERS | _CONSTRAINTS | {"DTypePolicy"}

# Class names in a configuration that stand for plain values.
VALUES = frozenset(("__keras_tensor__", "__tensor__", "__numpy__", "__tuple__", "__slice__", "__ellipsis__"))

ACTIVATIONS = frozenset(
    [
        "celu",
        "elu",
        "exponential",
        "gelu",
        "glu",
        "hard_shrink",
        "hard_sigmoid",
        "hard_silu",
        "hard_swish",
        "hard_tanh",
        "leaky_relu",
        "linear",
        "log_sigmoid",
        "log_softmax",
        "mish",
        "relu",
        "relu6",
        "selu",
        "sigmoid",
        "silu",
        "soft_shrink",
        "softmax",
        "softplus",
        "softsign",
        "sparse_plus",
        "sparse_sigmoid",
        "sparsemax",
        "squareplus",
        "swish",
        "tanh",
        "tanh_shrink",
        "threshold",
    ]
)
FUNCTION_MODULES = frozenset(("builtins", "keras.activations"))

DTYPES = frozenset(
    [
        "float16",
        "bfloat16",
        "float32",
        "float64",
        "mixed_float16",
        "mixed_bfloat16",
        "int8",
        "int16",
        "int32",
        "int64",
        "uint8",
        "uint16",
        "uint32",
        "uint64",
        "bool",
    ]
)
