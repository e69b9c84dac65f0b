"""The settings of a batch: its methods, and what is stored of each image."""

import dataclasses
from dataclasses import dataclass
from typing import Any

from vislib.attribution.base import Explainer
from vislib.attribution.fills import FILLS
from vislib.attribution.named import given_methods
from vislib.errors import ParameterError, listed
from vislib.language import text
from vislib.model.classifier import Classifier
from vislib.parameters import check_parameters, parameter
from vislib.targets.base import Target

EXPLAINED = ("predicted", "label")
_LATER = ("features", "deletion_fill", "insertion_fill", "road", "random_logit", "channels", "channels_layer")


@dataclass(frozen=True)
class BatchSettings:
    """What a batch computes of each image; equal settings give equal values.

    Args:
        methods: One or more different explanation methods, resolved for the classifier.
        explain: "predicted": explains the most probable class. "label": explains the image's true class if it is known
            and the network has it, else the most probable class.
        top: Number of classes stored for each image, most probable first.
        map_px: Longer side of the stored maps in pixels, at most that of the network's input. Larger maps are averaged
            down.
        thumbnail_px: Longer side in pixels of the thumbnails stored beside the maps, for reports; 0 for none.
        part_rows: Images per file of the result. A killed run loses at most one part, which is computed again.
        curves: Whether to measure deletion and insertion, which takes 58 forward passes per image and method.
        features: Whether to store the numbers of the penultimate layer, in which similar images are looked for (see
            `vislib.neighbours`); one more forward pass an image.
        deletion_fill: What covers pixels in deletion.
        insertion_fill: From what insertion starts.
        road: Whether to measure ROAD, which takes 10 forward passes per image and method, and more for the imputation.
        random_logit: Whether to compare each map with that for a class drawn at random, which costs another map.
        channels: Number of channels stored for each image: those that contribute most to what is explained.
        channels_layer: Their layer; None for the last one with feature maps.
        pictures: Whether to write a JPEG of each image with its maps beside it.
        target: A target to explain for every image instead of a class's logit, resolved for the classifier; None for
            the class's logit.

    Raises:
        ParameterError: If a value is not accepted, or `methods` is empty or names a method twice.
    """

    methods: tuple[Explainer, ...]
    explain: str = parameter("predicted", text("Class"), choices=EXPLAINED)
    top: int = parameter(5, text("Classes kept"), low=1, high=1000)
    map_px: int = parameter(56, text("Map size"), unit="px", low=4, high=1024)
    thumbnail_px: int = parameter(112, text("Thumbnail"), unit="px", low=0, high=512)
    part_rows: int = parameter(500, text("Images in a part"), low=1, high=100_000)
    curves: bool = parameter(False, text("Deletion and insertion"))
    features: bool = parameter(False, text("Features"))
    pictures: bool = parameter(False, text("Pictures"))
    deletion_fill: str = parameter("grey", text("Fill of deletion"), choices=FILLS)
    insertion_fill: str = parameter("blur", text("Fill of insertion"), choices=FILLS)
    road: bool = parameter(False, text("ROAD"))
    random_logit: bool = parameter(False, text("Random logit"))
    channels: int = parameter(0, text("Strongest channels"), low=0, high=1000)
    channels_layer: str | None = parameter(None, text("Their layer"), kind=str)
    target: Target | None = None

    def __post_init__(self) -> None:
        check_parameters(self)
        names = [method.name for method in self.methods]
        if not names or len(set(names)) < len(names):
            raise ParameterError(
                text("A batch takes one or more different methods; not {methods}.", methods=listed(names))
                if names
                else text("A batch takes one or more different methods; not none.")
            )

    def map_shape(self, input_size: tuple[int, int]) -> tuple[int, int]:
        """(height, width) of the stored maps for a network with this input size."""
        scale = min(1.0, self.map_px / max(input_size))
        return max(1, round(input_size[0] * scale)), max(1, round(input_size[1] * scale))

    def described(self) -> dict[str, Any]:
        """The settings as plain values for JSON."""
        plain = {
            spec.name: getattr(self, spec.name)
            for spec in dataclasses.fields(self)
            if spec.name not in ("methods", "target")
            # An older version did not have these, and its batches go on.
            and not (spec.name in _LATER and getattr(self, spec.name) == spec.default)
        }
        if self.target is not None:
            plain["target"] = self.target.described()
        return {"methods": {method.name: method.params for method in self.methods}, **plain}


@dataclass(frozen=True)
class Cluster:
    """How the Ray engine distributes the work.

    Attributes:
        address: Address of a running cluster; "auto" for the cluster of this machine; None for this machine alone.
        workers: Number of actors, each of which loads the model once; None for as many as fit.
        cpus: CPU cores per actor.
        gpus: GPUs per actor; may be a fraction.
    """

    address: str | None = None
    workers: int | None = None
    cpus: float = 1
    gpus: float = 0


def resolved_methods(methods, classifier: Classifier, target: Target | None = None) -> tuple[Explainer, ...]:
    """The methods, given by name or as explainers, with the defaults that depend on the network filled in.

    Raises:
        ParameterError: If there is no such method, or a parameter does not suit the network.
    """
    return tuple(method.resolved(classifier, target) for method in given_methods(methods))


def column(method: str, measure: str = "") -> str:
    """The column of a method's measure, a name that SQL accepts without quotes.

    "grad-cam" and "sparseness" give "grad_cam_sparseness".
    """
    plain = method.replace("-", "_").replace("+", "p")
    return f"{plain}_{measure}" if measure else plain
