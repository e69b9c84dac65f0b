"""tf-explain, with the same batch size as the others. Its occlusion has no stride, so it uses patches of 16 px side by
side: 196, the number nearest to the 169 of the others. The time is scaled to 169."""

from tf_explain.core.grad_cam import GradCAM
from tf_explain.core.gradients_inputs import GradientsInputs
from tf_explain.core.integrated_gradients import IntegratedGradients
from tf_explain.core.occlusion_sensitivity import OcclusionSensitivity
from tf_explain.core.smoothgrad import SmoothGrad
from tf_explain.core.vanilla_gradients import VanillaGradients

from benchmarks.peers.task import BATCH, N_NOISY, N_STEPS, STRIDE_PX, Methods, Task

SCALED = {"occlusion": 169 / 196}


def methods(task: Task) -> Methods:
    images, model, index = (task.inputs, None), task.model, task.class_index
    occlusion = OcclusionSensitivity(batch_size=BATCH)
    return {
        "occlusion": lambda: occlusion.get_sensitivity_map(model, task.inputs[0], index, STRIDE_PX),
        "saliency": lambda: VanillaGradients().explain(images, model, index),
        "gradient-x-input": lambda: GradientsInputs().explain(images, model, index),
        "smoothgrad": lambda: SmoothGrad().explain(images, model, index, num_samples=N_NOISY, noise=0.3),
        "integrated-gradients": lambda: IntegratedGradients().explain(images, model, index, n_steps=N_STEPS),
        "grad-cam": lambda: GradCAM().explain(images, model, index, layer_name=task.layer),
    }
