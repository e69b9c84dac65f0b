"""Callbacks for anybody's `model.fit`.

    explain = vislib.callbacks.Explain(images, "grad-cam", folder="maps", preprocess="0..1")
    model.fit(x, y, epochs=10, callbacks=[explain])

A callback derives from Keras's class, so it is imported, with TensorFlow, when it is first asked for.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vislib.callbacks.explain import Explain

__all__ = ["Explain"]


def __getattr__(name: str) -> Any:
    if name == "Explain":
        from vislib.callbacks.explain import Explain

        return Explain
    raise AttributeError(f"module 'vislib.callbacks' has no attribute '{name}'")
