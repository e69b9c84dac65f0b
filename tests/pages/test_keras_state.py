"""What Streamlit does to Keras after a page has run must not reach other people's computations."""

from vislib.backend import keras


def test_running_a_page_does_not_reset_keras(open_page):
    open_page("filters")
    before = keras.layers.Dense(1).name
    open_page("filters")
    after = keras.layers.Dense(1).name
    assert int("0" + after.removeprefix("dense").strip("_")) == int("0" + before.removeprefix("dense").strip("_")) + 1
