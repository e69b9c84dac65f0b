"""Explanation methods, one a file; importing this registers them all."""

from vislib.attribution import grad_cam, occlusion, saliency, smoothgrad  # noqa: F401
from vislib.attribution.base import Explainer, Progress, explain, methods, no_progress

__all__ = ["Explainer", "Progress", "explain", "methods", "no_progress"]
