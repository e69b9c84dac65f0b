"""The patches that excite a channel most, against looking at every activation there is."""

import io
import zipfile

import numpy as np
import pytest
from PIL import Image
from tiny_models import STYLES, classifier_of, random_image, seeded, tiny

import vislib
from vislib import ImageError, LayerError, ParameterError
from vislib.activations.patches import top_patches
from vislib.errors import DatasetError
from vislib.images.archives import zip_folder
from vislib.images.sets import ArrayImages, FolderImages

IMAGES = np.stack([random_image(seed=seed) for seed in range(70)])


@pytest.fixture(autouse=True)
def small_batches(monkeypatch):
    """Several batches, the last one not full."""
    monkeypatch.setattr("vislib.activations.patches._MAX_MAP_BYTES", 16 * 4 * 4 * 4 * 8)


def brute_force(style, layer, n):
    """(values, image, row, column) of each channel, by sorting each image's highest activation."""
    maps = np.stack([vislib.feature_maps(tiny(style), image, layer) for image in IMAGES])
    found = []
    for channel in np.moveaxis(maps, 3, 0):
        best = [(-one.max(), number, *np.unravel_index(one.argmax(), one.shape)) for number, one in enumerate(channel)]
        found.append([(-value, *place) for value, *place in sorted(best)[:n]])
    return np.array(found)


@pytest.mark.parametrize("style", ["conv_relu", "relu_layers", "nested", "grey"])
def test_equal_to_brute_force(style):
    for layer in tiny(style).network.map_layers:
        expected = brute_force(style, layer, 5)
        top = top_patches(tiny(style), IMAGES, layer, 5)
        np.testing.assert_allclose(top.values, expected[..., 0], rtol=1e-4, atol=1e-5)
        clear = expected[..., 0] > 0  # where nothing answers, all places are alike
        for place, column in zip((top.numbers, top.rows, top.columns), (1, 2, 3), strict=True):
            np.testing.assert_array_equal(place[clear], expected[..., column][clear])


def test_fewer_images_than_wanted():
    top = top_patches(tiny("conv_relu"), IMAGES[:3], "conv1", 9)
    assert top.values.shape == (6, 3)
    assert (np.diff(top.values, axis=1) <= 0).all()


def test_patch_is_the_receptive_field_with_grey_beyond_the_edge():
    """conv2's units see 5 × 5 pixels; activation_layers' conv1 3 × 3 with padding."""
    top = top_patches(tiny("conv_relu"), IMAGES, "conv2", 4)
    for channel in range(8):
        for rank, patch in enumerate(top.patches(tiny("conv_relu"), IMAGES, channel)):
            row, column = (int(place[channel, rank]) * 2 for place in (top.rows, top.columns))
            np.testing.assert_array_equal(patch, IMAGES[top.numbers[channel, rank]][row : row + 5, column : column + 5])
    padded = top_patches(tiny("activation_layers"), IMAGES, "conv1", 60)
    along_the_top = (padded.rows == 0) & (padded.columns > 0) & (padded.columns < 11)
    channel, rank = np.argwhere(along_the_top)[0]
    patches = padded.patches(tiny("activation_layers"), IMAGES, int(channel))
    assert {patch.shape for patch in patches} == {(3, 3, 3)}
    assert (patches[rank][0] == 128).all()
    left, image = padded.columns[channel, rank] - 1, IMAGES[padded.numbers[channel, rank]]
    np.testing.assert_array_equal(patches[rank][1:], image[:2, left : left + 3])


def test_patch_of_a_unit_that_sees_all_is_the_whole_image(classifier, cat):
    top = top_patches(classifier, np.stack([classifier.resize(cat)] * 2), "head_relu", 1)
    assert top.patches(classifier, cat[None], 0)[0].shape == (224, 224, 3)


def test_broken_off_goes_on_without_computing_twice(tmp_path, monkeypatch):
    whole = top_patches(tiny("conv_relu"), IMAGES, "conv2", 4)
    calls, seen = 0, []

    class Counted(ArrayImages):
        def __getitem__(self, number):
            seen.append(number)
            return super().__getitem__(number)

    def stop(done, total):
        nonlocal calls
        calls += 1
        if calls == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        top_patches(tiny("conv_relu"), Counted(IMAGES), "conv2", 4, keep_in=tmp_path / "made", progress=stop)
    assert 0 < len(seen) < len(IMAGES)
    resumed = top_patches(tiny("conv_relu"), Counted(IMAGES), "conv2", 4, keep_in=tmp_path / "made")
    assert seen == list(range(len(IMAGES)))
    again = top_patches(tiny("conv_relu"), Counted(IMAGES), "conv2", 4, keep_in=tmp_path / "made")
    assert len(seen) == len(IMAGES)
    for top in (resumed, again):
        np.testing.assert_array_equal(top.values, whole.values)
        np.testing.assert_array_equal(top.numbers, whole.numbers)
    other = IMAGES.copy()
    other[3] += 1
    top_patches(tiny("conv_relu"), Counted(other), "conv2", 4, keep_in=tmp_path / "made")
    assert len(seen) == 2 * len(IMAGES)


def test_damaged_keep_is_computed_again(tmp_path):
    first = top_patches(tiny("conv_relu"), IMAGES, "conv2", 4, keep_in=tmp_path)
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:200])
    again = top_patches(tiny("conv_relu"), IMAGES, "conv2", 4, keep_in=tmp_path)
    np.testing.assert_array_equal(first.values, again.values)


def png(image) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "PNG")
    return buffer.getvalue()


def test_folder_and_zip_unreadable_files_left_out(tmp_path):
    folder = tmp_path / "pictures"
    (folder / "deeper").mkdir(parents=True)
    (folder / "a.png").write_bytes(png(IMAGES[0]))
    (folder / "b.jpg").write_bytes(b"no image")
    (folder / "deeper" / "c.png").write_bytes(png(IMAGES[1]))
    (folder / "notes.txt").write_text("nothing")
    (folder / ".hidden.png").write_bytes(png(IMAGES[2]))
    packed = tmp_path / "pictures.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for file in folder.rglob("*"):
            if file.is_file():
                archive.write(file, file.relative_to(tmp_path))
    direct = top_patches(tiny("conv_relu"), IMAGES[:2], "conv1", 2)
    for images in (FolderImages(folder), FolderImages(zip_folder(packed))):
        assert [images.title(number) for number in range(len(images))] == ["a.png", "b.jpg", "deeper/c.png"]
        top = top_patches(tiny("conv_relu"), images, "conv1", 2)
        assert top.unreadable.tolist() == [1]
        np.testing.assert_array_equal(top.values, direct.values)
        np.testing.assert_array_equal(top.numbers, direct.numbers * 2)


def of_each_question(images) -> list[np.ndarray]:
    """The answers of everything that looks at a set of images."""
    network = tiny("conv_relu")
    return [
        vislib.top_patches(network, images, "conv1", 2).values,
        vislib.channel_activity(network, images, "conv1", 0).values,
        vislib.class_effects(network, images, "conv1", 0).values,
        vislib.icons(network, "conv1", images).pictures,
        vislib.strongest_places(network, images, ["conv1"]).values,
    ]


@pytest.mark.parametrize("form", ["folder", "zip", "paths", "arrays", "tuple", "list file"])
def test_images_in_any_form(form, tmp_path):
    files = [tmp_path / "pictures" / f"{number}.png" for number in range(3)]
    files[0].parent.mkdir()
    for file, image in zip(files, IMAGES[:3], strict=True):
        file.write_bytes(png(image))
    with zipfile.ZipFile(tmp_path / "pictures.zip", "w") as archive:
        for file in files:
            archive.write(file, file.name)
    (tmp_path / "list.txt").write_text("\n".join(map(str, files)), encoding="utf-8")
    given = {
        "folder": files[0].parent,
        "zip": tmp_path / "pictures.zip",
        "paths": files,
        "arrays": list(IMAGES[:3]),
        "tuple": tuple(map(str, files)),
        "list file": tmp_path / "list.txt",
    }
    for found, expected in zip(of_each_question(given[form]), of_each_question(IMAGES[:3]), strict=True):
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("images", [[1, 2], 3, None, [IMAGES[0], "a.png"]])
def test_what_is_no_images_refused(images):
    with pytest.raises(DatasetError, match="must be"):
        top_patches(tiny("conv_relu"), images, "conv1")


def test_nothing_to_look_at_refused(tmp_path):
    with pytest.raises(DatasetError, match="There is no folder"):
        top_patches(tiny("conv_relu"), tmp_path / "none", "conv1")
    with pytest.raises(DatasetError, match="holds no images"):
        top_patches(tiny("conv_relu"), tmp_path, "conv1")
    with pytest.raises(DatasetError, match="is empty"):
        top_patches(tiny("conv_relu"), IMAGES[:0], "conv1")
    (tmp_path / "a.png").write_bytes(b"no image")
    with pytest.raises(ImageError, match="None of the 1"):
        top_patches(tiny("conv_relu"), tmp_path, "conv1")


def test_wrong_parameters_refused():
    for n in (0, 1001, 2.5, True):
        with pytest.raises(ParameterError, match="`n`"):
            top_patches(tiny("conv_relu"), IMAGES, "conv1", n)
    with pytest.raises(LayerError):
        top_patches(tiny("conv_relu"), IMAGES, "scores")
    with pytest.raises(LayerError, match="go from 0 to 5; not 6"):
        top_patches(tiny("conv_relu"), IMAGES, "conv1").patches(tiny("conv_relu"), IMAGES, 6)


def test_kept_patches_of_other_weights_are_not_reused(tmp_path):
    model = seeded(STYLES["conv_relu"]())
    classifier = classifier_of(model)
    before = top_patches(classifier, IMAGES, "conv2", 4, keep_in=tmp_path)
    seeded(model, seed=1)
    after = top_patches(classifier, IMAGES, "conv2", 4, keep_in=tmp_path)
    np.testing.assert_array_equal(after.values, top_patches(classifier, IMAGES, "conv2", 4).values)
    assert (after.values != before.values).any()
