"""The table of a batch: the confusion matrix, the rows of its cells, and an image of a set for every page."""

import numpy as np
import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

import vislib
from pages._ui.batch import browse, map_view
from pages._ui.shell import images, page_buttons
from pages._ui.widgets.shades import shade
from vislib.images.sets import ArrayImages
from vislib.report.batch_map import BatchMap

TABLE = pd.DataFrame(
    {
        "number": range(6),
        "label": ["cat", "cat", "dog", "dog", "dog", "scans"],
        "predicted_label": ["cat", "dog", "dog", "cat", "cat", "cat"],
        "correct": [True, False, True, False, False, None],
    }
)


def test_cells_count_and_filter_the_images_of_known_classes():
    counts = browse.confusion(TABLE)
    assert counts.loc["dog", "cat"] == 2
    assert counts.to_numpy().sum() == 5
    for true in counts.index:
        for predicted in counts.columns:
            assert len(browse.of_cell(TABLE, true, predicted)) == counts.loc[true, predicted]
    assert browse.of_cell(TABLE, "dog", "cat")["number"].tolist() == [3, 4]


@pytest.mark.parametrize("changed", [{"correct": None}, {"label": [f"class {k}" for k in range(6)]}])
def test_without_known_classes_there_is_no_matrix(changed, monkeypatch):
    monkeypatch.setattr(browse, "_MOST_CLASSES", 4)
    assert browse.confusion(TABLE.assign(**changed)) is None
    assert browse.confusion(TABLE[["number"]]) is None


def test_matrix_of_a_selection_keeps_the_classes_and_counts_only_its_images():
    element = AppTest.from_function(matrix_of_two_images).run().dataframe[0]
    shown = element.value
    assert (list(shown.index), list(shown.columns)) == (["cat", "dog"], ["cat", "dog"])
    assert shown.to_numpy().tolist() == [[0, 1], [0, 1]]
    none, every = (f"background-color: {background}" for background, _ in map(shade, (0, 1)))
    styles = element.proto.arrow_data.styler.styles
    assert (styles.count(none), styles.count(every)) == (1, 1)  # each a rule for both rows


def matrix_of_two_images() -> None:
    """A script."""
    from test_browsing_a_batch import TABLE

    from pages._ui.batch import browse

    browse.matrix(TABLE, TABLE.iloc[[1, 2]])


def test_one_click_makes_an_image_that_of_every_page_and_opens_a_page(monkeypatch):
    opened: list[tuple[str, str]] = []
    monkeypatch.setattr(page_buttons.address, "open_page", lambda page, image: opened.append((page, image)))
    page = AppTest.from_function(ways_on).run()
    labels = ["Open in Overview", "Open in Class activation", "Open in What if", "Use on every page"]
    assert [button.label for button in page.button] == labels
    page.button(key="open pages/class_activation.py").click().run()
    assert (opened, page.session_state["image"]) == ([("pages/class_activation.py", "cat.jpg")], "cat.jpg")


def ways_on() -> None:
    """A script."""
    import numpy as np

    from pages._ui.shell import page_buttons
    from vislib.images.sets import ArrayImages

    page_buttons.buttons(ArrayImages(np.zeros((2, 8, 9, 3), np.uint8), "mine.zip", ["a/one.png", "cat.jpg"]), 1, True)


def test_image_of_a_set_becomes_the_image_of_every_page():
    picture = np.random.default_rng(0).integers(0, 256, (8, 9, 3), np.uint8)
    found = ArrayImages([picture, picture], "mine.zip", ["a/one.png", "cat.jpg"])
    images.use_of_set(found, 0)
    assert st.session_state["image"] == "mine.zip, a/one.png"
    np.testing.assert_array_equal(images.image_named("mine.zip, a/one.png"), picture)
    images.use_of_set(found, 1)
    assert st.session_state["image"] == "cat.jpg"
    np.testing.assert_array_equal(images.image_named("cat.jpg"), vislib.load_image(vislib.sample_path() / "cat.jpg"))


def test_images_on_the_map_are_grouped_by_what_colours_them():
    numbers = np.array([0, 1, 2, 3, 4])  # the last one was not explained
    places = {"features": np.zeros((5, 2), np.float32)}
    clusters = {"saliency": np.array([1, 0, 2, 2, 2])}
    found = BatchMap(numbers, places, {"features": 1.0}, b"", clusters)
    rows = TABLE.assign(explained_label=TABLE["predicted_label"]).set_index("number").loc[numbers]

    def groups(colour):
        names, of = map_view._groups(found, rows, colour)
        return [names[each] for each in of]

    assert groups("predicted") == ["cat (3)", "dog (2)", "dog (2)", "cat (3)", "cat (3)"]
    assert groups("true class") == ["cat (2)", "cat (2)", "dog (3)", "dog (3)", "dog (3)"]
    assert groups("right or wrong") == ["right (2)", "wrong (3)", "right (2)", "wrong (3)", "wrong (3)"]
    assert groups("saliency") == ["cluster 1 (1)", "no cluster (1)", *["cluster 2 (3)"] * 3]
    many = rows.assign(label=[f"class {k}" for k in range(5)])
    many = pd.concat([many] * 3).assign(label=[f"class {k}" for k in range(15)])
    names, of = map_view._groups(found, many, "true class")
    assert names[-1] == "others"
    assert len(names) == 11
    assert (of == 10).sum() == 5


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (1.0, "100 % of it, so images that lie near each other are alike."),
        (0.4, "40 % of it, so images that lie near each other need not be"),
    ],
)
def test_map_says_what_nearness_means_by_its_share_of_the_variance(share, words):
    found = BatchMap(np.arange(3), {"features": np.zeros((3, 2), np.float32)}, {"features": share}, b"", {})
    assert words in map_view._meaning(found, "features", "PCA")
