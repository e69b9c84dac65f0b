"""Stepping the window in a real browser: what stands there adds up at every place, by keyboard and by mouse."""

import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect


def numbers(host, table):
    """The exact values behind the cells of a table inside the component."""
    return host.locator(f"table.{table} td").evaluate_all("cells => cells.map((td) => Number(td.dataset.value))")


def test_products_add_up_at_every_place(server, visit):
    it = visit(f"{server}/convolution_lab?lab.kernel=Random&lab.padding=1&seed=5")
    it.settled("convolution_lab")
    page = it.page
    host = page.locator(".root").filter(has=page.locator("table.kernel"))
    grid = host.locator("table.output")
    expect(grid).to_be_visible()
    n_rows, n_columns = grid.locator("tr").count(), grid.locator("tr").first.locator("td").count()
    assert (n_rows, n_columns) == (8, 8)
    grid.focus()
    page.keyboard.press("Home")
    for row in range(n_rows):
        for column in range(n_columns):
            on = grid.locator("td.on")
            assert on.count() == 1
            value = float(on.get_attribute("data-value"))
            assert sum(numbers(host, "products")) == pytest.approx(value, abs=1e-9)
            assert f"Row {row}, column {column}:" in host.locator(".line").inner_text()
            page.keyboard.press("ArrowRight" if column < n_columns - 1 else "Home")
        for _ in range(row + 1 if row < n_rows - 1 else 0):
            page.keyboard.press("ArrowDown")


def test_click_pins_a_cell_and_pointing_only_previews(server, visit):
    it = visit(f"{server}/convolution_lab?lab.kernel=Random&lab.padding=1&seed=5")
    it.settled("convolution_lab")
    host = it.page.locator(".root").filter(has=it.page.locator("table.kernel"))
    cells, line = host.locator("table.output td"), host.locator(".line")
    cells.nth(3).click()
    cells.nth(19).hover()
    expect(line).to_contain_text("Row 2, column 3:")
    host.get_by_role("button", name="Window one place on").hover()
    expect(line).to_contain_text("Row 0, column 3:")
    host.get_by_role("button", name="Window one place on").click()
    expect(line).to_contain_text("Row 0, column 4:")
    expect(line).to_have_attribute("aria-live", "polite")
    play = host.get_by_role("button", name="Move the window by itself")
    play.click()
    expect(line).to_contain_text("Row 0, column 5:")
    expect(line).to_have_attribute("aria-live", "off")
    play.click()
    expect(line).to_have_attribute("aria-live", "polite")
    expect(line).to_contain_text("Row 0, column")


def test_point_is_chosen_by_keys(server, visit):
    it = visit(f"{server}/feature_maps")
    it.settled("feature_maps")
    point = it.main.get_by_role("button", name="choose a point to see its unit")
    expect(point).to_have_accessible_description(re.compile("arrow keys"))
    cursor = point.locator("i")
    expect(cursor).to_be_hidden()
    point.focus()
    it.page.keyboard.press("ArrowDown")
    expect(cursor).to_be_visible()
    it.says("Unit at row 2, column 9")
    it.page.keyboard.press("Enter")
    it.quiet()
    expect(point).to_be_focused()
    expect(it.main.get_by_text("Unit at row 2, column 9").first).to_be_visible()


def test_window_slides_over_the_photograph_and_shows_its_numbers(server, visit, samples):
    it = visit(f"{server}/convolution_lab?model=cifar10&image=cifar10/cat.png")
    it.settled("convolution_lab")
    root, photograph = it.main.locator(".root:has(canvas.photo)"), it.main.locator("canvas.photo")
    expect(root).to_have_attribute("data-painted", str(30 * 30))
    photograph.press("End")
    expect(root).to_have_attribute("data-row", "29")
    photograph.press("ArrowLeft")
    expect(root).to_have_attribute("data-column", "28")
    photograph.press("Home")
    photograph.press("Enter")
    grey = np.rint(np.asarray(Image.open(samples / "cifar10" / "cat.png").convert("RGB")) @ [0.299, 0.587, 0.114])
    expect(it.main.locator("table.patch td").first).to_have_text(f"{grey[0, 0]:.0f}")
    it.quiet()
    expect(root).to_have_attribute("data-row", "0")
    root.get_by_role("button", name="Play").click()
    expect(root.get_by_role("button", name="Play")).to_be_visible()  # at the end it says so again
    expect(root).to_have_attribute("data-row", "29")
    expect(root).to_have_attribute("data-painted", str(30 * 30))
