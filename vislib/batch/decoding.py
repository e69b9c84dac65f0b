"""Reads, decodes and resizes images in threads, ahead of the computation; the number of waiting images is bounded."""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from vislib.batch.masks import FitMasks
from vislib.errors import ImageError
from vislib.images.reading import image_digest
from vislib.images.sources import Source
from vislib.language import speaking

_THREADS = 2


@dataclass(frozen=True, eq=False)
class Decoded:
    """A decoded image, or the reason why it could not be decoded.

    Attributes:
        number: Its number in the batch.
        path: Its name in the source.
        label: The class it belongs to; None if unknown.
        resized: (h, w, 3) uint8, resized to the network's input; None if there is an error.
        size: (height, width) of the original in pixels.
        digest: Digest of the original's pixels; empty if there is an error.
        error: A sentence; None if the image was decoded.
        mask: (h, w) int, the true class of each pixel of a segmentation's output; None if unknown.
    """

    number: int
    path: str
    label: str | None
    resized: np.ndarray | None = None
    size: tuple[int, int] | None = None
    digest: str = ""
    error: str | None = None
    mask: np.ndarray | None = None


Fit = Callable[[np.ndarray], np.ndarray] | FitMasks
"""Brings an image (H, W, 3) to the network's input size (h, w, 3), and perhaps its mask to the output's size."""


def decoded(source: Source, number: int, place: int, fit: Fit) -> Decoded:
    """Reads one image, which has the number `number` in the batch and the index `place` in the source."""
    path, label = _text(source.title(place)), source.label(place)
    try:
        image = source[place]
        mask = fit.mask(source, place, image) if isinstance(fit, FitMasks) else None
        size = (image.shape[0], image.shape[1])
        return Decoded(number, path, label, fit(image), size, image_digest(image), mask=mask)
    except ImageError as error:
        with speaking("en"):  # what is stored is English
            return Decoded(number, path, label, error=str(error))


def decoded_ahead(
    source: Source,
    numbers: Iterable[int],
    fit: Fit,
    ahead: int,
    first: int = 0,
) -> Generator[Decoded, None, None]:
    """Yields the images in the order of `numbers`; at most `ahead` decoded images wait at a time.

    Args:
        source: The images.
        numbers: Their numbers in the batch.
        fit: Maps an image (H, W, 3) to the network's input size (h, w, 3); only the result stays in memory.
        ahead: How many images are decoded ahead.
        first: The number in the batch of the source's first image.
    """
    waiting: deque[Future[Decoded]] = deque()
    pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="decode")
    try:
        for number in numbers:
            waiting.append(pool.submit(decoded, source, number, number - first, fit))
            if len(waiting) > ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _text(name: str) -> str:
    """A file's name as valid UTF-8; each byte that is not valid UTF-8 is written as an escape, such as \\udc80."""
    return name.encode("utf-8", "backslashreplace").decode()
