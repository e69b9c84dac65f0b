"""Calls of tf-keras-vis on the flat graph up to the logits: the layer given, nothing normalised, nothing enlarged.

The model is made here from the graph, so tf-keras-vis cannot change the user's model. This module imports
TensorFlow, so other modules import it late.
"""

import functools
from collections.abc import Callable
from importlib import metadata

import numpy as np

from vislib.activation_maximization.scorer import preprocessing_of_pixels
from vislib.attribution.base import Explainer
from vislib.backend import keras, tf
from vislib.errors import ModelError, ParameterError
from vislib.language import text
from vislib.model.classifier import Classifier
from vislib.opinion.peer_model import failing_in_words, given_layer, scored, with_twins
from vislib.targets.base import Target

MOST_BYTES = 2**30
"""Score-CAM of tf-keras-vis holds a copy of the input for every channel, several times over."""


def version() -> str:
    """The version of tf-keras-vis.

    Raises:
        ModelError: If it is not installed.
    """
    try:
        return metadata.version("tf-keras-vis")
    except metadata.PackageNotFoundError:
        raise ModelError(
            text("A second opinion needs tf-keras-vis, which is not installed: pip install 'tf-keras-vis>=0.8.7,<0.9'.")
        ) from None


def raw_map(
    method: Explainer, classifier: Classifier, inputs: np.ndarray, target: Target, on_pass: Callable[[], None]
) -> np.ndarray:
    """Its map for one preprocessed input (1, h, w, c), (h, w) at the size at which it computes it.

    Args:
        method: Our method, resolved; its parameters are passed on.
        classifier: The classifier that is explained.
        inputs: The preprocessed image.
        target: The resolved target.
        on_pass: Called at every pass through the network with a score. If it raises, the work stops.

    Raises:
        ModelError: If tf-keras-vis is missing or fails on this network.
        ParameterError: If it cannot take the target or a parameter.
    """
    version()
    graph = classifier.network.graph
    if method.name == "guided-backprop":
        graph = with_twins(graph)
    asked = scored(classifier, graph, target, on_pass)
    return failing_in_words(classifier, lambda: _CALLS[method.name](method, inputs, asked))


def picture(
    classifier: Classifier,
    target: Target,
    pixels: np.ndarray,
    steps: int,
    rate: float,
    on_pass: Callable[[], None],
) -> np.ndarray:
    """Its picture (h, w, c) after gradient ascent on the pixels (h, w, c) in 0..1, without its regularisers.

    Each step is `rate` times the gradient divided by its L2 norm. Its own bounds hold for the finished picture only, so
    a modifier keeps the pixels in 0..1 after every step, as vislib does. Exceptions and `on_pass` as for `raw_map`.
    """
    version()
    asked = scored(classifier, classifier.network.graph, target, on_pass, is_maximized=True)
    entry = keras.Input(pixels.shape)
    prepared = keras.layers.Lambda(preprocessing_of_pixels(classifier), output_shape=pixels.shape)(entry)
    model = keras.Model([entry], asked.model([prepared]))

    def run() -> np.ndarray:
        from tf_keras_vis.activation_maximization import ActivationMaximization

        return ActivationMaximization(model, model_modifier=None, clone=False)(
            asked.score,
            pixels[None],
            input_range=(0.0, 1.0),
            input_modifiers=[lambda given: tf.clip_by_value(given, 0.0, 1.0)],
            regularizers=[],
            steps=steps,
            optimizer=keras.optimizers.SGD(rate),
            gradient_modifier=lambda gradient: gradient / (tf.norm(gradient) + 1e-7),
        )[0]

    return failing_in_words(classifier, run)


# -- its methods -----------------------------------------------------------------------------------


def _gradients(method, inputs, asked, modifier=None, **more) -> np.ndarray:
    from tf_keras_vis.saliency import Saliency

    return Saliency(asked.model, modifier, clone=False)(asked.score, inputs, normalize_map=False, **more)[0]


def _guided(method, inputs, asked) -> np.ndarray:
    from tf_keras_vis.utils.model_modifiers import GuidedBackpropagation

    return _gradients(method, inputs, asked, modifier=GuidedBackpropagation())


def _smoothgrad(method, inputs, asked) -> np.ndarray:
    return _gradients(method, inputs, asked, smooth_samples=method.n_samples, smooth_noise=method.noise)


def _cam(kind: type, method, inputs, asked, **more) -> np.ndarray:
    node = asked.graph.node(method.map_layer)
    assert node is not None  # the method is resolved
    cells = kind(asked.model, model_modifier=None, clone=False)(
        asked.score,
        inputs,
        penultimate_layer=given_layer(node),
        seek_penultimate_conv_layer=False,
        expand_cam=False,
        normalize_cam=False,
        **more,
    )
    return cells[0]


def _grad_cam(method, inputs, asked) -> np.ndarray:
    from tf_keras_vis.gradcam import Gradcam

    if method.variant != "vanilla":
        raise ParameterError(
            text(
                "tf-keras-vis has Grad-CAM with the plain gradient only; not `variant`={variant!r}.",
                variant=method.variant,
            )
        )
    return _cam(Gradcam, method, inputs, asked)


def _grad_cam_plus_plus(method, inputs, asked) -> np.ndarray:
    from tf_keras_vis.gradcam_plus_plus import GradcamPlusPlus

    return _cam(GradcamPlusPlus, method, inputs, asked)


def _layer_cam(method, inputs, asked) -> np.ndarray:
    from tf_keras_vis.layercam import Layercam

    return _cam(Layercam, method, inputs, asked)


def _score_cam(method, inputs, asked) -> np.ndarray:
    from tf_keras_vis.scorecam import Scorecam

    node = asked.graph.node(method.map_layer)
    channels = min(method.max_channels, node.output.shape[-1])
    most = MOST_BYTES // (8 * inputs.nbytes)
    if channels > most:
        raise ParameterError(
            text(
                "Score-CAM of tf-keras-vis holds a copy of the input for every channel, and {channels} of "
                "{height} × {width} pixels are too many; set `max_channels` to at most {most}.",
                channels=channels,
                height=inputs.shape[1],
                width=inputs.shape[2],
                most=most,
            )
        )
    if asked.model.outputs[0] is not asked.graph.logits:
        raise ParameterError(
            text(
                "Score-CAM of tf-keras-vis applies softmax to what it explains, so it takes the class of a "
                "classifier; not a unit of a hidden layer."
            )
        )
    asked.model.predict = functools.partial(asked.model.predict, verbose=0)  # it would print a progress bar
    return _cam(Scorecam, method, inputs, asked, max_N=channels)


_CALLS: dict[str, Callable[..., np.ndarray]] = {
    "saliency": _gradients,
    "guided-backprop": _guided,
    "smoothgrad": _smoothgrad,
    "grad-cam": _grad_cam,
    "grad-cam++": _grad_cam_plus_plus,
    "layer-cam": _layer_cam,
    "score-cam": _score_cam,
}
