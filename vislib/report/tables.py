"""Tables of a report, as HTML."""

from vislib.language import tr

_FIRST_ROWS = 12


def bar(share: float) -> str:
    """HTML of a bar whose length is a share 0..1."""
    return f'<span class="bar"><span style="width:{share * 100:.1f}%"></span></span>'


def table(head: str, rows: list[str]) -> str:
    """HTML of a table; the rows after the first ones are folded away."""
    made = f'<div class="scroll"><table><thead>{head}</thead><tbody>{"".join(rows[:_FIRST_ROWS])}</tbody></table></div>'
    if rest := rows[_FIRST_ROWS:]:
        made += (
            f"<details><summary>{tr('{n:,} more', n=len(rest))}</summary>"
            f'<div class="scroll"><table><thead>{head}</thead><tbody>{"".join(rest)}</tbody></table></div></details>'
        )
    return made
