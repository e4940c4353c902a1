"""After a restart, whatever answers first and whatever late, nothing that was so before and is so still enters the history as a
change, nothing that is wrong is healthy for a moment, and nothing begins to count anew."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planes.assess.assessor import Assessor
from planes.assess.baseline import decode, encode
from planes.components.pod_kinds import new_cache
from planes.structs.events import Failed, Fault, FaultKind, Health, Heard, Listed, Metrics, Server, SourceEvent
from planes.structs.feeds import Feed
from planes.structs.moments import Epoch, Mono
from planes.structs.objects import Item
from planes.structs.rows import ChangeRow, Frame
from planes.structs.thresholds import Thresholds
from tests.assess.test_assessor import CHECKS, START, WALL, lease, node
from tests.assess.test_restarted import AHEAD, proxy
from tests.cache.generating import decoded
from tests.searching import searching

pytestmark = pytest.mark.lived

#: Rules that wait for seconds where they usually wait for minutes.
QUICK = Thresholds(webhook_unready=8.0, pod_undecided=8.0, proxy_missing=12.0, apiservice_unavailable=8.0)
NAMES = tuple(f"node-{index}" for index in range(5))
SILENT, UNPROXIED = "node-3", "node-4"
FORBIDDEN = Fault(FaultKind.FORBIDDEN, "it is forbidden", "", 403)
STALLED = Fault(FaultKind.HANGING, "it did not answer in time", "")
DAY = 86_400.0
ILL = {"kube-apiserver": "degraded", "kube-scheduler": "degraded", "kube-controller-manager": "down", "dns": "down"}


def meta(name: str, namespace: str = "", labels: dict[str, str] | None = None) -> dict[str, object]:
    born = "2026-11-22T11:00:00Z"
    return {"name": name, "namespace": namespace, "uid": name, "creationTimestamp": born, "labels": labels or {}}


def slice_of(namespace: str, service: str) -> dict[str, object]:
    """Nobody is ready behind it."""
    labels = {"kubernetes.io/service-name": service}
    return {"metadata": meta(f"{service}-1", namespace, labels), "endpoints": []}


def pods() -> list[Item]:
    """kube-proxy on every node but one."""
    return [proxy(name) for name in NAMES if name != UNPROXIED]


def hook() -> dict[str, object]:
    client = {"service": {"namespace": "shop", "name": "gate", "path": "/"}}
    one = {"name": "gate.example.com", "failurePolicy": "Fail", "clientConfig": client}
    return {"metadata": meta("gate"), "webhooks": [one]}


class World:
    """A cluster in which much is wrong for good: a Fail webhook without endpoints, a certificate that ends, a scheduler that
    decides nothing, a controller manager whose lease is frozen, no DNS, a silent kubelet, a node without its proxy. What is asked
    answers from a second on that may differ for each question, and fails before it, or says nothing."""

    def __init__(self, assessor: Assessor, now: Mono) -> None:
        self.assessor, self.now = assessor, now
        self.fault = STALLED
        self.frames: list[Frame] = []

    @property
    def second(self) -> float:
        return self.now - START

    def answers(self) -> dict[str, Callable[[], list[SourceEvent]]]:
        """What each question is answered with, at first."""
        now, second = self.now, self.second
        daemon = {"metadata": meta("kube-proxy", "kube-system"), "status": {"desiredNumberScheduled": 5, "numberReady": 4}}
        items: dict[Feed, list[Item]] = {
            Feed.NODES: [node(name, "abc"[place % 3]) for place, name in enumerate(NAMES)],
            Feed.NODE_LEASES: [lease(name, -300 if name == SILENT else second) for name in NAMES],
            Feed.SYSTEM_LEASES: [
                lease("kube-scheduler", second, Feed.SYSTEM_LEASES, 15),
                lease("kube-controller-manager", 1, Feed.SYSTEM_LEASES, 15),
            ],
            Feed.PODS: [decoded(Feed.PODS, {"metadata": meta("web-1", "shop"), "status": {"phase": "Pending"}})],
            Feed.SYSTEM_PODS: pods(),
            Feed.DAEMON_SETS: [decoded(Feed.DAEMON_SETS, daemon)],
            Feed.DEPLOYMENTS: [],
            Feed.APISERVER_ENDPOINTS: [],
            Feed.SYSTEM_ENDPOINTS: [decoded(Feed.SYSTEM_ENDPOINTS, slice_of("kube-system", "kube-dns"))],
            Feed.WEBHOOK_ENDPOINTS: [decoded(Feed.WEBHOOK_ENDPOINTS, slice_of("shop", "gate"))],
            Feed.API_SERVICES: [],
            Feed.VALIDATING_WEBHOOKS: [decoded(Feed.VALIDATING_WEBHOOKS, hook())],
            Feed.MUTATING_WEBHOOKS: [],
        }

        def listed(feed: Feed) -> Callable[[], list[SourceEvent]]:
            return lambda: [Listed(feed, items[feed], "", now)]

        made: dict[str, Callable[[], list[SourceEvent]]] = {feed.value: listed(feed) for feed in items}
        made["/version"] = lambda: [
            Server(
                now,
                "v1.36.2",
                certificate_not_after=WALL + AHEAD + 4 * DAY,
                clock_skew=AHEAD,
                certificate_not_before=WALL - 300 * DAY,
            )
        ]
        for path in ("/livez", "/readyz"):
            made[path] = self._health(path)
        return made

    def _health(self, path: str) -> Callable[[], list[SourceEvent]]:
        return lambda: [Health(path, self.now, 0.01, 200, CHECKS)]

    def fails(self, name: str) -> list[SourceEvent]:
        if name.startswith("/"):
            return [Health(name, self.now, 5.0, fault=self.fault)] if name != "/version" else [Server(self.now, fault=self.fault)]
        return [Failed(Feed(name), self.fault, self.now, self.now + 1)]

    def goes_on(self, name: str) -> list[SourceEvent]:
        """What comes once it was answered, in a second."""
        if name == Feed.NODE_LEASES:
            renewed = [one for place, one in enumerate(NAMES) if one != SILENT and int(self.second) % 10 == place]
            return [Listed(Feed.NODE_LEASES, self._renewed(), "", self.now)] if renewed else [Heard(Feed.NODE_LEASES, self.now)]
        if name == Feed.SYSTEM_LEASES:
            return self.answers()[name]()
        if name in ("/livez", "/readyz"):
            return self._health(name)() if int(self.second) % 5 == 0 else []
        return [] if name.startswith("/") else [Heard(Feed(name), self.now)]

    def _renewed(self) -> list[Item]:
        return [lease(name, -300 if name == SILENT else self.second) for name in NAMES]

    def live(self, seconds: int, late: dict[str, tuple[float, bool]], metrics: bool) -> None:
        """`late`: by question, after how many seconds it is answered, and whether it fails until then."""
        begun = self.now
        for _ in range(seconds):
            self.now = Mono(self.now + 1.0)
            for name, answer in self.answers().items():
                after, failing = late.get(name, (0.0, False))
                age = self.now - begun - 1.0
                told: list[SourceEvent] = []
                if age >= after:
                    told = answer() if age < after + 1.0 else self.goes_on(name)
                elif failing:
                    told = self.fails(name)
                for event in told:
                    self.assessor.cache.apply(event)
            if metrics:
                self.assessor.cache.apply(Metrics(self.now, 0.1, fault=FORBIDDEN))
            self.frames.append(self.assessor.frame(self.now, Epoch(WALL + self.now - START)))


@dataclass
class Seen:
    """What was shown of each component, and of each agent of each node: states, and since when at the end."""

    states: dict[str, set[str]]
    last: dict[str, tuple[str, float]]
    history: list[ChangeRow]


def seen(frames: list[Frame]) -> Seen:
    states: dict[str, set[str]] = {}
    last: dict[str, tuple[str, float]] = {}
    for frame in frames:
        rows = [(row.kind, row) for row in frame.components]
        agents = [(f"{name}/{kind}", getattr(row, kind)) for name, row in frame.nodes.items() for kind in ("kubelet", "kube_proxy")]
        whole = frame.cluster
        planes = [] if whole is None else [(name, getattr(whole, name)) for name in ("control", "data")]
        for subject, one in (*rows, *agents, *planes):
            states.setdefault(subject, set()).add(one.state)
            last[subject] = (one.state, one.since)
    return Seen(states, last, [row for frame in frames for row in frame.changes])


@pytest.fixture(scope="module")
def before() -> World:
    made = World(Assessor(new_cache(), slug="test", thresholds=QUICK), START)
    made.live(150, {}, metrics=True)
    assert {kind: seen(made.frames).last[kind][0] for kind in ILL} == ILL
    assert seen(made.frames).last[f"{SILENT}/kubelet"][0] == "down"
    assert seen(made.frames).last[f"{UNPROXIED}/kube_proxy"][0] == "down"
    return made


def restarted(before: World, late: dict[str, tuple[float, bool]], metrics: bool, gap: float, *, fault: Fault = STALLED) -> World:
    wall = Epoch(WALL + before.now - START)
    full = before.assessor.frame(before.now, wall, full=True)
    baseline = decode(encode(before.assessor.baseline))
    again = World(Assessor(new_cache(), slug="test", thresholds=QUICK, baseline=baseline), Mono(before.now + gap))
    again.fault = fault
    again.assessor.restore(full.components, full.nodes.values(), full.cluster, wall)
    again.live(75, late, metrics)
    return again


def drawn(seed: int) -> tuple[dict[str, tuple[float, bool]], bool, float]:
    """Some answers come at once, some are late by up to twenty seconds, some of them fail before."""
    random = Random(seed)
    names = (*World(Assessor(new_cache()), START).answers(),)
    late = {}
    for name in names:
        after = random.choice((0.0, 0.0, float(random.randrange(1, 6)), float(random.randrange(1, 21))))
        failing = random.random() < 0.4
        # That it does not answer for longer is an event of its own.
        late[name] = (min(after, 2.0) if failing and name.startswith("/") else after, failing)
    return late, random.random() < 0.5, random.choice((1.0, 3.0, 20.0))


def told_truly(before: World, again: World) -> None:
    was, now = seen(before.frames), seen(again.frames)
    assert now.history == []
    for subject, (state, since) in was.last.items():
        # A plane is as bad as the worst of its components that is known.
        assert now.states.get(subject, set()) <= {state, "unknown", "degraded" if subject == "control" else state}, subject
        assert now.last[subject][0] == state, subject
        assert now.last[subject][1] == pytest.approx(since, abs=0.2), subject


@searching(25)
@given(st.integers(0, 2**32))
def test_in_whatever_order_first_answers_come_what_goes_on_is_no_change(before: World, seed: int) -> None:
    told_truly(before, restarted(before, *drawn(seed)))


@pytest.mark.parametrize("kind", [FaultKind.HANGING, FaultKind.REFUSED, FaultKind.CREDENTIALS, FaultKind.NAME])
@pytest.mark.parametrize("seconds", [2.0, 6.0, 20.0])
def test_nothing_turns_healthy_when_the_first_answers_of_all_fail(before: World, kind: FaultKind, seconds: float) -> None:
    """Of the API server, and of etcd which is asked through it, it may be told that it could not be asked, and can be again."""
    names = (*before.answers(),)
    again = restarted(before, dict.fromkeys(names, (seconds, True)), True, 3.0, fault=Fault(kind, "it failed", ""))
    was, now = seen(before.frames), seen(again.frames)
    assert {row.subject for row in now.history} <= {"kube-apiserver", "etcd"}
    for subject, (state, since) in was.last.items():
        assert "healthy" not in now.states.get(subject, set()) or state == "healthy", subject
        assert now.last[subject][0] == state, subject
        if subject not in ("kube-apiserver", "etcd", "control"):
            assert now.last[subject][1] == pytest.approx(since, abs=0.2), subject
