"""The gate: one at a time, first come first served, and free again whatever happens to who is through or waits."""

import threading

import pytest
from stopping import HANG_SECONDS
from streamlit.runtime.scriptrunner_utils.exceptions import StopException

from pages._ui.server.gate import Gate


def never(ahead: int) -> None:
    raise AssertionError(f"waits behind {ahead}")


class Person(threading.Thread):
    """Waits at the gate, notes that it is through, and stays so until let go."""

    def __init__(self, gate: Gate, came: list[int], number: int, waiting=lambda ahead: None):
        super().__init__(daemon=True)
        self.let_go, self.waits, self.raised = threading.Event(), threading.Event(), None
        self._gate, self._came, self._number, self._waiting = gate, came, number, waiting

    def run(self) -> None:
        def waiting(ahead: int) -> None:
            self.waits.set()
            self._waiting(ahead)

        try:
            with self._gate.turn(waiting):
                self._came.append(self._number)
                self.waits.set()
                assert self.let_go.wait(HANG_SECONDS)
        except BaseException as error:  # noqa: BLE001  looked at by the test
            self.raised = error


def queue(gate: Gate, came: list[int], *waiting) -> list[Person]:
    """Five people who come one after the other; the first is through."""
    people = [Person(gate, came, number, *waiting) for number in range(5)]
    for person in people:
        person.start()
        assert person.waits.wait(HANG_SECONDS)
    return people


def test_first_come_first_served():
    gate, came = Gate(), []
    people = queue(gate, came)
    assert came == [0]
    assert len(gate) == 5
    for person in people:
        person.let_go.set()
        person.join(HANG_SECONDS)
    assert came == [0, 1, 2, 3, 4]
    assert len(gate) == 0


def test_told_how_many_are_before():
    gate, told = Gate(), []
    people = queue(gate, [], told.append)
    assert set(told) == {1, 2, 3, 4}
    for person in people:
        person.let_go.set()
        person.join(HANG_SECONDS)


@pytest.mark.parametrize("leaves", [RuntimeError, StopException, KeyboardInterrupt])
def test_who_leaves_while_waiting_gives_up_the_place(leaves):
    """Streamlit's own stop is no Exception."""
    gate, came = Gate(), []
    first, leaving = Person(gate, came, 0), Person(gate, came, 1, lambda ahead: (_ for _ in ()).throw(leaves()))
    first.start()
    assert first.waits.wait(HANG_SECONDS)
    leaving.start()
    leaving.join(HANG_SECONDS)
    assert isinstance(leaving.raised, leaves)
    assert len(gate) == 1
    last = Person(gate, came, 2)
    last.start()
    first.let_go.set()
    last.let_go.set()
    last.join(HANG_SECONDS)
    assert came == [0, 2]


@pytest.mark.parametrize("fails", [RuntimeError, MemoryError, StopException])
def test_failing_computation_frees_the_gate(fails):
    gate = Gate()
    with pytest.raises(fails), gate.turn(never):
        raise fails
    with gate.turn(never):
        assert len(gate) == 1
    assert len(gate) == 0
