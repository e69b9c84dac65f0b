"""Images read, decoded and fitted to the network's input ahead of the computation, a bounded number of them."""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from vislib.batch.sources import Source
from vislib.errors import ImageError
from vislib.images.reading import image_digest

_THREADS = 2


@dataclass(frozen=True, eq=False)
class Decoded:
    """An image ready to be computed, or why it cannot be.

    Attributes:
        number: Its place in the source.
        path: What the source calls it.
        label: The class it belongs to; None where that is not known.
        fitted: (h, w, 3) uint8, as the network sees it; None with an error.
        size: (height, width) of the original.
        digest: Of the original's pixels; empty with an error.
        error: A sentence.
    """

    number: int
    path: str
    label: str | None
    fitted: np.ndarray | None = None
    size: tuple[int, int] | None = None
    digest: str = ""
    error: str | None = None


def decoded(source: Source, number: int, place: int, fit: Callable[[np.ndarray], np.ndarray]) -> Decoded:
    """Reads one image: number `number` of the batch, at `place` in the source."""
    path, label = _text(source.title(place)), source.label(place)
    try:
        image = source[place]
        return Decoded(number, path, label, fit(image), (image.shape[0], image.shape[1]), image_digest(image))
    except ImageError as error:
        return Decoded(number, path, label, error=str(error))


def decoded_ahead(
    source: Source,
    numbers: Iterable[int],
    fit: Callable[[np.ndarray], np.ndarray],
    ahead: int,
    first: int = 0,
) -> Generator[Decoded, None, None]:
    """The images in the order of their numbers, at most `ahead` of them decoded and waiting at a time.

    Args:
        source: The images.
        numbers: Which.
        fit: From an image (H, W, 3) to the network's input (h, w, 3); only that is held.
        ahead: How many are read ahead.
        first: The batch's number of the source's first image.
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
    """A file's name as UTF-8; bytes of it that are none as \\udc80."""
    return name.encode("utf-8", "backslashreplace").decode()
