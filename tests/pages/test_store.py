"""The store: what it keeps and drops; under many hands bounded, and each result computed once."""

import threading

import numpy as np
from stopping import HANG_SECONDS

from pages._ui.server import work
from pages._ui.server.store import Store


def array(n_bytes: int) -> np.ndarray:
    return np.zeros(n_bytes, np.uint8)


def test_store_gives_what_was_put():
    store = Store(1000)
    store.put(("a",), kept := array(10))
    assert store.get(("a",)) is kept
    assert store.get(("b",)) is None


def test_store_drops_the_least_recently_used():
    store = Store(1000)
    for name in "ab":
        store.put((name,), array(400))
    store.get(("a",))
    store.put(("c",), array(400))
    assert store.get(("b",)) is None
    assert store.get(("a",)) is not None
    assert store.get(("c",)) is not None


def test_store_counts_a_key_put_twice_once():
    store = Store(1000)
    store.put(("b",), array(300))
    for _ in range(5):
        store.put(("a",), array(600))
    assert store.get(("b",)) is not None


def test_store_counts_dictionaries_of_arrays():
    store = Store(1000)
    store.put(("a",), {"one": array(400), "two": array(400)})
    store.put(("b",), array(300))
    assert store.get(("a",)) is None
    assert store.get(("b",)) is not None


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


class CountedStore(Store):
    """Tells of each who asks for the lock of a key."""

    def __init__(self):
        super().__init__(10**6)
        self.asked = threading.Semaphore(0)

    def lock(self, key):
        self.asked.release()
        return super().lock(key)


def test_one_computation_a_key_for_many_who_want_it():
    kept, calls, n_people = CountedStore(), [], 4

    def compute() -> np.ndarray:
        calls.append(threading.get_ident())
        for _ in range(n_people):  # all have found nothing, and ask
            assert kept.asked.acquire(timeout=HANG_SECONDS)
        return np.arange(3)

    given: list[np.ndarray] = []
    people = [
        threading.Thread(target=lambda: given.append(work.stored(("k",), compute, kept))) for _ in range(n_people)
    ]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert len(calls) == 1
    assert len(given) == n_people
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
