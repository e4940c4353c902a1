"""What leaders, etcd and add-ons are observed by: each by its own feeds and stores, and by no other."""

import pytest

from planes.components import (
    cloud_controller_manager,
    dns,
    etcd,
    konnectivity,
    kube_controller_manager,
    leader,
    metrics_server,
)
from planes.components.view import Known
from planes.structs.events import CacheEvent, Failed, Health, Metrics, Server
from planes.structs.feeds import Feed
from planes.structs.moments import Mono
from planes.structs.observations import DisruptionSeen
from planes.structs.thresholds import DEFAULT
from planes.structs.verdicts import State
from tests.components.observed import FORBIDDEN, endpoints, lease, listed, node, pod, thing, view

# --- leaders ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["kube-scheduler", "kube-controller-manager", "cloud-controller-manager"])
def test_a_leader_is_observed_by_its_own_lease_and_pods(kind: str) -> None:
    seen = leader.observe(
        view(
            [
                *listed(Feed.SYSTEM_LEASES, Feed.SYSTEM_PODS, at=99.0),
                lease(kind),
                lease("another"),
                pod("mine", {"component": kind}, mirror=True),
                pod("other", {"component": "etcd"}, mirror=True),
                Server(Mono(100.0), "v1.36.2"),
            ],
            disruption=DisruptionSeen(blocked="the state store is down"),
        ),
        kind,
    )
    assert seen.kind == kind
    assert seen.lease is not None
    assert (seen.lease.name, seen.lease.holder, seen.place) == (kind, f"{kind}_1", "kube-system")
    assert [one.name for one in seen.pods] == ["mine"]
    assert (seen.leases.name, seen.leases.listed_at) == ("leases/kube-system", 99.0)
    assert (seen.pods_feed.name, seen.pods_feed.listed_at) == ("pods/kube-system", 99.0)
    assert (seen.server.version, seen.writes_blocked, seen.reach.heard_at) == ("v1.36.2", "the state store is down", 100.0)


@pytest.mark.parametrize(("known", "before"), [(frozenset({"kube-scheduler"}), True), (frozenset({"another"}), False)])
def test_a_lease_that_was_seen_before_is_remembered(known: frozenset[str], before: bool) -> None:
    assert leader.observe(view([], known=Known(leases=known)), "kube-scheduler").lease_seen_before is before


WAITING = thing(Feed.PODS, "cart", 90.0, space="shop", status={"phase": "Pending"})
LAGGING = [
    thing(feed, f"{feed.value}-lags", 90.0, meta={"generation": 2}, status={"observedGeneration": 1})
    for feed in (Feed.DAEMON_SETS, Feed.DEPLOYMENTS)
]


def test_pods_that_wait_are_the_schedulers_and_generations_that_lag_the_controller_managers() -> None:
    seen = view([WAITING, *LAGGING, *listed(Feed.DEPLOYMENTS, at=80.0)][::-1])
    scheduler, manager = leader.observe(seen, "kube-scheduler"), leader.observe(seen, "kube-controller-manager")
    assert (scheduler.undecided.oldest, scheduler.pods_all and scheduler.pods_all.name) == (90.0, "pods")
    assert (scheduler.lagging, scheduler.workloads) == ((), None)
    assert [(one.name, one.lagging_since) for one in manager.lagging] == [("daemonsets-lags", 90.0), ("deployments-lags", 90.0)]
    assert manager.pods_all is None


@pytest.mark.parametrize(
    ("told", "feed"),
    [
        (listed(Feed.DAEMON_SETS, Feed.DEPLOYMENTS), Feed.DAEMON_SETS),
        (listed(Feed.DEPLOYMENTS), Feed.DEPLOYMENTS),
        (
            [*listed(Feed.DAEMON_SETS, Feed.DEPLOYMENTS), Failed(Feed.DAEMON_SETS, FORBIDDEN, Mono(100.5), Mono(160.0))],
            Feed.DEPLOYMENTS,
        ),
        ([Failed(Feed.DEPLOYMENTS, FORBIDDEN, Mono(100.5), Mono(160.0))], Feed.DAEMON_SETS),
        ([], Feed.DAEMON_SETS),
    ],
)
def test_the_work_of_the_controller_manager_is_read_by_the_feed_that_can_be(told: list[CacheEvent], feed: Feed) -> None:
    seen = leader.observe(view(told), "kube-controller-manager")
    assert seen.workloads is not None
    assert seen.workloads.name == feed.value


def test_a_lease_is_looked_for_where_a_distribution_keeps_it() -> None:
    space = "openshift-kube-scheduler"
    elsewhere = leader.observe(view([lease("kube-scheduler", Feed.EXTRA_LEASES, space=space)]), "kube-scheduler")
    assert elsewhere.lease is not None
    assert elsewhere.place == space
    both = view([lease("kube-scheduler", Feed.EXTRA_LEASES, space=space, duration=137), lease("kube-scheduler")])
    seen = leader.observe(both, "kube-scheduler")
    assert seen.lease is not None
    assert (seen.place, seen.lease.duration) == ("kube-system", 15.0)
    assert leader.observe(view([]), "kube-scheduler").lease is None
    assert leader.observe(view([]), "kube-scheduler").place == "kube-system"


@pytest.mark.parametrize(("second", "stale"), [(0, False), (-14, False), (-16, True)])
def test_a_leaders_first_sight_is_stale_after_its_duration_by_the_servers_clock(second: int, stale: bool) -> None:
    stamp = lease("kube-scheduler", at=100.0 - second, second=0)
    seen = leader.observe(view([stamp, Server(Mono(100.0 - second), clock_skew=0.0)], now=120.0), "kube-scheduler")
    assert seen.lease is not None
    assert seen.lease.stale_on_arrival is stale


def test_how_a_distribution_runs_its_control_plane_is_told_of_its_leaders() -> None:
    seen = leader.observe(view([Server(Mono(100.0), "v1.36.2+k3s1")]), "kube-scheduler")
    assert seen.elsewhere == "inside the k3s process"
    assert "leader-elect=true" in seen.more


@pytest.mark.parametrize(
    ("known", "version", "shown"),
    [
        (Known(leases=frozenset({"cloud-controller-manager"})), "v1.36.2", True),
        (Known(pods=frozenset({"cloud-controller-manager"})), "v1.36.2", True),
        (Known(), "v1.33.1-eks-1234567", False),  # no component is invented from a distribution's name
        (Known(leases=frozenset({"kube-scheduler"}), pods=frozenset({"etcd"})), "v1.36.2", False),
    ],
)
def test_a_cloud_controller_manager_is_shown_where_one_was_seen(known: Known, version: str, shown: bool) -> None:
    seen = cloud_controller_manager.observe(view([Server(Mono(100.0), version)], known=known))
    assert (seen is not None) is shown
    assert seen is None or seen.kind == "cloud-controller-manager"


@pytest.mark.parametrize(
    ("names", "kind", "called"),
    [
        (["kube-scheduler"], "kube-scheduler", "kube-scheduler"),
        (["rke2-kube-scheduler"], "kube-scheduler", "rke2-kube-scheduler"),
        (["my-kube-scheduler"], "kube-scheduler", ""),  # a second scheduler is not the first
        (["k3s-cloud-controller-manager"], "cloud-controller-manager", "k3s-cloud-controller-manager"),
        (["oci-cloud-controller-manager"], "cloud-controller-manager", "oci-cloud-controller-manager"),
        (["cloud-controller-manager", "a-cloud-controller-manager"], "cloud-controller-manager", "cloud-controller-manager"),
    ],
)
def test_a_leaders_lease_is_found_by_the_name_that_its_distribution_gives_it(names: list[str], kind: str, called: str) -> None:
    seen = leader.observe(view([lease(name) for name in names]), kind)
    assert (seen.called, seen.lease is not None) == (called, bool(called))


def test_of_several_leases_of_cloud_controllers_the_one_that_is_held_is_told() -> None:
    left = thing(Feed.SYSTEM_LEASES, "a-cloud-controller-manager", spec={"holderIdentity": "", "leaseDurationSeconds": 1})
    seen = leader.observe(view([left, lease("b-cloud-controller-manager")]), "cloud-controller-manager")
    assert seen.called == "b-cloud-controller-manager"


def test_of_several_leases_the_one_that_is_seen_to_be_renewed_is_told_and_not_a_relic_under_the_usual_name() -> None:
    kind, own = "cloud-controller-manager", "hcloud-cloud-controller-manager"
    told = [lease(kind), lease(own)]
    assert leader.observe(view(told), kind).called == kind
    assert leader.observe(view([*told, lease(own, at=102.0, second=2)]), kind).called == own
    both = [*told, lease(own, at=102.0, second=2), lease(kind, at=103.0, second=3)]
    assert leader.observe(view(both), kind).called == kind


@pytest.mark.parametrize(
    ("image", "skewed"),
    [
        ("registry.k8s.io/cloud-controller-manager:v1.20.0", True),
        ("k8s.gcr.io/cloud-controller-manager-amd64:v1.20.0", True),
        ("registry.k8s.io/cloud-provider-gcp/cloud-controller-manager:v30.0.0", False),
        ("docker.io/hetznercloud/hcloud-cloud-controller-manager:v1.20.0", False),
        ("index.docker.io/rancher/rke2-cloud-provider:v1.29.3-build20240515", False),
        ("registry.k8s.io/provider-aws/cloud-controller-manager:v1.28.1", False),
    ],
)
def test_a_providers_cloud_controller_manager_has_versions_of_its_own(image: str, skewed: bool) -> None:
    kind = "cloud-controller-manager"
    spec = {"nodeName": "cp", "containers": [{"name": kind, "image": image}]}
    status = {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}
    made = thing(Feed.SYSTEM_PODS, "x", meta={"labels": {"k8s-app": kind}}, spec=spec, status=status)
    told = [Server(Mono(100.0), "v1.31.2"), *listed(Feed.SYSTEM_PODS, Feed.SYSTEM_LEASES), made, lease(kind)]
    judged = kube_controller_manager.judge(leader.observe(view(told), kind), Mono(100.0), DEFAULT)
    line = next(one for one in judged.verdict.evidence if one.signal == "version skew")
    assert line.state is (State.DEGRADED if skewed else State.NOT_OBSERVABLE)


@pytest.mark.parametrize(
    ("nodes", "where"),
    [
        (["kube-scheduler"], "kube-scheduler, a node of this cluster"),
        (["other"], "kube-scheduler, which is no node of this cluster"),
        ([], ""),
    ],
)
def test_the_host_of_a_leases_holder_is_looked_for_among_the_nodes(nodes: list[str], where: str) -> None:
    seen = leader.observe(view([lease("kube-scheduler"), *(node(name) for name in nodes)]), "kube-scheduler")
    assert seen.holder_on == where


def test_workloads_are_templates_where_nothing_runs_and_no_controller_was_seen_to_take_notice() -> None:
    def templates(*told: CacheEvent) -> bool:
        return leader.observe(view(told), "kube-controller-manager").templates

    def shop(generation: int, observed: int, at: float) -> CacheEvent:
        meta, status = {"generation": generation}, {"observedGeneration": observed}
        return thing(Feed.DEPLOYMENTS, "shop", at, meta=meta, status=status)

    assert templates(shop(1, 0, 99.0))
    assert templates(shop(1, 1, 99.0), shop(2, 1, 99.5))
    assert not templates(shop(1, 0, 99.0), shop(1, 1, 99.5))
    assert not templates(shop(1, 0, 99.0), node("n"))
    assert not templates(shop(1, 0, 99.0), thing(Feed.PODS, "p", spec={"nodeName": ""}))


# --- etcd and add-ons ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "labels", "store"),
    [
        ("v1.30.0+k3s1", {}, "inside the k3s process (no node has the role etcd: SQLite, or an external database behind kine)"),
        ("v1.30.0+k3s1", {"node-role.kubernetes.io/etcd": "true"}, "embedded etcd, in the k3s process of n"),
        (
            "v1.30.0+k3s1",
            {"node-role.kubernetes.io/etcd": "false"},
            "inside the k3s process (no node has the role etcd: SQLite, or",
        ),
        ("v1.30.0-eks-1", {}, "at the provider"),
        ("v1.30.0", {"node-role.kubernetes.io/etcd": "true"}, ""),
    ],
)
def test_where_the_state_store_is_is_said_as_far_as_its_distribution_is_known(
    version: str, labels: dict[str, str], store: str
) -> None:
    seen = etcd.observe(view([Server(Mono(100.0), version), node("n", labels=labels)]))
    assert seen.store.startswith(store)
    assert bool(seen.store) == bool(store)


@pytest.mark.parametrize("service", ["kube-dns", "coredns", "rke2-coredns-rke2-coredns"])
def test_dns_is_found_by_its_service_and_a_coredns_elsewhere_says_nothing(service: str) -> None:
    elsewhere = thing(Feed.DEPLOYMENTS, "coredns", space="shop", spec={"replicas": 2}, status={"readyReplicas": 0})
    assert dns.observe(view([elsewhere, endpoints("coredns", space="shop")])) is None
    seen = dns.observe(view([elsewhere, endpoints(service)]))
    assert seen is not None
    assert (seen.workload, seen.endpoints is not None) == (None, True)


def test_of_two_services_of_dns_the_one_that_answers_is_told() -> None:
    meta = {"labels": {"kubernetes.io/service-name": "kube-dns"}}
    left = thing(Feed.SYSTEM_ENDPOINTS, "kube-dns-old", meta=meta, endpoints=[])
    seen = dns.observe(view([left, endpoints("coredns")]))
    assert seen is not None
    assert seen.endpoints is not None
    assert [end.ready for end in seen.endpoints.endpoints] == [True]


def test_etcd_is_observed_by_its_checks_and_pods() -> None:
    told: list[CacheEvent] = [Health("/livez", Mono(100.0), 0.1, 200), Health("/readyz", Mono(100.5), 0.1, 500)]
    told += [pod("etcd-cp", {"component": "etcd"}, mirror=True), pod("x", {"k8s-app": "kube-dns"}), Metrics(Mono(99.0), 0.1, 1.0)]
    seen = etcd.observe(view(told, known=Known(etcd_check=True)))
    assert seen.livez is not None
    assert seen.readyz is not None
    assert (seen.livez.path, seen.readyz.path, seen.check_seen_before, seen.rates.at) == ("/livez", "/readyz", True, 99.0)
    assert ([one.name for one in seen.pods], seen.pods_feed.name) == (["etcd-cp"], "pods/kube-system")
    assert seen.reach.heard_at == 100.5
    assert not etcd.observe(view(told, known=Known())).check_seen_before


DNS_POD = pod("coredns-1", {"k8s-app": "kube-dns"})
COREDNS = thing(Feed.DEPLOYMENTS, "coredns", status={"readyReplicas": 1})


@pytest.mark.parametrize("told", [DNS_POD, COREDNS, endpoints("kube-dns")])
def test_dns_is_shown_where_anything_of_it_is_seen(told: CacheEvent) -> None:
    seen = dns.observe(view([told]))
    assert seen is not None
    parts = (bool(seen.pods), seen.workload is not None, seen.endpoints is not None)
    assert parts == (told is DNS_POD, told is COREDNS, told is not DNS_POD and told is not COREDNS)
    assert (seen.kind, seen.workloads.name, seen.endpoints_feed.name) == ("dns", "deployments", "endpointslices/kube-system")
    assert (seen.pods_feed.name, seen.reach.heard_at) == ("pods/kube-system", 100.0)


def test_an_add_on_of_which_nothing_is_seen_is_not_shown() -> None:
    seen = view([endpoints("other"), thing(Feed.DEPLOYMENTS, "other"), pod("x", {"k8s-app": "other"})])
    assert dns.observe(seen) is None
    assert metrics_server.observe(seen) is None
    assert konnectivity.observe(seen) is None


def test_metrics_server_is_observed_with_its_api() -> None:
    available = {"conditions": [{"type": "Available", "status": "True"}]}
    told = [
        endpoints("metrics-server"),
        thing(Feed.API_SERVICES, "v1beta1.metrics.k8s.io", status=available),
        thing(Feed.API_SERVICES, "v1.apps", status={}),
    ]
    seen = metrics_server.observe(view(told))
    assert seen is not None
    assert seen.api_service is not None
    assert (seen.kind, seen.api_service.name, seen.api_service.available) == ("metrics-server", "v1beta1.metrics.k8s.io", True)


@pytest.mark.parametrize(
    ("feed", "workloads"), [(Feed.DAEMON_SETS, "daemonsets"), (Feed.DEPLOYMENTS, "deployments"), (None, "daemonsets")]
)
def test_konnectivity_is_observed_by_the_kind_of_workload_that_it_runs_as(feed: Feed | None, workloads: str) -> None:
    agent = pod("konnectivity-agent-1", {"k8s-app": "konnectivity-agent"})
    seen = konnectivity.observe(view([thing(feed, "konnectivity-agent")] if feed is not None else [agent]))
    assert seen is not None
    assert (seen.workloads.name, seen.endpoints, len(seen.pods)) == (workloads, None, 0 if feed else 1)
