"""Ready=True is no health where node leases may not be read and the controller manager, which would take it back, is down."""

from dataclasses import dataclass, field

import msgspec

from planes.structs.events import Changed, Check, Failed, Fault, FaultKind, Health, Listed, SourceEvent
from planes.structs.feeds import FEEDS, Feed
from planes.structs.objects import Item
from tests.replaying import START
from tests.timeline import Timeline

CHECKS = (Check("ping", True), Check("etcd", True))
NODES = ("node-0", "node-1", "node-2", "node-3")
LEADERS = ("kube-controller-manager", "kube-scheduler")


def make(feed: Feed, item: object) -> Item:
    return msgspec.convert(item, FEEDS[feed].struct, strict=False)


def lease(name: str, second: float) -> Item:
    stamp = f"2026-11-22T17:{int(second) // 60:02d}:{second % 60:09.6f}Z"
    spec = {"holderIdentity": "node-0_x", "leaseDurationSeconds": 15, "renewTime": stamp}
    return make(Feed.SYSTEM_LEASES, {"metadata": {"name": name, "namespace": "kube-system", "uid": name}, "spec": spec})


def node(name: str) -> Item:
    ready = {"type": "Ready", "status": "True", "reason": "KubeletReady", "message": "kubelet is posting ready status"}
    status = {"conditions": [ready], "nodeInfo": {"containerRuntimeVersion": "containerd://2.1.0"}}
    return make(Feed.NODES, {"metadata": {"name": name, "uid": name}, "status": status})


@dataclass
class Script:
    """Node leases may not be read; the controller manager is silent in between."""

    silent: tuple[float, float]
    until: float = 120.0
    events: list[SourceEvent] = field(default_factory=list)

    def written(self) -> list[SourceEvent]:
        forbidden = Fault(FaultKind.FORBIDDEN, "leases is forbidden", "", 403)
        told: list[SourceEvent] = [
            Listed(Feed.NODES, [node(name) for name in NODES], "", START + 0.1),
            Listed(Feed.SYSTEM_LEASES, [lease(name, 0.0) for name in LEADERS], "", START + 0.1),
            Failed(Feed.NODE_LEASES, forbidden, START + 0.1, START + 60),
        ]
        second = 0.2
        while second < self.until:
            told += [Health(path, START + second, 0.01, 200, CHECKS) for path in ("/livez", "/readyz")]
            alive = [name for name in LEADERS if name == "kube-scheduler" or not self.silent[0] < second < self.silent[1]]
            told += [Changed(Feed.SYSTEM_LEASES, lease(name, second), START + second) for name in alive]
            second += 2.0
        return told


def test_while_nobody_would_notice_a_dead_node_no_kubelet_is_healthy_by_ready_alone() -> None:
    timeline = Timeline()
    timeline.run(Script((30.0, 80.0)).written(), 120)
    down = next(second for second, state in timeline.of("kube-controller-manager") if state == "down")
    for name in NODES:
        for agent in ("kubelet", "container-runtime"):
            states = [state for _, state in timeline.of(f"{name}/{agent}")]
            assert states[-3:] == ["healthy", "unknown", "healthy"], states
            when = [second for second, state in timeline.of(f"{name}/{agent}") if state == "unknown"][-1]
            assert down <= when <= down + 1.0
    assert not [row for row in timeline.changes if row.subject_kind == "Node"], "the reason lies elsewhere, and is told there"
    assert "down" not in {state for subject in NODES for _, state in timeline.of(f"{subject}/kubelet")}


def test_what_is_unknown_then_says_why() -> None:
    timeline = Timeline()
    timeline.run(Script((30.0, 200.0)).written(), 100)
    row = timeline.nodes["node-2"].kubelet
    assert (row.state, row.last) == ("unknown", "healthy")
    assert "may have died unnoticed" in row.because
    assert "controller manager" in row.because
    assert timeline.components["kubelet"].state == "unknown"
