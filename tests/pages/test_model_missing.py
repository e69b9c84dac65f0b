"""A network whose weights cannot be had: one sentence, and a way back."""

import pytest
from app_pages import PAGES
from page_text import check_sound, errors, text


@pytest.fixture
def _no_network(monkeypatch):
    from vislib.backend import keras  # noqa: F401
    from keras.src.utils import file_utils  # isort: skip

    def refuse(*args, **kwargs):
        raise Exception("URL fetch failure on https://storage.googleapis.com/x.h5: None -- [Errno -2] Name not known")

    monkeypatch.setattr(file_utils, "get_file", refuse)


@pytest.mark.usefixtures("_no_network")
@pytest.mark.parametrize("name", ["overview", "filters"])
def test_missing_model_is_a_sentence_and_a_way_back(name, open_page):
    page = open_page(name)
    page.selectbox(key="model").select("MobileNet").run()
    assert not page.exception
    assert len(errors(page)) == 1
    assert "The ImageNet weights of MobileNet are not on this machine" in errors(page)[0]
    assert "put x.h5 into the folder " in errors(page)[0]
    assert not any(word in errors(page)[0] for word in ("URL fetch failure", "Errno"))
    back = next(button for button in page.button if button.label == "Go back to efficientnet-lite0")
    back.click().run()
    assert page.selectbox(key="model").value == "efficientnet-lite0"
    assert PAGES[name].title in text(check_sound(page))
    assert "tiger cat" in text(page)
