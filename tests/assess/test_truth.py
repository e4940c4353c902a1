"""No sequence of observations yields healthy with stale or missing evidence.

An oracle that knows nothing of the rules keeps its own book of when each signal was last good, and is asked after every frame.
"""

from datetime import UTC, datetime
from random import Random
from typing import Any

import msgspec
from hypothesis import example, given
from hypothesis import strategies as st

from planes.assess.assessor import Assessor
from planes.components.pod_kinds import new_cache
from planes.structs.events import Changed, Check, Failed, Fault, FaultKind, Gone, Health, Heard, Listed, SourceEvent
from planes.structs.feeds import FEEDS, Feed
from planes.structs.moments import Epoch, Mono
from planes.structs.objects import Item
from planes.structs.thresholds import DEFAULT
from tests.searching import searching

START, WALL = Mono(1000.0), Epoch(1_795_370_000.0)
NODES = ("node-0", "node-1", "node-2", "node-3")
#: A bound passes, and the proof that would tell of it may be under way for `hold_probe`; a probe's bad answer is announced after as
#: long. Nothing else may lag: the oracle looks at the very moment of the frame. (What is floating point is not exact.)
SLACK = DEFAULT.hold_probe + 1e-6
WATCHED = (Feed.NODES, Feed.NODE_LEASES, Feed.SYSTEM_LEASES, Feed.SYSTEM_PODS)


def make(feed: Feed, item: dict[str, Any]) -> Item:
    return msgspec.convert(item, FEEDS[feed].struct, strict=False)


class World:
    """The pretended cluster, and the oracle's book."""

    def __init__(self) -> None:
        self.now = START
        self.turn = 0
        self.renewed: dict[str, float] = {}
        self.ready: dict[str, str] = {}
        self.ready_bad: dict[str, float] = {}
        self.message: dict[str, str] = {}
        self.probe_good: dict[str, float] = {}
        self.probe_bad: dict[str, float] = {}
        self.etcd_good = -1e9
        self.etcd_bad: float | None = None
        self.failing: dict[Feed, tuple[float, FaultKind]] = {}
        self.assessor = Assessor(new_cache())
        self.components: dict[str, str] = {}
        self.nodes: dict[str, tuple[str, str, str]] = {}
        self.stamps: dict[str, str] = {}
        self.listed: set[Feed] = set()

    def stamp(self) -> str:
        """Now, by the clock of whoever renews; no two are equal."""
        self.turn += 1
        return datetime.fromtimestamp(WALL + self.now - START + self.turn * 1e-6, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def lease(self, name: str, renew: bool = True) -> Item:
        if renew or name not in self.stamps:
            self.stamps[name] = self.stamp()
            self.renewed[name] = self.now
        duration = 40 if name in NODES else 15
        spec = {"holderIdentity": "a_b", "leaseDurationSeconds": duration, "renewTime": self.stamps[name]}
        feed = Feed.NODE_LEASES if name in NODES else Feed.SYSTEM_LEASES
        return make(feed, {"metadata": {"name": name, "uid": f"l-{name}"}, "spec": spec})

    def node(self, name: str) -> Item:
        conditions = [{"type": "Ready", "status": self.ready.get(name, "True"), "message": self.message.get(name, "fine")}]
        return make(Feed.NODES, {"metadata": {"name": name, "uid": name}, "status": {"conditions": conditions}})

    def listing(self, feed: Feed) -> SourceEvent:
        self.failing.pop(feed, None)
        self.listed.add(feed)
        items: list[Item] = []
        if feed is Feed.NODES:
            items = [self.node(name) for name in NODES]
        elif feed is Feed.NODE_LEASES:
            items = [self.lease(name, renew=False) for name in NODES]
        elif feed is Feed.SYSTEM_LEASES:
            items = [self.lease(name, renew=False) for name in ("kube-scheduler", "kube-controller-manager")]
        return Listed(feed, items, "", self.now)

    def health(self, path: str, kind: int) -> SourceEvent:
        if kind == 2:
            self.probe_bad[path] = self.now
            return Health(path, self.now, 5.0, None, (), Fault(FaultKind.REFUSED, "It refuses connections."))
        good = kind == 0
        checks = (Check("ping", True), Check("etcd", good))
        if good:
            self.probe_good[path] = self.now
            self.etcd_good = self.now
        else:
            self.etcd_bad = self.now
        return Health(path, self.now, 0.01, 200 if good else 500, checks)

    def step(self, draw: Any, pace: float | None = None) -> None:
        for _ in range(draw(4)):
            event = self.event(draw)
            self.assessor.cache.apply(event)
        frame = self.assessor.frame(self.now, WALL + self.now - START)
        if frame.full:
            self.components, self.nodes = {}, {}
        for row in frame.components:
            self.components[row.kind] = row.state
        for kind in frame.gone_components:
            self.components.pop(kind, None)
        for name, one in frame.nodes.items():
            self.nodes[name] = (one.kubelet.state, one.kube_proxy.state, one.container_runtime.state)
        self.ask()
        self.now += (0.25, 1.0, 2.0, 4.9)[draw(4)] if pace is None else pace

    def event(self, draw: Any) -> SourceEvent:
        choice = draw(10)
        name = NODES[draw(4)]
        leader = ("kube-scheduler", "kube-controller-manager")[draw(2)]
        feed = WATCHED[draw(4)]
        if choice < 3:
            if not self.watches(Feed.NODE_LEASES):
                return self.listing(Feed.NODE_LEASES)
            self.failing.pop(Feed.NODE_LEASES, None)
            return Changed(Feed.NODE_LEASES, self.lease(name), self.now)
        if choice == 3:
            if not self.watches(Feed.SYSTEM_LEASES):
                return self.listing(Feed.SYSTEM_LEASES)
            self.failing.pop(Feed.SYSTEM_LEASES, None)
            return Changed(Feed.SYSTEM_LEASES, self.lease(leader), self.now)
        if choice == 4:
            if not self.watches(Feed.NODES):
                return self.listing(Feed.NODES)
            self.failing.pop(Feed.NODES, None)
            self.ready[name] = ("True", "False", "Unknown")[draw(3)]
            self.message[name] = ("fine", "container runtime is down", "PLEG is not healthy")[draw(3)]
            return Changed(Feed.NODES, self.node(name), self.now)
        if choice == 5:
            kind = (FaultKind.FORBIDDEN, FaultKind.SERVER_ERROR, FaultKind.HANGING, FaultKind.REFUSED)[draw(4)]
            since = self.failing[feed][0] if feed in self.failing else self.now
            self.failing[feed] = (since, kind)
            return Failed(feed, Fault(kind, "It failed."), self.now, self.now + 1)
        if choice == 6:
            return self.listing(feed)
        if choice == 7 and leader in self.stamps:
            self.failing.pop(Feed.SYSTEM_LEASES, None)
            item = self.lease(leader, renew=False)
            self.stamps.pop(leader)
            return Gone(Feed.SYSTEM_LEASES, item, self.now)
        if choice == 8:
            return self.health("/livez", draw(3))
        if choice == 9:
            return self.health("/readyz", draw(3))
        self.failing.pop(feed, None)
        return Heard(feed, self.now)

    def watches(self, feed: Feed) -> bool:
        """Changes come by a watch, which goes on from a list: nobody hears of one object of a feed that was never listed."""
        return feed in self.listed

    def late(self, moment: float | None, bound: float) -> bool:
        return moment is None or self.now - moment > bound + SLACK

    def ask(self) -> None:
        """Whoever is called healthy has fresh evidence for it."""
        answered = max([*self.probe_good.values(), self.etcd_bad or -1e9], default=-1e9)
        for kind in ("kube-scheduler", "kube-controller-manager"):
            if self.components.get(kind) == "healthy":
                assert not self.late(self.renewed.get(kind), 15.0 * DEFAULT.leader_degraded), kind
        if self.components.get("etcd") == "healthy":
            assert not self.late(self.etcd_good, DEFAULT.probe_stale)
            assert not (self.etcd_bad is not None and self.etcd_bad > self.etcd_good and self.now - self.etcd_bad > SLACK + 3.0)
        if self.components.get("kube-apiserver") == "healthy":
            assert not self.late(answered, DEFAULT.probe_stale)
            assert "/livez" in self.probe_good
        for name, (kubelet, _, runtime) in self.nodes.items():
            if kubelet == "healthy":
                hidden = self.failing.get(Feed.NODE_LEASES, (0.0, None))[1] is FaultKind.FORBIDDEN
                assert hidden or not self.late(self.renewed.get(name), 40.0 * DEFAULT.kubelet_slow), name
                self.not_stale(Feed.NODE_LEASES)
            if runtime == "healthy":
                self.not_stale(Feed.NODES)

    def not_stale(self, feed: Feed) -> None:
        if feed in self.failing:
            since, kind = self.failing[feed]
            assert kind is FaultKind.FORBIDDEN or self.now - since <= DEFAULT.feed_stale + SLACK, feed


@searching(100)
@given(st.integers(0, 2**32))
@example(153066570)
def test_nothing_is_called_healthy_without_fresh_evidence(seed: int) -> None:
    draw = Random(seed).randrange
    world = World()
    for feed in WATCHED:
        if draw(8):
            world.assessor.cache.apply(world.listing(feed))
    for _ in range(40):
        world.step(draw)


@searching(40)
@given(st.integers(0, 2**32))
def test_when_everything_stops_nothing_stays_healthy(seed: int) -> None:
    draw = Random(seed).randrange
    world = World()
    for feed in WATCHED:
        world.assessor.cache.apply(world.listing(feed))
    for _ in range(15):
        world.step(draw)
    for _ in range(60):
        world.step(lambda _: 0, pace=1.0)
    assert "healthy" not in world.components.values(), world.components
    assert not [name for name, states in world.nodes.items() if "healthy" in states]
