"""Runs at the start of the server's Python: a computation goes no further while the file VISLIB_TEST_HOLD is there.

So a test can press Stop, or come as a second person, in the middle of one, however fast or slow the machine is.
"""

import os
import time
from pathlib import Path


def _hold_computations(file: Path) -> None:
    from stopping import HANG_SECONDS

    from vislib.attribution.occlusion import Occlusion
    from vislib.model_file import load
    from vislib.training import TrainingRun

    load.SECONDS = HANG_SECONDS
    attribute, start = Occlusion.attribute, TrainingRun.start

    def held(progress, begun):
        def report(*reported):
            progress(*reported)
            while begun(*reported) and file.exists():
                time.sleep(0.02)
                progress(*reported)  # raises after the user pressed Stop or left the page

        return report

    def held_attribute(self, classifier, fitted, target, progress):
        return attribute(self, classifier, fitted, target, held(progress, lambda done, *_: done > 0))

    def held_start(self, progress, *after_epoch):
        return start(self, held(progress, lambda now: now.epoch > 1), *after_epoch)

    Occlusion.attribute, TrainingRun.start = held_attribute, held_start


if "VISLIB_TEST_HOLD" in os.environ:  # not in the process that tries a model file
    _hold_computations(Path(os.environ["VISLIB_TEST_HOLD"]))
