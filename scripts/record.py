"""Records the README's moving picture in a browser: python -m scripts.record

From the photograph to its heatmap by the slider, then a look at other pages for the same image.
"""

import io
import shutil
import time
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from benchmarks.page_times import BROWSER_ARGUMENTS, until_all
from benchmarks.server import serving

FILE = Path(__file__).parents[1] / "docs" / "gallery" / "tour.gif"
SIZE = (1280, 820)
WIDTH = 900
COLOURS = 96
STEPS = 6
SCENES = ("class_activation", "feature_maps", "channels", "compare_and_trust", "what_if")


def picture(page: Page) -> Image.Image:
    shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    return shot.resize((WIDTH, round(WIDTH * shot.height / shot.width)), Image.Resampling.LANCZOS)


def frames(page: Page, address: str) -> list[tuple[Image.Image, int]]:
    """The pictures with the milliseconds that each is shown."""
    page.goto(address)
    until_all(page, time.perf_counter())
    slider = page.get_by_role("slider", name="Grad-CAM").or_(page.locator("input[type=range]")).first
    found = []
    for step in (*range(STEPS + 1), *range(STEPS - 1, STEPS // 2, -1)):
        slider.evaluate(
            """(slider, part) => { slider.value = Number(slider.max) * part;
                slider.dispatchEvent(new Event("input", {bubbles: true})); }""",
            step / STEPS,
        )
        page.wait_for_timeout(150)
        found.append((picture(page), 1200 if step in (0, STEPS) else 180))
    for name in SCENES:
        page.goto(f"{address}/{name}")
        until_all(page, time.perf_counter())
        page.wait_for_timeout(700)
        found.append((picture(page), 2200))
    return found


def main() -> None:
    """Writes the moving picture."""
    with serving() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=BROWSER_ARGUMENTS)
        page = browser.new_page(viewport={"width": SIZE[0], "height": SIZE[1]}, color_scheme="light")
        found = frames(page, server.address)
    pictures = [one.quantize(COLOURS, dither=Image.Dither.FLOYDSTEINBERG) for one, _ in found]
    pictures[0].save(
        FILE, save_all=True, append_images=pictures[1:], duration=[shown for _, shown in found], loop=0, optimize=True
    )
    print(f"{FILE}: {len(found)} pictures, {FILE.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
