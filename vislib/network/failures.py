"""Exceptions of Keras and TensorFlow while a network runs, as sentences with the layer, the reason and a way on.

Only the running of the network is wrapped. An exception of vislib's own code and one of a progress callback pass
through unchanged.
"""

import functools
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar, cast

import numpy as np

from vislib.backend import keras, tf
from vislib.errors import ModelError, VislibError, listed
from vislib.graph.graph import Graph, Node, call_of
from vislib.graph.reasons import node_that_failed, reason_of
from vislib.language import Text, listing, plural, sentences, text

WITHOUT_GRADIENTS = listing(["occlusion", "rise", "lime", "kernel-shap"])
"""The methods of images that need the network's output alone."""

_OWN_CODE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_SHORTAGE = (MemoryError, tf.errors.ResourceExhaustedError)


_Method = TypeVar("_Method", bound=Callable[..., Any])


def runs_network(gradient: bool = False) -> Callable[[_Method], _Method]:
    """Makes a method of `Network` whose first argument is preprocessed images raise the network's failures as
    sentences."""

    def decorate(method: _Method) -> _Method:
        @functools.wraps(method)
        def run(network: Any, inputs: np.ndarray, *args: Any, **kwargs: Any) -> Any:
            at_once = min(len(inputs), network.gradient_batch_size if gradient else network.batch_size)
            with failures_as_sentences(network.name, network.graph, inputs, at_once, gradient):
                return method(network, inputs, *args, **kwargs)

        return cast(_Method, run)

    return decorate


@contextmanager
def failures_as_sentences(
    name: str, graph: Graph, inputs: np.ndarray, at_once: int = 1, gradient: bool = False, scaled: bool = False
) -> Iterator[None]:
    """Turns an exception of the network in this block into a `ModelError`.

    Args:
        name: The model's name.
        graph: The graph that runs, or the one that it is derived from.
        inputs: The preprocessed images (n, h, w, c) on which it runs, at least one.
        at_once: How many images run at once; if there are fewer inputs, those are repeated.
        gradient: Whether it also computes gradients.
        scaled: Whether it runs on maps whose channels are scaled.

    Raises:
        ModelError: If the network fails.
    """
    try:
        yield
    except VislibError:
        raise
    except Exception as error:  # a custom layer can raise anything
        images = np.asarray(inputs[np.arange(max(at_once, 1)) % len(inputs)], np.float32)
        sentence = _sentence(error, name, graph, images, gradient, scaled)
        if sentence is None:
            raise
        raise ModelError(sentence) from error


def not_finite(
    name: str, graph: Graph, inputs: np.ndarray, outputs: Callable[[], Iterable[tuple[str, np.ndarray]]]
) -> str:
    """The sentence on a network that gives NaN or infinity.

    Args:
        name: The model's name.
        graph: Its graph.
        inputs: The preprocessed images (n, h, w, c).
        outputs: Gives each layer's name and output for them, in the order of computation.
    """
    broken = [
        weight.path
        for node in graph.nodes
        for weight in getattr(node.operation, "weights", ())
        if "float" in str(weight.dtype) and not np.isfinite(np.asarray(weight)).all()
    ]
    start = text("{name} gives NaN or infinity for this image, so nothing can be explained", name=name)
    if broken:
        return text(
            "{start}: its weights {weights} are not finite, as after a training that diverged. Load "
            "weights from an earlier checkpoint.",
            start=start,
            weights=listed(broken, 3),
        )
    first = next((layer for layer, output in outputs() if not np.isfinite(output).all()), "?")
    return text(
        "{start}: layer '{layer}' is the first whose output is not finite. The network's input has "
        "values from {low:.3g} to {high:.3g}; if it was trained on others, give another "
        "`preprocess`, otherwise mend that layer.",
        start=start,
        layer=first,
        low=inputs.min(),
        high=inputs.max(),
    )


class NoGradient(Exception):
    """A target does not depend differentiably on what its gradient is taken by."""


def no_gradient_at(blocking: Sequence[str]) -> str:
    """The reason why a target has no gradient: the layers that pass none back, if they are known."""
    if not blocking:
        return text("one of its operations passes no gradient back, as for argmax or rounding")
    return plural(
        "layer {layers} passes no gradient back, as for argmax or rounding",
        "layers {layers} pass no gradient back, as for argmax or rounding",
        len(blocking),
        layers=listing([f"'{each}'" for each in blocking]),
    )


def _sentence(
    error: Exception, name: str, graph: Graph, images: np.ndarray, gradient: bool, scaled: bool
) -> str | None:
    """The sentence for an exception; None if it is not the network's."""
    node = node_that_failed(error, graph.nodes)
    if isinstance(error, _SHORTAGE):
        return _shortage(_place(name, node), images, gradient)
    if node is None and _is_own(error):
        return None
    n, reason = len(images), f"{type(error).__name__}, “{reason_of(error)}”"
    size = "×".join(map(str, images.shape[1:]))
    if not _runs(graph, images[:1]):
        return sentences(
            text("{name} fails: {reason}.", name=name, reason=reason)
            if node is None
            else text("{name} fails in {layer}: {reason}.", name=name, layer=_layer(node), reason=reason),
            text("It fails for a single image of {size} too; mend it in Keras, and load the model again.", size=size),
        )
    if n > 1 and not _runs(graph, images):
        return sentences(
            text("{name} fails for {n} images at once: {reason}.", name=name, n=n, reason=reason)
            if node is None
            else text(
                "{name} fails in {layer} for {n} images at once: {reason}.",
                name=name,
                layer=_layer(node),
                n=n,
                reason=reason,
            ),
            text(
                "It works for one image at a time: set `classifier.network.batch_size` and "
                "`classifier.network.gradient_batch_size` to 1."
            ),
        )
    if gradient:
        node = node or _without_backward_pass(graph, images[:1])
        return sentences(
            text("The gradient of {name} fails: {reason}.", name=name, reason=reason)
            if node is None
            else text(
                "The gradient of {name} fails in {layer}: {reason}.", name=name, layer=_layer(node), reason=reason
            ),
            text("Its outputs work; use a method without gradients: {methods}.", methods=WITHOUT_GRADIENTS),
        )
    if scaled and node is not None:
        return text(
            "{name} fails in {layer} when channels of a layer are scaled: {reason}. It works on whole "
            "images; use a method that leaves its maps as they are, such as {methods}.",
            name=name,
            layer=_layer(node),
            reason=reason,
            methods=WITHOUT_GRADIENTS,
        )
    return None


def _layer(node: Node) -> Text:
    return text("layer '{layer}' ({kind})", layer=node.name, kind=type(node.operation).__name__)


def _place(name: str, node: Node | None) -> str:
    return name if node is None else text("{name} in {layer}", name=name, layer=_layer(node))


def _shortage(place: str, images: np.ndarray, gradient: bool) -> str:
    (n, height, width), setting = images.shape[:3], "gradient_batch_size" if gradient else "batch_size"
    if n > 1:
        return text(
            "Memory ran out for {place} with {n} images of {height} × {width} at once. Set "
            "`classifier.network.{setting}`, now {n} or more, to a smaller number.",
            place=place,
            n=n,
            height=height,
            width=width,
            setting=setting,
        )
    return sentences(
        text(
            "Memory ran out for {place} with one image of {height} × {width}.", place=place, height=height, width=width
        ),
        text("A method without gradients needs less memory: {methods}.", methods=WITHOUT_GRADIENTS) if gradient else "",
        text("Close other programs, or load the model with a smaller `input_size` if it takes any size."),
    )


def _is_own(error: BaseException) -> bool:
    """Whether an exception was raised by vislib's own code."""
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    return traceback is not None and traceback.tb_frame.f_code.co_filename.startswith(_OWN_CODE)


def _runs(graph: Graph, images: np.ndarray) -> bool:
    """Whether the network's own operations run on these images."""
    try:
        model = keras.Model(graph.input, graph.logits)
        tf.function(lambda given: model(given, training=False), autograph=False)(tf.constant(images))
    except Exception:  # noqa: BLE001  a custom layer can raise anything
        return False
    return True


def _without_backward_pass(graph: Graph, image: np.ndarray) -> Node | None:
    """The node whose gradient fails for an image (1, h, w, c); None if there is none by itself."""
    outputs = keras.Model(graph.input, [node.output for node in graph.nodes])(tf.constant(image), training=False)
    tensors = [graph.input, *(node.output for node in graph.nodes)]
    values = dict(zip(map(id, tensors), [tf.constant(image), *tf.nest.flatten(outputs)], strict=True))
    for node in reversed(graph.nodes):
        args, kwargs = call_of(node.output).arguments.fill_in(values)
        given = [values[id(tensor)] for tensor in node.inputs]
        try:
            with tf.GradientTape() as tape:
                tape.watch(given)
                output = node.operation(*args, **kwargs)
            tape.gradient(output, given)
        except Exception:  # noqa: BLE001  a custom gradient can raise anything
            return node
    return None
