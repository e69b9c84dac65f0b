"""Running work in a page: one heavy computation at a time, a bar that moves, a Stop that stops, results kept."""

import dataclasses
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import numpy as np
import streamlit as st

T = TypeVar("T")
_STORE_BYTES = 128 * 1024 * 1024
_SHOW_EVERY_SECONDS = 0.4


class Store:
    """Results by key, for all sessions; the least recently used are dropped to stay within the bytes allowed."""

    def __init__(self, max_bytes: int):
        self._max_bytes = max_bytes
        self._entries: OrderedDict[tuple, tuple[Any, int]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, key: tuple) -> Any:
        """The result, or None."""
        with self._lock:
            if key not in self._entries:
                return None
            self._entries.move_to_end(key)
            return self._entries[key][0]

    def put(self, key: tuple, result: Any) -> None:
        size = _size(result)
        with self._lock:
            if key in self._entries:
                self._bytes -= self._entries.pop(key)[1]
            self._entries[key] = (result, size)
            self._bytes += size
            while self._bytes > self._max_bytes and len(self._entries) > 1:
                self._bytes -= self._entries.popitem(last=False)[1][1]


@st.cache_resource(show_spinner=False)
def store() -> Store:
    return Store(_STORE_BYTES)


@st.cache_resource(show_spinner=False)
def gate() -> threading.BoundedSemaphore:
    """Held while something heavy is computed: TensorFlow uses every core for one computation already."""
    return threading.BoundedSemaphore(1)


def stored(key: tuple, compute: Callable[[], T]) -> T:
    """The result kept under `key`, or computed now; for what takes well under a second."""
    result = store().get(key)
    if result is None:
        result = compute()
        store().put(key, result)
    return result


def run(
    key: tuple,
    what: str,
    compute: Callable[[Callable[..., None]], T],
    show_partial: Callable[[np.ndarray, int, int], None] | None = None,
    again: str = "Start again",
) -> T | None:
    """The result kept under `key`, or computed now with a progress bar and a Stop button.

    Args:
        key: Identifies the result.
        what: What is being done, for people.
        compute: Takes a progress callback (done, total, partial=None).
        show_partial: Draws the map so far, with done and total.
        again: What the button says that takes a stopped computation up.

    Returns:
        The result; None if the person stopped it (what there is so far is drawn by `show_partial`).
    """
    result = store().get(key)
    if result is not None:
        return result
    partials: dict[tuple, tuple] = st.session_state.setdefault("partials", {})
    if key in st.session_state.setdefault("stopped", set()):
        _show_stopped(key, what, partials.get(key), show_partial, again)
        return None
    while len(partials) > 4:
        partials.pop(next(iter(partials)))

    slot = st.empty()
    with slot.container(horizontal=True, vertical_alignment="center"):
        bar = st.progress(0.0, text=f"{what}…")
        st.button("Stop", key=f"stop {what} {hash(key)}", on_click=_stop, args=(key,), icon=":material/stop_circle:")
    last_shown = 0.0

    def progress(done: int, total: int, partial: np.ndarray | None = None) -> None:
        nonlocal last_shown
        if partial is not None:
            partials[key] = (partial, done, total)
        # Any Streamlit call raises here once the person has stopped or changed something.
        bar.progress(done / total, text=f"{what}: {done} of {total}" if total > 1 else f"{what}…")
        if partial is None:
            return
        if show_partial is not None and done < total and time.monotonic() - last_shown > _SHOW_EVERY_SECONDS:
            show_partial(partial, done, total)
            last_shown = time.monotonic()

    while not gate().acquire(timeout=0.25):
        bar.progress(0.0, text=f"{what}: waiting for another computation to finish…")
    try:
        result = compute(progress)
    finally:
        gate().release()
    store().put(key, result)
    partials.pop(key, None)
    slot.empty()
    return result


def _stop(key: tuple) -> None:
    st.session_state.setdefault("stopped", set()).add(key)


def _go_on(key: tuple) -> None:
    st.session_state["stopped"].discard(key)


def _show_stopped(key: tuple, what: str, partial, show_partial, again: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        how_far = f"after {partial[1]} of {partial[2]}" if partial else "before its first result"
        st.warning(f"{what}: stopped {how_far}.", icon=":material/stop_circle:")
        st.button(again, key=f"again {what} {hash(key)}", on_click=_go_on, args=(key,))
    if partial and show_partial:
        show_partial(*partial)


def _size(result: Any) -> int:
    if isinstance(result, np.ndarray):
        return result.nbytes
    if dataclasses.is_dataclass(result):
        return 1000 + sum(_size(getattr(result, spec.name)) for spec in dataclasses.fields(result))
    if isinstance(result, Mapping):
        return sum(_size(value) for value in result.values())
    if isinstance(result, (list, tuple)):
        return sum(map(_size, result))
    return sys.getsizeof(result)
