"""
Convolution by hand
===================

``vislib.arithmetic`` does the arithmetic of convolutional networks in plain NumPy; no network is needed. A kernel
slides over the image, and at each place the products are summed.
"""

import numpy as np

import vislib
from vislib import arithmetic

image = vislib.load_image(vislib.sample_path("cat.jpg"))
grey = image.mean(axis=2, keepdims=True)
pictures, titles = [], []
for name in list(arithmetic.PRESETS)[:6]:
    preset = arithmetic.PRESETS[name]
    kernel = preset.kernel[..., None, None]  # (k_h, k_w, c_in, c_out)
    (found,) = np.moveaxis(arithmetic.convolve(grey, kernel, padding="same"), -1, 0)
    pictures.append(vislib.render.map_image(found, signed=bool(found.min() < 0), colormap="gray"))
    titles.append(preset.title)
vislib.figures.pictures(pictures, titles, columns=3)
