"""Page Your model for every task and input: what is recognised and why, what is asked for, and what can be chosen."""

import csv
import io
import re

import any_networks
import numpy as np
import pytest
import snippet_runs
from page_text import check_sound, errors, text

import vislib
from vislib.backend import keras
from vislib.model_file import load

layers = keras.layers
SIDE = any_networks.SIDE


@pytest.fixture(autouse=True)
def _in_this_process(monkeypatch):
    """Spares the process in which a file is tried; tests/model_file/test_trial.py tests it."""
    from vislib.model_file.look import look

    monkeypatch.setattr(load, "check_in_child", lambda path, progress: look(path))


@pytest.fixture
def upload(open_page, tmp_path):
    """Uploads a model: upload(model, "net.keras")."""

    def go(model, name: str = "net.keras"):
        model.save(tmp_path / name)
        page = open_page("your_model")
        content = (tmp_path / name).read_bytes()
        return page.file_uploader(key="model_file").set_value((name, content, "application/octet-stream")).run()

    return go


@pytest.fixture
def run_snippet(offered, tmp_path, monkeypatch):
    """Runs the lines that the page offers, in a folder with the uploaded file; returns their names."""

    def go() -> dict:
        monkeypatch.chdir(tmp_path)
        if not (tmp_path / "sample_images").exists():
            (tmp_path / "sample_images").symlink_to(vislib.__path__[0] + "/../sample_images")
        return snippet_runs.run_snippet(offered["by preprocessing"].snippet)

    return go


def press(page, label: str):
    return next(button for button in page.button if button.label == label).click().run()


def captions(page) -> str:
    return " ".join(caption.value for caption in page.caption).replace("\\", "")


def shown(page) -> str:
    return text(page).replace("\\", "")


def table(offered) -> list[dict]:
    return list(csv.DictReader(io.StringIO(offered["by preprocessing"].files["csv"]().decode())))


def choose(page, key: str, value):
    page.selectbox(key=key).select(value).run()
    return page


@pytest.mark.parametrize(
    ("name", "kind", "why"),
    [
        ("regression", "Outputs 1 (number)", "Task: regression. It ends in a single unit"),
        ("multi-label", "Classes 3, independent, sigmoid", "Task: multi-label. It ends in a sigmoid of 3 units."),
        (
            "segmentation",
            f"Classes 3, for each pixel of {SIDE} × {SIDE}, softmax",
            "Task: segmentation. It ends in a softmax of 3 units.",
        ),
        ("channels first", "Classes 3, softmax", "Task: classification. It ends in a softmax of 3"),
        ("no channel axis", "Classes 3, softmax", "Task: classification. It ends in a softmax of 3"),
        ("ensemble", "Classes 4, the model's own probabilities", "so they are probabilities."),
    ],
)
def test_task_and_reason_are_said(name, kind, why, upload):
    page = check_sound(upload(any_networks.model_of(name)))
    assert kind in shown(page)
    assert why in captions(page)
    assert not page.warning


def test_regression_trained_with_a_loss_has_numbers_with_a_unit(upload, offered, run_snippet):
    inputs = keras.Input((16, 16, 3))
    model = keras.Model(inputs, layers.Dense(2)(layers.GlobalAveragePooling2D()(layers.Conv2D(4, 3)(inputs))))
    model.compile(loss="mse")
    page = check_sound(upload(model))
    assert "trained with the loss “mse”" in captions(page)
    page.text_input(key="net: unit").set_value("years").run()
    page.text_area(key="net: typed").set_value("age\nheight").run()
    assert "Outputs 2 (numbers in years)" in shown(check_sound(page))
    assert re.search(r"age −?[\d.]+ years height −?[\d.]+ years", shown(page))
    classifier = run_snippet()["classifier"]
    assert (classifier.task, classifier.unit, classifier.labels) == ("regression", "years", ("age", "height"))
    rows = table(offered)
    assert "probability" not in rows[0]
    image = vislib.load_image(f"sample_images/{page.selectbox(key='image').value}")
    np.testing.assert_allclose(
        [float(row["value"]) for row in rows if row["preprocessing"] == "0..1"], classifier.logits(image), rtol=1e-4
    )


@pytest.mark.parametrize(
    ("answer", "task", "kind"),
    [
        ("Scores of classes", "classification", "Classes 4, softmax"),
        ("Numbers", "regression", "Outputs 4 (numbers)"),
    ],
)
def test_person_is_asked_where_nothing_tells(answer, task, kind, upload, run_snippet):
    page = check_sound(upload(any_networks.model_of("unknown task")))
    assert "Are these outputs scores of classes or numbers?" in shown(page)
    assert "Until you say it, they are shown as plain numbers" in page.warning[0].value
    assert "4 (scores of classes or numbers)" in shown(page)
    page = check_sound(press(page, answer))
    assert not page.warning
    assert kind in shown(page)
    assert page.selectbox(key="net: task").value == task
    assert run_snippet()["classifier"].task == task
    choose(page, "net: task", "as recognised")
    assert "Are these outputs scores of classes or numbers?" in shown(check_sound(page))


def test_map_without_an_activation_is_asked_too(upload, run_snippet):
    page = check_sound(upload(any_networks.unet(3, "linear")()))
    assert "a map of numbers" in page.warning[0].value
    assert page.selectbox(key="net: task").options == ["as recognised", "segmentation", "regression"]
    page = check_sound(press(page, "Scores of classes"))
    assert "softmax" in shown(page)
    assert run_snippet()["classifier"].task == "segmentation"


def test_every_task_that_is_offered_can_be_chosen_and_back(upload):
    page = upload(any_networks.model_of("regression"))
    page.text_area(key="net: typed").set_value("age").run()
    for task in ("binary", "embedding", "regression", "as recognised", "binary", "as recognised"):
        check_sound(choose(page, "net: task", task))
        assert f"Task: {'regression' if task == 'as recognised' else task}." in captions(page)


def test_values_of_a_second_input_are_typed(upload, run_snippet):
    page = upload(any_networks.model_of("two inputs"))
    assert not page.exception
    assert "net.keras needs more than an image" in shown(page)
    assert page.selectbox(key="model").value == "efficientnet-lite0"
    page = press(page, "Use these values")
    assert "Input 'meta' takes 3 numbers; number 1 is missing." in errors(page)[0].replace("\\", "")
    fields = [field for field in page.number_input if field.label.startswith("meta")]
    for field, value in zip(fields, any_networks.META, strict=True):
        field.set_value(float(value))
    page = check_sound(press(page, "Use these values"))
    assert "needs more than an image" not in shown(page)
    assert "meta: 0.2, -1, 0.5" in captions(page)
    names = run_snippet()
    expected = any_networks.loaded("two inputs").copy_with("x", any_networks.model_of("two inputs"))
    np.testing.assert_allclose(
        names["classifier"].logits(names["image"]), expected.logits(names["image"]), rtol=1e-4, atol=1e-5
    )
    # They can be changed later.
    page = check_sound(press(page, "Fill with zeros"))
    assert "meta: zeros" in captions(page)
    assert "inputs='zeros'" in loading_lines(page)


def loading_lines(page) -> str:
    return page.session_state["own_models"]["net"].lines


def test_unusable_answer_leaves_the_question(upload):
    page = press(upload(any_networks.model_of("two inputs")), "Cancel")
    assert not page.exception
    assert "needs more than an image" not in shown(page)
    assert page.selectbox(key="model").value == "efficientnet-lite0"


def depth_and_colour():
    colour, depth = keras.Input((16, 16, 3), name="colour"), keras.Input((16, 16, 1), name="depth")
    x = layers.Conv2D(4, 3, activation="relu")(layers.Concatenate()([colour, depth]))
    return keras.Model([colour, depth], layers.Dense(2, activation="softmax")(layers.GlobalAveragePooling2D()(x)))


def npy(values) -> bytes:
    file = io.BytesIO()
    np.save(file, values)
    return file.getvalue()


def test_large_second_input_comes_from_a_file(upload, run_snippet, tmp_path):
    depth = np.random.default_rng(0).random((16, 16, 1)).astype(np.float32)
    page = upload(any_networks.seeded_any(depth_and_colour()))
    page = press(page, "Use these values")
    assert "Input 'depth' has no values: choose a .npy file for it" in errors(page)[0].replace("\\", "")
    file = next(one for one in page.file_uploader if "depth" in one.label)
    file.set_value(("depth.npy", npy(depth[:8]), "application/octet-stream"))
    page = press(page, "Use these values")
    assert "must have the shape 16 × 16 × 1; not 8 × 16 × 1" in errors(page)[0].replace("\\", "")
    file = next(one for one in page.file_uploader if "depth" in one.label)
    file.set_value(("depth.npy", npy(depth[None]), "application/octet-stream"))
    page = check_sound(press(page, "Use these values"))
    assert "depth: depth.npy" in captions(page)
    (tmp_path / "depth.npy").write_bytes(npy(depth))
    names = run_snippet()
    used = next(iter(page.session_state["own_models"].values()))
    from pages._ui.shell import models

    shown_here = models.store().get(used.key).logits(names["image"])
    np.testing.assert_allclose(names["classifier"].logits(names["image"]), shown_here, atol=1e-5)


def test_another_input_takes_the_image(upload, run_snippet):
    page = upload(any_networks.seeded_any(depth_and_colour()))
    box = next(box for box in page.selectbox if box.label == "Input for the image")
    assert list(box.options) == ["colour", "depth"]
    page = press(box.select("depth").run(), "Fill with zeros")
    page = check_sound(page)
    assert "Input 16 × 16, grey" in shown(page)
    assert "colour: zeros" in captions(page)
    assert run_snippet()["classifier"].channels == 1


def test_flat_vector_is_asked_for_its_size(upload, run_snippet):
    page = upload(any_networks.model_of("flat vector"))
    height, width = (field for field in page.number_input if field.label in ("Height (px)", "Width (px)"))
    assert (height.value, width.value) == (SIDE, SIDE)
    page = press(page, "Use this size")
    assert f"Input {SIDE} × {SIDE}, grey" in shown(check_sound(page))
    assert run_snippet()["classifier"].input_size == (SIDE, SIDE)
    next(field for field in page.number_input if field.label == "Width (px)").set_value(SIDE + 1)
    page = press(page, "Use this size")
    assert "which is no image of" in errors(page)[0].replace("\\", "")


def test_one_of_several_outputs_is_chosen_here_and_in_the_sidebar(upload, open_page, run_snippet):
    page = check_sound(upload(any_networks.model_of("two outputs")))
    assert "It has 2 outputs; “kind” is in use" in captions(page)
    page.text_area(key="net: typed").set_value("a\nb\nc").run()
    assert list(page.selectbox(key="net: output").options) == ["kind (3)", "age (1)"]
    page = choose(page, "net: output here", "age")
    assert "Task: regression." in captions(check_sound(page))
    assert page.selectbox(key="net: output").value == "age"
    assert run_snippet()["classifier"].network.n_units == 1
    other = open_page("architecture", {"own_models": page.session_state["own_models"]}, model="net")
    assert other.selectbox(key="net: output").value == "age"
    other.selectbox(key="net: output").select("kind").run()
    assert not other.exception
    assert other.session_state["own_models"]["net"].upload.output == "kind"
    assert "Classes 3" in shown(open_page("your_model", {"own_models": other.session_state["own_models"]}, model="net"))
