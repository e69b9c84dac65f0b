"""The server's log for its operator: one JSON object per line on standard error, for each computation and refusal.

The log holds no image, no file name and no address; docs/deployment.md describes the lines.
"""

import json
import logging
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from streamlit.runtime.scriptrunner import get_script_run_ctx

from vislib import VislibError
from vislib.language import speaking

_logger = logging.getLogger("vislib.app")
_STATUS = Path("/proc/self/status")


def _set_up() -> None:
    if not _logger.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter("%(message)s"))
        _logger.addHandler(handler)
        _logger.setLevel(logging.INFO)
        _logger.propagate = False


def log(event: str, **facts: Any) -> None:
    """Writes one line."""
    _set_up()
    context = get_script_run_ctx(suppress_warning=True)
    about = {
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "event": event,
        "session": context.session_id[:8] if context else None,
        **facts,
        "memory_mb": memory_mb(),
        "threads": threading.active_count(),
    }
    _logger.info(json.dumps(about))  # ASCII, because Unicode has more line separators


@contextmanager
def timed(event: str, **facts: Any) -> Iterator[dict[str, Any]]:
    """Writes one line when the block ends: the outcome, the reason of a refusal, and the seconds it took.

    Yields the facts of the line; the block may add more.
    """
    start, outcome = time.monotonic(), "left"  # Streamlit ends the script of a user who left with a BaseException
    try:
        yield facts
        outcome = "done"
    except VislibError as error:
        outcome, facts["why"] = "refused", reason(error)
        raise
    except Exception as error:
        outcome, facts["why"] = "failed", type(error).__name__
        raise
    finally:
        log(event, outcome=outcome, seconds=round(time.monotonic() - start, 2), **facts)


def reason(error: VislibError) -> str:
    """The message of an error in English, for the log."""
    with speaking("en"):
        return str(error)


def memory_mb() -> int | None:
    """Memory of this process in MB; None where /proc does not exist."""
    try:
        line = next(line for line in _STATUS.read_text().splitlines() if line.startswith("VmRSS"))
    except (OSError, StopIteration):
        return None
    return int(line.split()[1]) // 1024
