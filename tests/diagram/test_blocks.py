"""Layers in blocks and stages: those of the papers are found from the graph alone."""

import pytest
from graphs import random_tables, table_of, unet_table
from hypothesis import given, settings
from published_tables import published
from tiny_models import STYLES, tiny

from vislib.diagram import part, stages
from vislib.layers.reading import layer_table

quick = settings(derandomize=True, max_examples=40, deadline=None, database=None)


def kinds(name):
    """How many blocks of each kind there are in a stage, by the stage's title."""
    found = {}
    for stage in stages(published(name)[0]):
        branched = [block.kind for block in stage.blocks if block.kind != "chain"]
        found[stage.title] = (branched[0], len(branched)) if branched else None
        assert len(set(branched)) <= 1
    return {title: kind for title, kind in found.items() if kind}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "densenet121",
            {"56 × 56": ("dense", 6), "28 × 28": ("dense", 12), "14 × 14": ("dense", 24), "7 × 7": ("dense", 16)},
        ),
        ("googlenet", {"28 × 28": ("inception", 2), "14 × 14": ("inception", 5), "7 × 7": ("inception", 2)}),
        ("resnet18", {f"{side} × {side}": ("residual", 2) for side in (56, 28, 14, 7)}),
        (
            "resnet34",
            dict(zip(("56 × 56", "28 × 28", "14 × 14", "7 × 7"), (("residual", n) for n in (3, 4, 6, 3)), strict=True)),
        ),
        (
            "resnet50",
            dict(zip(("56 × 56", "28 × 28", "14 × 14", "7 × 7"), (("residual", n) for n in (3, 4, 6, 3)), strict=True)),
        ),
        ("InceptionV3", {"35 × 35": ("inception", 3), "17 × 17": ("inception", 5), "8 × 8": ("inception", 3)}),
        ("vgg16", {}),
    ],
)
def test_blocks_of_the_papers(name, expected):
    assert kinds(name) == expected


def test_names_and_runs_densenet():
    by_title = {stage.title: stage for stage in stages(published("densenet121")[0])}
    first = by_title["56 × 56"]
    assert [block.name for block in first.blocks[1:7]] == [f"conv2_block{n}" for n in range(1, 7)]
    assert [count for _, count in first.runs] == [1, 6, 1]
    assert [count for _, count in by_title["14 × 14"].runs] == [1, 24, 1]


def test_block_sums_are_those_of_its_layers():
    table = published("resnet18")[0]
    blocks = [block for stage in stages(table) for block in stage.blocks]
    assert sum(block.parameters for block in blocks) == table.parameters
    assert sum(block.macs for block in blocks) == table.macs
    block = next(block for block in blocks if block.name == "conv3_block1")
    assert block.output_shape == (28, 28, 128)
    assert [row.name for row in block.rows][-2:] == ["conv3_block1_add", "conv3_block1_relu2"]


@pytest.mark.parametrize("style", STYLES)
def test_every_layer_once_in_order_tiny_models(style):
    table = layer_table(tiny(style))
    assert [row for stage in stages(table) for block in stage.blocks for row in block.rows] == list(table.rows)


@given(random_tables())
@quick
def test_every_layer_once_whatever_the_graph(table):
    blocks = [block for stage in stages(table) for block in stage.blocks]
    rows = [row.name for block in blocks for row in block.rows]
    assert sorted(rows) == sorted(row.name for row in table.rows)


def test_long_way_without_gates_is_divided_at_joins():
    """As in NASNet: every cell takes the output of the last and of the one before."""
    connections, before, last = {}, "", ""
    for cell in range(8):
        for layer in range(20):
            connections[f"cell{cell}_{layer}"] = (last if layer == 0 else f"cell{cell}_{layer - 1}",)
        connections[f"cell{cell}_join"] = (f"cell{cell}_19", before)
        before, last = last, f"cell{cell}_join"
    connections["end"] = (before, last)
    blocks = [block for stage in stages(table_of(connections)) for block in stage.blocks]
    assert max(len(block.rows) for block in blocks) <= 2 * 21 + 1


def test_part_is_the_block_alone_fed_from_outside():
    table = published("resnet18")[0]
    block = next(block for stage in stages(table) for block in stage.blocks if block.kind == "residual")
    alone = part(table, block)
    assert [row.name for row in alone.rows] == [row.name for row in block.rows]
    assert alone.rows[0].inputs == ("",)
    assert alone.rows[-1].inputs == block.rows[-1].inputs
    assert "" in next(row for row in alone.rows if row.kind == "Add").inputs
    assert alone.parameters == block.parameters


def test_unet_is_one_stage_for_each_size_down_and_up():
    found = stages(unet_table())
    assert [stage.title for stage in found] == ["32 × 32", "16 × 16", "8 × 8", "16 × 16", "32 × 32"]
    assert [row.name for stage in found for block in stage.blocks for row in block.rows] == [
        row.name for row in unet_table().rows
    ]
    assert [block.kind for block in found[0].blocks] == ["chain", "residual"]


def test_blocks_have_names_of_their_own():
    names = [block.name for stage in stages(unet_table()) for block in stage.blocks]
    assert len(set(names)) == len(names)
