"""Every method on a GPU against the CPU's numbers: python -m benchmarks.gpu [--networks efficientnet-lite0 …]

Runs twice, each time in a separate process: with the GPU, and without it. Prints, for each network and method, how far
the two maps differ and the seconds of a second call, then the images that a batch explains a second and the peak of the
memory. Random methods take few samples here, so that it ends within eight minutes. ResNet-50 and VGG-16 have random
weights: nothing is downloaded. Multiplications are exact float32 (TF32 is switched off) for the comparison.

Ends with status 1 if a map differs by more than MOST_DIFFERENCE of its largest value, or its rank correlation is below
LEAST_CORRELATION. Without a GPU both runs use the CPU, and the last line says so.
"""

import argparse
import dataclasses
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

MOST_DIFFERENCE, LEAST_CORRELATION = 0.02, 0.999
NETWORKS = ("efficientnet-lite0", "ResNet50", "VGG16")
FEW = {
    "n_masks": 64,
    "n_samples": 64,
    "max_channels": 32,
    "patch_px": 56,
    "stride_px": 28,
    "n_steps": 16,
}
"""Parameters for a quick run, for the methods that have them."""
NOISY = {"smoothgrad": {"n_samples": 8}, "vargrad": {"n_samples": 8}}
BATCH_SECONDS = 4.0


def network(name: str):
    """A classifier: built in, or of keras.applications with random weights, always the same."""
    import vislib
    from vislib.backend import keras

    if name in vislib.models() and name == "efficientnet-lite0":
        return vislib.load_classifier(name)
    keras.utils.set_random_seed(0)
    model = getattr(keras.applications, name)(weights=None)
    return vislib.load_classifier(model, preprocess=name if name in ("VGG16",) else "ResNet")


def explainer(name: str):
    """A method with few samples."""
    import vislib

    method = vislib.methods()[name]
    known = {spec.name for spec in dataclasses.fields(method)}
    return method(**{key: value for key, value in (FEW | NOISY.get(name, {})).items() if key in known})


def measure(names: list[str], folder: Path) -> None:
    """Computes every map; writes the maps, the seconds, and the memory into a folder."""
    import vislib
    from vislib.backend import tf

    gpus = tf.config.list_physical_devices("GPU")
    for gpu in gpus:
        tf.config.experimental.set_memory_growth(gpu, True)
    tf.config.experimental.enable_tensor_float_32_execution(False)
    image = vislib.load_image(Path(__file__).parents[1] / "sample_images" / "cat.jpg")
    facts: dict[str, Any] = {"device": "GPU" if gpus else "CPU", "seconds": {}, "batch": {}, "memory": {}, "failed": {}}
    for name in names:
        classifier = network(name)
        for method in vislib.methods():
            try:
                one = explainer(method)
                one.explain(classifier, image, 282)
                start = time.perf_counter()
                heatmap = one.explain(classifier, image, 282)
            except vislib.VislibError as error:
                facts["failed"][f"{name} {method}"] = str(error)
                continue
            facts["seconds"][f"{name} {method}"] = time.perf_counter() - start
            np.save(folder / f"{name} {method}.npy", heatmap.values)
        resized = np.stack([classifier.resize(image)] * classifier.network.gradient_batch_size)
        one, targets = explainer("saliency"), [classifier.target(282)] * len(resized)
        one.attribute_many(classifier, resized, targets)
        done, start = 0, time.perf_counter()
        while time.perf_counter() - start < BATCH_SECONDS:
            one.attribute_many(classifier, resized, targets)
            done += len(resized)
        facts["batch"][name] = [done / (time.perf_counter() - start), len(resized)]
        if gpus:
            facts["memory"][name] = tf.config.experimental.get_memory_info("GPU:0")["peak"]
        del classifier
    (folder / "facts.json").write_text(json.dumps(facts))


def run(names: list[str], folder: Path, **environment: str) -> dict[str, Any]:
    """`measure` in a separate process."""
    folder.mkdir()
    command = [sys.executable, "-m", "benchmarks.gpu", "--measure", str(folder), "--networks", *names]
    subprocess.run(command, env={**os.environ, **environment}, check=True)
    return json.loads((folder / "facts.json").read_text())


def compare(one: np.ndarray, other: np.ndarray) -> tuple[float, float]:
    """The largest difference as a share of the largest value, and the rank correlation; 0 and 1 for equal maps."""
    from scipy.stats import spearmanr

    if np.array_equal(one, other):
        return 0.0, 1.0
    largest = np.abs(other).max() or 1.0
    correlation = float(spearmanr(one.ravel(), other.ravel()).statistic)
    return float(np.abs(one - other).max() / largest), correlation


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--networks", nargs="+", default=list(NETWORKS))
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        measure(options.networks, options.measure)
        return
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        gpu = run(options.networks, Path(folder) / "gpu")
        cpu = run(options.networks, Path(folder) / "cpu", CUDA_VISIBLE_DEVICES="-1")
        print(f"| network, method | largest difference | rank correlation | {gpu['device']}, s | CPU, s |")
        print("|---|---|---|---|---|")
        for name in cpu["seconds"]:
            maps = [np.load(Path(folder) / part / f"{name}.npy") for part in ("gpu", "cpu")]
            difference, correlation = compare(*maps)
            is_wrong = difference > MOST_DIFFERENCE or correlation < LEAST_CORRELATION
            wrong += [name] * is_wrong
            times = f"{gpu['seconds'][name]:.3f} | {cpu['seconds'][name]:.3f}"
            print(f"| {name} | {difference:.1e} | {correlation:.5f}{' WRONG' if is_wrong else ''} | {times} |")
    print("\n| saliency in a batch | images at once | images a second | CPU | peak of the GPU's memory |")
    print("|---|---|---|---|---|")
    for name, (rate, at_once) in gpu["batch"].items():
        peak = f"{gpu['memory'][name] / 1e9:.2f} GB" if name in gpu["memory"] else "–"
        print(f"| {name} | {at_once} | {rate:.0f} | {cpu['batch'][name][0]:.0f} | {peak} |")
    for name, why in {**cpu["failed"], **gpu["failed"]}.items():
        print(f"{name}: {why}")
    if gpu["device"] == "CPU":
        print("TensorFlow sees no GPU here: both runs used the CPU, so this says nothing about a GPU.")
    if wrong or set(gpu["failed"]) != set(cpu["failed"]):
        sys.exit(f"Different on the GPU: {', '.join(wrong) or 'methods that failed'}.")


if __name__ == "__main__":
    main()
