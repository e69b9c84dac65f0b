"""What makes the slow methods quick, where they are not what is tested."""

from typing import Any
from urllib.parse import urlencode

FEW: dict[str, dict[str, Any]] = {
    "rise": {"n_masks": 16},
    "lime": {"n_samples": 16},
    "kernel-shap": {"n_samples": 16},
    "smoothgrad": {"n_samples": 3},
    "vargrad": {"n_samples": 3},
    "integrated-gradients": {"n_steps": 3, "add_steps": False},
    "guided-ig": {"n_steps": 3},
    "blur-ig": {"n_steps": 3},
    "gradient-shap": {"n_samples": 4},
    "xrai": {"n_steps": 2},
    "sobol": {"n_cells": 3, "n_designs": 2},
    "hsic": {"n_cells": 3, "n_masks": 16},
}
"""By method: its parameters."""
QUICK = {f"{method}.{name}": str(value).lower() for method, few in FEW.items() for name, value in few.items()}
"""As an address says it: name → value."""
QUICK_QUERY = urlencode(QUICK)
