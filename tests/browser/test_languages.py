"""Every page in Chinese: no English sentence, nothing wider than the window; and what a change of language keeps."""

import re

from playwright.sync_api import expect
from test_opening import QUICK_PAGES
from watched import PAGES

from vislib.language import speaking, tr

_ENGLISH = re.compile(r"[A-Za-z]{2,}[,;:]? [A-Za-z]+[,;:]? [A-Za-z]{2,}")
_STAYS = re.compile(
    r"\b(19|20)\d\d\b|https?:|\.com/|^\([a-z ]+\)$"
    r"|^Help for |per file|^• |^Skip to main content$|^Choose an option$|^Download as "
)
"""Papers, links, the English term beside the Chinese one, and Streamlit's own words."""
_WORDS = """() => {
  const found = new Set();
  const look = (root) => {
    for (const element of root.querySelectorAll("*")) {
      if (element.closest("code, pre, style, script, [data-testid=stVegaLiteChart]")) continue;
      for (const name of ["aria-label", "alt", "title", "placeholder"]) found.add(element.getAttribute(name) || "");
      for (const node of element.childNodes)
        if (node.nodeType === Node.TEXT_NODE) found.add(node.textContent.trim());
      if (element.shadowRoot) look(element.shadowRoot);
    }
  };
  look(document.querySelector("[data-testid=stApp]"));
  return [...found];
}"""
_CUT = """() => [...document.querySelectorAll('[data-testid=stMain] button p')]
  .filter((words) => words.clientWidth > 1 && words.scrollWidth > words.clientWidth + 1)
  .map((words) => words.textContent)"""


def in_chinese(words: str) -> str:
    with speaking("zh"):
        return tr(words)


def opened(it, server: str, path: str) -> None:
    it.page.goto(f"{server}/{path}?lang=zh&{QUICK_PAGES.get(path, '')}")
    expect(it.page.locator("h1.v-title")).to_have_text(in_chinese(PAGES[path][1]))
    it.quiet()
    expect(it.page.get_by_test_id("stSkeleton")).to_have_count(0)
    for kind in ("stException", "stAlertContentError", "stAlertContentWarning"):
        expect(it.page.get_by_test_id(kind)).to_have_count(0)


def test_every_page_opens_by_link_in_chinese_has_no_english_sentence_and_fits(server, visit):
    it = visit(server, viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    found = {}
    for path in PAGES:
        opened(it, server, path)
        it.fits()
        cut = it.page.evaluate(_CUT)
        it.page.set_viewport_size({"width": 1280, "height": 900})
        it.fits()
        english = [words for words in it.page.evaluate(_WORDS) if _ENGLISH.search(words) and not _STAYS.search(words)]
        it.page.set_viewport_size({"width": 390, "height": 844})
        if english or cut:
            found[path] = (english, cut)
    assert not found


def test_change_of_language_keeps_what_is_chosen(server, visit):
    it = visit(f"{server}/what_if?model=digits&image=digits/4.png&class=7&what_if.tool=Paint")
    it.settled("what_if")
    it.page.get_by_role("button", name="中文", exact=True).click()
    expect(it.page.locator("h1.v-title")).to_have_text(in_chinese("What if"))
    expect(it.page.locator("html")).to_have_attribute("lang", "zh-CN")
    for name, value in (("Model", "digits"), ("Image", "digits/4.png"), ("Class to explain", "7")):
        expect(it.page.get_by_role("combobox", name=in_chinese(name)).first).to_have_value(value)
    paint = it.page.get_by_role("radio", name=in_chinese("Paint"))
    expect(paint).to_be_checked()
    assert it.query() | {"lang": "zh", "model": "digits", "class": "7"} == it.query()
    link = it.page.url
    it.page.get_by_role("button", name="English", exact=True).click()
    expect(it.page.get_by_role("radio", name="Paint")).to_be_checked()
    expect(it.page.locator("html")).to_have_attribute("lang", "en")
    other = visit(link.replace("lang=zh", "lang=en"), person=2)
    expect(other.page.get_by_role("radio", name="Paint")).to_be_checked()
    expect(other.page.get_by_role("combobox", name="Class to explain").first).to_have_value("7")


def test_language_follows_the_browser_and_stays_on_other_pages(server, visit):
    it = visit(f"{server}/glossary", locale="zh-CN")
    expect(it.page.locator("h1.v-title")).to_have_text(in_chinese("Glossary"))
    it.page.get_by_test_id("stTopNav").get_by_role("button", name=in_chinese("Look inside"), exact=True).click()
    it.page.get_by_role("menu").get_by_role("menuitem", name=in_chinese("Filters"), exact=True).click()
    expect(it.page.locator("h1.v-title")).to_have_text(in_chinese("Filters"))
