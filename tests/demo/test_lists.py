"""LIST and GET: pages that agree with each other, gzip, and versions from the future."""

import asyncio
import gzip

import msgspec

from planes.demo.pods import PodRecord
from tests.demo.client import Client
from tests.demo.conftest import Running


async def all_pages(running: Running, path: str, limit: int) -> list[str]:
    found: list[str] = []
    token = ""
    while True:
        page = (await running.reader.get(f"{path}?limit={limit}{token}")).json
        found += [f"{item['metadata'].get('namespace', '')}/{item['metadata']['name']}" for item in page["items"]]
        left = page["metadata"].get("remainingItemCount")
        if "continue" not in page["metadata"]:
            assert left is None
            return found
        assert left > 0
        token = f"&continue={page['metadata']['continue']}"
        disturb(running)


def disturb(running: Running) -> None:
    """Delete one pod and make another, between two pages."""
    cluster = running.demo.cluster
    victim = next(record for record in cluster.pods.records("team-0") if isinstance(record, PodRecord))
    cluster.remove_pod(f"team-0/{victim.name}")
    running.demo.work.create(victim.workload)


async def test_pages_show_the_state_of_the_first_whatever_happens_meanwhile(running: Running) -> None:
    before = [f"{record.namespace}/{record.name}" for record in running.demo.cluster.pods.records()]
    assert await all_pages(running, "/api/v1/pods", 17) == before
    after = [f"{record.namespace}/{record.name}" for record in running.demo.cluster.pods.records()]
    assert before != after


async def test_a_list_from_the_cache_ignores_the_limit(running: Running) -> None:
    page = (await running.reader.get("/api/v1/nodes?limit=5&resourceVersion=0")).json
    assert len(page["items"]) == 30
    assert "continue" not in page["metadata"]


async def test_a_version_from_the_future_is_waited_for_then_refused(running: Running) -> None:
    current = running.demo.cluster.store.revision
    waiting = asyncio.ensure_future(
        running.reader.get(f"/api/v1/nodes?resourceVersion={current + 3}&resourceVersionMatch=NotOlderThan")
    )
    await asyncio.wait({waiting}, timeout=0.2)
    assert not waiting.done()
    answer = await running.reader.get(f"/api/v1/nodes?resourceVersion={current + 10**9}&resourceVersionMatch=NotOlderThan")
    assert answer.status == 504
    assert answer.headers["Retry-After"] == "1"
    assert answer.json["details"]["causes"][0]["reason"] == "ResourceVersionTooLarge"
    assert (await waiting).status == 504


async def test_large_answers_are_compressed_when_asked_and_small_ones_never(running: Running) -> None:
    small = await running.reader.get("/version", Accept_Encoding="gzip")
    assert "Content-Encoding" not in small.headers
    large = await running.reader.get("/api/v1/pods", Accept_Encoding="gzip")
    assert large.headers["Content-Encoding"] == "gzip"
    plain = await running.reader.get("/api/v1/pods", Accept_Encoding="identity")
    assert "Content-Encoding" not in plain.headers
    assert len(large.raw) * 5 < len(plain.raw)
    assert names(gzip.decompress(large.raw)) == names(plain.raw)


def names(raw: bytes) -> list[str]:
    return [item["metadata"]["name"] for item in msgspec.json.decode(raw)["items"]]


async def test_one_object_is_what_the_list_holds_with_kind_and_version(running: Running) -> None:
    one = (await running.reader.get("/api/v1/nodes/cp-1")).json
    listed = (await running.reader.get("/api/v1/nodes?fieldSelector=metadata.name%3Dcp-1")).json["items"][0]
    assert (one.pop("kind"), one.pop("apiVersion")) == ("Node", "v1")
    assert one == listed


async def test_garbled_questions_are_refused_with_400(running: Running) -> None:
    for query in ("limit=many", "resourceVersion=new", "continue=%%%", "continue=bm90IGpzb24"):
        answer = await running.reader.get(f"/api/v1/nodes?{query}")
        assert (query, answer.status, answer.json["reason"]) == (query, 400, "BadRequest")


async def test_anonymous_callers_learn_health_and_version_only(running: Running) -> None:
    async with Client(running.demo.url, "", running.context) as nobody:
        for path, status in (
            ("/livez", 200),
            ("/readyz?verbose", 200),
            ("/version", 200),
            ("/metrics", 403),
            ("/api/v1/nodes", 403),
            ("/api", 403),
        ):
            assert (path, (await nobody.get(path)).status) == (path, status)


async def test_what_planewatch_may_not_is_refused(running: Running) -> None:
    for path in ("/api/v1/secrets", "/api/v1/configmaps", "/apis/coordination.k8s.io/v1/leases", "/api/v1/nodes/cp-1/proxy"):
        assert (path, (await running.reader.get(path)).status) in {(path, 403), (path, 404)}
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert (await running.reader.get("/api/v1/nodes/cp-1", method, b"{}")).status == 403
        assert (await running.admin.get("/api/v1/nodes/cp-1", method, b"{}")).status == 405


async def test_metrics_grow_and_tell_the_process(running: Running) -> None:
    first = await running.reader.get("/metrics")
    running.clock.advance(30)
    second = await running.reader.get("/metrics")

    def total(text: str, family: str) -> float:
        return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line.startswith(family))

    for family in (
        "apiserver_request_total",
        "apiserver_request_sli_duration_seconds_count",
        "etcd_request_duration_seconds_count",
    ):
        assert total(second.text, family) > total(first.text, family) > 0
    assert total(first.text, "process_start_time_seconds") == total(second.text, "process_start_time_seconds") > 0
    assert total(first.text, "aggregator_unavailable_apiservice") == 0


async def test_usage_is_served_for_nodes_and_pods(running: Running) -> None:
    nodes = (await running.reader.get("/apis/metrics.k8s.io/v1beta1/nodes")).json
    assert [item["metadata"]["name"] for item in nodes["items"]] == await running.reader.names("/api/v1/nodes")
    assert all(item["usage"]["cpu"].endswith("n") and item["usage"]["memory"].endswith("Ki") for item in nodes["items"])
    pods = (await running.reader.get("/apis/metrics.k8s.io/v1beta1/namespaces/kube-system/pods")).json
    assert pods["kind"] == "PodMetricsList"
    assert {item["metadata"]["namespace"] for item in pods["items"]} == {"kube-system"}
