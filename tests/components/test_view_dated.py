"""A view dates what it sees: by the cluster's clock, which stands still, and by what an earlier collector saw."""

import pytest

from planes.components.view import ClusterView
from planes.structs.events import CacheEvent, Check, Connection, Fault, FaultKind, Health, Server
from planes.structs.feeds import Feed
from planes.structs.moments import Mono
from planes.structs.observations import DisruptionSeen
from tests.components.observed import OFFSET, SHOWN, lease, node, pod, thing, view

REFUSED = Fault(FaultKind.REFUSED, "refused")


def skewed(by: float, at: float = 100.0) -> Server:
    return Server(Mono(at), clock_skew=by)


def test_the_clock_by_which_dates_are_moved_stands_still_until_it_is_more_than_two_seconds_off() -> None:
    made = view([])
    before: float | None = made.dating
    assert before is None
    for by, dating in ((1.0, 1.0), (3.0, 1.0), (-1.0, 1.0), (3.5, 3.5), (1.4, 1.4), (3.4, 1.4)):
        made.cache.apply(skewed(by))
        made.look(Mono(101.0), OFFSET, SHOWN, DisruptionSeen())
        told: tuple[float | None, float | None] = (made.clock_offset, made.dating)
        assert told == (OFFSET + by, OFFSET + dating)


def handed(kind: str, name: str, at: float, *told: CacheEvent, now: float = 200.0) -> ClusterView:
    """A view whose cache took over that this was so since `at` on our clock, or happened then."""
    made = view(told, now=now)
    made.cache.recent.take_over({kind: {name: [OFFSET + at]}}, {})
    made.look(Mono(now), OFFSET, SHOWN, DisruptionSeen())
    return made


def test_an_outage_goes_on_since_an_earlier_collector_saw_it_begin() -> None:
    away = Connection(Mono(150.0), fault=REFUSED)
    assert view([away], now=200.0).reach.failing_since == 150.0
    assert handed("outage", "", 40.0, away).reach.failing_since == 40.0
    assert handed("outage", "", 40.0, away).reach.fault == REFUSED
    assert handed("outage", "", 40.0, Connection(Mono(150.0), "https://here")).reach.failing_since is None


def test_a_check_fails_since_an_earlier_collector_saw_it_to() -> None:
    failing = Health("/livez", Mono(150.0), 0.1, 500, (Check("etcd", False),))
    passing = Health("/livez", Mono(150.0), 0.1, 200, (Check("etcd", True),))
    for made, since in (
        (view([failing], now=200.0), 150.0),
        (handed("check", "/livez", 40.0, failing), 40.0),
        (handed("check", "/readyz", 40.0, failing), 150.0),
        (handed("check", "/livez", 40.0, passing), None),
    ):
        found = made.health("/livez")
        assert found is not None
        assert found.failing_since == since


def etcd_pod(**more: object) -> CacheEvent:
    return pod("etcd-n", {"component": "etcd"}, "n", mirror=True, **more)  # type: ignore[arg-type]  # test data


def test_restarts_that_an_earlier_collector_saw_are_a_pods_own() -> None:
    (seen,) = handed("restart", "kube-system/etcd-n", 40.0, etcd_pod()).pods("etcd")
    assert seen.restarted_at == (40.0,)
    (seen,) = handed("restart", "kube-system/other", 40.0, etcd_pod()).pods("etcd")
    assert seen.restarted_at == ()
    (seen,) = handed("flip", "kube-system/etcd-n", 40.0, etcd_pod()).pods("etcd")
    assert seen.restarted_at == ()


# --- a kubelet that is back -----------------------------------------------------------------------------------------------------


def dated_node(ready: str, second: int, at: float) -> CacheEvent:
    conditions = [{"type": "Ready", "status": ready, "lastTransitionTime": f"2026-11-22T12:{second // 60:02d}:{second % 60:02d}Z"}]
    return thing(Feed.NODES, "n", at, space="", status={"conditions": conditions})


@pytest.mark.parametrize(
    ("told", "now", "returning"),
    [
        # 12:00 was at 100.0. Seen first when it had been ready for long: its pods have been told of anew since.
        ([skewed(0.0), dated_node("True", 0, 300.0)], 301.0, False),
        ([skewed(0.0), dated_node("True", 190, 300.0)], 301.0, True),
        ([skewed(0.0), dated_node("True", 190, 300.0)], 305.0, True),
        ([skewed(0.0), dated_node("True", 190, 300.0)], 305.1, False),
        ([dated_node("True", 0, 300.0)], 301.0, True),  # whose clock is not known has only just come back
        # Seen to come back: by our own clock.
        ([skewed(0.0), dated_node("False", 0, 200.0), dated_node("True", 0, 300.0)], 315.0, True),
        ([skewed(0.0), dated_node("False", 0, 200.0), dated_node("True", 0, 300.0)], 315.1, False),
    ],
)
def test_a_kubelet_has_fifteen_seconds_since_it_came_back_to_tell_of_its_pods(
    told: list[CacheEvent], now: float, returning: bool
) -> None:
    (seen,) = view([*told, etcd_pod(ready=False, runs=True)], now=now).pods("etcd")
    assert seen.returning is returning


def test_pods_are_dated_by_the_clusters_clock() -> None:
    ready = [{"type": "Ready", "status": "True", "lastTransitionTime": "2026-11-22T12:00:00Z"}]
    told = thing(
        Feed.SYSTEM_PODS,
        "etcd-n",
        190.0,
        meta={"labels": {"component": "etcd"}, "annotations": {"kubernetes.io/config.mirror": "x"}},
        spec={"nodeName": "n"},
        status={"phase": "Running", "conditions": ready},
    )
    assert [one.changed_at for one in view([skewed(0.0), told], now=200.0).pods("etcd")] == [101.0]


# --- which pods are instances ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mirror", "ends", "counts"), [(False, False, True), (False, True, False), (True, True, True), (True, False, True)]
)
def test_a_pod_that_ends_is_no_instance_unless_it_is_static(mirror: bool, ends: bool, counts: bool) -> None:
    meta = {
        "labels": {"component": "kube-scheduler", "tier": "control-plane"},
        "annotations": {"kubernetes.io/config.mirror": "x"} if mirror else {},
        **({"deletionTimestamp": "2026-11-22T12:00:00Z"} if ends else {}),
    }
    told = thing(Feed.SYSTEM_PODS, "kube-scheduler-n", meta=meta, spec={"nodeName": "n"}, status={"phase": "Running"})
    assert bool(view([told]).pods("kube-scheduler")) is counts


# --- recognising ----------------------------------------------------------------------------------------------------------------


def relook(made: ClusterView, *told: CacheEvent) -> str:
    for event in told:
        made.cache.apply(event)
    made.look(Mono(101.0), OFFSET, SHOWN, DisruptionSeen())
    return made.distribution.name


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ([node("n", labels={"microk8s.io/cluster": "true"})], "MicroK8s"),
        ([Server(Mono(100.0), "v1.36.2+k3s1")], "k3s"),
        ([lease("k3s")], "k3s"),
        ([pod(kind, {"component": kind}, mirror=True) for kind in ("etcd", "kube-scheduler")], "kubeadm"),
    ],
)
def test_a_distribution_is_recognised_when_its_marks_come_later(told: list[CacheEvent], name: str) -> None:
    made = view([])
    assert made.distribution.name == "Kubernetes"
    assert relook(made, *told) == name


def test_nodes_that_were_started_without_kube_proxy_say_so() -> None:
    made = view([node("n")])
    assert not made.proxy_off
    args = {"k3s.io/node-args": '["server","--disable-kube-proxy"]'}
    relook(made, thing(Feed.NODES, "m", space="", meta={"annotations": args}))
    assert made.proxy_off
