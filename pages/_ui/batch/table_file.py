"""The table of a batch, or some of its rows, as a file."""

import pandas as pd

from vislib.output import export


def csv_bytes(table: pd.DataFrame) -> bytes:
    """A CSV file: lists as text, and no text that a spreadsheet would run as a formula."""
    rows = table.astype(object).where(table.notna(), None).to_dict("records")
    return export.table_bytes([{str(name): cell(value) for name, value in row.items()} for row in rows], ".csv")


def cell(value):
    """A value as a plain one."""
    if isinstance(value, str) and value[:1] in "=+-@\t\r":
        return f"'{value}"
    return value if value is None or isinstance(value, str | int | float | bool) else " ".join(map(str, value))
