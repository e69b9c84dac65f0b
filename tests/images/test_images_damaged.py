"""What is no picture, too large or damaged is refused in one clear sentence, and costs nothing."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageFile
from test_images import BLOCKS, saved

from vislib import ImageError, load_image


def assert_refused(content, match, tmp_path=None):
    sources = [content, io.BytesIO(content)]
    if tmp_path is not None:
        path = tmp_path / "picture.jpg"
        path.write_bytes(content)
        sources.append(path)
    for source in sources:
        with pytest.raises(ImageError, match=match) as caught:
            load_image(source)
        assert "\n" not in str(caught.value)
        assert len(str(caught.value)) < 300


EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 100 100\n100 100 moveto showpage\n"
SVG = b'<?xml version="1.0"?>\n<!-- made by hand -->\n<svg xmlns="http://www.w3.org/2000/svg"><rect/></svg>'
HTML = b"\n<!DOCTYPE html><html><head><title>404 Not Found</title></head><body>cat.jpg</body></html>"


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"", r"empty \(0 bytes\)"),
        (b"Dear cat,\nthis is no picture.\n", "contains text"),
        ("Miau, süße Käßekatze! ".encode() * 40, "contains text"),
        (b"a" + "ü".encode() * 400, "contains text"),  # a letter of two bytes across any even boundary
        (SVG, "SVG"),
        (EPS, "PostScript"),
        (b"%PDF-1.7\n", "PDF"),
        (HTML, "web page"),
        (b"\x00\x01\x02\xff" * 100, "not recognised"),
        (b"PK\x03\x04\xff\xfe" * 40, "not recognised"),
    ],
    ids=["empty", "text", "umlauts", "umlaut cut in two", "svg", "eps", "pdf", "html", "binary", "zip"],
)
def test_no_picture_said_what_it_is(content, match, tmp_path):
    assert_refused(content, rf"{match}.*Accepted: PNG", tmp_path)


def test_no_picture_file_named(tmp_path):
    (tmp_path / "holiday.jpg").write_text("hello")
    with pytest.raises(ImageError, match=r"^holiday\.jpg is not an image"):
        load_image(tmp_path / "holiday.jpg")


@pytest.mark.parametrize("format", ["PNG", "JPEG", "GIF", "TIFF", "BMP", "WEBP"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_truncated_refused(format, share, tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (40, 40, 3), dtype=np.uint8)
    content = saved(noise, format)
    assert_refused(content[: int(len(content) * share)], r"cannot be decoded|is not an image", tmp_path)


def test_truncated_pil_image_refused():
    """Pillow opens lazily: the damage shows when pixels are first asked for."""
    noise = np.random.default_rng(0).integers(0, 256, (40, 40, 3), dtype=np.uint8)
    content = saved(noise, "JPEG")
    with pytest.raises(ImageError):
        load_image(Image.open(io.BytesIO(content[:-400])))


def test_closed_file_refused():
    file = io.BytesIO(saved(BLOCKS))
    file.close()
    with pytest.raises(ImageError):
        load_image(file)


def png_claiming(width, height, pixels=b"\0") -> bytes:
    """A well-formed grey 1-bit PNG whose header says what it likes."""

    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    data = zlib.compress(pixels)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "size", [(20_000, 20_000), (5001, 5000), (9000, 9000), (12_000, 12_000), (2**31 - 1, 2**31 - 1)]
)
def test_too_many_pixels_refused_before_decoding(size, tmp_path, monkeypatch):
    """Pillow opens 81 million pixels without a word, and warns only at 144 million."""
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda picture: pytest.fail("decoded"))
    assert_refused(png_claiming(*size), "too large", tmp_path)


def test_too_many_pixels_real_picture_refused():
    content = saved(Image.new("1", (20_000, 20_000)))
    assert len(content) < 200_000
    assert_refused(content, "too large")


def test_as_many_pixels_as_allowed_read():
    assert load_image(saved(Image.new("1", (5000, 5000)))).shape == (5000, 5000, 3)


@pytest.mark.parametrize("source", ["pil", "array"])
def test_too_many_pixels_not_from_a_file_refused(source):
    picture = Image.new("1", (6000, 6000)) if source == "pil" else np.broadcast_to(np.uint8(1), (6000, 6000, 3))
    with pytest.raises(ImageError, match="too large"):
        load_image(picture)


def test_no_pixels_refused():
    assert_refused(png_claiming(0, 5), r"\.$")


def test_file_too_large_refused_unread(tmp_path):
    path = tmp_path / "large.png"
    with path.open("wb") as file:
        file.truncate(200 * 1024 * 1024)  # sparse: takes no room on the disk
    with pytest.raises(ImageError, match=r"large\.png has \d+ MB; at most"):
        load_image(path)


@pytest.mark.parametrize("format", ["PNG", "JPEG", "GIF"])
def test_random_damage_read_or_refused(format):
    content = saved(np.random.default_rng(1).integers(0, 256, (12, 16, 3), dtype=np.uint8), format)
    random = np.random.default_rng(0)
    outcomes = set()
    for _ in range(300):
        damaged = bytearray(content)
        for at in random.integers(len(damaged), size=random.integers(1, 5)):
            damaged[at] = random.integers(256)
        try:
            image = load_image(bytes(damaged))
            assert (image.ndim, image.shape[2], image.dtype) == (3, 3, np.uint8)
            outcomes.add("read")
        except ImageError:
            outcomes.add("refused")
    assert "refused" in outcomes
