"""From the address to the pictures, in a browser: python -m benchmarks.page_times [--uploads 7] [--pages saliency …]

A fresh server; then every page for one image, for a second and a third one, each in a new tab of one browser. Prints
the seconds until the first picture is there and until all are there, the seconds after a change of the class, and after
each image the server's memory and the functions that it keeps traced. With --uploads, further images are uploaded, and
every page is opened with each, which shows whether memory goes on to grow.
"""

import argparse
import json
import shutil
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright

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
_COMPUTE_ALL = "Compute"
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
_SAYS = """([wanted]) => [...document.querySelectorAll('[data-testid=stMain] img')].some(
    (image) => image.complete && image.naturalWidth > 0 && image.alt.startsWith(wanted))"""


@dataclass(frozen=True)
class Opened:
    """Seconds from the address until the first picture, and until all that is computed without a click."""

    first: float
    all: float


def until_all(page: Page, start: float) -> Opened:
    """Waits until the page has been at rest for a moment, which does not count."""
    first = at_rest = None
    while True:
        seen, ended = page.evaluate(_LOOK)
        now = time.perf_counter()
        first = now if seen and first is None else first
        at_rest = (at_rest or now) if ended else None
        if at_rest and now - at_rest > _QUIET_SECONDS:
            return Opened((first or at_rest) - start, at_rest - start)
        if now - start > _MILLISECONDS / 1000:
            raise TimeoutError(page.url)
        time.sleep(0.02)


def open_page(browser: BrowserContext, address: str) -> tuple[Opened, float]:
    """Opens a page in a new browser tab; also the seconds until all is there that buttons "Compute …" start."""
    page = browser.new_page()
    start = time.perf_counter()
    page.goto(address)
    opened, clicked = until_all(page, start), 0.0
    buttons = page.get_by_test_id("stMain").get_by_role("button", name=_COMPUTE_ALL)
    while buttons.count():
        clicked_at = time.perf_counter()
        buttons.first.click()
        page.wait_for_selector('[data-testid="stApp"][data-test-script-state="running"]', timeout=_MILLISECONDS)
        clicked += until_all(page, clicked_at).all
    problems = page.get_by_test_id("stException").all_inner_texts()
    assert not problems, (address, problems)
    page.close()
    return opened, opened.all + clicked


def upload_and_visit(browser: Browser, address: str, pages: list[str], number: int, folder: Path) -> None:
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
        while (button := page.get_by_test_id("stMain").get_by_role("button", name=_COMPUTE_ALL)).count():
            button.first.click()
            page.wait_for_timeout(500)
            until_all(page, time.perf_counter())
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


def tour(server: Server, browser: BrowserContext, images: list[str], pages: list[str], log: Path) -> None:
    """Prints a row for each page: an image's columns are the first picture, all, and all that buttons start."""
    print("| page | " + " | ".join(f"{name}: first, all, with buttons" for name in images) + " |")
    print("|---|" + "---|" * len(images))
    found: dict[tuple[str, str], str] = {}
    for image in images:
        for page in pages:
            opened, everything = open_page(
                browser, f"{server.address}/{'' if page == 'overview' else page}?image={image}"
            )
            found[page, image] = f"{opened.first:.1f}, {opened.all:.1f}, {everything:.1f}"
        found["memory, MB", image] = f"{server.status('VmRSS') / 1000:.0f}"
        found["kept", image] = kept(log)
    for page in (*pages, "memory, MB", "kept"):
        print(f"| {page} | " + " | ".join(found[page, image] for image in images) + " |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=3)
    parser.add_argument("--uploads", type=int, default=0)
    parser.add_argument("--pages", nargs="*", default=list(PAGES))
    options = parser.parse_args()
    executable = shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        log = Path(folder) / "log"
        browser = playwright.chromium.launch(executable_path=executable, headless=True, args=BROWSER_ARGUMENTS)
        with serving(log) as server:
            tabs = browser.new_context(viewport=_VIEWPORT)
            tour(server, tabs, list(IMAGES[: options.images]), options.pages, log)
            page = browser.new_context(viewport=_VIEWPORT).new_page()
            page.goto(server.address)
            until_all(page, time.perf_counter())
            seconds = [change_class(page, name) for name in _CLASSES]
            print(
                f"\nA class changed on the Overview, Grad-CAM and saliency: {statistics.median(seconds):.2f} s "
                f"({min(seconds):.2f} to {max(seconds):.2f})"
            )
            before = server.status("VmRSS")
            for number in range(options.uploads):
                upload_and_visit(browser, server.address, options.pages, number, Path(folder))
                now = server.status("VmRSS")
                print(f"memory after upload {number + 1}: {now / 1000:.0f} MB, {now / before - 1:+.1%}; {kept(log)}")
        browser.close()


if __name__ == "__main__":
    main()
