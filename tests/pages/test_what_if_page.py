"""The page What if: strokes, sliders, undo; a heatmap's highest places; lines that give the same probabilities."""

import io
import json

import numpy as np
import pytest
from page_text import check_sound, errors, text
from PIL import Image
from snippet_runs import run_snippet

import vislib
from pages._ui.what_if.history import History
from pages._ui.widgets.edit_canvas import Action, checked
from vislib.edits import Copy, Cover, Crop, Erase, Move, Paint, Rotate

CIFAR = {"model": "cifar10"}
FACE = ((0.5, 0.4), (0.6, 0.5))


@pytest.fixture
def canvas(monkeypatch) -> dict:
    """Fills with what the canvas was last drawn with; `act` is what it calls after a stroke."""
    from pages._ui.what_if import canvas

    drawn: dict = {}

    def edit_canvas(picture, key, alt, tool, frame, whose, on_action, pixels=False):
        drawn.update(picture=picture, alt=alt, tool=tool, frame=frame, act=on_action)

    monkeypatch.setattr(canvas, "edit_canvas", edit_canvas)
    return drawn


@pytest.fixture
def _loaded_once(load_once, monkeypatch) -> None:
    monkeypatch.setattr(vislib, "load_classifier", load_once)


def steps(page) -> tuple:
    return page.session_state["what if"].steps


def heading(page) -> str:
    return next(block.proto.body for block in page.get("html") if "v-said" in block.proto.body)


@pytest.mark.usefixtures("_loaded_once")
def test_a_stroke_changes_the_answer_the_lines_redo_it_and_undo_takes_it_back(open_page, canvas, offered, capsys):
    page = check_sound(open_page("what_if", **CIFAR))
    assert canvas["alt"] == "cifar10/cat.png after 0 steps"
    assert canvas["frame"] == (0, 0, 1, 1)
    before = heading(page)
    assert "cat <span>90 %</span>" in before
    canvas["act"]([Action(points=FACE)])
    page.slider(key="what_if.rotate").set_value(10.0).run()
    check_sound(page)
    assert steps(page) == (Erase(FACE, 0.06),)
    assert heading(page) != before
    offer = offered["what if"]
    shown = json.loads(offer.files["json"]())
    redone = run_snippet(offer.snippet)["change"]
    assert [row["label"] for row in shown] == list(redone.labels)
    np.testing.assert_allclose([row["after"] for row in shown], redone.values_after, atol=1e-5)
    classifier = vislib.load_classifier("cifar10")
    image = vislib.load_image(vislib.sample_path("cifar10/cat.png"))
    edited = vislib.edits.apply(image, [Erase(FACE, 0.06), Rotate(10)])
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(offer.files["png"]()))), edited)
    np.testing.assert_allclose(redone.values_after, classifier.values(classifier.logits(edited)), atol=1e-6)
    assert redone.explained in capsys.readouterr().out
    page.button(key="what_if_undo").click().run()  # the slider
    assert page.slider(key="what_if.rotate").value == 0
    assert steps(page) == (Erase(FACE, 0.06),)
    page.button(key="what_if_undo").click().run()  # the stroke
    assert steps(page) == ()
    assert heading(page) == before
    assert page.button(key="what_if_undo").disabled
    assert page.button(key="what_if_reset").disabled


def test_a_new_session_takes_the_steps_from_the_address(open_page, canvas):
    page = check_sound(open_page("what_if", **CIFAR))
    canvas["act"]([Action(points=FACE)])
    page.run()
    address = page.query_params["what_if.steps"]
    said = heading(page)
    again = check_sound(open_page("what_if", **CIFAR, **{"what_if.steps": address}))
    assert steps(again) == (Erase(FACE, 0.06),)
    assert heading(again) == said
    again.button(key="what_if_reset").click().run()
    assert "what_if.steps" not in again.query_params
    other = check_sound(open_page("what_if", **CIFAR, image="cifar10/dog.png", **{"what_if.steps": address}))
    assert steps(other) == ()
    assert "steps on another image" in other.info[0].value
    broken = check_sound(open_page("what_if", **CIFAR, **{"what_if.steps": address[:-4]}))
    assert "holds no edits" in broken.info[0].value


def test_steps_that_are_too_long_for_an_address_stay_in_the_session(open_page, canvas):
    page = check_sound(open_page("what_if", **CIFAR))
    rng = np.random.default_rng(0)
    canvas["act"]([Action(points=tuple(map(tuple, rng.uniform(0, 1, (300, 2)).tolist())))])
    page.run()
    assert "what_if.steps" not in page.query_params
    assert any("too long for the address" in said.value for said in page.caption)


def test_every_tool_and_the_sliders_as_steps_and_reset(open_page, canvas):
    page = check_sound(open_page("what_if", **CIFAR, **{"what_if.tool": "Move", "what_if.columns": "20"}))
    box = {"box": (0.1, 0.1, 0.5, 0.5), "to": (0.4, 0.4)}
    canvas["act"]([Action(**box), Action(points=FACE)])  # a brush does not suit the tool
    page.run()
    page.segmented_control(key="what_if.tool").set_value("Copy").run()
    canvas["act"]([Action(**box)])
    page.segmented_control(key="what_if.tool").set_value("Paint").run()
    canvas["act"]([Action(points=FACE)])
    page.run()
    check_sound(page)
    assert steps(page) == (Move(**box), Copy(**box), Paint(FACE, 0.06, "#d9480f"))
    assert canvas["alt"] == "cifar10/cat.png after 3 steps"
    page.slider(key="what_if.rows").set_value((25, 75)).run()
    page.button(key="what_if_fix").click().run()
    check_sound(page)
    assert steps(page)[3] == Crop((0.0, 0.25, 1.0, 0.75))
    assert page.slider(key="what_if.rows").value == (0, 100)
    assert canvas["picture"].size == (640, 320)
    page.button(key="what_if_reset").click().run()
    assert steps(page) == ()
    page.button(key="what_if_undo").click().run()
    assert len(steps(check_sound(page))) == 4
    page.selectbox(key="image").select("cifar10/dog.png").run()  # another image has edits of its own
    assert steps(check_sound(page)) == ()


def test_by_numbers_without_a_mouse(open_page, canvas):
    page = check_sound(open_page("what_if", **CIFAR))
    page.number_input(key="what_if Radius (% of the longer side)").set_value(20.0).run()
    page.button(key="what_if_apply").click().run()
    page.segmented_control(key="what_if_shape").set_value("Rectangle").run()
    page.number_input(key="what_if Right edge").set_value(10.0).run()
    assert page.button(key="what_if_apply").disabled
    page.number_input(key="what_if Right edge").set_value(90.0).run()
    page.button(key="what_if_apply").click().run()
    assert steps(check_sound(page)) == (Erase(((0.5, 0.5),), 0.2), Cover((0.3, 0.3, 0.9, 0.6)))


@pytest.mark.usefixtures("_loaded_once")
def test_the_highest_places_of_any_map_are_covered_at_a_click(open_page, canvas):
    query = {"what_if.method": "Layer-CAM", "what_if.share": "25", "what_if.map_fill": "mean"}
    page = check_sound(open_page("what_if", **CIFAR, **query))
    page.button(key="what_if_cover").click().run()
    check_sound(page)
    image = vislib.load_image(vislib.sample_path("cifar10/cat.png"))
    heatmap = vislib.explain("layer-cam", vislib.load_classifier("cifar10"), image)
    assert steps(page) == (Cover.top(heatmap, 0.25, "mean"),)
    assert steps(page)[0].pixels(image.shape).mean() == 0.25


@pytest.mark.usefixtures("_loaded_once")
def test_the_least_covering_is_found_on_a_click_and_taken_to_the_canvas(open_page, canvas, offered):
    few = {"what_if.superpixels": "6", "what_if.segmentation": "grid"}
    page = check_sound(open_page("what_if", **CIFAR, **few, **{"what_if.part": "Least covering"}))
    for goal in ("change", "keep"):
        page.button(key=f"find {goal}").click().run()
        check_sound(page)
        found = run_snippet(offered[f"least covering {goal}"].snippet)["found"]
        assert found.in_words() in text(page)
        assert f"{found.n_passes} forward passes" in text(page)
    page.button(key="take change").click().run()
    found = run_snippet(offered["least covering change"].snippet)["found"]
    page.button(key="what_if_undo")
    (cover,) = steps(check_sound(page))
    assert "cat <span>90 %</span> → " in heading(page)
    assert cover.pixels((32, 32, 3)).any()
    page.button(key="find change").click().run()  # of the image that is covered now
    assert not page.exception


@pytest.mark.usefixtures("_loaded_once")
def test_a_slider_as_a_curve(open_page, canvas, offered):
    query = {"what_if.part": "Sweep", "what_if.sweep": "Brightness", "what_if.sweep_values": "11"}
    page = check_sound(open_page("what_if", **CIFAR, **query, **{"what_if.brightness": "0.5", "what_if.rotate": "20"}))
    page.button(key="compute sweep").click().run()
    check_sound(page)
    offer = offered["sweep"]
    curve = run_snippet(offer.snippet)["curve"]
    rows = json.loads(offer.files["json"]())
    assert [row["setting"] for row in rows] == list(np.linspace(0, 2, 11).round(6))
    np.testing.assert_allclose([row["target"] for row in rows], curve.scores, atol=1e-4)
    image = vislib.load_image(
        vislib.sample_path("cifar10/cat.png")
    )  # the slider itself does not count, the rotation does
    turned = vislib.edits.what_if(vislib.load_classifier("cifar10"), image, Rotate(20))
    assert rows[5]["target"] == pytest.approx(turned.score_after, abs=1e-4)
    assert curve.in_words() in text(page)


@pytest.mark.usefixtures("_loaded_once")
def test_the_difference_of_maps_follows_the_edits(open_page, canvas, offered, monkeypatch, tmp_path):
    page = check_sound(open_page("what_if", **CIFAR, **{"what_if.part": "Difference of maps"}))
    assert any("Edit the image above" in caption.value for caption in page.caption)
    canvas["act"]([Action(points=FACE)])
    page.run()
    check_sound(page)
    offer = offered["what if difference grad-cam"]
    redone = run_snippet(offer.snippet)["difference"]
    with np.load(io.BytesIO(offer.files["npz"]())) as saved:
        np.testing.assert_allclose(saved["values"], redone.values, atol=1e-5)
    assert np.abs(redone.values).max() > 0


def test_a_step_that_is_refused_is_taken_back_with_a_sentence(open_page, canvas):
    page = check_sound(open_page("what_if", **CIFAR, **{"what_if.fill": "inpaint", "what_if.radius": "30"}))
    everywhere = ((0.0, 0.25), (1.0, 0.25), (1.0, 0.75), (0.0, 0.75))
    canvas["act"]([Action(points=FACE)])
    canvas["act"]([Action(points=everywhere)])
    page.run()
    assert not page.exception
    assert "Inpainting continues what surrounds a part" in errors(page)[0]
    assert steps(page) == (Erase(FACE, 0.3, "inpaint"),)
    assert "→" in heading(page)


def test_what_a_browser_sends_is_checked():
    good = {"n": 3, "whose": "a", "points": [[0.1, 0.2], [2, -1]]}
    rectangle = {"n": 4, "whose": "a", "box": [0.1, 0.1, 1.4, 0.5], "to": [-0.2, 7]}
    wrong = [
        {"n": 2, "whose": "a", "points": [[0.5, 0.5]]},  # counted already
        {"n": 5, "whose": "b", "points": [[0.5, 0.5]]},  # on another image
        {"n": 6, "whose": "a", "points": [[0.5]]},
        {"n": 7, "whose": "a", "points": [[float("nan"), 0.5]]},
        {"n": 8, "whose": "a", "points": "all", "box": [0.5, 0.5, 0.1, 0.9], "to": [0, 0]},
        {"n": "9", "whose": "a"},
        "no action",
    ]
    found, numbers = checked({"actions": [good, rectangle, *wrong]}, "a", 2)
    assert found == [
        Action(points=((0.1, 0.2), (1.0, 0.0))),
        Action(box=(0.1, 0.1, 1.0, 0.5), to=(-0.2, 1.0)),
    ]
    assert max(numbers) == 8
    for nonsense in (None, [], {"actions": None}):
        assert checked(nonsense, "a", 0) == ([], [])
    many = [{"n": 1, "whose": "a", "points": [[0.5, k / 5000] for k in range(5000)]}]
    assert len(checked({"actions": many}, "a", 0)[0][0].points) <= 500


def test_of_too_many_steps_the_first_are_kept(monkeypatch):
    from pages._ui.what_if import history

    said: list = []
    monkeypatch.setattr(history.st, "toast", said.append)
    past = History("digest")
    history.add(past, [Rotate(k) for k in range(99)])
    history.add(past, [Rotate(1), Rotate(2)])
    assert len(past.steps) == 99
    assert said == ["At most 100 steps are kept. Undo some, or start again with Reset."]
