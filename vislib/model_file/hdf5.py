"""Checks an HDF5 file without reading its numbers.

An HDF5 file can refer to other files, claim more numbers than it holds, and compress them a thousandfold. A file of
weights needs none of these.
"""

import math

import h5py

from vislib.errors import ModelError
from vislib.language import text
from vislib.model_file.limits import VARIABLE, max_parameters
from vislib.model_file.quoting import shown

MAX_OBJECTS = 50_000
MAX_DEPTH = 64
_LAYOUTS = (h5py.h5d.COMPACT, h5py.h5d.CONTIGUOUS, h5py.h5d.CHUNKED)
_FILTERS = (h5py.h5z.FILTER_DEFLATE, h5py.h5z.FILTER_SHUFFLE, h5py.h5z.FILTER_FLETCHER32)


def check_hdf5(file: h5py.File) -> None:
    """Refuses an HDF5 file unless it is a tree of plain arrays of a bounded size.

    Raises:
        ModelError: If the file has links that are not hard links, data outside the file, loops, unusual storage or
            types, more than `MAX_OBJECTS` entries, more than `MAX_DEPTH` levels or more weights than are accepted. The
            numbers of an optimizer's state, which are not read, do not count.
    """
    most = max_parameters()
    groups: list[tuple[h5py.Group, int]] = [(file, 0)]
    addresses = {h5py.h5o.get_info(file.id).addr}
    n_objects = n_elements = 0
    while groups:
        group, depth = groups.pop()
        for name in group:
            n_objects += 1
            if n_objects > MAX_OBJECTS or depth > MAX_DEPTH:
                raise ModelError(
                    text(
                        "The file's weights are more than {most:,} entries, or more than {depth} levels deep.",
                        most=MAX_OBJECTS,
                        depth=MAX_DEPTH,
                    )
                )
            if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                raise ModelError(
                    text("The file's weights refer to another place ({name}), which is not accepted.", name=shown(name))
                )
            entry = group[name]
            if isinstance(entry, h5py.Dataset):
                count = _check_dataset(entry)
                n_elements += 0 if _is_optimizer_state(entry.name) else count
                if n_elements > most:
                    raise ModelError(
                        text(
                            "The file claims to hold more than {most:,} numbers besides an optimizer's state, which is "
                            "the most accepted. The environment variable {variable} sets it.",
                            most=most,
                            variable=VARIABLE,
                        )
                    )
                continue
            address = h5py.h5o.get_info(entry.id).addr
            if not isinstance(entry, h5py.Group) or address in addresses:
                raise ModelError(
                    text(
                        "The file's weights are not a tree of arrays: {name} is something else.", name=shown(entry.name)
                    )
                )
            addresses.add(address)
            groups.append((entry, depth + 1))


def _is_optimizer_state(name: str) -> bool:
    """Whether Keras keeps an optimizer's state under that path, or a metric's, which it never reads for a model that is
    not compiled. A model's attribute has these names; a layer called so is kept below "layers"."""
    parts = name.strip("/").split("/")
    if parts[0] == "optimizer_weights":
        return True
    return (
        any(
            part in ("optimizer", "metrics") and (place == 0 or parts[place - 1] != "layers")
            for place, part in enumerate(parts[:-1])
        )
        and "model_weights" not in parts[:1]
    )


def _check_dataset(dataset: h5py.Dataset) -> int:
    """The number of elements of a plain array; an element of 8 bytes counts twice."""
    storage = dataset.id.get_create_plist()
    filters = [storage.get_filter(index)[0] for index in range(storage.get_nfilters())]
    chunked = storage.get_layout() == h5py.h5d.CHUNKED
    if storage.get_layout() not in _LAYOUTS or storage.get_external_count() or set(filters) - set(_FILTERS):
        raise ModelError(
            text(
                "The array {name} is stored outside the file or in an unusual way; only plain and gzip "
                "storage are accepted.",
                name=shown(dataset.name),
            )
        )
    # HDF5 has no type bfloat16, so Keras writes it as two bytes without a type.
    if dataset.shape is None or not (dataset.dtype.kind in "fiub" or dataset.dtype.str == "|V2"):
        raise ModelError(
            text(
                "The array {name} holds {dtype}; only numbers are accepted.",
                name=shown(dataset.name),
                dtype=dataset.dtype,
            )
        )
    n_chunk = math.prod(storage.get_chunk()) if chunked else 0
    return max(math.prod(dataset.shape), n_chunk) * max(1, dataset.dtype.itemsize // 4)
