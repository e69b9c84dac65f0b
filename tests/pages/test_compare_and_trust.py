"""Compare & trust: the pictures, verdicts and figures that the page shows are those of the library."""

import json

import numpy as np
import pytest
import streamlit as st
from page_text import check_sound, pictures, text
from snippet_runs import run_snippet

import vislib
from pages._ui.compare_and_trust import comparing, region_view
from pages._ui.widgets import region_picker
from vislib import trust
from vislib.language import written

FEW = {"model": "digits", "methods": ["Saliency (vanilla gradient)", "Eigen-CAM", "Grad-CAM"]}


def table(page, column):
    frame = page.dataframe[0].value
    return dict(zip(frame["Method"], frame[column], strict=True))


def test_opens_with_its_defaults_told_as_the_papers_found(open_page):
    """On the small network; tests/trust measures the cat in the large one."""
    page = check_sound(open_page("compare_and_trust", model="cifar10"))
    assert pictures(page)[0] == "cifar10/cat.png, as the network sees it"
    assert "Each map on its own scale Colours run from 0 to a value that 1 % of the pixels exceed;" in text(page)
    assert "One scale for all" not in text(page)
    assert len(pictures(page)) == 1 + len(comparing.DEFAULTS) + 2 + 1
    insertion, deletion = table(page, "Insertion ↑"), table(page, "Deletion ↓")
    assert list(insertion.values()) == sorted(insertion.values(), reverse=True)
    baselines = ("Random (baseline)", "Edges (baseline)")
    assert any(
        all(insertion[name] > insertion[other] and deletion[name] < deletion[other] for other in baselines)
        for name in insertion
        if name not in baselines
    )
    stays = table(page, "Random weights ↓")
    assert stays["Edges (baseline)"] > 0.99 > 0.5 > stays["Saliency (vanilla gradient)"]
    assert table(page, "Class-specific")["Eigen-CAM"] == "no"
    assert table(page, "Class-specific")["Saliency (vanilla gradient)"] == "yes"
    assert "it shows edges, not the decision" in text(page)
    assert "so it depends on what was learned" in text(page)
    assert f"Guided backpropagation ρ {written(stays['Guided backpropagation'], '.2f')}" in text(page)


def test_table_is_what_the_snippet_measures(open_page, offered):
    """With another fill, a box in the address, and further measures."""
    box = {"box_left": "6", "box_top": "4", "box_right": "20", "box_bottom": "24"}
    page = open_page("compare_and_trust", image="digits/3.png", **FEW, **box, deletion_fill="the image's mean colour")
    page = check_sound(page.button(key="further").click().run())
    assert "From the whole image to its mean colour" in text(page)
    names = run_snippet(offered["trust"].snippet)
    saved = json.loads(offered["trust"].files["json"]())
    expected = {row["name"]: row for row in names["rows"]}
    assert {row["name"] for row in saved} == set(expected) == {"saliency", "eigen-cam", "grad-cam", *trust.BASELINES}
    for row in saved:
        for name, value in expected[row["name"]].items():
            assert row[name] == (pytest.approx(value, abs=1e-4) if isinstance(value, float) else value), name
    assert offered["trust"].files["csv"]().startswith(b"name,title,family")
    cam = expected["grad-cam"]
    shown = ("Pointing ↑", "ROAD ↓", "Another class ↓", "Inside ↑", "Rank inside ↑")
    names = ("pointing", "road", "random_logit", "mass", "rank")
    assert [table(page, column)["Grad-CAM"] for column in shown] == pytest.approx(
        [cam[name] for name in names], abs=1e-4
    )
    assert table(page, "Points inside")["Grad-CAM"] == ("yes" if cam["hit"] else "no")
    assert f"Grad-CAM: highest place {'inside' if cam['hit'] else 'outside'}" in text(page)
    assert "from their neighbours (ROAD)" in text(page)
    assert "a class drawn at random is explained" in text(page)


def test_pointing_game_of_one_class_is_refused_with_a_sentence(open_page):
    page = open_page("compare_and_trust", **FEW, image="digits/0.png")
    page.multiselect(key="grid").set_value([]).run()
    assert "at least two classes" in page.info[0].value
    assert "Pointing ↑" not in page.dataframe[0].value
    check_sound(page)


def test_no_method_is_said(open_page):
    page = open_page("compare_and_trust", **FEW)
    page.slider(key="clip").set_value(0.0).run()
    assert "Colours run from 0 to the largest value of each map." in text(page)
    page.multiselect(key="methods").set_value([]).run()
    assert "at least one method" in page.info[0].value
    check_sound(page)


def test_one_method_over_images_shares_one_scale(open_page, monkeypatch):
    from pages._ui.results import picture

    bars: list = []
    monkeypatch.setattr(picture, "colour_bar", lambda scale, *_: bars.append(scale))
    images = ["digits/1.png", "digits/7.png"]
    page = check_sound(open_page("compare_and_trust", model="digits", compare="Images", images=images))
    digits = vislib.load_classifier("digits")
    maps = [vislib.explain("grad-cam", digits, vislib.load_image(f"sample_images/{name}")).values for name in images]
    assert [bar.high for bar in bars] == [pytest.approx(float(np.quantile(np.abs(maps), 0.99)), rel=1e-4)] * 2
    assert pictures(page) == ["Grad-CAM for 1 over digits/1.png", "Grad-CAM for 7 over digits/7.png"]
    frame = page.dataframe[0].value
    assert list(frame["Image"]) == [*images, "Mean"]
    assert frame["Deletion ↓"].iloc[2] == pytest.approx(frame["Deletion ↓"].iloc[:2].mean())


def test_one_method_over_networks_each_for_its_own_class_on_its_own_scale(open_page, monkeypatch):
    from pages._ui.results import picture

    bars: list = []
    monkeypatch.setattr(picture, "colour_bar", lambda scale, *_: bars.append(scale))
    page = check_sound(open_page("compare_and_trust", compare="Networks"))
    assert len({bar.high for bar in bars}) == 2
    assert pictures(page) == ["Grad-CAM for tiger cat over cat.jpg", "Grad-CAM for cat over cat.jpg"]
    assert list(page.dataframe[0].value["Network"]) == ["efficientnet-lite0", "cifar10", "Mean"]


def test_stopped_measurement_keeps_its_buttons_beside_the_table_of_the_others(open_page, monkeypatch):
    check_sound(open_page("compare_and_trust", model="digits", methods=["Grad-CAM"]))
    measure, stops = trust.measure, [True]

    def stopped(*args, progress, **kwargs):
        progress(1, 4)
        if stops:
            st.stop()
        return measure(*args, progress=progress, **kwargs)

    monkeypatch.setattr(trust, "measure", stopped)
    page = open_page("compare_and_trust", model="digits", methods=["Grad-CAM", "HiRes-CAM"])
    page = next(button for button in page.button if button.label == "Stop").click().run()
    assert "Go on" in [button.label for button in page.button]
    assert "Grad-CAM" in table(check_sound(page), "Insertion ↑")
    stops.clear()
    page = next(button for button in page.button if button.label == "Go on").click().run()
    assert {"Grad-CAM", "HiRes-CAM"} <= set(table(check_sound(page), "Insertion ↑"))


def test_further_measures_wait_for_a_click(open_page):
    page = check_sound(open_page("compare_and_trust", **FEW))
    assert "ROAD, and the map for another class" not in text(page)
    page.button(key="further").click().run()
    check_sound(page)
    assert "ROAD, and the map for another class" in text(page)
    assert "Kendall's τ" in text(page)
    frame = page.dataframe[1].value
    of_another = dict(zip(frame["Method"], frame["Another class ↓"], strict=True))
    assert of_another["Eigen-CAM"] == pytest.approx(1)
    assert np.isnan(of_another["Random (baseline)"])


def test_outline_in_the_address_and_what_is_none(open_page):
    page = open_page("compare_and_trust", **FEW, region_kind="An outline", outline="4,4 24,4 24,24 4,24")
    box = {"box_left": "4", "box_top": "4", "box_right": "24", "box_bottom": "24"}
    same = open_page("compare_and_trust", **FEW, **box)
    assert table(page, "Inside ↑") == table(check_sound(same), "Inside ↑")
    page.text_input(key="outline").set_value("4,4 24").run()
    assert "An outline is x,y of each corner" in page.info[0].value
    page.text_input(key="outline").set_value("").run()
    assert "Drag over the picture" in "".join(caption.value for caption in page.caption)
    same.number_input(key="box_right").set_value(2).run()
    assert "A box is left, top, right, bottom in pixels of the image" in same.info[0].value
    same.selectbox(key="image").set_value("digits/4.png").run()
    assert same.number_input(key="box_left").value is None  # it was drawn on another image
    check_sound(same)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ([[0.1, 0.2], [0.3, 2], [-1, 0.5]], [(0.1, 0.2), (0.3, 1.0), (0.0, 0.5)]),
        ([[0.1, 0.2], [0.3, 0.4]], []),
        ([[0.1, 0.2], [0.3], "x"], []),
        ([[0.1, 0.2], [0.3, float("nan")], [0.5, 0.5]], []),
        (None, []),
    ],
)
def test_corners_from_a_browser_are_checked(sent, kept):
    assert region_picker.checked(sent) == kept


def test_long_outline_becomes_a_few_corners_of_the_same_area():
    angles = np.linspace(0, 2 * np.pi, 500, endpoint=False)
    circle = np.stack([100 + 80 * np.cos(angles), 100 + 60 * np.sin(angles)], axis=1).round().astype(int)
    few = region_view._few(circle)
    assert 8 <= len(few) <= 24
    x, y = few.T
    assert abs(x @ np.roll(y, 1) - y @ np.roll(x, 1)) / 2 == pytest.approx(np.pi * 80 * 60, rel=0.06)
    square = np.array([[0, 0], [10, 0], [10, 10], [0, 10]])
    np.testing.assert_array_equal(region_view._few(square), square)


def test_verdicts_over_images_wait_for_a_click(open_page, offered):
    page = check_sound(open_page("compare_and_trust", **FEW, several_of="Sample images", several_most="3"))
    assert "(3 images)." not in text(page)
    page = check_sound(page.button(key="several").click().run())
    assert "(3 images)." in text(page)
    assert "Means over 3 images (the sample images)" in text(page)
    kept: list = []
    printed = "    print(over.title, over.text, over.means)"
    code = offered["verdicts over images"].snippet
    assert printed in code
    run_snippet(code.replace(printed, f"{printed}, kept.append(over)"), kept=kept)
    means = {one.title: one.means["insertion"] for one in kept}
    frame = page.dataframe[-1].value
    assert dict(zip(frame["Method"], frame["Insertion ↑"], strict=True)) == pytest.approx(means, abs=1e-4)


def test_grid_is_of_the_image_and_of_those_chosen_beside_it(open_page):
    page = check_sound(open_page("compare_and_trust", **FEW, image="digits/3.png"))
    beside = page.multiselect(key="grid")
    assert beside.label == "Images beside digits/3.png"
    assert beside.value == ["digits/0.png", "digits/1.png", "digits/2.png"]
    page.selectbox(key="image").select("digits/1.png").run()
    assert page.multiselect(key="grid").value == ["digits/0.png", "digits/2.png", "digits/3.png"]
    check_sound(page)


def test_address_with_more_images_in_the_grid_than_fit_opens(open_page):
    """As an earlier version wrote it: with the image itself, and four in all."""
    four = [f"digits/{digit}.png" for digit in range(4)]
    page = check_sound(open_page("compare_and_trust", **FEW, image="digits/0.png", grid=four))
    assert len(page.multiselect(key="grid").value) <= 3
