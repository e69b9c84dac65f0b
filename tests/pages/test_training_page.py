"""The page Train in Streamlit's own test runner, on a made-up data set."""

import re
import shutil
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from page_text import check_sound, errors, raw_html, text
from PIL import Image


@pytest.fixture
def data_dir(tmp_path, monkeypatch) -> Path:
    """Where the page looks for data sets: an empty folder. Those of other tests are forgotten, before and after."""
    from pages._ui.train import plan

    monkeypatch.setenv("VISLIB_DATA_DIR", str(tmp_path))
    plan._known.clear()
    yield tmp_path
    plan._known.clear()


@pytest.fixture
def _noise_digits(data_dir) -> None:
    """An "MNIST" of 600 pictures of noise, brighter for higher digits."""
    labels = (np.arange(800) % 10).astype(np.uint8)
    images = np.random.default_rng(0).integers(0, 30, (800, 28, 28)).astype(np.uint8) + 20 * labels[:, None, None]
    np.savez(
        data_dir / "mnist.npz", x_train=images[:600], y_train=labels[:600], x_test=images[600:], y_test=labels[600:]
    )


def matrix(page) -> tuple[list[str], list[int]]:
    """The confusion matrix: the true classes, and all counts that are not 0."""
    table = next(body for body in raw_html(page) if "<table class='v-confusion" in body)
    return re.findall(r"scope='row'[^>]*>([^<]*)<", table), [
        int(count.replace(",", "")) for count in re.findall(r"predicted [^:']*: ([\d,]+)'", table)
    ]


def start(page, **choices):
    for key, value in choices.items():
        widgets = {"epochs": page.number_input, "rate": page.select_slider, "network": page.selectbox}
        widgets[key](key=f"train.{key}").set_value(value)
    next(button for button in page.button if button.label == "Start training").click()
    return page.run()


def test_train_opens_with_the_shipped_digit_network(open_page):
    page = check_sound(open_page("train"))
    assert "The digit network that comes with vislib" in text(page)
    assert page.selectbox(key="train.network").value == "digits"


@pytest.mark.usefixtures("_noise_digits")
def test_train_two_epochs_shows_what_came_of_it(open_page):
    page = check_sound(start(open_page("train"), network="lenet5", epochs=2))
    shown = text(page)
    assert "Test accuracy" in shown
    assert "Network my lenet5 1" in shown, shown.splitlines()[2:3]
    assert "Finished: 2 of 2 epochs, " in shown
    _, counts = matrix(page)
    assert sum(counts) == 200, "the confusion matrix does not count every test image"
    assert "Evaluating" not in text(page)
    assert "What the explanation becomes" in shown
    assert not any(widget.disabled for widget in page.selectbox)


def test_number_that_is_not_possible_becomes_the_nearest_and_is_said(open_page):
    page = check_sound(open_page("train"))
    page.number_input(key="train.n").set_value(100).run()
    assert page.number_input(key="train.n").value == 500
    said = "Training images: 100 is not possible. It is from 500 to 60,000; 500 is used."
    assert said in [caption.value for caption in page.caption]
    assert said not in [caption.value for caption in check_sound(page.run()).caption]


@pytest.mark.usefixtures("_noise_digits")
def test_choices_are_kept_while_another_page_is_open(open_page):
    page = open_page("train")
    page.selectbox(key="train.network").set_value("lenet5")
    page.number_input(key="train.epochs").set_value(7)
    page.select_slider(key="train.batch").set_value(128)
    page.run().switch_page("pages/glossary.py").run()
    page.switch_page("pages/train.py").run()
    assert page.selectbox(key="train.network").value == "lenet5"
    assert page.number_input(key="train.epochs").value == 7
    assert page.select_slider(key="train.batch").value == 128


@pytest.mark.usefixtures("data_dir")
def test_train_without_its_data_is_a_sentence(open_page):
    page = open_page("train")
    said = page.info[0].value
    assert "mnist" in said
    assert "VISLIB" in said
    assert "zip" in said
    page = start(page)
    assert not page.exception
    assert any("mnist is not in" in sentence for sentence in errors(page))
    assert not any(widget.disabled for widget in page.selectbox)


@pytest.mark.usefixtures("_noise_digits")
def test_train_with_its_data_has_nothing_to_say(open_page):
    assert not open_page("train").info


@pytest.mark.usefixtures("_noise_digits")
@pytest.mark.parametrize("leave_at", [(1, 3), (2, 2)])
def test_training_that_the_user_left_is_kept(open_page, monkeypatch, leave_at):
    from pages._ui.train import live

    batch = live.View.batch

    def leaves(self, now):
        batch(self, now)
        if (now.epoch, now.batch) == leave_at:
            st.rerun()  # raises what a click on another page raises

    monkeypatch.setattr(live.View, "batch", leaves)
    page = check_sound(start(open_page("train"), network="lenet5", epochs=2))
    assert "Test accuracy" in text(page)
    assert f"Stopped after {leave_at[0] - 1} of 2 epochs" in text(page)
    assert any("You left the page" in info.value for info in page.info)
    assert sum(matrix(page)[1]) == 200
    monkeypatch.undo()
    assert any("You left the page" in info.value for info in page.run().info), "the run is gone with the next click"


@pytest.mark.usefixtures("_noise_digits")
def test_digit_of_the_user_is_read_after_each_epoch(open_page):
    strokes = [[(0.3, 0.2), (0.7, 0.2), (0.45, 0.85)]]
    state = {"digit.strokes": {"strokes": strokes, "n": 1}}
    page = check_sound(start(open_page("train", state), network="lenet5", epochs=2))
    table = next(body for body in raw_html(page) if "v-readings" in body and "<table" in body)
    bars = np.array(re.findall(r"width:([\d.]+)%", table.split("</thead>")[1]), float).reshape(10, 2)
    np.testing.assert_allclose(bars.sum(axis=0), 100, atol=1)
    assert not np.array_equal(bars[:, 0], bars[:, 1])


def zip_of_colours(path, classes=("red", "green"), n=12) -> bytes:
    """Pictures of one colour each with some noise, zipped as a person would."""
    random = np.random.default_rng(0)
    for k, name in enumerate(classes):
        (path / "colours" / name).mkdir(parents=True)
        for number in range(n):
            pixels = random.integers(0, 60, (20, 30, 3), dtype=np.uint8)
            pixels[..., k] += 150
            Image.fromarray(pixels).save(path / "colours" / name / f"{number}.png")
    return Path(shutil.make_archive(str(path / "colours"), "zip", path, "colours")).read_bytes()


def own_pictures(page, content: bytes):
    page.selectbox(key="train.images").set_value("own").run()
    page.file_uploader(key="train.zip").set_value(("colours.zip", content, "application/zip")).run()
    return page


def test_train_on_a_zip_of_ones_own_pictures(open_page, tmp_path):
    page = check_sound(own_pictures(open_page("train"), zip_of_colours(tmp_path)))
    page = check_sound(start(page, network="cifar-small", epochs=2))
    assert "Images 20 of colours.zip" in text(page)
    labels, counts = matrix(page)
    assert labels == ["green", "red"]
    assert sum(counts) == 4


def test_train_on_a_bad_zip_is_a_sentence(open_page, tmp_path):
    page = start(own_pictures(open_page("train"), zip_of_colours(tmp_path, classes=("red",))))
    assert not page.exception
    assert any("two or more" in sentence for sentence in errors(page))
