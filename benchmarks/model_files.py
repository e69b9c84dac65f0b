"""Loads every family of networks that users upload, in both formats, through the safe path: python -m
benchmarks.model_files

Prints, for each file, its size, the seconds of the safe path, the rise of this process's peak memory, and the largest
difference of the probabilities from those of plain Keras. Ends with status 1 if a difference is above 1e-5.
"""

import resource
import sys
import tempfile
import time
from pathlib import Path

import keras
import numpy as np

import vislib
from vislib.loading.own_model import classifier_of
from vislib.model_file import load_model_file

MOST_APART = 1e-5


def headed(base: keras.Model) -> keras.Model:
    """The base with a new head, as for fine-tuning."""
    pooled = keras.layers.GlobalAveragePooling2D()(base.output)
    return keras.Model(base.input, keras.layers.Dense(10, activation="softmax")(pooled))


def nested(base: keras.Model) -> keras.Model:
    """The base as one layer, between a Rescaling layer and a head."""
    rescale = keras.layers.Rescaling(1 / 127.5, offset=-1)
    pool, dropout = keras.layers.GlobalAveragePooling2D(), keras.layers.Dropout(0.2)
    dense = keras.layers.Dense(5, activation="softmax")
    return keras.Sequential([keras.layers.Input((160, 160, 3)), rescale, base, pool, dropout, dense])


def families() -> dict:
    """Name → a function that makes a network of that family with random weights."""
    made = keras.applications
    whole = {
        "MobileNetV2": made.MobileNetV2,
        "MobileNetV3Small": made.MobileNetV3Small,
        "MobileNetV3Large": made.MobileNetV3Large,
        "ResNet50": made.ResNet50,
        "EfficientNetB0": made.EfficientNetB0,
        "InceptionV3": made.InceptionV3,
        "DenseNet121": made.DenseNet121,
        "Xception": made.Xception,
    }
    named = {name: (lambda make=make: make(weights=None)) for name, make in whole.items()}
    named["VGG16 with a head"] = lambda: headed(made.VGG16(weights=None, include_top=False, input_shape=(224, 224, 3)))
    named["nested MobileNetV2"] = lambda: nested(
        made.MobileNetV2(weights=None, include_top=False, input_shape=(160, 160, 3))
    )
    return named


def randomized(model: keras.Model) -> keras.Model:
    """Sets random statistics of the batch normalizations, so that an exchange of them would change the result."""
    random = np.random.default_rng(0)
    for layer in model._flatten_layers():
        if isinstance(layer, keras.layers.BatchNormalization):
            shape = layer.moving_mean.shape
            layer.moving_mean.assign(random.normal(0, 0.1, shape))
            layer.moving_variance.assign(random.uniform(0.5, 1.5, shape))
    return model


def _size(model: keras.Model) -> tuple[int, int]:
    """Height and width; 224 if the model accepts any."""
    height, width = model.input_shape[1:3]
    return height or 224, width or 224


def _peak() -> int:
    """The most memory that this process has had so far, in kB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main() -> int:
    image = vislib.load_image("sample_images/cat.jpg")
    apart = 0.0
    print(f"{'family':20} {'format':7} {'MB':>6} {'seconds':>8} {'grown MB':>9} {'apart':>9}")
    for name, make in families().items():
        model = randomized(make())
        with tempfile.TemporaryDirectory() as folder:
            for suffix in (".keras", ".h5"):
                path = Path(folder) / f"model{suffix}"
                model.save(path)
                before, start = _peak(), time.perf_counter()
                try:
                    file = load_model_file(path.read_bytes())
                except vislib.ModelError as error:
                    print(f"{name:20} {suffix:7} refused: {error}", flush=True)
                    continue
                seconds, grown = time.perf_counter() - start, _peak() - before
                classifier = classifier_of(file, vislib.PREPROCESSINGS["-1..1"], None, _size(model))
                given = classifier.preprocess_input(classifier.resize(image)[None])
                expected = np.asarray(model(given, training=False))[0]
                difference = float(np.abs(classifier.network.probabilities(classifier.logits(image)) - expected).max())
                apart = max(apart, difference)
                size = path.stat().st_size / 1e6
                print(
                    f"{name:20} {suffix:7} {size:6.0f} {seconds:8.1f} {grown / 1e3:9.0f} {difference:9.1e}", flush=True
                )
    return int(apart > MOST_APART)


if __name__ == "__main__":
    sys.exit(main())
