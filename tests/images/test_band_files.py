"""Images of bands: the same numbers from every kind of file, their statistics and their picture."""

import io
import tracemalloc
import zipfile

import numpy as np
import pytest
import tifffile

import vislib
from vislib import ImageError, ParameterError, VislibWarning, load_bands, read_bands
from vislib.images import bands

RANDOM = np.random.default_rng(0)
SCENE = (RANDOM.random((40, 50, 7)) * 3000).astype(np.float32)


def npy(values) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, values, allow_pickle=True)
    return buffer.getvalue()


def npz(**arrays) -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


def tiff(values, **options) -> bytes:
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, values, **options)
    return buffer.getvalue()


FILES = {
    "npy": lambda it: npy(it),
    "npz": lambda it: npz(anything=it),
    "npz of many": lambda it: npz(bands=it, labels=np.zeros(3)),
    "tiff interleaved": lambda it: tiff(it, planarconfig="contig"),
    "tiff deflated": lambda it: tiff(it, planarconfig="contig", compression="zlib"),
    "tiff in tiles": lambda it: tiff(it, planarconfig="contig", tile=(16, 16), compression="zlib"),
    "tiff as numpy would": lambda it: tiff(it),
    "bigtiff": lambda it: tiff(it, planarconfig="contig", bigtiff=True, byteorder=">"),
}


class TestReading:
    @pytest.mark.parametrize("kind", FILES)
    @pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int16, np.float32, np.float64])
    @pytest.mark.parametrize("n_bands", [2, 7, 13])
    def test_file_of_bands_same_numbers_in_their_own_type(self, kind, dtype, n_bands):
        scene = RANDOM.integers(0, 250, (40, 50, n_bands)).astype(dtype)
        read = read_bands(FILES[kind](scene))
        np.testing.assert_array_equal(read.values, scene)
        assert read.values.dtype == dtype
        assert read.values.dtype.isnative
        assert read.notes == ()

    @pytest.mark.parametrize("kind", ["array", "npy", "tiff pages", "tiff planes"])
    def test_bands_first_moved_and_said(self, kind):
        first = np.moveaxis(SCENE, -1, 0)
        source = {
            "array": lambda: first,
            "npy": lambda: npy(first),
            "tiff pages": lambda: tiff(first),
            "tiff planes": lambda: tiff(first, planarconfig="separate", photometric="minisblack"),
        }[kind]()
        read = read_bands(source)
        np.testing.assert_array_equal(read.values, SCENE)
        said = () if kind == "tiff planes" else ("Its first axis was read as its 7 bands: (bands, H, W).",)
        assert read.notes == said
        if said:
            with pytest.warns(VislibWarning, match="first axis"):
                load_bands(source)

    def test_one_band_of_two_dimensions(self):
        assert load_bands(SCENE[..., 0]).shape == (40, 50, 1)
        assert load_bands(tiff(SCENE[..., 0])).shape == (40, 50, 1)

    def test_path_and_open_file(self, tmp_path):
        np.save(tmp_path / "scene.npy", SCENE)
        np.testing.assert_array_equal(load_bands(tmp_path / "scene.npy"), SCENE)
        with (tmp_path / "scene.npy").open("rb") as file:
            np.testing.assert_array_equal(load_bands(file), SCENE)

    @pytest.mark.parametrize(
        ("source", "match"),
        [
            (np.zeros((40, 50, 40)), "1 to 32 bands"),
            (np.zeros((2, 40, 50, 3)), "shape"),
            (np.zeros((0, 5, 3)), "shape"),
            (np.zeros((4, 5), complex), "complex128, not numbers"),
            (np.full((4, 5), "x"), "not numbers"),
            (np.zeros((4, 5), bool), "bool, not numbers"),
            (np.broadcast_to(np.uint8(0), (6000, 6000, 2)), "36,000,000 pixels"),
            (b"", "empty"),
            (b"hello", "contains text.*np.save"),
            (npy(np.array([{}, 1], object)), "object, not real numbers"),
            (npy(SCENE)[:-5], "ends too early"),
            (npy(SCENE)[:60], "damaged"),
            (npz(a=SCENE, b=SCENE), r"holds 2 arrays \(a, b\).*np.savez\(path, image="),
            (npz(a=SCENE)[:-30], "damaged"),
            (tiff(SCENE, planarconfig="contig")[:2000], "damaged"),
            (b"II*\0" + b"\xff" * 50, "damaged"),
        ],
        ids=lambda it: it if isinstance(it, str) else None,
    )
    def test_what_is_no_image_of_bands_one_sentence(self, source, match):
        with pytest.raises(ImageError, match=match) as caught:
            load_bands(source)
        assert len(str(caught.value)) < 300

    def test_ways_on_work(self, tmp_path):
        np.save(tmp_path / "a.npy", np.zeros((40, 50), bool).astype("float32"))
        np.savez(tmp_path / "a.npz", image=SCENE, b=SCENE)
        tifffile.imwrite(tmp_path / "a.tif", SCENE, planarconfig="contig")
        for name in ("a.npy", "a.npz", "a.tif"):
            assert load_bands(tmp_path / name).shape[:2] == (40, 50)

    def test_load_image_of_bands_names_ways_that_work(self, tmp_path):
        path = tmp_path / "scene.tif"
        tifffile.imwrite(path, SCENE, planarconfig="contig")
        with pytest.raises(ImageError, match=r"scene\.tif has 7 bands.*vislib\.load_bands.*bands\.display"):
            vislib.load_image(path)
        assert vislib.images.bands.display(vislib.load_bands(path)).shape == (40, 50, 3)


class TestBounds:
    def test_npy_claiming_more_than_it_has_refused_unread(self):
        header = npy(np.zeros((2, 2), np.uint8)).replace(b"(2, 2), }        ", b"(20000, 20000), }")
        with pytest.raises(ImageError, match="400 MB"):
            load_bands(header)

    def test_npz_bomb_unpacked_no_further_than_accepted(self, monkeypatch):
        monkeypatch.setattr(bands, "MAX_BYTES", 1_000_000)
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a.npy", "w") as member:
            np.lib.format.write_array_header_1_0(member, {"descr": "|u1", "fortran_order": False, "shape": (4, 4)})
            for _ in range(40):
                member.write(bytes(10 * 1024 * 1024))
        assert len(buffer.getvalue()) < 1_000_000
        tracemalloc.start()
        try:
            assert load_bands(buffer.getvalue()).shape == (4, 4, 1)
            assert tracemalloc.get_traced_memory()[1] < 8_000_000
        finally:
            tracemalloc.stop()

    def test_tiff_claiming_a_large_size_refused_unread(self):
        content = bytearray(tiff(SCENE[..., :2], planarconfig="contig"))
        with tifffile.TiffFile(io.BytesIO(content)) as file:
            for tag in ("ImageWidth", "ImageLength"):
                at = file.pages[0].tags[tag].valueoffset
                content[at : at + 2] = (65_000).to_bytes(2, "little")
        with pytest.raises(ImageError, match=r"MB; at most"):
            load_bands(bytes(content))

    def test_tiff_bomb_refused(self):
        """A strip of 8 KB unpacks to 8 MB, where 4,000 bytes belong."""
        import zlib

        bomb, honest = zlib.compress(bytes(8_000_000), 9), tiff(np.zeros((40, 50, 2), np.uint8), planarconfig="contig")
        with tifffile.TiffFile(io.BytesIO(honest)) as file:
            tags = file.pages[0].tags
            places = {name: tags[name].valueoffset for name in ("Compression", "StripOffsets", "StripByteCounts")}
        content = bytearray(honest) + bomb
        content[places["Compression"]] = 8
        for name, value in (("StripOffsets", len(honest)), ("StripByteCounts", len(bomb))):
            content[places[name] : places[name] + 2] = value.to_bytes(4, "little")[: 2 if value < 65536 else 4]
        with pytest.raises(ImageError, match="unpacks to more than its size"):
            load_bands(bytes(content))

    def test_tiff_of_other_compression_named(self):
        content = bytearray(tiff(SCENE, planarconfig="contig"))
        with tifffile.TiffFile(io.BytesIO(content)) as file:
            content[file.pages[0].tags["Compression"].valueoffset] = 5
        with pytest.raises(ImageError, match=r"compressed as LZW.*tifffile\.imwrite"):
            load_bands(bytes(content))

    @pytest.mark.parametrize("kind", ["npy", "npz", "tiff deflated", "tiff as numpy would"])
    def test_random_damage_read_or_refused(self, kind):
        content = FILES[kind](SCENE[:12, :40])
        random, outcomes = np.random.default_rng(0), set()
        for _ in range(150):
            damaged = bytearray(content)
            for at in random.integers(min(400, len(damaged)), size=random.integers(1, 5)):
                damaged[at] = random.integers(256)
            for read in (load_bands, vislib.load_image):
                try:
                    read(bytes(damaged))
                    outcomes.add("read")
                except ImageError:
                    outcomes.add("refused")
        assert "refused" in outcomes


class TestStatistics:
    def test_statistics_closed_form(self):
        values = np.stack([np.arange(6.0).reshape(2, 3), np.full((2, 3), 7.0)], axis=-1)
        values[0, 0, 1] = np.nan
        first, second = bands.statistics(values)
        assert (first.low, first.high, first.mean, first.missing) == (0, 5, 2.5, 0)
        assert first.std == pytest.approx(np.sqrt(35 / 12))
        assert (second.low, second.high, second.mean, second.std) == (7, 7, 7, 0)
        assert second.missing == pytest.approx(1 / 6)

    def test_statistics_of_a_band_without_values(self):
        (only,) = bands.statistics(np.full((2, 3, 1), np.nan))
        assert (only.missing, np.isnan(only.mean)) == (1, True)

    def test_statistics_of_large_integers_do_not_overflow(self):
        (only,) = bands.statistics(np.full((100, 100, 1), 65_535, np.uint16))
        assert (only.mean, only.std) == (65_535, 0)


class TestDisplay:
    def test_display_three_bands_stretched_between_percentiles(self):
        ramp = np.linspace(0, 100, 101)[None, :, None]
        values = np.concatenate([ramp, ramp * 50 - 7, -ramp, ramp * 0], axis=2)
        shown = bands.display(values, (1, 0, 2), limits=(10, 90))
        expected = np.rint(np.clip((np.arange(101) - 10) / 80, 0, 1) * 255)
        np.testing.assert_array_equal(shown[0], np.stack([expected, expected, expected[::-1]], axis=-1))
        assert (bands.display(values, (3, 3, 3)) == 128).all()

    def test_display_one_band_with_a_colormap(self):
        values = np.linspace(-1, 1, 256)[None, :, None]
        shown = bands.display(values, (0,), "viridis", (0, 100))
        assert shown[0, 0].tolist() == [68, 1, 84]
        assert shown[0, -1].tolist() == [253, 231, 37]

    @pytest.mark.parametrize("n_bands", [1, 2, 3, 4, 32])
    def test_display_by_default_first_three_or_first(self, n_bands):
        values = RANDOM.random((5, 6, n_bands))
        expected = bands.display(values, (0, 1, 2) if n_bands > 2 else (0,))
        np.testing.assert_array_equal(bands.display(values), expected)

    def test_display_missing_grey_and_left_out_of_the_range(self):
        values = np.linspace(0, 1, 100)[None, :, None].copy()
        values[0, 7] = np.inf
        shown = bands.display(values, limits=(0, 100))
        assert shown[0, 7].tolist() == [128, 128, 128]
        assert shown.max() == 255

    def test_display_nearly_constant_band_still_seen(self):
        values = np.zeros((100, 100, 1))
        values[3, 4] = 9
        assert bands.display(values)[3, 4, 0] == 255

    @pytest.mark.parametrize(
        ("given", "match"),
        [
            ({"bands": (0, 1)}, "one or three numbers from 0 to 6; not 0, 1"),
            ({"bands": (0, 1, 7)}, "from 0 to 6"),
            ({"bands": (-1,)}, "from 0 to 6"),
            ({"limits": (98, 2)}, "percentiles"),
            ({"bands": (1,), "colormap": "nice"}, "nice"),
        ],
    )
    def test_display_of_something_else_refused(self, given, match):
        with pytest.raises(ParameterError, match=match):
            bands.display(SCENE, **given)
