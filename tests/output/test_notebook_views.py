"""What a notebook shows of a result: small, escaped, without requests, with the image below its map."""

import base64
import functools
import io
import re
import sys
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

import vislib
from vislib.language import written
from vislib.output import showing

MOST_BYTES = 60_000
EVIL = '<script>alert("1")</script>'


class Balanced(HTMLParser):
    """Fails on a tag that is not closed in order, and collects names of tags."""

    def __init__(self, content: str):
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.feed(content)
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.seen.add(tag)
        if tag != "img":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def load_once():
    return functools.cache(vislib.load_classifier)


@pytest.fixture(scope="module")
def small(load_once):
    """The digit network with a label that is a script, and a digit."""
    digits = load_once("digits")
    labels = (EVIL, *digits.labels[1:])
    classifier = vislib.Classifier(EVIL, digits.model, labels, digits.input_size, digits.channels, digits.preprocess)
    return classifier, vislib.load_image(vislib.sample_path("digits/3.png"))


@pytest.fixture(scope="module")
def results(small, tmp_path_factory):
    classifier, image = small
    folder, out = vislib.sample_path("digits"), tmp_path_factory.mktemp("batch") / "out"
    layer = classifier.network.map_layers[0]
    return {
        "heatmap": vislib.explain("grad-cam", classifier, image, 0),
        "signed heatmap": vislib.explain("gradient-x-input", classifier, image, 0),
        "heatmap without its image": vislib.explain("grad-cam", classifier, image, 0, keep_image=False),
        "predictions": classifier.predict(image, 10),
        "classifier": classifier,
        "maximization": vislib.activation_maximization.maximize(classifier, [vislib.targets.ClassScore(0)], steps=1),
        "trust": vislib.trust.measure([vislib.methods()["saliency"]()], classifier, image, 0, randomize=False),
        "patches": vislib.top_patches(classifier, folder, layer, n=2),
        "channels": vislib.channels(classifier, image, target=0),
        "adversarial": vislib.adversarial.fgsm(classifier, image, 40, 0),
        "neighbours": vislib.neighbours.search(classifier, vislib.neighbours.index_of(classifier, folder), image, 2),
        "result of a batch": vislib.explain_many(classifier, folder, out=out),
        "batch": vislib.open_batch(out),
    }


def pictures(content: str) -> list[Image.Image]:
    sources = re.findall(r'src="data:image/(?:png|jpeg);base64,([^"]+)"', content)
    return [Image.open(io.BytesIO(base64.b64decode(source))) for source in sources]


NAMES = (
    "heatmap",
    "signed heatmap",
    "heatmap without its image",
    "predictions",
    "classifier",
    "maximization",
    "trust",
    "patches",
    "channels",
    "adversarial",
    "neighbours",
    "result of a batch",
    "batch",
)


@pytest.mark.parametrize("name", NAMES)
def test_html_is_small_escaped_and_asks_for_nothing(results, name):
    content = results[name]._repr_html_()
    assert len(content) < MOST_BYTES
    assert Balanced(content).seen <= {"div", "b", "span", "table", "thead", "tbody", "tr", "th", "td", "img"}
    assert "http" not in re.sub(r"base64,[^\"]+", "", content)
    assert all(max(picture.size) <= 640 for picture in pictures(content))


@pytest.mark.parametrize(
    "name", ["heatmap", "signed heatmap", "heatmap without its image", "maximization", "adversarial"]
)
def test_png_is_a_picture(results, name):
    assert np.asarray(Image.open(io.BytesIO(results[name]._repr_png_()))).std() > 1


def test_numbers_in_html_are_those_of_the_result(results):
    assert written(results["heatmap"].score, ".4g") in results["heatmap"]._repr_html_()
    assert f"{written(results['predictions'][0].value, '.2%')}" in results["predictions"]._repr_html_()
    assert written(results["trust"][0].insertion, ".4g") in results["trust"]._repr_html_()


def test_map_is_drawn_over_the_image_that_the_network_saw(results, small):
    classifier, image = small
    heatmap, without = results["heatmap"], results["heatmap without its image"]
    np.testing.assert_array_equal(heatmap.seen, classifier.resize(image))
    assert without.seen is None
    assert results["trust"][0].heatmap.seen is None
    own = np.asarray(Image.open(io.BytesIO(heatmap._repr_png_())), int)
    over = np.asarray(vislib.render.overlay(image, heatmap, clip=0.01), int)
    np.testing.assert_array_equal(own, over)  # the digit has the size of the input
    assert (own != np.asarray(Image.open(io.BytesIO(without._repr_png_())), int)).any()


def test_saved_map_is_over_the_image_given_or_the_one_seen(results, small, tmp_path):
    heatmap, (_, image) = results["heatmap"], small
    for given in ((), (image,)):
        heatmap.save(tmp_path / "a.png", *given, plain=True)
        vislib.save(heatmap, tmp_path / "b.png", image, plain=True)
        np.testing.assert_array_equal(*(np.asarray(Image.open(tmp_path / name)) for name in ("a.png", "b.png")))
    heatmap.save(tmp_path / "a.npz")
    with np.load(tmp_path / "a.npz") as saved:
        np.testing.assert_array_equal(saved["values"], heatmap.values)


class TestShow:
    def test_without_notebook_and_pyplot_a_sentence_says_how(self, results, monkeypatch):
        monkeypatch.delitem(sys.modules, "matplotlib.pyplot", raising=False)
        with pytest.warns(vislib.VislibWarning, match=r"\.save\('name\.png'\), or import matplotlib\.pyplot"):
            results["heatmap"].show()

    def test_with_pyplot_a_window(self, results, monkeypatch):
        pytest.importorskip("matplotlib").use("agg")
        from matplotlib import pyplot

        shown = []
        monkeypatch.setattr(pyplot, "show", lambda: shown.append(pyplot.gcf()))
        results["heatmap"].show(title="Mine")
        results["maximization"].show()
        assert shown[0].axes[0].get_title() == "Mine"
        assert len(shown[1].axes) == 1
        pyplot.close("all")

    def test_in_a_notebook_it_is_displayed(self, results, monkeypatch):
        displayed = []
        fake = type(sys)("IPython.display")
        fake.display, fake.Image = displayed.append, lambda content, width: content
        monkeypatch.setitem(sys.modules, "IPython.display", fake)
        monkeypatch.setattr(showing, "in_notebook", lambda: True)
        results["heatmap"].show()
        results["heatmap"].show(opacity=0.3)
        assert displayed[0] is results["heatmap"]
        assert max(Image.open(io.BytesIO(displayed[1])).size) >= 1024
