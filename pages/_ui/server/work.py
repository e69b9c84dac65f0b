"""Running computations in a page: one heavy one at a time, with a progress bar, a Stop button and cached results."""

import contextlib
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages._ui.server import journal, memory
from pages._ui.server.gate import Gate
from pages._ui.server.results_folder import ResultsFolder, named_folder
from pages._ui.server.store import Store
from pages._ui.widgets.text import plain
from vislib.language import Text, text, tr
from vislib.network import function_cache
from vislib.network.recording import Recording
from vislib.progress import Progress

T = TypeVar("T")
_STORE_BYTES = 128 * 1024 * 1024
_SECONDS_BETWEEN_MAPS = 0.4
_SECONDS_BETWEEN_REPORTS = 0.3
"""More often, and the browser would draw the progress bar again and again, and nothing else on the page."""
_QUICK_AT_ONCE = 2
_MOST_STOPPED = 12
"""Stopped computations of which a session keeps the partial map and the recording: at most 12 stand on one page."""


@st.cache_resource(show_spinner=False)
def store() -> Store:
    return Store(_STORE_BYTES)


@st.cache_resource(show_spinner=False)
def results_folder() -> ResultsFolder | None:
    """The folder of results that survive a restart, if the operator names one."""
    return named_folder()


def found(key: tuple) -> Any:
    """The cached result, also of an earlier run of the server; None if there is none."""
    result = store().get(key)
    if result is None and (folder := results_folder()) is not None:
        result = folder.get(key)
        if result is not None:
            store().put(key, result)
    return result


def keep_result(key: tuple, result: Any) -> None:
    """Caches a result, also for later runs of the server."""
    store().put(key, result)
    if (folder := results_folder()) is not None:
        folder.put(key, result)


@st.cache_resource(show_spinner=False)
def gate() -> Gate:
    return Gate()


def session() -> str | None:
    """The id of the session that runs now; None without one, as in a test."""
    context = get_script_run_ctx(suppress_warning=True)
    return None if context is None else context.session_id


@st.cache_resource(show_spinner=False)
def _quick() -> threading.BoundedSemaphore:
    """Limits the quick computations that run at once: those of thirty users together would not fit into memory."""
    return threading.BoundedSemaphore(_QUICK_AT_ONCE)


def waiting_text(what: str, ahead: int) -> Text:
    """The text of the progress bar while a computation waits in the queue."""
    if ahead == 1:
        return text("{what}: waiting for another computation to finish…", what=what)
    return text("{what}: waiting for the computations of {n} other users…", what=what, n=ahead)


def counted(done: int, total: int) -> Text:
    """How far a computation is."""
    return text("{done} of {total}", done=done, total=total)


def _said(what: str, so_far: str | None = None) -> str:
    """The text of the progress bar while something is computed."""
    return tr("{what}…", what=what) if so_far is None else tr("{what}: {so_far}", what=what, so_far=so_far)


def stored(key: tuple, compute: Callable[[], T], keep: Store | None = None) -> T:
    """The cached result, or the result computed now; for computations well under a second.

    Args:
        key: Identifies the result.
        compute: Computes the result. It must not call `stored` itself.
        keep: The store of the result; the common one by default.
    """
    kept = store() if keep is None else keep
    result = found(key) if keep is None else keep.get(key)
    if result is None:
        with kept.lock(key):
            result = kept.get(key)
            if result is None:
                try:
                    with _quick(), memory.catch_shortage(text("This page")):
                        result = compute()
                except memory.TooLittleMemory as error:
                    journal.log("failed", what="something quick", why="too little memory")
                    st.error(plain(tr(error)))
                    st.stop()
                _put(key, result, keep)
    return result


def run(
    key: tuple,
    what: str,
    compute: Callable[[Progress], T],
    show_partial: Callable[[np.ndarray, int, int], None] | None = None,
    resume_label: str | None = None,
    kind: str | None = None,
    progress_text: Callable[[int, int], str] = counted,
    keep: Store | None = None,
) -> T | None:
    """The cached result, or the result computed now with a progress bar and a Stop button.

    Args:
        key: Identifies the result.
        what: Name of the computation, for the user.
        compute: Takes a progress callback.
        show_partial: Draws a partial map; takes the map, done and total.
        resume_label: Label of the button that continues a stopped computation, if `compute` itself knows how. By
            default it goes on from its recording (see `vislib.network.recording`), and a second button starts it again.
        kind: Name of the computation in the log, if `what` contains a name that the user chose.
        progress_text: Takes done and total; returns the text of the progress bar.
        keep: The store of the result; the common one by default.

    Returns:
        The result. None if the user stopped the computation (`show_partial` then draws the partial map), or if memory
        ran out (the page then shows an error).
    """
    slot = st.empty()  # always, so that what follows has the same place on the page, and stays there until it is new
    kept = store() if keep is None else keep
    result = found(key) if keep is None else keep.get(key)
    if result is not None:
        return result
    partials: dict[tuple, tuple] = st.session_state.setdefault("partials", {})
    stopped: set[tuple] = st.session_state.setdefault("stopped", set())
    if key in partials and partials[key][0] is not None and partials[key][1] == partials[key][2]:
        stopped.discard(key)  # the map is whole: there is nothing left to stop
    if key in stopped:
        _show_stopped(slot, key, what, partials.get(key), show_partial, resume_label, progress_text)
        return None
    recordings: dict[tuple, Recording] = st.session_state.setdefault("recordings", {})
    _drop(partials, key)
    _drop(recordings, key)
    recording = Recording() if resume_label else recordings.setdefault(key, Recording())

    with slot.container(horizontal=True, vertical_alignment="center"):
        bar = st.progress(0.0, text=_said(what))
        st.button(tr("Stop"), key=_control(what, key), on_click=_stop, args=(key,), icon=":material/stop_circle:")
    last_said, last_shown = float("-inf"), time.monotonic()  # a map that is there at once is drawn once

    def progress(done: int, total: int, partial: np.ndarray | None = None, /) -> None:
        nonlocal last_said, last_shown
        if partial is not None or (done and partials.get(key, (None,))[0] is None):
            partials[key] = (partial, done, total)
        if done < total and time.monotonic() - last_said < _SECONDS_BETWEEN_REPORTS:
            return
        last_said = time.monotonic()
        # Any Streamlit call raises here after the user has stopped the computation or changed a setting.
        bar.progress(done / total, text=_said(what, progress_text(done, total) if total > 1 else None))
        if partial is None:
            return
        if show_partial is not None and done < total and time.monotonic() - last_shown > _SECONDS_BETWEEN_MAPS:
            show_partial(partial, done, total)
            last_shown = time.monotonic()

    def waiting(ahead: int) -> None:
        bar.progress(0.0, text=tr(waiting_text(what, ahead)))

    asked = time.monotonic()
    try:
        with gate().turn(waiting, session()) as turn, memory.catch_shortage(what):
            result = kept.get(key)  # another session may have computed it meanwhile
            turn.was_needed = result is None
            if result is None:
                with contextlib.nullcontext() if resume_label else recording.resumed():
                    waited = time.monotonic() - asked
                    result = _compute_logged(lambda: compute(progress), kind or what, waited, key, keep)
    except memory.TooLittleMemory as error:
        _stop(key)  # otherwise every click on the page would start it again
        slot.error(plain(tr(error)))
        return None
    partials.pop(key, None)
    recordings.pop(key, None)
    slot.empty()
    return result


def _compute_logged(compute: Callable[[], T], kind: str, waited: float, key: tuple, keep: Store | None) -> T:
    """Computes a result, stores it, and writes a line to the log."""
    with journal.timed("computed", what=kind, waited=round(waited, 2), behind=len(gate()) - 1) as facts:
        result = compute()
        _put(key, result, keep)
        functions = function_cache.kept()
        facts |= {"store_mb": (keep or store()).n_bytes // 2**20, "functions": functions.functions}
        facts["functions_mb"] = functions.n_bytes // 1_000_000
    return result


def _put(key: tuple, result: Any, keep: Store | None) -> None:
    if keep is None:
        keep_result(key, result)
    else:
        keep.put(key, result)


def _control(what: str, key: tuple) -> str:
    """The key of the one button that is Stop, then Go on: so it keeps the keyboard's focus."""
    return f"control {what} {hash(key)}"


def _stop(key: tuple) -> None:
    st.session_state.setdefault("stopped", set()).add(key)


def _go_on(key: tuple) -> None:
    st.session_state["stopped"].discard(key)


def _start_again(key: tuple) -> None:
    st.session_state["recordings"].pop(key, None)
    _go_on(key)


def _drop(kept: dict[tuple, Any], key: tuple) -> None:
    """Removes what belongs to computations that the user left without a stop, and the oldest; never that of `key`."""
    stopped = st.session_state["stopped"] | {key}
    for other in [other for other in kept if other not in stopped]:
        kept.pop(other)
    while len(kept) > _MOST_STOPPED:
        kept.pop(next(other for other in kept if other != key))


def _show_stopped(
    slot,
    key: tuple,
    what: str,
    partial,
    show_partial,
    resume_label: str | None,
    progress_text: Callable[[int, int], str],
) -> None:
    with slot.container(horizontal=True, vertical_alignment="center"):
        if partial:
            said = tr("{what}: stopped after {so_far}.", what=what, so_far=progress_text(*partial[1:]))
        else:
            said = tr("{what}: stopped before its first result.", what=what)
        st.warning(said, icon=":material/stop_circle:")
        st.button(
            tr(resume_label) if resume_label else tr("Go on"),
            key=_control(what, key),
            on_click=_go_on,
            args=(key,),
        )
        if resume_label is None:
            st.button(tr("Start again"), key=f"again {what} {hash(key)}", on_click=_start_again, args=(key,))
    if show_partial and partial and partial[0] is not None:
        show_partial(*partial)
