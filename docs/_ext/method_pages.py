"""The directive `explainer`: what the registry and the measurements say of an explanation method, below its formula."""

import dataclasses
import inspect
import re

from docstrings import escaped
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

import vislib
from vislib.trust.measured_methods import measured

LOG = logging.getLogger(__name__)


class Method(SphinxDirective):
    """`{explainer} grad-cam`: its question, docstring, weakness, parameters and costs."""

    required_arguments = 1

    def run(self):
        name = self.arguments[0]
        _shown(self.env).setdefault(self.env.docname, set()).add(name)
        method = vislib.methods()[name]
        found = nodes.container(classes=["method"])
        lines = ["````{eval-rst}", *_lines(method), *_parameters(method), "````"]  # the page around it is Markdown
        self.state.nested_parse(StringList(lines, source=inspect.getsourcefile(method) or ""), 0, found)
        return [found]


def _lines(method: type[vislib.Explainer]) -> list[str]:
    facts = measured().get(method.name)
    _formula, *rest = inspect.cleandoc(method.__doc__ or "").split("\n\n")
    rest = [_linked(paragraph) for paragraph in rest if not paragraph.startswith("Raises:")]
    checks = "; ".join(words for _, words in facts.verdicts()) if facts else ""
    python = f'vislib.explain("{method.name}", classifier, image)'
    answers = "different for each class" if method.class_discriminative else "the same for every class"
    signed = "above 0 for the target, below 0 against it" if method.signed else "never below 0"
    return [
        f"**{method.question}** ``{python}``",
        "",
        *"\n\n".join(rest).splitlines(),
        "",
        f"Known weakness: {_linked(method.caveat)}",
        "",
        f"The map is {answers}, and its values are {signed}. {f'Measured: {checks}.' if checks else ''}",
        "",
    ]


def _linked(text: str) -> str:
    text = re.sub(r"arXiv (\d{4}\.\d{4,5})", r"`arXiv \1 <https://arxiv.org/abs/\1>`__", text)
    return escaped(text)


def _parameters(method: type[vislib.Explainer]) -> list[str]:
    specs = [spec for spec in dataclasses.fields(method) if spec.metadata]
    if not specs:
        return ["It has no parameters of its own.", ""]
    rows = [".. list-table::", "   :header-rows: 1", "   :widths: auto", ""]
    for cells in (("parameter", "default", "accepted", "what it does"), *map(_row, specs)):
        rows += [f"   {'* -' if not place else '  -'} {cell}" for place, cell in enumerate(cells)]
    return [*rows, ""]


def _row(spec: dataclasses.Field) -> tuple[str, ...]:
    about = spec.metadata
    if about["choices"]:
        accepted = ", ".join(f"``{choice}``" for choice in about["choices"])
    elif about["low"] is not None and about["high"] is not None:
        accepted = f"{about['low']:,} to {about['high']:,} {about['unit']}"
    else:
        accepted = about["kind"].__name__
    default = "as the network needs" if spec.default is None else f"``{spec.default}``"
    return f"``{spec.name}``", default, accepted, about["help"] or about["label"]


def _shown(env) -> dict[str, set[str]]:
    """The methods that each page has."""
    if not hasattr(env, "vislib_methods"):
        env.vislib_methods = {}
    return env.vislib_methods


def check_complete(app, env) -> list:
    """A warning for each method without a section, which `-W` makes an error."""
    for name in sorted(set(vislib.methods()) - set().union(*_shown(env).values())):
        LOG.warning("The method '%s' has no section in docs/methods/; add its formula and {explainer} %s.", name, name)
    return []


def setup(app):
    app.add_directive("explainer", Method)
    app.connect("env-updated", check_complete)
    return {"parallel_read_safe": True}
