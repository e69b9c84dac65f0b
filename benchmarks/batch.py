"""Compares the cost of a batch with that of the plain batched call: python -m benchmarks.batch [--data-dir DIR]
[--quick]

1. MNIST test digits from PNG files through Grad-CAM and occlusion: 100, 1,000 and 10,000, for the plot of cost against
   number in docs/.
2. 1,000 colour images (JPEG files of 320 × 240, cut from the sample photographs) through Grad-CAM and gradient × input
   with the built-in model.

Each runs in a separate process, whose peak memory is printed. "Plain" is the computation alone: the images are in
memory, decoded and resized; then come the network's scores and `attribute_many` in the same batches. It is timed in the
same process in turns with the batch, once after every 20th of the batch, and its time is subtracted from the batch's,
so that both run under the same conditions. Ends with status 1 if the batch reaches less than 90 % of the plain rate or
takes 2 GB or more."""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

LEAST_SHARE, MOST_GB = 0.9, 2.0
TURNS = 20
DIGIT_METHODS, PHOTO_METHODS = ("grad-cam", "occlusion"), ("grad-cam", "gradient-x-input")
PLOT = Path(__file__).parents[1] / "docs" / "batch.svg"
SAMPLES = Path(__file__).parents[1] / "sample_images"


def write_digits(folder: Path, n: int, data_dir: str | None) -> None:
    """The first n MNIST test digits as PNG files, in one folder per class."""
    from vislib.training import load_dataset

    dataset = load_dataset("mnist", data_dir)
    for number, (image, label) in enumerate(zip(dataset.test_images[:n], dataset.test_labels, strict=False)):
        path = folder / str(label) / f"{number:05d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image[..., 0]).save(path)


def write_photos(folder: Path, n: int) -> None:
    """n different pieces of the sample photographs, as JPEG files of 320 × 240."""
    random = np.random.default_rng(0)
    photos = [Image.open(path).convert("RGB") for path in sorted(SAMPLES.glob("*.jpg"))]
    folder.mkdir(parents=True)
    for number in range(n):
        photo = photos[number % len(photos)]
        share = random.uniform(0.6, 1.0)
        width, height = (round(side * share) for side in photo.size)
        left, top = (
            int(random.integers(0, side - part + 1)) for side, part in zip(photo.size, (width, height), strict=True)
        )
        piece = photo.crop((left, top, left + width, top + height)).resize((320, 240), Image.Resampling.BICUBIC)
        piece.save(folder / f"{number:05d}.jpg", quality=90)


def plain_seconds(classifier, resized: np.ndarray, methods) -> float:
    """Seconds per image for the computation alone."""
    import vislib

    step, begun = min(classifier.network.batch_size, 64), time.perf_counter()
    for start in range(0, len(resized), step):
        images = resized[start : start + step]
        logits = classifier.network.logits(classifier.preprocess_input(images))
        targets = [vislib.Target(int(index)) for index in logits.argmax(axis=1)]
        for method in methods:
            method.attribute_many(classifier, images, targets)
    return (time.perf_counter() - begun) / len(resized)


def measure(folder: Path, out: Path, model: str, names: tuple[str, ...]) -> dict:
    """Runs one batch in turns with the plain call; for a separate process."""
    import vislib
    from vislib.batch import source_of
    from vislib.batch.settings import resolved_methods

    classifier = vislib.load_classifier(model)
    methods, source = resolved_methods(names, classifier), source_of(folder)
    n = min(classifier.network.batch_size, 64, len(source))
    resized = np.stack([classifier.resize(source[number]) for number in range(n)])
    plain_seconds(classifier, resized, methods)  # traces
    plain: list[float] = []
    begun = printed = time.perf_counter()
    due = every = max(n, len(source) // TURNS)

    def progress(done: int, total: int, partial=None) -> None:
        nonlocal printed, due
        if done >= due:
            due += every
            plain.append(plain_seconds(classifier, resized, methods))
        if time.perf_counter() - printed > 20:
            printed = time.perf_counter()
            rate = done / (printed - begun - sum(plain) * n)
            print(f"    {done:,} of {total:,}, {rate:.1f} a second", file=sys.stderr, flush=True)

    result = vislib.explain_many(classifier, folder, names, out=out, progress=progress)
    seconds = result.seconds - sum(plain) * n
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    written = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    return {
        "n": len(source),
        "seconds": seconds,
        "rate": len(source) / seconds,
        "plain": 1 / float(np.mean(plain)),
        "turns": len(plain),
        "gb": peak,
        "bytes": written / len(source),
    }


def in_own_process(*arguments: object) -> dict:
    """The result of `measure` in a new process."""
    command = [sys.executable, "-m", "benchmarks.batch", "--measure", json.dumps([str(each) for each in arguments])]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def report(name: str, found: dict) -> bool:
    """Prints a line; returns whether the result is within the bounds."""
    share = found["rate"] / found["plain"]
    print(
        f"{name:34} {found['n']:>6,} {found['seconds']:8.1f} s {found['rate']:8.1f}/s  plain {found['plain']:8.1f}/s "
        f"({found['turns']} turns)  {share * 100:5.1f} %  {found['gb']:.2f} GB  "
        f"{found['bytes'] / 1000:.1f} kB an image",
        flush=True,
    )
    # Below 1,000 images the start counts: the rate says nothing.
    return (share >= LEAST_SHARE or found["n"] < 1000) and found["gb"] < MOST_GB


def plot(found: list[dict]) -> None:
    """Seconds against number of images, both logarithmic, beside a line of slope 1 through the last point."""
    from matplotlib.figure import Figure

    from vislib.output.export import figure_bytes, write_whole

    numbers, seconds = [one["n"] for one in found], [one["seconds"] for one in found]
    figure = Figure(figsize=(5.4, 3.6), layout="constrained")
    axes = figure.add_subplot()
    axes.plot(
        numbers, [seconds[-1] * n / numbers[-1] for n in numbers], "--", color="#868e96", label="proportional to n"
    )
    axes.plot(numbers, seconds, "o-", color="#0b7285", label="measured")
    axes.set(xscale="log", yscale="log", xlabel="MNIST digits, Grad-CAM and occlusion", ylabel="seconds")
    axes.grid(alpha=0.3)
    axes.legend(frameon=False)
    write_whole(PLOT, figure_bytes(figure, "svg"))
    print(f"→ {PLOT.relative_to(Path.cwd()) if PLOT.is_relative_to(Path.cwd()) else PLOT}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-dir", help="with MNIST (default: $VISLIB_DATA_DIR)")
    parser.add_argument("--quick", action="store_true", help="100 and 1,000 digits, 128 photographs, no plot")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        folder, out, model, names = json.loads(options.measure)
        print(json.dumps(measure(Path(folder), Path(out), model, tuple(names.split(",")))))
        return 0
    digits, photos = ((100, 1_000), 128) if options.quick else ((100, 1_000, 10_000), 1_000)
    good, found = True, []
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        write_photos(root / "photos", photos)
        name = f"photographs, {' + '.join(PHOTO_METHODS)}"
        arguments = (root / "photos", root / "out", "efficientnet-lite0", ",".join(PHOTO_METHODS))
        good &= report(name, in_own_process(*arguments))
        for n in digits:
            write_digits(root / f"digits{n}", n, options.data_dir)
            arguments = (root / f"digits{n}", root / f"out{n}", "digits", ",".join(DIGIT_METHODS))
            found.append(in_own_process(*arguments))
            good &= report(f"digits, {' + '.join(DIGIT_METHODS)}", found[-1])
    if not options.quick:
        plot(found)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
