"""By keyboard alone in a real browser: one stop of the Tab key a component, arrow keys inside, and the focus stays."""

import re

from playwright.sync_api import expect


def test_tiles_are_one_stop_and_keep_the_focus(server, visit):
    it = visit(f"{server}/feature_maps")
    it.settled("feature_maps")
    grid = it.main.get_by_role("group", name="Channels of ")  # beside the icons of the vocabulary
    keys, tiles = it.page.keyboard, grid.locator("button.tile")
    chosen = grid.locator("button.tile[aria-pressed=true]")
    expect(grid.locator("button.tile[tabindex='0']")).to_have_count(1)
    tiles.first.focus()
    keys.press("End")
    expect(tiles.last).to_be_focused()
    keys.press("Home")
    keys.press("ArrowRight")
    expect(tiles.nth(1)).to_be_focused()
    before = tiles.nth(1).bounding_box()
    keys.press("ArrowDown")
    below = grid.locator("button.tile:focus")
    assert below.bounding_box()["x"] == before["x"]
    assert below.bounding_box()["y"] > before["y"]
    channel = below.get_attribute("data-id")
    keys.press("Enter")
    expect(chosen).to_have_attribute("data-id", channel)
    it.quiet()
    expect(grid.locator("button.tile:focus")).to_have_attribute("data-id", channel)
    expect(grid.locator("button.tile[tabindex='0']")).to_have_attribute("data-id", channel)
    keys.press("Tab")
    expect(grid.locator("button.tile:focus")).to_have_count(0)


def test_graph_is_one_stop_and_keeps_the_focus(server, visit):
    it = visit(f"{server}/architecture")
    it.settled("architecture")
    keys = it.page.keyboard
    view = it.main.locator(".view[aria-label*='as a graph']")
    stop, focused = view.locator("[tabindex='0']"), view.locator("g:focus")
    expect(stop).to_have_attribute("data-key", "block1_expand_relu")
    expect(view.locator("[role=img] [role=button]")).to_have_count(0)
    stop.focus()
    keys.press("ArrowUp")
    expect(focused).to_have_attribute("data-key", "block1_expand_bn")
    keys.press("ArrowDown")
    keys.press("ArrowRight")
    expect(focused).to_have_attribute("aria-expanded", "false")
    name = focused.get_attribute("data-key")
    keys.press("Enter")
    expect(focused).to_have_attribute("aria-expanded", "true")
    it.quiet()
    expect(focused).to_have_attribute("data-key", name)
    expect(focused).to_have_accessible_name(re.compile(name))
    keys.press("ArrowDown")
    layer = focused.get_attribute("data-key")
    expect(focused).to_have_attribute("data-level", "layer")
    keys.press("Space")
    expect(it.main.get_by_role("heading", name=layer)).to_be_visible()
    it.quiet()
    expect(focused).to_have_attribute("data-key", layer)
    expect(view.locator("[aria-pressed=true]")).to_have_attribute("data-key", layer)
    expect(stop).to_have_count(1)


def test_graph_is_fitted_and_follows_the_theme(server, visit):
    it = visit(f"{server}/architecture", color_scheme="dark")
    it.settled("architecture")
    view = it.main.locator(".view[aria-label*='as a graph']")
    svg = view.locator("svg")
    frame, drawn = view.bounding_box(), svg.bounding_box()
    assert drawn["width"] <= frame["width"]
    assert frame["height"] - drawn["height"] < 20
    assert it.page.get_by_role("button", name="Zoom in").bounding_box()["y"] + 40 <= frame["y"]
    ink = "box => getComputedStyle(box).getPropertyValue('fill').match(/\\d+/g).slice(0, 3).map(Number)"
    assert max(svg.locator("g[data-level=layer] > rect").first.evaluate(ink)) < 60
    assert min(svg.locator("text").first.evaluate(ink)) > 200
    svg.hover()
    it.page.keyboard.down("Control")
    it.page.mouse.wheel(0, -200)
    it.page.keyboard.up("Control")
    expect(it.main.locator("output")).to_have_text(re.compile("7|8"))
    assert svg.bounding_box()["width"] > drawn["width"]


def test_popover_that_a_key_opens_has_the_focus_and_gives_it_back(server, visit):
    it = visit(f"{server}/feature_maps")
    it.settled("feature_maps")
    more = it.main.get_by_role("button", name="More").first
    more.focus()
    it.page.keyboard.press("Enter")
    body = it.page.get_by_test_id("stPopoverBody")
    expect(body.locator(":focus")).to_have_count(1)
    it.page.keyboard.press("Escape")
    expect(body).to_have_count(0)
    expect(more).to_be_focused()


def test_explained_term_is_one_stop_of_a_page(server, visit):
    it = visit(f"{server}/saliency?model=digits")
    it.settled("saliency")
    terms = it.main.locator(".v-term")
    names = [name.lower() for name in terms.all_inner_texts()]
    assert len(names) > len(set(names))
    terms.first.focus()
    it.page.keyboard.press("Tab")
    expect(it.main.locator(".v-term[tabindex='0']")).to_have_count(len(set(names)))
