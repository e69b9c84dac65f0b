"""Results that survive a restart: the same numbers come back, and no file in the folder does harm."""

import io
import pickle
import zipfile

import numpy as np
import pytest
from page_text import check_sound, pictures, text
from tiny_models import random_image, tiny

import vislib
from pages._ui.overview import snapshot
from pages._ui.server import process, work
from pages._ui.server.results_folder import ResultsFolder
from vislib import language
from vislib.targets import Region

TARGET = vislib.Target(1)
KEY = ("network", "digest", vislib.methods()["occlusion"](), TARGET)


@pytest.fixture
def folder(tmp_path) -> ResultsFolder:
    return ResultsFolder(tmp_path / "results")


def files(folder: ResultsFolder) -> list:
    return sorted(folder.folder.iterdir())


@pytest.mark.parametrize("method", ["occlusion", "rise", "grad-cam", "lime", "integrated-gradients"])
def test_heatmap_comes_back_after_a_restart(folder, method):
    heatmap = vislib.explain(method, tiny("conv_relu"), random_image(), TARGET)
    key = ("network", "digest", method, heatmap.target)
    folder.put(key, heatmap)
    found = ResultsFolder(folder.folder).get(key)
    assert found.values.dtype == np.float32
    np.testing.assert_array_equal(found.values, heatmap.values)
    assert found.details.keys() == heatmap.details.keys()
    for name, value in heatmap.details.items():
        np.testing.assert_array_equal(found.details[name], value)
    same = ("signed", "unit", "method", "target", "class_index", "label", "explained", "score", "layer", "params")
    for name in (*same, "model", "box", "image_size", "notes"):
        assert getattr(found, name) == getattr(heatmap, name), name


def test_arrays_and_maps_come_back(folder):
    logits, maps = np.arange(5, dtype=np.float32), {"conv 1": np.ones((2, 3, 4)), "conv 2": np.zeros((1, 1, 2))}
    folder.put(("logits",), logits)
    folder.put(("maps",), maps)
    np.testing.assert_array_equal(folder.get(("logits",)), logits)
    found = folder.get(("maps",))
    assert list(found) == list(maps)
    np.testing.assert_array_equal(found["conv 1"], maps["conv 1"])


def test_texts_come_back_translatable(folder, monkeypatch):
    said = {"en": {}, "zh": {"One.": "一。", "{n:.1f} of {name}": "{name}:{n:.1f}"}}
    monkeypatch.setattr(language.texts, "translations", said.get)
    part = language.text("{n:.1f} of {name}", n=np.float32(2.5), name="conv")
    notes = [language.sentences(language.text("One."), part), language.listing(["a", "b"]), "plain"]
    folder.write(("notes",), {}, {"notes": notes})
    _, facts = folder.read(("notes",))
    assert facts["notes"] == notes
    with language.speaking("zh"):
        assert [language.tr(note) for note in facts["notes"]] == ["一。conv:2.5", "a和b", "plain"]


def test_concepts_come_back(folder):
    found = vislib.concepts.craft(
        tiny("conv_relu"), np.stack([random_image()] * 2), 1, only_predicted=False, n_concepts=2, n_designs=2
    )
    folder.put(("concepts",), found)
    again = folder.get(("concepts",))
    for name in vars(found):
        np.testing.assert_array_equal(getattr(again, name), getattr(found, name), err_msg=name)


def test_other_parameters_other_result(folder):
    folder.put(("network", vislib.methods()["rise"](n_masks=8)), np.ones(2))
    assert folder.get(("network", vislib.methods()["rise"](n_masks=9))) is None


def test_other_code_other_result(folder, monkeypatch):
    from pages._ui.server import results_folder

    folder.put(("logits",), np.ones(2))
    monkeypatch.setattr(results_folder, "_code", lambda: "of another version")
    assert folder.get(("logits",)) is None


class Harmful:
    """A pickle that would run code."""

    def __reduce__(self):
        return (exec, ("raise SystemExit('a pickle was loaded')",))


def with_pickle() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        header = io.BytesIO()
        np.lib.format.write_array_header_1_0(header, {"descr": "|O", "fortran_order": False, "shape": (1,)})
        archive.writestr("values.npy", header.getvalue() + pickle.dumps(Harmful()))
    return content.getvalue()


def bomb() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("values.npy", bytes(80_000_000))
    return content.getvalue()


@pytest.mark.parametrize(
    "content",
    [lambda _: b"", lambda _: b"not a zip", lambda whole: whole[: len(whole) // 2], lambda _: with_pickle(),
     lambda _: bomb(), lambda whole: whole[:200] + b"\xff" * 40 + whole[240:]],
    ids=["empty", "text", "half", "pickle", "bomb", "damaged"],
)  # fmt: skip
def test_file_that_is_no_result_counts_as_none_and_is_replaced(folder, content):
    folder.put(("logits",), np.ones(200))
    (path,) = files(folder)
    path.write_bytes(content(path.read_bytes()))
    assert folder.get(("logits",)) is None
    folder.put(("logits",), np.ones(200))
    np.testing.assert_array_equal(folder.get(("logits",)), np.ones(200))


def test_result_of_another_key_under_this_name_counts_as_none(folder):
    folder.put(("one",), np.ones(2))
    (path,) = files(folder)
    content = path.read_bytes()
    folder.put(("other",), np.zeros(2))
    other = next(each for each in files(folder) if each != path)
    other.write_bytes(content)
    assert folder.get(("other",)) is None


@pytest.mark.parametrize("facts", [{}, {"kind": "heatmap"}, {"kind": "maps", "names": ["gone"]}, {"kind": "array"}])
def test_facts_that_do_not_fit_count_as_none(folder, facts):
    folder.write(KEY, {}, facts)
    assert folder.read(KEY) is not None
    assert folder.get(KEY) is None


def test_key_whose_text_does_not_say_everything_is_not_kept(folder):
    for part in (np.ones(2), object()):
        folder.put(("network", part), np.ones(2))
    assert not folder.folder.exists()


def test_keys_of_two_masks_differ(folder):
    mask = np.zeros((40, 40), bool)
    mask[0] = True
    folder.put(("network", Region("conv1", 0, mask)), np.ones(2))
    assert folder.get(("network", Region("conv1", 0, ~mask))) is None
    np.testing.assert_array_equal(folder.get(("network", Region("conv1", 0, mask.copy()))), np.ones(2))


def test_least_recently_used_are_removed_and_other_files_stay(folder):
    folder.put(("first",), np.ones(1000))
    size = files(folder)[0].stat().st_size
    folder.max_bytes = 2 * size + 100
    (folder.folder / "notes.txt").write_text("mine")
    folder.put(("second",), np.ones(1000))
    import os

    for age, path in enumerate(folder.folder.glob("*.npz")):
        os.utime(path, (1000 + age, 1000 + age))
    assert folder.get(("first",)) is not None  # now it is the most recently used one
    folder.put(("third",), np.ones(1000))
    assert folder.get(("second",)) is None
    assert folder.get(("first",)) is not None
    assert folder.get(("third",)) is not None
    assert (folder.folder / "notes.txt").exists()


def test_folder_that_cannot_be_written_costs_nothing(tmp_path):
    (tmp_path / "file").write_text("")
    folder = ResultsFolder(tmp_path / "file" / "results")
    folder.put(("logits",), np.ones(2))
    assert folder.get(("logits",)) is None


@pytest.fixture
def kept_results(folder, monkeypatch) -> ResultsFolder:
    monkeypatch.setattr(work, "results_folder", lambda: folder)
    return folder


def restart(monkeypatch) -> None:
    """What a restart of the server does: nothing is in memory."""
    own = work.Store(10**8)
    monkeypatch.setattr(work, "store", lambda: own)


def test_page_takes_the_results_of_an_earlier_run(open_page, kept_results, monkeypatch):
    restart(monkeypatch)
    before = check_sound(open_page("overview", model="cifar10"))
    restart(monkeypatch)
    for name in ("grad-cam", "saliency", "occlusion"):
        monkeypatch.setattr(vislib.methods()[name], "explain", None)  # computes nothing
    after = check_sound(open_page("overview", model="cifar10"))
    assert text(after) == text(before)
    assert pictures(after) == pictures(before)


def test_overview_of_an_earlier_run_is_there_before_tensorflow(open_page, kept_results, monkeypatch):
    live = check_sound(open_page("overview", model="cifar10"))
    monkeypatch.setattr(process, "has_tensorflow", lambda: False)
    monkeypatch.setattr(process, "import_tensorflow", lambda: (_ for _ in ()).throw(vislib.ModelError("not yet")))
    early = open_page("overview", model="cifar10")
    assert [error.value for error in early.error] == ["not yet"]  # the page ends where TensorFlow would be needed
    drawn: list = []
    monkeypatch.setattr(snapshot, "show_image", lambda image, alt: drawn.append((alt, image.size)))
    open_page("overview", model="cifar10")
    assert [alt for alt, _ in drawn][1:] == pictures(
        live
    )  # first the photograph, which the live page draws with a slider
    assert min(min(size) for _, size in drawn) > 100
    drawn.clear()
    open_page("overview", model="cifar10", **{"class": "dog"})
    open_page("overview", model="cifar10", image="cifar10/dog.png")
    assert drawn == []
