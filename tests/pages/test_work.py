"""Running work in a page: the gate's release, what is kept after a stop, too little memory."""

import threading

import numpy as np
import pytest
from page_text import errors
from stopping import HANG_SECONDS
from streamlit.testing.v1 import AppTest

from pages._ui.server import work
from vislib.network.recording import recorded


def gate_is_free() -> bool:
    return len(work.gate()) == 0


KEY = ("test_work", "result")
PARTIAL = np.arange(4.0)


class Job:
    """A page that does one piece of work; `compute` says how it goes."""

    def __init__(self):
        self.calls = 0
        self.drawn: list[tuple] = []
        self.result = None

    def compute(self, progress):
        progress(10, 10, PARTIAL)
        return PARTIAL * 2

    def page(self):
        self.calls += 1
        self.result = work.run(KEY, "Work", self.compute, lambda *partial: self.drawn.append(partial))


@pytest.fixture
def job(monkeypatch) -> Job:
    own = work.Store(10**6)
    monkeypatch.setattr(work, "store", lambda: own)
    monkeypatch.setattr(work, "job", one := Job(), raising=False)
    return one


def run_page() -> AppTest:
    return AppTest.from_string("from pages._ui.server import work\nwork.job.page()", default_timeout=HANG_SECONDS).run()


def test_run_computes_once_and_keeps(job):
    page = run_page()
    np.testing.assert_array_equal(job.result, PARTIAL * 2)
    assert not page.button, "bar and Stop go away"
    job.compute = None
    page.run()
    np.testing.assert_array_equal(job.result, PARTIAL * 2)
    assert gate_is_free()


def test_run_raising_releases_the_gate(job):
    def fail(progress):
        progress(1, 10)
        raise RuntimeError("no memory")

    job.compute = fail
    page = run_page()
    assert len(page.exception) == 1
    assert gate_is_free()
    assert work.store().get(KEY) is None


def stop_at_three(progress):
    import streamlit as st

    progress(3, 10, PARTIAL)
    st.stop()  # as Streamlit does at its next call once a person pressed a button


def test_run_stopped_releases_the_gate_and_keeps_what_there_is(job):
    job.compute = stop_at_three
    page = run_page()
    assert not page.exception
    assert gate_is_free()
    assert [button.label for button in page.button] == ["Stop"]
    page.button[0].click().run()
    assert [warning.value for warning in page.warning] == ["Work: stopped after 3 of 10."]
    np.testing.assert_array_equal(job.drawn[-1][0], PARTIAL)
    assert job.drawn[-1][1:] == (3, 10)
    page.run()
    assert [button.label for button in page.button] == ["Go on", "Start again"], "it stays stopped"
    job.compute = Job().compute
    page.button[0].click().run()
    np.testing.assert_array_equal(job.result, PARTIAL * 2)
    assert not page.warning
    assert not page.button


class Network:
    """Its values cost something, so a computation that goes on must not ask for them twice."""

    def __init__(self):
        self.asked: list[int] = []

    @recorded
    def values(self, number: int) -> np.ndarray:
        self.asked.append(number)
        return np.array([number])


@pytest.mark.parametrize(("button", "asked"), [("Go on", [0, 1, 2, 3, 4]), ("Start again", [0, 1, 2, 0, 1, 2, 3, 4])])
def test_stopped_computation_goes_on_where_it_was_or_starts_again(job, button, asked):
    import streamlit as st

    network, stops = Network(), [True]

    def compute(progress):
        values = []
        for number in range(5):
            values.append(network.values(number))
            progress(number + 1, 5)
            if number == 2 and stops:
                st.stop()
        return np.concatenate(values)

    job.compute = compute
    page = run_page()
    page.button[0].click().run()
    stops.clear()
    next(one for one in page.button if one.label == button).click().run()
    np.testing.assert_array_equal(job.result, np.arange(5))
    assert network.asked == asked
    assert "recordings" in page.session_state
    assert not page.session_state["recordings"]


def test_run_stopped_without_a_map_still_says_how_far_it_got(job):
    import streamlit as st

    job.compute = lambda progress: (progress(3, 10), st.stop())
    page = run_page()
    page.button[0].click().run()
    assert [warning.value for warning in page.warning] == ["Work: stopped after 3 of 10."]
    assert not job.drawn


def test_run_many_stopped_on_one_page_each_keeps_its_map(job):
    def page():
        job.drawn.clear()
        for number in range(9):
            work.run(
                (*KEY, number),
                f"Work {number}",
                stop_at_three,
                lambda *one: job.drawn.append(one),
                progress_text="{} of {} masks".format,
            )

    job.page = page
    app = run_page()
    for _ in range(9):
        next(button for button in app.button if button.label == "Stop").click().run()
    assert [warning.value for warning in app.warning] == [f"Work {k}: stopped after 3 of 10 masks." for k in range(9)]
    assert len(job.drawn) == 9


def test_run_waits_for_the_gate(job, monkeypatch):
    order = []
    real = job.compute
    job.compute = lambda progress: (order.append("computed"), real(progress))[1]
    taken, waits = threading.Event(), threading.Event()
    monkeypatch.setattr(work, "waiting_text", lambda what, ahead: (waits.set(), "It waits")[1])

    def another():
        with work.gate().turn(lambda ahead: None):
            taken.set()
            assert waits.wait(HANG_SECONDS)
            order.append("released")

    other = threading.Thread(target=another)
    other.start()
    assert taken.wait(HANG_SECONDS)
    run_page()
    other.join()
    assert order == ["released", "computed"]
    assert gate_is_free()


class ResourceExhaustedError(Exception):
    """TensorFlow's, by name."""


@pytest.mark.parametrize("error", [MemoryError, ResourceExhaustedError])
def test_run_out_of_memory_is_a_sentence_and_not_tried_with_every_click(job, error):
    calls = []

    def fail(progress):
        calls.append(1)
        raise error("OOM when allocating tensor of 12 GB")

    job.compute = fail
    page = run_page()
    assert not page.exception
    (sentence,) = errors(page)
    assert sentence.startswith("Work: this computer has too little memory for it just now.")
    assert "OOM" not in sentence
    assert gate_is_free()
    page.run()
    assert len(calls) == 1
    job.compute = Job().compute
    page.button[0].click().run()
    np.testing.assert_array_equal(job.result, PARTIAL * 2)
    assert not page.error


def test_stored_out_of_memory_is_a_sentence_and_the_next_can_compute(monkeypatch):
    own = work.Store(10**6)
    monkeypatch.setattr(work, "store", lambda: own)
    outcomes = iter([MemoryError(), PARTIAL])

    def compute():
        outcome = next(outcomes)
        if isinstance(outcome, MemoryError):
            raise outcome
        return outcome

    monkeypatch.setattr(work, "compute", compute, raising=False)
    script = (
        "import streamlit as st\nfrom pages._ui.server import work\nst.text(work.stored(('k',), work.compute).sum())"
    )
    page = AppTest.from_string(script, default_timeout=HANG_SECONDS).run()
    assert not page.exception
    assert "too little memory" in errors(page)[0]
    page.run()
    assert page.text[0].value == "6.0"
