"""Too little memory, whoever says so."""

import pytest

from pages._ui.server import memory


def test_tensorflow_s_own_shortage_is_known_by_name():
    from vislib.backend import tf

    error = tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor")
    with pytest.raises(memory.TooLittleMemory), memory.catch_shortage("Work"):
        raise error
