"""Verdicts over several images: what speaks on at least half of them, and on how many."""

import dataclasses

import numpy as np
import pytest
from tiny_models import random_image, tiny

import vislib
from vislib import trust
from vislib.errors import ImageError, ParameterError


@pytest.fixture(scope="module")
def measured():
    explainers = [vislib.methods()[name]() for name in ("saliency", "eigen-cam")]
    return trust.measure(explainers, tiny("conv_relu"), random_image(), 1, noise_samples=1)


def changed(measured, **changes):
    return [dataclasses.replace(measured[0], **changes), *measured[1:]]


def test_verdict_says_how_many_images(measured):
    good, bad = (changed(measured, randomized=value) for value in (0.1, 0.8))
    (of_good, *_), (of_bad, *_) = trust.over_images([good, good, bad]), trust.over_images([good, bad, bad])
    assert of_good.n_images == 3
    assert any(r.text == "It changes when the weights are random: 2 of 3 images." for r in of_good.reasons)
    assert of_bad.text == "Do not trust it as an explanation (3 images)."
    assert any(r.text == "It changes little when the weights are random: 2 of 3 images." for r in of_bad.reasons)


def test_equally_often_counts_against(measured):
    each = [changed(measured, randomized=value) for value in (0.1, 0.8)]
    assert trust.over_images(each)[0].text == "Do not trust it as an explanation (2 images)."


def test_one_image_gives_the_verdict_on_it(measured):
    for one, over in zip(measured, trust.over_images([measured]), strict=True):
        assert over.text == trust.verdict(one, measured)[0].rstrip(".") + " (1 image)."


def test_different_methods_are_refused(measured):
    with pytest.raises(ParameterError, match="the same methods"):
        trust.over_images([measured, measured[1:]])
    with pytest.raises(ParameterError, match="the same methods"):
        trust.over_images([])


def test_fill_of_the_measures_is_a_choice(measured):
    (other, *_) = trust.measure(
        [vislib.methods()["saliency"]()],
        tiny("conv_relu"),
        random_image(),
        1,
        noise_samples=0,
        randomize=False,
        deletion_fill="mean",
        insertion_fill="noise",
    )
    values, target = measured[0].heatmap.values, vislib.Target(1, score="probability")
    given = (tiny("conv_relu"), tiny("conv_relu").resize(random_image()), values, tiny("conv_relu").target(target))
    assert other.deletion == pytest.approx(trust.deletion(*given, fill="mean").area)
    assert other.insertion == pytest.approx(trust.insertion(*given, fill="noise").area)
    with pytest.raises(ParameterError, match="pink"):
        trust.measure([], tiny("conv_relu"), random_image(), 1, deletion_fill="pink")


def test_images_one_after_the_other_with_what_was_measured_on_them():
    """One image cannot be read: the verdict rests on the others, and the means are those of their measures."""

    class Images(list):
        def __getitem__(self, number):
            if number == 1:
                raise ImageError("broken")
            return super().__getitem__(number)

    images = Images([random_image(), None, random_image(seed=1), random_image(seed=2)])
    explainers = [vislib.methods()[name]() for name in ("saliency", "eigen-cam")]
    settings = {"noise_samples": 0, "randomize": False, "road": True, "random_logit": True}
    unread, done = [], []
    over = trust.over_images(
        trust.measure_each(
            explainers,
            tiny("conv_relu"),
            images,
            unread=unread,
            progress=lambda now, total, partial=None: done.append((now, total)),
            **settings,
        )
    )
    assert unread == [1]
    assert [one.n_images for one in over] == [3] * 4
    assert (done[0], done[-1]) == ((0, 4), (4, 4))
    alone = [trust.measure(explainers, tiny("conv_relu"), images[k], **settings) for k in (0, 2, 3)]
    for number, one in enumerate(over):
        roads = [each[number].road for each in alone]
        assert one.means["road"] == pytest.approx(np.mean(roads))
        assert one.means["confidence_increases"] in (0, 1 / 3, 2 / 3, 1)
        assert "max_sensitivity" not in one.means
    assert over[1].means["random_logit"] == pytest.approx(1)
    assert "random_logit" not in over[2].means
    assert any("(ROAD): " in reason.text for reason in over[0].reasons)
    with pytest.raises(ImageError, match="None of the 1 images"):
        trust.over_images(trust.measure_each(explainers, tiny("conv_relu"), NoImage()))


class NoImage(list):
    """One image that cannot be read."""

    def __len__(self):
        return 1

    def __getitem__(self, number):
        raise ImageError("broken")
