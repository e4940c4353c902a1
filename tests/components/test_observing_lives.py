"""What is observed of a node beside its agents: how old it is, when it was last heard by its own record, whether it is drained."""

from typing import Any

import pytest

from planes.components import agents
from planes.components.view import ClusterView
from planes.structs.events import CacheEvent, Failed, Listed, Server
from planes.structs.feeds import Feed
from planes.structs.moments import Mono
from planes.structs.observations import DisruptionSeen, NodeMark, NodeObservation
from tests.components.observed import BROKEN, NOON, OFFSET, SHOWN, lease, pod, thing, view

#: From now on the cluster's clock is known: 12:00 by it was at 100.0 on ours.
CLOCK = Server(Mono(100.0), clock_skew=0.0)


def stamp(second: int) -> str:
    return f"2026-11-22T12:{second // 60:02d}:{second % 60:02d}Z"


def node(
    at: float = 100.0, *, beat: int | None = None, ready: str = "True", meta: dict[str, Any] | None = None, **spec: Any
) -> CacheEvent:
    conditions = [{"type": "Ready", "status": ready, "lastHeartbeatTime": None if beat is None else stamp(beat)}]
    return thing(Feed.NODES, "n", at, space="", meta=meta or {}, spec=spec, status={"conditions": conditions})


def seen(*told: CacheEvent, now: float = 200.0) -> NodeObservation:
    return agents.observe_node(view(told, now=now), "n")


# --- by its own record ----------------------------------------------------------------------------------------------------------


def test_a_node_was_created_when_the_cluster_says_if_its_clock_is_known() -> None:
    created = node(meta={"creationTimestamp": stamp(30)})
    assert (seen(created).created_at, seen(created, CLOCK).created_at, seen(node(), CLOCK).created_at) == (None, 130.0, None)
    assert (seen(created).clock_offset, seen(created, CLOCK).clock_offset) == (None, OFFSET)


@pytest.mark.parametrize(
    ("told", "beat"),
    [
        ([node()], None),
        ([node(beat=50)], None),  # the cluster's clock is not known
        ([node(beat=50), CLOCK], 150.0),
        ([node(beat=50), node(170.0, beat=60)], 170.0),  # we saw it write
        ([node(beat=50), node(170.0, beat=60), CLOCK], 170.0),
        ([node(), CLOCK], None),
    ],
)
def test_a_node_wrote_its_status_when_we_saw_it_or_when_it_says(told: list[CacheEvent], beat: float | None) -> None:
    assert seen(*told).status_beat == beat


def leased(second: int, at: float = 100.0) -> CacheEvent:
    return lease("n", Feed.NODE_LEASES, at, second, duration=40)


@pytest.mark.parametrize(
    ("told", "silent_from"),
    [
        ([node()], None),
        ([node(beat=50)], 50.0),
        ([node(), leased(40)], 40.0),
        ([node(beat=50), leased(40)], 50.0),
        ([node(beat=50), leased(60)], 60.0),
        ([node(beat=50), leased(60), leased(70, 110.0)], None),  # it was seen to renew it
        ([node(beat=50), node(110.0, beat=60), leased(60)], None),  # it was seen to write
    ],
)
def test_the_last_heartbeat_of_a_node_that_was_never_heard_is_as_it_wrote_it(
    told: list[CacheEvent], silent_from: float | None
) -> None:
    assert seen(*told).silent_from == (None if silent_from is None else NOON + silent_from)


# --- what says that it leaves ---------------------------------------------------------------------------------------------------


def test_marks_and_taints_of_a_node_are_told() -> None:
    made = seen(node(taints=[{"key": "node.kubernetes.io/out-of-service"}, {"key": "dedicated"}]))
    assert made.marks == (NodeMark("taint node.kubernetes.io/out-of-service", "it was declared out of service"),)
    assert made.taints == ("node.kubernetes.io/out-of-service", "dedicated")


@pytest.mark.parametrize(
    ("labels", "kinds"),
    [({}, (False, False)), ({"vcluster.loft.sh/fake-node": "true"}, (True, True)), ({"type": "virtual-kubelet"}, (True, False))],
)
def test_of_what_stands_for_a_node_not_everything_is_its_own(labels: dict[str, str], kinds: tuple[bool, bool]) -> None:
    made = seen(node(meta={"labels": labels}))
    assert (made.own_version, made.placeholder) == kinds


LISTED: list[CacheEvent] = [Listed(Feed.PODS, [], "1", Mono(100.0)), Listed(Feed.DAEMON_SETS, [], "1", Mono(100.0))]


def on_node(name: str, phase: str = "Running", node: str = "n", space: str = "shop") -> CacheEvent:
    return thing(Feed.PODS, name, space=space, spec={"nodeName": node}, status={"phase": phase})


@pytest.mark.parametrize(
    ("told", "drained"),
    [
        (LISTED, True),
        ([*LISTED, on_node("web-x")], False),
        ([*LISTED, on_node("web-x", node="m")], True),
        ([*LISTED, on_node("job-x", "Succeeded"), on_node("job-y", "Failed")], True),
        ([*LISTED, on_node("kube-proxy-n")], True),  # a static pod
        ([*LISTED, on_node("kube-proxyn")], False),
        ([*LISTED, thing(Feed.DAEMON_SETS, "logs", space="shop"), on_node("logs-x7z")], True),
        ([*LISTED, thing(Feed.DAEMON_SETS, "logs", space="other"), on_node("logs-x7z")], False),
        ([*LISTED, thing(Feed.DAEMON_SETS, "logs", space="shop"), on_node("logs-x7z"), on_node("web-x")], False),
        ([], False),  # nothing was listed
        (LISTED[:1], False),
        (LISTED[1:], False),
        ([*LISTED, Failed(Feed.PODS, BROKEN, Mono(110.0), Mono(120.0))], False),  # what is there now is not seen
        ([*LISTED, Failed(Feed.DAEMON_SETS, BROKEN, Mono(110.0), Mono(120.0))], False),
    ],
)
def test_a_cordoned_node_is_drained_when_only_pods_that_a_drain_leaves_are_on_it(told: list[CacheEvent], drained: bool) -> None:
    assert seen(node(unschedulable=True), *told).drained is drained
    assert not seen(node(), *told).drained


# --- what an earlier collector saw ----------------------------------------------------------------------------------------------


def looked(handed: dict[str, dict[str, list[float]]], *told: CacheEvent, now: float = 101.0) -> ClusterView:
    """A view whose cache took over what was handed on, in seconds of our own clock now."""
    made = view(told, now=now)
    moved = {kind: {name: [OFFSET + one for one in moments] for name, moments in names.items()} for kind, names in handed.items()}
    made.cache.recent.take_over(moved, {})
    made.look(Mono(now), OFFSET, SHOWN, DisruptionSeen())
    return made


def test_flips_of_ready_that_an_earlier_collector_saw_come_first() -> None:
    told = [node(), node(100.5, ready="False")]
    assert agents.observe_node(looked({"flip": {"n": [10.0, 20.0]}}, *told), "n").ready_flips == (10.0, 20.0, 100.5)
    assert agents.observe_node(looked({"flip": {"m": [10.0]}}, *told), "n").ready_flips == (100.5,)
    assert agents.observe_node(looked({}, *told), "n").ready_flips == (100.5,)


def test_a_node_has_missed_its_kube_proxy_since_an_earlier_collector_saw_that() -> None:
    proxy = pod("p", {"k8s-app": "kube-proxy"}, "n")
    gone = pod("p", {"k8s-app": "kube-proxy"}, "n", gone=True, at=100.5)
    handed = {"no proxy": {"n": [40.0]}}
    assert agents.observe_node(looked(handed, node()), "n").proxy_missing_since == 40.0
    assert agents.observe_node(looked(handed, node(), proxy), "n").proxy_missing_since is None
    assert agents.observe_node(looked(handed, node(), proxy, gone), "n").proxy_missing_since == 40.0
    assert agents.observe_node(looked({"no proxy": {"m": [40.0]}}, node(), proxy, gone), "n").proxy_missing_since == 100.5
    assert agents.observe_node(looked({"no proxy": {"m": [40.0]}}, node()), "n").proxy_missing_since is None


def test_restarts_of_its_kube_proxy_that_an_earlier_collector_saw_come_first() -> None:
    proxy = pod("p", {"k8s-app": "kube-proxy"}, "n")
    (found,) = agents.observe_node(looked({"restart": {"kube-system/p": [10.0]}}, node(), proxy), "n").proxies
    assert (found.restarted_at, found.silent, found.returning) == ((10.0,), False, False)


def test_the_pods_on_a_node_are_dated_by_the_clusters_clock() -> None:
    ready = [{"type": "Ready", "status": "True", "lastTransitionTime": stamp(0)}]
    for called in ("kube-proxy", "cilium"):
        parts: dict[str, Any] = {"spec": {"nodeName": "n"}, "status": {"phase": "Running", "conditions": ready}}
        told = [CLOCK, node(), thing(Feed.SYSTEM_PODS, "p", 190.0, meta={"labels": {"k8s-app": called}}, **parts)]
        made = agents.observe_node(view(told, now=200.0), "n")
        (found,) = made.proxies or (made.replacement,)
        assert found is not None
        assert found.changed_at == 101.0


def test_silence_of_its_lease_counts_as_far_as_its_feed_was_observed() -> None:
    made = seen(node(), leased(0), now=130.0)
    assert made.lease is not None
    assert made.lease.until == 100.0
