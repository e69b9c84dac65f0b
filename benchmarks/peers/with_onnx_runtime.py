"""ONNX Runtime with its defaults, on the network exported by tf2onnx: the possible speed of a forward pass."""

import onnxruntime
import tensorflow as tf
import tf2onnx

from benchmarks.peers.task import BATCH, Methods, Task


def methods(task: Task) -> Methods:
    function = tf.function(
        lambda images: task.model(images, training=False),
        input_signature=[tf.TensorSpec((None, *task.inputs.shape[1:]), tf.float32)],
    )
    exported, _ = tf2onnx.convert.from_function(function, function.input_signature, opset=17)
    session = onnxruntime.InferenceSession(exported.SerializeToString(), providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    batch = task.inputs.repeat(BATCH, axis=0)
    return {
        "forward, 32 images": lambda: session.run(None, {name: batch}),
        "forward, 1 image": lambda: session.run(None, {name: task.inputs}),
    }
