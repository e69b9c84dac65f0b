"""The bar where no callback is given: only where a person watches, only for work that lasts, and never in a server."""

import io
import threading

from vislib import progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def watched(monkeypatch, stream: io.StringIO | None = None) -> io.StringIO:
    """Makes standard error a terminal, or another stream, and lets every job count as one that lasts."""
    stream = Terminal() if stream is None else stream
    monkeypatch.setattr("sys.stderr", stream)  # not in a fixture: pytest sets it again before the test
    monkeypatch.setattr(progress, "SECONDS_BEFORE_BAR", 0.0)
    return stream


def work(bar, total: int = 4) -> None:
    for done in range(total + 1):
        bar(done, total)


def test_terminal_gets_a_bar_that_is_gone_at_the_end(monkeypatch):
    written = watched(monkeypatch)
    bar = progress._Bar()
    work(bar)
    assert "/4 [" in written.getvalue()
    assert written.getvalue().rpartition("\r")[0].endswith(" ")  # overwritten with spaces
    assert bar._drawn is None


def test_job_that_was_stopped_leaves_room_for_the_next(monkeypatch):
    written = watched(monkeypatch)
    bar = progress._Bar()
    for done in range(3):
        bar(done, 4)
    work(bar)
    work(bar, 7)
    assert "/7 [" in written.getvalue()
    assert bar._drawn is None


def test_quick_work_draws_nothing(monkeypatch):
    written = watched(monkeypatch)
    monkeypatch.setattr(progress, "SECONDS_BEFORE_BAR", 1000.0)
    work(progress._Bar())
    assert written.getvalue() == ""


def test_pipe_gets_nothing(monkeypatch):
    pipe = watched(monkeypatch, io.StringIO())
    work(progress._Bar())
    assert pipe.getvalue() == ""


def test_other_thread_than_the_main_one_gets_nothing(monkeypatch):
    """As a page of the app runs, whose server was started in a terminal."""
    written = watched(monkeypatch)
    thread = threading.Thread(target=work, args=(progress._Bar(),))
    thread.start()
    thread.join()
    assert written.getvalue() == ""
