"""From a click to the picture, in a browser: python -m benchmarks.page_times [--repeats 3]

Each repeat starts a new app, opens the Overview in Chromium, and prints the seconds until the title, the prediction,
the first explanation and all explanations are there, including TensorFlow's import. Then it chooses a class whose
results are not cached, and prints the seconds until the new Grad-CAM and saliency are there."""

import argparse
import shutil
import statistics
import time

from playwright.sync_api import Page, sync_playwright

from benchmarks.server import serving

_ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-background-networking"]
_CLASSES = ("espresso", "Persian cat", "lynx", "space shuttle", "tabby")
_SAYS = """([wanted]) => [...document.querySelectorAll('[data-testid=stMain] img')].some(
    (image) => image.complete && image.naturalWidth > 0 && image.alt.startsWith(wanted))"""
_MILLISECONDS = 120_000


def wait_for_picture(page: Page, alt: str) -> None:
    """Waits until a picture whose text begins like this is drawn."""
    page.wait_for_function(_SAYS, arg=[alt], timeout=_MILLISECONDS, polling=20)


def open_overview(page: Page, address: str) -> dict[str, float]:
    """Seconds from opening the address."""
    start, times = time.perf_counter(), {}
    page.goto(address)
    page.wait_for_selector("h1.v-title", timeout=_MILLISECONDS)
    times["title"] = time.perf_counter() - start
    page.get_by_test_id("stMain").get_by_text("tiger cat").first.wait_for(timeout=_MILLISECONDS)
    times["prediction"] = time.perf_counter() - start
    wait_for_picture(page, "Grad-CAM for tiger cat")
    times["first explanation"] = time.perf_counter() - start
    wait_for_picture(page, "Saliency (vanilla gradient) for tiger cat")
    wait_for_picture(page, "Occlusion for tiger cat")
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]', timeout=_MILLISECONDS)
    times["all there"] = time.perf_counter() - start
    return times


def change_class(page: Page, name: str) -> float:
    """Seconds from the choice of a class until its Grad-CAM and saliency are there."""
    page.get_by_role("combobox", name="Class to explain").first.click()
    page.keyboard.type(name)
    page.get_by_role("option", name=name).first.wait_for()
    start = time.perf_counter()
    page.keyboard.press("Enter")
    wait_for_picture(page, f"Grad-CAM for {name}")
    wait_for_picture(page, f"Saliency (vanilla gradient) for {name}")
    seconds = time.perf_counter() - start
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]', timeout=_MILLISECONDS)
    return seconds


def measure() -> tuple[dict[str, float], list[float]]:
    """One fresh server: the times of its first page, and of each change of class."""
    executable = shutil.which("chromium") or shutil.which("google-chrome")
    with serving() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, headless=True, args=_ARGUMENTS)
        page = browser.new_context(viewport={"width": 1440, "height": 1000}).new_page()
        first = open_overview(page, server.address)
        changes = [change_class(page, name) for name in _CLASSES]
        browser.close()
    return first, changes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    rows, changes = [], []
    for _ in range(parser.parse_args().repeats):
        first, seconds = measure()
        rows.append(first)
        changes += seconds
        print({name: round(value, 2) for name, value in first.items()}, [round(value, 2) for value in seconds])
    print("\n| Overview on a server just started | median | range |\n|---|---|---|")
    for name in rows[0]:
        values = [row[name] for row in rows]
        print(f"| {name} | {statistics.median(values):.1f} s | {min(values):.1f} to {max(values):.1f} s |")
    print(
        f"| class changed: Grad-CAM and saliency | {statistics.median(changes):.2f} s | "
        f"{min(changes):.2f} to {max(changes):.2f} s |"
    )


if __name__ == "__main__":
    main()
