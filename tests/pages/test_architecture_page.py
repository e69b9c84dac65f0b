"""Architecture: the loaded network as a graph with its layers, searched, opened, and taken away."""

import csv
import io

import pytest
from page_text import blocks, check_sound, text
from snippet_runs import run_snippet

import vislib
from pages._ui.results import graph_explorer
from vislib.lessons import architectures


@pytest.fixture
def graphs(monkeypatch) -> list[dict]:
    """Fills with what each graph drawn was given."""
    drawn: list[dict] = []

    def graph_view(layout, key, alt, found, chosen, on_choose) -> None:
        drawn.append(
            {
                "boxes": {box.key: box for box in layout.boxes},
                "found": list(found),
                "chosen": chosen,
                "choose": on_choose,
            }
        )

    monkeypatch.setattr(graph_explorer, "graph_view", graph_view)
    return drawn


def test_opens_with_the_block_of_the_chosen_layer_open(open_page, graphs):
    page = check_sound(open_page("architecture"))
    (drawn,) = graphs
    assert drawn["chosen"] == "block1_expand_relu"
    assert drawn["boxes"]["block1_expand_relu"].level == "layer"
    assert drawn["boxes"]["block4"].opens == ("block4",)
    shown = text(page)
    assert "efficientnet-lite0: 143 layers" in shown
    assert "Kind ReLU Output 112 × 112 × 96" in shown
    assert "It sees the framed" in shown
    assert (
        page.dataframe[0].value["Parameters"].sum() == vislib.load_classifier("efficientnet-lite0").model.count_params()
    )


def test_layer_from_the_address_with_its_numbers_and_links(open_page, graphs):
    page = check_sound(open_page("architecture", arch_layer="stem_conv"))
    assert "3·3·3·32 = 864" in text(page)
    links = [button.label for button in page.button]
    assert {"Feature maps", "Filters", "What a unit wants"} <= set(links)
    page = check_sound(open_page("architecture", arch_layer="block5_depthwise_bn"))
    assert "Filters" not in [button.label for button in page.button]


def test_link_to_what_a_unit_wants_has_the_shown_channel(open_page, graphs, monkeypatch):
    """By itself that page opens with the channel that varies most over the first sample, whatever the image."""
    opened = []
    monkeypatch.setattr("pages._ui.shell.address.open_page", lambda page, **chosen: opened.append(chosen))
    page = open_page("architecture", model="digits", image="digits/7.png", arch_layer="conv1_activation")
    next(button for button in page.button if button.label == "What a unit wants").click().run()
    ((asked),) = opened
    assert f"Channel {asked['channel']} over the image" in text(check_sound(page))
    assert asked["layer"] == "conv1_activation"


def test_layer_without_maps_said_to_be_one(open_page, graphs):
    page = check_sound(open_page("architecture", model="digits", image="digits/3.png"))
    names = list(page.selectbox(key="arch_layer").options)
    page.selectbox(key="arch_layer").select(names[-1]).run()
    assert any("may depend on the whole image" in element.value for element in check_sound(page).caption)


def test_search_marks_layers_by_name_and_kind(open_page, graphs):
    page = open_page("architecture")
    page.text_input(key="search efficientnet-lite0").set_value(" DepthwiseConv ").run()
    check_sound(page)
    network = vislib.load_classifier("efficientnet-lite0").network
    kinds = [node.name for node in network.graph.nodes if type(node.operation).__name__ == "DepthwiseConv2D"]
    assert graphs[-1]["found"] == kinds
    page.text_input(key="search efficientnet-lite0").set_value("<script>").run()
    assert check_sound(page).caption[-1].value
    assert graphs[-1]["found"] == []


def test_blocks_open_close_and_all_at_once(open_page, graphs):
    page = open_page("architecture")
    inside = "block4_project_conv"
    assert inside not in graphs[-1]["boxes"]
    page.session_state["opened"]["efficientnet-lite0"].add("block4")
    page.run()
    assert inside in graphs[-1]["boxes"]
    page.button(key="close efficientnet-lite0").click().run()
    assert inside not in graphs[-1]["boxes"]
    page.toggle(key="all of efficientnet-lite0").set_value(True).run()
    layers = [key for key, box in graphs[-1]["boxes"].items() if box.level == "layer"]
    assert len(layers) == 143


def test_files(open_page, offered):
    check_sound(open_page("architecture", model="digits", image="digits/3.png"))
    offer = offered["graph digits"]
    assert offer.files["svg"]().startswith(b"<svg")
    assert offer.files["png"]().startswith(b"\x89PNG")
    assert offer.files["pdf"]().startswith(b"%PDF")
    rows = list(csv.DictReader(io.StringIO(offer.files["csv"]().decode())))
    assert sum(int(row["parameters"]) for row in rows) == 1_199_882
    found = run_snippet(offer.snippet)
    assert found["svg"].startswith("<svg")


def test_densenet_whole_and_searched_on_architectures(open_page, graphs):
    page = check_sound(open_page("architectures", networks=["LeNet-5", "DenseNet-121"]))
    title = architectures.ARCHITECTURES["densenet121"].title
    page.selectbox(key="one_network").select("densenet121").run()
    page.text_input(key=f"search {title}").set_value("conv5_block16").run()
    check_sound(page)
    assert len(graphs[-1]["found"]) >= 6
    page.toggle(key=f"all of {title}").set_value(True).run()
    assert sum(box.level == "layer" for box in graphs[-1]["boxes"].values()) > 400
    assert any(f"{title}: " in block for block in blocks(check_sound(page)))
