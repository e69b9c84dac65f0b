"""Sphinx's settings of the site: make docs."""

import os
import re
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
DOCS = Path(__file__).resolve().parent
sys.path[:0] = [str(DOCS.parent), str(DOCS / "_ext")]

from pictures import value_scraper  # noqa: E402

project = "vislib"
author = "the vislib contributors"
copyright = author
extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.napoleon",
    "sphinx_gallery.gen_gallery",
    "sphinx_design",
    "sphinx_copybutton",
    "docstrings",
    "mathml",
    "method_pages",
    "reference_pages",
    "rooms_picture",
]
exclude_patterns = [
    "_build",
    "_ext",
    "**/GALLERY_HEADER.rst",
    "examples/**/*.ipynb",
    "examples/**/*.py.md5",
    "hugging_face_space",
]
nitpicky = True
suppress_warnings = ["config.cache"]  # functions among the settings, such as the scraper, are not cached

myst_enable_extensions = ["attrs_inline", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
myst_fence_as_directive = ["mermaid"]
myst_links_external_new_tab = False

autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
autodoc_preserve_defaults = True
autosummary_generate = False
add_module_names = False
maximum_signature_line_length = 88
toc_object_entries_show_parents = "hide"
napoleon_numpy_docstring = False
napoleon_use_ivar = True
napoleon_use_rtype = False
napoleon_custom_sections = [("Class attributes", "params_style")]
default_role = "name"

copybutton_exclude = ".linenos, .gp, .go"
copybutton_prompt_text = ">>> "

sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "examples",
    "filename_pattern": r"\.py$",
    "subsection_order": [
        f"../examples/{name}" for name in ("where", "pixels", "units", "what_if", "trust", "inside", "tasks")
    ],
    "image_scrapers": (value_scraper,),
    "capture_repr": (),
    "reset_modules": (),
    "matplotlib_animations": False,
    "remove_config_comments": True,
    "show_memory": False,
    "min_reported_time": 3600,
    "write_computation_times": False,
    "show_signature": False,
    "abort_on_example_error": True,
    "doc_module": ("vislib",),
    "reference_url": {"vislib": None},
    "nested_sections": True,
}

html_theme = "pydata_sphinx_theme"
html_title = "vislib"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_favicon = "../pages/_ui/icon.png"
html_show_sourcelink = False
html_copy_source = False
html_math_renderer = "mathml"
html_theme_options = {
    "logo": {"text": "vislib", "image_light": "../pages/_ui/icon.png", "image_dark": "../pages/_ui/icon.png"},
    "navbar_align": "left",
    "header_links_before_dropdown": 8,
    "show_nav_level": 1,
    "show_toc_level": 2,
    "navigation_with_keys": False,
    "navbar_persistent": ["search-button"],
    "secondary_sidebar_items": {
        "**": ["page-toc"],
        "index": [],
        "zh/index": [],
        "methods": [],
        "benchmarks": [],
        "examples/index": [],
    },
    "footer_start": ["copyright"],
    "footer_end": ["theme-version"],
    "show_prev_next": True,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
html_context = {"default_mode": "auto"}
html_sidebars = {
    "index": [],
    "zh/index": [],
    "getting_started": [],
    "changelog": [],
    "troubleshooting": [],
    "methods": [],
    "benchmarks": [],
}


def _as_pages(app, docname: str, source: list[str]) -> None:
    """What lies outside docs/ in the repository: the changelog, and the cards of the networks."""
    if docname == "changelog":
        file = DOCS.parent / "CHANGELOG.md"
        source[0] = file.read_text(encoding="utf-8") if file.exists() else "# Changelog\n\nThere is none yet.\n"
    if docname == "deployment":  # a file of settings, which is no page
        source[0] = re.sub(r"\[([^]]+)\]\(hugging_face_space/README\.md\)", r"\1", source[0])
    if docname == "training":
        source[0] = re.sub(r"\.\./vislib/zoo/weights/([\w-]+)\.md", r"model_cards.md#card-\1", source[0])


def _in_chinese(app, pagename: str, templatename: str, context: dict, doctree) -> None:
    """Says of the Chinese pages that they are, which chooses their letters and a reader's voice."""
    if pagename.startswith("zh/"):
        context["language"] = "zh-CN"


def setup(app) -> None:
    app.connect("html-page-context", _in_chinese)
    app.connect("source-read", _as_pages)
