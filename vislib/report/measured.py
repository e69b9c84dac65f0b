"""What a report says of measures that a batch took on request: trust in the maps, and the strongest channels."""

import html
from collections import Counter, defaultdict

import numpy as np

from vislib.batch import Batch
from vislib.batch.settings import column
from vislib.language import plural, sentences, text, tr
from vislib.report.tables import bar, table
from vislib.report.text import format_number, number, title_of

_MEASURES = {
    "insertion": text("Insertion ↑"),
    "deletion": text("Deletion ↓"),
    "road": text("ROAD ↓"),
    "random_logit": text("Another class ↓"),
}
_MOST_CLASSES = 12
_MOST_CHANNELS = 5


def trust(batch: Batch) -> str:
    """The mean of each measure of trust for each method; "" if none was taken."""
    settings = batch.manifest["settings"]
    taken = {
        "insertion": settings["curves"],
        "deletion": settings["curves"],
        "road": settings.get("road"),
        "random_logit": settings.get("random_logit"),
    }
    measures = [name for name in _MEASURES if taken[name]]
    if not measures:
        return ""
    read = batch.table([column(method, name) for method in batch.methods for name in measures])
    rows = []
    for method in batch.methods:
        means = [_mean(read.column(column(method, name)).to_pylist()) for name in measures]
        cells = "".join(f'<td class="n">{format_number(mean)}</td>' for mean in means)
        rows.append(f'<tr><td class="name">{html.escape(title_of(method))}</td>{cells}</tr>')
    fills = settings.get("deletion_fill", "grey"), settings.get("insertion_fill", "blur")
    said = [text("Means over the images; arrows show the better direction.")]
    if settings["curves"]:
        said.append(
            text(
                "Insertion and deletion are the mean score while pixels are shown or covered, the highest of the map "
                "first (Petsiuk et al. 2018); deletion covers with {deletion_fill}, insertion starts from "
                "{insertion_fill}.",
                deletion_fill=fills[0],
                insertion_fill=fills[1],
            )
        )
    if settings.get("road"):
        said.append(text("ROAD fills the covered pixels from their neighbours (Rong et al. 2022)."))
    if settings.get("random_logit"):
        said.append(
            text(
                "Another class: the rank correlation with the map for a class drawn at random for each image; near 1 "
                "the map hardly depends on the class (Sixt et al. 2020)."
            )
        )
    titles = "".join(f"<th class=n>{tr(_MEASURES[name])}</th>" for name in measures)
    head = f"<tr><th>{tr('Method')}</th>{titles}</tr>"
    return f'<p class="soft">{tr(sentences(*said))}</p>{table(head, rows)}'


def channels(batch: Batch) -> str:
    """For what is explained most often, the channels that are most often among an image's strongest; "" if they were
    not stored."""
    settings = batch.manifest["settings"]
    if not settings.get("channels"):
        return ""
    of_label: dict[str, list[list[tuple[int, float]]]] = defaultdict(list)
    for row in batch.table(["explained_label", "channel_index", "channel_value"]).to_pylist():
        if row["channel_index"] is not None:
            found = zip(row["channel_index"], row["channel_value"], strict=True)
            of_label[row["explained_label"]].append(list(found))
    rows = []
    for label, images in sorted(of_label.items(), key=lambda each: -len(each[1]))[:_MOST_CLASSES]:
        counts = Counter(channel for image in images for channel, _ in image)
        for channel, count in sorted(counts.items(), key=lambda each: (-each[1], each[0]))[:_MOST_CHANNELS]:
            mean = _mean([value for image in images for number, value in image if number == channel])
            often = tr("{n:,} of {of:,}", n=count, of=len(images))
            rows.append(
                f'<tr><td class="name">{html.escape(label)}</td><td class="n">{channel}</td>'
                f'<td class="n">{often}</td><td>{bar(count / len(images))}</td>'
                f'<td class="n">{number(mean, sign=True)}</td></tr>'
            )
    n, layer = settings["channels"], html.escape(str(settings["channels_layer"]))
    strongest = plural(
        "The strongest channel of layer {layer} for each image by gradient × activation, above or below 0.",
        "The {n} strongest channels of layer {layer} for each image by gradient × activation, above or below 0.",
        n,
        layer=layer,
    )
    if batch.task.has_classes:
        come_up = text("Those that come up most often for each of the {n} most frequent classes.", n=_MOST_CLASSES)
    else:
        come_up = text("Those that come up most often for each of the {n} most frequent outputs.", n=_MOST_CLASSES)
    lead = sentences(strongest, come_up, text("The mean is over the images where the channel is among them."))
    head = (
        f"<tr><th>{tr('Explained')}</th><th class=n>{tr('Channel')}</th><th class=n>{tr('Images')}</th><th></th>"
        f"<th class=n>{tr('Mean')}</th></tr>"
    )
    return f'<p class="soft">{tr(lead)}</p>{table(head, rows)}' if rows else ""


def _mean(values: list[float | None]) -> float:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else float("nan")
