"""The demo against a real API server: the same requests, and the answers' status, headers and shape compared."""

import re
from collections.abc import AsyncIterator

import msgspec
import pytest

from planes.demo.access import Rule, User
from tests.demo.client import Answer, Client
from tests.demo.conftest import Running
from tests.demo.recordings import Exchange, exchanges, first_of_each
from tests.demo.shapes import differences, shapes

#: Keys that the recorded answers have and the demo's lack, with the reason.
MAY_LACK = {
    "metadata.labels",  # an aggregated APIService carries none, and the recorded cluster had only local ones
    "metadata.continue",  # the demo of these tests has fewer objects than the page holds
    "metadata.remainingItemCount",
    "status.numberUnavailable",  # in the recording one kube-proxy was not ready
}
#: Keys that the demo has and the recorded hollow nodes and pods have not, though a real kubelet's and real workloads' do.
MAY_ADD = {
    "status.runtimeHandlers",
    "containers[].env",
    "containers[].ports",
    "containers[].readinessProbe",
    "resources.limits",
    "resources.requests",
    "spec.tolerations[].tolerationSeconds",
    "spec.service",  # of the aggregated APIService
    "spec.insecureSkipTLSVerify",
}
_METRICS = re.compile(r"^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? \S+$")
_LABEL = re.compile(r'(\w+)="')


@pytest.fixture
async def limited(running: Running) -> AsyncIterator[Client]:
    """The user of the recording `rights` while it had a role."""
    rules = (Rule("", ("nodes", "pods", "events", "namespaces")),)
    running.demo.app.tokens["limited"] = User("planewatch", ("planewatch", "system:authenticated"), rules=rules, monitoring=True)
    async with Client(running.demo.url, "limited", running.context) as client:
        yield client


@pytest.fixture
async def powerless(running: Running) -> AsyncIterator[Client]:
    running.demo.app.tokens["powerless"] = User("planewatch", ("planewatch", "system:authenticated"))
    async with Client(running.demo.url, "powerless", running.context) as client:
        yield client


def same_head(exchange: Exchange, answer: Answer) -> list[str]:
    """Status, and the headers that a client goes by."""
    wrong = []
    if answer.status != exchange["status"]:
        wrong.append(f"status is {answer.status}, really {exchange['status']}: {answer.text[:200]}")
    for name, value in exchange["headers"].items():
        given = answer.headers.get(name)
        if given is None:
            wrong.append(f"there is no header {name}")
        elif name in {"Content-Type", "Warning", "Retry-After"} and given != value:
            wrong.append(f"{name} is {given}, really {value}")
    if "X-Kubernetes-Pf-Flowschema-Uid" in answer.headers and "X-Kubernetes-Pf-Flowschema-Uid" not in exchange["headers"]:
        wrong.append("the request was not classified, yet there is a flow schema")
    return wrong


def same_body(exchange: Exchange, answer: Answer) -> list[str]:
    real = exchange["body"]
    if isinstance(real, dict):
        given = answer.json
        wrong = differences(shapes(real), shapes(given), MAY_LACK, MAY_ADD)
        for name in ("kind", "apiVersion", "reason", "code", "status"):
            if isinstance(real.get(name), str | int) and given.get(name) != real[name]:
                wrong.append(f"{name} is {given.get(name)!r}, really {real[name]!r}")
        return wrong
    if "metrics" in exchange["path"]:
        return []  # compared by themselves
    return (
        same_checks(real, answer.text)
        if "verbose" in exchange["path"]
        else []
        if answer.text == real
        else [f"says {answer.text!r}"]
    )


def same_checks(real: str, given: str) -> list[str]:
    """A verbose health answer: the same lines, in the same order, but for the etcd checks that the recorded build left out."""
    recorded = [line for line in real.splitlines() if "]etcd" not in line]
    answered = [line for line in given.splitlines() if "]etcd" not in line]
    return [] if [line[3:] for line in recorded] == [line[3:] for line in answered] else [f"checks differ: {given}"]


def id_of(exchange: Exchange) -> str:
    return f"{exchange['method']} {exchange['path'][:90]} {exchange['status']}"


@pytest.mark.parametrize("exchange", first_of_each("healthy"), ids=id_of)
async def test_a_healthy_cluster_answers_as_a_real_one_does(running: Running, exchange: Exchange) -> None:
    answer = await running.admin.get(exchange["path"])
    wrong = same_head(exchange, answer)
    if exchange["path"] == "/metrics/slis":
        assert set(names_of(exchange["body"])) <= set(names_of(answer.text))
    elif exchange["path"] != "/metrics" and not wrong:
        wrong += same_body(exchange, answer)
    assert wrong == []


def names_of(text: str) -> dict[str, set[frozenset[str]]]:
    """Label names by metric."""
    found: dict[str, set[frozenset[str]]] = {}
    for line in text.splitlines():
        match = _METRICS.match(line)
        if match:
            found.setdefault(match[1], set()).add(frozenset(_LABEL.findall(match[2] or "")))
    return found


async def test_metrics_have_the_names_and_labels_of_the_real_ones(running: Running) -> None:
    real = names_of(next(exchange["body"] for exchange in exchanges("healthy") if exchange["path"] == "/metrics"))
    given = names_of((await running.admin.get("/metrics")).text)
    shared = set(real) & set(given)
    assert {name: given[name] for name in shared} == {name: real[name] for name in shared}
    # what the recorded cluster had no occasion to count: no webhook, no error, nothing rejected or terminated
    assert {name for name in given if name not in real and not name.startswith("apiserver_admission_webhook")} == {
        "apiserver_request_terminations_total",
        "apiserver_flowcontrol_rejected_requests_total",
        "etcd_request_errors_total",
    }


ERRORS = [
    exchange
    for exchange in first_of_each("errors")
    if exchange["status"] in {401, 403, 406, 504, 400} or exchange["path"] == "/nope"
]


@pytest.mark.parametrize("exchange", ERRORS, ids=id_of)
async def test_refusals_are_those_of_a_real_server(running: Running, powerless: Client, exchange: Exchange) -> None:
    wrong_accept = {"Accept": "image/png"} if exchange["status"] == 406 else {}
    if exchange["status"] == 401:
        async with Client(running.demo.url, "no-such-token", running.context) as stranger:
            answer = await stranger.get(exchange["path"])
    else:
        client = powerless if exchange["status"] == 403 else running.admin
        answer = await client.get(
            exchange["path"], exchange["method"], b"" if exchange["method"] == "POST" else None, **wrong_accept
        )
    assert same_head(exchange, answer) + same_body(exchange, answer) == []
    if exchange["status"] in {401, 403, 400, 406}:
        assert answer.json["message"] == exchange["body"]["message"]


async def test_what_is_not_there_is_404_as_a_real_server_says_it(running: Running) -> None:
    real = next(exchange for exchange in exchanges("errors") if exchange["path"].endswith("does-not-exist"))
    answer = await running.admin.get(real["path"])
    assert same_head(real, answer) + same_body(real, answer) == []
    unserved = next(
        exchange for exchange in exchanges("errors") if "metrics.k8s.io" in exchange["path"] and exchange["status"] == 404
    )
    answer = await running.admin.get("/apis/not.served.example/v1/nodes")
    assert same_head(unserved, answer) + same_body(unserved, answer) == []


async def test_an_expired_page_is_410_and_offers_a_way_on(running: Running) -> None:
    real = next(exchange for exchange in exchanges("errors") if exchange["status"] == 410)
    page = (await running.admin.get("/api/v1/namespaces/team-0/pods?limit=2")).json
    running.clock.advance(301)
    answer = await running.admin.get(f"/api/v1/namespaces/team-0/pods?limit=2&continue={page['metadata']['continue']}")
    assert same_head(real, answer) + same_body(real, answer) == []
    onward = await running.admin.get(f"/api/v1/namespaces/team-0/pods?limit=2&continue={answer.json['metadata']['continue']}")
    assert onward.status == 200
    assert onward.json["items"][0]["metadata"]["name"] > page["items"][-1]["metadata"]["name"]


async def test_a_token_from_before_the_beginning_is_an_empty_page(running: Running) -> None:
    real = next(exchange for exchange in exchanges("errors") if "continue" in exchange["path"] and exchange["status"] == 200)
    answer = await running.admin.get(real["path"])
    assert same_head(real, answer) == []
    assert answer.json == real["body"]


async def test_a_watch_from_too_long_ago_is_410_under_http_200(running: Running) -> None:
    real = next(exchange for exchange in exchanges("errors") if exchange.get("lines"))
    watch = await running.admin.watch("/api/v1/pods?allowWatchBookmarks=true&resourceVersion=1")
    events = await watch.rest()
    expected = [event for _, event in real["lines"]]
    assert [differences(shapes(a), shapes(b), set(), set()) for a, b in zip(expected, events, strict=True)] == [[]]
    assert events[0]["object"]["code"] == 410
    assert re.fullmatch(r"too old resource version: 1 \(\d+\)", events[0]["object"]["message"])


RIGHTS = [exchange for exchange in exchanges("rights") if "lines" not in exchange]


async def test_who_am_i_and_what_may_i_are_answered_as_recorded(running: Running, limited: Client, powerless: Client) -> None:
    wrong: list[str] = []
    for exchange in RIGHTS:
        client = limited if 3.0 < exchange["at"] < 8.0 else powerless
        sent = None
        if exchange.get("sent") is not None:
            sent = msgspec.json.encode(exchange["sent"])
        answer = await client.get(exchange["path"], exchange["method"], sent)
        found = same_head(exchange, answer)
        if exchange["path"] != "/metrics/slis" or exchange["status"] != 200:
            found += same_body(exchange, answer)
        if "accessreviews" in exchange["path"] and answer.json["status"]["allowed"] != exchange["body"]["status"]["allowed"]:
            found.append("allows what the real one does not, or the other way round")
        wrong += [f"{id_of(exchange)} at {exchange['at']}: {line}" for line in found]
    assert wrong == []


async def test_without_etcd_the_probes_fail_and_lists_from_the_cache_go_on(running: Running) -> None:
    running.demo.faults.inject("etcd-down")
    wrong = []
    for path, status in (("/livez?verbose", 500), ("/healthz", 500)):
        real = next(e for e in exchanges("etcd-stopped") if e["path"] == path and e["status"] == status)
        answer = await running.admin.get(path)
        wrong += same_head(real, answer)
        assert "[-]etcd failed: reason withheld" in answer.text
    for path in (
        "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases?resourceVersion=0",
        "/api/v1/nodes?limit=1&resourceVersion=0",
    ):
        real = next(e for e in exchanges("etcd-stopped") if e["path"] == path)
        answer = await running.admin.get(path)
        wrong += same_head(real, answer) + same_body(real, answer)
    assert wrong == []
    for path in (
        "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases",
        "/api/v1/nodes?limit=1",
        "/api/v1/componentstatuses",
    ):
        assert any(e["path"] == path and e["status"] is None for e in exchanges("etcd-stopped"))
        with pytest.raises(TimeoutError):
            await running.admin.get_within(path, 0.5)
