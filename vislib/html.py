"""Small pieces of HTML with which results show themselves in a notebook: escaped, in the notebook's own colours."""

import base64
import html
from collections.abc import Iterable, Sequence

from vislib.language import Text, tr

_FRAME = "border:1px solid color-mix(in srgb, currentColor 25%, transparent)"
_FAINT = "opacity:0.7;font-size:0.9em"


def text(value: object) -> str:
    """A value as text in which nothing is taken for HTML; of a `Text` the one in the language in use."""
    return html.escape(tr(value) if isinstance(value, Text) else str(value))


def block(title: str, *parts: str) -> str:
    """A result: its title, and parts that are HTML already, one below the other."""
    return f'<div style="color-scheme:light dark;max-width:48em"><div><b>{text(title)}</b></div>{"".join(parts)}</div>'


def line(words: str) -> str:
    """A line of small text."""
    return f'<div style="{_FAINT}">{text(words)}</div>' if words else ""


def picture(content: bytes, kind: str, alt: str, width: int, sharp: bool = False) -> str:
    """A picture inside the HTML.

    Args:
        content: The file.
        kind: "png" or "jpeg".
        alt: What it shows, in words.
        width: In CSS pixels; narrower where there is less room.
        sharp: Whether pixels stay sharp squares where they are enlarged.
    """
    source = f"data:image/{kind};base64,{base64.b64encode(content).decode()}"
    style = f"width:{width}px;max-width:100%;margin:0.3em 0.4em 0.3em 0" + (
        ";image-rendering:pixelated" if sharp else ""
    )
    return f'<img alt="{text(alt)}" src="{source}" style="{style}">'


def table(rows: Iterable[Sequence[object]], header: Sequence[str] = ()) -> str:
    """A table; numbers are on the right of their column. An entry that is `Html` is left as it is."""
    head = "".join(f'<th style="padding:0.1em 1em 0.1em 0;text-align:left">{text(name)}</th>' for name in header)
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    top = f"<thead><tr>{head}</tr></thead>" if head else ""
    return f'<table style="margin:0.3em 0">{top}<tbody>{body}</tbody></table>'


class Html(str):
    """Text that is HTML already."""


def bar(share: float) -> Html:
    """A bar that is long as a share 0..1."""
    percent = 100 * min(max(share, 0.0), 1.0)
    inner = f'<div style="width:{percent:.1f}%;height:100%;background:currentColor;opacity:0.5"></div>'
    return Html(f'<div style="width:8em;height:0.7em;{_FRAME}">{inner}</div>')


def scale(colours: Sequence[Sequence[int]], low: str, high: str, width: int) -> str:
    """A colour bar with the values at its ends.

    Args:
        colours: (n, 3) in 0..255, from the lowest value to the highest.
        low: The lowest value.
        high: The highest value.
        width: In CSS pixels.
    """
    stops = ",".join(f"rgb({red},{green},{blue})" for red, green, blue in colours)
    strip = f'<div style="flex:1;height:0.7em;{_FRAME};background:linear-gradient(to right,{stops})"></div>'
    style = f"display:flex;gap:0.5em;align-items:center;width:{width}px;max-width:100%"
    ends = [f'<span style="{_FAINT}">{text(end)}</span>' for end in (low, high)]
    return f'<div style="{style}">{ends[0]}{strip}{ends[1]}</div>'


def _cell(value: object) -> str:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    shown = value if isinstance(value, Html) else text(f"{value:.4g}" if isinstance(value, float) else value)
    return f'<td style="padding:0.1em 1em 0.1em 0;text-align:{"right" if number else "left"}">{shown}</td>'
