"""The report as one HTML page, without scripts or network access; all text from outside is escaped."""

import functools
import html
from collections.abc import Sequence
from pathlib import Path

from vislib.attribution.base import Explainer
from vislib.batch import Batch
from vislib.batch.quality import said_of_unknown
from vislib.language import TAGS, Text, current, percent, sentences, shown_text, text, tr
from vislib.report import measured, sections, tasks
from vislib.report.clusters import Reason
from vislib.report.findings import Findings
from vislib.report.text import format_number, title_of
from vislib.report.tiles import Tiles
from vislib.tasks import Task

_OWN_SETS = (text("the sample images"), text("the sample images and yours"))
"""Names that the app gives; a batch keeps them in English."""
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
        ("images", tr("The images"), sections.every_image(batch, tiles, found)),
        ("reasons", tr("Right for the wrong reason?"), sections.reasons(batch, tiles, reasons)),
        ("numbers", tr("Predicted numbers"), tasks.numbers(batch, found)),
        ("overlap", tr("Overlap with the masks"), tasks.overlap(batch, found)),
        ("worst", tr("The worst images"), tasks.worst(batch, tiles, found)),
        ("classes", tr("Class by class"), sections.classes(batch, found) if batch.task.has_classes else ""),
        ("mistakes", tr("The most confident mistakes"), sections.mistakes(batch, tiles, found)),
        ("disagreements", tr("Where two methods disagree most"), sections.disagreements(batch, tiles, found)),
        ("border", tr("Maps on the border"), sections.on_border(batch, tiles, found)),
        ("background", tr("Maps on the background"), sections.on_background(batch, tiles, found)),
        ("trust", tr("Measures of the maps"), measured.trust(batch)),
        ("channels", tr("Channels that decide"), measured.channels(batch)),
        ("unreadable", tr("Images that could not be read"), sections.unreadable(found)),
    ]
    parts = [part for part in parts if part[2]]
    name = _name(batch, selection)
    links = "".join(f'<a href="#{anchor}">{title}</a>' for anchor, title, _ in parts)
    bodies = "".join(
        f'<section id="{anchor}" aria-labelledby="{anchor}-h"><h2 id="{anchor}-h">{title}</h2>{body}</section>'
        for anchor, title, body in parts
    )
    return (
        f'<!doctype html>\n<html lang="{TAGS[current()]}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>'
        f"{tr('Report on {name}', name=name)}</title>"
        f"<style>{_CSS.read_text(encoding='utf-8')}</style></head><body><main>"
        f"<h1>{_headline(batch, found)}</h1>{_lead(batch, found, name, model)}{_facts(batch, found, reasons)}"
        f"<nav>{links}</nav>"
        f"{bodies}{_methods(batch)}{_footer(batch)}</main></body></html>\n"
    )


def _name(batch: Batch, selection: str) -> str:
    """The name of the set; of a selection also how many images were selected, and by what."""
    name = str(batch.manifest["source"]["name"])
    name = html.escape(tr(name) if name in _OWN_SETS else name)
    if batch.n_images == batch.n_in_batch:
        return name
    selected = {"name": name, "n": batch.n_images, "of": batch.n_in_batch}
    if not selection:
        return tr("{name}, a selection of {n:,} of its {of:,} images", **selected)
    by = html.escape(shown_text(selection))
    return tr("{name}, a selection of {n:,} of its {of:,} images ({by})", **selected, by=by)


def _headline(batch: Batch, found: Findings) -> str:
    if said := tasks.headline(batch, found):
        return said
    if found.n_known:
        share = percent(found.n_right / found.n_known)
        return tr("Accuracy {share}: {n:,} of {of:,} images", share=share, n=found.n_right, of=found.n_known)
    return tr("{n:,} images explained", n=found.n - found.n_errors)


def _lead(batch: Batch, found: Findings, name: str, model: str) -> str:
    titles = [html.escape(title_of(method)) for method in batch.methods]
    methods = functools.reduce(lambda one, other: tr("{one} and {other}", one=one, other=other), titles)
    lead = tr("{name}, by {model}, with {methods}.", name=name, model=html.escape(model), methods=methods)
    if unfinished := batch.n_images - batch.n_finished:
        missing = tr("The batch is not finished: {n:,} images are missing.", n=unfinished)
        lead += f' <span class="warn">{missing}</span>'
    for said in said_of_unknown(found.unknown_labels):
        lead += f' <span class="warn">{html.escape(tr(said))}</span>'
    return f'<p class="soft lead">{lead}</p>'


def _facts(batch: Batch, found: Findings, reasons: Sequence[tuple[str, list[Reason]]]) -> str:
    facts = [(f"{found.n:,}", tr("images"))]
    if found.n_known:
        facts.append((f"{found.n_known - found.n_right:,}", tr("mistakes")))
        facts.append((percent(found.mistakes.mean), tr("mean probability of mistakes")))
        worst = found.classes[0]
        name = batch.labels[worst.class_index]
        facts.append((percent(worst.right / worst.n), tr("accuracy of “{label}”, the lowest", label=name)))
    elif batch.has_probabilities:
        facts.append((f"{len(found.predicted):,}", tr("classes predicted")))
    facts += tasks.facts(found)
    for ranked in found.disagreements[:1]:
        facts.append((format_number(ranked.mean), tr("mean agreement, ρ")))
    every = [reason.suspicion for _, each in reasons for reason in each]
    if every:
        facts.append((format_number(max(every)), tr("highest suspicion, 0 to 1")))
    facts.append((f"{found.n_errors:,}", tr("could not be read")))
    known = [(value, name) for value, name in facts if not value.startswith("nan") and value != "–"]
    items = "".join(f"<li><b>{html.escape(value)}</b><span>{html.escape(name)}</span></li>" for value, name in known)
    return f'<ul class="facts">{items}</ul>'


def _methods(batch: Batch) -> str:
    items = []
    for method in batch.methods:
        about = Explainer.registry.get(method)
        settings = ", ".join(f"{name} {value}" for name, value in batch.manifest["settings"]["methods"][method].items())
        caveat = tr(sentences(about.caveat, f"{about.reference}.")) if about else ""
        items.append(
            f"<dt>{html.escape(title_of(method))}</dt><dd>{html.escape(caveat)}</dd><dd>{html.escape(settings)}</dd>"
        )
    lead = tr(
        "Each map explains {what}. A map shows what the method computes from the network, not what is true of the "
        "image. Red or bright areas raise what is explained, blue areas lower it.",
        what=html.escape(tr(_explained(batch))),
    )
    return (
        f'<section id="methods"><h2>{tr("How far to trust these maps")}</h2><p>{lead}</p>'
        f"<dl>{''.join(items)}</dl></section>"
    )


def _explained(batch: Batch) -> Text:
    """What the maps of a batch explain, in words."""
    settings = batch.manifest["settings"]
    if "target" in settings:
        return text("the same target: {target}", target=settings["target"]["words"])
    if not batch.task.has_classes:
        return text("the predicted number “{label}”", label=batch.labels[0])
    if batch.task is Task.SEGMENTATION:
        return text("the mean logit of a class over the pixels where the network predicts it")
    if settings["explain"] == "predicted":
        return text("the logit of the class that the network predicts")
    return text("the logit of the image's own class, or of the predicted class where the own one is unknown")


def _footer(batch: Batch) -> str:
    versions = ", ".join(f"{name} {value}" for name, value in batch.manifest["versions"].items())
    height, width = batch.map_shape
    said = tr(
        "Maps stored at {width} × {height} px. Numbers and pictures come from the batch in this folder; {versions}.",
        width=width,
        height=height,
        versions=html.escape(versions),
    )
    return f"<footer>{said}</footer>"
