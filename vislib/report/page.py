"""The report as one HTML page, without scripts or network access; all text from outside is escaped."""

import html
from collections.abc import Sequence
from pathlib import Path

from vislib.attribution.base import Explainer
from vislib.batch import Batch
from vislib.report import measured, sections, tasks
from vislib.report.clusters import Reason
from vislib.report.findings import Findings
from vislib.report.text import format_number, percent, title_of
from vislib.report.tiles import Tiles
from vislib.tasks import Task

_CSS = Path(__file__).with_name("style.css")
# A second defence beside escaping: under this policy a browser loads nothing and runs no script from the page.
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def page(
    batch: Batch, found: Findings, reasons: Sequence[tuple[str, list[Reason]]], model: str, selection: str = ""
) -> str:
    """The whole page.

    Args:
        batch: The batch, or a selection of its images.
        found: The findings in its table.
        reasons: For each method, the clusters of its maps, the most suspicious first.
        model: The network's name.
        selection: What the selected images have in common; "" where it is not said.
    """
    tiles = Tiles(batch)
    parts = [
        ("images", "The images", sections.every_image(batch, tiles, found)),
        ("reasons", "Right for the wrong reason?", sections.reasons(batch, tiles, reasons)),
        ("numbers", "Predicted numbers", tasks.numbers(batch, found)),
        ("overlap", "Overlap with the masks", tasks.overlap(batch, found)),
        ("worst", "The worst images", tasks.worst(batch, tiles, found)),
        ("classes", "Class by class", sections.classes(batch, found) if batch.task.has_classes else ""),
        ("mistakes", "The most confident mistakes", sections.mistakes(batch, tiles, found)),
        ("disagreements", "Where two methods disagree most", sections.disagreements(batch, tiles, found)),
        ("border", "Maps on the border", sections.on_border(batch, tiles, found)),
        ("background", "Maps on the background", sections.on_background(batch, tiles, found)),
        ("trust", "Measures of the maps", measured.trust(batch)),
        ("channels", "Channels that decide", measured.channels(batch)),
        ("unreadable", "Images that could not be read", sections.unreadable(found)),
    ]
    parts = [part for part in parts if part[2]]
    name = html.escape(str(batch.manifest["source"]["name"])) + _selected(batch, selection)
    links = "".join(f'<a href="#{anchor}">{title}</a>' for anchor, title, _ in parts)
    bodies = "".join(
        f'<section id="{anchor}" aria-labelledby="{anchor}-h"><h2 id="{anchor}-h">{title}</h2>{body}</section>'
        for anchor, title, body in parts
    )
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>Report on {name}</title>'
        f"<style>{_CSS.read_text(encoding='utf-8')}</style></head><body><main>"
        f"<h1>{_headline(batch, found)}</h1>{_lead(batch, name, model)}{_facts(batch, found, reasons)}"
        f"<nav>{links}</nav>"
        f"{bodies}{_methods(batch)}{_footer(batch)}</main></body></html>\n"
    )


def _selected(batch: Batch, selection: str) -> str:
    """How many images were selected, and by what; "" for a whole batch."""
    if batch.n_images == batch.n_in_batch:
        return ""
    by = f" ({html.escape(selection)})" if selection else ""
    return f", a selection of {batch.n_images:,} of its {batch.n_in_batch:,} images{by}"


def _headline(batch: Batch, found: Findings) -> str:
    if said := tasks.headline(batch, found):
        return said
    if found.n_known:
        return f"{percent(found.n_right / found.n_known)} right: {found.n_right:,} of {found.n_known:,} images"
    return f"{found.n - found.n_errors:,} images explained"


def _lead(batch: Batch, name: str, model: str) -> str:
    methods = " and ".join(html.escape(title_of(method)) for method in batch.methods)
    unfinished = batch.n_images - batch.n_finished
    more = (
        f' <span class="warn">The batch is not finished: {unfinished:,} images are missing.</span>'
        if unfinished
        else ""
    )
    return f'<p class="soft lead">{name}, by {html.escape(model)}, with {methods}.{more}</p>'


def _facts(batch: Batch, found: Findings, reasons: Sequence[tuple[str, list[Reason]]]) -> str:
    facts = [(f"{found.n:,}", "images")]
    if found.n_known:
        facts.append((f"{found.n_known - found.n_right:,}", "mistakes"))
        facts.append((percent(found.mistakes.mean), "mean probability of mistakes"))
        worst = found.classes[0]
        name = batch.labels[worst.class_index]
        facts.append((percent(worst.right / worst.n), f"accuracy of “{name}”, the lowest"))
    elif batch.has_probabilities:
        facts.append((f"{len(found.predicted):,}", "classes predicted"))
    facts += tasks.facts(found)
    for ranked in found.disagreements[:1]:
        facts.append((format_number(ranked.mean), "mean agreement, ρ"))
    every = [reason.suspicion for _, each in reasons for reason in each]
    if every:
        facts.append((format_number(max(every)), "highest suspicion, 0 to 1"))
    facts.append((f"{found.n_errors:,}", "could not be read"))
    shown = [(value, name) for value, name in facts if not value.startswith("nan") and value != "–"]
    items = "".join(f"<li><b>{html.escape(value)}</b><span>{html.escape(name)}</span></li>" for value, name in shown)
    return f'<ul class="facts">{items}</ul>'


def _methods(batch: Batch) -> str:
    items = []
    for method in batch.methods:
        about = Explainer.registry.get(method)
        settings = ", ".join(f"{name} {value}" for name, value in batch.manifest["settings"]["methods"][method].items())
        text = f"{about.caveat} {about.reference}." if about else ""
        items.append(
            f"<dt>{html.escape(title_of(method))}</dt><dd>{html.escape(text)}</dd><dd>{html.escape(settings)}</dd>"
        )
    return (
        '<section id="methods"><h2>How far to trust these maps</h2>'
        f"<p>Each map explains {html.escape(_explained(batch))}. A map shows what the method computes from the "
        "network, not what is true of the image. Red or bright areas raise what is explained, blue areas lower "
        "it.</p>"
        f"<dl>{''.join(items)}</dl></section>"
    )


def _explained(batch: Batch) -> str:
    """What the maps of a batch explain, in words."""
    settings = batch.manifest["settings"]
    if "target" in settings:
        return f"the same target: {settings['target']['words']}"
    if not batch.task.has_classes:
        return f"the predicted number “{batch.labels[0]}”"
    if batch.task is Task.SEGMENTATION:
        return "the mean logit of a class over the pixels where the network predicts it"
    if settings["explain"] == "predicted":
        return "the logit of the class that the network predicts"
    return "the logit of the image's own class, or of the predicted class where the own one is unknown"


def _footer(batch: Batch) -> str:
    versions = ", ".join(f"{name} {value}" for name, value in batch.manifest["versions"].items())
    height, width = batch.map_shape
    return (
        f"<footer>Maps stored at {width} × {height} px. Numbers and pictures come from the batch in this folder; "
        f"{html.escape(versions)}.</footer>"
    )
