"""Models of any task and input, in the browser: from the upload to the pages, on a desktop and on a phone."""

import pytest
from playwright.sync_api import expect
from test_own_model import upload

VISITED = ("", "saliency", "class_activation", "what_a_unit_wants")
PHONE = {"viewport": {"width": 390, "height": 900}}


@pytest.fixture(scope="module")
def file_of(tmp_path_factory):
    """The bytes of a file: file_of(model, loss)."""

    def save(model, loss=None) -> bytes:
        if loss:
            model.compile(loss=loss)
        path = tmp_path_factory.mktemp("model") / "model.keras"
        model.save(path)
        return path.read_bytes()

    return save


def ages():
    from vislib.backend import keras

    layers = keras.layers
    inputs = keras.Input((24, 24, 3))
    x = layers.Conv2D(4, 3, activation="relu")(layers.Rescaling(1 / 255)(inputs))
    return keras.Model(inputs, layers.Dense(2)(layers.GlobalAveragePooling2D()(x)))


def unet():
    from vislib.backend import keras

    layers = keras.layers
    inputs = keras.Input((24, 24, 3))
    fine = layers.Conv2D(4, 3, padding="same", activation="relu")(layers.Rescaling(1 / 255)(inputs))
    coarse = layers.Conv2D(4, 3, padding="same", activation="relu")(layers.MaxPooling2D()(fine))
    x = layers.Concatenate()([fine, layers.UpSampling2D()(coarse)])
    return keras.Model(inputs, layers.Conv2D(3, 1, activation="softmax")(x))


def photo_and_patient():
    from vislib.backend import keras

    layers = keras.layers
    photo, patient = keras.Input((24, 24, 3), name="photo"), keras.Input((2,), name="patient")
    x = layers.GlobalAveragePooling2D()(layers.Conv2D(4, 3, activation="relu")(photo))
    x = layers.Concatenate()([x, patient])
    return keras.Model([photo, patient], layers.Dense(2, activation="softmax")(x))


def start(visit, server: str, file: bytes, name: str, **options):
    it = visit(f"{server}/your_model", **options)
    it.settled("your_model")
    upload(it, f"{name}.keras", file)
    return it


def fits(it) -> None:
    """Nothing is wider than the page."""
    main = it.main.evaluate("place => [place.scrollWidth, place.clientWidth]")
    assert main[0] <= main[1]


def seen_on_pages(it, name: str) -> None:
    for page in VISITED:
        it.go(page)
        expect(it.page.get_by_role("combobox", name="Model").first).to_have_value(name)
        assert it.alts()


def test_regression_has_numbers_on_every_page(server, visit, file_of):
    it = start(visit, server, file_of(ages(), "mse"), "ages")
    it.says("trained with the loss “mse”")
    it.settled("your_model")
    unit = it.main.get_by_label("Unit")
    unit.fill("years")
    unit.press("Enter")
    it.says("2 (numbers in years)")
    it.says(" years")
    seen_on_pages(it, "ages")
    expect(it.main.get_by_text("probability of")).to_have_count(0)


def test_segmentation_shows_its_mask(server, visit, file_of):
    it = start(visit, server, file_of(unet()), "unet")
    it.says("for each pixel of 24 × 24")
    it.settled("your_model")
    seen_on_pages(it, "unet")


@pytest.mark.parametrize("options", [{}, PHONE], ids=["desktop", "phone"])
def test_values_of_a_second_input_are_typed(server, visit, file_of, options):
    it = start(visit, server, file_of(photo_and_patient()), "both", **options)
    it.says("both.keras needs more than an image")
    fits(it)
    for number, value in enumerate(("0.5", "-2"), 1):
        field = it.main.get_by_label(f"patient {number}", exact=True)
        field.fill(value)
        field.press("Tab")
    it.main.get_by_role("button", name="Use these values").first.click()
    it.says("patient: 0.5, -2")
    it.settled("your_model")
    fits(it)
    if not options:
        seen_on_pages(it, "both")
