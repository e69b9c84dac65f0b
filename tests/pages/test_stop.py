"""Stop on a page that explains: the map reached stays, with its colour bar, and says how far it got."""

import pytest
import streamlit as st
from page_text import blocks, check_sound, compute_all, pictures, raw_html, text
from quick_methods import QUICK

import vislib
from pages._ui.server import work

SMALL = QUICK | {"model": "cifar10", "rise.n_masks": "64"}


@pytest.fixture
def stops_after(monkeypatch):
    """Makes a method leave at its n-th report, the first time, as it does when a person presses Stop."""
    own = work.Store(10**7)
    monkeypatch.setattr(work, "store", lambda: own)

    def stop(method: str, n_reports: int) -> None:
        explainer = vislib.methods()[method]
        attribute, calls = explainer.attribute, []

        def stopped(self, classifier, fitted, target, progress):
            def watch(*report):
                progress(*report)
                calls.append(report)
                if len(calls) == n_reports + 1:
                    st.stop()

            return attribute(self, classifier, fitted, target, watch)

        monkeypatch.setattr(explainer, "attribute", stopped)

    return stop


@pytest.mark.parametrize(
    ("name", "method", "query", "how_far"),
    [
        ("occlusion", "rise", SMALL, "after 32 of 64 masks"),
        ("class_activation", "score-cam", {"model": "cifar10", "cam": "Score-CAM"}, "after 20 of 32 channels"),
        ("class_activation", "ablation-cam", {"model": "cifar10", "cam": "Ablation-CAM"}, "after 20 of 64 channels"),
    ],
)
def test_stop_keeps_the_map_and_says_how_far_it_got(name, method, query, how_far, open_page, stops_after):
    title = vislib.methods()[method].title
    stops_after(method, 2)
    page = check_sound(compute_all(open_page(name, **query)))
    check_sound(next(button for button in page.button if button.label == "Stop").click().run())
    assert [warning.value for warning in page.warning] == [f"{title}: stopped {how_far}."]
    assert f"{title}, {how_far}" in pictures(page)
    caption = blocks(page).index(f"{title} The map so far, {how_far}.")
    assert "v-ramp" in raw_html(page)[caption - 1]


def test_stop_after_the_last_step_gives_the_finished_map(open_page, stops_after):
    stops_after("lrp", 1)  # its one step is done, and only the notes are missing
    page = check_sound(compute_all(open_page("saliency", model="cifar10", methods=["LRP"])))
    page = next(button for button in page.button if button.label == "Stop").click().run()
    assert not check_sound(page).warning
    assert "The map so far" not in text(page)
