"""What API servers are observed by, from every side."""

from typing import Any

import pytest

from planes.components import apiserver_observing, divided
from planes.structs.events import CacheEvent, Failed, Health, Metrics, Server
from planes.structs.feeds import Feed
from planes.structs.moments import Mono
from planes.structs.observations import DisruptionSeen
from tests.components.observed import BROKEN, FORBIDDEN, NOON, endpoints, lease, listed, node, pod, thing, view

ROLE = "node-role.kubernetes.io/control-plane"


def identity(name: str, kind: str = "kube-apiserver", address: str = "10.0.0.1:6443", **more: Any) -> CacheEvent:
    labels = {"apiserver.kubernetes.io/identity": kind, "kubernetes.io/hostname": f"host-{name}"}
    annotations = {"kubernetes.io/peer-advertise-address": address} if address else {}
    return lease(f"apiserver-{name}", duration=3600, meta={"labels": labels, "annotations": annotations}, **more)


@pytest.mark.parametrize(("address", "told"), [("10.0.0.1:6443", "10.0.0.1"), ("[fd00::1]:6443", "fd00::1"), ("", "")])
def test_an_api_server_is_known_by_its_identity_lease(address: str, told: str) -> None:
    seen = apiserver_observing.observe(view([identity("a", address=address), identity("b", "other"), lease("kube-scheduler")]))
    assert [(one.lease.name, one.host, one.address) for one in seen.identities] == [("apiserver-a", "host-a", told)]


@pytest.mark.parametrize(
    ("names", "several"),
    [
        (("apiserver-a", "apiserver-b"), True),
        (("apiserver-a",), False),
        (("apiserver-a", "kube-scheduler", "kube-controller-manager"), False),  # leases of others
    ],
)
def test_several_api_servers_are_known_by_identities_that_are_renewed(names: tuple[str, ...], several: bool) -> None:
    told = [lease(name, at=100.0 + second, second=second) for name in names for second in (0, 5)]
    assert divided.others(view(told, now=106.0).cache).several is several
    assert divided.others(view(told[::2], now=106.0).cache).several is False, "what was not seen to be renewed may be a relic"


def test_an_identity_that_was_deleted_is_none() -> None:
    assert apiserver_observing.observe(view([identity("a"), identity("a", gone=True)])).identities == ()


@pytest.mark.parametrize(("second", "stale"), [(30, False), (31, True)])
def test_an_identity_is_stale_at_first_sight_after_30_s_though_it_lasts_an_hour(second: int, stale: bool) -> None:
    seen = apiserver_observing.observe(view([identity("a", at=100.0 + second), Server(Mono(100.0), clock_skew=0.0)], now=140.0))
    assert [one.lease.stale_on_arrival for one in seen.identities] == [stale]


@pytest.mark.parametrize(
    ("told", "where"),
    [
        ([], ("", False)),
        ([node("host-a")], ("host-a", False)),
        ([node("cp", labels={ROLE: "", "kubernetes.io/hostname": "host-a"})], ("cp", False)),
        ([node("worker", labels={"kubernetes.io/hostname": "host-a"})], ("", False)),
        ([thing(Feed.NODES, "host-a", space="", spec={"unschedulable": True})], ("host-a", True)),
        ([thing(Feed.NODES, "host-a", space="", meta={"deletionTimestamp": "2026-11-22T12:00:00Z"})], ("host-a", True)),
    ],
)
def test_an_identity_knows_the_node_of_its_host_while_there_is_one(told: list[CacheEvent], where: tuple[str, bool]) -> None:
    (seen,) = apiserver_observing.observe(view([identity("a"), *told])).identities
    assert (seen.node, seen.leaving) == where


def hook(feed: Feed, name: str, space: str = "policy") -> CacheEvent:
    return thing(feed, name, space="", webhooks=[{"name": name, "clientConfig": {"service": {"namespace": space, "name": "gate"}}}])


@pytest.mark.parametrize(
    ("told", "feed"),
    [
        ([], "validatingwebhookconfigurations"),
        (listed(Feed.VALIDATING_WEBHOOKS), "mutatingwebhookconfigurations"),
        (listed(Feed.VALIDATING_WEBHOOKS, Feed.MUTATING_WEBHOOKS), "mutatingwebhookconfigurations"),  # there are none
        ([*listed(Feed.VALIDATING_WEBHOOKS, Feed.MUTATING_WEBHOOKS), hook(Feed.VALIDATING_WEBHOOKS, "checks")], "endpointslices"),
        (
            [
                *listed(Feed.VALIDATING_WEBHOOKS, Feed.MUTATING_WEBHOOKS, Feed.WEBHOOK_ENDPOINTS),
                hook(Feed.VALIDATING_WEBHOOKS, "checks"),
            ],
            "mutatingwebhookconfigurations",
        ),
    ],
)
def test_of_webhooks_the_feed_is_told_that_is_still_waited_for(told: list[CacheEvent], feed: str) -> None:
    assert apiserver_observing.observe(view(told)).webhooks_feed.name == feed


@pytest.mark.parametrize(
    ("space", "told", "ready"),
    [
        ("policy", [*listed(Feed.WEBHOOK_ENDPOINTS), endpoints("gate", Feed.WEBHOOK_ENDPOINTS, "policy")], 1),
        ("policy", listed(Feed.WEBHOOK_ENDPOINTS), 0),
        ("policy", [], None),
        ("policy", listed(Feed.SYSTEM_ENDPOINTS), None),
        ("kube-system", [*listed(Feed.SYSTEM_ENDPOINTS), endpoints("gate")], 1),
        ("kube-system", [*listed(Feed.SYSTEM_ENDPOINTS), Failed(Feed.SYSTEM_ENDPOINTS, BROKEN, Mono(100.5), Mono(110.0))], None),
        ("policy", [*listed(Feed.WEBHOOK_ENDPOINTS), Failed(Feed.WEBHOOK_ENDPOINTS, FORBIDDEN, Mono(100.5), Mono(110.0))], None),
        ("kube-system", [endpoints("gate")], None),
    ],
)
def test_the_endpoints_of_webhooks_are_looked_up_where_they_can_be_seen(
    space: str, told: list[CacheEvent], ready: int | None
) -> None:
    hooks = [hook(Feed.MUTATING_WEBHOOKS, "changes", space), hook(Feed.VALIDATING_WEBHOOKS, "checks", space)]
    seen = apiserver_observing.observe(view([*hooks, *told]))
    assert [(one.name, one.ready) for one in seen.webhooks] == [("checks", ready), ("changes", ready)]


@pytest.mark.parametrize(
    ("told", "feed"),
    [
        ([], Feed.VALIDATING_WEBHOOKS),
        (listed(Feed.VALIDATING_WEBHOOKS), Feed.MUTATING_WEBHOOKS),
        (
            [*listed(Feed.VALIDATING_WEBHOOKS), Failed(Feed.VALIDATING_WEBHOOKS, FORBIDDEN, Mono(100.5), Mono(110.0))],
            Feed.VALIDATING_WEBHOOKS,
        ),
    ],
)
def test_of_the_two_kinds_of_webhooks_the_one_that_cannot_be_read_is_told(told: list[CacheEvent], feed: Feed) -> None:
    assert apiserver_observing.observe(view(told)).webhooks_feed.name == feed.value


def test_api_servers_are_observed_from_every_side() -> None:
    told: list[CacheEvent] = [
        Health("/livez", Mono(100.0), 0.1, 200),
        Health("/readyz", Mono(100.0), 0.1, 200),
        Server(Mono(100.0), "v1.36.2", "", NOON + 86_400.0),
        Metrics(Mono(99.0), 0.1, 1.0),
        endpoints("kubernetes", Feed.APISERVER_ENDPOINTS, "default"),
        pod("kube-apiserver-cp", {"component": "kube-apiserver"}, mirror=True),
        thing(Feed.API_SERVICES, "v1.apps", status={"conditions": [{"type": "Available", "status": "True"}]}),
        node("cp", labels={"node-role.kubernetes.io/control-plane": ""}),
    ]
    seen = apiserver_observing.observe(view(told, disruption=DisruptionSeen(blocked="the state store is down")))
    assert seen.livez is not None
    assert seen.readyz is not None
    assert (seen.livez.path, seen.readyz.path, seen.rates.at, seen.reach.heard_at) == ("/livez", "/readyz", 99.0, 100.0)
    assert (seen.server.version, seen.server.certificate_left) == ("v1.36.2", 86_400.0)
    feeds = (seen.leases, seen.endpoints_feed, seen.pods_feed, seen.api_services_feed)
    names = ["leases/kube-system", "endpointslices/default", "pods/kube-system", "apiservices"]
    assert [one.name for one in feeds] == names
    assert seen.endpoints is not None
    assert [one.address for one in seen.endpoints.endpoints] == ["10.0.0.1"]
    assert ([one.name for one in seen.pods], [one.name for one in seen.api_services]) == (["kube-apiserver-cp"], ["v1.apps"])
    assert (seen.hosts, seen.writes_blocked) == ({"cp": "cp"}, "the state store is down")
