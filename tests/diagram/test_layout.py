"""The picture of a network: nothing overlaps, nothing is missing, and it is well-formed SVG."""

import json
import xml.etree.ElementTree as ElementTree
from itertools import combinations, pairwise

import pytest
from graphs import random_tables, row, unet_table
from hypothesis import given, settings
from published_tables import published
from tiny_models import tiny

from vislib.diagram import figure, layout, stages, svg
from vislib.layers.reading import layer_table
from vislib.layers.table import LayerTable
from vislib.output.export import figure_bytes

quick = settings(derandomize=True, max_examples=40, deadline=None, database=None)
SVG = "{http://www.w3.org/2000/svg}"


def leaves(picture):
    return [box for box in picture.boxes if box.level == "layer" or box.opens]


def overlap(a, b):
    return a.x < b.x + b.width and b.x < a.x + a.width and a.y < b.y + b.height and b.y < a.y + a.height


def check(picture, table):
    """Every layer in one box, no two over each other, all inside, every connection there."""
    shown = [name for box in leaves(picture) for name in box.layers]
    assert sorted(shown) == sorted(row.name for row in table.rows)
    by_column = {}
    for box in leaves(picture):
        assert 0 <= box.x <= box.x + box.width <= picture.width
        assert 0 <= box.y <= box.y + box.height <= picture.height
        by_column.setdefault(next(at.x for at in reversed(stage_boxes(picture)) if at.x <= box.x), []).append(box)
    for column in by_column.values():
        assert not any(overlap(a, b) for a, b in combinations(column, 2))
    box_of = {name: box for box in leaves(picture) for name in box.layers}
    wanted = {
        (box_of[before].key, box_of[row.name].key)
        for row in table.rows
        for before in row.inputs
        if before and box_of[before] is not box_of[row.name]
    }
    assert {(edge.source, edge.target) for edge in picture.edges} == wanted


def stage_boxes(picture):
    return [box for box in picture.boxes if box.level == "stage"]


def crossings(picture):
    """Edges that go through a box."""
    found = []
    for edge in picture.edges:
        for (x1, y1), (x2, y2) in pairwise(edge.points):
            for box in leaves(picture):
                if (
                    min(x1, x2) < box.x + box.width
                    and max(x1, x2) > box.x
                    and min(y1, y2) < box.y + box.height
                    and max(y1, y2) > box.y
                ):
                    found.append((edge.source, edge.target, box.key))
    return found


@pytest.mark.parametrize("name", ["densenet121", "googlenet", "resnet50", "vgg16", "InceptionV3"])
@pytest.mark.parametrize("opened", [(), None])
def test_layout_famous_networks_nothing_overlaps_and_no_edge_crosses_a_box(name, opened):
    table = published(name)[0]
    picture = layout(table, opened)
    check(picture, table)
    assert crossings(picture) == []


def titles(picture):
    """(left, right, top, bottom) of the text on each frame; a letter takes 5.5 pixels or more."""
    for box in picture.boxes:
        if box.level != "layer" and not box.opens:
            letters = len(f"{box.title}, {box.subtitle}")
            yield box.x + 8, box.x + 8 + min(5.5 * letters, box.width - 40), box.y + 6, box.y + 20


@pytest.mark.parametrize("name", ["densenet121", "googlenet", "resnet50", "vgg16", "InceptionV3"])
def test_no_edge_crosses_the_title_of_a_frame(name):
    table = published(name)[0]
    every = [block.name for stage in stages(table) for block in stage.blocks]
    for opened in ((), every[1:2], every[::2], None):
        picture = layout(table, opened)
        for edge in picture.edges:
            for (x1, y1), (x2, y2) in pairwise(edge.points):
                for left, right, top, bottom in titles(picture):
                    assert not (
                        min(x1, x2) < right and max(x1, x2) > left and min(y1, y2) < bottom and max(y1, y2) > top
                    ), (edge, left, top)


@pytest.mark.parametrize("opened", [(), None])
def test_connections_of_a_unet_go_past_what_is_between_in_lanes_of_their_own(opened):
    picture = layout(unet_table(), opened)
    check(picture, unet_table())
    assert crossings(picture) == []
    starts = [box.x for box in stage_boxes(picture)]
    lanes = [
        max(y for _, y in edge.points)
        for edge in picture.edges
        if sum(edge.points[0][0] < x < edge.points[-1][0] for x in starts) > 1
    ]
    assert len(lanes) == len(set(lanes)) == 2
    assert max(lanes) < picture.height


@given(random_tables())
@quick
def test_layout_any_graph_nothing_overlaps(table):
    for opened in ((), None):
        check(layout(table, opened), table)


def test_layout_densenet_closed_fits_a_screen():
    picture = layout(published("densenet121")[0])
    assert len(leaves(picture)) < 20
    assert picture.height < 300
    run = next(box for box in picture.boxes if len(box.opens) == 24)
    assert run.title == "conv4_block1 … 24"
    assert run.subtitle == "× 24 dense, 14 × 14 × 1024"


def test_layout_opened_block_shows_its_layers_and_the_others_of_its_run():
    picture = layout(published("densenet121")[0], ["conv4_block3"])
    shown = {box.key for box in leaves(picture)}
    assert {"conv4_block3_1_conv", "conv4_block3_concat", "conv4_block1", "conv4_block24"} <= shown
    assert "conv4_block1_1_conv" not in shown
    assert sum(len(box.layers) for box in leaves(picture)) == 428


def test_edges_shortcut_of_a_residual_block_goes_around_it():
    table = published("resnet50")[0]
    picture = layout(table, ["conv2_block2"])
    shortcut = next(
        edge for edge in picture.edges if edge.target == "conv2_block2_add" and edge.source == "conv2_block1"
    )
    assert len(shortcut.points) == 6


def test_svg_parses_and_holds_every_layer():
    table = published("googlenet")[0]
    picture = layout(table, ["inception_3a"])
    root = ElementTree.fromstring(svg(picture))
    groups = root.findall(f"{SVG}g")
    assert [group.get("data-key") for group in groups] == [box.key for box in picture.boxes]
    inside = {name for group in groups for name in json.loads(group.get("data-layers"))}
    assert inside == {row.name for row in table.rows}
    edges = [path for path in root.findall(f"{SVG}path") if path.get("data-source")]
    assert len(edges) == len(picture.edges)


def test_svg_foreign_names_stay_text():
    name = "<script>alert('&\"')</script>"
    table = LayerTable(name, (8, 8, 3), (row(name, [""]), row("b", [name])), 2, ())
    text = svg(layout(table))
    assert "<script" not in text
    root = ElementTree.fromstring(text)
    assert name in {n for group in root.findall(f"{SVG}g") for n in json.loads(group.get("data-layers"))}
    assert figure_bytes(figure(layout(table, None)), "png")


def test_figure_as_png_svg_and_pdf():
    picture = layout(layer_table(tiny("relu_layers")), None)
    for kind, begins in (("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")):
        assert figure_bytes(figure(picture), kind).startswith(begins)


def test_svg_the_same_twice():
    table = layer_table(tiny("conv_relu"))
    assert svg(layout(table)) == svg(layout(table))
    assert stages(table) == stages(table)
