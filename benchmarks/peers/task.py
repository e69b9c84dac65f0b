"""The task of every library: a network, an image, a class, and the amount of work of each method."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

IMAGE = Path(__file__).resolve().parents[2] / "sample_images" / "cat.jpg"
NETWORKS = ("EfficientNet-Lite0", "ResNet-50", "VGG-16")

PATCH_PX, STRIDE_PX = 32, 16  # 13 × 13 = 169 positions on 224 px
N_NOISY, N_STEPS, N_MASKS, N_SEGMENTS, N_CHANNELS = 20, 32, 128, 40, 64
N_DESIGNS, N_CELLS = 4, 8  # of Sobol: 4 · (8² + 2) = 264 passes; HSIC takes N_MASKS
BATCH = 32

Methods = dict[str, Callable[[], object]]
"""What a library can do, by the name of the method."""


@dataclass(frozen=True, eq=False)
class Task:
    """One network with one image; the weights are trained for EfficientNet-Lite0 and random for the others."""

    classifier: object
    image: np.ndarray
    inputs: np.ndarray
    class_index: int
    layer: str

    @property
    def model(self):
        return self.classifier.model

    @property
    def one_hot(self) -> np.ndarray:
        target = np.zeros((1, len(self.classifier.labels)), np.float32)
        target[0, self.class_index] = 1
        return target


def task_of(network: str) -> Task:
    """The task with this network, the same in every process."""
    import vislib
    from vislib.backend import keras

    warnings.filterwarnings("ignore", message=".*structure of `inputs`|.*Unsupported model architecture")
    keras.utils.set_random_seed(0)
    if network == "EfficientNet-Lite0":
        classifier = vislib.load_classifier("efficientnet-lite0")
    else:
        build = {"ResNet-50": keras.applications.ResNet50, "VGG-16": keras.applications.VGG16}[network]
        classifier = vislib.load_classifier(build(weights=None), preprocess="-1..1")
    image = vislib.load_image(IMAGE)
    inputs = np.ascontiguousarray(classifier.preprocess_input(classifier.resize(image)[None]), np.float32)
    class_index = int(classifier.logits(image).argmax())
    return Task(classifier, image, inputs, class_index, classifier.network.last_map_layer)
