"""What a report says of measures that a batch took on request: trust in the maps, and the strongest channels."""

import html
from collections import Counter, defaultdict

import numpy as np

from vislib.batch import Batch
from vislib.batch.settings import column
from vislib.report.tables import bar, table
from vislib.report.text import format_number, number, title_of

_MEASURES = {
    "insertion": "Insertion ↑",
    "deletion": "Deletion ↓",
    "road": "ROAD ↓",
    "random_logit": "Another class ↓",
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
    said = []
    if settings["curves"]:
        said.append(
            "Insertion and deletion are the mean score while pixels are shown or covered, the highest of the map "
            f"first (Petsiuk et al. 2018); deletion covers with {fills[0]}, insertion starts from {fills[1]}."
        )
    if settings.get("road"):
        said.append("ROAD fills the covered pixels from their neighbours (Rong et al. 2022).")
    if settings.get("random_logit"):
        said.append(
            "Another class: the rank correlation with the map for a class drawn at random for each image; near 1 the "
            "map hardly knows the class (Sixt et al. 2020)."
        )
    head = f"<tr><th>Method</th>{''.join(f'<th class=n>{_MEASURES[name]}</th>' for name in measures)}</tr>"
    lead = f"Means over the images; arrows show the better direction. {' '.join(said)}"
    return f'<p class="soft">{lead}</p>{table(head, rows)}'


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
            rows.append(
                f'<tr><td class="name">{html.escape(label)}</td><td class="n">{channel}</td>'
                f'<td class="n">{count:,} of {len(images):,}</td><td>{bar(count / len(images))}</td>'
                f'<td class="n">{number(mean, sign=True)}</td></tr>'
            )
    n, layer = settings["channels"], html.escape(str(settings["channels_layer"]))
    strongest = "The strongest channel" if n == 1 else f"The {n} strongest channels"
    things = "classes" if batch.task.has_classes else "outputs"
    lead = (
        f"{strongest} of layer {layer} for each image by gradient × activation, above or below 0. Those that come up "
        f"most often for each of the {_MOST_CLASSES} most frequent {things}. "
        "The mean is over the images where the channel is among them."
    )
    head = "<tr><th>Explained</th><th class=n>Channel</th><th class=n>Images</th><th></th><th class=n>Mean</th></tr>"
    return f'<p class="soft">{lead}</p>{table(head, rows)}' if rows else ""


def _mean(values: list[float | None]) -> float:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else float("nan")
