"""A mark on half of one class's images: CRAFT finds it among the first three, TCAV shows its effect, and a folder of
nothing in particular has none."""

import numpy as np
import pytest
from marked_shapes import MARK, MARKED, half_marked, network, shapes, with_mark

import vislib
from vislib import ParameterError
from vislib.concepts import craft, load_concepts, save_concepts, tcav
from vislib.errors import DatasetError

SET, LABELS, BEARS = half_marked(160, 1)


@pytest.fixture(scope="module")
def classifier():
    return network()


@pytest.fixture(scope="module")
def found(classifier):
    return craft(classifier, SET, "class 2", n_concepts=6)


def shows_mark(found) -> np.ndarray:
    """Which crops (n, k) hold the whole mark."""
    (top, left, side), boxes = MARK, found.crop_boxes
    first, last = boxes[..., :2], boxes[..., :2] + boxes[..., 2:]
    inside = (first <= (top, left)).all(axis=-1) & (last >= (top + side, left + side)).all(axis=-1)
    return inside & BEARS[found.crop_images]


def test_mark_is_among_the_first_three(found):
    shares = shows_mark(found).mean(axis=1)
    assert shares[:3].max() > 0.7, (shares, found.importance)
    assert (np.diff(found.importance) <= 0).all()
    place = int(shares[:3].argmax())
    assert found.importance[place] > 0.1
    assert found.contributions[place] > 0
    assert found.explained == "logit of “class 2”"
    assert found.layer == "dense_activation"
    assert found.n_images == (LABELS == MARKED).sum()


def test_heatmap_of_the_mark_on_a_new_image_is_strongest_there(classifier, found):
    place = int(shows_mark(found).mean(axis=1)[:3].argmax())
    fresh = np.repeat(with_mark(shapes(4, 11)[0])[MARKED], 3, axis=2)
    heatmap = found.heatmap(classifier, fresh, place)
    assert heatmap.values.shape == classifier.input_size
    row, column = np.unravel_index(heatmap.values.argmax(), heatmap.values.shape)
    assert max(row, column) <= MARK[0] + MARK[2] + 3
    plain = np.repeat(shapes(4, 11)[0][MARKED], 3, axis=2)
    with_it, without = (found.maps(classifier, each)[..., place] for each in (fresh, plain))
    cell = np.unravel_index(with_it.argmax(), with_it.shape)
    assert without[cell] < 0.5 * with_it[cell]
    vislib.render.overlay(fresh, heatmap)


def test_crops_are_cut_from_their_images(classifier, found):
    number, (top, left, height, width) = found.crop_images[0, 0], found.crop_boxes[0, 0]
    image = np.repeat(SET[number], 3, axis=2)
    np.testing.assert_array_equal(found.crops[0, 0], image[top : top + height, left : left + width])
    strongest = found.coefficients[:, 0].max()
    assert found.coefficients.shape == (found.n_images * 16, 6)
    assert strongest > np.median(found.coefficients[:, 0])


def test_saved_concepts_are_the_same_and_work_on_new_images(classifier, found, tmp_path):
    again = load_concepts(save_concepts(found, tmp_path / "concepts.npz"))
    for name in vars(found):
        np.testing.assert_array_equal(getattr(again, name), getattr(found, name), err_msg=name)
    image = np.repeat(SET[0], 3, axis=2)
    np.testing.assert_array_equal(again.maps(classifier, image), found.maps(classifier, image))


def test_concepts_of_another_network_refused(found):
    from tiny_models import random_image, tiny

    with pytest.raises(ParameterError, match=r"Find its own with vislib\.concepts\.craft"):
        found.maps(tiny("conv_relu"), random_image())
    with pytest.raises(ParameterError, match="Concepts go from 0 to 5; not 6"):
        found.heatmap(network(), random_image(), 6)


def test_same_seed_same_concepts(classifier, found):
    few = {"n_concepts": 3, "most_images": 6, "most_measured": 2, "n_designs": 16}
    one, other = (craft(classifier, SET, MARKED, **few) for _ in range(2))
    np.testing.assert_array_equal(one.vectors, other.vectors)
    np.testing.assert_array_equal(one.importance, other.importance)
    assert one.n_images == 6
    assert one.notes == ("The first 6 images for which the network predicts the class were used.",)


def test_progress_rises_to_its_total_and_cancels(classifier):
    seen, few = [], {"n_concepts": 3, "most_images": 6, "most_measured": 2, "n_designs": 16}
    craft(classifier, SET, MARKED, progress=lambda done, total, *_: seen.append((done, total)), **few)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert {total for _, total in seen} == {8}
    assert seen[-1] == (8, 8)

    def stop(done, total, partial=None):
        if done >= 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        craft(classifier, SET, MARKED, progress=stop, **few)


def test_set_without_the_class_and_unknown_settings_refused(classifier):
    others = SET[LABELS == 0]
    with pytest.raises(DatasetError, match=r"predicts 'class 2' for none of the 40 images.*only_predicted=False"):
        craft(classifier, others, MARKED)
    with pytest.raises(ParameterError, match="`craft` has no setting 'concepts'; there are: n_concepts"):
        craft(classifier, SET, MARKED, concepts=4)
    with pytest.raises(ParameterError, match="must be a power of 2; not 24"):
        craft(classifier, SET, MARKED, n_designs=24)
    with pytest.raises(ParameterError, match="n_concepts"):
        craft(classifier, SET, MARKED, n_concepts=1)
    every = craft(classifier, others, MARKED, n_concepts=3, only_predicted=False, most_images=4, n_designs=16)
    assert every.n_images == 4


def test_mark_has_a_significant_effect_and_nothing_has_none(classifier):
    plain = shapes(100, 3)[0]
    sets = {"mark": with_mark(shapes(30, 4)[0]), "nothing": shapes(30, 9)[0]}
    mark, nothing = tcav(classifier, sets, plain, SET, MARKED)
    assert mark.significant
    assert mark.is_learned
    assert mark.score > 0.9
    assert mark.p < 0.001
    assert mark.n_tests == 2
    assert len(mark.scores) == len(mark.random_scores) == 20
    assert mark.in_words().startswith("“mark” raises the logit of “class 2” at conv2_activation")
    assert "20 runs against 20 random ones" in mark.in_words()
    assert not nothing.significant
    assert not nothing.is_learned
    assert "does not separate “nothing” from random images" in nothing.in_words()


def test_network_is_the_one_that_took_the_mark(classifier):
    bare = shapes(160, 1)[0]
    images = np.repeat(bare[BEARS], 3, axis=3)
    marked = np.repeat(SET[BEARS], 3, axis=3)
    target = classifier.target(MARKED)
    rise = np.subtract(
        *(classifier.network.values(classifier.preprocess_input(each), target) for each in (marked, images))
    )
    assert (rise > 0).mean() > 0.9
