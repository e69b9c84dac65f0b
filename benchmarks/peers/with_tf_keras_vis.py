"""tf-keras-vis: with objects made in advance, the layer given, and the softmax replaced as in its guide."""

from tf_keras_vis.gradcam import Gradcam
from tf_keras_vis.gradcam_plus_plus import GradcamPlusPlus
from tf_keras_vis.layercam import Layercam
from tf_keras_vis.saliency import Saliency
from tf_keras_vis.scorecam import Scorecam
from tf_keras_vis.utils.model_modifiers import ReplaceToLinear
from tf_keras_vis.utils.scores import CategoricalScore

from benchmarks.peers.task import BATCH, N_CHANNELS, N_NOISY, Methods, Task


def methods(task: Task) -> Methods:
    score = CategoricalScore([task.class_index])
    made: dict = {}

    def run(kind, **options):
        def once():
            if kind not in made:
                made[kind] = kind(task.model, model_modifier=ReplaceToLinear(), clone=True)
            return made[kind](score, task.inputs, **options)

        return once

    layer = {"penultimate_layer": task.layer, "seek_penultimate_conv_layer": False}
    return {
        "saliency": run(Saliency),
        "smoothgrad": run(Saliency, smooth_samples=N_NOISY, smooth_noise=0.15),
        "grad-cam": run(Gradcam, **layer),
        "grad-cam++": run(GradcamPlusPlus, **layer),
        "layer-cam": run(Layercam, **layer),
        "score-cam": run(Scorecam, max_N=N_CHANNELS, batch_size=BATCH, **layer),
        "score-cam, all channels": run(Scorecam, batch_size=BATCH, **layer),
    }
