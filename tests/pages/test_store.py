"""The store under many hands: bounded, and each result computed once."""

import threading

import numpy as np

from pages._ui.server import work
from pages._ui.server.store import Store

_SOON = 20


def test_bound_kept_with_many_putting_at_once():
    store = Store(10_000)

    def put(number: int) -> None:
        for k in range(200):
            store.put((number, k % 5), np.zeros(700, np.uint8))
            store.get((number, (k + 1) % 5))

    people = [threading.Thread(target=put, args=(number,)) for number in range(6)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    entries = store._entries
    assert store.n_bytes == 700 * len(entries)
    assert store.n_bytes <= 10_000


def test_one_result_kept_however_large():
    store = Store(100)
    store.put(("a",), np.zeros(50, np.uint8))
    store.put(("b",), large := np.zeros(5000, np.uint8))
    assert store.get(("a",)) is None
    assert store.get(("b",)) is large
    store.put(("c",), np.zeros(50, np.uint8))
    assert store.get(("b",)) is None
    assert store.n_bytes == 50


def test_one_computation_a_key_for_many_who_want_it():
    kept, calls, together = Store(10**6), [], threading.Barrier(4)

    def compute() -> np.ndarray:
        calls.append(threading.get_ident())
        threading.Event().wait(0.1)  # long enough for the others to ask
        return np.arange(3)

    given: list[np.ndarray] = []

    def ask() -> None:
        together.wait(_SOON)
        given.append(work.stored(("k",), compute, kept))

    people = [threading.Thread(target=ask) for _ in range(4)]
    for person in people:
        person.start()
    for person in people:
        person.join(_SOON)
    assert len(calls) == 1
    assert len(given) == 4
    assert all(one is given[0] for one in given)


def test_computation_that_fails_lets_the_next_try():
    kept, outcomes = Store(10**6), iter([RuntimeError("no"), np.arange(3)])

    def compute():
        outcome = next(outcomes)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    try:
        work.stored(("k",), compute, kept)
    except RuntimeError:
        np.testing.assert_array_equal(work.stored(("k",), compute, kept), np.arange(3))
    else:
        raise AssertionError("it did not fail")
