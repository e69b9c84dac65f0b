"""What axe finds on the pages, in both themes: nothing of ours."""

import pytest
from test_opening import QUICK_PAGES
from watched import PAGES

STREAMLITS = {
    ("presentation-role-conflict", "stFileUploaderDropzone"),
    ("svg-img-alt", "role-mark"),  # a part of a Vega chart
}
"""What Streamlit 1.67 itself does: the rule, and a text of the element; one on each page, or one on each chart."""
SCHEMES = ("light", "dark")


def violations(it, options: dict) -> list[str]:
    """What is ours: rule and element."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(it.page, options=options).response["violations"]
    return [
        f"{violation['id']}: {node['html'][:200]}"
        for violation in found
        for node in violation["nodes"]
        if not any(violation["id"] == rule and text in node["html"] for rule, text in STREAMLITS)
    ]


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_of_ours(path, server, visit):
    it = visit(f"{server}/{path}?{QUICK_PAGES.get(path, 'model=digits')}", color_scheme=SCHEMES[0])
    it.settled(path)
    assert violations(it, {}) == []
    it.page.emulate_media(color_scheme=SCHEMES[1])
    it.page.wait_for_function("getComputedStyle(document.querySelector('.stApp')).colorScheme === 'dark'")
    assert violations(it, {"runOnly": ["color-contrast"]}) == []
