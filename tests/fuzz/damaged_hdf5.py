"""Damage to an HDF5 file that leaves it one: arrays gone, of other shapes and types, attributes changed, links."""

import io

import h5py
import numpy as np
from damaged_json import damaged_json

Random = np.random.Generator


def damaged_hdf5(content: bytes, random: Random) -> bytes:
    """The file with one to three of its entries or attributes changed."""
    buffer = io.BytesIO(content)
    with h5py.File(buffer, "r+") as file:
        for _ in range(random.integers(1, 4)):
            _change(file, random)
    return buffer.getvalue()


def _change(file: h5py.File, random: Random) -> None:
    names: list[str] = []
    file.visit(names.append)
    entry = file[names[random.integers(len(names))]] if names else file
    kind = random.integers(8)
    if kind <= 1 and "model_config" in file.attrs:
        config = file.attrs["model_config"]
        if isinstance(config, str) and config.startswith("{"):  # not yet another change's
            file.attrs["model_config"] = damaged_json(config, random).decode()
    elif kind <= 3 and isinstance(entry, h5py.Dataset):
        _replace(entry, random)
    elif kind == 4 and entry.name != "/":
        del file[entry.name]
    elif kind == 5:
        _set_attribute(file if random.integers(2) else entry, random)
    elif kind == 6:
        _add_link(file, entry, f"{entry.parent.name.rstrip('/')}/added{random.integers(3)}", random)
    elif entry.name != "/" and "moved" not in file:
        file.move(entry.name, "moved")


def _replace(dataset: h5py.Dataset, random: Random) -> None:
    """An array of another shape, type or storage in its place."""
    file, name, shape = dataset.file, dataset.name, dataset.shape
    del file[name]
    shapes = [shape, shape[::-1], (), (0,), (*shape, 1), shape[:-1], (10**8,), (3, 3, 3, 4)]
    types = [np.float32, np.float64, np.int8, np.complex64, h5py.string_dtype(), np.dtype([("a", "f4")]), np.float16]
    shape = shapes[random.integers(len(shapes))]
    options = {"chunks": (10**6,), "compression": "gzip"} if shape == (10**8,) else {}
    file.create_dataset(name, shape, types[random.integers(len(types))], **options)


def _set_attribute(entry, random: Random) -> None:
    names = [*entry.attrs, "layer_names", "weight_names", "model_config", "keras_version", "name", "vars"]
    values = ["", "x", 3, np.float32("nan"), [b"a", b"b"], [], h5py.Empty("f"), np.zeros(50), "{}", b"\xff\xfe"]
    entry.attrs[names[random.integers(len(names))]] = values[random.integers(len(values))]


def _add_link(file: h5py.File, entry, name: str, random: Random) -> None:
    links = [
        h5py.SoftLink("/"),
        h5py.SoftLink("/nowhere"),
        h5py.ExternalLink("/etc/hostname", "/"),
        entry,
        file["/"],
    ]
    if name not in file:
        file[name] = links[random.integers(len(links))]
