"""What is stored of each image: a row of the table, its maps and its thumbnail, as columns of Parquet."""

import io
import re
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from vislib.batch.decoding import Decoded
from vislib.batch.outcomes import outcome_fields
from vislib.batch.settings import BatchSettings, column
from vislib.batch.trusted import channel_fields, trust_measures
from vislib.model.classifier import Classifier
from vislib.tasks import Task

if TYPE_CHECKING:
    import pyarrow as pa

MEASURES = ("reach", "sparseness", "border", "background")
FEATURES = "features"
_WHOLE = re.compile(r"([0-9]{1,6})(?:\.0*)?")


def table_schema(settings: BatchSettings, task: Task) -> "pa.Schema":
    """The table's columns: the image, the predictions of the task, measures per method, the agreement per pair of
    methods, and the strongest channels."""
    import pyarrow as pa

    fields: list[tuple[str, Any]] = [
        ("number", pa.int64()),
        ("path", pa.string()),
        ("digest", pa.string()),
        ("height", pa.int32()),
        ("width", pa.int32()),
        ("label", pa.string()),
        *outcome_fields(task),
        ("explained", pa.int32()),
        ("explained_label", pa.string()),
        ("score", pa.float64()),
    ]
    names = [method.name for method in settings.methods]
    measures = MEASURES + trust_measures(settings)
    fields += [(column(name, measure), pa.float64()) for name in names for measure in measures]
    fields += [(agreement_column(*pair), pa.float64()) for pair in combinations(names, 2)]
    return pa.schema([*fields, *channel_fields(settings), ("error", pa.string())])


def agreement_column(one: str, other: str) -> str:
    """The name of the column with the rank correlation of two methods' maps."""
    return f"agreement_{column(one)}_{column(other)}"


def maps_schema(settings: BatchSettings, shape: tuple[int, int], n_features: int = 0) -> "pa.Schema":
    """The columns of the file of maps: the image's number, its thumbnail, for each method a list of height × width
    numbers, row by row, and the features. The shape is in the column's metadata."""
    import pyarrow as pa

    cells = pa.list_(pa.float16(), shape[0] * shape[1])
    about = {b"height": str(shape[0]).encode(), b"width": str(shape[1]).encode()}
    maps = [pa.field(column(method.name), cells, metadata=about) for method in settings.methods]
    features = [pa.field(FEATURES, pa.list_(pa.float32(), n_features))] if settings.features else []
    return pa.schema([("number", pa.int64()), ("thumbnail", pa.binary()), *maps, *features])


def empty_row(item: Decoded, classifier: Classifier, indices: dict[str, int | None]) -> dict[str, Any]:
    """The columns that are known before the image goes through the network."""
    height, width = item.size or (None, None)
    row = {"number": item.number, "path": item.path, "digest": item.digest or None, "error": item.error}
    row |= {"height": height, "width": width, "label": item.label}
    # The label of an image with a predicted number is a number, not the number of a class.
    return row | ({"label_index": label_index(item.label, classifier, indices)} if classifier.task.has_classes else {})


def label_index(label: str | None, classifier: Classifier, indices: dict[str, int | None]) -> int | None:
    """The index of the class with that name or number; None if the network has no such class. `indices` caches it.

    A whole number may be written with a decimal point: pandas and NumPy write 3 as 3.0 once a column is of floats.
    """
    if label is None:
        return None
    if label not in indices:
        whole = _WHOLE.fullmatch(label)
        name = whole[1] if whole and label not in classifier.labels else label
        known = name in classifier.labels or (whole is not None and int(whole[1]) < len(classifier.labels))
        indices[label] = classifier.class_index(name) if known else None
    return indices[label]


def thumbnail(resized: np.ndarray, side: int) -> bytes | None:
    """A thumbnail of the resized image (h, w, 3), its longer side at most `side` pixels; None if `side` is 0.

    It is a JPEG, or a PNG up to 64 pixels, where a JPEG loses too much detail.
    """
    if side == 0:
        return None
    picture = Image.fromarray(resized)
    picture.thumbnail((side, side), Image.Resampling.BOX)
    content = io.BytesIO()
    if max(picture.size) <= 64:
        picture.save(content, "PNG", compress_level=1)
    else:
        picture.save(content, "JPEG", quality=85)
    return content.getvalue()


def smaller(values: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """A map (h, w) averaged down to a smaller size, float32."""
    if values.shape == shape:
        return values.astype(np.float32)
    picture = Image.fromarray(np.ascontiguousarray(values, np.float32))
    return np.asarray(picture.resize((shape[1], shape[0]), Image.Resampling.BOX))
