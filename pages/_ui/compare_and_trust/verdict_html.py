"""A verdict with its reasons, as HTML."""

import html
from collections.abc import Sequence

from vislib.trust.verdicts import Reason


def verdict_html(text: str, reasons: Sequence[Reason]) -> str:
    """The verdict, and a line for each reason with its sign; on a phone the lines are there after a tap."""
    items = "".join(
        f"<li class='{'for' if reason.supports else 'against'}'><b>{'+' if reason.supports else '−'}"
        f"<span class='v-hidden'>{'for' if reason.supports else 'against'} it:</span></b> "
        f"{html.escape(reason.text)}</li>"
        for reason in reasons
    )
    if not items:
        return f"<div class='v-verdict'><b>{html.escape(text)}</b></div>"
    return f"<details class='v-verdict'><summary><b>{html.escape(text)}</b></summary><ul>{items}</ul></details>"
