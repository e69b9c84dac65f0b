"""What if in a real browser: by mouse and by keyboard the answer changes, Undo takes it back, and the lines redo it."""

import re

import numpy as np
from playwright.sync_api import expect

import vislib
from vislib.language import percent


def test_erase_by_mouse_and_by_keyboard_undo_and_the_lines(server, visit):
    it = visit(f"{server}/what_if?model=cifar10&what_if.radius=12")
    it.settled("what_if")
    said, canvas, keys = it.main.locator("h2.v-said"), it.main.get_by_role("application"), it.page.keyboard
    bars = it.main.get_by_role("list", name="Classes before and after")
    expect(said).to_have_text("cat 90 %")
    box = canvas.bounding_box()
    it.page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.35)
    it.page.mouse.down()
    it.page.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + box["height"] * 0.45, steps=5)
    it.page.mouse.up()
    expect(said).to_have_text(re.compile("→"))
    expect(canvas.locator("img")).to_have_attribute("alt", "cifar10/cat.png after 1 step")
    it.quiet()
    by_mouse = said.inner_text()
    canvas.focus()
    for _ in range(4):
        keys.press("ArrowDown")
    keys.press("Enter")
    expect(canvas.locator("img")).to_have_attribute("alt", "cifar10/cat.png after 2 steps")
    it.quiet()
    expect(canvas).to_be_focused()
    slider = it.main.get_by_role("slider", name="Rotation")
    slider.focus()
    keys.press("ArrowRight")
    it.page.wait_for_function("new URLSearchParams(location.search).get('what_if.rotate') === '1'")
    it.quiet()
    it.main.get_by_role("button", name="Save, Python").first.click()
    code = it.page.get_by_test_id("stCode").first.locator("code")
    expect(code).to_contain_text("Rotate")  # the address changes before the page runs again
    found: dict = {}
    exec(code.inner_text(), found)
    change = found["change"]
    assert [type(edit).__name__ for edit in found["edits"]] == ["Erase", "Erase", "Rotate"]
    first = change.most_changed(1)[0]
    expect(bars).to_contain_text(f"{change.labels[first]}90 % → {percent(float(change.values_after[first]))}")
    classifier, image = vislib.load_classifier("cifar10"), vislib.load_image("sample_images/cifar10/cat.png")
    again = classifier.values(classifier.logits(vislib.edits.apply(image, found["edits"])))
    np.testing.assert_allclose(change.values_after, again, atol=1e-5)
    keys.press("Escape")
    expect(it.page.get_by_test_id("stCode")).to_have_count(0)
    undo = it.main.get_by_role("button", name="Undo")
    undo.click()  # the slider
    it.page.wait_for_function("!new URLSearchParams(location.search).has('what_if.rotate')")
    undo.click()  # the stroke by keyboard
    expect(canvas.locator("img")).to_have_attribute("alt", "cifar10/cat.png after 1 step")
    expect(said).to_have_text(by_mouse)
    undo.click()
    expect(said).to_have_text("cat 90 %")
    it.quiet()
    assert not it.violations()
