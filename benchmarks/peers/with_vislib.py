"""vislib. It takes the loaded image, so resizing and preprocessing are part of its time."""

import vislib
from benchmarks.peers.task import (
    BATCH,
    N_CELLS,
    N_CHANNELS,
    N_DESIGNS,
    N_MASKS,
    N_NOISY,
    N_SEGMENTS,
    N_STEPS,
    PATCH_PX,
    STRIDE_PX,
    Methods,
    Task,
)

_SUPERPIXELS = {"n_segments": N_SEGMENTS, "n_samples": N_MASKS}
PARAMS = {
    "occlusion": {"patch_px": PATCH_PX, "stride_px": STRIDE_PX},
    "saliency": {},
    "gradient-x-input": {},
    "smoothgrad": {"n_samples": N_NOISY},
    "vargrad": {"n_samples": N_NOISY},
    "integrated-gradients": {"n_steps": N_STEPS, "add_steps": False},
    "guided-backprop": {},
    "deconvnet": {},
    "grad-cam": {},
    "grad-cam++": {},
    "layer-cam": {},
    "score-cam": {"max_channels": N_CHANNELS},
    "score-cam, all channels": {"max_channels": 65536},
    "rise": {"n_masks": N_MASKS},
    "lime": _SUPERPIXELS,
    "kernel-shap": _SUPERPIXELS,
    "sobol": {"n_designs": N_DESIGNS, "n_cells": N_CELLS},
    "hsic": {"n_masks": N_MASKS, "n_cells": N_CELLS},
}


def methods(task: Task) -> Methods:
    def run(name: str, params: dict):
        return lambda: vislib.explain(name.split(",")[0], task.classifier, task.image, task.class_index, **params)

    found: Methods = {name: run(name, params) for name, params in PARAMS.items()}
    batch = task.inputs.repeat(BATCH, axis=0)
    found["forward, 32 images"] = lambda: task.classifier.network.logits(batch)
    found["forward, 1 image"] = lambda: task.classifier.network.logits(task.inputs)
    return found
