"""Many visitors at once, visitors who wait, and visitors who leave: python -m benchmarks.load

- overview: 30 visitors open the Overview of a fresh server at the same time;
- occlusion: one visitor computes a long occlusion while another opens a page, which shows that it waits;
- leave: 100 visitors open Occlusion and disconnect in the middle of the computation.

Prints a table of each; ends with status 1 if a visitor got an error or no pictures, the server took more than 3 GB, a
visitor waited longer than the computations before it in the queue took, or threads or memory remained after visitors
left."""

import argparse
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

from benchmarks.server import Server, serving
from benchmarks.visitors import Visitor

MOST_KB = 3_000_000
MOST_THREADS_LEFT, MOST_KB_LEFT = 10, 200_000
_WARM_UPS = 15
_SETTLE_SECONDS = 150  # Streamlit keeps a session that was lost for two minutes, for its browser to come back
_SLACK_SECONDS = 5.0


def row(what: str, figure: str, wrong: bool = False) -> bool:
    """Prints one line of a table; returns whether the value is as it should be."""
    print(f"  {what:52} {figure}{'   WRONG' if wrong else ''}", flush=True)
    return not wrong


def overview(server: Server, n_visitors: int) -> bool:
    """All visitors open the Overview at the same time."""
    barrier = threading.Barrier(n_visitors)
    results: list[tuple[float, int, list[str]]] = []

    def visit() -> None:
        visitor = Visitor(server)
        barrier.wait()
        start = time.monotonic()
        try:
            visitor.open()
            visitor.until()
            results.append((time.monotonic() - start, visitor.n_pictures, visitor.problems))
        except Exception as error:  # noqa: BLE001  reported as this visitor's result
            results.append((time.monotonic() - start, 0, [repr(error)]))
        visitor.leave()

    people = [threading.Thread(target=visit) for _ in range(n_visitors)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    seconds = [one[0] for one in results]
    pictures = [one[1] for one in results]
    problems = [problem for one in results for problem in one[2]]
    alone = Visitor(server)
    alone.open()
    alone.until()
    expected = alone.n_pictures
    alone.leave()
    peak = server.status("VmHWM")
    return all(
        [
            row("people", f"{len(results)}", len(results) < n_visitors),
            row("seconds until all is there: median, longest", f"{statistics.median(seconds):.1f}, {max(seconds):.1f}"),
            row(
                "pictures: fewest, most; alone",
                f"{min(pictures)}, {max(pictures)}; {expected}",
                min(pictures) < expected or not expected,
            ),
            row("errors", f"{len(problems)} {problems[:1] or ''}", bool(problems)),
            row("peak memory of the server, MB", f"{peak / 1000:.0f}", peak > MOST_KB),
            row("threads; processor seconds", f"{server.status('Threads')}; {server.cpu_seconds():.0f}"),
        ]
    )


def under_way(visitor: Visitor) -> bool:
    """Whether a computation has begun for this visitor."""
    return any(" of " in text and "waiting" not in text and " 0 of " not in text for text in visitor.said)


def occlusion(server: Server) -> bool:
    """One visitor computes a long occlusion, another opens Saliency."""
    timed(Visitor(server), "saliency", "image=coffee.jpg")  # loads the network
    alone = timed(Visitor(server), "saliency", "image=rocket.jpg")
    first, second = Visitor(server), Visitor(server)
    first.open("occlusion", "image=cat.jpg&occlusion.stride_px=5")
    first.until(under_way)
    begun, ended = time.monotonic(), []

    def compute() -> None:
        first.until()
        ended.append(time.monotonic())

    other = threading.Thread(target=compute)
    other.start()
    behind = timed(second, "saliency", "image=astronaut.jpg")
    waits = [text for text in second.said if "waiting for" in text]
    other.join()
    rest = ended[0] - begun
    problems = [*first.problems, *second.problems]
    first.leave()
    second.leave()
    return all(
        [
            row("Saliency alone, seconds", f"{alone:.1f}"),
            row("what was left of the other's occlusion, seconds", f"{rest:.1f}"),
            row("Saliency behind it, seconds", f"{behind:.1f}", behind > rest + 2 * alone + _SLACK_SECONDS),
            row("shown that they wait", f"{waits[:1] or 'no'}", not waits),
            row("errors", f"{len(problems)} {problems[:1] or ''}", bool(problems)),
        ]
    )


def timed(visitor: Visitor, page: str, query: str) -> float:
    """Seconds until a page is finished."""
    start = time.monotonic()
    visitor.open(page, query)
    visitor.until()
    return time.monotonic() - start


def leave(server: Server, n_visitors: int) -> bool:
    """Visitors disconnect in the middle of a computation, one after the other."""
    for number in range(_WARM_UPS):
        vanish(server, number)
    time.sleep(_SETTLE_SECONDS)
    before = server.status("Threads"), server.status("VmRSS")
    start = time.monotonic()
    for number in range(n_visitors):
        vanish(server, _WARM_UPS + number)
    seconds = time.monotonic() - start
    at_once = server.status("Threads"), server.status("VmRSS")
    time.sleep(_SETTLE_SECONDS)
    after = server.status("Threads"), server.status("VmRSS")
    last = Visitor(server)
    last.open("occlusion", "model=cifar10&image=cifar10/horse.png")
    finished = last.until()
    problems = last.problems
    last.leave()
    return all(
        [
            row("people who vanished, in seconds", f"{n_visitors}, {seconds:.0f}"),
            row(
                "threads before, at the end, two minutes later",
                f"{before[0]}, {at_once[0]}, {after[0]}",
                after[0] > before[0] + MOST_THREADS_LEFT,
            ),
            row(
                "memory, MB",
                f"{before[1] / 1000:.0f}, {at_once[1] / 1000:.0f}, {after[1] / 1000:.0f}",
                after[1] > before[1] + MOST_KB_LEFT,
            ),
            row("the next person is served", f"{finished} {problems[:1] or ''}", not finished or bool(problems)),
        ]
    )


def vanish(server: Server, number: int) -> None:
    """Opens Occlusion with a new patch size, and disconnects while the first of its four computations runs."""
    visitor = Visitor(server)
    image = ("cat", "dog", "ship", "frog", "truck")[number % 5]
    patch = f"occlusion.stride_px=1&occlusion.patch_px={2 + number // 5}"
    visitor.open("occlusion", f"model=cifar10&image=cifar10/{image}.png&{patch}")
    visitor.until(under_way)
    visitor.vanish()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("scenarios", nargs="*", help="overview, occlusion, leave; all if none is given")
    parser.add_argument("--visitors", type=int, default=30, help="who open the Overview at once")
    parser.add_argument("--leaving", type=int, default=100, help="who vanish")
    parser.add_argument("--log", type=Path, help="where the server's log goes")
    options = parser.parse_args()
    scenarios = {
        "overview": lambda server: overview(server, options.visitors),
        "occlusion": occlusion,
        "leave": lambda server: leave(server, options.leaving),
    }
    kept = []
    for name in options.scenarios or scenarios:
        with tempfile.TemporaryDirectory() as folder, serving(options.log or Path(folder) / "log") as server:
            print(f"{name}:", flush=True)
            kept.append(scenarios[name](server))
    return int(not all(kept))


if __name__ == "__main__":
    sys.exit(main())
