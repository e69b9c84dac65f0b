"""Architectures: the figures are those counted, and the block shown is the one that the network introduced."""

import pytest
from page_text import check_sound, text

from pages._ui.architectures import views
from vislib.lessons import architectures


def test_small_networks_beside_the_loaded_one(open_page):
    page = check_sound(open_page("architectures", model="digits", networks=["LeNet-5", "ResNet-18", "digits (loaded)"]))
    frame = page.dataframe[0].value.set_index("Network")
    assert list(frame.index) == ["LeNet-5", "ResNet-18", "digits (loaded)"]
    for name, title in (("lenet5", "LeNet-5"), ("resnet18", "ResNet-18")):
        table = architectures.table(name)
        assert frame.loc[title, "Parameters"] == table.parameters
        assert frame.loc[title, "Multiply-adds (million)"] == pytest.approx(table.macs / 1e6, abs=0.05)
        assert frame.loc[title, "Depth"] == table.depth
    assert frame.loc["ResNet-18", "Receptive field (px)"] == 435
    assert frame.loc["ResNet-18", "Top-1 error (%)"] == " 30.4"
    assert frame.loc["digits (loaded)", "Top-1 error (%)"] == frame.loc["digits (loaded)", "Year"] == "–"
    assert "Not drawn, because this number is unknown: LeNet-5, digits (loaded)." in text(page)


def test_published_error_of_the_loaded_network_is_drawn(open_page):
    page = check_sound(open_page("architectures", networks=["ResNet-18", "efficientnet-lite0 (loaded)"]))
    assert page.dataframe[0].value.set_index("Network")["Top-1 error (%)"]["efficientnet-lite0 (loaded)"] == " 24.9"
    assert "Orange: the network that is loaded." in text(page)
    assert "Not drawn" not in text(page)


def test_block_that_the_network_introduced(open_page, monkeypatch):
    blocks: list[str] = []
    monkeypatch.setattr(views, "graph_picture", lambda layout, alt, **_: blocks.append(alt))
    page = check_sound(open_page("architectures", networks=["LeNet-5", "ResNet-18"]))
    assert page.selectbox(key="one_network").value == "resnet18"
    assert "Its residual block The first of 8." in text(page)
    assert "He, Zhang, Ren, Sun: Deep Residual Learning" in text(page)
    assert blocks == ["The block conv2_block1 of ResNet-18"]
    layers = page.dataframe[1].value
    assert layers["Parameters"].sum() == page.dataframe[0].value["Parameters"][1]
    page.selectbox(key="one_network").select("lenet5").run()
    assert "LeNet-5, 1998" in text(check_sound(page))
    assert len(blocks) == 1, "it has no such block"


def test_no_network_is_said(open_page):
    page = open_page("architectures", networks=["LeNet-5"])
    page.multiselect(key="networks").set_value([]).run()
    assert "at least one network" in page.info[0].value
    check_sound(page)
