"""CPU for decoding 10,000 watch events and list items, against json.loads in the same run.

    python -m tests.bench.bench_decode

The bytes are recorded ones (tests/recordings), repeated. Printed are seconds of CPU per 10,000 objects, best of five.
"""

import json
import sys
import time
from collections.abc import Callable
from typing import Any

from planes.kube.decoding import Codec
from planes.kube.metrics import Parser
from planes.structs.feeds import FEEDS, Feed
from tests.replay import load

OBJECTS = 10_000
RUNS = 5


def bodies(path: str) -> dict[str, Any]:
    """The first recorded list of a path in `healthy`."""
    found: dict[str, Any] = next(one["body"] for one in load("healthy") if one["path"].partition("?")[0] == path)
    return found


def compact(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def cpu(work: Callable[[], object]) -> float:
    """Seconds of CPU, the best of RUNS."""

    def once() -> float:
        started = time.process_time()
        work()
        return time.process_time() - started

    return min(once() for _ in range(RUNS))


def measure(feed: Feed, path: str) -> tuple[float, float, float, float]:
    """Seconds for 10,000 objects: watch lines by us and by json.loads, list pages of 500 by us and by json.loads."""
    body = bodies(path)
    items = (body["items"] * (500 // len(body["items"]) + 1))[:500]
    lines = [compact({"type": "MODIFIED", "object": item}) for item in items]
    page = compact(body | {"items": items})
    codec: Codec[Any] = Codec(FEEDS[feed].struct)
    times = OBJECTS // len(items)

    def ours() -> None:
        for _ in range(times):
            for line in lines:
                codec.line(line, path)

    def theirs() -> None:
        for _ in range(times):
            for line in lines:
                json.loads(line)

    def our_pages() -> None:
        for _ in range(times):
            codec.page(page, path, "")

    def their_pages() -> None:
        for _ in range(times):
            json.loads(page)

    return cpu(ours), cpu(theirs), cpu(our_pages), cpu(their_pages)


def main() -> None:
    write = sys.stdout.write
    write(f"{'CPU seconds for 10,000':30} {'watch':>8} {'json':>8} {'list':>8} {'json':>8}\n")
    leases = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases"
    for feed, path in ((Feed.PODS, "/api/v1/pods"), (Feed.NODES, "/api/v1/nodes"), (Feed.NODE_LEASES, leases)):
        write(f"{feed:30} " + " ".join(f"{seconds:8.3f}" for seconds in measure(feed, path)) + "\n")
    text = next(one["body"] for one in load("healthy") if one["path"] == "/metrics").encode()
    parser = Parser()
    first = cpu(lambda: Parser().parse(text))
    parser.parse(text)
    write(
        f"one scrape of /metrics, {len(text) / 1e6:.1f} MB: {first:.3f} s, the next ones {cpu(lambda: parser.parse(text)):.3f} s\n"
    )


if __name__ == "__main__":
    main()
