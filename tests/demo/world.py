"""A demo cluster without sockets, lived through as fast as it can be."""

import re

from planes.demo.build import Shape, build
from planes.demo.catalogue import FAULTS
from planes.demo.clock import ManualClock
from planes.demo.faults import Faults
from planes.demo.life import Life
from planes.demo.nodes import NodeRecord
from planes.demo.pods import PodRecord
from planes.demo.reading import Reader
from planes.demo.store import Doc
from planes.demo.template import Body
from planes.demo.work import Work

STEP = 0.1


class World:
    def __init__(self, shape: Shape, pod_changes: float | None = None) -> None:
        self.clock = ManualClock()
        self.cluster = build(shape, self.clock)
        self.life = Life(self.cluster)
        self.work = Work(self.cluster, self.life, pod_changes)
        self.faults = Faults(self.cluster, self.life, self.work, Reader(self.cluster.store, self.clock), FAULTS)

    def live(self, seconds: float) -> None:
        for _ in range(round(seconds / STEP)):
            self.clock.advance(STEP)
            self.faults.step()
            self.life.step()

    def renewed(self, namespace: str, name: str) -> float:
        lease = self.cluster.lease(namespace, name)
        assert lease is not None
        return lease.renewed

    def node(self, name: str) -> NodeRecord:
        return self.cluster.node(name)

    def ready(self, name: str) -> tuple[str, str]:
        condition = self.node(name).ready
        return condition.status, condition.message

    def taints(self, name: str) -> list[tuple[str, str]]:
        return [(taint.key, taint.effect) for taint in self.node(name).taints]

    def pod(self, key: str) -> PodRecord:
        pod = self.cluster.pod(key)
        assert pod is not None, key
        return pod

    def body(self, plural: str, group: str, key: str) -> Body:
        record = self.cluster.store.table(plural, group).get(key)
        assert isinstance(record, Doc)
        return record.body

    def state(self) -> dict[str, bytes]:
        """Every object without what changes by itself: leases, events, times and versions."""
        skipped = {"leases", "events"}
        found = {}
        for table in self.cluster.store.tables():
            if table.resource.plural in skipped:
                continue
            for record in table.records():
                found[f"{table.resource.plural}/{record.namespace}/{record.name}"] = timeless(record.at(0).encode())
        return found


def timeless(encoded: bytes) -> bytes:
    return re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"T", encoded)
