"""Model files made by hand come from the tests of the safe path."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "model_file"))
