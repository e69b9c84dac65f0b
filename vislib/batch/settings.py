"""What a batch computes: its methods, and what is kept of each image."""

import dataclasses
from dataclasses import dataclass
from typing import Any

from vislib.attribution.base import Explainer
from vislib.errors import ParameterError, listed
from vislib.model.classifier import Classifier
from vislib.parameters import check_parameters, parameter
from vislib.targets.base import Target

EXPLAINED = ("predicted", "label")


@dataclass(frozen=True)
class BatchSettings:
    """What is computed of each image; equal settings give equal values.

    Args:
        methods: The explanation methods, resolved for the classifier, each once.
        explain: "predicted", the most probable class; or "label", the class that the image belongs to where that is
            known and the network has it, else the most probable one.
        target: What is explained of every image instead, resolved for the classifier; None for a class's logit.
        top: How many classes are kept, most probable first.
        map_px: Longer side of the maps kept, at most that of the network's input; they are made smaller by averaging.
        thumbnail_px: Longer side of the pictures kept beside the maps, for reports; 0 for none.
        part_rows: Images in a file of the result, which is also what a killed run computes again at most.
        curves: Whether deletion and insertion are measured, which takes 58 passes an image and method.
        pictures: Whether a JPEG of each image with its maps beside it is written.

    Raises:
        ParameterError: If a value is not accepted, or a method is given twice or not at all.
    """

    methods: tuple[Explainer, ...]
    explain: str = parameter("predicted", "Class", choices=EXPLAINED)
    top: int = parameter(5, "Classes kept", low=1, high=1000)
    map_px: int = parameter(56, "Map", unit="px", low=4, high=1024)
    thumbnail_px: int = parameter(112, "Thumbnail", unit="px", low=0, high=512)
    part_rows: int = parameter(500, "Images in a part", low=1, high=100_000)
    curves: bool = parameter(False, "Deletion and insertion")
    pictures: bool = parameter(False, "Pictures")
    target: Target | None = None

    def __post_init__(self) -> None:
        check_parameters(self)
        names = [method.name for method in self.methods]
        if not names or len(set(names)) < len(names):
            raise ParameterError(f"A batch takes one or more different methods; not {listed(names) or 'none'}.")

    def map_shape(self, input_size: tuple[int, int]) -> tuple[int, int]:
        """(height, width) of the maps kept for a network of that input size."""
        scale = min(1.0, self.map_px / max(input_size))
        return max(1, round(input_size[0] * scale)), max(1, round(input_size[1] * scale))

    def described(self) -> dict[str, Any]:
        """As plain values for JSON."""
        apart = ("methods", "target")
        plain = {spec.name: getattr(self, spec.name) for spec in dataclasses.fields(self) if spec.name not in apart}
        if self.target is not None:
            plain["target"] = self.target.described()
        return {"methods": {method.name: dataclasses.asdict(method) for method in self.methods}, **plain}


@dataclass(frozen=True)
class Cluster:
    """How the Ray engine spreads the work.

    Attributes:
        address: Of a running cluster, "auto" for the one that this machine belongs to; None: this machine alone.
        workers: Actors, each with the model loaded once; None: as many as fit.
        cpus: Of each actor.
        gpus: Of each actor; may be a fraction.
    """

    address: str | None = None
    workers: int | None = None
    cpus: float = 1
    gpus: float = 0


def resolved_methods(methods, classifier: Classifier, target: Target | None = None) -> tuple[Explainer, ...]:
    """Methods given by name, or as explainers with parameters, with the network's defaults filled in.

    Raises:
        ParameterError: If there is no such method, or a parameter does not suit the network.
    """
    found = []
    for method in [methods] if isinstance(methods, str | Explainer) else methods:
        if isinstance(method, str):
            if method not in Explainer.registry:
                raise ParameterError(f"There is no method '{method}'; there are: {listed(Explainer.registry)}.")
            method = Explainer.registry[method]()
        if not isinstance(method, Explainer):
            raise ParameterError(f"A method is given by its name or as an explainer; not as {type(method).__name__}.")
        found.append(method.resolved(classifier, target))
    return tuple(found)


def column(method: str, figure: str = "") -> str:
    """The column of a method's figure: "grad-cam", "sparseness" as grad_cam_sparseness; a name that SQL takes as it is."""
    plain = method.replace("-", "_").replace("+", "p")
    return f"{plain}_{figure}" if figure else plain
