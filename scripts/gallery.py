"""Pictures of every page: python -m scripts.gallery [--folder docs/gallery] [--widths 1280] [--themes light]

A fresh server and a browser; each page is opened with its defaults, and its first screens are written as one JPEG.
"""

import argparse
import io
import shutil
import time
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from benchmarks.page_times import BROWSER_ARGUMENTS, PAGES, until_all
from benchmarks.server import serving

_FOLDER = Path(__file__).parents[1] / "docs" / "gallery"
_TALLEST = 1500


def photograph(browser: Browser, address: str, page_name: str, width: int, theme: str) -> Image.Image:
    """The page at this width, at most 1,500 pixels of its height."""
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=theme)
    page.goto(f"{address}/{'' if page_name == 'overview' else page_name}")
    until_all(page, time.perf_counter())
    height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": width, "height": min(height, _TALLEST)})
    page.wait_for_timeout(800)
    picture = Image.open(io.BytesIO(page.screenshot()))
    page.close()
    return picture.convert("RGB")


def main() -> None:
    """Writes the pictures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=_FOLDER)
    parser.add_argument("--widths", type=int, nargs="+", default=[1280])
    parser.add_argument("--themes", nargs="+", default=["light"])
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    with serving() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=BROWSER_ARGUMENTS)
        for theme in options.themes:
            for width in options.widths:
                for name in PAGES:
                    picture = photograph(browser, server.address, name, width, theme)
                    more = "" if len(options.widths) == len(options.themes) == 1 else f"-{width}-{theme}"
                    picture.save(options.folder / f"{name}{more}.jpg", quality=78, optimize=True)
                    print(f"{name}{more}", flush=True)


if __name__ == "__main__":
    main()
