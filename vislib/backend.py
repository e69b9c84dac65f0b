"""TensorFlow and Keras, imported once and late.

Only modules that build or run models import this one, so ``import vislib`` stays instant.
"""

import os

# oneDNN's kernels take a third less time on CPUs where TensorFlow leaves them off; a value that the
# person set stays.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import keras
import tensorflow as tf

__all__ = ["keras", "tf"]
