"""A readable picture of a network: groups layers into blocks and stages, places them, draws them as SVG."""

from vislib.diagram.blocks import Block, Stage, part, stages
from vislib.diagram.drawing import figure, svg
from vislib.diagram.layout import Layout, layout
from vislib.diagram.routes import Box, Edge

__all__ = ["Block", "Box", "Edge", "Layout", "Stage", "figure", "layout", "part", "stages", "svg"]
