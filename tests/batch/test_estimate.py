"""What a batch costs before it starts: tried on few images, nothing kept, and in words."""

import numpy as np
import pytest
from tiny_models import SIDE, tiny

from vislib import ParameterError
from vislib.batch import Estimate, estimate


def test_trial_reads_few_images_and_scales_up():
    pictures = np.random.default_rng(0).integers(0, 256, (300, SIDE, SIDE, 3), np.uint8)
    steps: list[tuple[int, int]] = []
    found = estimate(tiny("conv_relu"), pictures, ["saliency"], progress=lambda *step: steps.append(step))
    assert found.n_images == 300
    assert 1 <= found.n_tried <= 64
    assert found.seconds > 0
    assert found.passes > 0
    assert steps[-1] == (6, 6)


def test_refuses_what_the_batch_refuses():
    with pytest.raises(ParameterError, match="A batch has no setting"):
        estimate(tiny("conv_relu"), np.zeros((3, SIDE, SIDE, 3), np.uint8), ["saliency"], anything=1)


def test_in_words():
    said = "10,000 images take about 3 min 20 s on this machine, by a trial on 64 of them."
    assert Estimate(10_000, 64, 200.0, float("nan")).in_words() == said
    assert Estimate(10_000, 64, 200.0, 12.4).in_words() == (
        f"{said} An image takes the time of about 12 forward passes."
    )
    assert "on 1 of them." in Estimate(3, 1, 2.0, 5.0).in_words()
