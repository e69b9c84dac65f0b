"""What makes the slow methods quick on a page, where they are not what is tested."""

from urllib.parse import urlencode

QUICK = {
    "rise.n_masks": "16",
    "lime.n_samples": "16",
    "kernel-shap.n_samples": "16",
    "smoothgrad.n_samples": "3",
    "vargrad.n_samples": "3",
    "integrated-gradients.n_steps": "3",
    "integrated-gradients.add_steps": "false",
}
"""As an address says it: name → value."""
QUICK_QUERY = urlencode(QUICK)
