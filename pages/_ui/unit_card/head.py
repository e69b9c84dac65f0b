"""The top of a card: the channel's icon, its name, and what is known of it in a few sentences."""

import html

import numpy as np

import vislib
from pages._ui.results import icons
from pages._ui.results.look import short_number
from pages._ui.shell.context import Context
from pages._ui.shell.tasks import words
from pages._ui.unit_card.class_view import strongest
from vislib.activations.class_effects import WEIGHTS, ClassEffects

_PX = 96
_HARDLY = 0.1


def show(
    place,
    context: Context,
    layer: str,
    maps: np.ndarray,
    channel: int,
    effects: ClassEffects | None = None,
    found: vislib.ChannelActivity | None = None,
) -> None:
    """Draws it into `place`; again when the classes and the activity over the images are known."""
    drawn = icons.icon(context, layer, channel)
    picture = ""
    if drawn is not None:
        pixels, origin, source = drawn
        about = f"Icon: its strongest place in {source}: {origin}."
        picture = icons.inline(pixels, f"Icon of channel {channel}, from {origin}", _PX)
    else:
        about = "Its icon is being found in the background."
    sentences = [_here(context, maps[..., channel], found)]
    if effects is not None:
        sentences.insert(0, _classes(context, effects))
    lines = "".join(f"<p style='margin:.1rem 0 0'>{html.escape(one)}</p>" for one in sentences if one)
    place.html(
        "<div style='display:flex;gap:1rem;align-items:flex-start;flex-wrap:wrap'>"
        f"<div>{picture}</div><div style='flex:1 1 14rem;min-width:0'>"
        f"<p class='v-said' style='margin:0;font-size:1.5rem;overflow-wrap:anywhere'>Channel {channel} "
        f"<span style='white-space:normal'>of {html.escape(layer)}</span></p>{lines}"
        f"<p class='v-caption' style='margin:.2rem 0 0'><span>{html.escape(about)}</span></p></div></div>"
    )


def _here(context: Context, values: np.ndarray, found: vislib.ChannelActivity | None) -> str:
    """How strong it is on this image, and among the others once they are known."""
    top = float(values.max())
    if top == 0 and values.min() == 0:
        said = f"It is silent on {context.image_name}"
    else:
        said = (
            f"On {context.image_name} it reaches {short_number(top)} and is positive at {_share(values)} of the places"
        )
    if found is None:
        return f"{said}."
    n_images = len(found.maxima)
    return f"{said}; {_rank(found.rank(top + 1e-4 * abs(top)) - 1, n_images)}."


def _rank(n_stronger: int, n_images: int) -> str:
    if n_stronger == 0:
        return f"none of the {n_images:,} images searched excites it more"
    return f"{n_stronger:,} of the {n_images:,} images searched {'excites' if n_stronger == 1 else 'excite'} it more"


def _share(values: np.ndarray) -> str:
    return f"{(values > 0).mean() * 100:.0f} %"


def _classes(context: Context, effects: ClassEffects) -> str:
    if _is_small(context, effects):
        largest = short_number(float(np.abs(effects.values).max()))
        return f"By itself it hardly changes any {words(context.classifier.task).one}: at most by {largest}."
    raises, lowers = strongest(effects.values, 3)
    names = context.classifier.labels
    parts = []
    verbs = ("Speaks for", "against") if context.classifier.task.has_classes else ("Raises", "lowers")
    if raises:
        parts.append(f"{verbs[0]} {', '.join(names[one] for one in raises)}")
    if lowers:
        parts.append(f"{verbs[1] if parts else verbs[1].capitalize()} {', '.join(names[one] for one in lowers)}")
    return f"{'; '.join(parts)}." if parts else "It adds to no class on these images."


def _is_small(context: Context, effects: ClassEffects) -> bool:
    """Whether no class changes by a tenth of the spread of this image's scores; weights have another unit."""
    spread = float(context.logits.reshape(-1, context.logits.shape[-1]).mean(axis=0).std())
    return effects.how != WEIGHTS and float(np.abs(effects.values).max()) < _HARDLY * spread
