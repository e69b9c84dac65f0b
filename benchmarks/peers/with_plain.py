"""Without a library: `model.predict` on all the covered copies, in batches."""

import numpy as np

from benchmarks.peers.task import BATCH, PATCH_PX, STRIDE_PX, Methods, Task


def methods(task: Task) -> Methods:
    starts = range(0, task.inputs.shape[1] - PATCH_PX + 1, STRIDE_PX)

    def occlusion() -> np.ndarray:
        copies = task.inputs.repeat(len(starts) ** 2, axis=0)
        for copy, (top, left) in zip(copies, ((top, left) for top in starts for left in starts), strict=True):
            copy[top : top + PATCH_PX, left : left + PATCH_PX] = 0
        return task.model.predict(copies, batch_size=BATCH, verbose=0)[:, task.class_index]

    batch = task.inputs.repeat(BATCH, axis=0)
    return {
        "occlusion": occlusion,
        "forward, 32 images": lambda: task.model.predict(batch, batch_size=BATCH, verbose=0),
        "forward, 1 image": lambda: task.model.predict(task.inputs, verbose=0),
    }
