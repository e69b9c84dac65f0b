"""A network of bands and images of bands on every page; windows of 12 bits; how an image is fitted is said."""

import io

import numpy as np
import pytest
from app_pages import PAGES
from page_text import check_sound, errors, pictures, text
from PIL import Image
from quick_methods import QUICK

import vislib
from vislib.backend import keras
from vislib.model_file import load

layers = keras.layers
N_BANDS = 5
SCENE = np.random.default_rng(0).random((40, 50, N_BANDS)).astype(np.float32) * 3000


def npy(values) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, values)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def model_file(tmp_path_factory) -> bytes:
    keras.utils.set_random_seed(0)
    inputs = keras.Input((24, 24, N_BANDS))
    x = layers.Conv2D(6, 3, activation="relu", name="first")(inputs)
    model = keras.Model(inputs, layers.Dense(3, activation="softmax")(layers.GlobalAveragePooling2D()(x)))
    path = tmp_path_factory.mktemp("model") / "bands.keras"
    model.save(path)
    return path.read_bytes()


@pytest.fixture
def own(open_page, model_file, monkeypatch):
    """The page Your model after the upload of a network of bands."""
    from vislib.model_file.look import look

    monkeypatch.setattr(load, "check_in_child", lambda path, progress: look(path))
    page = open_page("your_model")
    return page.file_uploader(key="model_file").set_value(("bands.keras", model_file, "application/x-hdf5")).run()


def give(page, name: str, content: bytes):
    return page.get("file_uploader")[0].set_value((name, content, "application/octet-stream")).run()


def test_network_of_bands_without_an_image_says_what_to_do_and_then_works_on_every_page(own, open_page):
    assert not own.exception
    assert any("bands takes images of 5 bands. Upload one (.npy" in info.value for info in own.info)
    page = check_sound(give(own, "scene.npy", npy(np.moveaxis(SCENE, -1, 0))))
    assert "24 × 24, 5 bands" in text(page)
    assert "the whole image, stretched" in text(page)
    captions = " ".join(caption.value for caption in page.caption)
    assert "first axis was read as its 5 bands" in captions
    state = {key: page.session_state[key] for key in ("own_models", "own_images")}
    for name, about in PAGES.items():
        if about.has_context:
            other = open_page(name, state, model="bands", image="scene.npy", **QUICK)
            assert not other.exception, name
            assert not errors(other), name
            if name in ("overview", "saliency", "class_activation"):
                assert any("scene.npy" in alt for alt in pictures(other))


def test_images_that_the_network_cannot_take_refused(own):
    give(own, "other.npy", npy(SCENE[..., :4]))
    assert "It has 4 bands; the network in use takes images of 5 bands." in errors(own)[0]
    buffer = io.BytesIO()
    Image.new("RGB", (9, 9)).save(buffer, "PNG")
    give(own, "picture.png", buffer.getvalue())
    assert "It is a picture; the network in use takes images of 5 bands." in errors(own)[0]


def test_image_of_bands_for_a_network_of_pictures_refused(open_page):
    page = give(open_page("filters", model="cifar10"), "scene.npy", npy(SCENE))
    assert "(40, 50, 5)" in errors(page)[0]
    assert "The previous image is still in use." in errors(page)[0]


def test_12_bits_have_a_window_and_the_snippet_uses_it(open_page, images_drawn, offered):
    scan = np.linspace(0, 4095, 64 * 32).round().astype(np.uint16).reshape(32, 64)
    buffer = io.BytesIO()
    Image.fromarray(scan).save(buffer, "PNG")
    page = give(open_page("feature_maps", model="cifar10"), "scan.png", buffer.getvalue())
    check_sound(page)
    assert any("4095" in caption.value for caption in page.caption)
    level, width = (box for box in page.number_input if box.label.startswith("Window"))
    assert (level.value, width.value) == (2047.5, 4095)
    level.set_value(1000.0).run()
    next(box for box in page.number_input if box.label == "Window width").set_value(400.0).run()
    check_sound(page)
    expected = vislib.read_image(buffer.getvalue(), window=(1000, 400)).values
    np.testing.assert_array_equal(images_drawn[-1], expected)
    assert any("vislib.load_image('scan.png', window=(1000.0, 400.0))" in one.snippet for one in offered.values())


@pytest.mark.parametrize(("model", "fitting"), [("efficientnet-lite0", "the centre, "), ("cifar10", "stretched")])
def test_how_the_image_is_fitted_is_said_beside_it(open_page, model, fitting):
    assert fitting in text(open_page("overview", model=model, **QUICK))
