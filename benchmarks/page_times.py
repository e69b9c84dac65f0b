"""From the address to the pictures, in a browser: python -m benchmarks.page_times [--uploads 7] [--pages saliency …]

A fresh server; then every page for one image, for a second and a third one, each in a new tab of one browser. Prints
the seconds until the first picture is there and until all are there that the page computes by itself; of `NAMED`, the
seconds until these pictures are there, for some pages after a click on their button "Compute …"; the seconds after a
change of the class; and after each image the server's memory and the functions that it keeps traced. The machine's
measure, 512 forward passes, is taken before and after: where they differ, others were at work.

With --press all, every button "Compute …" is pressed and waited for, also those of the slowest methods; with none,
none. With --uploads, further images are uploaded, and every page is opened with each, which shows whether memory goes
on to grow.
"""

import argparse
import contextlib
import json
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Locator, Page, ViewportSize, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from benchmarks.server import Server, serving

PAGES = (
    "overview",
    "feature_maps",
    "what_a_unit_wants",
    "unit_card",
    "which_method",
    "saliency",
    "class_activation",
    "channels",
    "what_if",
    "occlusion",
    "compare_and_trust",
    "concepts",
    "adversarial",
    "similar_images",
    "architecture",
    "filters",
    "convolution_lab",
    "a_cat_through_a_cnn",
    "architectures",
    "glossary",
    "batch",
    "your_model",
    "train",
)
IMAGES = ("cat.jpg", "coffee.jpg", "rocket.jpg", "astronaut.jpg", "cat_and_coffee.jpg")
_SAMPLES = Path(__file__).parents[1] / "sample_images"
BROWSER_ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-background-networking"]
_VIEWPORT: ViewportSize = {"width": 1440, "height": 1000}
_CLASSES = ("espresso", "Persian cat", "lynx", "space shuttle", "tabby")
_MILLISECONDS = 180_000
_QUIET_SECONDS = 0.4
_COMPUTE = "Compute"
_ENDED = '[data-testid="stApp"][data-test-script-state="notRunning"]'
_MOST_STOPS = 3
NONE, SOME, ALL = "none", "named", "all"
# The first picture, and whether the page's script has ended and all its pictures are drawn.
_LOOK = """() => {
    const main = document.querySelector('[data-testid=stMain]'), app = document.querySelector('[data-testid=stApp]')
    if (!main || !app) return [false, false]
    const images = [...main.querySelectorAll('img')], drawn = images.filter((one) => one.complete && one.naturalWidth)
    const other = main.querySelector('canvas, svg.v-plot, table, [data-testid=stIFrame]')
    const title = document.querySelector('h1.v-title')
    const ended = app.dataset.testScriptState === 'notRunning' && title && !main.querySelector('[data-stale=true]')
    return [drawn.length > 0 || (ended && !!other), !!ended && drawn.length === images.length]
}"""
_PASSES = """
import time, numpy as np, vislib
classifier = vislib.load_classifier("efficientnet-lite0")
images = np.random.default_rng(0).integers(0, 256, (512, 224, 224, 3), np.uint8)
inputs = classifier.preprocess_input(images)
classifier.network.logits(inputs[:64])
begun = time.perf_counter()
classifier.network.logits(inputs)
print(f"{time.perf_counter() - begun:.2f}")
"""
_SAYS = """([wanted]) => [...document.querySelectorAll('[data-testid=stMain] img')].some(
    (image) => image.complete && image.naturalWidth > 0 && image.alt.startsWith(wanted))"""


@dataclass(frozen=True)
class Named:
    """Pictures of a page that are timed by themselves.

    Attributes:
        what: Their name in the table.
        titles: The beginnings of their alternative texts.
        on_request: Whether they are there only after a click on "Compute …".
    """

    what: str
    titles: tuple[str, ...]
    on_request: bool = False


NAMED = {
    "occlusion": Named("with RISE, LIME and KernelSHAP on request", ("RISE", "LIME", "KernelSHAP"), on_request=True),
    "compare_and_trust": Named(
        "its maps",
        ("Saliency (vanilla gradient)", "Guided backpropagation", "Deconvnet", "Grad-CAM", "Layer-CAM", "Eigen-CAM"),
    ),
}


@dataclass(frozen=True)
class Opened:
    """Seconds from the address until the first picture, until the named ones, and until all without a click."""

    first: float
    all: float
    named: float | None = None


def until_all(page: Page, start: float, named: Named | None = None) -> Opened:
    """Waits until the page has been at rest for a moment, which does not count."""
    first = at_rest = of_named = None
    wanted = [] if named is None or named.on_request else [f"{title} for " for title in named.titles]
    while True:
        seen, ended = page.evaluate(_LOOK)
        now = time.perf_counter()
        first = now if seen and first is None else first
        if wanted and of_named is None and all(page.evaluate(_SAYS, [title]) for title in wanted):
            of_named = now
        at_rest = (at_rest or now) if ended else None
        if at_rest and now - at_rest > _QUIET_SECONDS:
            at_rest = max(at_rest, first or at_rest)
            return Opened((first or at_rest) - start, at_rest - start, of_named and of_named - start)
        if now - start > _MILLISECONDS / 1000:
            raise TimeoutError(page.url)
        time.sleep(0.02)


def open_page(browser: BrowserContext, address: str, name: str, press: str) -> Opened:
    """Opens a page in a new browser tab; presses buttons as far as `press` says."""
    page, named = browser.new_page(), NAMED.get(name)
    start = time.perf_counter()
    page.goto(address)
    opened = until_all(page, start, named)
    if press != NONE and named is not None and named.on_request:
        opened = replace(opened, named=opened.all + request(page, named.titles))
    if press == ALL:
        request_all(page)
    problems = page.get_by_test_id("stException").all_inner_texts()
    assert not problems, (address, problems)
    page.close()
    return opened


def buttons(page: Page, name: str) -> Locator:
    """The page's buttons whose names begin so."""
    return page.get_by_test_id("stMain").get_by_role("button", name=re.compile(f"^(\\S+ )?{name}"))


def request(page: Page, titles: Sequence[str]) -> float:
    """Seconds from a click on the first button "Compute …" until these pictures are there; the rest is stopped."""
    begun = time.perf_counter()
    buttons(page, _COMPUTE).first.click()
    for title in titles:
        page.wait_for_function(_SAYS, arg=[f"{title} for "], timeout=_MILLISECONDS, polling=20)
    seconds = time.perf_counter() - begun
    for _ in range(_MOST_STOPS):  # one after the other starts
        with contextlib.suppress(PlaywrightError):  # no further one, or it was ready before
            buttons(page, "Stop").first.click(timeout=2000)
    page.wait_for_selector(_ENDED, timeout=_MILLISECONDS)
    return seconds


def request_all(page: Page) -> None:
    """Presses the buttons "Compute …" one after the other, and waits for what they start."""
    while buttons(page, _COMPUTE).count():
        buttons(page, _COMPUTE).first.click()
        page.wait_for_selector('[data-testid="stApp"][data-test-script-state="running"]', timeout=_MILLISECONDS)
        until_all(page, time.perf_counter())


def upload_and_visit(browser: Browser, address: str, pages: list[str], number: int, folder: Path, press: str) -> None:
    """Uploads an image that nobody has used, a piece of a sample, and opens the pages by the navigation."""
    photo = Image.open(_SAMPLES / IMAGES[number % len(IMAGES)]).convert("RGB")
    path = folder / f"upload{number}.png"
    photo.crop((number, 2 * number, photo.width - 9 * number - 9, photo.height - 5 * number)).save(path)
    page = browser.new_context(viewport=_VIEWPORT).new_page()
    page.goto(address)
    until_all(page, time.perf_counter())
    page.locator(".st-key-upload input[type=file]").set_input_files(path)
    page.get_by_test_id("stMain").get_by_text(path.name).first.wait_for(timeout=_MILLISECONDS)
    for name in pages:
        link = "/" if name == "overview" else name
        for menu in page.get_by_test_id("stTopNavSection").all():
            menu.click()
            item = page.locator(f'a[role=menuitem][href$="{link}"]')
            if item.count():
                item.first.click()
                break
            page.keyboard.press("Escape")
        page.wait_for_timeout(500)
        until_all(page, time.perf_counter())
        if press != NONE and (named := NAMED.get(name)) is not None and named.on_request:
            request(page, named.titles)
        if press == ALL:
            request_all(page)
    page.context.close()


def change_class(page: Page, name: str) -> float:
    """Seconds from the choice of a class until its Grad-CAM and saliency are there."""
    page.get_by_role("combobox", name="Class to explain").first.click()
    page.keyboard.type(name)
    page.get_by_role("option", name=name).first.wait_for()
    start = time.perf_counter()
    page.keyboard.press("Enter")
    for title in ("Grad-CAM", "Saliency (vanilla gradient)"):
        page.wait_for_function(_SAYS, arg=[f"{title} for {name}"], timeout=_MILLISECONDS, polling=20)
    seconds = time.perf_counter() - start
    until_all(page, start)
    return seconds


def kept(log: Path) -> str:
    """The last figures in the server's log of the functions that are kept traced."""
    for line in reversed(log.read_text(errors="replace").splitlines()):
        if line.startswith("{") and "functions" in (facts := json.loads(line)):
            return f"{facts['functions']} functions, {facts['functions_mb']} MB"
    return ""


def tour(server: Server, browser: BrowserContext, images: list[str], options: argparse.Namespace, log: Path) -> None:
    """Prints a row for each page: for each image the first picture, and all that the page computes by itself."""
    print("| page | " + " | ".join(f"{name}: first, all" for name in images) + " |")
    print("|---|" + "---|" * len(images))
    rows: dict[str, list[str]] = {}
    for image in images:
        for page in options.pages:
            address = f"{server.address}/{'' if page == 'overview' else page}?image={image}"
            opened = open_page(browser, address, page, options.press)
            rows.setdefault(page, []).append(f"{opened.first:.1f}, {opened.all:.1f}")
            print(f"{image} {page}: {opened}", file=sys.stderr)
            if opened.named is not None:
                rows.setdefault(f"{page}: {NAMED[page].what}", []).append(f"{opened.named:.1f}")
        rows.setdefault("memory, MB", []).append(f"{server.status('VmRSS') / 1000:.0f}")
        rows.setdefault("kept", []).append(kept(log))
    order = [name for page in options.pages for name in rows if name == page or name.startswith(f"{page}: ")]
    for name in (*order, "memory, MB", "kept"):
        print(f"| {name} | " + " | ".join(rows[name]) + " |", flush=True)


def say_machine() -> None:
    """Prints the seconds of 512 forward passes of the built-in network, in a process of their own."""
    found = subprocess.run([sys.executable, "-c", _PASSES], stdout=subprocess.PIPE, text=True, check=True)
    print(f"\nThe machine: 512 forward passes take {float(found.stdout):.1f} s.\n", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=3)
    parser.add_argument("--uploads", type=int, default=0)
    parser.add_argument("--pages", nargs="*", default=list(PAGES))
    parser.add_argument("--press", choices=(NONE, SOME, ALL), default=SOME)
    options = parser.parse_args()
    say_machine()
    executable = shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        log = Path(folder) / "log"
        browser = playwright.chromium.launch(executable_path=executable, headless=True, args=BROWSER_ARGUMENTS)
        with serving(log) as server:
            tabs = browser.new_context(viewport=_VIEWPORT)
            tour(server, tabs, list(IMAGES[: options.images]), options, log)
            if "overview" in options.pages:
                page = browser.new_context(viewport=_VIEWPORT).new_page()
                page.goto(server.address)
                until_all(page, time.perf_counter())
                seconds = [change_class(page, name) for name in _CLASSES]
                print(
                    f"\nA class changed on the Overview, Grad-CAM and saliency: {statistics.median(seconds):.2f} s "
                    f"({min(seconds):.2f} to {max(seconds):.2f})"
                )
            say_machine()
            before = server.status("VmRSS")
            for number in range(options.uploads):
                upload_and_visit(browser, server.address, options.pages, number, Path(folder), options.press)
                now = server.status("VmRSS")
                print(f"memory after upload {number + 1}: {now / 1000:.0f} MB, {now / before - 1:+.1%}; {kept(log)}")
        browser.close()


if __name__ == "__main__":
    main()
