"""What a covered part is filled with, as people read it."""

from vislib.edits import FILLS
from vislib.language import text, tr

_TITLES = {
    "grey": text("grey"),
    "mean": text("mean"),
    "blur": text("blur"),
    "noise": text("noise"),
    "inpaint": text("inpaint"),
}
assert set(_TITLES) == set(FILLS)


def title(fill: str) -> str:
    """A fill in the language in use."""
    return tr(_TITLES[fill])
