"""Where the files lie that come with vislib but are no part of the package: the app and the sample images."""

from pathlib import Path

_PACKAGE = Path(__file__).parent


def shipped_path(name: str) -> Path:
    """The path of "app.py", "pages" or "sample_images": in an installed vislib, or in a checkout."""
    installed = _PACKAGE / "_app"
    return (installed if installed.is_dir() else _PACKAGE.parent) / name
