"""The command line's `app`: python -m vislib app [MODEL] [IMAGE] opens the browser on a person's own files."""

import argparse
import importlib.util
import json
import os
import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from vislib import zoo
from vislib.cli.model_options import add_own_model_options, joined, model_settings
from vislib.cli.model_source import check_trust
from vislib.errors import ParameterError, VislibError, listed
from vislib.images.reading import read_image
from vislib.language import text, tr
from vislib.loading.sources import is_model_file
from vislib.model.labels import labels_of
from vislib.model.preprocessing import preprocessing_named
from vislib.model_file.kinds import MODEL_SUFFIXES
from vislib.shipped import shipped_path

FILES = "VISLIB_APP_FILES"
"""The environment variable in which the server finds the words that followed `app`, as JSON."""
FIRST_PORT = 8501
_PORTS = 100
_OF_BANDS = (".npy", ".npz", ".tif", ".tiff")


@dataclass(frozen=True, eq=False)
class Opened:
    """What the app begins with.

    Attributes:
        model: A built-in network, or the path of a model file; None: the default network.
        image: The path of an image; None: the first sample.
        options: The options for the model, as `add_own_model_options` gives them.
    """

    model: str | None
    image: str | None
    options: argparse.Namespace


def add_app_arguments(command: argparse.ArgumentParser) -> None:
    """The arguments of `app`."""
    command.description = tr(
        "Serves the app on this machine, http://127.0.0.1, and opens the browser on it. With a model "
        "or an image, the Overview shows them at once."
    )
    command.add_argument(
        "files",
        nargs="*",
        metavar="MODEL IMAGE",
        help=tr("a built-in network or a .keras or .h5 file, and an image file; either may be left out"),
    )
    add_own_model_options(command)
    command.add_argument(
        "--port",
        type=int,
        help=tr("port of the server (default {port}, or the next one that is free)", port=FIRST_PORT),
    )
    command.add_argument("--no-browser", action="store_true", help=tr("serve only, and open no browser"))


def opened() -> Opened | None:
    """What this process, the server, was started with; None if nothing was named."""
    words = os.environ.get(FILES)
    if words is None:
        return None
    parser = argparse.ArgumentParser(prog="app.py")
    add_app_arguments(parser)
    # What every command takes, such as --debug, is no matter of the app.
    return opened_by(parser.parse_known_args(joined(json.loads(words)))[0])


def run_app(options: argparse.Namespace, words: Sequence[str]) -> None:
    """Becomes the server of the app.

    Args:
        options: Those of `add_app_arguments`.
        words: The words that gave them; the server reads them again.

    Raises:
        VislibError: If Streamlit is not installed, a file cannot be read, or the port is in use.
    """
    if importlib.util.find_spec("streamlit") is None:
        raise VislibError(text("The app needs Streamlit, which is not installed: pip install 'vislib-keras[app]'"))
    _check(opened_by(options))
    server = {
        "port": _free_port(options.port),
        "headless": str(options.no_browser).lower(),
        "showEmailPrompt": "false",
    }
    flags = [word for name, value in server.items() for word in (f"--server.{name}", str(value))]
    sys.stdout.flush()
    # -P, so that no file of the folder in which it is started is imported by mistake.
    command = [sys.executable, "-P", "-m", "streamlit", "run", str(shipped_path("app.py")), *flags]
    os.execve(sys.executable, command, {**os.environ, FILES: json.dumps(list(words))})


def opened_by(options: argparse.Namespace) -> Opened:
    """What the options of `add_app_arguments` open.

    Raises:
        ParameterError: If there are two models or two images.
    """
    models = [name for name in options.files if is_model(name)]
    images = [name for name in options.files if not is_model(name)]
    if len(models) > 1 or len(images) > 1:
        known = listed(zoo.models(), 4)
        if len(models) > 1:
            said = text(
                "app opens one model and one image; {names} are {n} models. A model is one of {known} or a .keras or "
                ".h5 file.",
                names=listed(models),
                n=len(models),
                known=known,
            )
        else:
            said = text(
                "app opens one model and one image; {names} are {n} images. A model is one of {known} or a .keras or "
                ".h5 file.",
                names=listed(images),
                n=len(images),
                known=known,
            )
        raise ParameterError(said)
    return Opened(next(iter(models), None), next(iter(images), None), options)


def is_model(name: str) -> bool:
    """Whether an argument names a model rather than an image."""
    file = name.lower()
    return name in zoo.models() or (file.endswith(MODEL_SUFFIXES) and not file.endswith(_OF_BANDS))


def _check(given: Opened) -> None:
    """Finds what is wrong with the files and options before the server starts, as far as that is quick."""
    settings = model_settings(given.options)
    is_file = given.model is not None and is_model_file(given.model, zoo.models())
    if settings and not is_file:
        raise ParameterError(
            text("The options for your own model need its file: vislib app my.keras cat.jpg --labels labels.txt")
        )
    check_trust(given.options)
    if is_file and not os.path.exists(str(given.model)):
        raise ParameterError(text("There is no file {model}.", model=given.model))
    if isinstance(settings.get("preprocess"), str):
        preprocessing_named(settings["preprocess"])
    if "labels" in settings:
        labels_of(settings["labels"])
    if given.image is not None and not given.image.lower().endswith(_OF_BANDS):
        read_image(given.image)


def _free_port(wanted: int | None) -> int:
    if wanted is not None and not 1 <= wanted <= 65_535:
        raise ParameterError(text("--port takes 1 to 65535; not {wanted}.", wanted=wanted))
    for port in [wanted] if wanted is not None else range(FIRST_PORT, FIRST_PORT + _PORTS):
        with socket.socket() as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                tried.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    if wanted is not None:
        raise ParameterError(
            text("Port {wanted} is in use. Leave --port out, and the first free one is taken.", wanted=wanted)
        )
    raise ParameterError(
        text(
            "The ports {first} to {last} are all in use; name one with --port.",
            first=FIRST_PORT,
            last=FIRST_PORT + _PORTS - 1,
        )
    )
