"""The top of a card: the channel's icon, its name, and what is known of it in a few sentences."""

import html

import numpy as np

import vislib
from pages._ui.results import icons
from pages._ui.shell.context import Context
from pages._ui.shell.tasks import words
from pages._ui.unit_card.class_view import strongest
from vislib.activations.class_effects import WEIGHTS, ClassEffects
from vislib.language import Text, listing, plural, short_number, text, tr, whole_percent

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
        about = tr("Icon: its strongest place in {source}: {origin}.", source=source, origin=origin)
        alt = tr("Icon of channel {channel}, from {origin}", channel=channel, origin=origin)
        picture = icons.inline(pixels, alt, _PX)
    else:
        about = tr("Its icon is being found in the background.")
    said = [_here(context, maps[..., channel], found)]
    if effects is not None:
        said.insert(0, _classes(context, effects))
    lines = "".join(f"<p style='margin:.1rem 0 0'>{html.escape(tr(one))}</p>" for one in said)
    title = tr(
        "Channel {channel} <span style='white-space:normal'>of {layer}</span>",
        channel=channel,
        layer=html.escape(layer),
    )
    place.html(
        "<div style='display:flex;gap:1rem;align-items:flex-start;flex-wrap:wrap'>"
        f"<div>{picture}</div><div style='flex:1 1 14rem;min-width:0'>"
        f"<p class='v-said' style='margin:0;font-size:1.5rem;overflow-wrap:anywhere'>{title}</p>{lines}"
        f"<p class='v-caption' style='margin:.2rem 0 0'><span>{html.escape(about)}</span></p></div></div>"
    )


def _here(context: Context, values: np.ndarray, found: vislib.ChannelActivity | None) -> Text:
    """How strong it is on this image, and among the others once they are known."""
    top, image = float(values.max()), context.image_name
    is_silent = top == 0 and values.min() == 0
    if found is not None:
        stronger, n_images = found.rank(top + 1e-4 * abs(top)) - 1, len(found.maxima)
        return (
            _silent(image, stronger, n_images)
            if is_silent
            else _reaches(image, top, _share(values), stronger, n_images)
        )
    if is_silent:
        return text("It is silent on {image}.", image=image)
    return text(
        "On {image} it reaches {value} and is positive at {share} of the places.",
        image=image,
        value=short_number(top),
        share=_share(values),
    )


def _silent(image: str, stronger: int, n_images: int) -> Text:
    if stronger == 0:
        return text(
            "It is silent on {image}; none of the {images:,} images searched excites it more.",
            image=image,
            images=n_images,
        )
    return plural(
        "It is silent on {image}; {n:,} of the {images:,} images searched excites it more.",
        "It is silent on {image}; {n:,} of the {images:,} images searched excite it more.",
        stronger,
        image=image,
        images=n_images,
    )


def _reaches(image: str, top: float, share: str, stronger: int, n_images: int) -> Text:
    value = short_number(top)
    if stronger == 0:
        return text(
            "On {image} it reaches {value} and is positive at {share} of the places; none of the {images:,} images "
            "searched excites it more.",
            image=image,
            value=value,
            share=share,
            images=n_images,
        )
    return plural(
        "On {image} it reaches {value} and is positive at {share} of the places; {n:,} of the {images:,} images "
        "searched excites it more.",
        "On {image} it reaches {value} and is positive at {share} of the places; {n:,} of the {images:,} images "
        "searched excite it more.",
        stronger,
        image=image,
        value=value,
        share=share,
        images=n_images,
    )


def _share(values: np.ndarray) -> str:
    return whole_percent((values > 0).mean())


def _classes(context: Context, effects: ClassEffects) -> Text:
    if _is_small(context, effects):
        largest = short_number(float(np.abs(effects.values).max()))
        return text(
            "By itself it hardly changes any {thing}: at most by {value}.",
            thing=words(context.classifier.task).one,
            value=largest,
        )
    labels, has_classes = context.classifier.labels, context.classifier.task.has_classes
    raised, lowered = (listing([labels[one] for one in found], "plain") for found in strongest(effects.values, 3))
    if raised and lowered:
        return (
            text("Speaks for {raised}; against {lowered}.", raised=raised, lowered=lowered)
            if has_classes
            else text("Raises {raised}; lowers {lowered}.", raised=raised, lowered=lowered)
        )
    if raised:
        return text("Speaks for {raised}.", raised=raised) if has_classes else text("Raises {raised}.", raised=raised)
    if lowered:
        return (
            text("Against {lowered}.", lowered=lowered) if has_classes else text("Lowers {lowered}.", lowered=lowered)
        )
    return text("It adds to no class on these images.")


def _is_small(context: Context, effects: ClassEffects) -> bool:
    """Whether no class changes by a tenth of the spread of this image's scores; weights have another unit."""
    spread = float(context.logits.reshape(-1, context.logits.shape[-1]).mean(axis=0).std())
    return effects.how != WEIGHTS and float(np.abs(effects.values).max()) < _HARDLY * spread
