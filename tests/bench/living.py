"""Days of a cluster's life as its collector stores them, at once: changes, spans of watching and figures, pruned as `jobs` does."""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from planes.store import columns, node_samples, pruning, samples, services
from planes.store.pruning import Limits, Pruned
from planes.structs.moments import Epoch
from planes.structs.node_samples import block_of, packed
from planes.structs.rows import ChangeRow, Frame, SampleRow
from planes.structs.samples import Bucket, Buckets, Step
from planes.structs.verdicts import State
from tests.sampling import sample_row

DAY = 86_400
_BECAUSE = "No heartbeat for ⟨a:1799999990.0⟩; the lease allows 40 s. PLEG is not healthy."


@dataclass(frozen=True, slots=True)
class Life:
    """A cluster in which each node's kubelet turns `turns` times a day, half of them for the worse; it is scraped each `scrape`
    seconds, watched in spans of a day with a minute between them."""

    cluster_id: int
    epoch: int
    nodes: int
    turns: int = 2
    scrape: int = 30


def live(life: Life, began: float, days: int, limits: Limits, after: Callable[[Pruned], None] = lambda done: None) -> float:
    """Live so many days from `began` on, epoch seconds, and prune after each. Returns the end."""
    for day in range(days):
        midnight = began + day * DAY
        services.flush(life.cluster_id, life.epoch, day + 1, Frame(at=Epoch(midnight), changes=_changes(life, midnight)))
        columns.WATCHED.run([(life.cluster_id, midnight, midnight + DAY - 60)])
        samples.keep(life.cluster_id, _samples(life, midnight))
        after(pruning.prune(midnight + DAY, limits))
    return began + days * DAY


def noted(cluster_id: int, names: Iterable[str], ended: float) -> None:
    """All that is kept of the figures of some nodes at `ended`, epoch seconds, as if they were sampled once a minute until then."""
    chance = random.Random(1)
    blocks: dict[int, list[str]] = {}
    for name in names:
        blocks.setdefault(block_of(name), []).append(name)
    for step in node_samples.STEPS:
        rows = []
        for began in range(int(ended - step.kept), int(ended), step.seconds):
            for block, some in blocks.items():
                nodes = a_block(some, step, chance)
                rows.append((cluster_id, step.seconds, block, began, float(began + step.seconds - 1), packed(nodes)))
        columns.NODE_SAMPLE.run(rows)


def a_block(names: Iterable[str], step: Step, chance: random.Random) -> dict[str, Buckets]:
    """What was sampled of some nodes within one bucket of `step`."""
    return {name: {key: _bucket(chance, key, step.seconds // 60) for key in _USUAL} for name in names}


#: What nodes' figures lie between, in their stored units.
_USUAL = {"heartbeat": (0, 10), "pods": (28, 31), "cpu": (200, 380), "memory": (2_000, 2_200)}


def _bucket(chance: random.Random, key: str, count: int) -> Bucket:
    seen = [chance.randint(*_USUAL[key]) for _ in range(min(count, 10))]
    return Bucket(count, min(seen), max(seen), sum(seen) * count // len(seen), seen[-1])


def _changes(life: Life, midnight: float) -> list[ChangeRow]:
    made: list[ChangeRow] = []
    for turn in range(life.turns):
        before, after = (State.DOWN, State.HEALTHY) if turn % 2 else (State.HEALTHY, State.DOWN)
        at = midnight + DAY * turn / life.turns
        made += [
            ChangeRow("Node", f"node-{number:04}", "kubelet", before, after, _BECAUSE, Epoch(at + number), f"kubelet:down:{at:.0f}")
            for number in range(life.nodes)
        ]
    return made


def _samples(life: Life, midnight: float) -> list[SampleRow]:
    figures = {"requests": 1284.25, "p99": 0.0381, "error_ratio": 0.0004, "inflight": 31.0, "rejected": 0.0}
    return [
        sample_row(at=at, **figures, etcd_requests=410.5, etcd_p99=0.0042)
        for at in range(int(midnight), int(midnight) + DAY, life.scrape)
    ]
