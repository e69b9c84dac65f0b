"""xplique: with objects made in advance, the same batch size as the others, and the same superpixels as vislib."""

import tensorflow as tf
import xplique.attributions as xplique

from benchmarks.peers.task import (
    BATCH,
    N_CELLS,
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


def _superpixels(image):
    from skimage.segmentation import slic

    return tf.constant(slic(image.numpy(), N_SEGMENTS, 20, start_label=0), tf.int32)


def methods(task: Task) -> Methods:
    made: dict = {}

    def run(name: str, batch_size: int = BATCH, **options):
        def once():
            if name not in made:
                made[name] = getattr(xplique, name)(task.model, batch_size=batch_size, **options)
            return made[name].explain(task.inputs, task.one_hot)

        return once

    samples = {"nb_samples": N_MASKS, "map_to_interpret_space": _superpixels}
    return {
        "occlusion": run("Occlusion", patch_size=PATCH_PX, patch_stride=STRIDE_PX),
        "saliency": run("Saliency"),
        "gradient-x-input": run("GradientInput"),
        "smoothgrad": run("SmoothGrad", N_NOISY, nb_samples=N_NOISY),
        "vargrad": run("VarGrad", N_NOISY, nb_samples=N_NOISY),
        "integrated-gradients": run("IntegratedGradients", 16, steps=N_STEPS),
        "guided-backprop": run("GuidedBackprop"),
        "deconvnet": run("DeconvNet"),
        "grad-cam": run("GradCAM", conv_layer=task.layer),
        "grad-cam++": run("GradCAMPP", conv_layer=task.layer),
        "rise": run("Rise", nb_samples=N_MASKS),
        "lime": run("Lime", **samples),
        "kernel-shap": run("KernelShap", **samples),
        "sobol": run("SobolAttributionMethod", grid_size=N_CELLS, nb_design=N_DESIGNS),
        "hsic": run("HsicAttributionMethod", grid_size=N_CELLS, nb_design=N_MASKS),
    }
