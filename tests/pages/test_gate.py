"""The gate: one at a time, turns belong to users, and it is free again whatever happens to who runs or waits."""

import threading

import pytest
from stopping import HANG_SECONDS
from streamlit.runtime.scriptrunner_utils.exceptions import StopException

from pages._ui.server.gate import GRACE_SECONDS, TURN_SECONDS, Gate


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


class Clock:
    """A clock that moves when the test says so."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


class User(threading.Thread):
    """A session that computes several things one after the other; each takes the given seconds."""

    def __init__(self, gate: Gate, clock: Clock, name: str, seconds: list[float], came: list[str]):
        super().__init__(daemon=True)
        self._gate, self._clock, self._seconds, self._came = gate, clock, seconds, came
        self.user, self.waits, self.go = name, threading.Event(), threading.Event()
        self.ahead: list[int] = []

    def run(self) -> None:
        for seconds in self._seconds:
            with self._gate.turn(self._waiting, self.user):
                self._came.append(self.user)
                self.waits.set()
                assert self.go.wait(HANG_SECONDS)
                self._clock.now += seconds

    def _waiting(self, ahead: int) -> None:
        self.ahead.append(ahead)
        self.waits.set()
        if not self._gate._running:
            self._clock.now += GRACE_SECONDS  # nobody computes, so time passes


def order(*seconds_of: tuple[str, list[float]]) -> list[str]:
    """In which order users compute who all have come before the first of them ends."""
    clock, came = Clock(), []
    gate = Gate(clock)
    users = [User(gate, clock, name, seconds, came) for name, seconds in seconds_of]
    for user in users:
        user.start()
        assert user.waits.wait(HANG_SECONDS)
    for user in users:
        user.go.set()
    for user in users:
        user.join(HANG_SECONDS)
        assert not user.is_alive()
    assert len(gate) == 0
    return came


def test_page_of_short_computations_waits_for_one_long_one_only():
    long = TURN_SECONDS * 3
    assert order(("a", [long] * 3), ("b", [TURN_SECONDS / 10] * 5)) == ["a", *"bbbbb", "a", "a"]


def test_users_with_many_long_ones_take_turns():
    long = TURN_SECONDS * 2
    assert order(("a", [long] * 3), ("b", [long] * 3), ("c", [long])) == ["a", "b", "c", "a", "b", "a", "b"]


def test_turn_ends_after_its_seconds():
    short = TURN_SECONDS * 0.4
    assert order(("a", [short] * 5), ("b", [short] * 2)) == [*"aaa", *"bb", *"aa"]


def test_who_has_left_does_not_keep_the_turn():
    assert order(("a", [TURN_SECONDS / 10]), ("b", [TURN_SECONDS / 10]), ("c", [1.0])) == ["a", "b", "c"]


def test_result_of_another_user_costs_the_others_no_time():
    """Thirty users ask for the same: the clock stands still, so a grace would never end."""
    gate, came = Gate(Clock()), []
    waits = [threading.Event() for _ in range(5)]

    def ask(number: int) -> None:
        with gate.turn(lambda ahead: waits[number].set(), f"user {number}") as turn:
            turn.was_needed = False
            came.append(number)

    users = [threading.Thread(target=ask, args=(number,), daemon=True) for number in range(5)]
    with gate.turn(never, "first") as turn:
        turn.was_needed = False
        for user, wait in zip(users, waits, strict=True):
            user.start()
            assert wait.wait(HANG_SECONDS)
    for user in users:
        user.join(HANG_SECONDS)
        assert not user.is_alive()
    assert came == [0, 1, 2, 3, 4]
