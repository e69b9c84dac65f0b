"""A person's own concept, shown by a zip of images: does the network use it? (TCAV)"""

import streamlit as st

import vislib
from pages._ui.concepts.chosen_set import Chosen
from pages._ui.results import downloads, picture, snippets
from pages._ui.server import work
from pages._ui.shell import sets
from pages._ui.shell.context import Context
from pages._ui.widgets.bars import bars
from pages._ui.widgets.text import plain
from vislib.concepts import ConceptScore
from vislib.language import sentences, text, tr
from vislib.output import export


def show(context: Context, layer: str, chosen: Chosen | None) -> None:
    """Two uploads and a button; then the verdict, and the scores beside those of random directions."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        concept = sets.upload(tr("A zip with pictures that show the concept"), "concept_zip")
        random = sets.upload(tr("A zip with random pictures without it"), "random_zip")
        n_runs = int(st.number_input(tr("Runs"), 5, 100, 20, 5, key="tcav_runs", bind="query-params", width=110))
    if concept is None or random is None or chosen is None:
        st.caption(
            tr(
                "Such as 30 pictures with stripes, and 100 of anything else. The test asks whether the score rises "
                "when the layer's activations move from the random pictures towards those with the concept. It asks "
                "this of the images chosen above."
            )
        )
        return
    asked: set[tuple] = st.session_state.setdefault("concepts asked", set())
    try:
        names = [file.name for file in (concept, random)]
        both = [sets.uploaded(file) for file in (concept, random)]
        what = (layer, *(each.digest for each in both), chosen.images.identity, chosen.only_predicted, n_runs)
        key = (context.classifier.key, "tcav", context.target_key, names[0], *what)
        if work.found(key) is None and key not in asked:
            st.button(
                tr("Test the concept"),
                key="test concept",
                icon=":material/play_arrow:",
                on_click=asked.add,
                args=(key,),
            )
            return
        found = work.run(
            key,
            text("Testing the concept"),
            lambda progress: vislib.concepts.tcav(
                context.classifier,
                {names[0].removesuffix(".zip"): both[0]},
                both[1],
                chosen.images.images(context),
                context.target,
                layer,
                n_runs=n_runs,
                only_predicted=chosen.only_predicted,
                progress=progress,
            ),
        )
    except vislib.VislibError as error:
        st.error(plain(str(error)))
        return
    if found is not None:
        code = snippets.tcav(context, chosen.images.code(context), layer, chosen.only_predicted, n_runs, names)
        _result(context, found[0], code)


def _result(context: Context, score: ConceptScore, code: str) -> None:
    said = st.success if score.significant else st.info
    said(plain(tr(score.in_words())))
    left, right = st.columns(2, gap="medium")
    with left:
        picture.caption(tr("Images whose score rises along the direction"), tr("By chance it is one half."))
        st.html(
            bars(
                [(f"{score.concept}", score.score), (tr("random directions"), float(score.random_scores.mean()))],
                tr("TCAV scores"),
                lambda share: f"{share:.2f}",
                mark=0.5,
            )
        )
    with right:
        picture.caption(
            tr("Held-out images separated"), tr("A concept that the layer does not know stays near one half.")
        )
        st.html(
            bars(
                [
                    (tr("{concept} from random", concept=score.concept), float(score.accuracies.mean())),
                    (tr("random from random"), float(score.random_accuracies.mean())),
                ],
                tr("Accuracy on held-out images"),
                lambda share: f"{share:.2f}",
                mark=0.5,
            )
        )
    about = text(
        "{n} images of the concept, {random} random ones, {images} images whose score was differentiated. p = {p:.2g} "
        "for the scores and {p_accuracy:.2g} for the accuracies (Welch's t-test; the limit is {limit:g}).",
        n=score.n_concept,
        random=score.n_random,
        images=score.n_images,
        p=score.p,
        p_accuracy=score.p_accuracy,
        limit=score.alpha / score.n_tests,
    )
    picture.caption(
        tr(
            "{n} runs, and {random} between random halves",
            n=len(score.scores),
            random=len(score.random_scores),
        ),
        tr(sentences(about, *score.notes)),
    )
    downloads.show(
        f"tcav {score.layer}",
        downloads.file_stem(context.model_name, score.concept, "tcav"),
        {"csv": lambda: export.table_bytes(score.rows(), ".csv")},
        code,
    )
