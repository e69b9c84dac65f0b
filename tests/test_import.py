"""What importing vislib costs, seen from a fresh process."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from stopping import HANG_SECONDS

ROOT = Path(__file__).parents[1]
DRAW = """
import sys, numpy as np, vislib
vislib.figures.figure(np.random.rand(4, 4, 5)).savefig('/dev/null', format='svg')
vislib.render.map_image(np.random.rand(4, 4))
"""
STRIDED = """
import numpy as np, vislib
from vislib.backend import keras
inputs = keras.Input((12, 12, 8))
x = keras.layers.GlobalAveragePooling2D()(keras.layers.Conv2D(8, 1, strides=2)(inputs))
model = keras.Model(inputs, keras.layers.Dense(3, activation="softmax")(x))
network = Network(model, (12, 12, 8))
one = np.random.default_rng(0).random((1, 12, 12, 8), np.float32)
for _ in range(300):
    assert not network.gradients(one, vislib.Target(0))[0][0, 1::2].any()
"""


def run(code: str) -> str:
    child = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=HANG_SECONDS, check=False
    )
    assert child.returncode == 0, child.stderr[-2000:]
    return child.stdout


@pytest.fixture(scope="module")
def loaded() -> list[str]:
    """What is loaded once vislib has been imported and asked what it has."""
    return run("import sys, vislib; vislib.models(); vislib.methods(); print(*sys.modules)").split()


@pytest.mark.parametrize(
    "module", ["tensorflow", "keras", "matplotlib.pyplot", "streamlit", "pyarrow", "sklearn", "ray", "pandas"]
)
def test_import_heavy_module_left_out(module, loaded):
    assert "vislib" in loaded
    assert module not in loaded


def test_import_lessons_without_tensorflow():
    """What the Learn pages show of convolution needs none."""
    lessons = (
        "import sys, vislib.arithmetic, vislib.layers, vislib.diagram, vislib.lessons.architectures, "
        "vislib.lessons.story; "
    )
    run(lessons + "assert 'keras' not in sys.modules and 'tensorflow' not in sys.modules")


def test_figure_pyplot_never_imported():
    """Figures that pyplot keeps are never freed; a server would grow with each."""
    run(DRAW + "assert 'matplotlib.pyplot' not in sys.modules")


def test_public_names_all_there():
    run("import vislib; [getattr(vislib, name) for name in vislib.__all__]")


def test_tensorflow_starts_without_a_word():
    child = subprocess.run(
        [sys.executable, "-c", "import vislib.backend"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=HANG_SECONDS,
        check=True,
        env={name: value for name, value in os.environ.items() if name != "TF_CPP_MIN_LOG_LEVEL"},
    )
    assert child.stdout + child.stderr == ""


def test_warning_that_matters_is_still_written(capfd):
    from vislib.backend import _without_greetings

    with _without_greetings():
        os.write(2, b"E0000 failed call to cuInit: INTERNAL\nW0000 the disk is full\n")
    assert capfd.readouterr().err == "W0000 the disk is full\n"


def test_gradient_of_strided_pointwise_convolution_does_not_crash():
    """oneDNN's gradient of a 1 × 1 convolution of stride 2 with 2 to 15 input channels writes beyond its
    memory when run eagerly (TensorFlow 2.21), which ends the process. Traced, as vislib does it, it is right."""
    run("from vislib.network.network import Network\n" + STRIDED)
