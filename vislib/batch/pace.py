"""The progress of a batch as text: images done, rate, time left."""

import time


class Pace:
    """Writes the progress of a batch with its rate and the time left. The rate is measured from the first call on."""

    def __init__(self) -> None:
        self._begun: tuple[float, int] | None = None

    def __call__(self, done: int, total: int) -> str:
        """The line of `progress_line`; `done` and `total` count images."""
        now = time.monotonic()
        if self._begun is None:
            self._begun = (now, done)
        return progress_line(done, total, done - self._begun[1], now - self._begun[0])


def progress_line(done: int, total: int, done_now: int, seconds: float) -> str:
    """ "1,200 of 10,000 images, 40.1 a second, 3 min 39 s left"."""
    line = f"{done:,} of {total:,} images"
    if done_now <= 0 or seconds <= 0:
        return line
    rate = done_now / seconds
    return f"{line}, {rate:.1f} a second, {duration((total - done) / rate)} left"


def duration(seconds: float) -> str:
    """ "42 s", "3 min 39 s", "2 h 5 min", "3 days 4 h"."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours < 48 else f"{hours // 24} days {hours % 24} h"
