"""What each Keras layer and operation does to a map, as data: the only list of them.

A new layer kind is one row here, and a formula in `vislib.layers` if a formula is shown. The rows have class names
instead of classes, so that a look-up does not import TensorFlow.
"""

import functools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum, auto
from typing import Any

from vislib.language import text


class Role(StrEnum):
    """What a layer is for."""

    CONVOLUTION = auto()
    DENSE = auto()
    POOLING = auto()
    NORMALIZATION = auto()
    ACTIVATION = auto()
    MERGE = auto()
    PADDING = auto()
    RESHAPE = auto()
    RESCALING = auto()
    REGULARIZATION = auto()
    AUGMENTATION = auto()
    ATTENTION = auto()
    GIVEN = auto()
    OTHER = auto()


class Reach(StrEnum):
    """What one place of the output depends on."""

    PLACE = auto()
    """The same place of each input."""
    CHANNELS = auto()
    """The same place, if `axis` is the channels; otherwise everything."""
    WINDOW = auto()
    """A window, given by kernel or pool size, strides, dilation and padding."""
    SHIFT = auto()
    """One place, shifted: padding and cropping."""
    SPREAD = auto()
    """A window of the smaller map that it enlarges, as in upsampling and transposed convolution."""
    EVERYWHERE = auto()
    """All places, or unknown."""


@dataclass(frozen=True)
class LayerKind:
    """The properties of a kind of layer.

    Attributes:
        role: What it is for.
        reach: What one place of its output depends on.
        title: A description in words.
        identity: Whether it passes its values on at prediction time, perhaps in another shape.
        exact_on_windows: Whether it gives the same values on a cut-out window of its input.
        outside: The value that a window reads beyond the edge of the map.
        statistic: For a pooling layer, "max" or "average".
        joins: The kind of block whose branches it joins: "residual", "inception" or "gated".
        probabilities: "softmax" or "sigmoid" if it is such a final activation, or its logarithm.
        in_0_to_1: Whether it is an activation whose values all lie in 0..1, as those of a gate do.
        relu: Whether it is a ReLU or a variant of it, to which the rules of `relu_rules` apply.
        depthwise: Whether it is a convolution of each channel by itself.
        depth: Whether it counts in a network's depth.
        linear: For a merge or a reduction, whether it is linear in its inputs together, such as a mean.
        macs_known: Whether its multiply-adds are known; zero counts as known.
    """

    role: Role
    reach: Reach
    title: str = ""
    identity: bool = False
    exact_on_windows: bool = False
    outside: float = 0.0
    statistic: str = ""
    joins: str = ""
    probabilities: str = ""
    in_0_to_1: bool = False
    relu: bool = False
    depthwise: bool = False
    depth: bool = False
    linear: bool = False
    macs_known: bool = True


UNKNOWN = LayerKind(Role.OTHER, Reach.EVERYWHERE, macs_known=False)
"""The row of every class that neither Keras nor vislib defines."""


def kind_of(operation: Any) -> LayerKind:
    """The row of a layer or operation; UNKNOWN unless Keras or vislib defines its class.

    The class must have the right module as well as the right name: a custom layer with a known name may do anything.
    """
    return _row(type(operation)) or UNKNOWN


def kind_of_activation(operation: Any) -> LayerKind:
    """The row of the activation function that an operation is or ends in.

    Args:
        operation: A layer or operation; or an activation itself, as in `layer.activation`: a function, a
            `functools.partial` of one, a layer, or None.

    Returns:
        LINEAR for None, for the linear function and for a layer that passes its values on; the operation's own row if
        it has no activation, such as that of a pooling layer; UNKNOWN for a function that Keras, TensorFlow and
        vislib do not define, whatever its name, and for a layer that may not end in its activation, such as a custom one.
    """
    if operation is None:
        return LINEAR
    kind = kind_of(operation)
    if hasattr(operation, "activation"):
        ends_in_it = kind.role in (Role.CONVOLUTION, Role.DENSE, Role.ACTIVATION)
        return kind_of_activation(operation.activation) if ends_in_it else UNKNOWN
    if kind is not UNKNOWN:
        return LINEAR if kind.identity else kind
    if isinstance(operation, functools.partial):
        return kind_of_activation(operation.func)
    package = str(getattr(operation, "__module__", None)).partition(".")[0]
    name = getattr(operation, "__name__", None)
    return (
        _FUNCTIONS.get(plain_name(name), UNKNOWN) if name and package in ("keras", "tensorflow", "vislib") else UNKNOWN
    )


def plain_name(name: str) -> str:
    """The name of a function or class without underscores and capitals; the same for both: "leakyrelu"."""
    return name.replace("_", "").lower()


def nearest_kind(operation: Any) -> LayerKind:
    """The row of the nearest Keras class that an operation derives from; UNKNOWN if there is none.

    It is for pictures and texts only. A subclass may compute something else, so code that computes values uses
    `kind_of`.
    """
    return next((row for base in type(operation).__mro__ if (row := _row(base))), UNKNOWN)


def layer_kind_named(name: str) -> LayerKind:
    """The row of the Keras layer with this class name; UNKNOWN if there is none."""
    return LAYERS.get(name, UNKNOWN)


def operation_kind_named(name: str) -> LayerKind:
    """The row of the Keras operation (`keras.ops`) with this class name; UNKNOWN if there is none."""
    return OPERATIONS.get(name, UNKNOWN)


def _row(cls: type) -> LayerKind | None:
    package = cls.__module__.partition(".")[0]
    if package not in ("keras", "vislib"):
        return None
    rows = OPERATIONS if cls.__module__.startswith("keras.src.ops.") else LAYERS
    return rows.get(cls.__name__)


def _rows(*groups: tuple[str, LayerKind]) -> dict[str, LayerKind]:
    """Rows by class name, from groups (names separated by spaces, their common row)."""
    return dict(_pairs(groups))


def _pairs(groups: tuple[tuple[str, LayerKind], ...]) -> Iterator[tuple[str, LayerKind]]:
    return ((name, kind) for names, kind in groups for name in names.split())


_P, _C, _W, _S, _E = Reach.PLACE, Reach.CHANNELS, Reach.WINDOW, Reach.SHIFT, Reach.EVERYWHERE
_LOWEST = float("-inf")

BATCH_NORMALIZATION = LayerKind(
    Role.NORMALIZATION,
    _P,
    text("batch normalization: shifted and scaled with the statistics of the training"),
    exact_on_windows=True,
)
MAXIMUM = LayerKind(Role.MERGE, _P, text("the largest of the paths that meet here"), exact_on_windows=True)
_ACTIVATION = LayerKind(
    Role.ACTIVATION, _P, text("an activation function, applied to each number"), exact_on_windows=True
)
LINEAR = replace(_ACTIVATION, title=text("the same values"), identity=True)
"""The row of an operation that ends in no activation function."""
_GATE = replace(_ACTIVATION, in_0_to_1=True)
_RELU = LayerKind(
    Role.ACTIVATION, _P, text("an activation function, applied to each number"), exact_on_windows=True, relu=True
)
_SOFTMAX = LayerKind(
    Role.ACTIVATION,
    _C,
    text("softmax over the channels"),
    exact_on_windows=True,
    probabilities="softmax",
    in_0_to_1=True,
)
_OVER_CHANNELS = LayerKind(Role.ACTIVATION, _C, text("over the channels of each place"), exact_on_windows=True)
_CHANNEL_NORM = LayerKind(
    Role.NORMALIZATION, _C, text("normalization over the channels of each place"), exact_on_windows=True
)
_ADD = LayerKind(
    Role.MERGE, _P, text("a sum of the paths that meet here"), exact_on_windows=True, joins="residual", linear=True
)
_MULTIPLY = LayerKind(
    Role.MERGE, _P, text("a product of the paths that meet here"), exact_on_windows=True, joins="gated"
)
_CONCATENATE = LayerKind(
    Role.MERGE,
    _C,
    text("a concatenation of maps along the channels"),
    exact_on_windows=True,
    joins="inception",
    linear=True,
)
_MERGE = LayerKind(Role.MERGE, _P, exact_on_windows=True)
_LINEAR_MERGE = replace(_MERGE, linear=True)
_RESCALING = LayerKind(Role.RESCALING, _P, text("each number scaled and shifted"), exact_on_windows=True)
_REGULARIZATION = LayerKind(
    Role.REGULARIZATION,
    _P,
    text("regularization, which acts only during training"),
    identity=True,
    exact_on_windows=True,
)
_AUGMENTATION = LayerKind(
    Role.AUGMENTATION, _P, text("augmentation, which acts only during training"), identity=True, exact_on_windows=True
)
_SHAPED = LayerKind(Role.RESHAPE, _E, text("the same values in another shape"), identity=True)
_MOVED = LayerKind(Role.RESHAPE, _E, text("values moved to other places"))
_ATTENTION = LayerKind(Role.ATTENTION, _E, text("attention over all places"), macs_known=False)
_PRODUCT = LayerKind(Role.MERGE, _E, text("a product of tensors"), macs_known=False)
_REDUCTION = LayerKind(Role.OTHER, _E, text("one number of many"))
_CONVOLUTION = LayerKind(
    Role.CONVOLUTION, _E, text("a convolution: window times kernel, summed over all channels"), depth=True
)
_TRANSPOSED = LayerKind(
    Role.CONVOLUTION,
    _E,
    text("a transposed convolution: each value times the kernel, laid side by side and summed"),
    depth=True,
)
_OTHER = LayerKind(Role.OTHER, _E)
_WITH_WEIGHTS = LayerKind(Role.OTHER, _E, macs_known=False)

LAYERS = _rows(
    ("Conv2D FoldedConvolution", LayerKind(Role.CONVOLUTION, _W, text("a convolution: window times kernel, summed over all channels"), exact_on_windows=True, depth=True)),
    ("DepthwiseConv2D", LayerKind(Role.CONVOLUTION, _W, text("a depthwise convolution: its own channel only"), exact_on_windows=True, depthwise=True, depth=True)),
    ("SeparableConv2D", LayerKind(Role.CONVOLUTION, _W, text("a separable convolution: each channel on its own, then a mixture"), exact_on_windows=True, depth=True)),
    ("Conv1D Conv3D SeparableConv1D", _CONVOLUTION),
    ("DepthwiseConv1D", replace(_CONVOLUTION, depthwise=True)),
    ("Conv1DTranspose Conv3DTranspose", _TRANSPOSED),
    ("Conv2DTranspose", replace(_TRANSPOSED, reach=Reach.SPREAD)),
    ("Dense", LayerKind(Role.DENSE, _P, text("a dense layer: every input times its weight"), exact_on_windows=True, depth=True)),
    ("EinsumDense", LayerKind(Role.DENSE, _E, text("a dense layer over chosen axes"), depth=True, macs_known=False)),
    ("MaxPooling2D", LayerKind(Role.POOLING, _W, text("max pooling: the largest of the window"), exact_on_windows=True, outside=_LOWEST, statistic="max")),
    ("AveragePooling2D", LayerKind(Role.POOLING, _W, text("average pooling: the mean of the window"), exact_on_windows=True, statistic="average")),
    ("GlobalAveragePooling2D", LayerKind(Role.POOLING, _E, text("global average pooling: one mean per map"), statistic="average")),
    ("GlobalMaxPooling2D", LayerKind(Role.POOLING, _E, text("global max pooling: the largest of each map"), statistic="max")),
    ("MaxPooling1D MaxPooling3D GlobalMaxPooling1D GlobalMaxPooling3D "
     "AdaptiveMaxPooling1D AdaptiveMaxPooling2D AdaptiveMaxPooling3D", LayerKind(Role.POOLING, _E, statistic="max")),
    ("AveragePooling1D AveragePooling3D GlobalAveragePooling1D GlobalAveragePooling3D "
     "AdaptiveAveragePooling1D AdaptiveAveragePooling2D AdaptiveAveragePooling3D", LayerKind(Role.POOLING, _E, statistic="average")),
    ("BatchNormalization FrozenBatchNorm", BATCH_NORMALIZATION),
    ("LayerNormalization RMSNormalization UnitNormalization", _CHANNEL_NORM),
    ("GroupNormalization", LayerKind(Role.NORMALIZATION, _E, text("normalization over groups of channels, all places together"))),
    ("GivenInput", LayerKind(Role.GIVEN, _E, text("fixed values of another input"))),
    ("LogProbability", LayerKind(Role.ACTIVATION, _P, text("the logarithm of a probability"), exact_on_windows=True)),
    ("LocalResponseNormalization", LayerKind(Role.NORMALIZATION, _P, text("divided by its neighbouring channels"), exact_on_windows=True)),
    ("LayerScale CustomScaleLayer", LayerKind(Role.NORMALIZATION, _P, text("scaled by learned or fixed numbers"), exact_on_windows=True)),
    ("Rescaling Normalization", _RESCALING),
    ("Activation ELU", _ACTIVATION),
    ("ReLU LeakyReLU PReLU", _RELU),
    ("Softmax", _SOFTMAX),
    ("Add", _ADD),
    ("Multiply", _MULTIPLY),
    ("Maximum", MAXIMUM),
    ("Concatenate", _CONCATENATE),
    ("Subtract Average", _LINEAR_MERGE),
    ("Minimum", _MERGE),
    ("Dot", _PRODUCT),
    ("ZeroPadding2D", LayerKind(Role.PADDING, _S, text("zeros put around"), exact_on_windows=True)),
    ("Cropping2D", LayerKind(Role.PADDING, _S, text("the edges cut off"), exact_on_windows=True)),
    ("ZeroPadding1D ZeroPadding3D Cropping1D Cropping3D", LayerKind(Role.PADDING, _E)),
    ("Dropout SpatialDropout1D SpatialDropout2D SpatialDropout3D AlphaDropout GaussianDropout GaussianNoise "
     "ActivityRegularization StochasticDepth", _REGULARIZATION),
    ("Identity InputLayer", LayerKind(Role.RESHAPE, _P, text("passes its values on"), identity=True, exact_on_windows=True)),
    ("Flatten Reshape", _SHAPED),
    ("Permute RepeatVector UpSampling1D UpSampling3D", _MOVED),
    ("UpSampling2D", replace(_MOVED, reach=Reach.SPREAD)),
    ("RandomBrightness RandomColorDegeneration RandomColorJitter RandomContrast RandomElasticTransform RandomErasing "
     "RandomFlip RandomGaussianBlur RandomGrayscale RandomHeight RandomHue RandomInvert RandomPerspective "
     "RandomPosterization RandomRotation RandomSaturation RandomSharpness RandomShear RandomTranslation RandomWidth "
     "RandomZoom AugMix CutMix MixUp RandAugment", _AUGMENTATION),
    ("RandomCrop Resizing CenterCrop", LayerKind(Role.AUGMENTATION, _E, text("another size"))),
    ("AutoContrast ContrastLimitedAdaptiveHistogramEqualization Equalization Solarization",
     LayerKind(Role.AUGMENTATION, _E, text("the image's tones changed"))),
    ("Attention AdditiveAttention MultiHeadAttention GroupedQueryAttention GroupQueryAttention", _ATTENTION),
    ("Bidirectional ConvLSTM1D ConvLSTM2D ConvLSTM3D Embedding GRU GRUCell LSTM LSTMCell RNN ReversibleEmbedding "
     "SimpleRNN SimpleRNNCell StackedRNNCells SpectralNormalization TimeDistributed Wrapper Layer Lambda FlaxLayer "
     "JaxLayer TFSMLayer TorchModuleWrapper Pipeline", _WITH_WEIGHTS),
    ("CategoryEncoding Discretization HashedCrossing Hashing IntegerLookup Masking MaxNumBoundingBoxes MelSpectrogram "
     "STFTSpectrogram StringLookup TextVectorization", _OTHER),
)  # fmt: skip
"""By class name: Keras's layers, those of keras.applications, and vislib's own."""

OPERATIONS = _rows(
    ("Celu Elu Exp Exp2 Expm1 Gelu HardShrink HardSilu HardTanh LogSigmoid Selu Silu SoftShrink "
     "Softplus Softsign SparsePlus Squareplus TanhShrink Tanh Abs Absolute Arctan Arcsinh Cbrt Cos Cosh "
     "Clip Erf Erfc Erfinv Fabs Log Log10 Log1p Log2 Power Rsqrt Sign Sin Sinc Sinh Sqrt Square Tan Where", _ACTIVATION),
    ("Relu Relu6 LeakyRelu Threshold", _RELU),
    ("Sigmoid", replace(_GATE, probabilities="sigmoid")),
    ("HardSigmoid SparseSigmoid", _GATE),
    ("Softmax", _SOFTMAX),
    ("LogSoftmax", replace(_OVER_CHANNELS, probabilities="softmax")),
    ("Sparsemax", replace(_OVER_CHANNELS, in_0_to_1=True)),
    ("Glu", LayerKind(Role.ACTIVATION, _C, text("half of the channels, gated by the other half"), exact_on_windows=True)),
    ("Add", _ADD),
    ("Multiply", _MULTIPLY),
    ("Maximum", MAXIMUM),
    ("Concatenate", _CONCATENATE),
    ("Subtract", _LINEAR_MERGE),
    ("Minimum Fmax Fmin Fmod Mod FloorDivide Hypot Arctan2 Logaddexp Logaddexp2 Ldexp DivideNoNan", _MERGE),
    ("Divide TrueDivide Negative Reciprocal", _RESCALING),
    ("Cast SaturateCast StopGradient ConvertToTensor Copy", LayerKind(Role.RESHAPE, _P, text("the same values"), identity=True)),
    ("Angle Arccos Arccosh Arcsin Arctanh BitwiseInvert BitwiseNot Ceil Conj Conjugate Deg2rad Floor Heaviside I0 Imag "
     "Isfinite Isinf Isnan Isneginf Isposinf Isreal LogicalNot NanToNum Rad2deg Real Round Signbit Trunc "
     "BitwiseAnd BitwiseOr BitwiseXor BitwiseLeftShift BitwiseRightShift LeftShift RightShift Equal NotEqual Greater "
     "GreaterEqual Less LessEqual Isclose LogicalAnd LogicalOr LogicalXor Gcd Lcm Nextafter EmptyLike FullLike OnesLike "
     "ZerosLike", LayerKind(Role.OTHER, _P)),
    ("Normalize RMSNorm LayerNorm", LayerKind(Role.NORMALIZATION, _E)),
    ("BatchNorm", LayerKind(Role.NORMALIZATION, _E)),
    ("Conv SeparableConv", replace(_CONVOLUTION, depth=False, macs_known=False)),
    ("DepthwiseConv", replace(_CONVOLUTION, depthwise=True, depth=False, macs_known=False)),
    ("ConvTranspose", LayerKind(Role.CONVOLUTION, _E, macs_known=False)),
    ("MaxPool", LayerKind(Role.POOLING, _W, text("max pooling: the largest of the window"), outside=_LOWEST, statistic="max")),
    ("AveragePool", LayerKind(Role.POOLING, _W, text("average pooling: the mean of the window"), statistic="average")),
    ("AdaptiveMaxPool", LayerKind(Role.POOLING, _E, statistic="max")),
    ("AdaptiveAveragePool", LayerKind(Role.POOLING, _E, statistic="average")),
    ("Reshape Squeeze ExpandDims Ravel View", _SHAPED),
    ("Append BroadcastTo DepthToSpace Diag Diagflat Diagonal Dsplit Dstack Extract ExtractPatches ExtractSequences Flip "
     "Fliplr Flipud Fold GetItem Hsplit Hstack Moveaxis Pad Rearrange Repeat Roll Rot90 Slice SliceUpdate SpaceToDepth "
     "Split ArraySplit Stack Swapaxes Take TakeAlongAxis Tile Transpose Tril Triu Unfold Unstack Vsplit Vstack", _MOVED),
    ("CropImages PadImages", LayerKind(Role.PADDING, _E)),
    ("AffineTransform ElasticTransform GaussianBlur HSVToRGB MapCoordinates PerspectiveTransform RGBToGrayscale RGBToHSV "
     "Resize ScaleAndTranslate", LayerKind(Role.AUGMENTATION, _E)),
    ("All Amax Amin Any Argmax Argmin Average CountNonzero Cumprod Cumsum Logsumexp Max Median Min Moments Nanargmax "
     "Nanargmin Nancumprod Nancumsum Nanmax Nanmean Nanmedian Nanmin Nanpercentile Nanprod Nanquantile Nanstd Nansum "
     "Nanvar Norm Percentile Prod Ptp Quantile Std Trace Trapezoid Var", _REDUCTION),
    ("Mean Sum", replace(_REDUCTION, linear=True)),
    ("Dot Einsum Inner Kron Matmul Outer Tensordot Vdot Cross Correlate", _PRODUCT),
    ("DotProductAttention", _ATTENTION),
    ("AllClose Arange Argpartition Argsort Array AssociativeScan Bincount BinaryCrossentropy CDist CTCDecode CTCLoss "
     "CategoricalCrossentropy Cholesky CholeskyInverse Cond Corrcoef Det Diff Digitize Eig Eigh FFT FFT2 ForiLoop Full "
     "Geomspace Histogram IFFT2 IRFFT ISTFT InTopK Inv IsIn JVP Linspace Logdet Logspace Lstsq LuFactor Map MatrixRank "
     "Meshgrid MultiHot Ndim Nonzero OneHot PSNR Pinv Polar Qr RFFT SSIM STFT SVD Scan Scatter ScatterUpdate "
     "SearchSorted SegmentMax SegmentMin SegmentProd SegmentReduction SegmentSum Select Size Slogdet SobelEdges Solve "
     "SolveTriangular Sort SparseCategoricalCrossentropy Switch TopK Unique UnravelIndex Vander VectorizedMap "
     "ViewAsComplex ViewAsReal WhileLoop", _WITH_WEIGHTS),
)  # fmt: skip
"""By class name: the operations of `keras.ops`."""

_FUNCTIONS = {
    **{plain_name(name): kind for name, kind in OPERATIONS.items() if kind.role is Role.ACTIVATION},
    "linear": LINEAR,
    "exponential": OPERATIONS["Exp"],
    "mish": _ACTIVATION,
    "swish": OPERATIONS["Silu"],
    "softmaxv2": OPERATIONS["Softmax"],  # the name of tf.nn.softmax
    "logsoftmaxv2": OPERATIONS["LogSoftmax"],
    "hardsigmoidofkeras2": OPERATIONS["HardSigmoid"],
}
"""By `plain_name`: the activation functions of Keras, TensorFlow and vislib."""
