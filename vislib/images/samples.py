"""The sample images that come with vislib: photographs, digits, small pictures, scenes of digits."""

from pathlib import Path

from vislib.errors import ImageError, listed
from vislib.language import text
from vislib.shipped import shipped_path


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
    folder = shipped_path("sample_images")
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()) or not path.exists():
        names = sorted(one.relative_to(folder).as_posix() for one in folder.rglob("*.*g"))
        raise ImageError(
            text("There is no sample image {name!r}. There are: {names}.", name=name, names=listed(names, 40))
        )
    return path
