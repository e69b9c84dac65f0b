"""The sample images are found by name."""

import pytest

import vislib


def test_sample_read():
    assert vislib.load_image(vislib.sample_path("cat.jpg")).shape == (300, 451, 3)
    assert vislib.sample_path("digits").is_dir()


@pytest.mark.parametrize("name", ["dog.jpg", "../README.md", "/etc/passwd"])
def test_other_name_refused_with_the_names(name):
    with pytest.raises(vislib.ImageError, match=r"no sample image.*cat\.jpg"):
        vislib.sample_path(name)
