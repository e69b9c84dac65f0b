"""The switch Second opinion: nothing without it; with it both maps, the figures and the reasons."""

import pytest
from page_text import check_sound, pictures, text
from snippet_runs import run_snippet

DIGITS = {"model": "digits", "image": "digits/3.png"}


@pytest.fixture
def asked(monkeypatch):
    """The methods that tf-keras-vis was asked for."""
    from vislib.opinion import peer

    names, real = [], peer.raw_map
    monkeypatch.setattr(peer, "raw_map", lambda method, *given: names.append(method.name) or real(method, *given))
    return names


def test_nothing_is_computed_until_it_is_switched_on(open_page, asked):
    page = check_sound(open_page("saliency", **DIGITS))
    assert not asked
    assert "gives the same map" not in text(page)
    page.toggle(key="second_opinion").set_value(True).run()
    check_sound(page)
    assert asked == ["saliency"]
    assert "gives the same map (largest difference" in text(page)
    assert sum("By tf-keras-vis: " in picture for picture in pictures(page)) == 1


def test_reason_is_shown_where_it_differs(open_page, asked):
    page = check_sound(open_page("saliency", second_opinion="true", second_opinion_on="SmoothGrad", **DIGITS))
    assert asked == ["smoothgrad"]
    assert "gives another map" in text(page)
    assert "takes the absolute value of each gradient before it averages" in text(page)


def test_class_activation_says_what_it_would_do_by_itself(open_page):
    page = check_sound(open_page("class_activation", second_opinion="true", **DIGITS))
    assert "gives the same map" in text(page)
    assert "Called by itself on this model" in text(page)


def test_method_it_has_not_is_said(open_page, asked):
    page = check_sound(open_page("class_activation", second_opinion="true", cam="Eigen-CAM", **DIGITS))
    assert any("tf-keras-vis has no Eigen-CAM" in caption.value for caption in page.caption)
    assert not asked


def test_what_a_unit_wants_compares_plain_ascent(open_page):
    query = {"unit_kind": "Class", "steps.One unit": "16", "second_opinion": "true"}
    page = check_sound(open_page("what_a_unit_wants", **query, **DIGITS))
    assert "gives the same picture" in text(page) or "Rounding makes the difference" in text(page)


def test_lines_give_the_same_figures(open_page):
    page = check_sound(open_page("class_activation", second_opinion="true", **DIGITS))
    (lines,) = (block.value for block in page.code if "second_opinion" in block.value)
    names = run_snippet(lines)
    assert names["found"].in_words() in text(page)
