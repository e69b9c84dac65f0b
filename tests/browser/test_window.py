"""Stepping the window in a real browser: what stands there adds up at every place, by keyboard and by mouse."""

import pytest
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
    grid.locator("td").nth(19).hover()
    assert "Row 2, column 3:" in host.locator(".line").inner_text()
    host.get_by_role("button", name="Window one place on").click()
    assert "Row 2, column 4:" in host.locator(".line").inner_text()
