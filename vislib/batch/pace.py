"""The progress of a batch as text: images done, rate, time left."""

import time

from vislib.language import Text, text


class Pace:
    """Writes the progress of a batch with its rate and the time left. The rate is measured from the first call on."""

    def __init__(self) -> None:
        self._begun: tuple[float, int] | None = None

    def __call__(self, done: int, total: int) -> Text:
        """The line of `progress_line`; `done` and `total` count images."""
        now = time.monotonic()
        if self._begun is None:
            self._begun = (now, done)
        return progress_line(done, total, done - self._begun[1], now - self._begun[0])


def progress_line(done: int, total: int, done_now: int, seconds: float) -> Text:
    """ "1,200 of 10,000 images, 40.1 a second, 3 min 39 s left"."""
    if done_now <= 0 or seconds <= 0:
        return text("{done:,} of {total:,} images", done=done, total=total)
    rate = done_now / seconds
    return text(
        "{done:,} of {total:,} images, {rate:.1f} a second, {duration} left",
        done=done,
        total=total,
        rate=rate,
        duration=duration((total - done) / rate),
    )


def duration(seconds: float) -> Text:
    """ "42 s", "3 min 39 s", "2 h 5 min", "3 days 4 h"."""
    if seconds < 60:
        return text("{seconds:.0f} s", seconds=seconds)
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return text("{minutes} min {seconds} s", minutes=minutes, seconds=rest)
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return text("{hours} h {minutes} min", hours=hours, minutes=minutes)
    return text("{days} days {hours} h", days=hours // 24, hours=hours % 24)
