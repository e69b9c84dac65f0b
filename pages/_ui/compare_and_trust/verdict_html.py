"""A verdict with its reasons, as HTML."""

import html
from collections.abc import Sequence

from vislib.language import tr
from vislib.trust.verdicts import Reason


def verdict_html(verdict: str, reasons: Sequence[Reason]) -> str:
    """The verdict, and a line for each reason with its sign; on a phone the lines are there after a tap."""
    said = html.escape(tr(verdict))
    items = "".join(
        f"<li class='{'for' if reason.supports else 'against'}'><b>{'+' if reason.supports else '−'}"
        f"<span class='v-hidden'>{tr('for it:') if reason.supports else tr('against it:')}</span></b> "
        f"{html.escape(tr(reason.text))}</li>"
        for reason in reasons
    )
    if not items:
        return f"<div class='v-verdict'><b>{said}</b></div>"
    return f"<details class='v-verdict'><summary><b>{said}</b></summary><ul>{items}</ul></details>"
