"""
Your own Keras model
====================

Any Keras 3 model that takes an image will do. Here a small one is trained for some seconds on the digits of
scikit-learn, which need no download; then it is explained.
"""

import keras
import numpy as np
from sklearn.datasets import load_digits

import vislib

digits = load_digits()
x, y = np.repeat(digits.images[..., None] / 16, 1, axis=-1).astype("float32"), digits.target
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
model.compile(keras.optimizers.Adam(0.005), "sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(x[:1500], y[:1500], epochs=15, batch_size=32, verbose=0)
print(f"accuracy on 297 other digits: {model.evaluate(x[1500:], y[1500:], verbose=0)[1]:.0%}")

# %%
# ``preprocess`` says how pixels become the numbers that the model was trained on: here 0 to 255 become 0 to 1.

classifier = vislib.load_classifier(model, preprocess="0..1", labels=[str(digit) for digit in range(10)])
image = np.repeat((digits.images[1510][..., None] * 255 / 16).astype(np.uint8), 3, axis=-1)
maps = [vislib.explain(name, classifier, image) for name in ("grad-cam", "gradient-x-input", "occlusion")]
vislib.figures.comparison(maps, image)
