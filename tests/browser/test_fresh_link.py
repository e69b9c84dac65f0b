"""The first visitor of a fresh server may come by any link, and finds the whole app."""

import pytest
from playwright.sync_api import expect
from quick_methods import QUICK_QUERY
from watched import PAGES


# One that computes at once, one that needs no network; tests/pages/test_layers_of_code.py sees to it that any page can
# be imported first.
@pytest.mark.parametrize("path", ["saliency", "convolution_lab"])
def test_first_visit_by_direct_link_shows_our_navigation(path, fresh_server, visit):
    quick = f"?model=cifar10&{QUICK_QUERY}" if path == "saliency" else ""
    it = visit(f"{fresh_server}/{path}{quick}")
    expect(it.page.locator("h1.v-title")).to_have_text(PAGES[path][1])
    for other, (name, *_) in PAGES.items():
        expect(it.menu(other).get_by_role("menuitem", name=name, exact=True)).to_be_visible()
        it.page.keyboard.press("Escape")
    if path == "saliency":
        it.settled(path)
        it.says("Logit of “cat”")
