"""The engine Ray on two nodes: a cluster of the caller's own, one by its address, a worker killed; each time what one
process gives."""

import os
from pathlib import Path

import numpy as np
import pytest
from deadly_images import DeadlyImages

from vislib import ParameterError
from vislib.batch import Cluster, explain_many, open_batch, source_of
from vislib.batch.packed import PackedClassifier
from vislib.cli import main

ray = pytest.importorskip("ray", reason="Ray is not installed: pip install -r requirements-cluster.txt")
pytestmark = pytest.mark.filterwarnings("ignore")

METHODS = ("grad-cam", "random")
PART_ROWS = 3
HERE = Path(__file__).parent
ROOT = HERE.parents[1]


@pytest.fixture
def local(network, folder, tmp_path):
    """The batch of one process."""
    explain_many(network, folder, METHODS, out=tmp_path / "local", part_rows=PART_ROWS)
    return open_batch(tmp_path / "local")


@pytest.fixture(scope="module")
def address():
    """Two nodes of one core each, started once, as starting them takes most of the time."""
    from ray.cluster_utils import Cluster as Nodes

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), str(HERE)]))  # for the processes of the nodes
        patch.setenv("RAY_worker_niceness", "0")  # at Ray's 15 the workers starve beside the other tests' processes
        nodes = Nodes(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
        nodes.add_node(num_cpus=1)
        yield nodes.address
        nodes.shutdown()


@pytest.fixture
def connected(address):
    """This process's own connection to them."""
    ray.init(address=address, log_to_driver=False, logging_level="error")
    yield
    ray.shutdown()


def assert_same(one, other) -> None:
    assert one.table().equals(other.table())
    numbers = range(other.n_finished)
    for method in METHODS:
        np.testing.assert_array_equal(one.maps(method, numbers), other.maps(method, numbers))


def test_two_nodes_and_a_worker_killed_equal_one_process(address, network, folder, local, tmp_path):
    """A worker dies in the middle of a part; another computes it."""
    told: list[int] = []
    result = explain_many(
        network,
        DeadlyImages(source_of(folder), 13, tmp_path / "killed"),
        METHODS,
        out=tmp_path / "ray",
        part_rows=PART_ROWS,
        engine="ray",
        cluster=Cluster(address=address, workers=2),
        progress=lambda done, total: told.append(done),
    )
    assert (tmp_path / "killed").exists()
    assert (result.n_errors, result.n_computed) == (2, 25)
    assert told == sorted(told)
    assert told[-1] == 25
    assert_same(open_batch(tmp_path / "ray"), local)
    assert not ray.is_initialized(), "the connection was ours and is gone"


def test_connection_of_the_caller_is_used_and_stays(connected, network, pictures, tmp_path):
    """With as many workers as fit; one part needs only one."""
    few = pictures[:PART_ROWS]
    explain_many(network, few, METHODS, out=tmp_path / "local", part_rows=PART_ROWS)
    explain_many(network, few, METHODS, out=tmp_path / "ray", part_rows=PART_ROWS, engine="ray")
    assert_same(open_batch(tmp_path / "ray"), open_batch(tmp_path / "local"))
    assert ray.is_initialized()


@pytest.mark.parametrize("name", ["two inputs", "segmentation"])
def test_other_inputs_and_masks_reach_the_workers(connected, name, pictures, tmp_path):
    from any_networks import loaded

    classifier, few = loaded(name), pictures[:4]
    masks = [classifier.segment(picture) for picture in few] if name == "segmentation" else None
    one_worker = Cluster(workers=1)  # for both parts, as a worker takes seconds to start
    for engine, cluster in (("local", None), ("ray", one_worker)):
        out = tmp_path / engine
        explain_many(classifier, few, "saliency", out=out, masks=masks, part_rows=2, engine=engine, cluster=cluster)
    tables = [open_batch(tmp_path / engine).table() for engine in ("local", "ray")]
    assert tables[0].equals(tables[1])
    assert masks is None or tables[1].column("mean_iou").to_pylist() == [1.0] * 4


def test_address_without_a_cluster_is_a_sentence(network, folder, tmp_path):
    with pytest.raises(ParameterError, match=r"No Ray cluster can be used at '127\.0\.0\.1:1'"):
        explain_many(network, folder, out=tmp_path / "ray", engine="ray", cluster=Cluster(address="127.0.0.1:1"))


def test_classifier_packed_and_unpacked_is_the_same(network, pictures):
    again = PackedClassifier.of(network).unpacked()
    assert again.key == network.key
    np.testing.assert_array_equal(again.logits(pictures[0]), network.logits(pictures[0]))


def test_command_refuses_cluster_options_without_ray(capsys):
    assert main.main(["batch", "x", "--out", "y", "--gpus", "0.5"]) == 2
    assert "--gpus is for --engine ray" in capsys.readouterr().err
