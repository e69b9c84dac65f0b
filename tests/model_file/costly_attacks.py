"""Small files that cost whoever loads them much memory or time; some take long to make."""

import io
import json
import zipfile
from collections.abc import Callable

import h5py
import numpy as np
from model_files import CONV, METADATA, PLAIN, POOL, archive, hdf5, layer, legacy, sequential

_WIDE = 10**7
_PIECE = 10_000_000


def padded(name: str, size: int, fill: bytes) -> bytes:
    """A small archive in which a member unpacks to `size` bytes more than it needs."""
    contents = {"metadata.json": METADATA, "config.json": json.dumps(PLAIN).encode(), "model.weights.h5": b""}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        for member, content in contents.items():
            with file.open(member, "w", force_zip64=True) as opened:
                opened.write(content)
                for _ in range(size // _PIECE if member == name else 0):
                    opened.write(fill * _PIECE)
    return packed.getvalue()


def zeros_for(shapes: dict[str, list[tuple[int, ...]]]) -> bytes:
    """Weights that are all zero, a thousandth of their size."""
    content = io.BytesIO()
    with h5py.File(content, "w") as file:
        for name, variables in shapes.items():
            for index, shape in enumerate(variables):
                file.create_dataset(f"layers/{name}/vars/{index}", shape, np.float32, chunks=True, compression="gzip")
    return content.getvalue()


def wide_archive() -> bytes:
    """A Dense layer just under the limit of parameters, with weights that fit."""
    dense = layer("Dense", {"units": _WIDE})
    shapes = {"conv2d": [(3, 3, 3, 4), (4,)], "dense": [(4, _WIDE), (_WIDE,)]}
    return archive(sequential(CONV, POOL, dense), zeros_for(shapes), zipfile.ZIP_DEFLATED)


def wide_hdf5() -> bytes:
    """The same as .h5."""
    shapes = {"conv2d": [(3, 3, 3, 4), (4,)], "dense": [(4, _WIDE), (_WIDE,)]}

    def fill(file):
        file["model_weights"].attrs["layer_names"] = ["conv2d", "globalaveragepooling2d", "dense"]
        for name in file["model_weights"].attrs["layer_names"]:
            group = file.create_group(f"model_weights/{name}")
            kept = [f"{name}/{kind}" for kind in ("kernel", "bias") if name in shapes]
            group.attrs["weight_names"] = kept
            for weight, shape in zip(kept, shapes.get(name, ()), strict=True):
                group.create_dataset(weight, shape, np.float32, chunks=True, compression="gzip")

    return hdf5(legacy(sequential(CONV, POOL, layer("Dense", {"units": _WIDE}))), fill)


def node(before: str, index: int, shape: list) -> dict:
    """A call of a layer on the output of a call of the layer before."""
    tensor = {"shape": shape, "dtype": "float32", "keras_history": [before, index, 0]}
    return {"args": [{"class_name": "__keras_tensor__", "config": tensor}], "kwargs": {}}


def chain(name: str, inner: dict, n_calls: int, *after: dict, shape=(12, 12, 3)) -> dict:
    """A functional model that calls one layer `n_calls` times, each on what came out before, then others once."""
    batch = [None, *shape]
    first = layer("InputLayer", {"batch_shape": batch, "dtype": "float32", "name": f"{name}_input"})
    calls = [node(first["name"], 0, batch), *(node(inner["name"], k, batch) for k in range(n_calls - 1))]
    layers, last = [first, {**inner, "inbound_nodes": calls}], (inner["name"], n_calls - 1)
    for one in after:
        layers.append({**one, "inbound_nodes": [node(*last, batch)]})
        last = (one["name"], 0)
    ends = {"input_layers": [[first["name"], 0, 0]], "output_layers": [[*last, 0]]}
    return {
        "module": "keras.src.models.functional",
        "class_name": "Functional",
        "registered_name": "Functional",
        "name": name,
        "config": {"name": name, "trainable": True, "layers": layers, **ends},
    }


def multiplying(depth: int, n_calls: int) -> dict:
    """Models in models, each of which calls the one in it several times: n_calls ** depth calls in all."""
    inner = layer("ReLU", {"name": "relu"})
    for level in range(depth):
        inner = chain(f"level{level}", inner, n_calls)
    return chain("net", inner, 1, POOL, layer("Softmax"))


def long_chain(n_layers: int) -> dict:
    """A functional model of one layer after the other."""
    batch, before = [None, 12, 12, 3], "net_input"
    net = chain("net", layer("ReLU", {"name": "relu"}), 1)
    layers = net["config"]["layers"][:1]
    for k in range(n_layers):
        layers.append({**layer("ReLU", {"name": f"relu{k}"}), "inbound_nodes": [node(before, 0, batch)]})
        before = f"relu{k}"
    net["config"] |= {"layers": layers, "output_layers": [[before, 0, 0]]}
    return net


def costly_attacks() -> dict[str, tuple[Callable[[], bytes], str]]:
    """Name → (how to make the file, what the refusal says)."""
    end = (POOL, layer("Softmax"))
    orthogonal = {"module": "keras.initializers", "class_name": "Orthogonal", "config": {}, "registered_name": None}
    dense = [layer("Dense", {"units": 7_000, "name": f"dense{k}", "kernel_initializer": orthogonal}) for k in range(2)]
    double = [layer("Dense", {"units": 7_000, "name": f"dense{k}", "dtype": "float64"}) for k in range(2)]
    separable = layer("SeparableConv2D", {"filters": 1, "kernel_size": [1, 1], "depth_multiplier": 50_000})
    inside = {"separable_conv2d": [(1, 1, 3, 50_000), (1, 1, 150_000, 1), (1,)]}
    heavy = layer("Conv2D", {"filters": 60, "kernel_size": [100, 100], "padding": "same"})
    window = layer("MaxPooling2D", {"pool_size": [400, 400], "strides": [1, 1], "padding": "same"})
    relus = [layer("ReLU", {"name": f"relu{k}"}) for k in range(1_490)]
    return {
        "Dense(10**7)": (lambda: archive(sequential(CONV, POOL, layer("Dense", {"units": _WIDE}))), "units 10,000,000"),
        "Dense(10**7), weights that fit": (wide_archive, "units 10,000,000"),
        "Dense(10**7) in h5, weights that fit": (wide_hdf5, "units 10,000,000"),
        "17 million classes": (
            lambda: archive(sequential(layer("UpSampling2D", {"size": [200, 200]}), layer("Flatten")), zeros_for({})),
            "classes; at most",
        ),
        "49 million of float64": (lambda: archive(sequential(POOL, *double), zeros_for({})), "60,000,000 param"),
        "one layer called 20,000 times": (
            lambda: archive(chain("net", layer("ReLU", {"name": "relu"}), 20_000, *end), zeros_for({})),
            "called 20,003 times",
        ),
        "models in models, 10**10 calls": (lambda: archive(multiplying(10, 10), zeros_for({})), "called .* times"),
        "Sequential of 1,490 layers": (lambda: archive(sequential(*relus, *end), zeros_for({})), "Sequential"),
        "functional of 1,490 layers": (lambda: archive(long_chain(1_490), zeros_for({})), "longest sequence of layers"),
        "orthogonal start of 49 million": (lambda: archive(sequential(POOL, *dense), zeros_for({})), "orthogonal"),
        "separable convolution, wide inside": (
            lambda: archive(sequential(separable, *end, shape=(200, 200, 3)), zeros_for(inside)),
            "computes",
        ),
        "kernels of 100 × 100": (
            lambda: archive(
                sequential(heavy, *end, shape=(1000, 1000, 3)), zeros_for({"conv2d": [(100, 100, 3, 60), (60,)]})
            ),
            "multiply-adds",
        ),
        "pooling of 400 × 400": (
            lambda: archive(sequential(window, *end, shape=(1000, 1000, 3)), zeros_for({})),
            "multiply-adds",
        ),
        "3 GB of weights, packed": (lambda: padded("model.weights.h5", 3 * 10**9, b"\0"), "unpacks to 3,000 MB"),
        "1 GB of configuration, packed": (lambda: padded("config.json", 10**9, b" "), "configuration has 1,000,000,"),
    }


def heavy_models() -> dict[str, Callable[[], bytes]]:
    """Files that are accepted, and take nearly as much as may be."""
    end = (POOL, layer("Softmax"))
    wide = [layer("Dense", {"units": 5_300, "name": name}) for name in ("dense", "dense_1", "dense_2")]
    few = layer("Dense", {"units": 10, "name": "dense_3"})
    shapes = {"dense": [(3, 5_300), (5_300,)], "dense_3": [(5_300, 10), (10,)]}
    shapes |= {name: [(5_300, 5_300), (5_300,)] for name in ("dense_1", "dense_2")}
    large = layer("Conv2D", {"filters": 60, "kernel_size": [23, 23], "padding": "same"})
    inside = {"conv2d": [(23, 23, 3, 60), (60,)]}
    return {
        "56 million parameters": lambda: archive(sequential(POOL, *wide, few), zeros_for(shapes)),
        "95 billion multiply-adds": lambda: archive(sequential(large, *end, shape=(1000, 1000, 3)), zeros_for(inside)),
        "functional of 700 layers": lambda: archive(long_end(700), zeros_for({})),
    }


def long_end(n_layers: int) -> dict:
    """A long chain that ends as a classifier does."""
    net, before = long_chain(n_layers), f"relu{n_layers - 1}"
    pooled = {**POOL, "inbound_nodes": [node(before, 0, [None, 12, 12, 3])]}
    scores = {**layer("Softmax"), "inbound_nodes": [node(pooled["name"], 0, [None, 3])]}
    net["config"]["layers"] += [pooled, scores]
    net["config"]["output_layers"] = [["softmax", 0, 0]]
    return net
