"""What a model file may name: the classes of Keras that neither run code nor read files, and nothing else.

This is an allow list. Keras's safe mode refuses what is known to be dangerous, and so accepts what is not known yet
(`keras.config.set_epsilon` in a `Lambda` was an example). None of the classes here can call a function that a file
names, open a file, or change anything outside the model. `REFUSED_LAYERS` says why each other layer of Keras is not
here; `tests/model_file/test_allowed.py` fails on a layer that is in neither list.
"""

from vislib.language import text
from vislib.model_file.allowed_operations import OPERATIONS_BY_MODULE

_MERGING = "Add Subtract Multiply Average Maximum Minimum Concatenate Dot"
_POOLING = (
    "MaxPooling1D MaxPooling2D MaxPooling3D AveragePooling1D AveragePooling2D AveragePooling3D GlobalMaxPooling1D "
    "GlobalMaxPooling2D GlobalMaxPooling3D GlobalAveragePooling1D GlobalAveragePooling2D GlobalAveragePooling3D "
    "AdaptiveAveragePooling1D AdaptiveAveragePooling2D AdaptiveAveragePooling3D AdaptiveMaxPooling1D "
    "AdaptiveMaxPooling2D AdaptiveMaxPooling3D"
)
_WEIGHTED = (
    "Dense EinsumDense Conv1D Conv2D Conv3D Conv1DTranspose Conv2DTranspose Conv3DTranspose SeparableConv1D "
    "SeparableConv2D DepthwiseConv1D DepthwiseConv2D Embedding ReversibleEmbedding"
)
_ATTENDING = "Attention AdditiveAttention MultiHeadAttention GroupedQueryAttention GroupQueryAttention"
_RECURRENT = (
    "RNN SimpleRNN SimpleRNNCell GRU GRUCell LSTM LSTMCell StackedRNNCells ConvLSTM1D ConvLSTM2D ConvLSTM3D "
    "Bidirectional TimeDistributed"
)
_NORMALIZING = (
    "BatchNormalization LayerNormalization GroupNormalization UnitNormalization RMSNormalization "
    "SpectralNormalization Normalization Rescaling"
)
_REGULARIZING = (
    "Dropout SpatialDropout1D SpatialDropout2D SpatialDropout3D GaussianDropout GaussianNoise AlphaDropout "
    "ActivityRegularization"
)
_ACTIVATING = "Activation ReLU LeakyReLU PReLU ELU Softmax"
_SHAPING = (
    "InputLayer Identity Flatten Reshape Permute RepeatVector Masking ZeroPadding1D ZeroPadding2D ZeroPadding3D "
    "Cropping1D Cropping2D Cropping3D UpSampling1D UpSampling2D UpSampling3D Resizing CenterCrop"
)
_AUGMENTING = (
    "RandomFlip RandomRotation RandomZoom RandomTranslation RandomContrast RandomBrightness RandomCrop "
    "RandomHeight RandomWidth RandomShear RandomErasing RandomColorDegeneration RandomColorJitter "
    "RandomElasticTransform RandomGaussianBlur RandomGrayscale RandomHue RandomInvert RandomPerspective "
    "RandomPosterization RandomSaturation RandomSharpness AugMix CutMix MixUp RandAugment AutoContrast "
    "ContrastLimitedAdaptiveHistogramEqualization Equalization Solarization MaxNumBoundingBoxes Pipeline"
)
_ENCODING = "CategoryEncoding Discretization Hashing HashedCrossing MelSpectrogram STFTSpectrogram"

MODELS = frozenset(["Functional", "Sequential", "Model"])
LAYERS = frozenset(
    " ".join(
        (_MERGING, _POOLING, _WEIGHTED, _ATTENDING, _RECURRENT, _NORMALIZING, _REGULARIZING, _ACTIVATING, _SHAPING,
         _AUGMENTING, _ENCODING)
    ).split()
)  # fmt: skip

RUNS_CODE = text("it can run code that the file brings")
READS_FILES = text("it reads files")
ABSTRACT = text("it is only a base for other layers and computes nothing")
REFUSED_LAYERS = {
    "Lambda": RUNS_CODE,
    "TFSMLayer": RUNS_CODE,
    "TorchModuleWrapper": RUNS_CODE,
    "JaxLayer": RUNS_CODE,
    "FlaxLayer": RUNS_CODE,
    "StringLookup": READS_FILES,
    "IntegerLookup": READS_FILES,
    "TextVectorization": READS_FILES,
    "Layer": ABSTRACT,
    "Wrapper": ABSTRACT,
}
"""Every other layer of Keras by class name, with the reason why a file may not hold it."""

INITIALIZERS = frozenset(
    [
        "Zeros",
        "Ones",
        "Constant",
        "Identity",
        "IdentityInitializer",
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
_REGULARIZERS = frozenset(["L1", "L2", "L1L2", "OrthogonalRegularizer"])
_CONSTRAINTS = frozenset(["MaxNorm", "MinMaxNorm", "NonNeg", "UnitNorm"])
OPERATIONS = frozenset().union(*OPERATIONS_BY_MODULE.values())
NOT_IN_HDF5 = frozenset(("GetItem",))
_OF_APPLICATIONS = frozenset(("LayerScale", "CustomScaleLayer"))

# A class is identified by its name and the module that Keras writes with it; a custom layer has another module.
CLASSES: dict[str, frozenset[str]] = {
    "keras": frozenset(("Sequential", "Model", "DTypePolicy")),
    "keras.models": MODELS,
    "keras.src.models.functional": frozenset(("Functional",)),
    "keras.src.models.sequential": frozenset(("Sequential",)),
    "keras.layers": LAYERS,
    "keras.initializers": INITIALIZERS,
    "keras.regularizers": _REGULARIZERS,
    "keras.constraints": _CONSTRAINTS,
    "keras.dtype_policies": frozenset(("DTypePolicy", "FloatDTypePolicy")),
    **OPERATIONS_BY_MODULE,
    "keras.src.applications.convnext": frozenset(("LayerScale",)),
    "keras.src.applications.inception_resnet_v2": frozenset(("CustomScaleLayer",)),
}

# HDF5 files name classes without a module. Keras looks up layers and models among its layers, and other classes among
# the objects of their kind.
LEGACY_CLASSES = (
    MODELS | LAYERS | _OF_APPLICATIONS | INITIALIZERS | _REGULARIZERS | _CONSTRAINTS
    | {"DTypePolicy", "FloatDTypePolicy"}
)  # fmt: skip

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
