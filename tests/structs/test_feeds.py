"""What is asked of a cluster: paths as the Kubernetes API has them, where, how often, and for how long one waits."""

import pytest

from planes.structs import objects
from planes.structs.feeds import FEEDS, OPENSHIFT, Feed, Place, namespaces, seldom
from planes.structs.usage_objects import NodeMetrics

HERE = (Place(),)
SYSTEM = Place("kube-system")
#: The namespaces in which OpenShift runs what others run in kube-system.
KUBE = ("openshift-kube-apiserver", "openshift-etcd", "openshift-kube-scheduler", "openshift-kube-controller-manager")
COORDINATION = "/apis/coordination.k8s.io/v1/leases"
SLICES = "/apis/discovery.k8s.io/v1/endpointslices"
ADMISSION = "/apis/admissionregistration.k8s.io/v1"

TABLE = {
    Feed.NODES: ("/api/v1/nodes", objects.Node, HERE),
    Feed.NODE_LEASES: (COORDINATION, objects.NodeLease, (Place("kube-node-lease"),)),
    Feed.SYSTEM_LEASES: (COORDINATION, objects.Lease, (SYSTEM,)),
    Feed.EXTRA_LEASES: (COORDINATION, objects.Lease, tuple(Place(one, only=OPENSHIFT) for one in KUBE[2:])),
    Feed.SYSTEM_PODS: (
        "/api/v1/pods",
        objects.SystemPod,
        (
            Place("kube-system", crowded=True),
            *(Place(one, only=OPENSHIFT) for one in KUBE),
            Place("openshift-ovn-kubernetes", only=OPENSHIFT, crowded=True),
            Place("openshift-sdn", only=OPENSHIFT, crowded=True),
            Place("openshift-kube-proxy", only=OPENSHIFT, seldom=True),
        ),
    ),
    Feed.PODS: ("/api/v1/pods", objects.Pod, HERE),
    Feed.EVENTS: ("/api/v1/events", objects.Event, (Place(fields="involvedObject.kind=Node"), SYSTEM)),
    Feed.DAEMON_SETS: ("/apis/apps/v1/daemonsets", objects.DaemonSet, HERE),
    Feed.DEPLOYMENTS: ("/apis/apps/v1/deployments", objects.Deployment, HERE),
    Feed.APISERVER_ENDPOINTS: (SLICES, objects.EndpointSlice, (Place("default"),)),
    Feed.SYSTEM_ENDPOINTS: (SLICES, objects.EndpointSlice, (SYSTEM,)),
    Feed.WEBHOOK_ENDPOINTS: (SLICES, objects.EndpointSlice, HERE),
    Feed.API_SERVICES: ("/apis/apiregistration.k8s.io/v1/apiservices", objects.APIService, HERE),
    Feed.VALIDATING_WEBHOOKS: (f"{ADMISSION}/validatingwebhookconfigurations", objects.WebhookConfiguration, HERE),
    Feed.MUTATING_WEBHOOKS: (f"{ADMISSION}/mutatingwebhookconfigurations", objects.WebhookConfiguration, HERE),
    Feed.CSI_NODES: ("/apis/storage.k8s.io/v1/csinodes", objects.CSINode, HERE),
    Feed.NODE_METRICS: ("/apis/metrics.k8s.io/v1beta1/nodes", NodeMetrics, HERE),
}


@pytest.mark.parametrize("feed", list(Feed))
def test_every_feed_is_asked_for_as_the_api_has_it(feed: Feed) -> None:
    one = FEEDS[feed]
    assert (one.path(), one.struct, one.places) == TABLE[feed]
    assert (one.feed, bool(one.costs)) == (feed, True)


def test_a_namespace_stands_before_the_resource() -> None:
    assert FEEDS[Feed.PODS].path("shop") == "/api/v1/namespaces/shop/pods"
    assert FEEDS[Feed.DEPLOYMENTS].path("shop") == "/apis/apps/v1/namespaces/shop/deployments"


def where(flag: str) -> set[Feed]:
    return {feed for feed, one in FEEDS.items() if getattr(one, flag)}


LEASES = {Feed.NODE_LEASES, Feed.SYSTEM_LEASES, Feed.EXTRA_LEASES}


def test_what_holds_for_which_feeds() -> None:
    assert where("role") == LEASES, "Roles for leases in their namespaces, the ClusterRole for the rest"
    assert where("never_quiet") == LEASES, "leases are renewed all the time"
    assert where("together") == {Feed.EXTRA_LEASES}
    assert where("awaited") == {Feed.NODES, Feed.NODE_LEASES, Feed.SYSTEM_LEASES, Feed.SYSTEM_PODS}
    assert where("quick") == where("awaited") | {
        Feed.EXTRA_LEASES,
        Feed.DAEMON_SETS,
        Feed.APISERVER_ENDPOINTS,
        Feed.SYSTEM_ENDPOINTS,
        Feed.API_SERVICES,
    }


def seconds(name: str) -> dict[Feed, float]:
    """What differs from what most feeds have."""
    usual = getattr(FEEDS[Feed.API_SERVICES], name)
    return {feed: getattr(one, name) for feed, one in FEEDS.items() if getattr(one, name) != usual}


def test_silence_is_checked_after_missed_bookmarks_and_of_leases_after_missed_renewals() -> None:
    assert FEEDS[Feed.API_SERVICES].quiet == 90.0, "the server sends a bookmark about once a minute"
    assert seconds("quiet") == {Feed.NODE_LEASES: 17.0, Feed.SYSTEM_LEASES: 17.0, Feed.EXTRA_LEASES: 60.0}


def test_a_page_of_a_large_list_may_take_longer() -> None:
    large = (Feed.NODES, Feed.SYSTEM_PODS, Feed.PODS, Feed.EVENTS, Feed.DEPLOYMENTS, Feed.CSI_NODES)
    assert FEEDS[Feed.API_SERVICES].list_limit == 10.0
    assert seconds("list_limit") == {**dict.fromkeys(large, 30.0), Feed.NODE_METRICS: 20.0}


def test_what_cannot_be_watched_is_asked_for_twice_a_minute() -> None:
    assert seconds("every") == {Feed.WEBHOOK_ENDPOINTS: 30.0, Feed.NODE_METRICS: 30.0}
    assert FEEDS[Feed.NODES].every == 0.0


def test_the_namespaces_of_a_distribution_are_named_once_each() -> None:
    network = ("openshift-ovn-kubernetes", "openshift-sdn", "openshift-kube-proxy")
    assert namespaces(OPENSHIFT) == (KUBE[2], KUBE[3], KUBE[0], KUBE[1], *network)
    assert namespaces("k3s") == ()


def test_a_namespace_that_few_have_is_listed_without_asking_for_it_first() -> None:
    assert [one for one in namespaces(OPENSHIFT) if seldom(one)] == ["openshift-kube-proxy"]
    assert not seldom("kube-system")
    assert not seldom("in-which-nothing-is-asked-for")


def test_what_is_shown_first_costs_most() -> None:
    assert list(FEEDS)[:3] == [Feed.NODES, Feed.NODE_LEASES, Feed.SYSTEM_LEASES]
    assert set(FEEDS) == set(Feed)


def test_leases_have_a_rhythm_in_which_they_are_heard_or_listed_and_nothing_else_has() -> None:
    heard = {feed: one.rhythm for feed, one in FEEDS.items() if one.rhythm}
    assert heard == {Feed.NODE_LEASES: 5.0, Feed.SYSTEM_LEASES: 5.0, Feed.EXTRA_LEASES: 20.0}
