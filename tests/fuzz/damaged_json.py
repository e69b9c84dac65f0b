"""Damage to a JSON document that leaves it one: values of other types, huge numbers, keys gone, deep nesting."""

import copy
import json
from typing import Any

import numpy as np

Random = np.random.Generator
_VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2, 3, 0.5, -0.0, 1e308, 10**9, 2**31, 2**63, 10**30, float("nan"), float("inf"),
    "", "x", "0", "-1", "None", "channels_first", "valid", "same", "float16", "int8", "relu", "softmax", "Dense",
    "Functional", "Sequential", "x" * 5000, "ä😀\u202e\x00\ud800", "../../x", "__keras_tensor__", [], {}, [None], [[]],
    [0, 0], [1, 1, 1, 1], [-1, 5], {"class_name": "Lambda", "config": {}}, {"class_name": "Conv2D", "config": {}},
)  # fmt: skip
_MOST_CHANGES = 5


def damaged_json(text: str | bytes, random: Random) -> bytes:
    """The document with one to four values changed."""
    document = json.loads(text)
    for _ in range(random.integers(1, _MOST_CHANGES)):
        places = list(_places(document))
        if not places:
            break
        _change(document, *places[random.integers(len(places))], places, random)
    return json.dumps(document).encode()


def _places(value: Any, holder: Any = None, key: Any = None):
    """Every (holder, key) inside a document."""
    if holder is not None:
        yield holder, key
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for inner_key, inner in list(entries):
        yield from _places(inner, value, inner_key)


def _change(document: Any, holder: Any, key: Any, places: list, random: Random) -> None:
    kind = random.integers(9)
    if kind <= 1:
        holder[key] = copy.deepcopy(_VALUES[random.integers(len(_VALUES))])
    elif kind == 2:
        del holder[key]
    elif kind == 3:
        other, other_key = places[random.integers(len(places))]
        holder[key] = copy.deepcopy(other[other_key])
    elif kind == 4:
        holder[key] = _deep(holder[key], int(random.integers(1, 120)))
    elif kind == 5 and isinstance(holder, list):
        holder.insert(int(random.integers(len(holder) + 1)), copy.deepcopy(holder[key]))
    elif kind == 6 and isinstance(holder, dict):
        keys = [name for one, name in places if isinstance(one, dict)]
        holder[keys[random.integers(len(keys))]] = holder.pop(key)
    elif isinstance(holder[key], int | float) and not isinstance(holder[key], bool):
        holder[key] = holder[key] * 10 ** int(random.integers(1, 9)) if kind == 7 else -holder[key]
    elif isinstance(holder[key], str):
        texts = [one[name] for one, name in places if isinstance(one[name], str)]
        holder[key] = texts[random.integers(len(texts))]
    elif isinstance(holder[key], list):
        random.shuffle(holder[key])


def _deep(value: Any, depth: int) -> Any:
    for level in range(depth):
        value = [value] if level % 2 else {"config": value}
    return value
