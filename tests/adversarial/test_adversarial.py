"""FGSM and PGD against an independent tape, a closed form, and what they promise about the pictures."""

import json
from dataclasses import replace

import numpy as np
import pytest
from any_networks import CASES, loaded
from PIL import Image
from tiny_models import SIDE, STYLES, classifier_of, random_image, seeded, tiny

import vislib
from vislib import ParameterError, Preprocessing, adversarial, targets
from vislib.adversarial.attacks import _Attack
from vislib.backend import keras, tf

STYLE_NAMES = ("conv_relu", "relu_layers", "one_sigmoid", "many_sigmoids", "grey", "logits_out")


def tape_sign(style: str, pixels: np.ndarray, class_index: int) -> np.ndarray:
    """The sign (h, w, 3) of the gradient of the cross-entropy by the pixels, by TensorFlow alone."""
    model, luminance = tiny(style).model, [[0.299], [0.587], [0.114]]
    with tf.GradientTape() as tape:
        given = tf.constant(pixels[None], tf.float32)
        tape.watch(given)
        p = model((given @ luminance if style == "grey" else given) / 255, training=False)[0]
        if style == "logits_out":
            p = tf.nn.softmax(p)
        if style == "one_sigmoid":
            p = tf.stack([1 - p[0], p[0]])
        loss = -tf.math.log(p[class_index])
    return np.sign(tape.gradient(loss, given)[0].numpy())


@pytest.mark.parametrize("style", STYLE_NAMES)
@pytest.mark.parametrize("towards", [False, True])
def test_fgsm_is_one_step_along_the_sign_of_the_tape(style, towards):
    classifier, image = tiny(style), random_image()
    class_index = int(classifier.logits(image).argmax())
    way = {"towards": 0} if towards else {}
    expected = tape_sign(style, image, 0 if towards else class_index)
    found = adversarial.fgsm(classifier, image, 3, **way)
    moved = image + 3 * (-expected if towards else expected)
    assert expected.any()
    np.testing.assert_array_equal(found.image, np.clip(moved, 0, 255).astype(np.uint8))


def test_direction_does_not_vanish_where_the_probability_is_one():
    classifier, image = tiny("linear"), random_image()
    kernel, bias = classifier.model.get_weights()
    sure = vislib.load_classifier(seeded(STYLES["conv_relu"]()), preprocess=classifier.preprocess)
    sure.model.layers[-1].set_weights([each * 1000 for each in sure.model.layers[-1].get_weights()])
    assert sure.predict(image, 1)[0].probability == 1
    attack = _Attack.of(sure, image, 1, None, None)
    assert np.any(attack.gradient(attack.start)[0])
    # The closed form of a network of one layer: the way up is the class's kernel minus the mean of the others'.
    z = image.ravel() / 255 @ kernel + bias
    share = np.exp(z[1:] - z[1:].max())
    slope = kernel[:, 0] - kernel[:, 1:] @ (share / share.sum())
    gradient, value = _Attack.of(classifier, image, 1, None, 0).gradient(image.astype(np.float32))
    np.testing.assert_allclose(gradient.ravel(), slope / 255, rtol=1e-4, atol=1e-8)
    assert value == pytest.approx(z[0] - np.log(np.exp(z[1:]).sum()), rel=1e-5)


@pytest.mark.parametrize("epsilon", [1, 2, 9])
def test_pgd_stays_within_epsilon_and_in_range(epsilon):
    image = np.where(random_image() < 128, random_image() // 40, 255 - random_image() // 40).astype(np.uint8)
    classifier, seen = tiny("activation_layers"), []
    found = adversarial.pgd(classifier, image, epsilon, steps=5, progress=lambda *now: seen.append(now[:2]))
    np.testing.assert_array_equal(found.original, image)
    assert np.abs(found.perturbation).max() == epsilon
    assert found.image.dtype == np.uint8
    assert len(found.values) == 6
    assert found.values[-1] < found.values[0]
    assert seen == [(step, 5) for step in range(6)]
    assert {0, 255} <= set(np.unique(found.magnified()))
    again = adversarial.pgd(classifier, image, epsilon, steps=5)
    np.testing.assert_array_equal(again.image, found.image)
    other = adversarial.pgd(classifier, image, epsilon, steps=5, seed=1)
    assert other.values[1] != found.values[1]


def test_pgd_lowers_more_than_fgsm_and_reaches_a_named_class():
    classifier, image = tiny("activation_layers"), random_image()
    one, many = adversarial.fgsm(classifier, image, 4), adversarial.pgd(classifier, image, 4)
    assert many.values[-1] <= one.values[-1] < one.values[0]
    assert (one.seed, many.seed, one.steps) == (None, 0, 1)
    goal = int(classifier.logits(image).argsort()[-2])
    found = adversarial.pgd(classifier, image, 64, towards=goal, steps=40)
    assert found.succeeded
    assert found.after[0].index == goal
    assert "raises the log odds of “" in found.in_words()
    assert f"is now “class {goal}”" in found.in_words()
    assert found.after[0].value == pytest.approx(classifier.predict(found.image, 1)[0].value, abs=1e-5)


def test_preprocessing_is_followed_back_to_the_pixels():
    model = seeded(STYLES["conv_relu"]())
    image, upside_down = random_image(), Preprocessing("bgr", (10.0, 20.0, 30.0), (-50.0, 60.0, 70.0), bgr=True)
    classifier = classifier_of(model, preprocess=upside_down)
    attack = _Attack.of(classifier, image, 1, targets.ClassScore(0, against=1), None)
    gradient, _ = attack.gradient(image.astype(np.float32))
    logits_model = keras.Model(model.input, model.layers[-1].input)
    kernel = model.layers[-1].get_weights()[0]
    with tf.GradientTape() as tape:
        given = tf.constant(image[None], tf.float32)
        tape.watch(given)
        inputs = ((given - [10.0, 20.0, 30.0]) / [-50.0, 60.0, 70.0])[..., ::-1]
        difference = tf.reduce_sum(logits_model(inputs, training=False) * (kernel[:, 0] - kernel[:, 1]))
    np.testing.assert_allclose(gradient, -tape.gradient(difference, given)[0], rtol=1e-3, atol=1e-8)


def test_black_beside_the_image_stays_black():
    letterbox = Preprocessing("letterboxed", scale=(255.0,), letterbox=True)
    classifier = classifier_of(seeded(STYLES["conv_relu"]()), preprocess=letterbox)
    image = np.maximum(random_image(SIDE, SIDE // 2), 1)
    found = adversarial.pgd(classifier, image, 5, steps=3)
    beside = [0, 1, 2, 9, 10, 11]
    assert not found.image[:, beside].any()
    assert found.perturbation[:, 3:9].any()
    picture, exact = adversarial.picture_for_network(classifier, image, found.image)
    assert exact
    np.testing.assert_array_equal(picture, found.image)


@pytest.mark.parametrize(("fraction", "exact"), [(0.75, True), (0.875, False)])
def test_picture_for_a_network_that_sees_the_centre(fraction, exact):
    centre = Preprocessing("centre", scale=(255.0,), crop_fraction=fraction)
    classifier = classifier_of(seeded(STYLES["conv_relu"]()), preprocess=centre)
    image = random_image(40, 60)
    found = adversarial.fgsm(classifier, image)
    picture, is_exact = adversarial.picture_for_network(classifier, image, found.image)
    assert picture.shape == (16, 16, 3) if exact else (14, 14, 3)
    assert is_exact == exact
    assert np.array_equal(classifier.resize(picture), found.image) == exact


def test_other_tasks_move_their_own_number():
    numbers = classifier_of(seeded(STYLES["logits_out"]()), task="regression")
    found = adversarial.fgsm(numbers, random_image(), 4)
    assert found.succeeded is None
    assert found.values[1] < found.values[0] == pytest.approx(numbers.logits(random_image())[0], rel=1e-5)
    assert found.in_words().startswith("FGSM lowers the output of “output 0” from ")
    channel = adversarial.fgsm(tiny("conv_relu"), random_image(), 4, towards=targets.Channel("conv2", 3))
    assert channel.values[1] > channel.values[0]
    label = adversarial.pgd(tiny("many_sigmoids"), random_image(), 64, 2, steps=40)
    assert label.succeeded == (label.logits_after[2] < 0)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (0.88, 0.4998, "goes from 88 % to 49.98 %: it is now below 50 %."),
        (0.88, 0.62, "goes from 88 % to 62 %: it is still at 50 % or more."),
        (0.27, 0.12, "goes from 27 % to 12 %: it is still below 50 %."),
        (0.12, 0.5, "goes from 12 % to 50 %: it is now at 50 % or more."),
    ],
)
def test_label_of_several_is_said_by_itself_and_not_by_the_most_probable_one(before, after, said):
    classifier = classifier_of(tiny("many_sigmoids").model, labels=("boat", "car", "tree", "sky"))
    found = adversarial.fgsm(classifier, random_image(), 2, 2)
    probabilities = [classifier.values(logits)[2] for logits in (found.logits_before, found.logits_after)]
    assert [each.value for each in found.of_label] == pytest.approx(probabilities)
    of_label = tuple(replace(each, value=value) for each, value in zip(found.of_label, (before, after), strict=True))
    words = replace(found, of_label=of_label).in_words()
    assert words.endswith(f"The label “tree” {said}")
    assert "class" not in words


def test_numbers_that_differ_a_little_are_told_apart():
    found = adversarial.fgsm(tiny("conv_relu"), random_image(), 1)
    assert "from −2.061 to −2.063 in" in replace(found, values=np.array([-2.0612, -2.0634])).in_words()


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"epsilon": 0}, "`epsilon` must be a whole number of grey levels from 1 to 64; not 0."),
        ({"epsilon": 1.5}, "`epsilon` must be a whole number of grey levels from 1 to 64; not 1.5."),
        ({"epsilon": True}, "`epsilon` must be"),
        ({"class_index": 0, "towards": 1}, "Give `class_index`, to move away from it, or `towards`; not both."),
        ({"towards": 9}, "Class numbers of"),
        ({"steps": 0}, "`steps` must be a whole number from 1 to 1,000; not 0."),
    ],
)
def test_wrong_input_gets_a_sentence(given, sentence):
    with pytest.raises(ParameterError) as error:
        adversarial.pgd(tiny("conv_relu"), random_image(), **given)
    assert sentence in str(error.value)


def test_files_hold_the_pixels(tmp_path):
    found = adversarial.pgd(tiny("conv_relu"), random_image(), 2, steps=2)
    adversarial.save_adversarial(found, tmp_path / "a.png")
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / "a.png")), found.image)
    with np.load(adversarial.save_adversarial(found, tmp_path / "a.npz")) as kept:
        np.testing.assert_array_equal(kept["perturbation"], found.perturbation)
        about = json.loads(str(kept["metadata"]))
    assert (about["method"], about["epsilon"], about["target"]["kind"]) == ("pgd", 2, "LogOdds")
    with pytest.raises(ParameterError, match=r"not as 'a\.jpg'"):
        adversarial.save_adversarial(found, tmp_path / "a.jpg")


def test_log_odds_need_classes():
    numbers = classifier_of(seeded(STYLES["logits_out"]()), task="regression")
    with pytest.raises(ParameterError, match=r"Log odds are those of a class of an image.*targets\.Output"):
        targets.LogOdds(0).resolved(numbers)
    assert vislib.explain("saliency", numbers, random_image(), targets.Output(0)).score == pytest.approx(
        numbers.logits(random_image())[0], rel=1e-5
    )


def test_bands_are_refused_with_what_works():
    classifier, image = loaded("4 bands"), CASES["4 bands"].image
    with pytest.raises(ParameterError, match=r"takes 4 bands.*vislib\.explain with saliency"):
        adversarial.fgsm(classifier, image)
    assert np.isfinite(vislib.explain("saliency", classifier, image).values).all()


def test_label_with_a_hyphen_keeps_it():
    classifier = classifier_of(tiny("conv_relu").model, labels=("T-shirt", "X-ray", "e-mail", "U-boat"))
    said = adversarial.fgsm(classifier, random_image(), 1).in_words()
    label = classifier.predict(random_image(), 1)[0].label
    assert said.startswith(f"FGSM lowers the log odds of “{label}” from ")
