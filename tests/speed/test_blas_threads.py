"""While an explanation is computed NumPy takes one thread, so that TensorFlow has the cores; afterwards as before."""

import threading

import pytest
from threadpoolctl import threadpool_info, threadpool_limits
from tiny_models import random_image, tiny

import vislib
from vislib.speed.blas_threads import one_blas_thread


def blas_threads():
    return {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"}


@pytest.mark.parametrize("stopped", [False, True], ids=["to the end", "stopped"])
def test_one_blas_thread_while_it_runs_and_the_former_number_after_it(stopped):
    seen = []

    def progress(*_):
        seen.append(blas_threads())
        if stopped:
            raise KeyboardInterrupt

    with threadpool_limits(3, "blas"):
        before = blas_threads()
        try:
            vislib.explain("rise", tiny("conv_relu"), random_image(), 0, progress, n_masks=4)
        except KeyboardInterrupt:
            assert stopped
        assert blas_threads() == before != {1}
    assert set.union(*seen) == {1}


def test_overlapping_blocks_leave_the_process_as_it_was():
    with threadpool_limits(3, "blas"):
        before = blas_threads()
        first, second = one_blas_thread(), one_blas_thread()
        first.__enter__()
        second.__enter__()
        first.__exit__(None, None, None)
        assert blas_threads() == {1}, "the second block still runs"
        second.__exit__(None, None, None)
        assert blas_threads() == before != {1}


def test_two_explanations_in_two_threads_leave_the_process_as_it_was():
    """Each waits at its first report until the other is at its own, so that they overlap in any case."""
    both = threading.Barrier(2, timeout=300)

    def explain(first: bool) -> None:
        reports = iter([both.wait, (lambda: None) if first else both.wait])
        vislib.explain(
            "rise", tiny("conv_relu"), random_image(), 0, lambda *_: next(reports, lambda: None)(), n_masks=32
        )
        if first:
            both.wait()  # the other is still within its explanation

    with threadpool_limits(3, "blas"):
        before = blas_threads()
        threads = [threading.Thread(target=explain, args=(first,)) for first in (True, False)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert blas_threads() == before != {1}
