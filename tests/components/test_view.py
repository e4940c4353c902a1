"""What all components of a cluster have in common: who is silent, whose word is steady, which hosts are the control plane's."""

import pytest

from planes.components.distributions import KUBERNETES
from planes.components.view import ClusterView, Known, steady
from planes.structs.events import CacheEvent, Changed, Failed, Fault, FaultKind, Gone, Graced, Health, Server
from planes.structs.feeds import Feed
from planes.structs.moments import Mono
from planes.structs.observations import DisruptionSeen, FeedSeen, RatesSeen, ReachSeen, ServerSeen
from planes.structs.thresholds import DEFAULT
from tests.components.observed import BROKEN, FORBIDDEN, NOON, OFFSET, lease, listed, node, pod, proven, thing, view

NOT_SERVED = Fault(FaultKind.NOT_SERVED, "not served")


def leased(gone: bool = False) -> CacheEvent:
    return lease("n", Feed.NODE_LEASES, duration=40, gone=gone)


def heard(until: float) -> list[CacheEvent]:
    return proven(Feed.NODE_LEASES, until)


# --- silence ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "now", "silent"),
    [
        ([], 101.0, False),  # nothing is known of it
        ([node("n")], 101.0, False),
        ([node("n", "Unknown")], 101.0, True),
        ([node("n", "False"), leased()], 101.0, False),  # it says so itself
        ([node("n"), leased(), *heard(125.0)], 125.0, False),  # 25 s of 40
        ([node("n"), leased(), *heard(125.1)], 125.1, True),
        ([node("n"), leased(), *heard(110.0)], 125.1, False),  # nothing at all has come since: that is not its silence
        ([leased(), *heard(125.1)], 125.1, True),
        ([node("n"), leased(), leased(gone=True)], 101.0, True),
        (
            [node("n"), leased(), *heard(120.0), Graced((Feed.NODE_LEASES,), Mono(120.0))],
            121.0,
            True,
        ),  # silent with all, and not heard since
        (
            [node("n"), leased(), *listed(Feed.NODE_LEASES), Failed(Feed.NODE_LEASES, FORBIDDEN, Mono(110.0), Mono(170.0))],
            140.0,
            False,
        ),
        ([node("n", "Unknown"), Failed(Feed.NODE_LEASES, FORBIDDEN, Mono(110.0), Mono(170.0))], 140.0, True),
    ],
)
def test_a_kubelet_is_silent_by_its_lease_or_because_kubernetes_says_so(told: list[CacheEvent], now: float, silent: bool) -> None:
    assert view(told, now).is_silent("n") is silent


def test_a_kubelet_that_was_judged_unknown_is_not_heard_and_where_all_are_so_nobody_is() -> None:
    seen = view([node("n"), node("m")], 101.0)
    assert (seen.is_silent("n"), seen.nobody_heard) == (False, "")
    seen.unheard = {"n"}
    assert (seen.is_silent("n"), seen.is_silent("m"), seen.nobody_heard) == (True, False, "")
    seen.unheard = {"n", "m"}
    assert seen.nobody_heard == "No kubelet in this cluster reports."


def member(ready: bool, runs: bool) -> CacheEvent:
    return pod("etcd-n", {"component": "etcd"}, "n", mirror=True, ready=ready, runs=runs)


@pytest.mark.parametrize(
    ("told", "now", "silent", "returning"),
    [
        ([node("n"), member(True, True)], 101.0, False, False),
        ([node("n", "Unknown"), member(True, True)], 101.0, True, False),
        ([node("n"), member(False, True)], 115.0, True, True),  # ready again for 15 s: not told anew yet
        ([node("n"), member(False, True)], 115.1, False, False),
        ([node("n"), member(False, False)], 101.0, False, False),  # its containers are not ready either
        ([node("n", "False"), member(False, True)], 101.0, False, False),
        ([member(False, True)], 101.0, False, False),
    ],
)
def test_a_pod_is_as_last_known_while_its_kubelet_is_silent_or_has_only_just_come_back(
    told: list[CacheEvent], now: float, silent: bool, returning: bool
) -> None:
    (seen,) = view(told, now).pods("etcd")
    assert (seen.silent, seen.returning) == (silent, returning)


# --- feeds --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "listed_at", "since", "kept"),
    [
        (None, Mono(50.0), None, False),
        (None, None, None, False),
        (BROKEN, Mono(50.0), Mono(85.0), False),  # for 15 s: too young to count
        (BROKEN, Mono(50.0), Mono(84.9), True),
        (BROKEN, None, Mono(99.0), True),  # nothing was listed before, so that nothing is steady
        (FORBIDDEN, Mono(50.0), Mono(99.0), True),  # what is not permitted is so at once
        (NOT_SERVED, Mono(50.0), Mono(99.0), True),
    ],
)
def test_a_feed_is_steady_without_moments_that_move_and_failures_that_are_young(
    fault: Fault | None, listed_at: Mono | None, since: Mono | None, kept: bool
) -> None:
    seen = FeedSeen(name="f", listed_at=listed_at, heard_at=Mono(99.0), fault=fault, failing_since=since, retry_at=Mono(110.0))
    still = FeedSeen(name="f", listed_at=None if listed_at is None else Mono(0.0))
    failing = FeedSeen(name="f", listed_at=still.listed_at, fault=fault, failing_since=since)
    assert steady(seen, Mono(100.0), DEFAULT) == (failing if kept else still)


# --- the moment ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("ends", "left"), [(NOON + 86_400.0, 86_400.0), (None, None)])
def test_what_is_left_of_a_certificate_is_counted_from_when_it_was_seen(ends: float | None, left: float | None) -> None:
    assert view([Server(Mono(100.0), "v1.36.2", "", ends)], 500.0).server.certificate_left == left


@pytest.mark.parametrize(
    ("begins", "left", "renewal", "term", "renewed"),
    [
        (86_400.0, 3_600.0, None, 90_000.0, None),
        (None, 3_600.0, None, None, None),
        (39_600.0, 3_600.0, (43_200.0, 1_800.0), 43_200.0, 1_800.0),
        (3e8, 3_600.0, (43_200.0, 1_800.0), 43_200.0, 1_800.0),  # dated back to when its authority began
        (None, 3_600.0, (43_200.0, 1_800.0), 43_200.0, 1_800.0),
        (0.0, 31_536_000.0, (43_200.0, 1_800.0), 31_536_000.0, None),  # another kind of certificate than was renewed then
    ],
)
def test_how_long_a_certificate_lasts_is_told_by_its_dates_or_by_a_renewal(
    begins: float | None, left: float, renewal: tuple[float, float] | None, term: float | None, renewed: float | None
) -> None:
    event = Server(Mono(100.0), "v1.36.2", "", NOON + left, certificate_not_before=None if begins is None else NOON - begins)
    server = view([event], known=Known(renewal=renewal)).server
    assert (server.certificate_left, server.certificate_term, server.certificate_renewed) == (left, term, renewed)


def test_a_years_certificate_stays_one_when_as_little_is_left_as_a_short_one_has() -> None:
    made = view(
        [Server(Mono(100.0), "v1.36.2", "", NOON + 5e6, certificate_not_before=NOON)], known=Known(renewal=(43_200.0, 60.0))
    )
    made.cache.apply(Server(Mono(5e6), "v1.36.2", "", NOON + 5e6, certificate_not_before=NOON))
    made.look(Mono(5e6), OFFSET, made.known, DisruptionSeen())
    assert (made.server.certificate_left, made.server.certificate_term, made.server.certificate_renewed) == (100.0, 5e6, None)


def server_pod(name: str, version: str) -> CacheEvent:
    labels = {"component": "kube-apiserver"}
    spec = {"nodeName": name, "containers": [{"name": "kube-apiserver", "image": f"registry.k8s.io/kube-apiserver:{version}"}]}
    meta = {"labels": labels, "annotations": {"kubernetes.io/config.mirror": "x"}}
    return thing(Feed.SYSTEM_PODS, f"kube-apiserver-{name}", meta=meta, spec=spec, status={"phase": "Running"})


def test_the_versions_of_all_api_servers_count_together_by_their_pods_and_their_answers() -> None:
    old, new = "v1.9.11", "v1.10.8"
    told = [server_pod("cp-1", new), server_pod("cp-2", old)]
    assert view(told).server.newest == new
    for answered in (old, new):
        server = view([*told, Server(Mono(100.0), answered)]).server
        assert (server.version, server.versions, server.newest) == (answered, (old, new), new)
    assert view([Server(Mono(100.0), old), server_pod("cp-1", old)]).server.versions == (old,)
    assert view([]).server.newest == ""


def test_a_view_is_of_the_moment_that_it_was_told() -> None:
    made = view([Health("/livez", Mono(100.0), 0.1, 200)], 101.0)
    assert (made.now, made.reach.heard_at, made.clock_offset) == (101.0, 100.0, None)
    found = made.health("/livez")
    assert found is not None
    assert found.status == 200
    assert made.health("/readyz") is None
    assert view([Server(Mono(100.0), clock_skew=2.0)]).clock_offset == OFFSET + 2.0


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ([], "Kubernetes"),
        ([Server(Mono(100.0), "v1.36.2+k3s1")], "k3s"),
        ([node("n", labels={"microk8s.io/cluster": "true"})], "MicroK8s"),
        ([node("n", nodeInfo={"osImage": "Talos (v1.10.0)"})], "Talos"),
        ([node("n", nodeInfo={"kubeletVersion": "v1.36.2+rke2r1"})], "RKE2"),
        ([lease("k3s")], "k3s"),
        ([pod(kind, {"component": kind}, mirror=True) for kind in ("etcd", "kube-scheduler")], "kubeadm"),
        ([pod(kind, {"component": kind}, mirror=True) for kind in ("kube-apiserver", "kube-controller-manager")], "kubeadm"),
        ([pod("etcd", {"component": "etcd"}, mirror=True)], "Kubernetes"),
        (
            [
                pod(
                    "kube-apiserver-n",
                    {"app": "openshift-kube-apiserver"},
                    mirror=True,
                    space="openshift-kube-apiserver",
                )
            ],
            "OpenShift",
        ),
    ],
)
def test_a_distribution_is_known_by_the_marks_that_the_cache_holds(told: list[CacheEvent], name: str) -> None:
    assert view(told).distribution.name == name


# --- the control plane's hosts ------------------------------------------------------------------------------------------------

ROLE = "node-role.kubernetes.io/control-plane"


def test_hosts_of_the_control_plane_are_known_by_name_and_address() -> None:
    told = [
        node(
            "a", labels={ROLE: "", "kubernetes.io/hostname": "host-a"}, addresses=[{"address": "10.0.0.1"}, {"address": "fd00::1"}]
        ),
        node("b", labels={"node-role.kubernetes.io/master": ""}),
        node("c", labels={"node-role.kubernetes.io/worker": ""}, addresses=[{"address": "10.0.0.3"}]),
    ]
    made = view(told)
    assert made.host_names() == {"host-a": "a", "10.0.0.1": "a", "fd00::1": "a", "b": "b"}
    made.cache.apply(node("d", labels={ROLE: ""}))
    assert made.host_names()["d"] == "d", "another node has come"
    gone = node("d", labels={ROLE: ""})
    assert isinstance(gone, Changed)
    made.cache.apply(Gone(Feed.NODES, gone.item, Mono(102.0)))
    assert "d" not in made.host_names()


def test_a_view_before_the_first_look_knows_nothing() -> None:
    made = ClusterView(view([]).cache, DEFAULT)
    assert (made.now, made.clock_offset, made.nobody_watches, made.known.leases) == (0.0, None, "", frozenset())
    assert (made.wall_offset, made.disruption, made.distribution) == (0.0, DisruptionSeen(), KUBERNETES)
    assert (made.reach, made.server, made.rates, made.proxy_off) == (ReachSeen(), ServerSeen(), RatesSeen(), False)


def test_workloads_of_another_kind_are_not_mistaken() -> None:
    assert view([thing(Feed.DEPLOYMENTS, "kube-proxy")]).cache.daemon_sets.find("kube-proxy") is None


@pytest.mark.parametrize(
    ("addresses", "answers", "pods", "settled"),
    [
        (1, 1, 0, True),
        (2, 1, 0, False),  # behind a load balancer another may answer next
        (2, 3, 0, False),
        (2, 4, 0, True),
        (3, 1, 3, True),  # each is known by its pod
        (3, 1, 2, False),
        (0, 1, 0, True),  # how many there are is not seen
    ],
)
def test_the_versions_of_all_api_servers_are_known_by_their_pods_or_by_as_many_answers(
    addresses: int, answers: int, pods: int, settled: bool
) -> None:
    told: list[CacheEvent] = [Server(Mono(100.0 + n), "v1.29.3") for n in range(answers)]
    if addresses:
        ends = [{"addresses": [f"192.0.2.{n}"], "conditions": {"ready": True}} for n in range(addresses)]
        labels = {"kubernetes.io/service-name": "kubernetes"}
        told.append(thing(Feed.APISERVER_ENDPOINTS, "kubernetes", space="default", meta={"labels": labels}, endpoints=ends))
    for n in range(pods):
        made = {"nodeName": f"cp{n}", "containers": [{"name": "kube-apiserver", "image": "x/kube-apiserver:v1.29.3"}]}
        meta = {"labels": {"component": "kube-apiserver"}, "annotations": {"kubernetes.io/config.mirror": "x"}}
        told.append(thing(Feed.SYSTEM_PODS, f"kube-apiserver-cp{n}", meta=meta, spec=made, status={"phase": "Running"}))
    assert view(told).server.unsettled is not settled
