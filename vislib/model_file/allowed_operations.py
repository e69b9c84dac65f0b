"""The operations of `keras.ops` that a model file may name: what a file holds for `x + y`, `x[..., ::-1]` or
`keras.ops.mean(x)` between layers.

Not here are operations that call a function, and those whose work is not bounded by the sizes of their inputs and
output (`sizes` counts the work of the others). `REFUSED_OPERATIONS` says which; a test fails on an operation of Keras
that is in neither list.
"""

from vislib.language import text

_ELEMENTWISE = (
    "Abs Absolute Add Angle Arccos Arccosh Arcsin Arcsinh Arctan Arctan2 Arctanh BitwiseAnd BitwiseInvert BitwiseNot "
    "BitwiseOr BitwiseXor BitwiseLeftShift BitwiseRightShift LeftShift RightShift Cbrt Ceil Clip Conj Conjugate Copy "
    "Cos Cosh Deg2rad Divide DivideNoNan Equal Exp Exp2 Expm1 Fabs Floor FloorDivide Fmax Fmin Fmod Gcd Greater "
    "GreaterEqual Heaviside Hypot I0 Imag Isclose Isfinite Isinf Isnan Isneginf Isposinf Isreal Lcm Ldexp Less "
    "LessEqual Log Log10 Log1p Log2 Logaddexp Logaddexp2 LogicalAnd LogicalNot LogicalOr LogicalXor Maximum Minimum "
    "Mod Multiply NanToNum Negative Nextafter NotEqual Power Rad2deg Real Reciprocal Round Sign Signbit Sin Sinc Sinh "
    "Sqrt Square Subtract Tan Tanh TrueDivide Trunc Where Select EmptyLike FullLike OnesLike ZerosLike"
)
_REDUCING = (
    "All Amax Amin Any Argmax Argmin Average CountNonzero Cumprod Cumsum Diff Max Mean Median Min Nanargmax Nanargmin "
    "Nancumprod Nancumsum Nanmax Nanmean Nanmedian Nanmin Nanpercentile Nanprod Nanquantile Nanstd Nansum Nanvar "
    "Percentile Prod Ptp Quantile Std Sum Trace Trapezoid Var Sort Argsort Argpartition"
)
_MOVING = (
    "Append ArraySplit BroadcastTo Concatenate Diag Diagflat Diagonal Dsplit Dstack ExpandDims Flip Fliplr Flipud "
    "GetItem Hsplit Hstack Meshgrid Moveaxis Pad Ravel Repeat Reshape Roll Rot90 Split Squeeze Stack Swapaxes Take "
    "TakeAlongAxis Tile Transpose Tril Triu View Vsplit Vstack"
)
_PRODUCTS = "Cross Dot Einsum Inner Matmul Outer Tensordot Vdot"
_NEURAL = (
    "AdaptiveAveragePool AdaptiveMaxPool AveragePool BatchNorm Celu Conv ConvTranspose DepthToSpace DepthwiseConv "
    "DotProductAttention Elu Gelu Glu HardShrink HardSigmoid HardSilu HardTanh LayerNorm LeakyRelu LogSigmoid "
    "LogSoftmax MaxPool Moments Normalize OneHot RMSNorm Relu Relu6 Selu SeparableConv Sigmoid Silu SoftShrink Softmax "
    "Softplus Softsign SpaceToDepth SparsePlus SparseSigmoid Sparsemax Squareplus TanhShrink Threshold"
)
_OF_IMAGES = "CropImages HSVToRGB PadImages RGBToGrayscale RGBToHSV Resize SobelEdges"
_CORE = "Cast ConvertToTensor SaturateCast Slice StopGradient Unstack"
_OF_MATH = "Erf Erfc Erfinv Logsumexp Rsqrt TopK"

OPERATIONS_BY_MODULE: dict[str, frozenset[str]] = {
    "keras.src.ops.numpy": frozenset(" ".join((_ELEMENTWISE, _REDUCING, _MOVING, _PRODUCTS)).split()),
    "keras.src.ops.nn": frozenset(_NEURAL.split()),
    "keras.src.ops.image": frozenset(_OF_IMAGES.split()),
    "keras.src.ops.core": frozenset(_CORE.split()),
    "keras.src.ops.math": frozenset(_OF_MATH.split()),
    "keras.src.ops.linalg": frozenset(("Norm",)),
}

CALLS_FUNCTIONS = text("it calls a function, which a file cannot hold")
UNBOUNDED = text("how much it computes is not known before it runs")
REFUSED_OPERATIONS = dict.fromkeys(
    ["AssociativeScan", "Cond", "ForiLoop", "JVP", "Map", "Rearrange", "Scan", "Switch", "VectorizedMap", "WhileLoop"],
    CALLS_FUNCTIONS,
) | dict.fromkeys(
    [
        "AffineTransform",
        "AllClose",
        "Arange",
        "Array",
        "BinaryCrossentropy",
        "Bincount",
        "CDist",
        "CTCDecode",
        "CTCLoss",
        "CategoricalCrossentropy",
        "Cholesky",
        "CholeskyInverse",
        "Corrcoef",
        "Correlate",
        "Det",
        "Digitize",
        "Eig",
        "Eigh",
        "ElasticTransform",
        "ExtractPatches",
        "ExtractSequences",
        "FFT",
        "FFT2",
        "Fold",
        "Full",
        "GaussianBlur",
        "Geomspace",
        "Histogram",
        "IFFT2",
        "IRFFT",
        "ISTFT",
        "InTopK",
        "Inv",
        "IsIn",
        "Kron",
        "Linspace",
        "Logdet",
        "Logspace",
        "Lstsq",
        "LuFactor",
        "MapCoordinates",
        "MatrixRank",
        "MultiHot",
        "Ndim",
        "Nonzero",
        "PSNR",
        "PerspectiveTransform",
        "Pinv",
        "Polar",
        "Qr",
        "RFFT",
        "SSIM",
        "STFT",
        "SVD",
        "ScaleAndTranslate",
        "Scatter",
        "ScatterUpdate",
        "SearchSorted",
        "SegmentMax",
        "SegmentMin",
        "SegmentProd",
        "SegmentReduction",
        "SegmentSum",
        "Size",
        "SliceUpdate",
        "Slogdet",
        "Solve",
        "SolveTriangular",
        "SparseCategoricalCrossentropy",
        "Unfold",
        "Unique",
        "UnravelIndex",
        "Vander",
        "ViewAsComplex",
        "ViewAsReal",
    ],
    UNBOUNDED,
)
"""Every other operation of Keras by class name, with the reason why a file may not hold it."""
