"""What the pages draw of an image: grey for a grey network; where a map is strongest, in words."""

import base64
import io

import numpy as np
import pytest
from page_text import alternative_texts, check_sound
from PIL import Image
from tiny_models import SIDE, classifier_of, random_image, tiny

import vislib
from pages._ui.results import mask_view
from pages._ui.results.picture import strongest_place
from pages._ui.shell.chosen import Context
from vislib.backend import keras
from vislib.output import render


@pytest.mark.parametrize("style", ["grey", "conv_relu"])
def test_image_is_shown_in_the_colours_that_the_network_is_given(style):
    classifier, image = tiny(style), random_image()
    context = Context(classifier, style, image, "image", "", vislib.Target(0), np.zeros(len(classifier.labels)))
    assert is_grey(context.shown) == (classifier.channels == 1)


def is_grey(image: np.ndarray) -> bool:
    return bool((np.ptp(image, axis=2) == 0).all())


@pytest.fixture
def images_cut(monkeypatch) -> list[np.ndarray]:
    """Fills with the images (H, W, 3) of which the pages draw what the network sees, alone or under a map."""
    cut: list[np.ndarray] = []
    real = render.seen

    def seen(image, *args):
        cut.append(np.array(image))
        return real(image, *args)

    monkeypatch.setattr(render, "seen", seen)
    return cut


def pixels_of(page, alt: str) -> np.ndarray:
    """The one picture of the page whose alternative text begins so."""
    (one,) = (one for element in page.get("image") for one in element.proto.imgs if one.alt.startswith(alt))
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(one.url.split(",")[1]))).convert("RGB"))


def test_pages_show_a_grey_network_grey_pixels(open_page, images_cut):
    page = open_page("adversarial", model="digits", beside="true", **{"methods": "Grad-CAM", "attack_steps": "2"})
    photo = io.BytesIO()
    Image.fromarray(random_image(28, 28)).save(photo, "PNG")
    page.get("file_uploader")[0].set_value(("photo.png", photo.getvalue(), "image/png")).run()
    page.session_state["other"] = "photo.png"
    check_sound(page)
    for alt in ("photo.png, as the network sees it", "The adversarial picture", "The perturbation"):
        assert is_grey(pixels_of(page, alt))
    check_sound(page.switch_page("pages/occlusion.py").run())
    assert is_grey(pixels_of(page, "The image with the patch"))
    check_sound(page.switch_page("pages/feature_maps.py").run())
    assert any("over photo.png" in alt for alt in alternative_texts(page))
    check_sound(page.switch_page("pages/compare_and_trust.py").run())
    assert is_grey(pixels_of(page, "Several images in one"))
    assert all(map(is_grey, images_cut))


def test_mask_of_a_grey_network_lies_over_grey_pixels(images_cut):
    inputs = keras.Input((SIDE, SIDE, 1))
    classifier = classifier_of(keras.Model(inputs, keras.layers.Conv2D(3, 3, padding="same")(inputs)))
    image = random_image()
    logits = classifier.logits(image)
    mask_view.show(Context(classifier, "grey", image, "image", "", vislib.Target(0), logits))
    assert len(images_cut) == 1
    assert is_grey(images_cut[0])


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        (0, 0, "at the top left"),
        (4, 4, "in the middle"),
        (4, 8, "in the middle, right"),
        (8, 4, "at the bottom, middle"),
    ],
)
def test_strongest_place_in_words(row, column, words):
    values = np.zeros((9, 9))
    values[row, column] = -2
    assert strongest_place(values) == words
    assert strongest_place(np.ones((9, 9))) is None


def test_alternative_texts_say_where_the_evidence_lies(open_page):
    page = check_sound(open_page("class_activation", model="cifar10"))
    maps = [text for text in alternative_texts(page) if text.startswith("Grad-CAM for")]
    assert maps
    assert all("; strongest " in text for text in maps)
