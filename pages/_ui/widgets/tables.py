"""Tables whose numbers are written as everywhere else, and sorted as numbers."""

from collections.abc import Callable, Mapping

import pandas as pd
from pandas.io.formats.style import Styler

from vislib.language import written


def typeset(table: pd.DataFrame, write: Mapping[str, Callable[[float], str]], missing: str = "") -> Styler:
    """A table for `st.dataframe`.

    Args:
        table: The table.
        write: Column → function that gives its numbers as text; other floats have four significant digits.
        missing: What stands for missing values.
    """
    floats = {name: significant for name in table.select_dtypes("floating").columns}
    return table.style.format({**floats, **{name: one for name, one in write.items() if name in table}}, na_rep=missing)


def significant(value: float) -> str:
    """A number with four significant digits: −23.44."""
    return written(value, ".4g")


def two_decimals(value: float) -> str:
    """A number with two decimals: −0.31."""
    return written(value, ".2f")


def three_decimals(value: float) -> str:
    """A number with three decimals: −0.314."""
    return written(value, ".3f")
