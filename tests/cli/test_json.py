"""--json, --quiet, exit statuses and completion: what scripts and agents rely on."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import vislib
from vislib.cli import exit_status, main, running
from vislib.cli.answer import plain
from vislib.cli.completion import completion

DOCS = Path(__file__).parents[2] / "docs" / "command_line.md"
DIGIT = "sample_images/digits/3.png"
DIGITS = (DIGIT, "--model", "digits")
COMMANDS = {
    "models": [],
    "methods": [],
    "predict": [*DIGITS, "--top", "3"],
    "explain": [*DIGITS, "--method", "saliency,grad-cam", "--out", "{tmp}/a.npz"],
    "compare": [*DIGITS, "--method", "saliency,grad-cam", "--out", "{tmp}/a.svg"],
    "trust": [*DIGITS, "--method", "saliency", "--box", "7,4,20,24", "--out", "{tmp}/a.csv"],
    "channels": [*DIGITS, "--top", "2", "--out", "{tmp}/a.csv"],
    "concepts": ["groups", *DIGITS, "--groups", "2", "--out", "{tmp}/a.npz"],
    "what-if": [*DIGITS, "--edit", "rotate=15", "--sweep", "rotate=0..10:2", "--least-covering", "change"],
    "adversarial": [*DIGITS, "--epsilon", "20", "--steps", "2", "--out", "{tmp}/a.png"],
    "neighbours": [*DIGITS, "--among", "{tmp}/images", "--out", "{tmp}/a.json"],
    "batch": ["{tmp}/images", "--model", "digits", "--methods", "saliency", "--out", "{tmp}/batch"],
    "maximize": ["--model", "digits", "--class", "3", "--steps", "1", "--out", "{tmp}/a.png"],
}


@pytest.fixture(scope="module")
def digits():
    return vislib.load_classifier("digits")


@pytest.fixture
def run(digits, samples, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(samples.parent)
    load = vislib.load_classifier
    monkeypatch.setattr(running, "load_classifier", lambda name, **_: digits if name == "digits" else load(name))
    (tmp_path / "images").mkdir()
    for name in ("1.png", "4.png", "7.png"):
        shutil.copy(samples / "digits" / name, tmp_path / "images")

    def run(*arguments: object) -> tuple[int, str, str]:
        status = main.main([str(argument).replace("{tmp}", str(tmp_path)) for argument in arguments])
        return status, *capsys.readouterr()

    return run


def documented(command: str) -> set[str]:
    """The keys in the row of a command that are not part of an optional answer."""
    (row,) = re.findall(rf"^\| `{command}` \| (.*) \|$", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    return set(re.findall(r"`([a-z_]+)`", row))


@pytest.mark.parametrize("command", COMMANDS)
def test_command_answers_with_one_document_of_documented_keys(run, command):
    status, out, err = run(command, *COMMANDS[command], "--json", "--quiet")
    assert (status, err) == (0, "")
    document = json.loads(out, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert document["command"] == command
    assert set(document) - {"command", "files", "notes"} <= documented(command)
    assert all(Path(path).exists() for path in document["files"])
    assert len(document["files"]) == len(re.findall("--out", " ".join(COMMANDS[command]))) + (command == "explain")


def test_document_has_the_numbers_of_the_text(run, digits, samples):
    text = run("predict", *COMMANDS["predict"])[1]
    predictions = json.loads(run("--json", "predict", *COMMANDS["predict"])[1])["predictions"]
    found = digits.predict(vislib.load_image(samples / "digits" / "3.png"), 3)
    assert [(one["index"], one["value"]) for one in predictions] == [(one.index, one.value) for one in found]
    assert text.splitlines() == [
        f"{one['value'] * 100:6.2f} %  {one['label']}  ({one['index']})" for one in predictions
    ]


def test_note_is_in_the_document_and_quiet_leaves_it_out_of_standard_error(run, tmp_path):
    Image.fromarray(np.linspace(0, 4095, 784).astype(np.uint16).reshape(28, 28)).save(tmp_path / "scan.tif")
    given = ("predict", tmp_path / "scan.tif", "--model", "digits", "--window", "1000,400")
    _, out, err = run(*given)
    assert "A window from 800" in err
    assert run(*given, "--quiet") == (0, out, "")
    _, out, err = run(*given, "--json")
    assert err == ""
    assert "A window from 800" in " ".join(json.loads(out)["notes"])


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [
        (["predict", "nothing.png"], "ImageError"),
        (["predict", *DIGITS, "--top", "0"], "ParameterError"),
        (["predict", DIGIT, "--model", "nothing.keras"], "ModelError"),
        (["predict"], "UsageError"),
        (["explode"], "UsageError"),
    ],
)
def test_error_is_a_document_too_with_the_same_status(run, arguments, kind):
    status, out, err = run(*arguments, "--json")
    document = json.loads(out)
    assert (status, document["kind"]) == (exit_status.REFUSED, kind)
    assert err == f"vislib: {document['error']}\n"
    assert f"`{kind}`" in DOCS.read_text(encoding="utf-8")


def test_error_keeps_the_files_that_were_written_before(run, monkeypatch):
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    command = ["explain", *DIGITS, "--method", "saliency,grad-cam", "--out", "{tmp}/a.png", "--json"]
    monkeypatch.setattr(vislib.methods()["grad-cam"], "explain", stopped)
    status, out, _ = run(*command)
    document = json.loads(out)
    assert (status, document["kind"]) == (exit_status.STOPPED, "Stopped")
    assert [Path(path).name for path in document["files"]] == ["a-saliency.png"]


def test_unreadable_images_status_3(run, tmp_path):
    (tmp_path / "images" / "broken.png").write_bytes(b"no picture")
    status, out, _ = run("batch", *COMMANDS["batch"], "--json")
    assert status == exit_status.SOME_UNREADABLE
    assert json.loads(out)["n_errors"] == 1


def test_report_names_its_file(run, tmp_path):
    assert run("batch", *COMMANDS["batch"])[0] == 0
    status, out, _ = run("report", tmp_path / "batch", "--json")
    assert status == 0
    assert json.loads(out)["files"] == [str(tmp_path / "batch" / "report.html")]


def test_numbers_that_json_has_not_are_null():
    assert plain({"a": np.array([1.5, np.nan]), "b": float("inf"), "c": np.int64(3)}) == {
        "a": [1.5, None],
        "b": None,
        "c": 3,
    }


def test_statuses_are_documented(capsys):
    with pytest.raises(SystemExit):
        main.main(["--help"])
    said, page = capsys.readouterr().out, DOCS.read_text(encoding="utf-8")
    for status, about in exit_status.ABOUT.items():
        assert f"{status:<4} {about}" in said
        assert f"| {status} | {about}" in page.replace("`batch`", "batch")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("vislib pre", {"predict"}),
        ("vislib explain --meth", {"--method"}),
        ("vislib explain x --method grad-cam+", {"grad-cam++"}),
        ("vislib predict x --model digit", {"digits", "digit-size"}),
        ("vislib predict LICEN", {"LICENSE"}),
    ],
)
def test_bash_completes(samples, line, expected):
    words = line.split()
    ask = f"COMP_WORDS=({line}); COMP_CWORD={len(words) - 1}; _shtab_vislib; printf '%s\\n' \"${{COMPREPLY[@]}}\""
    script = f"{completion(main._parser(), 'bash')}\n{ask}"
    found = subprocess.run(["bash", "-c", script], cwd=samples.parent, capture_output=True, text=True, check=True)
    assert expected <= set(found.stdout.split())
    assert all(each.startswith(words[-1]) for each in found.stdout.split())
