"""Files made to harm whoever loads them, each with the sentence that refuses it. Made when asked for."""

import io
import json
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
from model_files import CONV, DENSE, PLAIN, POOL, archive, hdf5, layer, legacy, sequential, weights

# -- refused by a first look ------------------------------------------------------------------------------

_SET_EPSILON = {"module": "keras.config", "class_name": "function", "config": "set_epsilon", "registered_name": None}


def with_layer(name, config=None, **changes):
    return sequential(CONV, layer(name, config, **changes), POOL, DENSE)


def in_dense(**config):
    return sequential(CONV, POOL, layer("Dense", {"units": 3, **config}))


def zeros(size) -> bytes:
    """A small archive whose weights unpack to `size` bytes of zeros."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("metadata.json", "{}")
        file.writestr("config.json", json.dumps(PLAIN))
        with file.open("model.weights.h5", "w", force_zip64=True) as member:
            for _ in range(size // 10_000_000):
                member.write(bytes(10_000_000))
    return packed.getvalue()


def lying(content: bytes, name=b"model.weights.h5", size=1000) -> bytes:
    """The archive, whose directory claims another size for a member than it has."""
    directory = content.rindex(name) - 46
    assert content[directory : directory + 4] == b"PK\x01\x02"
    changed = bytearray(content)
    changed[directory + 24 : directory + 28] = struct.pack("<I", size)
    return bytes(changed)


def nested_models(count) -> bytes:
    """Text, as Python's own JSON writer cannot go so deep."""
    outside = json.dumps(sequential("inside")).split('"inside"')
    return (outside[0] * count + json.dumps(PLAIN) + outside[1] * count).encode()


def nested_lists(depth) -> bytes:
    return b'{"class_name": "Sequential", "config": ' + b"[" * depth + b"]" * depth + b"}"


def large_dataset(file):
    file.create_dataset("layers/dense/vars/2", (750_000_000,), np.float32, chunks=(1_000_000,), compression="gzip")


def large_chunk(file):
    file.create_dataset("layers/dense/vars/2", (10,), np.float32, maxshape=(None,), chunks=(900_000_000,))


def external_link(path):
    return lambda file: file.__setitem__("layers/dense/vars/2", h5py.ExternalLink(str(path), "/secret"))


def external_storage(path):
    def fill(file):
        file.create_dataset("layers/dense/vars/2", (4,), np.uint8, external=[(str(path), 0, 4)])

    return fill


def virtual(path):
    def fill(file):
        layout = h5py.VirtualLayout((4,), np.float32)
        layout[:] = h5py.VirtualSource(str(path), "secret", (4,))
        file.create_virtual_dataset("layers/dense/vars/2", layout)

    return fill


def soft_link(file):
    file["layers/dense/vars/2"] = h5py.SoftLink("/layers/conv2d/vars/0")


def loop(file):
    file["layers/again"] = file["layers"]


def texts(file):
    file["layers/dense/vars/2"] = ["a", "b"]


def attacks_by_name(elsewhere: Path) -> dict[str, tuple[Callable[[], bytes], str]]:
    """Name → (how to make the file, what the refusal says). `elsewhere` is a file they try to reach."""
    vocabulary = {"vocabulary": str(elsewhere)}
    own = {"module": "my_code", "registered_name": "my>Layer"}
    lambda_function = {"class_name": "__lambda__", "config": {"value": ["4wEAAAA=", None, None]}}
    popen = {"module": "subprocess", "class_name": "Popen", "config": {"args": ["touch", str(elsewhere)]}}
    return {
        "lambda of bytecode": (lambda: archive(with_layer("Lambda", {"function": lambda_function})), "Lambda.*run code"),
        "lambda naming set_epsilon": (lambda: archive(with_layer("Lambda", {"function": _SET_EPSILON})), "Lambda"),
        "lambda in h5": (lambda: hdf5(legacy(with_layer("Lambda", {"function": ["4wE=", None, None]}))), "Lambda"),
        "function as activation": (lambda: archive(in_dense(activation=_SET_EPSILON)), "set_epsilon.*activations"),
        "function as initializer": (lambda: archive(in_dense(kernel_initializer=_SET_EPSILON)), "set_epsilon"),
        "function of builtins": (
            lambda: archive(in_dense(activation={**_SET_EPSILON, "module": "builtins", "config": "eval"})), "'eval'"),
        "popen": (lambda: archive(with_layer("Popen", **popen)), "Popen.*custom code"),
        "popen as initializer": (lambda: archive(in_dense(bias_initializer=popen)), "Popen"),
        "popen in build_config": (
            lambda: archive(sequential({**CONV, "build_config": {"input_shape": popen}}, POOL, DENSE)), "Popen"),
        "module that exists, class that does not": (
            lambda: archive(with_layer("Conv2D", module="os")), "'Conv2D'.*custom code"),
        "module of keras that is no layer": (
            lambda: archive(with_layer("get_file", module="keras.utils")), "get_file"),
        "string lookup": (lambda: archive(with_layer("StringLookup", vocabulary)), "StringLookup.*reads files"),
        "text vectorization": (lambda: archive(with_layer("TextVectorization", vocabulary)), "reads files"),
        "lookup in h5": (lambda: hdf5(legacy(with_layer("IntegerLookup", vocabulary))), "reads files"),
        "saved model": (lambda: archive(with_layer("TFSMLayer", {"filepath": str(elsewhere)})), "TFSMLayer"),
        "torch": (lambda: archive(with_layer("TorchModuleWrapper", {"module": "x"})), "TorchModuleWrapper"),
        "registered custom object": (lambda: archive(with_layer("Layer", **own)), "custom code"),
        "registered name of a known layer": (
            lambda: archive(with_layer("Conv2D", registered_name="my>Layer")), "'Conv2D'.*custom code"),
        "class name that is no text": (lambda: archive(with_layer("Conv2D", class_name=["Conv2D"])), "Conv2D"),
        "typespec": (lambda: archive(with_layer("x", class_name="__typespec__")), "__typespec__"),
        "typespec in h5": (
            lambda: hdf5(legacy(with_layer("x", class_name="TypeSpec", type_spec="tf.RaggedTensorSpec"))), "TypeSpec"),
        "quantized type": (lambda: archive(in_dense(dtype="int4_from_float32")), "int4_from_float32"),
        "policy by layer": (
            lambda: archive(in_dense(dtype={"module": "keras.dtype_policies", "class_name": "DTypePolicyMap",
                                            "config": {}, "registered_name": None})), "DTypePolicyMap"),
        "operation of unbounded work": (
            lambda: archive(with_layer("SVD", module="keras.src.ops.linalg")), "SVD.*not known before it runs"),
        "operation that calls a function": (
            lambda: archive(with_layer("WhileLoop", module="keras.src.ops.core")), "WhileLoop.*calls a function"),
        "20,000 layers": (lambda: archive(sequential(*[CONV] * 20_000, POOL, DENSE)), "more than 1,500 layers"),
        "400 nested models": (lambda: archive(nested_models(400)), "64 levels deep"),
        "100,000 nested lists": (lambda: archive(nested_lists(100_000)), "64 levels deep"),
        "Dense(10**8)": (lambda: archive(in_dense(units=10**8)), "units 100,000,000"),
        "Dense(10**8) in h5": (lambda: hdf5(legacy(in_dense(units=10**8))), "units 100,000,000"),
        "Conv2D(10**8)": (lambda: archive(with_layer("Conv2D", {"filters": 10**8})), "filters 100,000,000"),
        "many values": (lambda: archive(in_dense(kernel_initializer=[0] * 1_100_000)), "more than 1,000,000 values"),
        "3 GB of weights": (lambda: lying(archive(), size=3_000_000_000), "unpacks to 3,000 MB"),
        "800 MB of weights": (lambda: zeros(800_000_000), "unpacks to 800 MB"),
        "1 GB of configuration": (
            lambda: lying(archive(), b"config.json", 1_000_000_000), "configuration has 1,000,000,000 bytes"),
        "50 MB of configuration": (
            lambda: archive(b'{"a":"' + b"a" * 50_000_000 + b'"}', compression=zipfile.ZIP_DEFLATED), "50,000,008"),
        "9 MB of configuration in h5": (
            lambda: hdf5("x", lambda file: file.attrs.__setitem__("model_config", "x" * 9_000_000)), "9,000,000 bytes"),
        "directory lies about a size": (lambda: lying(archive()), "cannot be unpacked"),
        "dataset of 3 GB": (lambda: archive(content=weights(large_dataset)), "more than 60,000,000 numbers"),
        "dataset of 3 GB in h5": (lambda: hdf5(legacy(PLAIN), large_dataset), "more than 60,000,000 numbers"),
        "chunk of 3 GB": (lambda: archive(content=weights(large_chunk)), "more than 60,000,000 numbers"),
        "external link": (lambda: archive(content=weights(external_link(elsewhere))), "another place"),
        "external link in h5": (lambda: hdf5(legacy(PLAIN), external_link(elsewhere)), "another place"),
        "external storage": (lambda: hdf5(legacy(PLAIN), external_storage(elsewhere)), "outside the file"),
        "virtual data set": (lambda: archive(content=weights(virtual(elsewhere))), "outside the file"),
        "soft link": (lambda: archive(content=weights(soft_link)), "another place"),
        "groups in a loop": (lambda: archive(content=weights(loop)), "not a tree"),
        "texts for weights": (lambda: archive(content=weights(texts)), "only numbers"),
        "fourth member": (lambda: archive(members=[("assets/x", b"")]), "assets/x"),
        "member outside": (lambda: archive(members=[("../../x", b"")]), r"\.\./\.\./x"),
        "member twice": (lambda: archive(members=[("config.json", b"{}")]), "each once"),
        "packed in an unusual way": (lambda: archive(compression=zipfile.ZIP_LZMA), "unusual way"),
    }  # fmt: skip


# -- refused once Keras has it, in the other process ------------------------------------------------------


def large_models() -> dict[str, tuple[Callable[[], bytes], str]]:
    """Files that a look cannot refuse: small, of known layers, and far too large once built."""

    def after_conv(name, config):
        return lambda: archive(sequential(CONV, layer(name, config), POOL, DENSE))

    wide = [layer("Dense", {"units": 90_000, "name": f"wide{k}"}) for k in range(2)]
    return {
        "Dense(90,000) twice": (lambda: archive(sequential(CONV, POOL, *wide)), "60,000,000 param"),
        "Conv2D(90,000)": (
            after_conv("Conv2D", {"name": "wide", "filters": 90_000, "kernel_size": [15, 15], "padding": "same"}), "60,000,000 param"),
        "Dense(90,000) twice in h5": (lambda: hdf5(legacy(sequential(CONV, POOL, *wide))), "60,000,000 param"),
        "padding": (after_conv("ZeroPadding2D", {"padding": 100_000}), "computes"),
        "upsampling": (after_conv("UpSampling2D", {"size": [2000, 2000]}), "computes"),
        "resizing": (after_conv("Resizing", {"height": 30_000, "width": 30_000}), "computes"),
        "large input": (lambda: archive(sequential(CONV, POOL, DENSE, shape=(100_000, 100_000, 3))), "computes"),
    }  # fmt: skip
