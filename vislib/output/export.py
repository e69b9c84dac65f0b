"""Results as files: pictures, figures, and the raw numbers with what is needed to trust them."""

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

from vislib.errors import ParameterError
from vislib.output import figures, render
from vislib.output.heatmap import Heatmap

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMATS = (".png", ".svg", ".pdf", ".npz")
PICTURES = tuple(suffix for suffix in FORMATS if suffix != ".npz")


def save(
    heatmap: Heatmap,
    path: str | os.PathLike[str],
    image: np.ndarray | None = None,
    *,
    opacity: float = 0.5,
    colormap: str | None = None,
) -> Path:
    """Writes a heatmap to a file; its suffix says as what. A file is either whole or not there.

    Args:
        heatmap: What to write.
        path: Ending in .png (the picture), .svg or .pdf (a figure with its colour bar) or .npz (raw
            values, details and metadata).
        image: The image explained, (H, W, 3), to lay the map over; not used for .npz.
        opacity: Of the map over the image.
        colormap: A matplotlib name.

    Raises:
        ParameterError: If the suffix is another one, or the file cannot be written.
    """
    path = check_path(path)
    suffix = path.suffix.lower()
    if suffix == ".npz":
        content = npz_bytes(heatmap)
    elif suffix == ".png":
        picture = (
            render.heatmap_image(heatmap, colormap)
            if image is None
            else render.overlay(image, heatmap, opacity, colormap)
        )
        content = png_bytes(picture)
    else:
        content = figure_bytes(figures.figure(heatmap, image, opacity=opacity, colormap=colormap), suffix[1:])
    write_whole(path, content)
    return path


def save_comparison(
    heatmaps: Sequence[Heatmap], path: str | os.PathLike[str], image: np.ndarray, *, opacity: float = 0.5
) -> Path:
    """Writes several maps of one image side by side, each with its colour bar, to a .png, .svg or .pdf file.

    Raises:
        ParameterError: If the suffix is another one, or the file cannot be written.
    """
    path = check_path(path, PICTURES)
    write_whole(path, figure_bytes(figures.comparison(heatmaps, image, opacity=opacity), path.suffix.lower()[1:]))
    return path


class Pictures(Protocol):
    """What is saved of an activation maximization; see `vislib.activation_maximization.Maximization`."""

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
    """Writes the pictures of an activation maximization: .png (one sheet), .svg or .pdf (with titles) or .npz.

    Raises:
        ParameterError: If the suffix is another one, or the file cannot be written.
    """
    path = check_path(path)
    write_whole(path, maximization_bytes(result, path.suffix.lower()[1:]))
    return path


def maximization_bytes(result: Pictures, kind: str) -> bytes:
    """The pictures of an activation maximization as a "png", "svg", "pdf" or "npz" file."""
    if kind == "png":
        return png_bytes(Image.fromarray(result.picture))
    if kind in ("svg", "pdf"):
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
    """The path, if its suffix is one of those and its folder exists; so that long work is not done in vain.

    Raises:
        ParameterError: If not.
    """
    path = Path(path)
    if path.suffix.lower() not in suffixes:
        raise ParameterError(f"A result is saved as {', '.join(suffixes)}; not as '{path.name}'.")
    if not path.parent.is_dir():
        raise ParameterError(f"{path} cannot be written: there is no folder '{path.parent}'.")
    return path


def npz_bytes(result: Heatmap | np.ndarray, **metadata: Any) -> bytes:
    """A compressed .npz: a heatmap's values, details and metadata, or an array with the metadata given.

    `metadata` is a JSON text in a zero-dimensional array: ``json.loads(str(np.load(path)["metadata"]))``.
    """
    arrays: dict[str, np.ndarray] = {}
    if isinstance(result, Heatmap):
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
    """Rows of the same names as a ".csv" or ".json" file."""
    if suffix == ".json":
        return json.dumps(rows, indent=2, ensure_ascii=False).encode()
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def as_image(pixels: np.ndarray, size: int | None = None) -> Image.Image:
    """Pixels (h, w, 3) uint8 as a picture; a small one with its pixels as squares, as large as fits `size`."""
    shown = Image.fromarray(pixels)
    times = max(1, size // max(shown.size)) if size else 1
    return shown.resize((shown.width * times, shown.height * times), Image.Resampling.NEAREST)


def png_bytes(picture: Image.Image) -> bytes:
    """A picture as a PNG file."""
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def figure_bytes(figure: "Figure", kind: str) -> bytes:
    """A figure as an "svg", "pdf" or "png" file."""
    buffer = io.BytesIO()
    # Without a date, and with ids that are not random, the same result gives the same file.
    metadata: dict[str, str | None] = {"Creator": f"vislib {_version()}"}
    if kind != "png":
        metadata["Date" if kind == "svg" else "CreationDate"] = None
    with matplotlib.rc_context({"svg.hashsalt": "vislib"}):
        figure.savefig(buffer, format=kind, metadata=metadata)
    return buffer.getvalue()


def write_whole(path: Path, content: bytes) -> None:
    """To a temporary name beside it first, then renamed."""
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
        raise ParameterError(f"{path} cannot be written: {error.strerror or error}.") from error


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current


def _version() -> str:
    try:
        return version("vislib")
    except PackageNotFoundError:
        return "from source"
