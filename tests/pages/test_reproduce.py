"""The lines under each picture give the numbers behind it, those that "Raw numbers (NPZ)" saves, and show them."""

import io
import json

import numpy as np
import pytest
from page_text import compute_all
from quick_methods import QUICK
from snippet_runs import run_snippet

import vislib


def of_family(family):
    return sorted(name for name, method in vislib.methods().items() if method.family == family)


@pytest.mark.parametrize(
    ("name", "query", "expected"),
    [
        ("overview", {"model": "cifar10"}, {"heatmap": ["grad-cam", "occlusion", "saliency"]}),
        ("filters", {}, {"kernels": ["stem_conv"]}),
        ("filters", {"conv": "head_conv"}, {"kernels": ["head_conv"]}),
        ("feature_maps", {"image": "coffee.jpg", "layer": "head_relu"}, {"maps": ["head_relu"]}),
        (
            "occlusion",
            QUICK | {"model": "cifar10", "class": "dog", "occlusion.stride_px": "4", "occlusion.fill": "noise", "rise.n_masks": "20",
             "rise.fill": "blur", "lime.n_samples": "20", "lime.segmentation": "grid", "kernel-shap.n_samples": "20",
             "kernel-shap.n_segments": "15"},
            {"heatmap": of_family("perturbation")},
        ),
        (
            "saliency",
            QUICK | {"model": "cifar10", "class": "dog"},
            {"heatmap": of_family("gradient")},
        ),
        (
            "class_activation",
            {"model": "cifar10", "class": "frog", "image": "cat_and_coffee.jpg"},
            {"heatmap": [name for name in of_family("class activation") if name != "cam"]},  # which it has not
        ),
    ],
)  # fmt: skip
def test_snippet_gives_the_numbers_behind_the_picture(
    name, query, expected, open_page, offered, load_once, monkeypatch
):
    page = compute_all(open_page(name, **query))
    assert not page.exception
    assert sorted(element.value for element in page.code) == sorted(one.snippet.strip() for one in offered.values())
    monkeypatch.setattr(vislib, "load_classifier", load_once)
    found = []
    for one in offered.values():
        names = run_snippet(one.snippet)
        saved = np.load(io.BytesIO(one.files["npz"]()))
        about = json.loads(str(saved["metadata"]))
        kind = next(iter(expected))
        result = names[kind]
        values = result.values if kind == "heatmap" else result
        np.testing.assert_allclose(values, saved["values"], rtol=0, atol=1e-6 * np.abs(values).max())
        assert values.dtype == saved["values"].dtype
        found.append(about["method"] if kind == "heatmap" else about["layer"])
        if kind == "heatmap":
            assert (result.label, result.layer, dict(result.params)) == (
                about["label"],
                about["layer"],
                about["params"],
            )
    assert sorted(found) == expected[kind]


@pytest.mark.parametrize("name", ["filters", "feature_maps", "class_activation"])
def test_every_file_offered_can_be_made(name, open_page, offered):
    open_page(name, model="cifar10")
    starts = {"png": b"\x89PNG\r\n", "figure.png": b"\x89PNG\r\n", "svg": b"<?xml", "pdf": b"%PDF-", "npz": b"PK"}
    for one in list(offered.values())[:2]:  # those below are made by the same lines
        assert list(one.files) == list(starts)
        for kind, make in one.files.items():
            assert make().startswith(starts[kind])
