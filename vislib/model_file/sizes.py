"""The amount of computation of a loaded model for one image, from its graph, before anything is computed."""

import math
from collections.abc import Sequence

from vislib.errors import ModelError
from vislib.graph.graph import Graph
from vislib.language import text
from vislib.model_file.quoting import shown
from vislib.model_file.work_inside import inside, multiply_adds

MAX_OUTPUT_ELEMENTS = 64_000_000
MAX_ALL_ELEMENTS = 300_000_000
MAX_MULTIPLY_ADDS = 100_000_000_000
MAX_CLASSES = 100_000


def check_graph(graph: Graph) -> None:
    """Refuses a model that computes too much for one image.

    Args:
        graph: The model's graph.

    Raises:
        ModelError: If a layer's output has more than `MAX_OUTPUT_ELEMENTS` numbers; if all outputs together, which a
            gradient keeps in memory, have more than `MAX_ALL_ELEMENTS`; if the model needs more than
            `MAX_MULTIPLY_ADDS`; or if it has more than `MAX_CLASSES` classes.
    """
    input_shape = tuple(graph.input.shape[1:])
    total, work = math.prod(input_shape), 0
    for node in graph.nodes:
        count = max(math.prod(_cells(node.output.shape)), inside(node))
        total += count
        work += multiply_adds(node)
        if max(count, math.prod(input_shape)) > MAX_OUTPUT_ELEMENTS or total > MAX_ALL_ELEMENTS:
            raise ModelError(
                text(
                    "Layer {layer} computes {n:,} numbers for one image of {height} × {width}, and all layers up to it "
                    "{total:,}; at most {most:,} and {most_total:,} are accepted.",
                    layer=shown(node.name),
                    n=count,
                    height=input_shape[0],
                    width=input_shape[1],
                    total=total,
                    most=MAX_OUTPUT_ELEMENTS,
                    most_total=MAX_ALL_ELEMENTS,
                )
            )
        if work > MAX_MULTIPLY_ADDS:
            raise ModelError(
                text(
                    "Up to layer {layer} the model needs {work:,.0f} billion (10⁹) multiply-adds for one image of "
                    "{height} × {width}; at most {most:.0f} billion are accepted.",
                    layer=shown(node.name),
                    work=work / 1e9,
                    height=input_shape[0],
                    width=input_shape[1],
                    most=MAX_MULTIPLY_ADDS / 1e9,
                )
            )
    n_classes = graph.logits.shape[-1]
    if n_classes > MAX_CLASSES:
        raise ModelError(
            text("The model has {n:,} classes; at most {most:,} are accepted.", n=n_classes, most=MAX_CLASSES)
        )


def _cells(shape: Sequence[int | None]) -> list[int]:
    """The shape of a tensor for one image, without the batch axis.

    Raises:
        ModelError: If more than the batch axis is unknown, so that the tensor's size is not known.
    """
    if sum(side is None for side in shape) > 1:
        raise ModelError(
            text(
                "A layer's output has the shape {shape}: its size depends on the numbers, so vislib does "
                "not know its memory beforehand. If you trust the file, load it in Python: "
                "vislib.load_classifier(keras.models.load_model(path)).",
                shape=tuple(shape),
            )
        )
    return [side or 1 for side in (shape[1:] if shape and shape[0] is None else shape)]
