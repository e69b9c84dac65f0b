"""A network as a picture that stays readable: layers grouped into blocks and stages, laid out, drawn as SVG."""

from vislib.diagram.blocks import Block, Stage, part, stages
from vislib.diagram.drawing import figure, svg
from vislib.diagram.layout import Layout, layout
from vislib.diagram.routes import Box, Edge

__all__ = ["Block", "Box", "Edge", "Layout", "Stage", "figure", "layout", "part", "stages", "svg"]
