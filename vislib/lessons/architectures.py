"""Well-known architectures: authors, year, new ideas, ImageNet errors, and how to build them.

A built network has random weights; nothing is downloaded.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vislib.errors import ParameterError, listed
from vislib.language import Text, text
from vislib.layers.reading import LayerTable, layer_table

if TYPE_CHECKING:
    import keras

PROTOCOL = text("validation images of ILSVRC 2012, one crop from the centre, one network")
"""How the errors below were measured: all in the same way, so that they can be compared. Papers also report averages
over many crops and networks, which are lower."""


@dataclass(frozen=True)
class Architecture:
    """A published network.

    Attributes:
        title: The name that people read.
        year: Year of publication.
        authors: Authors of the paper.
        paper: Title of the paper and where to find it.
        introduced: Its new ideas, in one sentence.
        top1, top5: ImageNet error in percent, measured as `PROTOCOL` says; None where it was never measured.
        error_source: The source of the errors, or why there are none.
        make: A function that builds it with random weights.

    Example:
        >>> network = vislib.architectures.ARCHITECTURES["resnet50"]
        >>> network.title, network.year
        ('ResNet-50', 2015)
    """

    title: str
    year: int
    authors: str
    paper: str
    introduced: str
    top1: float | None
    top5: float | None
    error_source: str
    make: Callable[[], "keras.Model"]


@dataclass(frozen=True)
class PublishedErrors:
    """ImageNet errors in percent of a built-in network, as its authors publish them; None where they do not.

    The number of crops and the resizing are the source's, which may differ from `PROTOCOL`.

    Example:
        >>> vislib.architectures.PublishedErrors(top1=25.0, top5=7.5, source="a paper").top1
        25.0
    """

    top1: float
    top5: float | None
    source: str


_KERAS = text("one minus the accuracy in the table of keras.io/api/applications")
PUBLISHED_ERRORS = {
    "efficientnet-lite0": PublishedErrors(
        24.9, None, text("one minus the FP32 accuracy in the table of github.com/tensorflow/tpu, efficientnet/lite")
    ),
    "VGG16": PublishedErrors(28.7, 9.9, _KERAS),
    "ResNet50": PublishedErrors(25.1, 7.9, _KERAS),
    "MobileNet": PublishedErrors(29.6, 10.5, _KERAS),
    "MobileNetV2": PublishedErrors(28.7, 9.9, _KERAS),
    "DenseNet121": PublishedErrors(25.0, 7.7, _KERAS),
    "InceptionV3": PublishedErrors(22.1, 6.3, _KERAS),
    "Xception": PublishedErrors(21.0, 5.5, _KERAS),
}
"""The published errors of built-in networks, by name."""


def build(name: str) -> "keras.Model":
    """Builds the named architecture with random weights, for its published input size and number of classes.

    Raises:
        ParameterError: If there is no architecture of that name.

    Example:
        >>> vislib.architectures.build("lenet5").output_shape
        (None, 10)
    """
    if name not in ARCHITECTURES:
        raise ParameterError(
            text(
                "There is no architecture '{name}'; there are: {architectures}.",
                name=name,
                architectures=listed(ARCHITECTURES, 20),
            )
        )
    return ARCHITECTURES[name].make()


def table(name: str) -> LayerTable:
    """The layer table of the named architecture. Its weights, up to 0.6 GB, are not created.

    Raises:
        ParameterError: If there is no architecture of that name.

    Example:
        >>> vislib.architectures.table("alexnet").parameters
        60965224
    """
    from vislib.backend import keras

    with keras.StatelessScope(initialize_variables=False):
        return layer_table(build(name))


def _trainable_here(name: str) -> Callable[[], "keras.Model"]:
    def make():
        from vislib.training import networks

        return networks.build(name)

    return make


def _alexnet(grouped: bool) -> Callable[[], "keras.Model"]:
    def make():
        from vislib.zoo import alexnet

        return alexnet.build(grouped=grouped)

    return make


def _googlenet() -> "keras.Model":
    from vislib.zoo import googlenet

    return googlenet.build()


def _keras(name: str) -> Callable[[], "keras.Model"]:
    def make():
        from vislib.zoo import keras_applications

        return keras_applications.load(name, weights=None)

    return make


_ALEXNET: dict[str, Any] = dict(
    year=2012,
    authors="Krizhevsky, Sutskever, Hinton",
    paper="ImageNet Classification with Deep Convolutional Neural Networks, NeurIPS 2012",
)
_VGG: dict[str, Any] = dict(
    year=2014,
    authors="Simonyan, Zisserman",
    paper="Very Deep Convolutional Networks for Large-Scale Image Recognition, arXiv 1409.1556",
    introduced=text(
        "Stacks of 3 × 3 convolutions instead of larger kernels: three have the receptive field of "
        "one of 7 × 7, with fewer weights and two more nonlinearities."
    ),
)
_RESNET: dict[str, Any] = dict(
    year=2015,
    authors="He, Zhang, Ren, Sun",
    paper="Deep Residual Learning for Image Recognition, arXiv 1512.03385",
    introduced=text(
        "Residual blocks F(x) + x: layers learn the difference to their input, which made it "
        "possible to train networks of over a hundred layers."
    ),
)
_MATCONVNET = text("the authors' networks as measured by MatConvNet, www.vlfeat.org/matconvnet/pretrained")
_TORCH = text("the replication in Torch, github.com/facebookarchive/fb.resnet.torch")


def _caffe(name: str) -> Text:
    return text("the replication by Caffe, github.com/BVLC/caffe, models/{name}", name=name)


ARCHITECTURES: dict[str, Architecture] = {
    "lenet5": Architecture(
        "LeNet-5",
        year=1998,
        authors="LeCun, Bottou, Bengio, Haffner",
        paper="Gradient-Based Learning Applied to Document Recognition, Proceedings of the IEEE 86 (11)",
        introduced=text(
            "Alternating convolution and subsampling, trained end to end by backpropagation, to read "
            "handwritten digits."
        ),
        top1=None,
        top5=None,
        error_source=text("reads digits of 32 × 32 pixels; never measured on ImageNet"),
        make=_trainable_here("lenet5"),
    ),
    "alexnet": Architecture(
        text("AlexNet, two groups as published"),
        **_ALEXNET,
        introduced=text(
            "A deep convolutional network with ReLU and dropout, trained on two graphics cards, that won "
            "ILSVRC 2012 by a wide margin (15.3 % top-5 error; the second had 26.2 %)."
        ),
        top1=42.9,
        top5=19.8,
        error_source=_caffe("bvlc_alexnet"),
        make=_alexnet(grouped=True),
    ),
    "alexnet-one-tower": Architecture(
        text("AlexNet, one tower"),
        **_ALEXNET,
        introduced=text(
            "The same layers without the division between two graphics cards: conv2, conv4 and conv5 use all channels."
        ),
        top1=None,
        top5=None,
        error_source=text("the published errors are those of the divided network"),
        make=_alexnet(grouped=False),
    ),
    "vgg16": Architecture(
        "VGG-16",
        **_VGG,
        top1=28.5,
        top5=9.9,
        error_source=_MATCONVNET,
        make=_keras("VGG16"),
    ),
    "vgg19": Architecture(
        "VGG-19",
        **_VGG,
        top1=28.7,
        top5=9.9,
        error_source=_MATCONVNET,
        make=_keras("VGG19"),
    ),
    "googlenet": Architecture(
        "GoogLeNet",
        year=2014,
        authors="Szegedy, Liu, Jia, Sermanet, Reed, Anguelov, Erhan, Vanhoucke, Rabinovich",
        paper="Going Deeper with Convolutions, arXiv 1409.4842",
        introduced=text(
            "Inception modules: kernels of 1 × 1, 3 × 3 and 5 × 5 and pooling side by side, with 1 × 1 "
            "convolutions before the large ones to keep them cheap."
        ),
        top1=31.3,
        top5=11.1,
        error_source=_caffe("bvlc_googlenet"),
        make=_googlenet,
    ),
    "resnet18": Architecture(
        "ResNet-18",
        **_RESNET,
        top1=30.41,
        top5=10.76,
        error_source=_TORCH,
        make=_trainable_here("resnet18"),
    ),
    "resnet34": Architecture(
        "ResNet-34",
        **_RESNET,
        top1=26.73,
        top5=8.74,
        error_source=_TORCH,
        make=_trainable_here("resnet34"),
    ),
    "resnet50": Architecture(
        "ResNet-50",
        **_RESNET,
        top1=24.7,
        top5=7.8,
        error_source=text("the authors, github.com/KaimingHe/deep-residual-networks"),
        make=_keras("ResNet50"),
    ),
    "densenet121": Architecture(
        "DenseNet-121",
        year=2016,
        authors="Huang, Liu, van der Maaten, Weinberger",
        paper="Densely Connected Convolutional Networks, arXiv 1608.06993",
        introduced=text(
            "Dense blocks: each layer takes the maps of all earlier layers of its block, concatenated instead of added."
        ),
        top1=25.09,
        top5=7.81,
        error_source=text("the conversion to Caffe that the authors link, github.com/shicai/DenseNet-Caffe"),
        make=_keras("DenseNet121"),
    ),
}
