"""The directive `public`: the reference of a module's public names, from their docstrings."""

import importlib
import inspect

from docstrings import MODULES, public_names
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.pycode import ModuleAnalyzer
from sphinx.util.docutils import SphinxDirective


class Public(SphinxDirective):
    """`{public} vislib.targets`, or with names as its content, those alone."""

    required_arguments = 1
    has_content = True

    def run(self):
        module_name = self.arguments[0]
        module = importlib.import_module(module_name)
        names = " ".join(self.content).split() or _names_of(module)
        own = [name for name in names if _shown_as(module_name, name, getattr(module, name)) is None]
        lines = [f".. currentmodule:: {module_name}", "", ".. autosummary::", "   :nosignatures:", ""]
        lines += [f"   {name}" for name in own if _has_docstring(getattr(module, name))]
        lines += [""]
        for name in sorted(names, key=lambda name: not _has_docstring(getattr(module, name))):
            other = _shown_as(module_name, name, getattr(module, name))
            if other:
                lines += [f".. py:data:: {name}", "   :no-index:", "", f"   `{other}`.", ""]
            else:
                lines += _entry(module_name, name, getattr(module, name))
        found = nodes.container()
        rst = ["````{eval-rst}", *lines, "````"]  # the page around it is Markdown
        self.state.nested_parse(StringList(rst, source=module_name), 0, found)
        return found.children


def _has_docstring(value) -> bool:
    return inspect.isclass(value) or inspect.isroutine(value)


def _names_of(module) -> list[str]:
    from docstrings import names_of

    return names_of(module)


def _shown_as(module_name: str, name: str, value) -> str | None:
    """The other name under which the reference has this object; None if it is this one."""
    if not hasattr(value, "__qualname__"):
        return None
    known = public_names().get(f"{value.__module__}.{value.__qualname__}")
    return None if known in (None, f"{module_name}.{name}") else known


def _entry(module_name: str, name: str, value) -> list[str]:
    full = f"{module_name}.{name}"
    if inspect.isclass(value):
        return [f".. autoclass:: {full}", "   :members:", ""]
    if inspect.isroutine(value):
        return [f".. autofunction:: {full}", ""]
    about = " ".join(_comment(name, value))
    kind = type(value).__name__
    shown = (
        ", ".join(f"``{each}``" for each in value)
        if isinstance(value, dict | tuple) and len(value) < 60
        else f"``{value!r}``"
    )
    return [f".. py:data:: {name}", f"   :type: {kind}", "", f"   {about}", "", f"   {shown}", ""]


def _comment(name: str, value) -> list[str]:
    """The docstring below a constant, in the module that defines it."""
    import sys

    for module_name, module in list(sys.modules.items()):
        if module_name.startswith("vislib.") and getattr(module, name, None) is value:
            try:
                about = ModuleAnalyzer.for_module(module.__name__).find_attr_docs().get(("", name))
            except Exception:  # noqa: BLE001  a module without a source
                continue
            if about:
                return [line for line in about if line.strip()]
    return []


def setup(app):
    assert MODULES
    app.add_directive("public", Public)
    return {"parallel_read_safe": True}
