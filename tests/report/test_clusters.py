"""Spectral relevance analysis on maps whose clusters are known."""

import numpy as np
import pytest

from vislib.report.clusters import SIDE, cluster, eigengap, reasons, small_maps


def blobs(random, n: int, centres: list[tuple[float, float]], spread: float = 1.2, width: float = 1.6) -> np.ndarray:
    """Maps (n, 14, 14), each a bump near one of the centres in turn."""
    rows, columns = np.indices((SIDE, SIDE))
    maps = np.empty((n, SIDE, SIDE), np.float32)
    for number in range(n):
        row, column = np.array(centres[number % len(centres)]) + random.normal(0, spread, 2)
        maps[number] = np.exp(-((rows - row) ** 2 + (columns - column) ** 2) / (2 * width**2))
    return maps


@pytest.mark.parametrize("n_clusters", [1, 2, 3])
def test_eigengap_and_clusters_of_separate_bumps(n_clusters):
    centres = [(3, 3), (10, 10), (3, 11)][:n_clusters]
    n = 45 // n_clusters * n_clusters
    found = cluster(small_maps(blobs(np.random.default_rng(0), n, centres, 0.5)))
    assert len(np.unique(found)) == n_clusters
    for each in range(n_clusters):
        assert len(np.unique(found[each::n_clusters])) == 1, "a bump's maps are together"


def test_eigengap_of_a_graph_in_pieces_is_their_number():
    affinity = np.kron(np.eye(4), np.ones((6, 6))) - np.eye(24)
    assert eigengap(affinity) == 4


def test_too_few_or_equal_maps_are_one_cluster():
    assert not cluster(np.random.default_rng(0).random((5, 4, 4))).any()
    assert not cluster(np.ones((30, 4, 4))).any()


def test_small_maps_keep_what_speaks_for_the_class_at_length_one():
    maps = np.zeros((3, 28, 56), np.float32)
    maps[0, :2, :2], maps[1] = 5, -1
    small = small_maps(maps)
    assert small.shape == (3, 7, 14)
    np.testing.assert_allclose(np.linalg.norm(small.reshape(3, -1), axis=1), [1, 0, 0])


def test_fixed_mark_before_objects_that_move():
    """Three classes of objects in the middle; a third of the second class's maps rest on a mark as well."""
    random = np.random.default_rng(1)
    objects = blobs(random, 240, [(6, 7), (8, 6), (7, 8)])
    classes = np.arange(240) % 3
    marked = (classes == 1) & (np.arange(240) % 9 == 1)
    objects[marked, 1:3, 1:3] = 1.0
    found = reasons(small_maps(objects), classes, range(240))
    first = found[0]
    assert first.class_index == 1
    assert set(first.numbers) == set(np.flatnonzero(marked))
    assert first.place in {(row, column) for row in (1, 2) for column in (1, 2)}
    assert first.suspicion > 2 * found[1].suspicion
    assert first.always > 0.9
    assert first.others < 0.1


def test_same_input_same_clusters():
    maps, classes = small_maps(blobs(np.random.default_rng(2), 90, [(4, 4), (9, 9)])), np.arange(90) % 2
    one, other = (reasons(maps, classes, range(90)) for _ in range(2))
    assert [reason.numbers for reason in one] == [reason.numbers for reason in other]


def test_one_class_alone_is_compared_with_its_own_other_clusters():
    maps = small_maps(blobs(np.random.default_rng(0), 40, [(3, 3), (10, 10)], 0.3))
    found = reasons(maps, np.zeros(40, int), range(40))
    assert len(found) == 2
    assert all(reason.suspicion > 0.5 for reason in found)
    assert reasons(maps[::2], np.zeros(20, int), range(20))[0].suspicion == 0
