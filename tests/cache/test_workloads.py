"""Workloads, endpoints, API services and webhooks: what each says, and since when."""

import pytest

from planes.cache.workloads import ApiServiceStore, EndpointStore, WebhookStore, WorkloadStore
from planes.structs import objects
from planes.structs.moments import Mono
from planes.structs.objects import Condition, LabelledMeta, ServiceRef
from planes.structs.workload_observations import ApiServiceSeen, EndpointSeen, EndpointsSeen, WebhookSeen, WorkloadSeen

DNS = "kube-system/kube-dns"


def meta(name: str, generation: int = 1, namespace: str = "kube-system", **labels: str) -> LabelledMeta:
    return LabelledMeta(name, namespace, generation=generation, labels={key.replace("_", "-"): one for key, one in labels.items()})


def daemon_set(name: str = "kube-proxy", observed: int = 1, generation: int = 1, ready: int = 2) -> objects.DaemonSet:
    return objects.DaemonSet(meta(name, generation), objects.DaemonSetStatus(observed, 3, ready))


def deployment(
    name: str = "coredns", replicas: int | None = 2, ready: int = 1, labels: dict[str, str] | None = None
) -> objects.Deployment:
    labelled = LabelledMeta(name, "kube-system", generation=1, labels=labels or {})
    return objects.Deployment(labelled, objects.DeploymentSpec(replicas), objects.DeploymentStatus(1, ready))


# --- workloads ----------------------------------------------------------------------------------------------------------------


def test_a_daemon_set_tells_how_many_nodes_want_it() -> None:
    store = WorkloadStore("DaemonSet")
    store.changed(daemon_set(), Mono(5.0))
    told = WorkloadSeen(
        kind="DaemonSet", namespace="kube-system", name="kube-proxy", app="kube-proxy", desired=3, ready=2, seen_at=Mono(5.0)
    )
    assert store.find("kube-proxy") == told


def told_so(*args: str, **env: str) -> objects.DaemonSet:
    variables = [objects.EnvVar(name, value) for name, value in env.items()]
    template = objects.Template(objects.TemplateSpec([objects.TemplateContainer("c", list(args), [], variables)]))
    return objects.DaemonSet(meta("calico-node"), spec=objects.DaemonSetSpec(template))


def test_of_what_containers_are_told_only_what_speaks_of_kube_proxy_is_kept() -> None:
    store = WorkloadStore("DaemonSet")
    store.changed(told_so("--v=2", "--kube-proxy-replacement=true", FELIX_BPFENABLED="true", HIDDEN="x"), Mono(5.0))
    found = store.find("calico-node")
    assert found is not None
    assert found.settings == ("FELIX_BPFENABLED=true", "--kube-proxy-replacement=true")


def test_a_workload_of_another_namespace_is_not_found() -> None:
    store = WorkloadStore("DaemonSet")
    store.changed(objects.DaemonSet(meta("kube-proxy", namespace="shop")), Mono(5.0))
    assert store.find("kube-proxy") is None
    assert store.find("kube-proxy", namespace="shop") is not None


def test_changes_of_which_workloads_there_are_are_counted_and_controllers_that_take_notice_are_seen() -> None:
    store = WorkloadStore("DaemonSet")
    store.listed([daemon_set(), daemon_set("b")], Mono(5.0))
    store.changed(daemon_set(ready=1), Mono(6.0))
    assert (store.version, store.noticed) == (2, False)
    store.changed(daemon_set(observed=2, generation=2), Mono(7.0))
    assert (store.version, store.noticed) == (2, True)
    store.gone(daemon_set("b"), Mono(8.0))
    store.gone(daemon_set("b"), Mono(8.0))
    store.listed([], Mono(9.0))
    assert store.version == 4


@pytest.mark.parametrize(("replicas", "desired"), [(2, 2), (0, 0), (None, 1)])  # one is Kubernetes' default
def test_a_deployment_tells_its_replicas(replicas: int | None, desired: int) -> None:
    store = WorkloadStore("Deployment")
    store.changed(deployment(replicas=replicas), Mono(5.0))
    found = store.find("coredns")
    assert found is not None
    assert (found.desired, found.ready) == (desired, 1)


@pytest.mark.parametrize(
    ("labels", "app"),
    [
        ({"k8s-app": "kube-dns", "app.kubernetes.io/name": "coredns"}, "kube-dns"),
        ({"app.kubernetes.io/name": "coredns"}, "coredns"),
        ({"app": "other"}, "rke2-coredns"),
    ],
)
def test_a_workload_is_known_by_its_labels_or_its_name(labels: dict[str, str], app: str) -> None:
    store = WorkloadStore("Deployment")
    store.changed(deployment("another"), Mono(5.0))
    store.changed(deployment("rke2-coredns", labels=labels), Mono(5.0))
    for called in ("rke2-coredns", app):
        found = store.find("none", called)
        assert found is not None
        assert (found.name, found.app) == ("rke2-coredns", app)
    assert store.find("none") is None


def test_a_generation_that_is_not_observed_lags_since_that_was_first_seen() -> None:
    store = WorkloadStore("DaemonSet")
    for at, observed, generation, since in (
        (0.0, 1, 1, None),
        (1.0, 1, 2, 1.0),
        (5.0, 1, 3, 1.0),
        (6.0, 3, 3, None),
        (7.0, 4, 3, None),
        (8.0, 4, 5, 8.0),
    ):
        store.changed(daemon_set(observed=observed, generation=generation), Mono(at))
        found = store.find("kube-proxy")
        assert found is not None
        assert found.lagging_since == since
    store.changed(daemon_set("well"), Mono(9.0))
    assert [one.name for one in store.lagging()] == ["kube-proxy"]


def test_what_lags_from_the_very_beginning_of_our_clock_lags_since_then() -> None:
    store = WorkloadStore("DaemonSet")
    for at in (0.0, 4.0):
        store.changed(daemon_set(observed=1, generation=2), Mono(at))
    assert [one.lagging_since for one in store.lagging()] == [0.0]


def test_a_list_of_workloads_replaces_them() -> None:
    store = WorkloadStore("DaemonSet")
    store.listed([daemon_set("a"), daemon_set("b")], Mono(1.0))
    store.listed([daemon_set("b"), daemon_set("c")], Mono(2.0))
    assert set(store.seen) == {"kube-system/b", "kube-system/c"}
    assert store.seen["kube-system/b"].seen_at == 2.0
    store.gone(daemon_set("b"), Mono(3.0))
    store.gone(daemon_set("stranger"), Mono(3.0))
    assert set(store.seen) == {"kube-system/c"}


# --- endpoints ----------------------------------------------------------------------------------------------------------------


def endpoint(*addresses: str, ready: bool | None = True, node: str | None = None) -> objects.Endpoint:
    return objects.Endpoint(list(addresses), objects.EndpointConditions(ready), node)


def piece(name: str, *ends: objects.Endpoint, service: str = "kube-dns", namespace: str = "kube-system") -> objects.EndpointSlice:
    labels = {"kubernetes.io/service-name": service} if service else {}
    return objects.EndpointSlice(LabelledMeta(name, namespace, labels=labels), list(ends))


def test_a_service_has_the_endpoints_of_all_its_slices() -> None:
    store = EndpointStore()
    store.changed(piece("b", endpoint("10.0.0.2", ready=False)), Mono(1.0))
    store.changed(piece("a", endpoint("10.0.0.1", node="n"), endpoint("10.0.0.3", ready=None)), Mono(1.0))
    store.changed(piece("c", endpoint("10.9.9.9"), service="other"), Mono(1.0))
    found = store.find(DNS)
    assert found == EndpointsSeen(
        endpoints=(
            EndpointSeen(address="10.0.0.1", ready=True, node="n"),
            EndpointSeen(address="10.0.0.3", ready=True),  # nil means ready, says the API
            EndpointSeen(address="10.0.0.2", ready=False),
        ),
        since=Mono(1.0),
        seen_at=Mono(1.0),
    )
    assert store.find("kube-system/stranger") is None


def test_an_endpoint_is_one_address_and_a_slice_may_have_none() -> None:
    store = EndpointStore()
    store.changed(piece("a", endpoint("10.0.0.1", "10.0.0.2"), endpoint()), Mono(1.0))
    nothing = piece("b")
    nothing.endpoints = None
    store.changed(nothing, Mono(1.0))
    found = store.find(DNS)
    assert found is not None
    assert [one.address for one in found.endpoints] == ["10.0.0.1"]


def test_a_service_without_the_label_is_called_as_its_slice() -> None:
    store = EndpointStore()
    store.changed(piece("kubernetes", endpoint("10.0.0.1"), service="", namespace="default"), Mono(1.0))
    assert store.find("default/kubernetes") is not None


def test_since_moves_only_when_the_ready_ones_turn_from_or_to_zero() -> None:
    store = EndpointStore()
    for at, one, since in (
        (1.0, piece("a", endpoint("1"), endpoint("2")), 1.0),
        (2.0, piece("a", endpoint("1", ready=False), endpoint("2")), 1.0),
        (3.0, piece("a", endpoint("1", ready=False), endpoint("2", ready=False)), 3.0),
        (4.0, piece("a"), 3.0),
        (5.0, piece("a", endpoint("3")), 5.0),
    ):
        store.changed(one, Mono(at))
        found = store.find(DNS)
        assert found is not None
        assert (found.since, found.seen_at) == (since, at)
    store.gone(piece("a"), Mono(6.0))
    gone = store.find(DNS)
    assert gone == EndpointsSeen(endpoints=(), since=Mono(6.0), seen_at=Mono(6.0))
    store.gone(piece("stranger", service="stranger"), Mono(7.0))
    assert store.find("kube-system/stranger") is None


def test_a_slice_that_goes_over_to_another_service_leaves_the_first() -> None:
    store = EndpointStore()
    store.changed(piece("a", endpoint("1")), Mono(1.0))
    store.changed(piece("a", endpoint("1"), service="other"), Mono(2.0))
    first, other = store.find(DNS), store.find("kube-system/other")
    assert first is not None
    assert other is not None
    assert (first.endpoints, first.since) == ((), 2.0)
    assert [one.address for one in other.endpoints] == ["1"]


def test_a_list_of_slices_replaces_them() -> None:
    store = EndpointStore()
    store.listed([piece("a", endpoint("1")), piece("b", endpoint("2"))], Mono(1.0))
    store.listed([piece("b", endpoint("3"))], Mono(2.0))
    found = store.find(DNS)
    assert found is not None
    assert ([one.address for one in found.endpoints], found.since) == (["3"], 1.0)


# --- API services -------------------------------------------------------------------------------------------------------------


def api_service(*conditions: Condition, name: str = "v1beta1.metrics.k8s.io") -> objects.APIService:
    return objects.APIService(LabelledMeta(name), status=objects.APIServiceStatus(list(conditions)))


@pytest.mark.parametrize(
    ("conditions", "available", "reason"),
    [
        ([Condition("Available", "True", "Passed")], True, ""),
        ([Condition("Available", "False", "MissingEndpoints", "none")], False, "MissingEndpoints"),
        ([Condition("Available", "False", "", "cannot be reached")], False, "cannot be reached"),
        (
            [Condition("Other", "True", "Odd"), Condition("Available", "False", "FailedDiscoveryCheck")],
            False,
            "FailedDiscoveryCheck",
        ),
        ([Condition("Other", "True", "Odd")], False, "no condition yet"),
        ([], False, "no condition yet"),
    ],
)
def test_an_api_service_is_available_by_its_condition_of_that_name(
    conditions: list[Condition], available: bool, reason: str
) -> None:
    store = ApiServiceStore()
    store.changed(api_service(*conditions), Mono(5.0))
    told = ApiServiceSeen(name="v1beta1.metrics.k8s.io", available=available, reason=reason, since=Mono(5.0))
    assert store.seen == {"v1beta1.metrics.k8s.io": told}


def test_an_api_service_is_as_it_is_since_that_was_first_seen() -> None:
    store, yes, no = ApiServiceStore(), Condition("Available", "True"), Condition("Available", "False", "Odd")
    for at, condition, since in ((1.0, yes, 1.0), (2.0, yes, 1.0), (3.0, no, 3.0), (4.0, no, 3.0), (5.0, yes, 5.0)):
        store.changed(api_service(condition), Mono(at))
        assert store.seen["v1beta1.metrics.k8s.io"].since == since


def test_a_list_of_api_services_replaces_them() -> None:
    store = ApiServiceStore()
    store.listed([api_service(name="a"), api_service(name="b")], Mono(1.0))
    store.listed([api_service(name="b"), api_service(name="c")], Mono(2.0))
    assert {name: one.since for name, one in store.seen.items()} == {"b": 1.0, "c": 2.0}
    store.gone(api_service(name="b"), Mono(3.0))
    store.gone(api_service(name="stranger"), Mono(3.0))
    assert set(store.seen) == {"c"}


# --- webhooks -----------------------------------------------------------------------------------------------------------------


def hooks(
    name: str, *of: tuple[str, str | None, ServiceRef | None, str | None], namespace: str = ""
) -> objects.WebhookConfiguration:
    made = [objects.Webhook(called, policy, objects.WebhookClient(ref, url)) for called, policy, ref, url in of]
    return objects.WebhookConfiguration(LabelledMeta(name, namespace), made)


def hook(
    name: str, *, closed: bool = True, service: str = "", ready: int | None = None, since: float = 1.0, of: str = "a"
) -> WebhookSeen:
    return WebhookSeen(name=name, fails_closed=closed, service=service, ready=ready, since=Mono(since), configuration=of)


POLICY = ServiceRef("policy", "gate")


def test_a_webhook_fails_closed_unless_it_says_to_ignore_and_may_be_a_url() -> None:
    store = WebhookStore()
    store.changed(hooks("b", ("url", "Ignore", None, "https://hooks.example/x"), ("bare", "Fail", None, None)), Mono(1.0))
    store.changed(hooks("a", ("default", None, None, "https://y")), Mono(2.0))
    assert store.seen([]) == [
        hook("default", service="https://y", since=2.0),
        hook("url", closed=False, service="https://hooks.example/x", of="b"),
        hook("bare", of="b"),
    ]


def book(at: float, *ends: objects.Endpoint, namespace: str = "policy", service: str = "gate") -> EndpointStore:
    store = EndpointStore()
    store.changed(piece("x", *ends, service=service, namespace=namespace), Mono(at))
    return store


def test_the_ready_endpoints_of_a_webhooks_service_are_counted_since_they_turned() -> None:
    store = WebhookStore()
    store.changed(hooks("a", ("gate", "Ignore", POLICY, None)), Mono(1.0))
    ends = book(7.0, endpoint("1"), endpoint("2", ready=False), endpoint("3"))
    assert store.seen([(ends, None)]) == [hook("gate", closed=False, service="policy/gate", ready=2, since=7.0)]
    assert store.seen([(book(8.0, endpoint("1", ready=False)), None)]) == [
        hook("gate", closed=False, service="policy/gate", ready=0, since=8.0)
    ]


def test_a_service_that_a_whole_book_does_not_hold_has_no_endpoint_since_the_webhook_is_known() -> None:
    store = WebhookStore()
    store.changed(hooks("a", ("gate", "Fail", POLICY, None)), Mono(1.0))
    store.changed(hooks("a", ("gate", "Fail", POLICY, None)), Mono(5.0))
    assert store.seen([(EndpointStore(), None)]) == [hook("gate", service="policy/gate", ready=0)]


def test_a_book_that_is_whole_for_another_namespace_says_nothing_of_a_webhook() -> None:
    store = WebhookStore()
    store.changed(hooks("a", ("gate", "Fail", POLICY, None)), Mono(1.0))
    ends = book(7.0, endpoint("1"))
    assert store.seen([(ends, "kube-system")]) == [hook("gate", service="policy/gate", ready=None)]
    assert store.seen([(ends, "policy")]) == [hook("gate", service="policy/gate", ready=1, since=7.0)]
    assert store.seen([(EndpointStore(), "kube-system"), (ends, None)])[0].ready == 1
    assert store.seen([(EndpointStore(), None), (ends, "policy")])[0].ready == 0, "the first book that is whole for it decides"


def test_each_webhook_of_a_configuration_is_looked_up_apart() -> None:
    store = WebhookStore()
    other = ServiceRef("policy", "other")
    store.changed(hooks("a", ("gate", "Fail", POLICY, None), ("other", "Fail", other, None)), Mono(1.0))
    assert [(one.name, one.ready) for one in store.seen([(book(7.0, endpoint("1")), None)])] == [("gate", 1), ("other", 0)]


def test_a_list_of_webhook_configurations_replaces_them() -> None:
    store = WebhookStore()
    store.listed([hooks("a", ("a", None, None, "u")), hooks("b", ("b", None, None, "u"))], Mono(1.0))
    store.listed([hooks("b", ("b", None, None, "u")), hooks("c", ("c", None, None, "u"))], Mono(2.0))
    assert [(one.name, one.since) for one in store.seen([])] == [("b", 1.0), ("c", 2.0)]
    store.gone(hooks("b"), Mono(3.0))
    store.gone(hooks("stranger"), Mono(3.0))
    assert [one.name for one in store.seen([])] == ["c"]


def test_a_webhook_that_is_added_to_a_configuration_has_its_own_age() -> None:
    store = WebhookStore()
    old, new = ("old", "Fail", POLICY, None), ("new", "Fail", ServiceRef("policy", "later"), None)
    store.changed(hooks("a", old), Mono(1.0))
    store.changed(hooks("a", new, old), Mono(100.0))
    assert [(one.name, one.since) for one in store.seen([(EndpointStore(), None)])] == [("new", 100.0), ("old", 1.0)]


def test_a_webhook_does_not_take_the_age_of_the_service_of_the_one_before_it() -> None:
    store = WebhookStore()
    store.changed(hooks("a", ("gate", "Fail", POLICY, None), ("other", "Fail", ServiceRef("policy", "other"), None)), Mono(1.0))
    assert [one.since for one in store.seen([(book(7.0), None)])] == [7.0, 1.0]


def test_a_webhook_is_no_longer_without_endpoints_than_it_calls_their_service() -> None:
    store = WebhookStore()
    store.changed(hooks("a", ("gate", "Fail", POLICY, None)), Mono(50.0))
    assert [one.since for one in store.seen([(book(7.0), None)])] == [50.0]
    moved = hooks("a", ("gate", "Fail", ServiceRef("policy", "other"), None))
    store.changed(moved, Mono(80.0))
    store.changed(moved, Mono(90.0))
    assert [one.since for one in store.seen([(EndpointStore(), None)])] == [80.0]


def test_a_configuration_that_was_made_again_begins_anew() -> None:
    store = WebhookStore()
    again = hooks("a", ("gate", "Fail", POLICY, None))
    store.changed(again, Mono(1.0))
    again = hooks("a", ("gate", "Fail", POLICY, None))
    again.metadata.uid = "another"
    store.listed([again], Mono(60.0))
    assert [one.since for one in store.seen([])] == [60.0]


def test_two_webhooks_of_one_name_are_two() -> None:
    store = WebhookStore()
    store.changed(hooks("a", ("gate", "Fail", POLICY, None)), Mono(1.0))
    store.changed(hooks("a", ("gate", "Fail", POLICY, None), ("gate", "Fail", None, "https://x")), Mono(9.0))
    assert [(one.service, one.since) for one in store.seen([])] == [("policy/gate", 1.0), ("https://x", 9.0)]
