"""A network as a picture that stays readable: layers grouped into blocks and stages, laid out, drawn as SVG."""

from vislib.graph.blocks import Block, Stage, part, stages
from vislib.graph.drawing import figure, svg
from vislib.graph.layout import Layout, layout
from vislib.graph.routes import Box, Edge

__all__ = ["Block", "Box", "Edge", "Layout", "Stage", "figure", "layout", "part", "stages", "svg"]
