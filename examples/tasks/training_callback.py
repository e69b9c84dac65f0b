"""
Watch a map while a network learns
==================================

``vislib.callbacks.Explain`` explains fixed images after every epoch of any ``model.fit``. The network is only read:
the training is the same as without it.
"""

import keras
import numpy as np
from PIL import Image
from sklearn.datasets import load_digits

import vislib

digits = load_digits()
keras.utils.set_random_seed(0)
model = keras.Sequential(
    [
        keras.Input((8, 8, 1)),
        keras.layers.Conv2D(16, 3, activation="relu", padding="same"),
        keras.layers.Conv2D(32, 3, activation="relu", padding="same"),
        keras.layers.GlobalAveragePooling2D(),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
model.compile(keras.optimizers.Adam(0.005), "sparse_categorical_crossentropy")
image = np.repeat((digits.images[3][..., None] * 255 / 16).astype(np.uint8), 3, axis=-1)
sheets = []


def keep(one):
    sheets.append(one.sheet())


explain = vislib.callbacks.Explain(
    {"a three": image},
    "layer-cam",
    every=5,
    preprocess="0..1",
    after=keep,
)
model.fit(digits.images[..., None] / 16, digits.target, epochs=20, batch_size=32, verbose=0, callbacks=[explain])

# %%
# From top to bottom: before the training, and after 5, 10, 15 and 20 epochs.

Image.fromarray(np.concatenate(sheets))
