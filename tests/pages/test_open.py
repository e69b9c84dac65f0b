"""Every page opens with its defaults and shows what it is for."""

import pytest
from app_pages import PAGES
from page_text import blocks, check_sound, compute_all, pictures, text
from quick_methods import QUICK

import vislib

SHOWN = {
    "overview": ["Parameters 4,694,024", "Classes 1,000", "tiger cat 38 %", "Grad-CAM at layer head_relu", "Occlusion"],
    "filters": ["Kernel 3 × 3 Input channels 3 Filters 32", "32 of 32 filters", "Norms, largest first"],
    "feature_maps": [
        "Layer block1_expand_relu, 11 of 140 Kind ReLU Maps 96 of 112 × 112",
        "48 of 96 channels",
        "Unit at row",
    ],
    "occlusion": [
        "5-pixel patch, step 2",
        "Probability of “cat”",
        "of 225",
        "The occluded image",
        "Average of 512 masks of 7 × 7 cells.",
        "superpixels. R² = 0.",
        "superpixels, estimated from 514 pictures",
        "masks of 8 × 8 cells; the indices add up to",
    ],
    "saliency": ["Saliency (vanilla gradient)", "SmoothGrad", "Logit of “cat”: ", "regions, from 6 segmentations."],
    "class_activation": ["Grad-CAM at layer head_relu", "head_relu is the last layer before pooling"],
    "concepts": [
        "What each group adds to the logit of “tiger cat”, which is 9.23",
        "6 groups of the 1,280 channels of head_relu",
        "Group 1 raises it by",
        "What matters for the score of “tiger cat” in many images",
        "Does a concept of yours matter for the score of “tiger cat”?",
    ],
}


SMALL = {page: {"model": "cifar10"} for page in ("occlusion", "saliency")}
"""What makes the slow pages quick, with their defaults; the others open with the network that a person finds."""


def of_family(family, what="tiger cat over cat.jpg"):
    """Alternative texts of the pictures of a family's methods; the page draws whatever is registered, costly ones
    last."""
    methods = [method for method in vislib.methods().values() if method.family == family]
    return [f"{method.title} for {what}" for method in sorted(methods, key=lambda method: method.costly)]


PICTURES = {
    "overview": [
        "Grad-CAM for tiger cat over cat.jpg",
        "Saliency (vanilla gradient) for tiger cat over cat.jpg",
        "Occlusion for tiger cat over cat.jpg",
    ],
    "filters": [],
    "feature_maps": [],
    "occlusion": [
        of_family("perturbation", "cat over cifar10/cat.png")[0],
        "Probability of cat with the patch at each place",
        "The winning class with the patch at each place",
        "The image with the patch at row 18, column 22 covered",
        *of_family("perturbation", "cat over cifar10/cat.png")[1:],
    ],
    "saliency": ["cifar10/cat.png, as the network sees it", *of_family("gradient", "cat over cifar10/cat.png")],
    "class_activation": [
        "Grad-CAM for tiger cat over cat.jpg",
        "cat.jpg, as the network sees it",
        *(alt for alt in of_family("class activation") if not alt.startswith("Grad-CAM for")),
    ],
    "concepts": ["6 groups of channels of head_relu over cat.jpg"],
}


@pytest.mark.parametrize("name", SHOWN)
def test_page_opens_with_defaults(name, open_page):
    page = check_sound(compute_all(open_page(name, **SMALL.get(name, {}))))
    assert blocks(page)[0].startswith(PAGES[name].title)
    for expected in SHOWN[name]:
        assert expected in text(page)
    assert pictures(page) == PICTURES[name]
    choices = ["Model", "Image", "Class to explain", "Contrast with class", "Score"]
    assert [box.label for box in page.selectbox][:5] == choices
    assert page.selectbox(key="class").value == "Top prediction"


def test_what_takes_long_waits_for_a_click_and_then_follows_the_settings(open_page):
    few = QUICK | {"rise.n_masks": "24"}
    page = check_sound(open_page("occlusion", model="cifar10", **few))
    assert page.button(key="compute all").label == "Compute RISE, LIME, KernelSHAP, Sobol, HSIC"
    assert not [alt for alt in pictures(page) if alt.startswith(("RISE", "LIME", "KernelSHAP", "Sobol", "HSIC"))]
    compute_all(page)
    page.number_input(key="rise.n_masks").set_value(32).run()
    assert "Average of 32 masks of 7 × 7 cells." in text(check_sound(page))
    page.selectbox(key="image").select("cifar10/dog.png").run()
    assert page.button(key="compute all").label == "Compute RISE, LIME, KernelSHAP, Sobol, HSIC"
    page.selectbox(key="image").select("cifar10/cat.png").run()
    assert "compute all" not in [button.key for button in page.button]


def test_every_page_lists_the_most_probable_classes(open_page, classifier, cat):
    listed = next(block for block in blocks(open_page("filters")) if block.startswith("tiger cat"))
    names = [prediction.label for prediction in classifier.predict(cat)]
    places = [listed.index(name) for name in names]
    assert set(names[:3]) == {"tiger cat", "Egyptian cat", "tabby"}
    assert places == sorted(places)


def test_address_opens_the_same_state(open_page):
    page = check_sound(open_page("saliency", **QUICK, **{"class": "espresso", "image": "coffee.jpg"}))
    assert page.selectbox(key="image").value == "coffee.jpg"
    assert "SmoothGrad for espresso over coffee.jpg" in pictures(page)


def test_address_with_nonsense_opens_the_defaults(open_page):
    nonsense = {"class": "no such class", "image": "x.jpg", "model": "y", "occlusion.patch_px": "500"}
    page = check_sound(open_page("occlusion", **QUICK, **nonsense))
    assert pictures(page)[0] == "Occlusion for tiger cat over cat.jpg"
    assert "32-pixel patch, step 16" in text(page)
