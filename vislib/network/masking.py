"""A target's values for one image under many masks, which are made inside the traced function."""

from collections.abc import Callable

import numpy as np

from vislib.backend import keras, tf
from vislib.network.computations import class_logits, total, whole
from vislib.network.forward import ForwardNetwork
from vislib.network.masks import Kind, Masks
from vislib.network.target_arguments import TargetArguments
from vislib.targets.base import LOGITS, Target


def masked_values(
    network: ForwardNetwork, shown: np.ndarray, hidden: np.ndarray, masks: Masks, target: Target
) -> np.ndarray:
    """`Network.masked_values`."""
    on_logits = target.layers == {LOGITS}
    given = None if on_logits else TargetArguments.of(target, len(masks), network)
    function = _traced(network, masks, given)
    images, chunks = [tf.constant(each, tf.float32) for each in (shown, hidden)], []
    for start in range(0, len(masks), network.batch_size):
        now = slice(start, start + network.batch_size)
        part = masks.part(now)
        described = ([tf.constant(one) for one in each] for each in (part.shared, part.each))
        chunks.append(function(*images, *described, *(given.part(now) if given else ())).numpy())
    found = np.concatenate(chunks)
    return network.scores(found, target) if on_logits else found


def _traced(network: ForwardNetwork, masks: Masks, given: TargetArguments | None) -> Callable:
    """(shown, hidden, what describes the masks, the target's arguments) → the target's values, or for None the
    logits."""
    height, width, channels = network.input_shape
    graph = network.variants.for_logits() if given is None else network.variants.for_maps()

    def make() -> Callable:
        model = whole(graph) if given is None else keras.Model(graph.input, network.read(graph, given.form))

        def values(shown, hidden, shared, each, *arguments):
            images = blend(shown, hidden, make_masks(masks.kind, (height, width), shared, each))
            images.set_shape((None, height, width, channels))
            outputs = model(images, training=False)
            if given is None:
                return class_logits(outputs, network.is_binary)
            return total(outputs, given.measures, *arguments)

        return values

    image = tf.TensorSpec((1, height, width, channels), tf.float32)
    described = ([tf.TensorSpec((None,) * one.ndim, one.dtype) for one in each] for each in (masks.shared, masks.each))
    specs = (image, image, *described, *(() if given is None else given.specs))
    return network.functions.traced(("masked", masks.kind, None if given is None else given.form), make, *specs)


def make_masks(kind: Kind, size: tuple[int, int], shared, each):
    """Masks (n, height, width) of a size, from tensors of what describes them (see `Masks`)."""
    return _MAKERS[kind](size, shared, each)


def blend(shown, hidden, masks):
    """Images (n, h, w, c): `shown` (1, h, w, c) where a mask is 1, `hidden` where it is 0, a mixture between."""
    masks = masks[..., None]
    return tf.where(masks, shown, hidden) if masks.dtype == tf.bool else hidden + masks * (shown - hidden)


def _of_superpixels(size, shared, each):
    return tf.gather(each[0], shared[0], axis=1)


def _of_ranks(size, shared, each):
    return shared[0] < each[0][:, None, None]


def _of_grids(size, shared, each):
    (rows, columns), (grids, tops, lefts) = shared, each
    by_row = tf.gather(rows, tops[:, None] + tf.range(size[0]))
    by_column = tf.gather(columns, lefts[:, None] + tf.range(size[1]))
    return tf.matmul(by_row @ grids, by_column, transpose_b=True)


def _of_maps(size, shared, each):
    (rows, columns), (maps,) = shared, each
    large = tf.matmul(rows @ maps, columns, transpose_b=True)
    low, high = (reduce(large, (1, 2), keepdims=True) for reduce in (tf.reduce_min, tf.reduce_max))
    # Rounding makes the enlargement of a constant map vary.
    varies = tf.reduce_max(maps, (1, 2), keepdims=True) > tf.reduce_min(maps, (1, 2), keepdims=True)
    return tf.where(varies, tf.math.divide_no_nan(large - low, high - low), 0.0)


# ((height, width), tensors for all masks, tensors for each mask) → the masks (n, height, width).
_MAKERS: dict[Kind, Callable] = {
    Kind.SUPERPIXELS: _of_superpixels,
    Kind.RANKS: _of_ranks,
    Kind.GRIDS: _of_grids,
    Kind.MAPS: _of_maps,
}
