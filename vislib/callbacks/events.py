"""Event files with pictures, as TensorBoard reads them. TensorBoard itself need not be installed."""

import os
from typing import Any

import numpy as np

from vislib.backend import tf
from vislib.output import export


class EventFile:
    """A folder of event files with pictures.

    Args:
        folder: TensorBoard's `--logdir`, or a folder in it; created with the first picture.
    """

    def __init__(self, folder: str | os.PathLike[str]):
        self._folder = os.fspath(folder)
        self._writer: Any = None

    def add(self, tag: str, pixels: np.ndarray, step: int) -> None:
        """Writes a picture (h, w, 3) uint8 for a step, in the form of the images plugin: width, height, PNG."""
        if self._writer is None:
            self._writer = tf.summary.create_file_writer(self._folder)
        metadata = tf.compat.v1.SummaryMetadata(data_class="DATA_CLASS_BLOB_SEQUENCE")
        metadata.plugin_data.plugin_name = "images"
        height, width = pixels.shape[:2]
        content = export.png_bytes(export.as_image(pixels))
        with self._writer.as_default():
            tf.summary.write(tag, tf.constant([str(width).encode(), str(height).encode(), content]), step, metadata)
        self._writer.flush()
