"""Back and Forward keep what was chosen; one entry of the browser's history per page."""

from playwright.sync_api import expect


def test_back_and_forward_keep_the_uploaded_image(server, visit, samples):
    it = visit(f"{server}/?model=digits")
    it.settled("")
    it.upload("mine.png", (samples / "digits" / "5.png").read_bytes())
    image = it.page.get_by_role("combobox", name="Image").first
    expect(image).to_have_value("mine.png")
    it.quiet()
    entries = it.page.evaluate("history.length")
    it.go("feature_maps")
    it.go("filters")
    assert it.page.evaluate("history.length") == entries + 2
    for move, path in ((it.page.go_back, "feature_maps"), (it.page.go_back, ""), (it.page.go_forward, "feature_maps")):
        move()
        it.settled(path)
        assert it.path() == path
        expect(image).to_have_value("mine.png")
        expect(it.page.get_by_role("combobox", name="Model").first).to_have_value("digits")
