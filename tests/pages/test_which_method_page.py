"""The page Which method?: a question chooses methods, and a click on one opens its page."""

from page_text import check_sound, text

import vislib
from pages._ui.which_method import view
from vislib.trust import guide


def test_question_chooses_the_methods(open_page, monkeypatch):
    drawn = []
    monkeypatch.setattr(view, "method_table", lambda rows, *_: drawn.append(rows))
    page = check_sound(open_page("which_method"))
    assert [row.id for row in drawn[-1]] == [method.name for method, _ in guide.answering(guide.AIMS[0])]
    page = check_sound(open_page("which_method", aim="All methods"))
    assert {row.id for row in drawn[-1]} == set(vislib.methods())
    assert f"{len(vislib.methods())} methods; " in text(page)
    (lrp,) = (row for row in drawn[-1] if row.id == "lrp")
    assert (lrp.title, lrp.question, lrp.caveat) == (
        vislib.methods()["lrp"].title,
        vislib.methods()["lrp"].question,
        vislib.methods()["lrp"].caveat,
    )
    assert list(lrp.facts) == ["yes", "yes", "yes"]
    figures = page.dataframe[0].value
    assert set(figures["Method"]) == {method.title for method in vislib.methods().values()}
    page = check_sound(open_page("which_method", {"model": "digits", "image": "digits/4.png"}, aim="Which channels?"))
    page = check_sound(page.button(key="open channels").click().run())
    assert page.selectbox(key="model").value == "digits"
    assert page.selectbox(key="deciding_layer").value


def test_click_opens_the_method_for_the_chosen_network_and_image(open_page):
    chosen = {"model": "digits", "image": "digits/4.png"}
    page = check_sound(open_page("which_method", {**chosen, "method to open": "layer-cam"}))
    assert (page.selectbox(key="model").value, page.selectbox(key="image").value) == ("digits", "digits/4.png")
    assert page.selectbox(key="cam").value == "layer-cam"
    assert page.query_params["cam"] == "Layer-CAM"  # as the select box shows it, so that the address opens it again
    page = check_sound(open_page("which_method", {**chosen, "method to open": "cam"}))
    assert page.selectbox(key="cam").value == "grad-cam"
    assert any("CAM needs a network that ends in global average pooling" in box.value for box in page.info)
