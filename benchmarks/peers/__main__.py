"""vislib beside tf-keras-vis, tf-explain, xplique, a plain predict loop and ONNX Runtime: python -m benchmarks.peers

Writes docs/benchmarks.md as it goes. Takes about 25 minutes on two cores; `--networks` and `--methods` select
a part, `--seconds` limits the time of each library for one method.
"""

import argparse
from collections.abc import Sequence

from benchmarks.peers import costs, with_vislib
from benchmarks.peers.report import Report, header, row
from benchmarks.peers.rounds import SECONDS, measured, name
from benchmarks.peers.task import NETWORKS
from benchmarks.peers.worker import LIBRARIES, Worker

PEERS = ("tf-keras-vis", "tf-explain", "xplique", "plain predict")
SHARED = (*with_vislib.PARAMS, "forward, 32 images", "forward, 1 image")
ONCE = ("score-cam, all channels",)  # minutes for the peer
# The larger networks only with what differs in kind; they take long.
LARGE = ("occlusion", "saliency", "grad-cam", "forward, 32 images", "forward, 1 image")
METHODS = {"EfficientNet-Lite0": SHARED, "ResNet-50": (*LARGE, "smoothgrad", "grad-cam++"), "VGG-16": LARGE}
WITHOUT_ONEDNN = ("occlusion", "saliency", "smoothgrad", "grad-cam", "forward, 32 images")


def compare(
    heading: str, workers: Sequence[Worker], methods: Sequence[str], seconds: float, report: Report, once: bool = False
) -> None:
    """A table of the methods by all workers, vislib first; `once` for a single run of each."""
    try:
        started = {worker: worker.started() for worker in workers}
        if report.onednn is None:  # of the first table, where the peers are as installed
            report.onednn = next((each["onednn"] for each in started.values() if each["onednn"] is not None), None)
        failed = [f"{name(worker)}: {each['error']}" for worker, each in started.items() if each["error"]]
        report.add(heading, [*failed, *[""] * bool(failed), *header(workers)])
        for method in methods:
            able = [worker for worker in workers if method in started[worker]["methods"]]
            if len(able) > 1:
                times = measured(method, able, seconds, once or method in ONCE)
                report.add(heading, [row(method, workers, dict(zip(map(name, able), times, strict=True)))])
    finally:
        for worker in workers:
            worker.stop()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description=__doc__.splitlines()[0])
    parser.add_argument("--networks", nargs="+", choices=NETWORKS, default=NETWORKS)
    parser.add_argument("--methods", nargs="+", help="by vislib's names; all by default")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="a library may take for one method's runs")
    asked = parser.parse_args()
    report = Report()

    def chosen(network: str) -> list[str]:
        return [method for method in METHODS[network] if asked.methods is None or method in asked.methods]

    for network in asked.networks:
        libraries = [library for library in LIBRARIES if library != "ONNX Runtime" or network == NETWORKS[0]]
        compare(network, [Worker(each, network) for each in libraries], chosen(network), asked.seconds, report)
    if asked.methods is None:
        costs.measure(report)
    for network in asked.networks:
        # Fewer runs, as it is only to show how much of the difference the setting makes.
        workers = [Worker("vislib", network), *[Worker(peer, network, "0") for peer in PEERS]]
        methods = [method for method in chosen(network) if method in WITHOUT_ONEDNN]
        compare(f"{network}, the peers' oneDNN off", workers, methods, asked.seconds / 4, report, network == "VGG-16")


if __name__ == "__main__":
    main()
