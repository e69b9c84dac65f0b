"""Each edit against its closed form; edits as text; what is not accepted."""

import base64
import re
import zlib

import numpy as np
import pytest
from any_networks import CASES, loaded
from scipy import ndimage
from tiny_models import random_image, tiny

import vislib
from vislib import ImageError, ParameterError, edits
from vislib.edits import (
    Blur,
    Brightness,
    Contrast,
    Copy,
    Cover,
    Crop,
    Erase,
    Move,
    Noise,
    Paint,
    Rotate,
    Scale,
    Shift,
    apply,
    edit_of,
    of_short_text,
    python_lines,
    short_text,
)
from vislib.edits.cover import packed, unpacked

MIDDLE = ((0.5, 0.5),)


def zipped(written: str) -> str:
    """A short text with this inside, whatever it is."""
    return base64.urlsafe_b64encode(zlib.compress(written.encode())).decode().rstrip("=")


HALF = (0.0, 0.0, 0.5, 1.0)
EXAMPLES = (
    Brightness(1.3),
    Contrast(0.5),
    Blur(0.05),
    Noise(0.1, 7),
    Rotate(12.5, "edge"),
    Scale(1.4),
    Scale(0.6, "black"),
    Shift(0.25, -0.1, "black"),
    Crop((0.1, 0.2, 0.9, 1.0)),
    Paint(((0.2, 0.3), (0.6, 0.7)), 0.1, "#ff8800"),
    *(Erase(MIDDLE, 0.2, fill) for fill in edits.FILLS),
    Move((0.1, 0.1, 0.4, 0.5), (0.6, 0.4), "mean"),
    Copy((0.1, 0.1, 0.4, 0.5), (0.6, 0.4)),
    Cover((0.2, 0.2, 0.7, 0.8), "blur"),
    Cover(mask=[[1, 0], [0, 1]]),
)
NEUTRAL = (Brightness(), Contrast(), Blur(), Noise(), Rotate(), Scale(), Shift(), Crop(), Cover(mask=[[0]]))


def picture(height: int = 30, width: int = 40) -> np.ndarray:
    return random_image(height, width, seed=5)  # another one than the seed of the noise fill


def bands(height: int = 30, width: int = 40) -> np.ndarray:
    return np.random.default_rng(1).normal(5, 2, (height, width, 5)).astype(np.float32)


@pytest.mark.parametrize("make", [picture, bands])
def test_every_edit_keeps_the_type_changes_something_and_leaves_the_given_image(make):
    assert {type(edit) for edit in EXAMPLES} == set(edits.Edit.registry.values())
    image = make()
    kept = image.copy()
    for edit in EXAMPLES:
        if make is bands and isinstance(edit, Paint):
            with pytest.raises(ParameterError, match="Paint is for pictures; this image has 5 bands"):
                apply(image, edit)
            continue
        edited = apply(image, edit)
        assert edited.dtype == image.dtype
        assert edited.shape == ((24, 32, image.shape[2]) if isinstance(edit, Crop) else image.shape)
        assert np.isfinite(edited).all()
        assert not np.array_equal(edited, image), edit
        np.testing.assert_array_equal(image, kept)
        np.testing.assert_array_equal(apply(image, edit), edited)
    for edit in NEUTRAL:
        np.testing.assert_array_equal(apply(image, edit), image)


def test_the_repr_and_the_python_lines_make_the_edits_again():
    for edit in EXAMPLES:
        assert eval(repr(edit), vars(edits)) == edit
        assert hash(eval(repr(edit), vars(edits))) == hash(edit)
    names: dict = {"vislib": vislib}
    exec(python_lines(EXAMPLES), names)
    assert names["edits"] == list(EXAMPLES)
    exec(python_lines([]), names)
    assert names["edits"] == []


def test_the_short_text_makes_the_same_edits_and_suits_an_address():
    line = tuple((round(0.2 + 0.005 * k, 4), round(0.3 + 0.003 * k, 4)) for k in range(100))
    given = (*EXAMPLES, Erase(line, 0.06, "inpaint"), Cover((0.1, 0.1, 0.9, 0.9), mask=np.eye(5)))
    text = short_text(given)
    assert of_short_text(text) == given
    assert re.fullmatch("[A-Za-z0-9_-]+", text)
    assert len(short_text([Erase(line, 0.06)])) < 1000
    assert of_short_text(short_text([])) == ()


@pytest.mark.parametrize(
    "text", ["", "cat", "§", short_text([Rotate(15)])[:-6], zipped("x" * 10**6), zipped('[["turn",{}]]')]
)
def test_a_text_without_edits_is_refused(text):
    with pytest.raises(ParameterError, match="This text holds no edits"):
        of_short_text(text)


def test_a_text_with_a_refused_setting_says_which():
    with pytest.raises(ParameterError, match="`degrees` parameter of `Rotate`"):
        of_short_text(zipped('[["rotate",{"degrees":900}]]'))


def test_edits_are_done_in_their_order():
    image, first, second = picture(), Paint(MIDDLE, 0.2, "white"), Shift(0.5, border="black")
    np.testing.assert_array_equal(apply(image, [first, second]), second.on(first.on(image)))
    assert not np.array_equal(apply(image, [first, second]), apply(image, [second, first]))
    np.testing.assert_array_equal(apply(image, []), image)


def test_light_is_arithmetic():
    image = picture()
    np.testing.assert_allclose(apply(image, Brightness(0.5)), image * 0.5, atol=0.5)
    assert apply(image, Brightness(3.0)).max() == 255
    mean = (image @ np.array([0.299, 0.587, 0.114])).mean()
    np.testing.assert_allclose(apply(image, Contrast(0.0)), mean, atol=0.5)
    np.testing.assert_allclose(apply(image, Contrast(0.4)), mean + 0.4 * (image - mean), atol=0.51)
    noise = apply(np.full((200, 200, 3), 128, np.uint8), Noise(0.1, 3)).astype(float) - 128
    assert abs(noise.mean()) < 0.3
    assert abs(noise.std() - 25.5) < 0.3
    own = bands()
    low, high = own.min(axis=(0, 1)), own.max(axis=(0, 1))
    np.testing.assert_allclose(apply(own, Brightness(0.5)), low + 0.5 * (own - low), rtol=1e-5)
    np.testing.assert_allclose(apply(own, Contrast(2.0)).mean(axis=(0, 1)), own.mean(axis=(0, 1)), rtol=1e-4)
    spread = (apply(own, Noise(0.2)) - own).std(axis=(0, 1)) / (high - low)
    np.testing.assert_allclose(spread, 0.2, rtol=0.1)


def test_blur_is_gaussian():
    image = np.zeros((80, 100, 3), np.uint8)
    image[30:50, 40:60] = 255
    expected = ndimage.gaussian_filter(image.astype(float), (4, 4, 0))
    assert np.abs(apply(image, Blur(0.04)).astype(float) - expected).max() < 6  # Pillow adds three box blurs
    own = bands()
    np.testing.assert_allclose(apply(own, Blur(0.1))[..., 2], ndimage.gaussian_filter(own[..., 2], 4, mode="nearest"))


def test_geometry_moves_pixels_where_it_should():
    square = random_image(20, 20)
    np.testing.assert_allclose(apply(square, Rotate(90)).astype(int), np.rot90(square), atol=1)
    own = bands(20, 20)
    np.testing.assert_allclose(apply(own, Rotate(-90)), np.rot90(own, -1), rtol=1e-4)
    assert (apply(square, Rotate(45, "black"))[0, 0] == 0).all()
    assert apply(np.full((20, 30, 3), 99, np.uint8), Rotate(33)).min() == 99
    image = picture(20, 40)
    shifted = apply(image, Shift(0.25, -0.1, "black"))
    np.testing.assert_array_equal(shifted[:18, 10:], image[2:, :30])
    assert not shifted[18:].any()
    assert not shifted[:, :10].any()
    np.testing.assert_array_equal(apply(image, Shift(0.25))[:, :10], image[:, 9::-1])
    np.testing.assert_array_equal(apply(image, Shift(-0.25, border="edge"))[:, 30:], np.repeat(image[:, 39:], 10, 1))
    halves = np.zeros((20, 40, 3), np.uint8)
    halves[:, 20:] = 200
    np.testing.assert_array_equal(apply(halves, Scale(2.0))[:, [5, 35]], halves[:, [5, 35]])
    small = apply(np.full((20, 40, 3), 200, np.uint8), Scale(0.5, "black"))
    assert (small[5:15, 10:30] == 200).all()
    assert small.sum() == 10 * 20 * 3 * 200
    np.testing.assert_array_equal(apply(image, Crop((0.25, 0.5, 0.75, 1.0))), image[10:, 10:30])
    assert apply(image, Crop((0.999, 0.0, 1.0, 1.0))).shape == (20, 1, 3)


def test_a_brush_changes_a_disc_along_its_line_and_nothing_else():
    image = picture(100, 200)
    rows, columns = np.indices((100, 200)) + 0.5
    distance = np.hypot(
        np.clip(np.abs(columns - 100) - 40, 0, None), rows - 50
    )  # to the line from (60, 50) to (140, 50)
    painted = apply(image, Paint(((0.3, 0.5), (0.7, 0.5)), 0.1, "red"))
    assert (painted[distance < 18.5] == (255, 0, 0)).all()
    np.testing.assert_array_equal(painted[distance > 21.5], image[distance > 21.5])
    dot = apply(np.zeros((28, 28, 3), np.uint8), Paint(((0.99, 0.01),), 0.0, "white"))
    assert np.argwhere(dot[..., 0]).tolist() == [[0, 27]]


def test_fills_are_those_of_occlusion_and_inpainting_continues_a_ramp():
    image = picture()
    box = (slice(6, 24), slice(10, 30))
    for fill in vislib.attribution.fills.FILLS:
        edited = apply(image, Cover((0.25, 0.2, 0.75, 0.8), fill, seed=3))
        np.testing.assert_array_equal(edited[box], vislib.attribution.fills.cover_image(image, fill, seed=3)[box])
        edited[box] = image[box]
        np.testing.assert_array_equal(edited, image)
    ramp = np.repeat(np.add.outer(np.arange(100), np.arange(140))[..., None], 3, axis=2).astype(np.uint8)
    for radius in (0.05, 0.3):  # every pixel is computed, or every second one
        assert np.abs(apply(ramp, Erase(MIDDLE, radius, "inpaint")).astype(int) - ramp).max() <= 2
    with pytest.raises(ParameterError, match="the whole image is covered"):
        apply(image, Cover(fill="inpaint"))


def test_pieces_are_moved_and_copied_and_cut_at_the_edge():
    image = picture(20, 40)
    copied = apply(image, Copy((0.25, 0.5, 0.5, 1.0), (0.875, -0.25)))
    expected = image.copy()
    expected[:5, 35:] = image[15:, 10:15]
    np.testing.assert_array_equal(copied, expected)
    moved = apply(image, Move((0.25, 0.5, 0.5, 1.0), (0.5, 0.0)))
    expected = image.copy()
    expected[10:, 10:20] = 127
    expected[:10, 20:30] = image[10:, 10:20]
    np.testing.assert_array_equal(moved, expected)
    np.testing.assert_array_equal(apply(image, Copy(HALF, (3.0, 0.0))), image)


def test_the_highest_places_of_a_map_are_covered_where_the_network_sees_them():
    classifier = tiny("conv_relu")
    image = np.repeat(np.repeat(random_image(), 3, axis=0), 4, axis=1)  # 36 × 48, so a cell of the map is 3 × 4 pixels
    heatmap = vislib.explain("random", classifier, image)
    cover = Cover.top(heatmap, 0.1)
    highest = np.argsort(-heatmap.values.ravel(), kind="stable")[:14]
    mask = np.isin(np.arange(144), highest).reshape(12, 12)
    np.testing.assert_array_equal(cover.pixels(image.shape), np.kron(mask, np.ones((3, 4), bool)))
    np.testing.assert_array_equal(unpacked(packed(mask)), mask)
    cropped = vislib.load_classifier(classifier.model, preprocess="0..1", input_size=(12, 12), crop="centre")
    seen = Cover.top(vislib.explain("random", cropped, image), 1.0).pixels(image.shape)
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    box = cropped.box(image)
    assert (rows[0], rows[-1] + 1) == (round(box.top), round(box.top + box.height))
    assert (columns[0], columns[-1] + 1) == (round(box.left), round(box.left + box.width))


@pytest.mark.parametrize(
    ("text", "edit"),
    [
        ("rotate=15", Rotate(15)),
        ("rotate=-15,black", Rotate(-15, "black")),
        ("noise=0.1,7", Noise(0.1, 7)),
        ("crop=0.1,0.2,0.9,1", Crop((0.1, 0.2, 0.9, 1.0))),
        ("erase=0.5,0.4,0.1,inpaint", Erase(((0.5, 0.4),), 0.1, "inpaint")),
        ("paint=0.5,0.4,0.1,#ff0000", Paint(((0.5, 0.4),), 0.1, "#ff0000")),
        ("move=0,0,0.5,1,0.5,0,mean", Move(HALF, (0.5, 0), "mean")),
        ("cover=0,0,0.5,1", Cover(HALF)),
    ],
)
def test_expressions_are_read(text, edit):
    assert edit_of(text) == edit


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: Rotate(200), r"`degrees` parameter of `Rotate` must be a number from -180.0 to 180.0; not 200"),
        (lambda: Rotate(1, "grey"), "`border` parameter of `Rotate` must be one of reflect, edge, black"),
        (lambda: Crop((0.5, 0, 0.5, 1)), r"must be \(left, top, right, bottom\) from 0 to 1 with left < right"),
        (lambda: Crop((0, 0, 1, 1.5)), "from 0 to 1 with"),
        (lambda: Copy((0, 0, 1), (0, 0)), r"must be \(left, top, right, bottom\); not \(0, 0, 1\)"),
        (lambda: Copy(HALF, ("a", 0)), r"must be two numbers \(x, y\)"),
        (lambda: Erase(()), r"at least one \(x, y\) with numbers from 0 to 1"),
        (lambda: Erase(((0.5, 1.2),)), "numbers from 0 to 1"),
        (lambda: Erase(((0.5, float("nan")),)), "numbers from 0 to 1"),
        (lambda: Erase(MIDDLE, fill="snow"), "one of grey, mean, blur, noise, inpaint; not 'snow'"),
        (lambda: Paint(MIDDLE, 0.1, "no colour"), "must be a colour such as '#ff8800' or 'red'; not 'no colour'"),
        (lambda: Cover(mask=np.zeros((2, 2, 2))), r"A mask must be an array \(h, w\)"),
        (lambda: Cover(mask="2x2:eJw="), "This text is no mask"),
        (lambda: Cover(mask="9999x9999:eJw="), "This text is no mask"),
        (lambda: edit_of("turn=15"), "'turn=15' is no edit. Write one as paint=X,Y"),
        (lambda: edit_of("rotate=fast"), r"rotate is written as rotate=DEGREES\[,BORDER\]; 'fast' is no number"),
        (lambda: edit_of("cover=0,0,1"), "LEFT,TOP,RIGHT,BOTTOM|must be"),
        (lambda: edit_of("move=0,0,1,1"), "too few settings: move=LEFT,TOP,RIGHT,BOTTOM,X,Y"),
        (lambda: edit_of("contrast=1,2"), "too many settings: contrast=FACTOR"),
        (lambda: apply(picture(), ["rotate"]), "must be one of vislib.edits, such as Rotate"),
        (lambda: Cover.top(vislib.explain("random", tiny("conv_relu"), random_image()), 1.5), "from 0 to 1; not 1.5"),
    ],
)
def test_what_is_not_accepted_is_a_sentence(make, sentence):
    with pytest.raises(ParameterError, match=sentence):
        make()


def test_what_is_no_image_is_a_sentence():
    with pytest.raises(ImageError, match="An image must be an array"):
        apply("cat.jpg", Rotate(1))
    with pytest.raises(ImageError, match="values are NaN or infinite"):
        apply(np.full((4, 4, 5), np.nan), Rotate(1))


@pytest.mark.parametrize("name", ["4 bands", "12 bands", "two inputs", "regression", "segmentation", "multi-label"])
def test_what_a_network_says_before_and_after(name):
    classifier, image = loaded(name), CASES[name].image
    change = edits.what_if(classifier, image, [Erase(MIDDLE, 0.3), Brightness(0.7)])
    edited = apply(image, [Erase(MIDDLE, 0.3), Brightness(0.7)])
    np.testing.assert_array_equal(change.image, edited)
    for values, one in ((change.values_before, image), (change.values_after, edited)):
        expected = {each.index: each.value for each in classifier.predict(one, top=99)}
        np.testing.assert_allclose([values[index] for index in expected], list(expected.values()), atol=1e-6)
    assert [row["label"] for row in change.rows()] == list(classifier.labels)
    inputs = classifier.preprocess_input(classifier.resize(image)[None])
    assert change.score_before == pytest.approx(classifier.network.values(inputs, change.target)[0], rel=1e-4)
    if name == "segmentation":  # the region is that of the image, also in the edited one
        region = classifier.segment(image) == change.target.class_index
        index = int(change.target.class_index)
        assert change.score_after == pytest.approx(classifier.logits(edited)[region][:, index].mean(), rel=1e-4)


def test_an_image_of_four_bytes_is_bands_for_a_network_of_four_bands():
    classifier = loaded("4 bands")
    image = np.random.default_rng(0).integers(0, 255, (12, 12, 4), dtype=np.uint8)
    change = edits.what_if(classifier, image, Shift(0.5, border="black"))
    assert change.image.shape == (12, 12, 4)
    np.testing.assert_array_equal(change.image, apply(image.astype(np.float32), Shift(0.5, border="black")))


def test_an_embedding_is_asked_for_its_similarity():
    classifier, image = loaded("embedding"), random_image()
    target = vislib.targets.similarity(classifier, image)
    change = edits.what_if(classifier, image, Brightness(0.0), target)
    assert change.score_before == pytest.approx(1, abs=1e-5)
    black = classifier.logits(np.zeros_like(image))
    expected = np.vdot(black, target.reference) / np.linalg.norm(black) / np.linalg.norm(target.reference)
    assert change.score_after == pytest.approx(expected, abs=1e-5)
    with pytest.raises(ParameterError, match="gives an embedding, which has no classes"):
        edits.what_if(classifier, image, Brightness(0.0))


def test_the_difference_of_maps_is_after_minus_before():
    classifier, image = tiny("conv_relu"), random_image()
    edited = apply(image, Brightness(0.5))
    before, after = (vislib.explain("grad-cam", classifier, one, 1) for one in (image, edited))
    difference = edits.map_difference(before, after)
    np.testing.assert_allclose(difference.values, after.values - before.values)
    assert difference.signed
    assert difference.score == pytest.approx(after.score - before.score)
    assert np.abs(edits.map_difference(before, before).values).max() == 0


@pytest.mark.parametrize(
    ("method", "name", "class_index", "what"),
    [
        ("saliency", "conv_relu", 1, "method"),
        ("grad-cam", "conv_relu", 2, "target"),
        ("grad-cam", "softmax_layer", 1, "network"),
    ],
)
def test_maps_of_different_questions_have_no_difference(method, name, class_index, what):
    before = vislib.explain("grad-cam", tiny("conv_relu"), random_image(), 1)
    after = vislib.explain(method, tiny(name), random_image(), class_index)
    with pytest.raises(ParameterError, match=f"their {what} differs.*Compute both with the same method"):
        edits.map_difference(before, after)


def test_a_sweep_says_what_single_edits_say():
    classifier, image = tiny("conv_relu"), random_image()
    settings = np.linspace(-90, 90, 7)
    seen: list = []
    found = edits.sweep(classifier, image, Rotate, settings, progress=lambda done, total: seen.append((done, total)))
    for setting, values, score in zip(settings, found.values, found.scores, strict=True):
        change = edits.what_if(classifier, image, Rotate(setting))
        np.testing.assert_allclose(values, change.values_after, atol=1e-6)
        assert score == pytest.approx(change.score_after, abs=1e-5)
    assert seen[0] == (0, 7)
    assert seen[-1] == (7, 7)
    stays = found.values.argmax(axis=1) == found.answer
    assert sum(np.sum((settings >= low) & (settings <= high)) for low, high in found.kept) == stays.sum()
    order = np.argsort(-classifier.values(classifier.logits(image)))
    winners = set(found.values.argmax(axis=1).tolist())
    assert found.classes == tuple(index for index in order if index in {*order[:3], *winners})
    assert list(found.rows()[0]) == ["setting", "target", *(classifier.labels[index] for index in found.classes)]
    combined = edits.sweep(classifier, image, lambda x: [Erase(MIDDLE), Shift(x)], [0.0, 0.5], classes=[2])
    assert combined.classes == (2,)
    assert combined.scores[1] == pytest.approx(
        edits.what_if(classifier, image, [Erase(MIDDLE), Shift(0.5)]).score_after
    )
    with pytest.raises(ParameterError, match="at least one number"):
        edits.sweep(classifier, image, Rotate, [])


def test_a_sweep_of_numbers_has_no_answer_but_a_range():
    found = edits.sweep(loaded("regression"), random_image(), Brightness, [0.0, 1.0])
    assert found.answer is None
    assert found.kept == []
    assert found.in_words().startswith("The output of “age” goes from ")
