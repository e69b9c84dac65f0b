"""TensorFlow and Keras, imported once and late.

Only modules that build or run models import this one, so ``import vislib`` stays instant.
"""

import gc
import os

# oneDNN's kernels take a third less time on CPUs where TensorFlow leaves them off; a value that the
# person set stays.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

# Among the hundreds of thousands of objects that these make none is garbage; looking for some takes a fifth of the time.
_collects = gc.isenabled()
gc.disable()
try:
    import keras
    import tensorflow as tf
finally:
    if not gc.get_freeze_count():  # frozen and thawed they count as old, and are not looked through three times
        gc.freeze()
        gc.unfreeze()
    if _collects:
        gc.enable()

__all__ = ["keras", "tf"]
