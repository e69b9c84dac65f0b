"""Lists of image files: a text file with one path per line, or a Parquet file with a column of paths."""

from pathlib import Path

from vislib.errors import DatasetError

Listed = tuple[list[str], list[str | None] | None]


def listed_paths(path: Path) -> Listed:
    """The paths in a text file with one path per line; a tab and the class may follow the path.

    Returns:
        The paths and their labels; None instead of the labels if no line has one.

    Raises:
        DatasetError: If the file cannot be read as UTF-8 or names no images.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetError(f"{path.name} cannot be read as a text file of paths.") from error
    pairs = [line.partition("\t") for line in lines if line.strip()]
    if not pairs:
        raise DatasetError(
            f"{path.name} names no images; each line must have a path, and may have a tab and a label after it."
        )
    if any("\0" in name for name, _, _ in pairs):
        raise DatasetError(f"{path.name} is not a text file of paths: it contains bytes with the value 0.")
    labels = [label.strip() or None for _, _, label in pairs]
    return [name.strip() for name, _, _ in pairs], labels if any(labels) else None


def parquet_paths(path: Path) -> Listed:
    """The column "path" of a Parquet file, and its optional column "label" (text or whole numbers).

    Raises:
        DatasetError: If the file cannot be read, has no column "path" or has no rows.
    """
    import pyarrow as pa
    from pyarrow import parquet

    try:
        schema = parquet.read_schema(path)
        wanted = [name for name in ("path", "label") if name in schema.names]
        if "path" not in wanted:
            raise DatasetError(f"{path.name} has no column 'path'; it has {', '.join(schema.names[:12]) or 'none'}.")
        table = parquet.read_table(path, columns=wanted)
        columns = {name: table.column(name).cast(pa.string()).to_pylist() for name in wanted}
    except (pa.ArrowException, OSError) as error:
        raise DatasetError(f"{path.name} cannot be read as a Parquet file of paths and labels.") from error
    if not columns["path"]:
        raise DatasetError(f"{path.name} has no rows.")
    if None in columns["path"]:
        raise DatasetError(f"{path.name} has a row without a path: row {columns['path'].index(None)}.")
    return columns["path"], columns.get("label")
