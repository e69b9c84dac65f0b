"""The attack: its settings, the picture that it finds, and the perturbation."""

import html
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

import vislib
from pages._ui.results import downloads, explain, picture, snippets
from pages._ui.server import work
from pages._ui.shell import answers, images, page_buttons, style
from pages._ui.shell.chosen import as_given
from pages._ui.shell.context import Context
from pages._ui.widgets.choice import choose
from pages._ui.widgets.inline_image import png_uri
from pages._ui.widgets.text import plain
from vislib.adversarial import MOST_GREY_LEVELS, Adversarial, picture_for_network
from vislib.adversarial.found import adversarial_bytes
from vislib.language import sentences, text, told_apart, tr
from vislib.output import export, figures
from vislib.progress import Progress
from vislib.tasks import Task

_NAMES = {"pgd": text("PGD, many steps"), "fgsm": text("FGSM, one step")}
_ANY = text("any other answer")
_BELOW = text("below 50 %")
"""The same for one of several independent labels."""
_OF_CLASSES = (Task.CLASSIFICATION, Task.BINARY, Task.MULTI_LABEL)


@dataclass(frozen=True)
class Chosen:
    """The settings of an attack.

    Attributes:
        method: "pgd" or "fgsm".
        epsilon: The largest change of a pixel, in grey levels.
        towards: The label of the class to move towards; None to move away from the class at the top of the page.
        steps: Of PGD.
    """

    method: str
    epsilon: int
    towards: str | None
    steps: int

    @property
    def params(self) -> dict[str, Any]:
        """The arguments beside the target."""
        return {"steps": self.steps} if self.method == "pgd" else {}


def controls(context: Context) -> Chosen:
    """Widgets for a row of settings."""
    method = choose(tr("Attack"), list(_NAMES), "attack", "pgd", width=180, format_func=lambda name: tr(_NAMES[name]))
    epsilon = st.slider(
        tr("ε in grey levels"),
        1,
        MOST_GREY_LEVELS,
        2,
        key="epsilon",
        bind="query-params",
        width=220,
        help=tr("The largest change of any pixel, of 255. Two are not seen; 16 are."),
    )
    towards = None
    if context.classifier.task in _OF_CLASSES:
        labels = [label for label in context.classifier.labels if label != context.label]
        away = _BELOW if context.classifier.task is Task.MULTI_LABEL else _ANY
        chosen = choose(
            tr("Towards"),
            [_ANY, *sorted(labels, key=str.lower)],
            "towards",
            _ANY,
            width=220,
            format_func=lambda label: tr(away) if label == _ANY else label,
        )
        towards = None if chosen == _ANY else chosen
    steps = 20
    if method == "pgd":
        with st.popover(tr("Parameters"), icon=":material/tune:"):
            steps = st.slider(tr("Steps"), 1, 100, 20, key="attack_steps", bind="query-params")
    return Chosen(method, epsilon, towards, steps)


def show(context: Context, chosen: Chosen) -> Adversarial | None:
    """Computes the attack and draws what it found; None if it was stopped or refused."""
    attack = {"pgd": vislib.adversarial.pgd, "fgsm": vislib.adversarial.fgsm}[chosen.method]
    given = {"class_index": context.target} if chosen.towards is None else {"towards": chosen.towards}

    def compute(progress: Progress) -> Adversarial:
        more = {"progress": progress} if chosen.method == "pgd" else {}
        return attack(context.classifier, context.image, chosen.epsilon, **given, **chosen.params, **more)

    try:
        found = work.run(
            context.key("adversarial", chosen, context.target_key),
            chosen.method.upper(),
            compute,
            progress_text=lambda done, total: tr("{done} of {total} steps", done=done, total=total),
        )
    except vislib.VislibError as error:
        st.error(plain(str(error)))
        return None
    if found is not None:
        st.html(_headline(context, found))
        places = style.grid("adversarial")
        with places.container(gap="xsmall"):
            _picture(context, found.original, tr("{image}, as the network sees it", image=context.image_name))
            picture.caption(tr("What the network sees"), tr(explain.seen_in_words(context)))
            st.html(_answer(context, found.logits_before))
        with places.container(gap="xsmall"):
            _picture(context, found.image, tr("The adversarial picture of {image}", image=context.image_name))
            _found_caption(context, chosen, found)
            st.html(_answer(context, found.logits_after))
        with places.container(gap="xsmall"):
            times = tr("The perturbation, times {factor:.0f}", factor=127.5 / found.epsilon)
            _picture(context, found.magnified(), times)
            picture.caption(tr("The perturbation, magnified"), _about_perturbation(found))
    return found


def adversarial_name(context: Context) -> str:
    """The file name of the adversarial picture."""
    return f"{downloads.file_stem(context.image_name)}-adversarial.png"


def whole(context: Context, found: Adversarial) -> tuple[np.ndarray, bool]:
    """The adversarial picture as an image for every page, and whether the network sees exactly its pixels."""
    return picture_for_network(context.classifier, context.image, found.image)


def _headline(context: Context, found: Adversarial) -> str:
    if found.succeeded is None:
        what = found.target.in_words()
        moved = tr("{what} raised", what=what) if found.raised else tr("{what} lowered", what=what)
        return f"<p class='v-said'>{html.escape(moved)}</p>"
    before, after = found.before[0], found.after[0]
    if found.of_label is not None:  # independent labels: another one may stay the most probable
        first, last, _ = told_apart(*(each.value for each in found.of_label), 0.5, as_percent=True)
        label = html.escape(found.of_label[1].label)
        return f"<p class='v-said'>{label} <span>{first} → {last}</span></p>"
    if not found.raised and before.index != context.class_index:  # the answer was another class already
        values = (context.classifier.values(logits) for logits in (found.logits_before, found.logits_after))
        first, last = (answers.value_text(context.classifier, float(each[context.class_index])) for each in values)
        said = f"{html.escape(context.label)} <span>{first} → {last}</span>"
    elif before.index == after.index:
        said = tr("still {label} <span>within {n} grey levels</span>", label=html.escape(after.label), n=found.epsilon)
    else:
        said = tr(
            "{before} <span>becomes</span> {after}", before=html.escape(before.label), after=html.escape(after.label)
        )
    return f"<p class='v-said'>{said}</p>"


def _picture(context: Context, pixels: np.ndarray, alt: str) -> None:
    """Pixels as the network is given them, without loss; those of a small input stay sharp."""
    shown = as_given(context.classifier, pixels)
    st.image(png_uri(export.as_image(shown, picture.SIDE)), width="stretch", alt=alt)


def _answer(context: Context, logits: np.ndarray) -> str:
    classifier = context.classifier
    return f"<div>{answers.answer_html(classifier, classifier.values(logits), 3)}</div>"


def _found_caption(context: Context, chosen: Chosen, found: Adversarial) -> None:
    pixels, exact = whole(context, found)
    note = (
        ""
        if exact
        else text(
            "Used on other pages, it is resized a little by the network's preprocessing, and the answer may differ."
        )
    )
    with st.container(horizontal=True, wrap=False, vertical_alignment="top", gap="xsmall"):
        picture.caption(tr("The adversarial picture"), tr(sentences(found.in_words(), note)))
        downloads.show(
            "adversarial",
            adversarial_name(context).removesuffix(".png"),
            {
                "png": lambda: export.png_bytes(export.as_image(pixels)),
                "npz": lambda: adversarial_bytes(found),
            },
            snippets.adversarial(context, found, chosen.towards, chosen.params),
            lambda: export.as_image(found.image, figures.LEAST_SIDE),
        )
    st.button(
        tr("Use this picture on every page"),
        key="use adversarial",
        icon=":material/swap_horiz:",
        on_click=_use,
        args=(adversarial_name(context), export.png_bytes(export.as_image(pixels))),
    )
    page_buttons.links(bool(context.classifier.network.map_layers))


def _use(name: str, content: bytes) -> None:
    images.add_image(name, content)
    page_buttons.remember()
    st.toast(tr("{image} is now the image on every page.", image=plain(name)))


def _about_perturbation(found: Adversarial) -> str:
    change = np.abs(found.perturbation)
    changed = float((change.max(axis=-1) > 0).mean())
    return tr(
        "Grey: no change. The largest change is {largest} of 255 grey levels, the mean {mean:.2g}; {share:.0%} of the "
        "pixels change. It is not an explanation: it shows where small changes add up, not what the network looks at "
        "in ordinary images.",
        largest=int(change.max()),
        mean=float(change.mean()),
        share=changed,
    )
