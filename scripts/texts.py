"""The catalog of translations, brought up to date with the source texts.

python -m scripts.texts extracts every template of `text`, `tr` and `plural`, keeps what is translated, removes what is
no longer used, adds what is new with an empty translation, and lists what is still to be translated.
"""

import ast
import io
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from vislib.language.catalog import catalog_path

ROOT = Path(__file__).resolve().parents[1]
_TEMPLATES = {"text": 1, "tr": 1, "plural": 2}
"""Function → how many templates are its first arguments."""
_WIDTH = 120


def sources() -> list[Path]:
    """The files whose texts a person reads."""
    return [
        ROOT / "app.py",
        *sorted(
            path for folder in ("pages", "vislib") for path in (ROOT / folder).rglob("*.py") if "_app" not in path.parts
        ),
    ]


def extracted() -> Catalog:
    """The templates of the source, without translations, in the order of the files.

    Babel's own extraction would miss those inside f-strings and those that are arguments of others.
    """
    catalog = Catalog(project="vislib", charset="utf-8")
    for path in sources():
        calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
        for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
            if message := _message(call):
                catalog.add(message, locations=[(path.relative_to(ROOT).as_posix(), None)])
    return catalog


def _message(call: ast.Call) -> str | tuple[str, str]:
    """The template of a call, or both of a plural; "" for any other call."""
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    parts = [part.value for part in call.args[: _TEMPLATES.get(name, 0)] if isinstance(part, ast.Constant)]
    if not parts or len(parts) < _TEMPLATES[name] or not all(isinstance(part, str) for part in parts):
        return ""
    return (parts[0], parts[1]) if len(parts) == 2 else parts[0]


def up_to_date(old: Catalog) -> Catalog:
    """The catalog of the source with the translations of an old one."""
    new = Catalog(locale="zh", project="vislib", charset="utf-8", fuzzy=False, header_comment=HEADER)
    for message in extracted():
        if message.id:
            kept = old.get(message.id)
            same = kept is not None and kept.id == message.id and not kept.fuzzy
            new.add(message.id, kept.string if same and kept else "", locations=message.locations)
    return new


def missing(catalog: Catalog) -> list[str]:
    """The English of what is not translated."""
    return [str(message.id) for message in catalog if message.id and not _said(message.string)]


def _said(string: object) -> bool:
    return all(string) if isinstance(string, tuple | list) else bool(string)


HEADER = "# Simplified Chinese texts of vislib. Kept up to date by: python -m scripts.texts"


_UNUSED = tuple(
    f'"{field}:'
    for field in (
        "Project-Id-Version", "Report-Msgid-Bugs-To", "POT-Creation-Date", "PO-Revision-Date", "Last-Translator",
        "Language-Team", "Generated-By",
    )
)  # fmt: skip
"""Lines of a gettext file's head that change at every run, or say nothing here."""


def as_text(catalog: Catalog) -> str:
    """The gettext file."""
    written = io.BytesIO()
    write_po(written, catalog, width=_WIDTH, sort_output=False, omit_header=False)
    lines = written.getvalue().decode().splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith(_UNUSED))


def main() -> None:
    path = catalog_path("zh")
    old = read_po(path.open("rb"), locale="zh") if path.exists() else Catalog(locale="zh")
    catalog = up_to_date(old)
    path.write_text(as_text(catalog), encoding="utf-8")
    left = missing(catalog)
    print("\n".join(left))
    print(f"{path.relative_to(ROOT)}: {len(catalog)} texts, {len(left)} not translated.")


if __name__ == "__main__":
    main()
