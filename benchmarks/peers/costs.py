"""Measures vislib alone: its share of the machine's limit, its cost against the number of patches, the image's size and
the batch size, the time to the first map, and the memory of every method at its defaults."""

import multiprocessing
import os
import time
from collections.abc import Callable

import numpy as np

from benchmarks.peers.report import Report
from benchmarks.peers.worker import forget_peak, peak

_STRIDES_PX = (32, 16, 8)
_SIDES_PX = (160, 224, 320)
_BATCHES = (1, 4, 16, 32, 64)
_RUNS = 3


def measure(report: Report) -> None:
    """Measures each part in a separate process."""
    for heading, part in PARTS.items():
        context = multiprocessing.get_context("spawn")
        connection, other = context.Pipe()
        process = context.Process(target=_answer, args=(other, part), daemon=True)
        process.start()
        other.close()
        try:
            while (line := connection.recv()) is not None:
                print(line, flush=True)
                report.add(heading, [line])
        except EOFError:
            report.add(heading, ["The process died."])
        process.join()


def _answer(connection, part: Callable) -> None:
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    for line in part():
        connection.send(line)
    connection.send(None)


def _median(function: Callable[[], object], runs: int = _RUNS) -> float:
    function()
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        function()
        seconds.append(time.perf_counter() - start)
    return float(np.median(seconds))


def by_patches():
    """Occlusion against the number of patches, and when the first complete coarse map is there."""
    import vislib

    classifier, image = vislib.load_classifier("efficientnet-lite0"), vislib.load_image("sample_images/cat.jpg")
    yield "| patches of 32 px | stride, px | s | ms a patch | first complete map after, s |"
    yield "|---|---|---|---|---|"
    for stride in _STRIDES_PX:
        first: list[float] = []

        def run(stride=stride, first=first):
            start, calls = time.perf_counter(), []

            def progress(done, total, partial=None):
                if partial is not None:
                    calls.append(time.perf_counter() - start)

            vislib.explain("occlusion", classifier, image, 0, progress, patch_px=32, stride_px=stride)
            first.append(calls[0])

        seconds = _median(run)
        count = (192 // stride + 1) ** 2
        yield f"| {count} | {stride} | {seconds:.2f} | {1e3 * seconds / count:.2f} | {np.median(first[1:]):.2f} |"


def by_size():
    """Occlusion with 169 patches and saliency against the side of the input."""
    import vislib
    from vislib.backend import keras
    from vislib.zoo import efficientnet_lite0

    image = vislib.load_image("sample_images/cat.jpg")
    yield "| input, px | occlusion with 13 × 13 patches, s | saliency, s | forward, s |"
    yield "|---|---|---|---|"
    for side in _SIDES_PX:
        model = keras.models.clone_model(efficientnet_lite0.build(), input_tensors=keras.Input((side, side, 3)))
        classifier = vislib.load_classifier(model, preprocess="-1..1")
        patch = {"patch_px": side // 7 // 2 * 2, "stride_px": side // 14}
        occlusion = _median(
            lambda given=(classifier, patch): vislib.explain("occlusion", given[0], image, 0, **given[1])
        )
        saliency = _median(lambda classifier=classifier: vislib.explain("saliency", classifier, image, 0))
        forward = _median(lambda classifier=classifier: classifier.logits(image))
        yield f"| {side} × {side} | {occlusion:.2f} | {saliency:.3f} | {forward:.3f} |"


def by_batch():
    """The forward pass against the number of images that go through at once."""
    import vislib

    classifier, image = vislib.load_classifier("efficientnet-lite0"), vislib.load_image("sample_images/cat.jpg")
    inputs = classifier.preprocess_input(classifier.resize(image)[None])
    yield "| images at once | ms an image |"
    yield "|---|---|"
    for count in _BATCHES:
        batch = np.repeat(inputs, count, axis=0)
        seconds = _median(lambda batch=batch: classifier.network.logits(batch), runs=7)
        yield f"| {count} | {1e3 * seconds / count:.2f} |"


def ceiling():
    """The forward pass as a share of the machine's limit, and the share of it that remains to compute for a patch."""
    from benchmarks.peers.task import NETWORKS, PATCH_PX, task_of
    from vislib.backend import tf
    from vislib.layers.layer_cost import layer_cost
    from vislib.speed.incremental.plan import IncrementalPlan

    side = 2048
    matrix = tf.random.normal((side, side))
    most = 2 * side**3 / _median(lambda: tf.matmul(matrix, matrix), runs=7) / 1e9
    yield f"A matrix product of {side} × {side} runs at {most:.0f} GFLOP/s here."
    yield ""
    yield (
        f"| network | GFLOP per image | ms per image | GFLOP/s | share of the matrix product's | share of "
        f"multiplications for a patch of {PATCH_PX} px | largest possible gain of occlusion |"
    )
    yield "|---|---|---|---|---|---|---|"
    for name in NETWORKS:
        task = task_of(name)
        network, images = task.classifier.network, task.inputs.repeat(32, axis=0)
        plan = IncrementalPlan(network.graph, (PATCH_PX, PATCH_PX))
        costs = [(node, layer_cost(node)) for node in network.graph.nodes]
        macs = [(cost.macs, plan.share(node.output)) for node, cost in costs if cost is not None]
        gigaflops = 2 * sum(count for count, _ in macs) / 1e9
        left = sum(count * share for count, share in macs) / sum(count for count, _ in macs)
        seconds = _median(lambda network=network, images=images: network.logits(images)) / len(images)
        yield (
            f"| {name} | {gigaflops:.2f} | {1e3 * seconds:.2f} | {gigaflops / seconds:.0f} | "
            f"{100 * gigaflops / seconds / most:.0f} % | {100 * left:.0f} % | {1 / left:.1f} times |"
        )


def memory():
    """Peak memory and seconds of every method at its defaults."""
    import vislib

    classifier, image = vislib.load_classifier("efficientnet-lite0"), vislib.load_image("sample_images/cat.jpg")
    yield "| method | peak, GB | s, the first run | s |"
    yield "|---|---|---|---|"
    for method in vislib.methods():
        forget_peak()
        seconds = []
        for _ in range(2):
            start = time.perf_counter()
            vislib.explain(method, classifier, image, 0)
            seconds.append(time.perf_counter() - start)
        yield f"| {method} | {peak() / 1e9:.2f} | {seconds[0]:.2f} | {seconds[1]:.2f} |"


PARTS: dict[str, Callable] = {
    "The machine's limit": ceiling,
    "Cost against the number of patches (occlusion, EfficientNet-Lite0)": by_patches,
    "Cost against the input's size (EfficientNet-Lite0)": by_size,
    "Cost against the batch (forward pass, EfficientNet-Lite0)": by_batch,
    "Every method at its defaults (EfficientNet-Lite0)": memory,
}
