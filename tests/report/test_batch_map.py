"""A batch on a plane: its places, thumbnails and clusters, from its folder."""

import io

import numpy as np
from PIL import Image
from tiny_models import SIDE, tiny

import vislib
from vislib.neighbours.set_map import positions
from vislib.report.batch_map import SIDE as SPRITE
from vislib.report.batch_map import batch_map
from vislib.report.reasons import found_reasons


def test_map_of_a_batch(tmp_path):
    pictures = np.random.default_rng(0).integers(0, 256, (25, SIDE, SIDE, 3), np.uint8)
    vislib.explain_many(tiny("conv_relu"), pictures, ["saliency"], out=tmp_path / "batch", features=True)
    batch = vislib.open_batch(tmp_path / "batch")
    found = batch_map(tmp_path / "batch")
    np.testing.assert_array_equal(found.numbers, np.arange(25))
    assert list(found.places) == ["features", "saliency"]
    np.testing.assert_array_equal(found.places["features"], positions(batch.features(range(25)))[0])
    assert Image.open(io.BytesIO(found.sprites)).size == (5 * SPRITE, 5 * SPRITE)
    clustered = {number for reason in found_reasons(batch, "saliency") for number in reason.numbers}
    assert set(np.flatnonzero(found.clusters["saliency"])) == clustered
    assert clustered
    vislib.explain_many(tiny("conv_relu"), pictures[:2], ["saliency"], out=tmp_path / "without")
    assert list(batch_map(tmp_path / "without").places) == ["saliency"]
