"""What is found when a cluster is looked over: from what it told."""

import base64

import pytest
from msgspec.structs import replace

from planes.assess.certificates import lead_of
from planes.assess.survey import EVERY, Surveyor, caught, spared, survey
from planes.demo.certificates import Authority
from planes.structs import certificates, objects
from planes.structs.admission import LabelSelector, Requirement, WebhookRule
from planes.structs.certificates import Bundle, Credentials
from planes.structs.events import CacheEvent, Changed, Failed, Listed, Metrics, Sample, Server
from planes.structs.feeds import Feed
from planes.structs.moments import Mono
from planes.structs.objects import APIServiceSpec, LabelledMeta, ServiceRef, WebhookClient
from planes.structs.survey import GapRow, Held, RunRow, SurveyRow, Untold
from planes.structs.thresholds import DEFAULT
from tests.components.observed import FORBIDDEN, OFFSET, listed, node, thing, view

CA = Authority.create()
ONE = certificates.of_pem(CA.pem).certificates[0]
BUNDLE = base64.b64encode(CA.pem).decode()
FEEDS = (Feed.NODES, Feed.SYSTEM_PODS, Feed.API_SERVICES, Feed.VALIDATING_WEBHOOKS, Feed.MUTATING_WEBHOOKS)


def found(*told: CacheEvent, now: float = 120.0) -> SurveyRow:
    return survey(view(list(told), now), Mono(now), OFFSET, DEFAULT)


def configuration(name: str, *hooks: objects.Webhook, feed: Feed = Feed.VALIDATING_WEBHOOKS) -> CacheEvent:
    return Changed(feed, objects.WebhookConfiguration(LabelledMeta(name), list(hooks)), Mono(101.0))


def hook(name: str, bundle: str = BUNDLE, policy: str | None = "Fail") -> objects.Webhook:
    return objects.Webhook(name, policy, WebhookClient(ServiceRef("ns", "svc"), None, bundle))


def test_webhooks_of_a_configuration_that_trust_the_same_are_one_line() -> None:
    told = found(configuration("gate", hook("a"), hook("b", policy="Ignore"), hook("c", bundle="")))
    lines = [(one.held, one.name, one.count, one.closed, one.untold, one.where) for one in told.certificates]
    assert lines == [
        (Held.WEBHOOK, "gate", 2, True, None, ("ns/svc",)),
        (Held.WEBHOOK, "gate", 1, True, Untold.ROOTS, ("ns/svc",)),
    ]
    assert told.certificates[0].certificates == (ONE,)
    assert (told.hooks_open, [one.name for one in told.hooks]) == (1, ["a", "c"])


@pytest.mark.parametrize(
    ("spec", "untold"),
    [
        (APIServiceSpec(ServiceRef("ns", "svc"), BUNDLE), None),
        (APIServiceSpec(ServiceRef("ns", "svc")), Untold.ROOTS),
        (APIServiceSpec(ServiceRef("ns", "svc"), insecureSkipTLSVerify=True), Untold.UNCHECKED),
        (APIServiceSpec(ServiceRef("ns", "svc"), "ZGVtbw=="), Untold.UNREAD),
    ],
)
def test_an_api_service_says_whom_it_trusts_or_why_there_is_no_end(spec: APIServiceSpec, untold: Untold | None) -> None:
    told = found(Changed(Feed.API_SERVICES, objects.APIService(LabelledMeta("v1.x"), spec), Mono(101.0)))
    assert [(one.held, one.name, one.untold) for one in told.certificates] == [(Held.API_SERVICE, "v1.x", untold)]


def test_an_api_service_that_the_api_server_serves_itself_trusts_nobody() -> None:
    assert found(Changed(Feed.API_SERVICES, objects.APIService(LabelledMeta("v1.")), Mono(101.0))).certificates == ()


def test_what_we_sign_in_with_and_whom_we_trust() -> None:
    token = Server(Mono(100.0), credentials=Credentials("the token", expires=7.0, renewed="the kubelet", roots=True))
    assert [(one.held, one.expires, one.renewed, one.untold) for one in found(token).certificates] == [
        (Held.TOKEN, 7.0, "the kubelet", None),
        (Held.TRUSTED, None, "", Untold.ROOTS),
    ]
    signed = Server(Mono(100.0), certificate=ONE, credentials=Credentials("it", client=ONE, trusted=Bundle((ONE,))))
    assert [(one.held, one.certificates) for one in found(signed).certificates] == [
        (held, (ONE,)) for held in (Held.SERVING, Held.CLIENT, Held.TRUSTED)
    ]
    assert found(Server(Mono(100.0), credentials=Credentials("it", verified=False))).certificates[1].untold is Untold.UNCHECKED


def test_what_was_shown_is_told_with_when_and_since_when_another_is() -> None:
    other = replace(ONE, ends=ONE.ends + 86_400.0, mark="other")
    told = [Server(Mono(100.0 + at), certificate=one, credentials=Credentials("it")) for at, one in ((0, ONE), (60, other))]
    (first,) = [one for one in found(told[0]).certificates if one.held is Held.SERVING]
    assert (first.seen_at, first.after, first.lead) == ((100.0 + OFFSET) // 60 * 60, None, {ONE.mark: lead_of(ONE, DEFAULT)})
    rows = [one for one in found(*told, now=170.0).certificates if one.held is Held.SERVING]
    minutes = [(at + OFFSET) // 60 * 60 for at in (100.0, 160.0)]
    assert [(row.certificates, row.seen_at, row.after) for row in rows] == [
        ((ONE,), minutes[0], minutes[1]),
        ((other,), minutes[1], None),
    ]


def test_by_whom_a_certificate_is_renewed_is_told_and_that_a_token_does_not_say_when_it_ends() -> None:
    (client, _) = found(Server(Mono(100.0), credentials=Credentials("it", client=ONE, renewed="the kubelet"))).certificates
    assert (client.held, client.renewed) == (Held.CLIENT, "the kubelet")
    (token, _) = found(Server(Mono(100.0), credentials=Credentials("the token"))).certificates
    assert (token.held, token.expires, token.untold) == (Held.TOKEN, None, Untold.UNSAID)


def test_whom_an_api_service_trusts_is_told_whole() -> None:
    bundle = base64.b64encode(CA.pem + b"-----BEGIN CERTIFICATE-----\nZGVtbw==\n-----END CERTIFICATE-----\n").decode()
    spec = APIServiceSpec(ServiceRef("ns", "svc"), bundle)
    (row,) = found(Changed(Feed.API_SERVICES, objects.APIService(LabelledMeta("v1.x"), spec), Mono(101.0))).certificates
    assert (row.where, row.unread, row.closed, row.count) == (("ns/svc",), 1, False, 1)
    assert row.lead == {ONE.mark: lead_of(ONE, DEFAULT)}


def test_a_webhook_that_is_called_by_its_url_is_told_by_it() -> None:
    called = objects.Webhook("w", "Fail", WebhookClient(None, "https://gate.example/w", BUNDLE))
    assert [one.where for one in found(configuration("gate", called)).certificates] == [("https://gate.example/w",)]


def test_versions_that_run_are_told_the_oldest_first_but_for_pods_that_are_going() -> None:
    nodes = [node(f"n-{at}", nodeInfo={"kubeletVersion": version}) for at, version in enumerate(("v1.36.2", "v1.9.1", "v1.36.2"))]
    made = {"nodeName": "n-0", "containers": [{"name": "kube-scheduler", "image": "x/kube-scheduler:v1.36.2"}]}
    labels = {"component": "kube-scheduler", "tier": "control-plane"}
    pods = [
        thing(
            Feed.SYSTEM_PODS,
            f"kube-scheduler-{name}",
            meta={"labels": labels, **({"deletionTimestamp": "2026-11-22T12:00:00Z"} if going else {})},
            spec=made,
            status={"phase": "Running"},
        )
        for name, going in (("a", False), ("b", True))
    ]
    assert found(*nodes, *pods).runs == (
        RunRow("kube-scheduler", "v1.36.2", 1, ("kube-scheduler-a",)),
        RunRow("kubelet", "v1.9.1", 1, ("n-1",)),
        RunRow("kubelet", "v1.36.2", 2, ("n-0", "n-2")),
    )


def test_nothing_is_late_that_renews_itself() -> None:
    by = [
        found(Server(Mono(100.0), credentials=Credentials("it", client=ONE, renewed=by))).certificates[0].lead for by in ("", "it")
    ]
    assert [bool(one) for one in by] == [True, False]


def test_a_dialled_api_server_is_told_by_its_address() -> None:
    told = found(Metrics(Mono(100.0), 0.1, 1.0, apart=True, address="10.0.0.1", certificate=ONE))
    assert [(one.held, one.where) for one in told.certificates] == [(Held.SERVING, ("10.0.0.1",))]


def test_what_cannot_be_read_is_said_with_why() -> None:
    assert [one.why for one in found().gaps] == ["waiting for the first answer"] * 5
    assert found(*listed(*FEEDS)).gaps == ()
    told = found(*listed(*FEEDS[1:]), Failed(FEEDS[0], FORBIDDEN, Mono(101.0), Mono(200.0)))
    assert [(one.what, one.known) for one in told.gaps] == [("Nodes", False)]
    assert told.gaps[0].why.startswith("not permitted; needs ")
    assert isinstance(told.gaps[0], GapRow)


def test_deprecated_apis_are_told_with_how_many_api_servers_told_them() -> None:
    sample = Sample((("group", "g"), ("removed_release", "1.40"), ("resource", "r"), ("version", "v1")), 1.0)
    told = found(Metrics(Mono(100.0), 0.1, 1.0, {"apiserver_requested_deprecated_apis": (sample,)}))
    assert [(one.resource, one.removed) for one in told.deprecated] == [("r", "1.40")]
    assert (told.scraped, told.servers, told.scraped_at) == (1, None, (100.0 + OFFSET) // 60 * 60)


@pytest.mark.parametrize(("servers", "unsettled"), [(1, False), (2, True)])
def test_another_version_is_to_be_expected_until_each_of_several_api_servers_has_told_its_own(
    servers: int, unsettled: bool
) -> None:
    meta = {"labels": {"kubernetes.io/service-name": "kubernetes"}}
    ends = [{"addresses": [f"10.0.0.{one}"], "conditions": {"ready": True}} for one in range(servers)]
    listing = thing(Feed.APISERVER_ENDPOINTS, "kubernetes", space="default", meta=meta, endpoints=ends)
    told = found(Server(Mono(100.0), "v1.36.2"), listing)
    assert (told.versions, told.servers, told.unsettled) == (("v1.36.2",), servers, unsettled)


# --- what an upgrade does -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("groups", "resources", "operations", "passes"),
    [
        ([""], ["pods"], ["CREATE"], ["pods: create"]),
        ([""], ["pods"], ["DELETE"], []),
        ([""], ["pods/*"], ["*"], ["pods/eviction: create"]),
        ([""], ["*/eviction"], ["CREATE"], ["pods/eviction: create"]),
        ([""], ["*"], ["UPDATE"], ["nodes: update"]),
        ([""], ["*/*"], ["CREATE"], ["pods: create", "pods/eviction: create", "nodes: create"]),
        (["apps"], ["pods", "deployments"], ["UPDATE"], ["deployments: update"]),
        (["*"], ["leases", "daemonsets"], ["*"], ["daemonsets: update", "leases: update"]),
        (["batch"], ["*"], ["*"], []),
    ],
)
def test_what_of_an_upgrade_passes_through_a_webhook(
    groups: list[str], resources: list[str], operations: list[str], passes: list[str]
) -> None:
    rule = WebhookRule(operations, groups, resources)
    assert caught(objects.Webhook("w", rules=[rule])) == passes


def test_namespaces_that_a_selector_leaves_out_by_name_are_told() -> None:
    by_name = Requirement("kubernetes.io/metadata.name", "NotIn", ["kube-system", "a"])
    others = [Requirement("kubernetes.io/metadata.name", "In", ["b"]), Requirement("team", "NotIn", ["c"])]
    asked = objects.Webhook("w", namespaceSelector=LabelSelector(matchExpressions=[by_name, *others]))
    assert (spared(asked), spared(objects.Webhook("w")), caught(objects.Webhook("w"))) == (("a", "kube-system"), (), [])


# --- again and again ----------------------------------------------------------------------------------------------------------


def test_it_is_told_when_it_changed_and_in_every_whole_frame() -> None:
    made, seen = Surveyor(DEFAULT), view(list(listed(*FEEDS)), 120.0)
    assert made.look(seen, Mono(120.0), OFFSET) is not None
    assert made.look(seen, Mono(120.0 + EVERY), OFFSET) is None
    assert made.look(seen, Mono(121.0 + EVERY), OFFSET, full=True) is not None
    hooks = objects.WebhookConfiguration(LabelledMeta("gate"), [hook("a")])
    seen.cache.apply(Listed(Feed.VALIDATING_WEBHOOKS, [hooks], "", Mono(127.0)))
    assert made.look(seen, Mono(121.0 + EVERY + EVERY / 2), OFFSET) is None, "not looked at again yet"
    assert made.look(seen, Mono(121.0 + 2 * EVERY), OFFSET) is not None
