"""Saves results as files: pictures, figures, and raw numbers with the metadata that describes them."""

import csv
import io
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import matplotlib
import numpy as np
from PIL import Image

from vislib import html
from vislib.errors import ParameterError
from vislib.language import listing, text
from vislib.output import figures, render
from vislib.output.raw_heatmap import RawHeatmap

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_DOTS_PER_INCH = 200
FORMATS = (".png", ".svg", ".pdf", ".npz")
PICTURES = tuple(suffix for suffix in FORMATS if suffix != ".npz")


def save(
    heatmap: RawHeatmap,
    path: str | os.PathLike[str],
    image: np.ndarray | None = None,
    *,
    opacity: float = render.OPACITY,
    colormap: str | None = None,
    blend: str = render.BLENDS[0],
    plain: bool = False,
) -> Path:
    """Writes a heatmap to a file in the format of its suffix. The file is either complete or absent.

    Args:
        heatmap: The heatmap.
        path: The suffix is .png, .svg or .pdf (a figure with a title and a colour bar) or .npz (raw values, details
            and metadata).
        image: The explained image, (H, W, 3) in 0..255, which the map is laid over; not used for .npz.
        opacity: As in `vislib.render.overlay`.
        colormap: A matplotlib name.
        blend: As in `vislib.render.overlay`.
        plain: For .png: the picture alone, without title and colour bar. Its longer side has at least 1,024 pixels.

    Returns:
        The path.

    Raises:
        ParameterError: If the suffix is not one of these, or the file cannot be written.

    Example:
        >>> path = vislib.save(vislib.explain("saliency", classifier, image), "map.npz")
        >>> np.load(path)["values"].shape
        (28, 28)
    """
    path = check_path(path)
    suffix = path.suffix.lower()
    if suffix == ".npz":
        content = npz_bytes(heatmap)
    elif suffix == ".png" and plain:
        content = png_bytes(heatmap_picture(heatmap, image, opacity, colormap, blend))
    else:
        drawn = figures.figure(heatmap, image, opacity=opacity, colormap=colormap, blend=blend)
        content = figure_bytes(drawn, suffix[1:])
    write_whole(path, content)
    return path


def heatmap_picture(
    heatmap: RawHeatmap,
    image: np.ndarray | None,
    opacity: float = render.OPACITY,
    colormap: str | None = None,
    blend: str = render.BLENDS[0],
    scale: render.Scale | None = None,
) -> Image.Image:
    """A heatmap, over the image if there is one, with at least 1,024 pixels on the longer side.

    The arguments are those of `vislib.render.overlay`.
    """
    if image is None:
        name = colormap or render.usual_colormap(heatmap.signed, True)
        return enlarged(render.map_image(heatmap.values, signed=heatmap.signed, colormap=name, scale=scale))
    size = max(figures.LEAST_SIDE, round(max(heatmap.box.height, heatmap.box.width)))
    return render.overlay(image, heatmap, opacity, colormap, size, scale=scale, blend=blend)


def enlarged(picture: Image.Image) -> Image.Image:
    """A picture with sharp pixels, enlarged by a whole factor until its longer side has at least 1,024 pixels."""
    times = -(-figures.LEAST_SIDE // max(picture.size))
    return picture.resize((picture.width * times, picture.height * times), Image.Resampling.NEAREST)


def save_comparison(
    heatmaps: Sequence[RawHeatmap], path: str | os.PathLike[str], image: np.ndarray, *, opacity: float = render.OPACITY
) -> Path:
    """Writes several maps of one image side by side, each with its colour bar, to a .png, .svg or .pdf file.

    Raises:
        ParameterError: If the suffix is not one of these, or the file cannot be written.
    """
    path = check_path(path, PICTURES)
    write_whole(path, figure_bytes(figures.comparison(heatmaps, image, opacity=opacity), path.suffix.lower()[1:]))
    return path


class Pictures(Protocol):
    """The parts of an activation maximization that are saved; see `vislib.activation_maximization.Maximization`."""

    @property
    def pictures(self) -> np.ndarray: ...

    @property
    def scores(self) -> np.ndarray: ...

    @property
    def seed(self) -> int: ...

    @property
    def params(self) -> Mapping[str, Any]: ...

    @property
    def model(self) -> str: ...

    @property
    def seconds(self) -> float: ...

    @property
    def picture(self) -> np.ndarray: ...

    @property
    def titles(self) -> tuple[str, ...]: ...


def save_maximization(result: Pictures, path: str | os.PathLike[str]) -> Path:
    """Writes the pictures of an activation maximization: .png, .svg or .pdf (each with its title) or .npz.

    Raises:
        ParameterError: If the suffix is not one of these, or the file cannot be written.
    """
    path = check_path(path)
    write_whole(path, maximization_bytes(result, path.suffix.lower()[1:]))
    return path


def maximization_bytes(result: Pictures, kind: str) -> bytes:
    """The pictures of an activation maximization as a "png", "svg", "pdf" or "npz" file."""
    if kind in ("png", "svg", "pdf"):
        return figure_bytes(figures.pictures(list(result.pictures), result.titles), kind)
    return npz_bytes(
        result.pictures,
        objectives=result.titles,
        scores=result.scores.tolist(),
        seed=result.seed,
        model=result.model,
        params={name: str(value) for name, value in result.params.items()},
        seconds=result.seconds,
    )


def check_path(path: str | os.PathLike[str], suffixes: Sequence[str] = FORMATS) -> Path:
    """Checks that the suffix is one of these and the folder exists, before long work starts; returns the path.

    Raises:
        ParameterError: If the suffix is not one of these, or there is no such folder.
    """
    path = Path(path)
    if path.suffix.lower() not in suffixes:
        raise ParameterError(
            text(
                "A result is saved as {suffixes}; not as '{file}'.", suffixes=listing(suffixes, "plain"), file=path.name
            )
        )
    if not path.parent.is_dir():
        raise ParameterError(
            text("{path} cannot be written: there is no folder '{folder}'.", path=path, folder=path.parent)
        )
    return path


def npz_bytes(result: RawHeatmap | np.ndarray, **metadata: Any) -> bytes:
    """A compressed .npz file: a heatmap's values, details and metadata, or an array with the given metadata.

    `metadata` is a JSON text in a zero-dimensional array: ``json.loads(str(np.load(path)["metadata"]))``.
    """
    arrays: dict[str, np.ndarray] = {}
    if isinstance(result, RawHeatmap):
        arrays = {"values": result.values, **result.details}
        described = {
            name: getattr(result, name)
            for name in (
                "method",
                "class_index",
                "label",
                "explained",
                "score",
                "layer",
                "signed",
                "seconds",
                "model",
                "image_size",
                "notes",
            )
        }
        described |= {"target": result.target.described(), "params": dict(result.params), "box": vars(result.box)}
        metadata = described | metadata
    else:
        arrays = {"values": np.asarray(result)}
    arrays["metadata"] = np.array(json.dumps(metadata | {"vislib": _version()}))
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)  # type: ignore[arg-type]
    return buffer.getvalue()


def table_bytes(rows: list[dict], suffix: str) -> bytes:
    """Rows with the same names, at least one, as a ".csv" or ".json" file."""
    if suffix == ".json":
        return json.dumps(rows, indent=2, ensure_ascii=False).encode()
    written = io.StringIO()
    writer = csv.DictWriter(written, rows[0], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue().encode()


def as_image(pixels: np.ndarray, size: int | None = None) -> Image.Image:
    """Pixels (h, w, 3) uint8 as a picture; a small one is enlarged by a whole factor, to at most `size` pixels."""
    shown = Image.fromarray(pixels)
    times = max(1, size // max(shown.size)) if size else 1
    return shown.resize((shown.width * times, shown.height * times), Image.Resampling.NEAREST)


def png_bytes(picture: Image.Image) -> bytes:
    """A picture as a PNG file."""
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", compress_level=4)  # a photograph in half the time of the usual 6, 1 % larger
    return buffer.getvalue()


def jpeg_bytes(picture: Image.Image) -> bytes:
    """A picture as a JPEG file, for a screen: a photograph of 320 pixels has some 20 kB."""
    buffer = io.BytesIO()
    picture.convert("RGB").save(buffer, "JPEG", quality=85, subsampling=0)
    return buffer.getvalue()


def picture_html(picture: Image.Image, alt: str, width: int) -> str:
    """A picture for a notebook, `width` CSS pixels wide: as JPEG, or as PNG with sharp pixels if it is smaller."""
    if picture.width < width:
        return html.picture(png_bytes(picture), "png", alt, width, sharp=True)
    shown = picture.copy()
    shown.thumbnail((width, picture.height))
    return html.picture(jpeg_bytes(shown), "jpeg", alt, width)


def figure_bytes(figure: "Figure", kind: str) -> bytes:
    """A figure as an "svg", "pdf" or "png" file; a PNG has at least 1,024 pixels on its longer side."""
    buffer = io.BytesIO()
    # There is no date, and ids are not random, so the same result gives the same file.
    metadata: dict[str, str | None] = {"Creator": f"vislib {_version()}"}
    if kind != "png":
        metadata["Date" if kind == "svg" else "CreationDate"] = None
    with matplotlib.rc_context({"svg.hashsalt": "vislib"}):
        dots = max(_DOTS_PER_INCH, figures.LEAST_SIDE / max(figure.get_size_inches()))
        figure.savefig(buffer, format=kind, metadata=metadata, dpi=dots)
    return buffer.getvalue()


def write_whole(path: Path, content: bytes) -> None:
    """Writes to a temporary file in the same folder, then renames it, so the file is never incomplete.

    Raises:
        ParameterError: If the file cannot be written.
    """
    temporary = None
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            temporary = Path(file.name)
            file.write(content)
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except OSError as error:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        raise ParameterError(
            text("{path} cannot be written: {reason}.", path=path, reason=error.strerror or error)
        ) from error


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current


def _version() -> str:
    try:
        return version("vislib")
    except PackageNotFoundError:
        return "from source"
