"""The famous architectures: who made them when, what they brought, how well they did, and how to build them.

Building gives random weights and downloads nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vislib.errors import ParameterError, listed
from vislib.layers.reading import LayerTable, layer_table

if TYPE_CHECKING:
    import keras

PROTOCOL = "validation images of ILSVRC 2012, one crop from the centre, one network"
"""How the errors below were measured: all alike, so that they can be compared. Papers also report averages over
many crops and networks, which are lower."""


@dataclass(frozen=True)
class Architecture:
    """A published network.

    Attributes:
        title: How people call it.
        year: Of its publication.
        authors: Of the paper.
        paper: Its title and where it is.
        introduced: What it brought, in one sentence.
        top1, top5: ImageNet error in percent, measured as `PROTOCOL` says; None where it was never measured.
        error_source: Where those figures are from, or why there are none.
        make: Builds it with random weights.
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


def build(name: str) -> "keras.Model":
    """The architecture of that name with random weights, for its published input size and classes.

    Raises:
        ParameterError: If there is none.
    """
    if name not in ARCHITECTURES:
        raise ParameterError(f"There is no architecture '{name}'; there are: {listed(ARCHITECTURES, 20)}.")
    return ARCHITECTURES[name].make()


def table(name: str) -> LayerTable:
    """The layer table of an architecture, of which no weight is made: they would take up to 0.6 GB.

    Raises:
        ParameterError: If there is none of that name.
    """
    from vislib.backend import keras

    with keras.StatelessScope(initialize_variables=False):
        return layer_table(build(name))


def _own(name: str) -> Callable[[], "keras.Model"]:
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


_ALEXNET = (
    2012,
    "Krizhevsky, Sutskever, Hinton",
    "ImageNet Classification with Deep Convolutional Neural Networks, NeurIPS 2012",
)
_VGG = (
    2014,
    "Simonyan, Zisserman",
    "Very Deep Convolutional Networks for Large-Scale Image Recognition, arXiv 1409.1556",
    "Stacks of 3 × 3 convolutions instead of larger kernels: three see as far as one of 7 × 7, with fewer weights and "
    "two more nonlinearities.",
)
_RESNET = (
    2015,
    "He, Zhang, Ren, Sun",
    "Deep Residual Learning for Image Recognition, arXiv 1512.03385",
    "Residual blocks F(x) + x: layers learn what to change about their input, which let networks of over a hundred "
    "layers be trained.",
)
_CAFFE = "the replication by Caffe, github.com/BVLC/caffe, models/"
_MATCONVNET = "the authors' networks as measured by MatConvNet, www.vlfeat.org/matconvnet/pretrained"
_TORCH = "the replication in Torch, github.com/facebookarchive/fb.resnet.torch"

ARCHITECTURES: dict[str, Architecture] = {
    "lenet5": Architecture(
        "LeNet-5",
        1998,
        "LeCun, Bottou, Bengio, Haffner",
        "Gradient-Based Learning Applied to Document Recognition, Proceedings of the IEEE 86 (11)",
        "Convolution and subsampling in turn, learnt from end to end by backpropagation, to read handwritten digits.",
        None,
        None,
        "reads digits of 32 × 32 pixels; never measured on ImageNet",
        _own("lenet5"),
    ),
    "alexnet": Architecture(
        "AlexNet, two groups as published",
        *_ALEXNET,
        "A deep convolutional network with ReLU and dropout, trained on two graphics cards, that won ILSVRC 2012 by "
        "a wide margin (15.3 % top-5 error against 26.2 % of the second).",
        42.9,
        19.8,
        f"{_CAFFE}bvlc_alexnet",
        _alexnet(grouped=True),
    ),
    "alexnet-one-tower": Architecture(
        "AlexNet, one tower",
        *_ALEXNET,
        "The same layers without the division between two graphics cards: conv2, conv4 and conv5 see all channels.",
        None,
        None,
        "the published figures are those of the divided network",
        _alexnet(grouped=False),
    ),
    "vgg16": Architecture("VGG-16", *_VGG, 28.5, 9.9, _MATCONVNET, _keras("VGG16")),
    "vgg19": Architecture("VGG-19", *_VGG, 28.7, 9.9, _MATCONVNET, _keras("VGG19")),
    "googlenet": Architecture(
        "GoogLeNet",
        2014,
        "Szegedy, Liu, Jia, Sermanet, Reed, Anguelov, Erhan, Vanhoucke, Rabinovich",
        "Going Deeper with Convolutions, arXiv 1409.4842",
        "Inception modules: kernels of 1 × 1, 3 × 3 and 5 × 5 and pooling side by side, with 1 × 1 convolutions "
        "before the large ones to keep them cheap.",
        31.3,
        11.1,
        f"{_CAFFE}bvlc_googlenet",
        _googlenet,
    ),
    "resnet18": Architecture("ResNet-18", *_RESNET, 30.41, 10.76, _TORCH, _own("resnet18")),
    "resnet34": Architecture("ResNet-34", *_RESNET, 26.73, 8.74, _TORCH, _own("resnet34")),
    "resnet50": Architecture(
        "ResNet-50", *_RESNET, 24.7, 7.8, "the authors, github.com/KaimingHe/deep-residual-networks", _keras("ResNet50")
    ),
    "densenet121": Architecture(
        "DenseNet-121",
        2016,
        "Huang, Liu, van der Maaten, Weinberger",
        "Densely Connected Convolutional Networks, arXiv 1608.06993",
        "Dense blocks: every layer gets the maps of all layers before it in its block, side by side instead of added.",
        25.09,
        7.81,
        "the conversion to Caffe that the authors link, github.com/shicai/DenseNet-Caffe",
        _keras("DenseNet121"),
    ),
}
