"""Every task on every page that shows an answer or explains one: the right numbers and words, or a sentence."""

import functools
import io

import altair as alt
import numpy as np
import pytest
from any_networks import loaded, model_of, seeded_any, unet
from page_text import blocks, check_sound, pictures, text
from quick_methods import QUICK
from snippet_runs import run_snippet
from tiny_models import PLAIN

import vislib
from pages._ui.batch.view import explained
from pages._ui.compare_and_trust import trust_plots
from pages._ui.occlusion import maps as occlusion_maps
from pages._ui.results import explain
from pages._ui.shell import images, models
from vislib.language import percent, score_number, told_apart
from vislib.model.classifier import Classifier
from vislib.tasks import Task

EVERY = ("overview", "class_activation", "saliency", "occlusion", "compare_and_trust", "feature_maps", "unit_card",
         "filters", "architecture", "concepts", "channels", "what_if",
         "adversarial", "similar_images")  # fmt: skip
BUILT_IN = ("scene-segmentation", "digit-size")
OWN = ("multi-label", "regression of 4", "unknown task", "embedding", "two sigmoids at each pixel")
SCENE = "scenes/scene-3.png"
FEW = {**QUICK, "methods": ["Saliency (vanilla gradient)"]}


@functools.cache
def network(name: str) -> Classifier:
    if name in BUILT_IN:
        return vislib.load_classifier(name)
    if name == "two sigmoids at each pixel":
        model = seeded_any(unet(2, "sigmoid")())
        return vislib.load_classifier(model, preprocess=PLAIN, labels=["road", "roof"])
    if name == "embedding":
        return vislib.load_classifier(model_of(name), preprocess=PLAIN, task="embedding")
    return loaded(name)


@pytest.fixture
def open_task(open_page):
    """A page with one of these networks: open_task("digit-size", "overview")."""

    def start(name: str, page: str, **query):
        if name in BUILT_IN:
            return open_page(page, model=name, **{"image": SCENE, **FEW, **query})
        key, classifier = ("own", name), network(name)
        models.store().put(key, classifier)
        lines = f"import vislib\nfrom test_pages_of_every_task import network\n\nclassifier = network({name!r})\n"
        own = models.UserModel(key, "Yours", lines, classifier.channels, classifier.input_size)
        return open_page(page, {"own_models": {name: own}}, model=name, **{**FEW, **query})

    return start


def image_of(name: str, file: str = "") -> np.ndarray:
    return vislib.load_image(vislib.sample_path() / (file or (SCENE if name in BUILT_IN else "cifar10/cat.png")))


def said(page) -> str:
    """All that the page says in words, the choices at the top included, without Markdown's backslashes."""
    parts = [text(page), *(caption.value for caption in page.caption), *(box.value for box in page.info)]
    return "\n".join(parts).replace("\\", "")


@pytest.mark.parametrize("page_name", EVERY)
@pytest.mark.parametrize("name", [*BUILT_IN, *OWN])
def test_page_works_for_the_task(name, page_name, open_task):
    page = check_sound(open_task(name, page_name))
    if page_name == "occlusion":
        of_labels = name == "multi-label"
        assert ("The most probable label With the patch" in said(page)) == of_labels
        assert ("No class wins" in said(page)) != of_labels
        assert "The class that wins" not in said(page)
    if page_name == "compare_and_trust":
        assert "it needs a network that gives each image one class" in said(page)
        assert f"the task of this one is {network(name).task}" in said(page)
        value = {"embedding": "similarity", "digit-size": "output"}.get(name)
        assert value is None or f"The {value} while pixels are shown or covered" in text(page)
        dropping = "Confidence" if network(name).task.has_classes else (value or "output").capitalize()
        assert f"{dropping} drop ↓" in page.dataframe[0].value.columns
    if page_name == "architecture":
        assert ("to the logits" in text(page)) == network(name).task.has_classes
    if page_name == "class_activation" and name == "embedding":
        assert "so there is no map for each of them" in said(page)
        assert "not similarity at the output. Grad-CAM explains any target." in said(page)


@pytest.mark.parametrize("name", ["scene-segmentation", "digit-size", "embedding"])
def test_verdicts_over_images_of_any_task(name, open_task):
    page = open_task(name, "compare_and_trust", several_of="Sample images", several_most="2")
    page = check_sound(page.button(key="several").click().run())
    assert "(2 images)." in text(page)
    explained = "explained for its own segment" if name == "scene-segmentation" else "is explained"
    assert explained in text(page)


def test_regression_is_a_number_with_its_unit_on_the_scale_of_the_samples(open_task):
    classifier = network("digit-size")
    page = open_task("digit-size", "overview", **{"class": "width"})
    every = [classifier.predict(image_of("digit-size", name)) for name in images.SCENES]
    predicted = classifier.predict(image_of("digit-size"))
    lines = [
        f"{one.label} {one.value:.4g} px {min(each[k].value for each in every):.4g} px "
        f"{max(each[k].value for each in every):.4g} px"
        for k, one in enumerate(predicted)
    ]
    assert any(" ".join(lines) == block for block in blocks(page))
    assert "Each scale goes from the smallest to the largest output for the sample images and this one." in said(page)
    assert "What the output “width” rests on" in text(page)
    assert f"Output of “width”: {score_number(predicted[1].value)}" in text(page)
    labels = [box.label for box in page.selectbox]
    assert labels == ["Model", "Image", "Output to explain", "Contrast with output"]
    assert page.toggle(key="counterfactual").label == "What lowers the output"


def test_difference_of_two_outputs_is_explained(open_task):
    height, width = network("digit-size").logits(image_of("digit-size"))
    page = check_sound(open_task("digit-size", "saliency", against="width"))
    assert f"Output of “height” − “width”: {score_number(height - width)}" in text(page)


def test_segmentation_is_a_mask_with_a_legend_of_shares(open_task):
    classifier = network("scene-segmentation")
    mask = classifier.segment(image_of("scene-segmentation"))
    page = open_task("scene-segmentation", "overview")
    present = [classifier.labels[index] for index in np.unique(mask) if index]
    assert len(present) > 1
    assert any(block.startswith(f"{len(present)} segments") for block in blocks(page))
    main = classifier.main_class(classifier.logits(image_of("scene-segmentation")))
    n_pixels = int((mask == main).sum())
    assert f"Outlined: “{classifier.labels[main]}”, {n_pixels:,} of 4,096 pixels." in text(page)
    assert f"{classifier.labels[main]} : {percent(n_pixels / mask.size)}" in text(page)
    assert f"Logit of “{classifier.labels[main]}” over {n_pixels} pixels" in text(page)
    offered = page.selectbox(key="class").options
    assert set(offered) == {"Largest segment", *(classifier.labels[index] for index in np.unique(mask))}


def test_click_on_the_mask_chooses_the_segment_and_the_point(open_task, clicks):
    classifier = network("scene-segmentation")
    logits = classifier.logits(image_of("scene-segmentation"))
    mask = logits.argmax(axis=-1)
    smallest = min(np.unique(mask), key=lambda index: (mask == index).sum())
    row, column = np.argwhere(mask == smallest)[0]
    page = open_task("scene-segmentation", "saliency")
    clicks((column + 0.5) / 64, (row + 0.5) / 64)
    page = check_sound(page.run())
    label = classifier.labels[smallest]
    assert f"Outlined: “{label}”, {int((mask == smallest).sum())} of 4,096 pixels." in text(page)
    assert f"Saliency (vanilla gradient) for {label} over {SCENE}" in pictures(page)
    page = check_sound(page.selectbox(key="region").select("This point only").run())
    expected = float(logits[row, column, smallest])
    assert f"Logit of “{label}” at ({row}, {column}): {score_number(expected)}" in text(page)
    assert f"Outlined: “{label}”, 1 of 4,096 pixels." in text(page)
    other = next(index for index in range(11) if index not in mask)
    page = check_sound(page.selectbox(key="class").select(classifier.labels[other]).run())
    expected = float(logits[row, column, other])
    assert f"Logit of “{classifier.labels[other]}” at ({row}, {column}): {score_number(expected)}" in text(page)


@pytest.fixture
def clicks(monkeypatch):
    """Does what a click on the mask does, at (x, y), when the page draws it next."""
    from pages._ui.results import mask_view

    places: list[tuple[float, float]] = []

    def picker(picture, key, alt, at, step, on_choose) -> None:
        chosen.append(on_choose)

    chosen: list = []
    monkeypatch.setattr(mask_view, "point_picker", picker)
    real = models.model_control

    def control() -> str:
        # A callback of a component runs before the page does.
        if places and chosen:
            chosen[-1](*places.pop())
        return real()

    monkeypatch.setattr(models, "model_control", control)
    return lambda x, y: places.append((x, y))


def test_point_is_at_first_the_surest_pixel_of_the_segment(open_task):
    logits = network("scene-segmentation").logits(image_of("scene-segmentation"))
    main = network("scene-segmentation").main_class(logits)
    row, column = np.unravel_index(logits[..., main].argmax(), logits.shape[:2])
    page = check_sound(open_task("scene-segmentation", "saliency", region="This point only"))
    assert f"at ({row}, {column}): {score_number(logits[row, column, main])}" in text(page)
    page = check_sound(open_task("scene-segmentation", "saliency", region="This point only", point_row="3"))
    assert f"at (3, {column})" in text(page)


def test_maps_of_the_last_layer_are_called_logits(open_task):
    assert "Values logits, −" in text(open_task("scene-segmentation", "feature_maps", layer="classes"))


def test_labels_are_independent_and_have_a_threshold(open_task):
    values = network("multi-label").values(network("multi-label").logits(image_of("multi-label")))
    page = open_task("multi-label", "overview")
    n = int((values >= 0.5).sum())
    assert any(block.startswith(f"{n} of 3 labels at 50 % or more") for block in blocks(page))
    assert [box.label for box in page.selectbox][2] == "Label to explain"
    bodies = [element.proto.body for element in page.get("html")]
    assert sum("left:50.0%" in body for body in bodies) == 1
    assert "the line marks 50 %" in said(page)


def test_unknown_outputs_are_said_to_be_unknown_with_a_way_on(open_task):
    values = network("unknown task").logits(image_of("unknown task"))
    page = open_task("unknown task", "overview")
    assert f"{values[0]:.4g}".replace("-", "−") in text(page)
    reasons = [caption.value for caption in page.caption if "scores or numbers" in caption.value]
    assert len(reasons) == 1
    assert all("Your model" in reason and 'task="regression"' in reason for reason in reasons)
    for task in ("classification", "regression"):
        assert vislib.load_classifier(model_of("unknown task"), preprocess=PLAIN, task=task).task == task


def test_embedding_is_compared_with_another_image(open_task):
    classifier = network("embedding")
    vectors = {
        name: classifier.logits(image_of("", name)).astype(np.float64) for name in images.samples_for("", classifier)
    }

    def cosine(one: str, other: str) -> float:
        product = vectors[one] @ vectors[other]
        return product / np.linalg.norm(vectors[one]) / np.linalg.norm(vectors[other])

    page = open_task("embedding", "overview", reference="cifar10/ship.png")
    similarity = f"{cosine('cifar10/cat.png', 'cifar10/ship.png'):.4g}".replace("-", "−")
    assert f"Similar to cifar10/ship.png {similarity}" in text(page)
    found = [f"{name} {cosine('cifar10/cat.png', name):.4g}".replace("-", "−") for name in vectors]
    every = next(block for block in blocks(page) if block.count("cifar10/") == len(vectors) - 1)
    assert all(line in every for line in found if not line.startswith("cifar10/cat.png"))
    assert f"Similarity at the output: {score_number(cosine('cifar10/cat.png', 'cifar10/ship.png'))}" in text(page)
    page = open_task("embedding", "overview", reference="cifar10/cat.png")
    assert "An image is perfectly similar to itself." in said(page)


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("digit-size", {"class": "width", "against": "height"}),
        ("scene-segmentation", {"score": "probability"}),
        ("scene-segmentation", {"region": "This point only", "counterfactual": "true"}),
        ("multi-label", {"class": "2"}),
        ("embedding", {"reference": "cifar10/ship.png"}),
    ],
)
def test_snippet_gives_the_same_numbers(name, query, open_task, offered):
    check_sound(open_task(name, "saliency", **query))
    (one,) = (offer for key, offer in offered.items() if " saliency " in key)
    names = run_snippet(one.snippet)
    saved = np.load(io.BytesIO(one.files["npz"]()))["values"]
    np.testing.assert_allclose(names["heatmap"].values, saved, rtol=0, atol=1e-6 * np.abs(saved).max())


def test_every_output_side_by_side(open_task, tiles_drawn):
    check_sound(open_task("digit-size", "saliency"))
    (group,) = tiles_drawn["every class saliency"]
    predicted = network("digit-size").predict(image_of("digit-size"))
    assert [tile.label for tile in group.tiles] == [f"{one.label}: {one.value:.4g} px" for one in predicted]
    assert group.note == "Each explains its output, on its own scale."


def test_networks_of_two_tasks_are_compared_each_on_its_own_scale(open_task):
    page = check_sound(open_task("scene-segmentation", "compare_and_trust", compare="Networks", method="saliency"))
    assert page.multiselect(key="models").value == list(BUILT_IN)
    assert "Each map has its own scale, because the networks have different tasks." in said(page)
    assert len(page.dataframe[0].value) == 3


def test_scenes_are_the_samples_of_both_networks():
    for name in BUILT_IN:
        assert images.samples_for(name, None) == images.SCENES
    assert all((vislib.sample_path() / name).is_file() for name in images.SCENES)


def test_headline_keeps_every_comma(open_task):
    page = open_task("scene-segmentation", "overview")
    present = [
        network("scene-segmentation").labels[k]
        for k in np.unique(network("scene-segmentation").segment(image_of("scene-segmentation")))
        if k
    ]
    assert any(block == f"{len(present)} segments: {', '.join(present)}" for block in blocks(page))


def test_attack_on_one_of_several_labels_is_said_of_that_label(open_task):
    page = check_sound(open_task("multi-label", "adversarial", **{"class": "1", "attack": "FGSM, one step"}))
    classifier = network("multi-label")
    found = vislib.adversarial.fgsm(classifier, image_of("multi-label"), 2, 1)
    before, after, _ = told_apart(*(each.value for each in found.of_label), 0.5, as_percent=True)
    assert f"{found.of_label[0].label} {before} → {after}" in text(page)
    assert "still" not in text(page).split("What the network sees")[0]
    assert "below 50 %" in page.selectbox(key="towards").options


def test_empty_map_has_no_verdict_no_numbers_and_no_curve(open_task, monkeypatch):
    """Saliency of this network is constant: every pixel counts as much."""
    drawn = []
    monkeypatch.setattr(
        trust_plots, "_chart", lambda measured, *_: drawn.append(set(measured)) or alt.Chart().mark_line()
    )
    page = check_sound(open_task("maps of features", "compare_and_trust"))
    assert "The map is empty: there is nothing to judge." in text(page)
    assert "ρ" not in text(page).split("random weights")[0]
    row = page.dataframe[0].value.set_index("Method").loc["Saliency (vanilla gradient)"]
    assert row.drop(["Output-specific", "Verdict"]).isna().all()
    assert drawn == [{"random", "edges"}] * 2


def test_same_question_after_an_attack_is_about_the_same_region(open_task, monkeypatch):
    asked = []
    shown = explain.show
    monkeypatch.setattr(explain, "show", lambda one, *rest: asked.append(one) or shown(one, *rest))
    check_sound(open_task("scene-segmentation", "adversarial", epsilon="16", attack="FGSM, one step"))
    before, after = asked[:2]
    region = before.logits.argmax(axis=-1) == before.class_index
    assert (after.logits.argmax(axis=-1) != before.logits.argmax(axis=-1)).any()
    np.testing.assert_array_equal(after.target.where, region)


def test_numbers_of_occlusion_that_differ_do_not_look_the_same():
    assert occlusion_maps._two(0.111, 0.114, None) == ["11.1 %", "11.4 %"]
    assert occlusion_maps._two(0.5, 0.5, None) == ["50 %", "50 %"]
    assert occlusion_maps._two(23.44411, 23.44422, "px") == ["23.4441 px", "23.4442 px"]
    assert occlusion_maps._two(2.5, 1.5, "") == ["2.5", "1.5"]


def test_batch_explains_the_most_probable_of_several_labels():
    assert explained(Task.MULTI_LABEL) == "its most probable label"
