"""vislib app: what it opens, and what it refuses before a server starts."""

import json
import os
import socket

import pytest

from vislib.cli import app
from vislib.cli.main import main
from vislib.shipped import shipped_path


@pytest.fixture
def started(monkeypatch) -> list[list[str]]:
    """Fills with the command that this process would become."""
    commands: list[list[str]] = []
    monkeypatch.setattr(
        os, "execve", lambda program, words, environment: commands.append([*words, environment[app.FILES]])
    )
    return commands


@pytest.mark.parametrize(
    ("words", "model", "image"),
    [
        ([], None, None),
        (["digits", "cat.jpg"], "digits", "cat.jpg"),
        (["cat.jpg"], None, "cat.jpg"),
        (["bands.npz", "my.keras", "--labels", "names.txt"], "my.keras", "bands.npz"),
    ],
)
def test_model_and_image_told_apart(words, model, image, monkeypatch):
    monkeypatch.setenv(app.FILES, json.dumps(words))
    found = app.opened()
    assert (found.model, found.image) == (model, image)


def test_server_is_started_on_the_files(started, tmp_path, samples, monkeypatch):
    model = tmp_path / "my.keras"
    model.touch()
    words = [str(model), str(samples / "cat.jpg"), "--preprocess", "-1..1"]
    assert main(["app", *words, "--no-browser"]) == 0
    (command,) = started
    assert str(shipped_path("app.py")) in command
    assert command[command.index("--server.headless") + 1] == "true"
    monkeypatch.setenv(app.FILES, command[-1])
    found = app.opened()
    assert [found.model, found.image, found.options.preprocess] == [*words[:2], "-1..1"]


def test_next_free_port_is_taken(started):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["app", "--port", str(port)]) == 2
        assert not started


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["a.jpg", "b.jpg"], "one model and one image"),
        (["missing.keras"], "no file missing.keras"),
        (["missing.jpg"], "missing.jpg cannot be read"),
        (["--labels", "names.txt"], "need its file"),
        (["--port", "70000"], "1 to 65535"),
    ],
)
def test_refused_with_a_sentence(words, said, started, capsys):
    assert main(["app", *words]) == 2
    assert said in capsys.readouterr().err
    assert not started


def test_without_streamlit_says_what_to_install(started, monkeypatch, capsys):
    monkeypatch.setattr(app.importlib.util, "find_spec", lambda name: None)
    assert main(["app"]) == 2
    assert "pip install 'vislib-keras[app]'" in capsys.readouterr().err
    assert not started


def test_without_a_command_says_what_there_is(capsys):
    assert main([]) == 0
    assert "open the app in the browser" in capsys.readouterr().out
