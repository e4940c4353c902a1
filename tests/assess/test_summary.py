"""The cluster's own row, and what is remembered of a cluster: what is missing, what was paused, what was ever seen."""

import itertools
from typing import Any

import pytest
from msgspec.structs import replace

from planes.assess.assessor import Assessor
from planes.assess.baseline import Baseline, decode, encode
from planes.components.pod_kinds import new_cache
from planes.components.view import Known
from planes.structs.events import (
    Changed,
    Check,
    Connection,
    Failed,
    Fault,
    FaultKind,
    Health,
    Listed,
    Metrics,
    Server,
    SourceEvent,
    Usage,
)
from planes.structs.feeds import Feed
from planes.structs.moments import Epoch, Mono
from planes.structs.rows import ClusterRow, FaultRow, PlaneRow
from planes.structs.verdicts import State
from tests.assess.test_assessor import FORBIDDEN, REFUSED, START, WALL, Cluster, node
from tests.assess.test_nodes_judged import begun, epoch, pod, unwell
from tests.cache.generating import decoded

NOT_SERVED = Fault(FaultKind.NOT_SERVED, "not found", "Install it")
BROKEN = Fault(FaultKind.SERVER_ERROR, "the server answers 500")


def summary(cluster: Cluster) -> ClusterRow:
    """The newest row of the cluster."""
    return [frame.cluster for frame in cluster.frames if frame.cluster is not None][-1]


def after(*told: SourceEvent) -> ClusterRow:
    """The row of a cluster that is well, once these are told."""
    cluster = begun()
    cluster.apply(*told)
    cluster.frame()
    return summary(cluster)


AT = START + 12.0  # when `begun` ends


@pytest.mark.parametrize(
    ("told", "missing"),
    [
        (
            [Failed(Feed.PODS, FORBIDDEN, AT, AT + 60)],
            ("forbidden", "Reading Pods is not permitted.", "Grant list and watch on pods."),
        ),
        (
            [Failed(Feed.CSI_NODES, NOT_SERVED, AT, AT + 60)],
            ("not served", "CSINodes are not served.", "Install it."),
        ),
        (
            [Health("/livez", AT, 0.1, 403, (), FORBIDDEN)],
            ("forbidden", "Reading /livez is not permitted.", "Grant get on /livez (bind the role system:monitoring)."),
        ),
        (
            [Metrics(AT, 0.1, fault=FORBIDDEN)],
            ("forbidden", "Reading /metrics is not permitted.", "Grant get on /metrics (bind the role system:monitoring)."),
        ),
        (
            [Usage(AT, {}, NOT_SERVED)],
            (
                "not served",
                "NodeMetrics are not served.",
                "Install metrics-server for CPU and memory figures.",
            ),
        ),
        (
            [Failed(Feed.NODE_METRICS, NOT_SERVED, AT, AT + 60), Usage(AT, {}, NOT_SERVED)],
            (
                "not served",
                "NodeMetrics are not served.",
                "Install metrics-server for CPU and memory figures.",
            ),
        ),
    ],
)
def test_what_may_not_be_read_or_is_not_served_is_missing_with_what_would_bring_it(
    told: list[SourceEvent], missing: tuple[str, str, str]
) -> None:
    (one,) = after(*told).missing
    assert one == FaultRow(*missing, since=Epoch(epoch(AT)))


@pytest.mark.parametrize(
    "told",
    [
        Failed(Feed.PODS, BROKEN, AT, AT + 60),
        Metrics(AT, 0.1, fault=BROKEN),
        Usage(AT, {}, BROKEN),
        Health("/livez", AT, 0.1, 500, (), BROKEN),
    ],
)
def test_what_merely_fails_is_not_missing(told: SourceEvent) -> None:
    assert after(told).missing == ()


def test_that_we_ourselves_were_away_is_said_for_a_minute() -> None:
    cluster = begun()
    cluster.now += 20.0
    cluster.apply(*cluster.probes())
    back = cluster.now
    cluster.frame()
    told = FaultRow(
        kind="internal",
        message="Planewatch itself was paused for 20 s and saw nothing meanwhile.",
        remedy="Nothing to do: it continues by itself.",
        since=Epoch(epoch(back)),
    )
    assert summary(cluster).missing == (told,)
    cluster.run(59)
    assert summary(cluster).missing == (told,)
    cluster.run(1)
    assert summary(cluster).missing == ()


def test_the_row_tells_what_the_cluster_is() -> None:
    cluster = begun()
    cluster.apply(
        Connection(cluster.now, "https://10.0.0.1:6443"),
        Changed(Feed.PODS, pod("a", "node-1"), cluster.now),
        Changed(Feed.PODS, pod("b", ""), cluster.now),
        Server(cluster.now, "v1.36.2+k3s1", clock_skew=-2.4),
    )
    cluster.frame()
    row = summary(cluster)
    assert (row.server, row.version, row.distribution) == ("https://10.0.0.1:6443", "v1.36.2+k3s1", "k3s")
    assert (row.zones, row.pods, row.clock_skew, row.heard_at) == (3, 2, -2.0, epoch(cluster.now))
    assert (row.fault, row.retry_at, row.missing) == (None, None, ())
    assert row.control is not None
    assert row.data is not None
    assert (row.control.state, row.data.state, row.data.because) == ("healthy", "healthy", "6 of 6 nodes healthy")


@pytest.mark.parametrize(("skew", "told"), [(None, None), (1.9, 0.0), (2.0, 2.0), (-2.6, -3.0)])
def test_a_clock_that_is_two_seconds_off_is_said(skew: float | None, told: float | None) -> None:
    assert after(Server(AT, "v1.36.2", clock_skew=skew)).clock_skew == told


def test_a_zone_counts_that_has_a_name() -> None:
    cluster = Cluster(nodes=0)
    cluster.begin()
    nodes = [node("a", "x"), node("b", "y"), node("c", ""), node("d", "x")]
    cluster.apply(Listed(Feed.NODES, nodes, "", cluster.now))
    cluster.frame()
    assert summary(cluster).zones == 2


def test_the_moment_of_the_last_answer_alone_makes_a_row_every_thirty_seconds() -> None:
    cluster = begun()
    begin = summary(cluster).heard_at
    assert begin is not None
    rows = [frame.cluster for frame in cluster.run(70) if frame.cluster is not None]
    heard = [begin, *(row.heard_at or 0.0 for row in rows)]
    assert [later - earlier for earlier, later in itertools.pairwise(heard)] == [30.0, 30.0], "something is heard every second"


def test_a_cluster_that_does_not_answer_tells_why_and_when_it_is_tried_again() -> None:
    cluster = begun()
    cluster.mute |= {"probes", "leaders"}
    cluster.silent = set(cluster.names)
    at = cluster.now + 0.5
    cluster.apply(Failed(Feed.NODES, REFUSED, at, at + 8), Health("/livez", at, 0.0, fault=REFUSED))
    cluster.run(1)
    row = summary(cluster)
    assert row.fault == FaultRow("refused", "127.0.0.1:6443 refuses connections.", "Start it.", Epoch(epoch(at)))
    assert row.retry_at == epoch(at + 8)


def test_moments_are_told_to_a_tenth_of_a_second() -> None:
    cluster = Cluster()
    cluster.now += 0.26
    cluster.begin()
    cluster.frame()
    row = summary(cluster)
    assert row.control is not None
    assert row.data is not None
    assert (row.control.since, row.data.since, row.heard_at) == (WALL + 0.3, WALL + 0.3, WALL + 0.3)
    at = cluster.now + 0.5
    missing: list[SourceEvent] = [
        Failed(Feed.PODS, FORBIDDEN, at, at + 60),
        Health("/readyz", at, 0.1, 403, (), FORBIDDEN),
        Usage(at, {}, NOT_SERVED),
    ]
    cluster.apply(*missing, Metrics(at, 0.1, fault=FORBIDDEN))
    cluster.now += 1.0
    cluster.frame()
    assert [one.since for one in summary(cluster).missing] == [WALL + 0.8] * 4
    cluster.apply(Failed(Feed.NODES, REFUSED, cluster.now, cluster.now + 8), Health("/livez", cluster.now, 0.0, fault=REFUSED))
    cluster.frame()
    row = summary(cluster)
    assert (row.fault and row.fault.since, row.retry_at) == (WALL + 1.3, WALL + 9.3)


def test_a_right_that_has_been_missing_is_missing_since_it_was_missed() -> None:
    cluster = begun()
    for second in range(3):
        cluster.apply(Health("/livez", AT + second, 0.1, 403, (), FORBIDDEN))
    cluster.frame()
    assert [one.since for one in summary(cluster).missing] == [epoch(AT)]


def test_each_plane_has_its_own_state_and_the_whole_of_each_agent_counts_its_own() -> None:
    cluster = begun()
    unwell(cluster, "node-1")
    cluster.run(5)
    row = summary(cluster)
    assert row.control is not None
    assert row.data is not None
    assert (row.control.state, row.data.state, row.data.because) == ("healthy", "degraded", "1 of 6 nodes needs attention")
    wholes = {one.kind: (one.state, one.because) for frame in cluster.frames for one in frame.components}
    assert wholes["container-runtime"] == ("degraded", "5 of 6 nodes healthy, 1 degraded.")
    assert wholes["kubelet"] == ("healthy", "6 of 6 nodes healthy.")
    assert wholes["kube-proxy"][0] == "not_observable"


def test_a_plane_that_is_unknown_tells_what_it_was() -> None:
    cluster = begun()
    cluster.silent = set(cluster.names)
    cluster.run(30)
    row = summary(cluster)
    assert row.data is not None
    assert (row.data.state, row.data.last) == ("unknown", "healthy")


def test_a_cluster_without_nodes_follows_what_is_said_of_the_list_of_nodes() -> None:
    cluster = begun(nodes=0)
    told = []
    for _ in range(2):
        row = summary(cluster)
        assert row.data is not None
        told.append(row.data.because)
        cluster.apply(Failed(Feed.NODES, FORBIDDEN, cluster.now, cluster.now + 60))
        cluster.run(3)
    assert told[0] == "There are no nodes."
    assert told[1].startswith("Nodes cannot be read: permission lost")
    kubelets = [one for frame in cluster.frames for one in frame.components if one.kind == "kubelet"][-1]
    assert [(line.signal, line.state) for line in kubelets.evidence] == [("nodes", "not_observable")]


# --- after a restart ----------------------------------------------------------------------------------------------------------

BEFORE = ClusterRow(
    server="https://old:6443",
    version="v1.35.0",
    distribution="RKE2",
    zones=2,
    pods=70,
    heard_at=WALL - 50.0,
    control=PlaneRow(State.DEGRADED, "etcd is degraded", WALL - 500.0),
    data=PlaneRow(State.UNKNOWN, "It is away.", WALL - 400.0, "down"),
)


def restored(*told: SourceEvent) -> ClusterRow:
    cluster = Cluster(assessor=Assessor(new_cache(), slug="test"))
    cluster.assessor.restore([], [], BEFORE)
    cluster.apply(*told)
    cluster.frame()
    return summary(cluster)


def test_what_was_last_known_of_a_cluster_stands_until_it_answers() -> None:
    row = restored()
    assert (row.server, row.version, row.distribution) == ("https://old:6443", "v1.35.0", "RKE2")
    assert (row.zones, row.pods, row.heard_at) == (2, 70, WALL - 50.0)
    assert row.control is not None
    assert row.data is not None
    assert (row.control.state, row.control.last) == ("unknown", "degraded")
    assert (row.data.state, row.data.last, row.data.since) == ("unknown", "down", WALL - 400.0)


def test_a_plane_of_which_nothing_was_ever_known_has_no_last_state() -> None:
    cluster = Cluster(assessor=Assessor(new_cache(), slug="test"))
    unknown = PlaneRow(State.UNKNOWN, "It is away.", WALL - 400.0)
    cluster.assessor.restore([], [], replace(BEFORE, control=unknown, data=unknown))
    cluster.frame()
    row = summary(cluster)
    assert row.control is not None
    assert row.data is not None
    assert (row.control.last, row.data.last) == ("", "")


def test_what_is_told_anew_replaces_what_was_known() -> None:
    nodes = [node("a", "x"), node("b", "")]
    row = restored(Connection(START, "https://new:6443"), Server(START, "v1.36.2+k3s1"), Listed(Feed.NODES, nodes, "", START))
    assert (row.server, row.version, row.distribution, row.zones, row.pods) == ("https://new:6443", "v1.36.2+k3s1", "k3s", 1, 0)
    assert row.heard_at == WALL


# --- what was ever seen -------------------------------------------------------------------------------------------------------


def thing(feed: Feed, name: str, **parts: Any) -> Changed[Any]:
    return Changed(feed, decoded(feed, {"metadata": {"name": name, "namespace": "kube-system", **parts}}), START)


def mirror(kind: str) -> Changed[Any]:
    return thing(Feed.SYSTEM_PODS, kind, labels={"component": kind}, annotations={"kubernetes.io/config.mirror": "x"})


@pytest.mark.parametrize(
    ("told", "known"),
    [
        (thing(Feed.SYSTEM_LEASES, "kube-scheduler"), Known(leases=frozenset({"kube-scheduler"}))),
        (thing(Feed.EXTRA_LEASES, "kube-controller-manager"), Known(leases=frozenset({"kube-controller-manager"}))),
        (mirror("etcd"), Known(pods=frozenset({"etcd"}))),
        (thing(Feed.NODE_LEASES, "node-1"), Known(node_leases=True)),
        (thing(Feed.SYSTEM_PODS, "p", labels={"k8s-app": "kube-proxy"}), Known(kube_proxy=True)),
        (Health("/readyz", START, 0.1, 200, (Check("ping", True), Check("etcd", True))), Known(etcd_check=True)),
    ],
)
def test_what_is_seen_once_is_known_and_is_news_once(told: SourceEvent, known: Known) -> None:
    cache, baseline = new_cache(), Baseline()
    assert not baseline.learn(cache)
    cache.apply(told)
    assert baseline.learn(cache)
    assert not baseline.learn(cache)
    assert (baseline.known(), decode(encode(baseline)).known()) == (known, known)
    assert not baseline.learn(new_cache()), "what is gone stays known"
    assert baseline.known() == known


@pytest.mark.parametrize(
    "told",
    [
        thing(Feed.SYSTEM_LEASES, "another"),
        thing(Feed.SYSTEM_PODS, "p", labels={"k8s-app": "kube-dns"}),
        Health("/readyz", START, 0.1, 200, (Check("ping", True),)),
    ],
)
def test_what_no_rule_asks_for_is_not_remembered(told: SourceEvent) -> None:
    cache, baseline = new_cache(), Baseline()
    cache.apply(told)
    assert not baseline.learn(cache)
    assert baseline.known() == Known()


def test_a_renewal_of_the_serving_certificate_is_remembered_with_what_both_had_left() -> None:
    """It lasts 12 h, and was renewed an hour before its end, which began the new one 11 h later."""
    cache, baseline, hour = new_cache(), Baseline(), 3600.0
    offset: float = WALL - START
    cache.apply(Server(START, "v1.36.2", "", WALL + hour))
    for minute in range(1, 14):
        cache.apply(Server(Mono(START + 60 * minute), "v1.36.2", "", WALL + 60 + 12 * hour))
    assert baseline.learn(cache, offset)
    assert not baseline.learn(cache, offset)
    assert baseline.renewal == (12 * hour, hour - 60)
    assert decode(encode(baseline)).known() == Known(renewal=(12 * hour, hour - 60))
