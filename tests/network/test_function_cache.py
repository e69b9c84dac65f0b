"""Traced functions: made once, removed by memory, gone with their network."""

import gc

import pytest

from vislib.activation_maximization import Pixels
from vislib.activation_maximization.ascent import Ascent
from vislib.backend import tf
from vislib.network import function_cache
from vislib.network.function_cache import FunctionCache, kept

NUMBER = tf.TensorSpec((), tf.float32)


@pytest.fixture(autouse=True)
def alone(monkeypatch):
    """No functions of other tests."""
    monkeypatch.setattr(function_cache, "_recent", type(function_cache._recent)())


def add(cache: FunctionCache, number: int, made: list[int]) -> float:
    def make():
        made.append(number)
        return lambda x: x + number

    return float(cache.traced(number, make, NUMBER)(tf.constant(1.0)))


def test_made_once():
    cache, made = FunctionCache(), []
    assert [add(cache, number, made) for number in (1, 2, 1, 2)] == [2, 3, 2, 3]
    assert made == [1, 2]
    assert kept().functions == 2


def test_no_garbage_is_collected_while_a_function_is_traced():
    cache, collects = FunctionCache(), []

    def seen(x):
        collects.append(gc.isenabled())
        return x

    def failing(x):
        raise ValueError("no trace")

    cache.traced("seen", lambda: seen, NUMBER)
    with pytest.raises(ValueError, match="no trace"):
        cache.traced("failing", lambda: failing, NUMBER)
    assert collects == [False]
    assert gc.isenabled()


def test_least_recently_used_of_all_networks_is_removed_and_made_again(monkeypatch):
    one, other, made = FunctionCache(), FunctionCache(), []
    add(one, 1, made)
    monkeypatch.setattr(function_cache, "MAX_BYTES", kept().n_bytes * 3)  # room for three
    add(one, 2, made)
    add(other, 3, made)
    add(one, 1, made)  # now 2 is the one that was not used for longest
    add(other, 4, made)
    assert kept().functions == 3
    assert kept().n_bytes <= function_cache.MAX_BYTES
    made.clear()
    assert [add(one, 1, made), add(other, 3, made), add(other, 4, made)] == [2, 4, 5]
    assert made == []
    assert add(one, 2, made) == 3
    assert made == [2]


def test_gone_with_its_network():
    cache = FunctionCache()
    add(cache, 1, [])
    del cache
    gc.collect()
    assert kept().functions == 0


def test_one_that_is_larger_than_the_limit_is_still_kept(monkeypatch):
    monkeypatch.setattr(function_cache, "MAX_BYTES", 1)
    cache, made = FunctionCache(), []
    add(cache, 1, made)
    add(cache, 1, made)
    assert made == [1]


def test_cache_never_has_the_number_of_one_that_is_gone():
    assert len({FunctionCache().number for _ in range(5)}) == 5


def test_steps_of_an_ascent_are_kept_here_and_made_once():
    width = 7  # of no other test
    for _ in range(2):
        Ascent(Pixels(), (), (5, width, 3), "adam")
    assert kept().functions == 1
