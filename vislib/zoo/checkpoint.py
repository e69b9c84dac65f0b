"""Reads the tensors of a legacy (not zip) PyTorch checkpoint without PyTorch and without running its code.

A pickle is a program. This reader accepts the opcodes and the four names that a checkpoint of plain tensors needs and
refuses everything else, so that a manipulated file can neither call a function nor fill the memory.
"""

import io
import math
import pickle
import pickletools
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np

from vislib.errors import ModelError
from vislib.language import text

_MAGIC = 0x1950A86A20F9469CFC6C
_PROTOCOL = 1001
_DTYPES = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}
_MAX_ELEMENTS = 100_000_000
_MAX_BYTES = 500_000_000
_MAX_MEMO = 1_000_000
_OPCODES = frozenset(
    [
        "PROTO",
        "STOP",
        "MARK",
        "NONE",
        "NEWTRUE",
        "NEWFALSE",
        "GLOBAL",
        "REDUCE",
        "BUILD",
        "BINPERSID",
        "BINUNICODE",
        "BININT",
        "BININT1",
        "BININT2",
        "LONG1",
        "EMPTY_TUPLE",
        "TUPLE",
        "TUPLE1",
        "TUPLE2",
        "TUPLE3",
        "EMPTY_LIST",
        "APPEND",
        "APPENDS",
        "EMPTY_DICT",
        "SETITEM",
        "SETITEMS",
        "BINPUT",
        "LONG_BINPUT",
        "BINGET",
        "LONG_BINGET",
    ]
)


def read_checkpoint(path: Path) -> dict[str, np.ndarray]:
    """The tensors of a checkpoint by name.

    Layout: magic number, protocol, system info, the pickled state with references to storages, the list
    of storage keys, then each storage as a 64-bit count and its raw little-endian numbers.

    Args:
        path: A file written by ``torch.save`` in the format of PyTorch before 1.6.

    Raises:
        ModelError: If the file is not such a checkpoint, is damaged, or refers to anything but tensors.
    """
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise ModelError(
                text(
                    "{name} has {n:,} bytes; at most {most:,} are read.",
                    name=path.name,
                    n=path.stat().st_size,
                    most=_MAX_BYTES,
                )
            )
        return _read(io.BytesIO(path.read_bytes()))
    except ModelError:
        raise
    except Exception as error:  # a damaged pickle can raise nearly anything
        raise ModelError(
            text("{name} is not a readable tensor checkpoint: {reason}", name=path.name, reason=error)
        ) from error


class _Storage:
    """A typed sequence of numbers that tensors are views of; it is filled when its bytes are read."""

    def __init__(self, dtype: np.dtype, count: int):
        self.dtype, self.count = dtype, count
        self.values = np.empty(0, dtype)


class _Tensor:
    """The recorded offset, shape and strides (in elements) of a view of a storage."""

    def __init__(self, storage, offset, shape, strides, requires_grad, hooks, metadata=None):
        self.storage, self.offset, self.shape, self.strides = storage, offset, shape, strides

    def array(self) -> np.ndarray:
        values = self.storage.values
        last = self.offset + sum((n - 1) * step for n, step in zip(self.shape, self.strides, strict=True))
        if min((self.offset, *self.strides, *self.shape)) < 0 or (0 not in self.shape and last >= len(values)):
            raise ModelError(text("a tensor of the checkpoint reaches outside its storage"))
        if math.prod(self.shape) > len(values):
            raise ModelError(text("a tensor of the checkpoint repeats its storage"))
        steps = [step * values.itemsize for step in self.strides]
        # The copy is contiguous for any recorded strides.
        return np.lib.stride_tricks.as_strided(values[self.offset :], self.shape, steps, writeable=False).copy()


class _TensorUnpickler(pickle.Unpickler):
    """Loads the next pickle of a file, after a check of its opcodes."""

    def __init__(self, file: io.BytesIO):
        start = file.tell()
        for opcode, argument, _ in pickletools.genops(file):
            if opcode.name not in _OPCODES or ("BINPUT" in opcode.name and (argument or 0) > _MAX_MEMO):
                raise ModelError(
                    text("the checkpoint uses the pickle opcode {name}, which tensors do not need", name=opcode.name)
                )
        super().__init__(io.BytesIO(file.getbuffer()[start : file.tell()]), encoding="utf-8")
        self.storages: dict[str, _Storage] = {}

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return lambda *recorded: _Tensor(*recorded)  # not the class itself, whose attributes a pickle could set
        if module == "torch" and name in _DTYPES:
            return _DTYPES[name]
        raise ModelError(
            text("the checkpoint refers to {module}.{name}; only tensors are read", module=module, name=name)
        )

    def persistent_load(self, reference: Any) -> _Storage:
        kind, dtype, key, _device, count, view = reference
        if kind != "storage" or not isinstance(dtype, np.dtype) or view is not None:
            raise ModelError(text("the checkpoint refers to something other than a storage"))
        if not 0 <= count <= _MAX_ELEMENTS:
            raise ModelError(
                text(
                    "a storage of the checkpoint claims {n} elements; at most {most} are read",
                    n=count,
                    most=_MAX_ELEMENTS,
                )
            )
        return self.storages.setdefault(key, _Storage(dtype, count))


def _read(file: io.BytesIO) -> dict[str, np.ndarray]:
    if _TensorUnpickler(file).load() != _MAGIC or _TensorUnpickler(file).load() != _PROTOCOL:
        raise ModelError(text("it does not begin like a PyTorch checkpoint"))
    _TensorUnpickler(file).load()  # the writer's byte order and type sizes, not needed: the numbers are little-endian
    unpickler = _TensorUnpickler(file)
    state = unpickler.load()
    for key in _TensorUnpickler(file).load():
        storage = unpickler.storages[key]
        count = int(np.frombuffer(file.read(8), "<i8")[0])
        content = file.read(count * storage.dtype.itemsize) if count == storage.count else b""
        if len(content) != storage.count * storage.dtype.itemsize:
            raise ModelError(text("it ends before its last tensor is complete"))
        storage.values = np.frombuffer(content, storage.dtype)
    return {name: tensor.array() for name, tensor in state.items()}
