"""Model files made by hand: as Keras writes them, except for what a test changes. TensorFlow is not needed."""

import io
import json
import zipfile
from pathlib import Path

import h5py
import numpy as np

METADATA = json.dumps({"keras_version": "3.15.1", "date_saved": "2026-01-01@00:00:00"}).encode()


def layer(name, config=None, inbound=None, module="keras.layers", **changes):
    """A layer as .keras files describe it; `inbound` is (name of the layer before, shape of its output)."""
    config = {"name": name.lower(), **(config or {})}
    described = {"module": module, "class_name": name, "config": config, "registered_name": None, **changes}
    described["name"] = config["name"]
    described["inbound_nodes"] = []
    if inbound is not None:
        before, shape = inbound
        tensor = {"shape": shape, "dtype": "float32", "keras_history": [before, 0, 0]}
        described["inbound_nodes"] = [
            {"args": [{"class_name": "__keras_tensor__", "config": tensor}], "kwargs": {}},
        ]
    return described


def sequential(*layers, shape=(12, 12, 3), **changes):
    """The configuration of a Sequential model of the given layers, behind an input of that shape."""
    first = layer("InputLayer", {"batch_shape": [None, *shape], "dtype": "float32"})
    return {
        "module": "keras",
        "class_name": "Sequential",
        "registered_name": None,
        "config": {"name": "net", "layers": [first, *layers]},
        **changes,
    }


CONV = layer("Conv2D", {"filters": 4, "kernel_size": [3, 3]})
POOL = layer("GlobalAveragePooling2D")
DENSE = layer("Dense", {"units": 3, "activation": "softmax"})
PLAIN = sequential(CONV, POOL, DENSE)


def weights(fill=None) -> bytes:
    """An HDF5 file of weights of `PLAIN`; `fill(file)` may add to it."""
    content = io.BytesIO()
    with h5py.File(content, "w") as file:
        shapes = {"conv2d": [(3, 3, 3, 4), (4,)], "dense": [(4, 3), (3,)]}
        random = np.random.default_rng(0)
        for name, variables in shapes.items():
            for index, shape in enumerate(variables):
                file[f"layers/{name}/vars/{index}"] = random.normal(0, 0.3, shape).astype(np.float32)
        if fill is not None:
            fill(file)
    return content.getvalue()


def archive(config=PLAIN, content=None, compression=zipfile.ZIP_STORED, members=()) -> bytes:
    """A .keras archive.

    Args:
        config: A value for config.json, or its bytes.
        content: Of model.weights.h5.
        members: Further (name, content).
    """
    packed = io.BytesIO()
    text = config if isinstance(config, bytes) else json.dumps(config).encode()
    with zipfile.ZipFile(packed, "w", compression) as file:
        everything = [("metadata.json", METADATA), ("config.json", text)]
        everything += [("model.weights.h5", weights() if content is None else content), *members]
        for name, one in everything:
            file.writestr(name, one)
    return packed.getvalue()


def hdf5(config=None, fill=None) -> bytes:
    """A .h5 model file of a configuration without modules, as Keras writes there; without weights."""
    content = io.BytesIO()
    with h5py.File(content, "w") as file:
        if config is not None:
            file.attrs["model_config"] = config if isinstance(config, str) else json.dumps(config)
        file.create_group("model_weights").attrs["layer_names"] = []
        if fill is not None:
            fill(file)
    return content.getvalue()


def legacy(value):
    """A configuration without what only .keras files have."""
    if isinstance(value, dict):
        return {key: legacy(one) for key, one in value.items() if key not in ("module", "registered_name")}
    return [legacy(one) for one in value] if isinstance(value, list) else value


def saved(model, suffix, folder: Path) -> bytes:
    """What Keras writes for a model."""
    path = folder / f"saved{suffix}"
    model.save(path)
    return path.read_bytes()
