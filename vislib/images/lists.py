"""Lists of image files: a text file with one path per line, or a Parquet file with a column of paths."""

import csv
from pathlib import Path

from vislib.errors import DatasetError
from vislib.language import listing, text

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
        raise DatasetError(text("{file} cannot be read as a text file of paths.", file=path.name)) from error
    pairs = [line.partition("\t") for line in lines if line.strip()]
    if not pairs:
        raise DatasetError(
            text(
                "{file} names no images; each line must have a path, and may have a tab and a label after it.",
                file=path.name,
            )
        )
    if any("\0" in name for name, _, _ in pairs):
        raise DatasetError(
            text("{file} is not a text file of paths: it contains bytes with the value 0.", file=path.name)
        )
    labels = [label.strip() or None for _, _, label in pairs]
    return [name.strip() for name, _, _ in pairs], labels if any(labels) else None


def csv_paths(path: Path) -> Listed:
    """The column "path" (or "file") of a CSV file with a first line of names, and its column "label". Without one, the
    label is what all other columns hold, with spaces between: "23 15" of a height and a width.

    Raises:
        DatasetError: If the file cannot be read as UTF-8, has no such column or no rows.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            head, *rows = [row for row in csv.reader(file) if any(cell.strip() for cell in row)] or [[]]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DatasetError(text("{file} cannot be read as a CSV file of paths and labels.", file=path.name)) from error
    names = [name.strip().lower() for name in head]
    place = next((names.index(name) for name in ("path", "file") if name in names), None)
    if place is None:
        raise DatasetError(
            text(
                "{file} has no column 'path' or 'file'; its first line is: {head}.",
                file=path.name,
                head=", ".join(head)[:200],
            )
        )
    if not rows:
        raise DatasetError(text("{file} has no rows.", file=path.name))
    others = [names.index("label")] if "label" in names else [at for at in range(len(names)) if at != place]
    short = next((number for number, row in enumerate(rows, 2) if len(row) != len(head)), None)
    if short is not None:
        raise DatasetError(
            text(
                "Row {row} of {file} has another number of cells than its first line, {n}.",
                row=short,
                file=path.name,
                n=len(head),
            )
        )
    labels = [" ".join(filter(None, (row[at].strip() for at in others))) or None for row in rows]
    return [row[place].strip() for row in rows], labels if any(labels) else None


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
            if not schema.names:
                raise DatasetError(text("{file} has no column 'path'; it has none.", file=path.name))
            raise DatasetError(
                text(
                    "{file} has no column 'path'; it has {columns}.",
                    file=path.name,
                    columns=listing(schema.names[:12], "plain"),
                )
            )
        table = parquet.read_table(path, columns=wanted)
        columns = {name: table.column(name).cast(pa.string()).to_pylist() for name in wanted}
    except (pa.ArrowException, OSError) as error:
        raise DatasetError(
            text("{file} cannot be read as a Parquet file of paths and labels.", file=path.name)
        ) from error
    if not columns["path"]:
        raise DatasetError(text("{file} has no rows.", file=path.name))
    if None in columns["path"]:
        raise DatasetError(
            text("{file} has a row without a path: row {row}.", file=path.name, row=columns["path"].index(None))
        )
    return columns["path"], columns.get("label")
