"""The graph in a real browser: a block opens by click or keyboard, a layer is chosen, the search marks, zoom works."""

from playwright.sync_api import expect


def test_graph_moved_about_in(server, visit):
    it = visit(f"{server}/architecture")
    it.settled("architecture")
    view = it.page.locator(".view[aria-label*='as a graph']")
    block = view.locator("g[data-key='block4'][data-level='block']")
    inside = view.locator("g[data-key='block4_project_conv']")
    expect(inside).to_have_count(0)
    block.click()
    expect(inside).to_have_count(1)
    inside.press("Enter")
    it.says("Output")
    expect(it.main.get_by_role("heading", name="block4_project_conv")).to_be_visible()
    it.quiet()
    assert it.query()["arch_layer"] == "block4_project_conv"
    expect(view.locator("g.chosen")).to_have_attribute("data-key", "block4_project_conv")
    it.main.get_by_placeholder("a name or a kind").fill("head_relu")
    it.page.keyboard.press("Enter")
    found = view.locator("g.found")
    expect(found).to_have_count(1)
    expect(found).to_be_in_viewport()
    before = view.locator("svg").bounding_box()["width"]
    it.page.get_by_role("button", name="Zoom out").click()
    assert view.locator("svg").bounding_box()["width"] < before
    it.page.get_by_role("button", name="Show all").click()
    assert view.locator("svg").bounding_box()["width"] <= view.bounding_box()["width"] + 1
