"""The files of a card, and the lines that give its numbers."""

from pages._ui.results import downloads, snippets
from pages._ui.shell.context import Context
from vislib.activations.class_effects import ClassEffects
from vislib.output import export


def show(context: Context, layer: str, channel: int, effects: ClassEffects | None, images: str) -> None:
    """The classes as a table, and the lines for all parts of the card; `images` is the set in a script."""
    formats = {}
    if effects is not None:
        found = effects
        rows = [
            {"class": name, "adds": float(value), "how": found.how}
            for name, value in zip(context.classifier.labels, found.values, strict=True)
        ]
        formats = {"csv": lambda: export.table_bytes(rows, ".csv"), "json": lambda: export.table_bytes(rows, ".json")}
    downloads.show(
        f"card {layer} {channel}",
        downloads.file_stem(context.model_name, layer, str(channel), "card"),
        formats,
        snippets.unit_card(context, layer, channel, images),
    )
