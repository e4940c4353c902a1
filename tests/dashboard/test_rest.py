"""The API for programs: what pages say, as JSON, a page of a list at a time, and each error with what to do about it."""

import re
from types import SimpleNamespace

import msgspec
import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import OperationalError
from django.db.backends.utils import CursorWrapper
from django.http import QueryDict
from django.test import Client
from msgspec.structs import replace
from pytest_django import DjangoAssertNumQueries

from dashboard import pulses
from dashboard.presenters.node_table import SORTS
from dashboard.rest import asking, cursors, openapi
from dashboard.rest.allowance import Allowance
from dashboard.rest.declared import RESOURCES
from dashboard.rest.problems import RefusedError
from dashboard.rest.queries import ChangesQuery, NodesQuery
from dashboard.views import rest
from planes.live.stream import Peek
from planes.models import Node
from planes.store import services
from planes.store.status import collect_status
from planes.structs.history import Span
from planes.structs.moments import Epoch
from planes.structs.rows import EvidenceRow, Frame, InstanceRow, PodRow
from planes.structs.verdicts import State
from tests.dashboard.rows import AT, Collecting, component, full_frame, node, silent_frame
from tests.sampling import sample_row

NOW = Epoch(AT + 100)


@pytest.fixture
def browser(visitor: User, collecting: Collecting, monkeypatch: pytest.MonkeyPatch) -> Client:
    """At NOW, whatever the clock of the machine says, and with a Valkey that answered just now."""
    peek = Peek(settings.REDIS_URL, lambda: 0.0)
    peek.answered()
    monkeypatch.setattr(pulses, "peek", lambda: peek)
    monkeypatch.setattr(rest, "time", SimpleNamespace(time=lambda: NOW))
    client = Client()
    client.force_login(visitor)
    return client


def whole(at: float) -> Frame:
    """Three nodes, of which one is silent and one has pods; a scheduler with two instances."""
    frame = full_frame(3, at=at)
    pods = tuple(PodRow("shop", f"cart-{number}", "Running", 1, 1, 0) for number in range(3))
    frame.nodes["node-2"] = replace(
        node("node-2"), pods=(PodRow("kube-system", "dns", "Pending", 0, 1, 4, "ImagePullBackOff"), *pods)
    )
    frame.nodes |= silent_frame("node-1", at=at).nodes
    instances = tuple(InstanceRow(name, leader=name == "b", state=State.HEALTHY) for name in ("a", "b"))
    evidence = (EvidenceRow("lease", f"renewed ⟨a:{at:.1f}⟩ ago", "renewed within 15 s", State.HEALTHY, "Lease", Epoch(at)),)
    frame.components = [replace(component(), instances=instances, evidence=evidence)]
    frame.attention = silent_frame("node-1", at=at).attention
    frame.changes = silent_frame("node-1", at=at).changes
    return frame


@pytest.fixture
def live(browser: Client, collecting: Collecting) -> Client:
    """Collected just now."""
    collecting.flush(whole(NOW - 1))
    return browser


def fails(query: str, kind: type[msgspec.Struct]) -> str:
    with pytest.raises(RefusedError) as raised:
        asking.read(QueryDict(query), kind)
    assert raised.value.status == 400
    return raised.value.sentence


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("colour=red", "There is no parameter colour here. There are: cursor, limit, q, sort."),
        ("limit=0", "limit=: expected int >= 1."),
        ("limit=501", "limit=: expected int <= 500."),
        ("limit=many", "limit=: expected int, got str."),
        ("limit=1&limit=2", "limit= is given 2 times. Give it once."),
        ("q=" + "x" * 1001, "q=: expected str of length <= 1000."),
        ("q=%00", "q= holds a NUL character, which no name has."),
        ("token=pw_1", "token= does not belong in an address, where others can read it. Revoke that token"),
        ("Access_Token=pw_1", "Access_Token= does not belong in an address"),
    ],
)
def test_what_makes_no_sense_in_an_address_is_refused_with_a_sentence(query: str, said: str) -> None:
    assert fails(query, NodesQuery).startswith(said)


def test_what_is_not_asked_has_its_default() -> None:
    assert asking.read(QueryDict(""), NodesQuery) == NodesQuery()
    assert asking.read(QueryDict("limit=500&from=2026-11-22T14:05Z&range=7d"), ChangesQuery) == ChangesQuery(
        limit=500, began="2026-11-22T14:05Z", span="7d"
    )


class Place(msgspec.Struct):
    name: str


def test_a_cursor_belongs_to_its_list_and_to_no_other() -> None:
    cursor = cursors.written(Place("é"), "nodes", "prod")
    assert cursors.read(cursor, Place, "nodes", "prod") == Place("é")
    assert cursors.read("", Place, "nodes", "prod") is None
    assert re.fullmatch(r"[A-Za-z0-9_-]+", cursor)
    for wrong, of in ((cursor, ("nodes", "other")), (cursor[:-2], ("nodes", "prod")), ("é", ("nodes", "prod")), ("AAAA", ("x",))):
        with pytest.raises(RefusedError, match=r"^cursor= is "):
            cursors.read(wrong, Place, *of)


def test_so_many_requests_go_at_once_and_more_as_time_goes_by() -> None:
    allowance = Allowance(60, 3)
    assert [allowance.take("one", 0.0) for _ in range(5)] == [0, 0, 0, 1, 1]
    assert allowance.take("other", 0.0) == 0, "each has its own"
    assert allowance.look("one", 0.9) == 1
    assert [allowance.take("one", 1.0) for _ in range(2)] == [0, 1]
    assert [allowance.take("one", 1_000.0) for _ in range(4)] == [0, 0, 0, 1], "no more than a whole bucket is saved"
    assert Allowance(2, 1).take("one", 0.0) == 0
    slow = Allowance(2, 1)
    slow.take("one", 0.0)
    assert slow.look("one", 10.5) == 20


@pytest.mark.any_database
def test_every_address_is_in_the_document_and_its_answers_are_described(live: Client) -> None:
    document = live.get("/api/v1/openapi.json").json()
    assert document["openapi"] == "3.1.0"
    assert set(document["paths"]) == {openapi.address(one) for one in RESOURCES}
    text = str(document)
    assert set(re.findall(r"#/components/schemas/([A-Za-z]+)", text)) <= set(document["components"]["schemas"])
    for one in document["paths"].values():
        assert {"200", "304", "400", "401", "404", "405", "406", "429", "503"} <= set(one["get"]["responses"])


@pytest.mark.any_database
def test_a_cluster_says_what_status_says_of_it(live: Client) -> None:
    answer = live.get("/api/v1/c/prod").json()
    (said,) = collect_status(lambda _: None, NOW).clusters
    assert (answer["name"], answer["version"], answer["late"]) == (said.name, said.version, None)
    assert {plane: one["state"] for plane, one in answer["planes"].items()} == {p: one.state for p, one in said.planes.items()}
    assert answer["nodes"] == said.nodes.by_state
    assert answer["as_of"] == NOW - 1


def test_components_come_with_their_evidence_and_instances_and_ages_are_told(live: Client) -> None:
    (one,) = live.get("/api/v1/c/prod/components").json()["components"]
    assert (one["kind"], one["state"], one["instances"]) == ("kube-scheduler", "healthy", 2)
    answer = live.get("/api/v1/c/prod/components/kube-scheduler").json()
    assert answer["evidence"][0]["now"] == "renewed 1 s ago"
    assert [(one["component"], one["name"], one["leader"]) for one in answer["instances"]] == [
        ("kube-scheduler", "a", False),
        ("kube-scheduler", "b", True),
    ]
    assert live.get("/api/v1/c/prod/instances?state=healthy").json()["instances"] == answer["instances"]
    assert live.get("/api/v1/c/prod/instances?component=etcd").json()["count"] == 0


def test_nodes_are_filtered_and_sorted_as_their_page_does(live: Client) -> None:
    answer = live.get("/api/v1/c/prod/nodes").json()
    assert (answer["count"], answer["found"], answer["next"]) == (3, 3, None)
    assert [(one["name"], one["state"], one["kubelet"]) for one in answer["nodes"]] == [
        ("node-1", "down", "down"),
        ("node-0", "healthy", "healthy"),
        ("node-2", "healthy", "healthy"),
    ]
    assert [one["name"] for one in live.get("/api/v1/c/prod/nodes?q=-down&sort=-name").json()["nodes"]] == ["node-2", "node-0"]


def test_a_node_comes_with_its_agents_evidence_and_what_is_late_is_unknown(
    live: Client, collecting: Collecting, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = live.get("/api/v1/c/prod/nodes/node-1/detail").json()
    assert (answer["node"]["state"], answer["agents"]["kubelet"]["state"], answer["agents"]["kube-proxy"]["state"]) == (
        "down",
        "down",
        "healthy",
    )
    assert "pods" not in answer
    monkeypatch.setattr(rest, "time", SimpleNamespace(time=lambda: NOW + 60))
    late = live.get("/api/v1/c/prod/nodes/node-1/detail").json()
    assert late["late"]["cause"] == "collector"
    assert {one["state"] for one in (late["node"], *late["agents"].values())} == {"unknown"}
    assert (late["agents"]["kubelet"]["last"], late["agents"]["kube-proxy"]["last"]) == ("down", "healthy")


def test_each_address_costs_a_few_queries_and_a_late_database_is_said(
    live: Client, django_assert_max_num_queries: DjangoAssertNumQueries, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise OperationalError("canceling statement due to statement timeout at 10.0.0.7")

    for resource in RESOURCES:
        if resource.serve is None:
            continue
        there = {"cluster": "prod", "kind": "kube-scheduler", "node": "node-1", "incident": "20260528T202819Z-node-1.kubelet"}
        address = openapi.address(resource).format(**there)
        with django_assert_max_num_queries(19):  # on PostgreSQL two more: who asks is in the same database
            assert live.get(address).status_code == 200, address
        with monkeypatch.context() as patched:
            patched.setattr(CursorWrapper, "execute", fails)
            response = live.get(address)
        assert (response.status_code, response["Content-Type"]) == (503, "application/problem+json")
        assert "10.0.0.7" not in response.content.decode()


def test_what_needs_attention_and_what_changed_is_told(live: Client) -> None:
    (needs,) = live.get("/api/v1/c/prod/attention").json()["attention"]
    assert (needs["title"], needs["state"], needs["count"]) == ("node-1 · kubelet", "down", 1)
    for address in ("/api/v1/changes", "/api/v1/c/prod/changes", "/api/v1/changes?kind=kubelet&state=down"):
        answer = live.get(address).json()
        assert [(one["cluster"], one["subject"], one["after"]) for one in answer["changes"]] == [("prod", "node-1", "down")]
        assert [one["cluster"] for one in answer["clusters"]] == ["prod"]
    assert live.get("/api/v1/changes?plane=control").json()["count"] == 0


@pytest.mark.any_database
def test_of_a_collector_that_is_silent_everything_is_unknown_with_what_was_last_known(
    browser: Client, collecting: Collecting
) -> None:
    collecting.flush(whole(AT))  # years ago
    cluster = browser.get("/api/v1/c/prod").json()
    assert (cluster["late"]["cause"], cluster["as_of"]) == ("collector", AT)
    assert (cluster["planes"]["data"]["state"], cluster["planes"]["data"]["last"]) == ("unknown", "healthy")
    assert cluster["nodes"] == {"unknown": 3}
    assert "⟨" not in browser.get("/api/v1/c/prod").content.decode()
    nodes = browser.get("/api/v1/c/prod/nodes").json()["nodes"]
    assert {(one["state"], one["kubelet"]) for one in nodes} == {("unknown", "unknown")}
    assert {one["last"] for one in nodes} == {"down", "healthy"}
    for address, key in (("components", "components"), ("instances", "instances"), ("attention", "attention")):
        answer = browser.get(f"/api/v1/c/prod/{address}").json()
        assert answer["late"]["cause"] == "collector"
        assert {one["state"] for one in answer[key]} == {"unknown"}
    assert browser.get("/api/v1/changes").json()["late"]["cause"] == "collector"


def walked(client: Client, address: str, key: str) -> list[str]:
    """The names on all pages of a list, by the addresses that each page gives for the next."""
    names: list[str] = []
    while True:
        answer = client.get(address)
        names += [one["name"] for one in answer.json()[key]]
        if answer.json()["next"] is None:
            assert "Link" not in answer
            return names
        address = answer["Link"].removeprefix("<").removesuffix('>; rel="next"')
        assert f"cursor={answer.json()['next']}" in address


def test_by_every_column_the_pages_of_a_list_are_the_whole_list(live: Client, collecting: Collecting) -> None:
    collecting.flush(Frame(at=NOW, nodes={"node-9": replace(node("node-9"), zone="", cpu_used=1.0, cpu_max=4.0)}))
    for sort in (one for name in SORTS for one in (name, f"-{name}")):
        every = [one["name"] for one in live.get(f"/api/v1/c/prod/nodes?sort={sort}").json()["nodes"]]
        assert len(every) == 4
        assert walked(live, f"/api/v1/c/prod/nodes?sort={sort}&limit=1", "nodes") == every, sort


def test_pods_and_instances_come_in_pages_too(live: Client) -> None:
    assert walked(live, "/api/v1/c/prod/nodes/node-2/pods?limit=3", "pods") == ["dns", "cart-0", "cart-1", "cart-2"]
    assert walked(live, "/api/v1/c/prod/instances?limit=1", "instances") == ["a", "b"]
    (dns,) = live.get("/api/v1/c/prod/nodes/node-2/pods?limit=1").json()["pods"]
    assert (dns["namespace"], dns["ready"], dns["containers"], dns["restarts"], dns["reason"]) == (
        "kube-system",
        0,
        1,
        4,
        "ImagePullBackOff",
    )


def test_what_goes_before_a_page_moves_nothing_on_the_pages_after_it(live: Client) -> None:
    first = live.get("/api/v1/c/prod/nodes?sort=name&limit=2").json()
    Node.objects.filter(name__in=["node-0", "node-1"]).delete()
    rest = live.get(f"/api/v1/c/prod/nodes?sort=name&limit=2&cursor={first['next']}").json()
    assert [one["name"] for one in rest["nodes"]] == ["node-2"]


def test_changes_come_in_pages_that_are_the_whole_list(live: Client, collecting: Collecting) -> None:
    collecting.flush(Frame(at=NOW, changes=[one for ago in (30, 20, 10) for one in silent_frame("node-0", at=NOW - ago).changes]))
    every = [one["id"] for one in live.get("/api/v1/c/prod/changes").json()["changes"]]
    pages: list[int] = []
    cursor: str | None = ""
    while cursor is not None:
        answer = live.get(f"/api/v1/c/prod/changes?limit=1&cursor={cursor}").json()
        pages += [one["id"] for one in answer["changes"]]
        assert answer["count"] == 4
        cursor = answer["next"]
    assert pages == every
    other = live.get("/api/v1/c/prod/changes?limit=1").json()["next"]
    assert live.get(f"/api/v1/c/prod/changes?limit=1&state=down&cursor={other}").status_code == 400


@pytest.mark.any_database
def test_an_answer_is_304_until_a_fact_changes_though_its_ages_run_on(live: Client, collecting: Collecting) -> None:
    for address in ("/api/v1/c/prod", "/api/v1/c/prod/nodes", "/api/v1/changes", "/api/v1/openapi.json"):
        first = live.get(address)
        assert live.get(address, headers={"If-None-Match": first["ETag"]}).status_code == 304, address
        assert "Authorization" in first["Vary"]
    before = live.get("/api/v1/c/prod/nodes")["ETag"]
    services.touch(collecting.id, collecting.epoch, NOW)
    assert live.get("/api/v1/c/prod/nodes", headers={"If-None-Match": before}).status_code == 304
    collecting.flush(silent_frame("node-0", at=NOW))
    assert live.get("/api/v1/c/prod/nodes", headers={"If-None-Match": before}).status_code == 200


def test_ribbons_and_spans_say_what_was_watched_and_nothing_of_what_was_not(live: Client, collecting: Collecting) -> None:
    services.touch(collecting.id, collecting.epoch, NOW, span=Span(Epoch(NOW - 600), NOW))
    watched = live.get("/api/v1/c/prod/watched?window=1h").json()
    assert [round(one["ended"] - one["began"]) for one in watched["spans"]] == [600]
    for address in ("components/kube-scheduler", "nodes/node-0"):
        ribbon = live.get(f"/api/v1/c/prod/{address}/ribbon?window=1h").json()
        assert [one["state"] for one in ribbon["stretches"]][:1] == [None]
        # Watched from the beginning of its state on, which is AT - 60: of what it was before nothing is known.
        assert (ribbon["unwatched"], ribbon["seconds"]) == (3440.0, {"healthy": 160.0})
        assert ribbon["stretches"][0]["began"] == ribbon["began"]
        assert ribbon["stretches"][-1]["ended"] == ribbon["ended"]


def test_figures_have_their_peaks_and_a_gap_where_nothing_was_observed(live: Client, collecting: Collecting) -> None:
    began = (NOW // 600 - 2) * 600
    scrapes = [sample_row(at=began + at, inflight=value) for at, value in ((0, 4.0), (30, 9.0), (60, 5.0), (400, 6.0), (430, 7.0))]
    collecting.flush(Frame(at=Epoch(NOW), components=[component("kube-apiserver")], samples=scrapes))
    services.touch(collecting.id, collecting.epoch, NOW, span=Span(Epoch(began), NOW))
    told = live.get("/api/v1/c/prod/components/kube-apiserver/figures?range=1h").json()
    inflight = next(one for one in told["figures"] if one["key"] == "inflight")
    assert [at - began for at in told["at"]] == [0, 30, 60, 230, 400, 430]
    assert inflight["mean"] == inflight["most"] == [4.0, 9.0, 5.0, None, 6.0, 7.0]
    assert {value for one in told["figures"] if one["key"] != "inflight" for value in one["mean"]} == {None}
    month = live.get("/api/v1/c/prod/components/kube-apiserver/figures?range=30d").json()
    inflight = next(one for one in month["figures"] if one["key"] == "inflight")
    assert (month["step"], inflight["mean"], inflight["least"], inflight["most"]) == (4800, [6.2], [4.0], [9.0])
    assert told["stretches"][0]["state"] is None
    collecting.flush(Frame(at=Epoch(NOW), components=[component("dns")]))
    assert live.get("/api/v1/c/prod/components/dns/figures").json()["figures"] == []


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/api/v1/c/prod/components/toaster/figures", 404),
        ("/api/v1/c/prod/components/kube-scheduler/figures?range=1y", 400),
        ("/api/v1/c/prod/components/kube-scheduler/figures?from=tomorrow", 400),
        ("/api/v1/c/prod/components/kube-scheduler/figures?from=2090-01-01", 400),
        ("/api/v1/c/nowhere", 404),
        ("/api/v1/c/nowhere/nodes", 404),
        ("/api/v1/c/prod/components/toaster", 404),
        ("/api/v1/c/prod/components/toaster/ribbon", 404),
        ("/api/v1/c/prod/nodes/node-99/pods", 404),
        ("/api/v1/c/prod/nodes/node-99/detail", 404),
        ("/api/v1/c/prod/nodes/node-99/ribbon", 404),
        ("/api/v1/c/pr%20od/nodes", 404),
        ("/api/v1/c/prod/nodes/../../x/pods", 404),
        ("/api/v1/c/prod/nodes?sort=colour", 400),
        ("/api/v1/c/prod/nodes?cursor=x", 400),
        ("/api/v1/c/prod/instances?state=fine", 400),
        ("/api/v1/c/prod/instances?component=toaster", 400),
        ("/api/v1/c/prod/watched?window=1y", 400),
        ("/api/v1/c/prod/changes?range=1y", 400),
        ("/api/v1/changes?from=yesterday", 400),
        ("/api/v1/changes?from=2026-11-22T14:05Z&to=2026-11-22T14:05Z", 400),
        ("/api/v1/openapi.json?x=1", 400),
        ("/api/v1/clusters?access_token=pw_x", 400),
    ],
)
def test_what_cannot_be_answered_is_a_problem_with_what_to_do(live: Client, address: str, status: int) -> None:
    response = live.get(address)
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
    assert response.json()["detail"].endswith(".")
    assert "⟨" not in response.json()["detail"]


@pytest.mark.any_database
def test_it_is_only_read_and_only_as_json(live: Client) -> None:
    for method in (live.post, live.put, live.delete, live.patch):
        response = method("/api/v1/c/prod/nodes")
        assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")
    assert live.head("/api/v1/c/prod/nodes").content == b""
    assert live.get("/api/v1/c/prod/nodes", headers={"Accept": "text/html"}).status_code == 406
    assert live.get("/api/v1/c/prod/nodes", headers={"Accept": "text/html, application/*;q=0.5"}).status_code == 200
