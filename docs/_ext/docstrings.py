"""Docstrings as they are written in vislib: plain names in single backticks, and |x| for an absolute value.

A name in backticks becomes a link where the site has a page on it, and code otherwise. A type in a signature does, too.
"""

import functools
import importlib
import re
import sys
from types import ModuleType

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.domains.python import PyObject
from sphinx.util.docutils import SphinxRole

import vislib

QUIET = "vislib_quiet"


class Name(SphinxRole):
    """A name in single backticks."""

    def run(self):
        name = self.text.removesuffix("()")
        code = nodes.literal(self.rawtext, self.text)
        if not re.fullmatch(r"[A-Za-z_][\w.]*", name):
            return [code], []
        link = pending_xref(
            self.rawtext,
            code,
            refdomain="py",
            reftype="obj",
            reftarget=name,
            refexplicit=False,
            refdoc=self.env.docname,
        )
        link["py:module"] = self.env.ref_context.get("py:module")
        link[QUIET] = True
        return [link], []


MODULES = (
    *(name for name in vislib.__all__ if isinstance(getattr(vislib, name), ModuleType)),
    "attribution",
    "batch",
    "opinion",
)
"""The modules that have a page in the reference."""


def names_of(module: ModuleType) -> list[str]:
    """The public names of a module: those it exports, or those it defines."""
    if exported := getattr(module, "__all__", None):
        return list(exported)
    return [
        name
        for name, value in vars(module).items()
        if getattr(value, "__module__", "") == module.__name__ and not name.startswith("_")
    ]


@functools.cache
def public_names() -> dict[str, str]:
    """The name under which the site shows an object, by the name of the place where it is defined."""
    found: dict[str, str] = {}
    for is_alias in (False, True):
        for module_name in ("vislib", *(f"vislib.{name}" for name in MODULES)):
            module = importlib.import_module(module_name)
            for name in names_of(module):
                value = getattr(module, name)
                if hasattr(value, "__qualname__") and (value.__name__ != name) == is_alias:
                    found.setdefault(f"{value.__module__}.{value.__qualname__}", f"{module_name}.{name}")
    return found


def resolved(app, env, node, contnode):
    """A link for a name or a type, if the site has it; else the name alone, without a warning."""
    if node.get("refdomain") != "py":
        return None
    domain, target = env.domains.python_domain, node["reftarget"]
    for name in (public_names().get(target), target, f"vislib.{target}"):
        if name and (found := domain.objects.get(name)):
            here = node.get("refdoc") or env.current_document.docname
            uri = app.builder.get_relative_uri(here, found.docname)
            return nodes.reference("", "", contnode, internal=True, refuri=f"{uri}#{found.node_id}", reftitle=name)
    is_asked_for = "refwarn" in node and not node.get(QUIET)  # a role that somebody wrote, such as {py:func}
    return None if is_asked_for else contnode


_CODE = re.compile(r"(``.+?``|`[^`]+`_*)", re.DOTALL)
_MARK = re.compile(r"(?<!\\)\||(?<=\w)_(?=\W|$)")


def escaped(text: str) -> str:
    """Marks that reStructuredText would take for its own: |x|, and a name that ends in "_"."""
    parts = _CODE.split(text)
    return "".join(part if part.startswith("`") else _MARK.sub(lambda mark: "\\" + mark[0], part) for part in parts)


def escape(app, what, name, obj, options, lines: list[str]) -> None:
    """`escaped` for a docstring, but for its examples."""
    found, paragraph = [], []
    for line in [*lines, ""]:
        if line.strip():
            paragraph.append(line)
            continue
        text = "\n".join(paragraph)
        found += [*(text if ">>>" in text else escaped(text)).splitlines(), ""]
        paragraph = []
    lines[:] = found


def setup(app):
    for name in MODULES:  # vislib.render is vislib.output.render, and the site shows it under the first name
        sys.modules.setdefault(f"vislib.{name}", getattr(vislib, name))
    for field in PyObject.doc_field_types:
        if field.name == "variable":
            field.label = "Attributes"  # Sphinx says "Variables"
    app.add_role("name", Name())
    app.connect("missing-reference", resolved, priority=100)
    app.connect("autodoc-process-docstring", escape, priority=600)
    return {"parallel_read_safe": True}
