"""Training in the page: it moves, stops, keeps what it has, is used elsewhere; and two people at once."""

import re

import pytest
from playwright.sync_api import expect


def train(it, epochs: int) -> None:
    """Starts a training of so many epochs."""
    it.quiet()
    box = it.page.get_by_role("spinbutton", name="Epochs")
    box.fill(str(epochs))
    box.press("Enter")
    it.quiet()
    it.page.get_by_role("button", name="Start training").press("Enter")


def bar(it, text: str):
    return it.main.get_by_text(re.compile(text))


def test_training_moves_stops_keeps_the_model_and_predicts_on_the_overview(server, visit, hold):
    it = visit(f"{server}/train")
    train(it, 100)
    expect(bar(it, r"Epoch 2 of 100, batch \d+ of")).to_be_visible()
    expect(it.main.get_by_test_id("stVegaLiteChart").first).to_be_visible()
    expect(it.main.get_by_role("img", name="First-layer kernels now")).to_be_visible()
    expect(it.page.get_by_role("button", name="中文", exact=True)).to_be_disabled()  # a rerun would end the training
    stop = it.main.get_by_role("button", name="Stop", exact=True)
    expect(stop).to_be_focused()
    stop.press("Enter")
    it.says("Test accuracy")
    hold.unlink()
    expect(it.main.get_by_text(re.compile(r"Stopped after [1-9]\d* of 100 epochs"))).to_be_visible()
    expect(it.main.get_by_text("Confusion matrix")).to_have_count(1)
    it.main.get_by_role("button", name="Use it on every page").click()
    expect(it.page.get_by_text("is now the model on every page")).to_be_visible()
    it.go("")
    expect(it.main.locator(".v-facts").first).to_contain_text(re.compile(r"my \S+ 1"))
    assert re.fullmatch(r"my \S+ 1", it.query()["model"])  # a copied address can say that the network is not there
    expect(it.main.get_by_role("img", name=re.compile("Grad-CAM for . over digits")).first).to_be_visible()


def test_two_people_train_one_waits_and_leaving_frees_the_machine(server, visit, hold):
    first, second = visit(f"{server}/train"), visit(f"{server}/train", person=2)
    train(first, 100)
    expect(bar(first, r"Epoch \d+ of 100, batch")).to_be_visible()
    train(second, 1)
    expect(bar(second, "waiting for another computation")).to_be_visible()
    first.page.close()
    second.says("Test accuracy")
    expect(second.main.get_by_text("Finished: 1 of 1 epochs")).to_be_visible()
    third = visit(f"{server}/train")
    third.quiet()
    expect(third.main.get_by_text("Test accuracy")).to_have_count(0)


def circle(x: float, y: float):
    from math import cos, pi, sin

    return [(x + 40 * sin(k * pi / 12), y - 62 * cos(k * pi / 12)) for k in range(25)]


STROKES = {"1": [(104 - k / 3, 45 + 4 * k) for k in range(28)], "0": circle(98, 98)}


def draw(it, points) -> None:
    """One stroke on the pad, with the mouse, along points of a pad of 196 pixels."""
    pad = it.main.locator("canvas[role=img]").first
    pad.scroll_into_view_if_needed()
    place = pad.bounding_box()
    scale = place["width"] / 196
    (x, y), *rest = [(place["x"] + x * scale, place["y"] + y * scale) for x, y in points]
    it.page.mouse.move(x, y)
    it.page.mouse.down()
    for x, y in rest:
        it.page.mouse.move(x, y)
    it.page.mouse.up()


@pytest.mark.parametrize("digit", STROKES)
def test_digit_drawn_with_the_mouse_is_recognised(digit, server, visit):
    it = visit(f"{server}/?model=digits", viewport={"width": 1440, "height": 1400})
    it.settled("")
    draw(it, STROKES[digit])
    expect(it.page.get_by_role("combobox", name="Image").first).to_have_value("drawing.png")
    it.settled("")
    expect(it.main.locator(".v-said").first).to_have_text(re.compile(rf"“{digit}” (> )?(9\d|100|99\.9)"))


def test_drawing_stays_when_its_page_is_left_and_takes_another_stroke(server, visit):
    it = visit(f"{server}/?model=digits", viewport={"width": 1440, "height": 1400})
    it.settled("")
    draw(it, STROKES["1"])
    pad = it.main.get_by_role("img", name=re.compile("^Draw a digit"))
    expect(pad).to_have_accessible_name("Draw a digit: 1 stroke")
    expect(it.page.get_by_role("combobox", name="Image").first).to_have_value("drawing.png")
    it.settled("")
    it.go("glossary")
    it.go("")
    expect(pad).to_have_accessible_name("Draw a digit: 1 stroke")
    drawn = "canvas => canvas.getContext('2d').getImageData(0, 0, 672, 672).data.filter(v => v === 255).length"
    before = pad.evaluate(drawn)
    draw(it, STROKES["0"])
    expect(pad).to_have_accessible_name("Draw a digit: 2 strokes")
    assert pad.evaluate(drawn) > before
    it.settled("")
    expect(pad).to_have_accessible_name("Draw a digit: 2 strokes")
    it.main.get_by_role("button", name="Undo").click()
    expect(pad).to_have_accessible_name("Draw a digit: 1 stroke")
    it.settled("")
    it.main.get_by_role("button", name="Clear").click()
    expect(pad).to_have_accessible_name("Draw a digit: 0 strokes")
    expect(it.page.get_by_role("combobox", name="Image").first).to_have_value("digits/0.png")
    it.settled("")


def test_training_that_is_left_for_another_page_is_kept(server, visit, hold):
    it = visit(f"{server}/train")
    train(it, 100)
    expect(bar(it, r"Epoch 2 of 100, batch \d+ of")).to_be_visible()
    it.go("glossary")
    hold.unlink()
    it.menu("train").get_by_role("menuitem", name="Train", exact=True).click()
    it.says("You left the page, which ended the training")
    expect(it.main.get_by_text(re.compile(r"Stopped after [1-9]\d* of 100 epochs"))).to_be_visible()
    expect(it.main.get_by_role("slider", name="First-layer kernels: step of the training")).to_be_visible()
