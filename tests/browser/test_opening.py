"""Every page opens, by navigation and by link, in either theme, on a phone.

With the smallest network, or with what makes the slow pages quick: tests/pages open every page with its defaults.
"""

import pytest
from playwright.sync_api import expect
from quick_methods import QUICK_QUERY
from watched import PAGES

QUICK_PAGES = {
    "": "model=cifar10",
    "what_if": "model=cifar10",
    "occlusion": f"model=cifar10&{QUICK_QUERY}",
    "saliency": f"model=cifar10&{QUICK_QUERY}",
    "class_activation": "model=cifar10",
    "channels": "model=cifar10",
    "what_a_unit_wants": "model=cifar10&steps.One unit=16",
    "unit_card": "model=cifar10",
    "compare_and_trust": "model=cifar10&methods=Grad-CAM",
    "adversarial": "model=cifar10",
    "similar_images": "model=cifar10&similar_among=Sample images",
    "batch": "model=cifar10",
}


def test_every_page_opens_by_navigation_fits_a_phone_and_axe_finds_nothing_of_ours(server, visit):
    it = visit(f"{server}/?model=digits", color_scheme="light")
    it.settled("")
    found = {}
    for path in [*PAGES, ""]:
        it.go(path)
        assert it.path() == path
        alts = it.alts()
        assert alts or path in ("glossary", "which_method"), "no picture"  # these two are words alone
        assert all(alts), "a picture without a text"
        found[path] = it.violations()
        it.page.set_viewport_size({"width": 390, "height": 844})
        it.fits()
        it.page.set_viewport_size({"width": 1440, "height": 1000})
    assert not any(found.values()), found


def test_what_a_link_chooses_stays_on_the_pages_after(server, visit):
    it = visit(f"{server}/?model=digits&image=digits/4.png&class=7")
    it.settled("")
    for path in ("filters", "feature_maps", ""):
        it.go(path)
        for name, value in (("Model", "digits"), ("Image", "digits/4.png"), ("Class to explain", "7")):
            expect(it.page.get_by_role("combobox", name=name).first).to_have_value(value)


def test_page_without_a_model_keeps_the_choices_at_a_reload(server, visit):
    it = visit(f"{server}/?model=digits&image=digits/4.png&class=7")
    it.settled("")
    it.go("glossary")
    it.page.reload()
    it.settled("glossary")
    assert "image=digits" in it.page.url
    it.go("filters")
    for name, value in (("Model", "digits"), ("Image", "digits/4.png"), ("Class to explain", "7")):
        expect(it.page.get_by_role("combobox", name=name).first).to_have_value(value)


_COVERED = """() => {
    const box = document.querySelector(".st-key-language_switch").getBoundingClientRect();
    const there = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    return there.closest("[data-testid=stSidebar]") !== null;
}"""


def test_open_menu_of_a_phone_covers_the_bar_at_the_top(server, visit):
    """Otherwise the button of the language lies over the one that closes the menu."""
    it = visit(f"{server}/filters?model=digits", viewport={"width": 390, "height": 844})
    it.settled("filters")
    it.page.get_by_test_id("stExpandSidebarButton").click()
    it.page.wait_for_function(_COVERED)
    it.page.get_by_test_id("stSidebarCollapseButton").get_by_role("button").click()
    it.page.wait_for_function(f"() => !({_COVERED})()")


@pytest.mark.parametrize(("scheme", "background"), [("dark", "rgb(18, 23, 28)"), ("light", "rgb(255, 255, 255)")])
def test_theme_follows_the_system(scheme, background, server, visit):
    it = visit(f"{server}/?model=digits", color_scheme=scheme)
    it.settled("")
    expect(it.page.get_by_test_id("stApp")).to_have_css("background-color", background)
    text = it.page.locator("h1.v-title").evaluate("element => getComputedStyle(element).color")
    brightness = sum(int(part) for part in text[4:-1].split(",")) / 3
    assert (brightness > 150) == (scheme == "dark")


@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 900}, {"width": 390, "height": 844}])
def test_model_image_and_class_are_seen_without_scrolling(viewport, server, visit):
    it = visit(f"{server}/filters?model=digits", viewport=viewport)
    it.settled("filters")
    for name in ("Model", "Image", "Class to explain"):
        expect(it.page.get_by_role("combobox", name=name).first).to_be_in_viewport()
    expect(it.page.get_by_text("Upload", exact=True)).to_be_in_viewport()
