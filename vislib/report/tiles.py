"""The pictures of a report: an image with its maps, embedded in the page as data URIs."""

import base64
import html
import io
from collections.abc import Sequence

import numpy as np
from PIL import Image

from vislib.attribution.base import Explainer
from vislib.batch import Batch
from vislib.language import tr
from vislib.output import render

SIDE = 132
"""Longer side of a stored picture in pixels; a small screen shows it smaller."""
_QUALITY = 82


class Tiles:
    """Pictures of a batch's images: the image, and each method's map over it."""

    def __init__(self, batch: Batch):
        self._batch = batch

    def of(self, numbers: Sequence[int], methods: Sequence[str], with_image: bool = True) -> list[list[str]]:
        """For each image, the HTML of its pictures: the image if it has a thumbnail, then one map per method."""
        images = self._batch.thumbnails(numbers)
        maps = {method: self._batch.maps(method, numbers) for method in methods}
        found = []
        for at, number in enumerate(numbers):
            base = self.enlarged(images[at])
            cells = [picture(base, tr("image {number}", number=number))] if base is not None and with_image else []
            for method in methods:
                alt = tr("{method} of image {number}", method=method, number=number)
                cells.append(picture(self.with_map(base, maps[method][at], method), alt))
            found.append(cells)
        return found

    def mean_image(self, numbers: Sequence[int]) -> Image.Image | None:
        """The mean of the images' thumbnails at the size of a tile; None without thumbnails of one size."""
        images = [image for image in self._batch.thumbnails(numbers) if image is not None]
        if not images or len({image.size for image in images}) > 1:
            return None
        mean = np.mean([np.asarray(image, np.float32) for image in images], axis=0)
        return self.enlarged(Image.fromarray(np.rint(mean).astype(np.uint8)))

    def with_map(self, base: Image.Image | None, values: np.ndarray, method: str) -> Image.Image:
        """A map over the image, or alone without an image."""
        signed = Explainer.registry[method].signed if method in Explainer.registry else True
        if base is not None:
            return render.laid_over(base, values, signed)
        return self._fitting(render.map_image(values, signed=signed))

    def enlarged(self, image: Image.Image | None) -> Image.Image | None:
        """An image at the size of a tile; the pixels of a small image become squares."""
        return None if image is None else self._fitting(image)

    def _fitting(self, image: Image.Image) -> Image.Image:
        times = SIDE / max(image.size)
        size = (max(1, round(image.width * times)), max(1, round(image.height * times)))
        return image.resize(size, Image.Resampling.NEAREST if times > 2 else Image.Resampling.LANCZOS)


def picture(image: Image.Image, alt: str) -> str:
    """An HTML <img> element that contains the picture."""
    buffer = io.BytesIO()
    image.convert("RGB").save(buffer, "JPEG", quality=_QUALITY)
    source = base64.b64encode(buffer.getvalue()).decode()
    return (
        f'<img src="data:image/jpeg;base64,{source}" alt="{html.escape(alt, quote=True)}" '
        f'width="{image.width}" height="{image.height}">'
    )
