"""A page in the browser: what went wrong on it, and a few things that a person does."""

import re
from urllib.parse import parse_qs, urlsplit

import app_pages
from playwright.sync_api import Page, expect

LAST_TEXTS = {
    "overview": "Open Occlusion",
    "convolution_lab": "In training, the gradient",
    "a_cat_through_a_cnn": "The same with learned weights",
    "architectures": "Layer by layer",
    "glossary": "The small grid of weights",
    "architecture": "Layer by layer",
    "filters": "Norms, largest first",
    "feature_maps": "All channels, most varied first",
    "what_a_unit_wants": "How far to trust these pictures",
    "unit_card": "Made to excite it",
    "which_method": "What was measured",
    "what_if": "Cover the highest 10 %",
    "occlusion": "One patch at a time",
    "saliency": "How far to trust these pictures",
    "class_activation": "Grad-CAM, stage by stage",
    "channels": "Click a channel to see its card",
    "concepts": "How far to trust these concepts",
    "compare_and_trust": "Grid pointing game",
    "adversarial": "How far to trust this",
    "similar_images": "How far to trust this",
    "batch": "Every image is explained for the class that the network predicts",
    "your_model": "Layer by layer",
    "train": "How it was trained and how good it is",
}
"""A text near the end of each page."""
PAGES = {
    "" if place == 0 else file: (page.name, page.title, LAST_TEXTS[file])
    for place, (file, page) in enumerate(app_pages.PAGES.items())
}
"""Path in the address: (name in the navigation, title, text near the page's end)."""

STREAMLITS = {
    ("presentation-role-conflict", "stFileUploaderDropzone"),
    ("svg-img-alt", "role-mark"),  # a part of a Vega chart
}
"""What axe finds in Streamlit 1.67 itself: the rule, and a text of the element; one on each page, or on each chart."""

_PROBED = re.compile(r"^/\w+/_stcore/(health|host-config)$")
_AXE = """options => axe.run(options).then(({violations}) => violations.flatMap(
    ({id, nodes}) => nodes.map(({html}) => [id, html])))"""
_WIDER = """() => [document.documentElement, document.body, document.querySelector('[data-testid=stMain]')]
  .some((element) => element.scrollWidth > element.clientWidth || element.clientWidth > innerWidth)"""
_ALTS = "pictures => pictures.map((picture) => picture.alt ?? picture.ariaLabel)"


class Watched:
    """Collects script errors, console errors, dialogs and requests that leave this machine."""

    def __init__(self, page: Page):
        self.page = page
        self.problems: list[str] = []
        page.on("pageerror", lambda error: self.problems.append(f"page error: {error}"))
        page.on("console", self._console)
        page.on("dialog", self._dialog)
        page.on("request", lambda request: self._left(request.url))
        page.on("websocket", lambda socket: self._left(socket.url))

    def _console(self, message) -> None:
        # On a deep link Streamlit looks for its server below the page's path first, by these two addresses.
        if message.type == "error" and not _PROBED.match(urlsplit(message.location["url"]).path):
            self.problems.append(f"console: {message.text} {message.location['url']}")

    def _dialog(self, dialog) -> None:
        self.problems.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _left(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob") and parts.hostname != "127.0.0.1":
            self.problems.append(f"request to {url}")

    @property
    def main(self):
        return self.page.get_by_test_id("stMain")

    def alts(self) -> list[str]:
        """The alternative texts of the page's pictures, those in a report's frame too; "" for a picture without one."""
        frames = [place.content_frame for place in self.main.locator("iframe[srcdoc]").all()]
        for frame in frames:
            frame.locator("body").wait_for()
        found = [part.locator("img, .view > svg[role=img]").evaluate_all(_ALTS) for part in (self.main, *frames)]
        return [alt for alts in found for alt in alts]

    def fits(self) -> None:
        """Waits until nothing is wider than the window: charts and tables follow it a little later."""
        self.page.wait_for_function(f"() => !({_WIDER})()")

    def violations(self) -> list[str]:
        """What axe finds on the page that is not Streamlit's: rule and element; the contrast in the dark theme too."""
        # A colour that is still on its way from one theme to the other has a contrast that nobody sees.
        self.page.add_style_tag(content="*, ::before, ::after { transition: none !important; }")
        found = self._violations({})
        self.page.emulate_media(color_scheme="dark")
        self.page.wait_for_function("getComputedStyle(document.querySelector('.stApp')).colorScheme === 'dark'")
        found += self._violations({"runOnly": ["color-contrast"]})
        self.page.emulate_media(color_scheme="light")
        self.page.wait_for_function("getComputedStyle(document.querySelector('.stApp')).colorScheme !== 'dark'")
        return found

    def _violations(self, options: dict) -> list[str]:
        from axe_playwright_python.base import AXE_SCRIPT

        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE_SCRIPT)
        # The thousands of elements that pass stay in the browser: to hand them over takes longer than to find them.
        return [
            f"{rule}: {html[:200]}"
            for rule, html in self.page.evaluate(_AXE, options | {"resultTypes": ["violations"]})
            if not any(rule == known and text in html for known, text in STREAMLITS)
        ]

    def says(self, text: str) -> None:
        """Waits until the page shows the text."""
        expect(self.main.get_by_text(text).first).to_be_visible()

    def settled(self, path: str) -> None:
        """Waits until the page at this path is all there and quiet, and holds no error and no warning."""
        _, title, last = PAGES[path]
        expect(self.page.locator("h1.v-title")).to_have_text(title)
        self.says(last)
        self.quiet()
        expect(self.page.get_by_test_id("stException")).to_have_count(0)
        for kind in ("Error", "Warning"):
            expect(self.page.get_by_test_id(f"stAlertContent{kind}")).to_have_count(0)

    def quiet(self) -> None:
        """Waits until no script runs."""
        app = self.page.get_by_test_id("stApp")
        expect(app).to_have_attribute("data-test-script-state", "notRunning")

    def go(self, path: str) -> None:
        """By the navigation."""
        self.menu(path).get_by_role("menuitem", name=PAGES[path][0], exact=True).click()
        self.settled(path)

    def menu(self, path: str):
        """The menu of the navigation that holds a page, opened."""
        section = next(page.section for page in app_pages.PAGES.values() if page.name == PAGES[path][0])
        self.page.get_by_test_id("stTopNav").get_by_role("button", name=section, exact=True).click()
        return self.page.get_by_role("menu")

    def choose_class(self, name: str) -> None:
        self.page.get_by_role("combobox", name="Class to explain").first.click()
        self.page.keyboard.type(name)
        self.page.keyboard.press("Enter")

    def query(self) -> dict[str, str]:
        """The address's parameters."""
        search = self.page.evaluate("location.search")
        return {name: values[-1] for name, values in parse_qs(search.lstrip("?")).items()}

    def path(self) -> str:
        return self.page.evaluate("location.pathname").strip("/")

    def upload(self, name: str, content: bytes, mime: str = "image/png") -> None:
        place = self.page.locator(".st-key-upload input[type=file]")
        place.set_input_files({"name": name, "mimeType": mime, "buffer": content})
