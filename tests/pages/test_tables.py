"""Tables whose numbers are written as in captions."""

import numpy as np
import pandas as pd

from pages._ui.widgets.tables import two_decimals, typeset


def test_numbers_have_the_true_minus_sign_and_gaps_are_empty():
    table = pd.DataFrame(
        {"measure": [-0.314, np.nan, -0.001], "other": [1234.56, 0.1, -2.0], "name": ["a-b", "c", "d"]}
    )
    shown = typeset(table, {"measure": two_decimals, "absent": two_decimals})
    cells = [[cell["display_value"] for cell in row[1:]] for row in shown._translate(True, True)["body"]]
    assert cells == [["−0.31", "1235", "a-b"], ["", "0.1", "c"], ["0.00", "−2", "d"]]
    pd.testing.assert_frame_equal(shown.data, table)
