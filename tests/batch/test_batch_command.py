"""python -m vislib batch: what it writes and says, its exit status, and a sentence for whatever is wrong."""

import re

import numpy as np
import pytest

from vislib import batch
from vislib.batch.pace import progress_line
from vislib.cli import batch as batch_command
from vislib.cli import main
from vislib.report import report_html


@pytest.fixture
def run(network, monkeypatch, capsys):
    """Runs the command on the tiny network; gives (status, standard output, standard error)."""
    monkeypatch.setattr(batch_command, "load_classifier", lambda name, **_: network)

    def run(*arguments: object) -> tuple[int, str, str]:
        status = main.main(["batch", *map(str, arguments)])
        return status, *capsys.readouterr()

    return run


def test_some_unreadable_status_3_and_all_rows(run, folder, tmp_path):
    status, out, err = run(folder, "--methods", "grad-cam,saliency", "--out", tmp_path / "out")
    assert (status, err) == (3, "")
    assert re.match(
        r"25 images, [\d.]+ a second → .*out\n"
        r"2 could not be read or explained; the column “error” gives the reason\.\n$",
        out,
    )
    assert len(batch.open_batch(tmp_path / "out").table()) == 25


def test_labels_as_pandas_writes_them_and_those_that_are_no_class(run, folder, tmp_path):
    rows = ["path,label", "class 0/04.png,0.0", "class 1/01.png,1.0", "class 1/05.png,9.0", "class 3/03.png,"]
    (folder / "list.csv").write_text("\n".join(rows), encoding="utf-8")
    status, out, _ = run(folder / "list.csv", "--out", tmp_path / "out")
    assert status == 0
    assert out.splitlines()[-1].startswith("The label of 1 image is no class of the network: “9.0”.")
    found = batch.open_batch(tmp_path / "out").table(["label_index"]).column(0).to_pylist()
    assert found == [0, 1, None, None]


def test_all_read_status_0_and_again_computes_nothing(run, folder, tmp_path):
    for name in ("class 1/99.jpg", "class 2/00.png"):
        (folder / name).unlink()
    assert run(folder, "--out", tmp_path / "out")[0] == 0
    status, out, _ = run(folder, "--out", tmp_path / "out")
    assert status == 0
    assert out.startswith("23 images (23 of them were finished before)")


def test_measures_of_trust_reach_the_table_and_the_report(run, folder, tmp_path):
    more = ("--curves", "--deletion-fill", "mean", "--road", "--random-logit", "--channels", "2")
    assert run(folder, "--methods", "saliency,edges", *more, "--out", tmp_path / "out")[0] == 3
    found = batch.open_batch(tmp_path / "out")
    assert found.manifest["settings"]["deletion_fill"] == "mean"
    table = found.table().to_pandas()
    page = re.sub(r'src="[^"]*"', "", report_html(tmp_path / "out"))
    means = [table[f"saliency_{name}"].mean() for name in ("insertion", "deletion", "road", "random_logit")]
    cells = "".join(f'<td class="n">{mean:.2f}</td>'.replace("-", "−") for mean in means)
    assert f'<td class="name">Saliency (vanilla gradient)</td>{cells}' in page
    assert "deletion covers with mean" in page
    label, of_label = max(table.groupby("explained_label"), key=lambda each: len(each[1]))
    channels = np.concatenate(of_label.channel_index.to_numpy())
    most = np.bincount(channels).argmax()
    n = int((channels == most).sum())
    assert f'{label}</td><td class="n">{most}</td><td class="n">{n} of {len(of_label)}</td>' in page


def test_parameters_reach_their_methods(run, folder, tmp_path):
    run(
        folder,
        "--methods",
        "occlusion,grad-cam",
        "--param",
        "occlusion.patch_px=4",
        "--param",
        "grad-cam.layer=conv1",
        "--out",
        tmp_path / "out",
    )
    methods = batch.open_batch(tmp_path / "out").manifest["settings"]["methods"]
    assert methods["occlusion"]["patch_px"] == 4
    assert methods["grad-cam"]["layer"] == "conv1"


def test_stopped_by_hand_status_130(run, folder, tmp_path, monkeypatch):
    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(batch_command, "explain_many", stop)
    status, _, err = run(folder, "--out", tmp_path / "out")
    assert status == 130
    assert "repeat the same command to resume" in err


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (["--methods", "grad-kam"], "no method 'grad-kam'"),
        (["--methods", "saliency,saliency"], "--methods takes one or more different methods"),
        (["--param", "occlusion.patch_px=4"], "one of grad-cam; not 'occlusion.patch_px=4'"),
        (["--param", "layer"], "METHOD.NAME=VALUE"),
        (["--param", "grad-cam.colour=1"], "not 'colour=1'"),
        (["--methods", "occlusion", "--param", "occlusion.patch_px=many"], "takes a number; not 'many'"),
        (["--map-size", "1"], "from 4 to 1024; not 1"),
        (["--part-size", "0"], "from 1 to 100000; not 0"),
        (["--workers", "2"], "--workers is for --engine ray"),
        (["--out", "{images}"], "lies in the folder of the images"),
    ],
)
def test_refused_with_a_sentence_status_2(run, folder, tmp_path, changes, words):
    arguments = [change.replace("{images}", str(folder)) for change in changes]
    status, out, err = run(folder, "--out", tmp_path / "out", *arguments)
    assert (status, out) == (2, "")
    assert err.count("\n") == 1
    assert words in err
    assert not (tmp_path / "out").exists()


def test_progress_tells_rate_and_time_left():
    assert progress_line(1200, 10_000, 1000, 25.0) == "1,200 of 10,000 images, 40.0 a second, 3 min 40 s left"
    assert progress_line(5, 10, 5, 1.0).endswith("1 s left")
    assert progress_line(10, 10**6, 10, 1.0).endswith("27 h 46 min left")
    assert progress_line(10, 10**8, 10, 1.0).endswith("115 days 17 h left")
    assert progress_line(0, 10, 0, 0.0) == "0 of 10 images"
