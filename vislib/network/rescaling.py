"""The gradient of a target under DeepLIFT's rescale rule, between a baseline and an input."""

from typing import Any

import numpy as np

from vislib.backend import keras, tf
from vislib.network.computations import existing, total
from vislib.network.forward import ForwardNetwork
from vislib.network.target_arguments import TargetArguments, Targets


def rescaled_gradients(
    network: ForwardNetwork, inputs: np.ndarray, baselines: np.ndarray, target: Targets
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """`Network.rescaled_gradients`."""
    given = TargetArguments.of(target, len(inputs), network)
    function = network.functions.traced(
        ("rescaled gradients", given.form),
        lambda: _computation(network, given),
        network.images_spec,
        network.images_spec,
        *given.specs,
    )
    at_once, found = max(network.gradient_batch_size // 2, 1), []
    for start in range(0, len(inputs), at_once):
        now = slice(start, start + at_once)
        images = [tf.constant(each[now], tf.float32) for each in (inputs, baselines)]
        found.append([each.numpy() for each in function(*images, *given.part(now))])
    gradients, values, before = (np.concatenate(each) for each in zip(*found, strict=True))
    return gradients, values, before


def _computation(network: ForwardNetwork, given: TargetArguments) -> Any:
    """(inputs, baselines, the target's arguments) → the gradient, the target's values, and those of the baselines."""
    graph = network.variants.rescaled()
    read = [*network.read(graph.now, given.form), *network.read(graph.reference, given.form)]
    model = keras.Model([graph.now.input, graph.reference.input], read)

    def compute(inputs, baselines, weights, operands):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(inputs)
            outputs = tf.nest.flatten(model([inputs, baselines], training=False))
            now, before = outputs[: len(given.form)], outputs[len(given.form) :]
            values = total(now, given.measures, weights, operands)
        gradient = existing(tape.gradient(values, inputs))
        return gradient, values, total(before, given.measures, weights, operands)

    return compute
