"""The computations that `Network` traces. Each is a function of TensorFlow tensors, made from a model."""

from vislib.backend import keras, tf
from vislib.graph.graph import Graph
from vislib.graph.layer_kinds import Role, kind_of
from vislib.network.failures import NoGradient


def whole(graph: Graph) -> keras.Model:
    """The graph as a model: input to logits."""
    return keras.Model(graph.input, graph.logits)


def forward(model, is_binary):
    """Inputs → logits (n, classes), or (n, h, w, classes) of a segmentation."""
    return lambda inputs: class_logits(model(inputs, training=False), is_binary)


def forward_all(model):
    """Inputs → all outputs of the model, as float32."""
    return lambda inputs: [tf.cast(output, tf.float32) for output in tf.nest.flatten(model(inputs, training=False))]


def total(activations, measures, weights, operands):
    """A target's values (n,): Σ weight · term, from the activations that its terms read.

    Args:
        activations: For each term, the activations (n, …) that it reads.
        measures: For each term, its function, see `vislib.targets.Term.measure`.
        weights: (n, terms).
        operands: For each term, its operand (n, …).
    """
    terms = [
        measure(tf.cast(read, tf.float32), operand)
        for measure, read, operand in zip(measures, tf.nest.flatten(activations), operands, strict=True)
    ]
    return tf.reduce_sum(weights * tf.stack(terms, axis=1), axis=1)


def target_values(model, measures):
    """(inputs, weights, operands) → the target's values. The model's outputs are the tensors that the terms read."""
    return lambda inputs, weights, operands: total(model(inputs, training=False), measures, weights, operands)


def input_gradient(model, measures):
    """(inputs, weights, operands) → the target's gradient by the inputs, and its values."""

    def gradient(inputs, weights, operands):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(inputs)
            values = total(model(inputs, training=False), measures, weights, operands)
        return existing(tape.gradient(values, inputs)), values

    return gradient


def existing(gradient):
    """A gradient that a tape computed.

    Raises:
        NoGradient: If it is None, as behind a layer that rounds.
    """
    if gradient is None:
        raise NoGradient
    return gradient


def blocking_nodes(graph: Graph, read, measures, inputs, weights, operands) -> list[str]:
    """Names of the nodes through which a target has no gradient: their output has one, none of their inputs has.

    Args:
        graph: The graph.
        read: The tensors that the target's terms read.
        measures: See `total`.
        inputs: An image (1, h, w, c).
        weights: See `total`.
        operands: See `total`.
    """
    model = keras.Model(graph.input, [*(node.output for node in graph.nodes), *read])
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(inputs)
        outputs = tf.nest.flatten(model(inputs, training=False))
        values = total(outputs[len(graph.nodes) :], measures, weights, operands)
    found = tape.gradient(values, [inputs, *outputs[: len(graph.nodes)]])
    tensors = [graph.input, *(node.output for node in graph.nodes)]
    reached = {id(tensor) for tensor, gradient in zip(tensors, found, strict=True) if gradient is not None}
    return [
        node.name
        for node in graph.nodes
        if id(node.output) in reached
        and not any(id(tensor) in reached for tensor in node.inputs)
        and kind_of(node.operation).role is not Role.GIVEN  # given values do not come from the image
    ]


def map_gradients(model, measures, n_layers):
    """(inputs, weights, operands) → the maps of each layer, the target's gradients by them, and its values. The model's
    outputs are the maps of `n_layers` layers, then the tensors that the target's terms read."""

    def gradients(inputs, weights, operands):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(inputs)  # so that the tape also records the layers between the input and the maps
            outputs = tf.nest.flatten(model(inputs, training=False))
            maps, activations = outputs[:n_layers], outputs[n_layers:]
            values = total(activations, measures, weights, operands)
        found = [existing(gradient) for gradient in tape.gradient(values, maps)]
        return [[tf.cast(each, tf.float32) for each in some] for some in (maps, found)], values

    return gradients


def with_scaled_channels(model, measures):
    """(scales (n, k), values of the model's inputs, weights, operands) → the target's values when the channels of the
    model's first input are scaled."""
    values_of = with_first_input(model, measures)

    def values(scales, given, weights, operands):
        maps, *others = given
        return values_of(maps * scales[:, None, None, :], others, weights, operands)

    return values


def with_first_input(model, measures):
    """(values (n, …) of the model's first input, values (1, …) of its other inputs, weights, operands) → the target's
    values."""

    def values(first, others, weights, operands):
        tensors = [first, *(tf.repeat(other, tf.shape(first)[0], axis=0) for other in others)]
        tensors = [tf.cast(tensor, start.dtype) for tensor, start in zip(tensors, model.inputs, strict=True)]
        return total(model(tensors, training=False), measures, weights, operands)

    return values


def channel_effects(model, is_binary):
    """(a direction (k,) in the space of the channels, values of the model's inputs) → for each output the derivative
    of the logits (n, …, classes) when the model's first input, the maps, grows by itself in that direction.

    It is the forward mode of differentiation: one pass for all classes.
    """

    def effects(direction, given):
        maps, *others = given
        with tf.autodiff.ForwardAccumulator(maps, maps * direction) as forwards:
            tensors = [tf.cast(one, start.dtype) for one, start in zip([maps, *others], model.inputs, strict=True)]
            logits = class_logits(tf.nest.flatten(model(tensors, training=False))[0], is_binary)
        found = forwards.jvp(logits)
        return tf.zeros_like(logits) if found is None else found

    return effects


def class_logits(units, is_binary):
    """Logits (n, classes) or (n, h, w, classes); a single unit z gives the logit z of class 1 and −z of class 0."""
    units = tf.cast(units, tf.float32)
    return tf.concat([-units, units], axis=-1) if is_binary else units


def relevances(model, measures, n_layers):
    """(inputs, bounds, weights, operands) → the relevance of the inputs and of each layer's output for a target, its
    values (n,) and the relevance that it starts with (n,).

    The model's gradients are relevances (`vislib.graph.relevance.RelevanceGraph.model`). Its outputs are those of
    `n_layers` layers, then the tensors that the target's terms read. The relevance of a tensor that the target reads is
    tensor · ∂ target / ∂ tensor: of a logit, the logit itself.
    """

    def computed(inputs, bounds, weights, operands):
        with tf.GradientTape(persistent=True, watch_accessed_variables=False) as tape:
            tape.watch(inputs)
            outputs = tf.nest.flatten(model([inputs, *bounds], training=False))
            maps, read = outputs[:n_layers], outputs[n_layers:]
            tensors = list({id(each): each for each in read}.values())  # several terms may read one tensor
            with tf.GradientTape(watch_accessed_variables=False) as inner:
                inner.watch(tensors)
                values = total(read, measures, weights, operands)
            start = [each * slope for each, slope in zip(tensors, inner.gradient(values, tensors), strict=True)]
        found = tape.gradient(tensors, [inputs, *maps], start)
        of_input = existing(found[0])
        of_maps = [tf.zeros_like(each) if one is None else one for each, one in zip(maps, found[1:], strict=True)]
        started = tf.add_n([tf.reduce_sum(each, axis=list(range(1, len(each.shape)))) for each in start])
        return of_input, [tf.cast(each, tf.float32) for each in of_maps], values, tf.cast(started, tf.float32)

    return computed


def relevance_through(model):
    """(inputs, bounds, the relevance of the model's output) → the relevance of the inputs."""

    def computed(inputs, bounds, relevance):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(inputs)
            output = tf.nest.flatten(model([inputs, *bounds], training=False))[0]
        return existing(tape.gradient(output, inputs, tf.cast(relevance, output.dtype)))

    return computed
