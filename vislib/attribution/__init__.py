"""Explanation methods, one a file; importing this registers them all, in the order in which they are shown."""

# ruff: noqa: F401, I001
from vislib.attribution import saliency
from vislib.attribution import guided_backprop, deconvnet, gradient_x_input, smoothgrad, vargrad, integrated_gradients
from vislib.attribution import lrp
from vislib.attribution import guided_ig, blur_ig, gradient_shap, deeplift, fullgrad, xrai
from vislib.attribution import grad_cam, grad_cam_plus_plus, hires_cam, layer_cam, xgrad_cam, score_cam, ablation_cam
from vislib.attribution import eigen_cam, guided_grad_cam, cam, finer_cam, layer_cam_fused
from vislib.attribution import occlusion, rise, lime, kernel_shap, sobol, hsic
from vislib.attribution import random_baseline, edge_baseline
from vislib.attribution.base import Explainer, methods
from vislib.attribution.named import explain, named
from vislib.attribution.smoothed import Smoothed
from vislib.progress import Progress, no_progress

__all__ = ["Explainer", "Progress", "Smoothed", "explain", "methods", "named", "no_progress"]
