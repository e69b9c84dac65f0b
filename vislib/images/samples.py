"""The sample images that come with vislib: photographs, digits, small pictures, scenes of digits."""

from pathlib import Path

from vislib.errors import ImageError, listed

_PACKAGE = Path(__file__).parents[1]
_PLACES = (_PACKAGE / "_app" / "sample_images", _PACKAGE.parent / "sample_images")
"""In an installed vislib, and in a checkout."""


def sample_path(name: str = "") -> Path:
    """The path of a sample image, wherever vislib is installed.

    Args:
        name: Such as "cat.jpg", "digits/4.png", "cifar10/dog.png", "scenes/scene-2.png"; or a folder of them, such as
            "digits". If left out, the folder of all.

    Raises:
        ImageError: If there is no such sample.

    Example:
        >>> import vislib
        >>> vislib.load_image(vislib.sample_path("cat.jpg")).shape
        (300, 451, 3)
    """
    folder = next((place for place in _PLACES if place.is_dir()), _PLACES[0])
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()) or not path.exists():
        names = sorted(one.relative_to(folder).as_posix() for one in folder.rglob("*.*g"))
        raise ImageError(f"There is no sample image {name!r}. There are: {listed(names, 40)}.")
    return path
