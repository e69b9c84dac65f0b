"""While an explanation is computed NumPy takes one thread, so that TensorFlow has the cores; afterwards as before."""

import pytest
from threadpoolctl import threadpool_info, threadpool_limits
from tiny_models import random_image, tiny

import vislib


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
