"""Files of concepts: what is no such file is refused with a sentence, and nothing in it runs."""

import dataclasses
import io
import json
import pickle

import numpy as np
import pytest
from tiny_models import STYLES, classifier_of, random_image, seeded

from vislib import ParameterError
from vislib.concepts import Concepts, load_concepts, save_concepts
from vislib.concepts.stored import concepts_bytes

RANDOM = np.random.default_rng(0)
SOUND = Concepts(
    model="net",
    layer="conv",
    explained="logit of “a”",
    class_index=0,
    vectors=RANDOM.random((2, 5), np.float32),
    importance=RANDOM.random(2, np.float32),
    contributions=RANDOM.random(2, np.float32),
    coefficients=RANDOM.random((8, 2), np.float32),
    crops=RANDOM.integers(0, 255, (2, 3, 4, 4, 3), np.uint8),
    crop_images=RANDOM.integers(0, 4, (2, 3)),
    crop_boxes=RANDOM.integers(0, 4, (2, 3, 4)),
    error=0.25,
    lost=0.0,
    n_images=4,
    n_measured=2,
    set_name="a set",
    seed=0,
    notes=("One sentence.",),
)


def changed(**arrays) -> bytes:
    with np.load(io.BytesIO(concepts_bytes(SOUND))) as kept:
        every = {name: kept[name] for name in kept} | arrays
    buffer = io.BytesIO()
    np.savez(buffer, **every)
    return buffer.getvalue()


def about(**texts) -> np.ndarray:
    with np.load(io.BytesIO(concepts_bytes(SOUND))) as kept:
        return np.array(json.dumps(json.loads(str(kept["metadata"])) | texts))


def test_bytes_are_read_back():
    again = load_concepts(concepts_bytes(SOUND))
    for name in vars(SOUND):
        np.testing.assert_array_equal(getattr(again, name), getattr(SOUND, name))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no zip",
        pickle.dumps(SOUND.vectors),
        concepts_bytes(SOUND)[:200],
        changed(vectors=np.array([print], dtype=object)),
        changed(vectors=SOUND.vectors[0]),
        changed(vectors=np.full((2, 5), np.nan, np.float32)),
        changed(importance=np.ones(3, np.float32)),
        changed(crops=SOUND.crops.astype(np.uint16)),
        changed(crop_boxes=SOUND.crop_boxes[..., :2]),
        changed(metadata=np.array("{")),
        changed(metadata=about(format="other")),
        changed(metadata=about(layer=3)),
    ],
)
def test_other_content_refused(content):
    with pytest.raises(ParameterError, match="holds no concepts that can be read"):
        load_concepts(content)


def test_missing_file_and_other_suffix_refused(tmp_path):
    with pytest.raises(ParameterError, match="There is no file"):
        load_concepts(tmp_path / "none.npz")
    with pytest.raises(ParameterError, match=r"saved as \.npz"):
        save_concepts(SOUND, tmp_path / "concepts.pkl")


def test_concepts_of_other_weights_are_refused():
    model = seeded(STYLES["conv_relu"]())
    classifier = classifier_of(model)
    concepts = dataclasses.replace(SOUND, model=classifier.key)
    seeded(model, seed=1)
    with pytest.raises(ParameterError, match="whose weights have changed, they mean nothing"):
        concepts.maps(classifier, random_image())
