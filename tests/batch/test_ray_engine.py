"""The engine Ray: two workers, a worker killed, two nodes; each time what one process gives."""

import os
import signal
import threading
import time

import numpy as np
import pytest

from vislib import ParameterError
from vislib.batch import Cluster, explain_many, open_batch
from vislib.batch.packed import PackedClassifier
from vislib.cli import main

ray = pytest.importorskip("ray", reason="Ray is not installed: pip install -r requirements-cluster.txt")
pytestmark = pytest.mark.filterwarnings("ignore")

METHODS = ("grad-cam", "random")
PART_ROWS = 3


@pytest.fixture
def local(network, folder, tmp_path):
    """The batch of one process."""
    explain_many(network, folder, METHODS, out=tmp_path / "local", part_rows=PART_ROWS)
    return open_batch(tmp_path / "local")


@pytest.fixture(scope="module")
def this_machine():
    """Ray on this machine, started once, as starting it takes most of the time."""
    root = os.path.dirname(os.path.dirname(main.__file__))
    ray.init(address="local", num_cpus=2, include_dashboard=False, log_to_driver=False,
             runtime_env={"env_vars": {"PYTHONPATH": root}})  # fmt: skip
    yield
    ray.shutdown()


def assert_same(one, other) -> None:
    assert one.table().equals(other.table())
    for method in METHODS:
        np.testing.assert_array_equal(one.maps(method, range(25)), other.maps(method, range(25)))


def test_two_workers_equal_one_process(this_machine, network, folder, local, tmp_path):
    told: list[int] = []
    result = explain_many(
        network, folder, METHODS, out=tmp_path / "ray", part_rows=PART_ROWS, engine="ray", cluster=Cluster(workers=2),
        progress=lambda done, total: told.append(done),
    )  # fmt: skip
    assert (result.n_errors, result.n_computed) == (2, 25)
    assert told == sorted(told)
    assert told[-1] == 25
    assert_same(open_batch(tmp_path / "ray"), local)
    assert ray.is_initialized(), "the cluster was not ours and stays"


def processes_named(words: str) -> list[int]:
    """Of this machine's processes those that Ray calls so."""
    found = []
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{entry}/cmdline", "rb") as file:
                if words.encode() in file.read():
                    found.append(int(entry))
        except OSError:
            continue
    return found


def test_worker_killed_while_it_works_loses_nothing(this_machine, network, folder, local, tmp_path, monkeypatch):
    """The first worker that has finished a part is killed; the parts it had are computed by another."""
    before = set(processes_named("PartWorker"))
    killed: list[int] = []

    def kill() -> None:
        until = time.monotonic() + 60
        while not killed and time.monotonic() < until:
            mine = set(processes_named("PartWorker")) - before
            if mine and list((tmp_path / "ray" / "table").glob("*")):
                killed.append(min(mine))
                os.kill(killed[0], signal.SIGKILL)
            time.sleep(0.005)

    killer = threading.Thread(target=kill)
    killer.start()
    method = slow_method()
    explain_many(
        network, folder, [*METHODS, method], out=tmp_path / "ray", part_rows=PART_ROWS, engine="ray",
        cluster=Cluster(workers=2),
    )  # fmt: skip
    killer.join()
    assert killed, "no worker was there to be killed"
    found = open_batch(tmp_path / "ray")
    assert found.n_finished == 25
    assert found.table(local.table().column_names).equals(local.table())


def slow_method():
    """So that parts are under way when a worker dies."""
    from vislib import methods

    return methods()["rise"](n_masks=200)


def test_two_nodes_equal_one_process(network, folder, local, tmp_path):
    from ray.cluster_utils import Cluster as Nodes

    ray.shutdown()
    nodes = Nodes(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    nodes.add_node(num_cpus=1)
    try:
        explain_many(
            network, folder, METHODS, out=tmp_path / "ray", part_rows=PART_ROWS, engine="ray",
            cluster=Cluster(address=nodes.address, workers=2),
        )  # fmt: skip
        assert_same(open_batch(tmp_path / "ray"), local)
        assert not ray.is_initialized(), "the connection was ours and is gone"
    finally:
        nodes.shutdown()


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
