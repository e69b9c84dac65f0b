"""Similar images against brute force; where features are read; an index from a batch's Parquet files."""

import numpy as np
import pytest
from PIL import Image
from tiny_models import SIDE, STYLES, classifier_of, random_image, seeded, tiny

import vislib
from vislib import ParameterError, neighbours
from vislib.activations.features import feature_layer, features
from vislib.backend import keras
from vislib.errors import DatasetError
from vislib.neighbours.nearest import directions, neighbours_of, other_neighbours

layers = keras.layers


@pytest.fixture(scope="module")
def pictures() -> np.ndarray:
    return np.random.default_rng(3).integers(0, 256, (40, SIDE, SIDE, 3), np.uint8)


def brute_force(classifier, pictures, image) -> np.ndarray:
    """1 − cosine (n,) of the inputs of the last layer, by Keras and a plain formula."""
    model = keras.Model(classifier.model.input, classifier.model.layers[-1].input)
    both = np.concatenate([image[None], pictures]).astype(np.float32) / 255
    one, *many = np.asarray(model(both, training=False), np.float64)
    return 1 - np.array(many) @ one / (np.linalg.norm(many, axis=1) * np.linalg.norm(one))


@pytest.mark.parametrize("style", ["conv_relu", "relu_layers", "one_sigmoid"])
def test_nearest_equal_brute_force(style, pictures):
    classifier, image = tiny(style), random_image(seed=9)
    predicted = np.array([classifier.predict(picture, 1)[0].index for picture in pictures])
    truth = np.where(np.arange(40) % 3, predicted, (predicted + 1) % len(classifier.labels))
    source = vislib.batch.source_of(pictures, [str(label) for label in truth])
    index = neighbours.index_of(classifier, source)
    np.testing.assert_array_equal(index.predicted, predicted)
    np.testing.assert_array_equal(index.is_wrong, np.arange(40) % 3 == 0)
    found, expected = neighbours.search(classifier, index, image, 7), brute_force(classifier, pictures, image)
    answer = classifier.predict(image, 1)[0].index
    assert found.answer == classifier.labels[answer]
    for kind, allowed in (("nearest", truth >= 0), ("of_other_class", truth != answer), ("wrong", index.is_wrong)):
        order = [number for number in np.argsort(expected, kind="stable") if allowed[number]][:7]
        assert [each.number for each in getattr(found, kind)] == order
        np.testing.assert_allclose([each.distance for each in getattr(found, kind)], expected[order], atol=2e-6)
    assert all(each.wrong for each in found.wrong)


def test_neighbours_without_itself_and_zeros():
    vectors = np.array([[2.0, 0.0], [1.0, 0.0], [0.0, 3.0], [0.0, 0.0], [0.0, 0.0]])
    distances, rows = other_neighbours(directions(vectors), 1)
    np.testing.assert_allclose(distances[:, 0], [0, 0, 1, 0, 0], atol=1e-7)
    assert rows[:2, 0].tolist() == [1, 0]
    assert rows[3:, 0].tolist() == [4, 3]
    distances, _ = neighbours_of(directions(vectors), directions(np.array([[-1.0, 0.0]])), 9)
    np.testing.assert_allclose(distances[0], [1, 1, 1, 2, 2], atol=1e-6)


def test_share_of_the_same_class_and_strangeness():
    """Features are the pixels themselves: two heaps in two directions, and one image of class 1 in the heap of 0."""
    classifier = tiny("linear")
    heap = np.zeros((13, SIDE, SIDE, 3), np.uint8)
    heap[:6, :6], heap[6:, 6:] = 200, 200
    heap[np.arange(13), 0, [*range(12), 0]] += 20
    labels = [0] * 6 + [1] * 6 + [0]
    index = neighbours.index_of(classifier, vislib.batch.source_of(heap, [str(label) for label in labels]))
    # Each of the first six has five of its own; each of the next six may have the odd one among its six.
    shares = [1.0] * 6 + [0.0]
    _, rows = other_neighbours(index.directions, 5)
    shares += [(np.array(labels)[rows[at]] == 1).mean() for at in range(6, 12)]
    assert neighbours.same_class_share(index, 5) == pytest.approx(np.mean(shares))
    assert neighbours.search(classifier, index, heap[0]).strangeness == 0
    beside = np.zeros((SIDE, SIDE, 3), np.uint8)
    beside[:, 6:] = 200
    assert neighbours.search(classifier, index, beside).strangeness == 1


def places_of_features():
    def two_heads():
        inputs = keras.Input((SIDE, SIDE, 3))
        x = layers.Conv2D(5, 3, name="conv1")(inputs)
        x = layers.Conv2D(3, 1, name="scores")(layers.ReLU(name="act")(x))
        return keras.Model(inputs, layers.Softmax()(layers.GlobalAveragePooling2D()(x)))

    return {
        "conv_relu": (STYLES["conv_relu"], (False, 8)),
        "relu_layers": (STYLES["relu_layers"], (False, 6)),
        "nested_head": (STYLES["nested_head"], (False, 8)),
        "sequential": (STYLES["sequential"], (False, 5)),
        "scores of a 1 x 1 convolution": (two_heads, (True, 5)),
    }


@pytest.mark.parametrize("case", places_of_features())
def test_features_are_what_the_last_layer_reads(case):
    build, (averaged, size) = places_of_features()[case]
    classifier = classifier_of(seeded(build()))
    layer = feature_layer(classifier)
    assert (layer.averaged, layer.size) == (averaged, size)
    vectors, logits = features(classifier, random_image()[None])
    assert vectors.shape == (1, size)
    np.testing.assert_allclose(logits[0], classifier.logits(random_image()), rtol=1e-4, atol=1e-5)
    if averaged:
        maps = vislib.feature_maps(classifier, random_image(), "act")
        np.testing.assert_allclose(vectors[0], maps.mean(axis=(0, 1)), rtol=1e-5)
    assert layer.in_words().startswith(f"the {size} numbers of layer ")


def test_index_from_a_batch_is_that_of_its_images(pictures, tmp_path):
    classifier, folder = tiny("conv_relu"), tmp_path / "images"
    for number, picture in enumerate(pictures[:7]):
        path = folder / f"class {number % 4}" / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture).save(path)
    (folder / "class 0" / "9.png").write_bytes(b"broken")
    vislib.explain_many(classifier, folder, out=tmp_path / "batch", part_rows=1, features=True)
    kept, made = (neighbours.index_of(classifier, each) for each in (vislib.open_batch(tmp_path / "batch"), folder))
    for name in ("numbers", "predicted", "label", "probability"):
        np.testing.assert_allclose(getattr(kept, name), getattr(made, name), rtol=1e-5)
    np.testing.assert_allclose(kept.features, made.features, rtol=1e-4, atol=1e-5)
    assert (kept.titles, kept.notes) == (made.titles, made.notes)
    assert kept.notes == ("1 image could not be read.",)
    with pytest.raises(ParameterError, match="is of the network"):
        neighbours.index_of(tiny("sequential"), vislib.open_batch(tmp_path / "batch"))
    vislib.explain_many(classifier, folder, out=tmp_path / "without")
    assert "features" not in vislib.open_batch(tmp_path / "without").manifest["settings"]
    with pytest.raises(ParameterError, match=r"holds no features\. Compute it with features=True"):
        neighbours.index_of(classifier, vislib.open_batch(tmp_path / "without"))


def test_other_tasks_and_wrong_input(pictures):
    numbers = classifier_of(seeded(STYLES["logits_out"]()), task="regression")
    seen = []
    index = neighbours.index_of(numbers, pictures[:5], progress=lambda *now: seen.append(now[:2]))
    assert seen[0] == (0, 5)
    assert seen[-1] == (5, 5)
    found = neighbours.search(numbers, index, pictures[3], 2)
    assert (found.answer, found.of_other_class, found.wrong) == (None, (), ())
    assert found.nearest[0].number == 3
    assert found.nearest[0].distance == pytest.approx(0, abs=1e-6)
    with pytest.raises(ParameterError, match="`n` must be a whole number from 1 to 100; not 0"):
        neighbours.search(numbers, index, pictures[3], 0)
    with pytest.raises(ParameterError, match="This index is of the network"):
        neighbours.search(tiny("conv_relu"), index, pictures[3])
    with pytest.raises(ParameterError, match="The true class of more than 5 images must be known; it is of 0"):
        neighbours.same_class_share(index)
    with pytest.raises(DatasetError):
        neighbours.index_of(numbers, [])


@pytest.mark.parametrize("of_batch", [False, True])
def test_image_with_several_labels_is_not_known_to_be_wrong(of_batch, pictures, tmp_path):
    classifier = tiny("many_sigmoids")
    predicted = [classifier.predict(picture, 1)[0].index for picture in pictures[:6]]
    other = [str((index + 1) % 4) for index in predicted]
    images = vislib.batch.source_of(pictures[:6], other)
    if of_batch:
        vislib.explain_many(classifier, images, "saliency", out=tmp_path / "batch", features=True)
        images = vislib.open_batch(tmp_path / "batch")
    index = neighbours.index_of(classifier, images)
    assert index.label.tolist() == [int(label) for label in other]
    assert not index.is_wrong.any()
    found = neighbours.search(classifier, index, pictures[0])
    assert found.wrong == ()
    assert not any(each.wrong for each in found.nearest)


def test_index_of_other_weights_is_refused(pictures):
    model = seeded(STYLES["conv_relu"]())
    classifier = classifier_of(model)
    index = neighbours.index_of(classifier, pictures[:5])
    seeded(model, seed=1)
    with pytest.raises(ParameterError, match=r"whose weights have changed\. Make its own index"):
        neighbours.search(classifier, index, pictures[3])
    found = neighbours.search(classifier, neighbours.index_of(classifier, pictures[:5]), pictures[3])
    assert found.nearest[0].number == 3
