"""The server's log: a JSON object a line, and nothing of what people brought."""

import io
import json
import logging

import pytest
from PIL import Image
from streamlit.runtime.scriptrunner_utils.exceptions import StopException

from pages._ui.server import journal
from vislib import VislibError

SECRET = "secret <holiday>.png"


@pytest.fixture
def lines(monkeypatch):
    """Reads what was written, each line as the object it must be."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(message)s"))
    journal._set_up()
    monkeypatch.setattr(journal._logger, "handlers", [handler])
    return lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


def test_one_object_a_line_whatever_is_told(lines):
    journal.log("refused", what="two\nlines", why='"quoted" \u2028 ü \\')
    (line,) = lines()
    assert line["event"] == "refused"
    assert line["what"] == "two\nlines"
    assert line["why"] == '"quoted" \u2028 ü \\'
    assert {"time", "session", "memory_mb", "threads"} <= line.keys()


@pytest.mark.parametrize(
    ("error", "outcome", "why"),
    [
        (None, "done", None),
        (VislibError("Too large."), "refused", "Too large."),
        (MemoryError("12 GB for secret.png"), "failed", "MemoryError"),
        (StopException(), "left", None),
    ],
)
def test_how_it_ended_told(error, outcome, why, lines):
    def block():
        with journal.timed("computed", what="Occlusion") as facts:
            facts["n"] = 3
            if error is not None:
                raise error

    if error is None:
        block()
    else:
        with pytest.raises(type(error)):
            block()
    (line,) = lines()
    assert (line["outcome"], line.get("why"), line["n"]) == (outcome, why, 3)
    assert line["seconds"] >= 0


@pytest.mark.parametrize("good", [True, False])
def test_file_of_one_s_own_not_in_the_log(good, lines, open_page):
    picture = io.BytesIO()
    Image.new("RGB", (20, 20), (1, 2, 3)).save(picture, "PNG")
    content = picture.getvalue() if good else b"my secret diary"
    page = open_page("class_activation", model="digits")  # computed at once
    page.get("file_uploader")[0].set_value((SECRET, content, "image/png")).run()
    assert not page.exception
    told = lines()
    assert told, "nothing was told"
    text = json.dumps(told, ensure_ascii=False)
    assert "secret" not in text
    assert "holiday" not in text
    assert any(line["event"] == "refused" for line in told) is not good
