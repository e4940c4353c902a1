"""Asking a cluster for what a page wants to know now: over HTTPS, and from the page to the collector and back by way of Valkey."""

import asyncio
from pathlib import Path

import pytest
import redis

from planes.collect import lookups
from planes.collect.answering import answer
from planes.collect.lookups import COMPONENTS, look_up
from planes.kube.connect import Target
from planes.kube.link import open_link
from planes.live.lookups import QUEUED, Desk, ask, queue_key
from planes.structs.lookups import About, Found, FoundPart, Lookup
from tests.replay import Reply, Request, Server, reply, serve, status

SECRET = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJub2RlIn0.c2lnbmF0dXJl"
DIGEST = "sha256:" + "0a1b2c3d" * 8
NODE = {
    "metadata": {
        "name": "node-1",
        "annotations": {"example.com/join": f"token={SECRET}", "note": "<b>bold</b>"},
        "managedFields": [{"manager": "kubelet", "operation": "Update"}],
    },
    "status": {"addresses": [{"type": "InternalIP", "address": "10.0.0.1"}], "images": [{"names": [f"pause@{DIGEST}"]}]},
}
NODES = "/api/v1/nodes"


def listed(*items: object, token: str = "") -> Reply:
    return reply({"kind": "List", "apiVersion": "v1", "metadata": {"continue": token}, "items": list(items)})


async def asked(server: Server, folder: Path, about: About, name: str) -> dict[str, FoundPart]:
    link = await open_link(Target(str(server.write_kubeconfig(folder)), "replay"))
    try:
        found = await look_up(Lookup(about, name), link, lambda: 1000.0)
    finally:
        await link.close()
    assert found.at == 1000.0
    return {part.key: part for part in found.parts}


async def test_a_node_is_told_whole_its_managed_fields_apart_and_no_secret(tmp_path: Path) -> None:
    async def script(request: Request) -> Reply | None:
        return listed(NODE) if request.query.get("fieldSelector") == "metadata.name=node-1" else listed()

    async with serve(script) as server:
        parts = await asked(server, tmp_path, About.NODE, "node-1")
    assert list(parts) == ["requests", "addresses", "owners", "annotations", "images", "yaml", "managed"]
    whole = parts["yaml"].text
    assert "managedFields" not in whole
    assert "manager: kubelet" in parts["managed"].text
    assert DIGEST in whole
    assert SECRET not in whole + parts["annotations"].lines[0].text
    assert parts["annotations"].lines[1].text == "<b>bold</b>"
    assert parts["addresses"].lines[0].text == "10.0.0.1"


async def test_a_node_that_is_gone_is_said_to_be(tmp_path: Path) -> None:
    async def script(request: Request) -> Reply | None:
        return listed()

    async with serve(script) as server:
        parts = await asked(server, tmp_path, About.NODE, "node-9")
    assert parts["object"].none == "The cluster has no node of this name now."


async def test_what_may_not_be_read_is_said_in_its_place_and_the_rest_is_told(tmp_path: Path) -> None:
    async def script(request: Request) -> Reply | None:
        if request.path.endswith("/events"):
            return status(403, "Forbidden", 'events is forbidden: User "pw" cannot list resource "events" in API group ""')
        if request.path.endswith("/pods"):
            return status(500, "InternalError")
        return listed(token="more")

    async with serve(script) as server:
        parts = await asked(server, tmp_path, About.COMPONENT, "kube-scheduler")
    assert parts["events"].lack.startswith('Not permitted: User "pw" may not list events')
    assert parts["events"].remedy
    assert "500" in parts["undecided"].lack
    assert parts["lease"].none == "There is none."


async def test_every_check_of_a_failing_api_server_is_told(tmp_path: Path) -> None:
    async def script(request: Request) -> Reply | None:
        if request.path in ("/livez", "/readyz"):
            return Reply(500, b"[+]ping ok\n[-]etcd failed: reason withheld\nlivez check failed", "text/plain")
        return listed()

    async with serve(script) as server:
        parts = await asked(server, tmp_path, About.COMPONENT, "kube-apiserver")
    assert [(line.title, line.state) for line in parts["checks-readyz"].lines] == [("etcd", "down"), ("ping", "healthy")]


@pytest.mark.parametrize("told", [True, False])
async def test_the_pods_behind_webhooks_are_told_where_their_endpoints_may_be_read(tmp_path: Path, told: bool) -> None:
    hook = {"name": "in.example", "clientConfig": {"service": {"namespace": "policy", "name": "hook"}}}
    end = {"addresses": ["10.0.0.1"], "targetRef": {"kind": "Pod", "namespace": "policy", "name": "hook-x"}}

    async def script(request: Request) -> Reply | None:
        if request.path.endswith("/validatingwebhookconfigurations"):
            return listed({"metadata": {"name": "policy"}, "webhooks": [hook]})
        if request.path.endswith("/namespaces/policy/endpointslices"):
            assert request.query["labelSelector"] == "kubernetes.io/service-name=hook"
            return listed({"metadata": {"name": "hook-1"}, "endpoints": [end]}) if told else status(403, "Forbidden", "forbidden")
        return listed()

    async with serve(script) as server:
        parts = await asked(server, tmp_path, About.COMPONENT, "kube-apiserver")
    assert [(line.title, line.pods) for line in parts["webhooks"].lines] == [
        ("policy · in.example", ("policy/hook-x",) if told else ())
    ]


async def test_webhooks_are_told_though_nobody_answers_who_is_behind_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookups, "BEHIND", 0.0)
    hook = {"name": "in.example", "clientConfig": {"service": {"namespace": "policy", "name": "hook"}}}

    async def script(request: Request) -> Reply | None:
        if request.path.endswith("/mutatingwebhookconfigurations"):
            return listed({"metadata": {"name": "policy"}, "webhooks": [hook]})
        if request.path.endswith("/namespaces/policy/endpointslices"):
            await asyncio.Event().wait()
        return listed()

    async with serve(script) as server:
        parts = await asked(server, tmp_path, About.COMPONENT, "kube-apiserver")
    assert [(line.title, line.pods) for line in parts["webhooks"].lines] == [("policy · in.example", ())]


async def test_nothing_but_bounded_lists_is_ever_asked(tmp_path: Path) -> None:
    asked_for: list[Request] = []

    async def script(request: Request) -> Reply | None:
        asked_for.append(request)
        return listed()

    async with serve(script) as server:
        for kind in (*COMPONENTS, "etcd", "no-such-kind", "../../secrets"):
            await asked(server, tmp_path, About.COMPONENT, kind)
        await asked(server, tmp_path, About.NODE, "a,b/../secrets?x=y&limit=0")
    assert {one.method for one in asked_for} == {"GET"}
    lists = [one for one in asked_for if one.path not in ("/livez", "/readyz")]
    assert {one.query["limit"] for one in lists} == {"1000"}
    assert not any("secrets" in one.path for one in asked_for)
    assert {one.path for one in lists[-2:]} == {NODES, "/api/v1/pods"}


async def test_an_answer_comes_back_to_the_page_and_serves_all_who_ask_the_same(valkey: str, tmp_path: Path) -> None:
    async def script(request: Request) -> Reply | None:
        return listed(NODE)

    async with serve(script) as server:
        link = await open_link(Target(str(server.write_kubeconfig(tmp_path)), "replay"))
        answering = asyncio.create_task(answer(valkey, 7, "replay", link))
        try:
            found = await asyncio.gather(*(ask(valkey, 7, Lookup(About.NODE, "node-1")) for _ in range(5)))
        finally:
            answering.cancel()
            await asyncio.wait({answering})
            await link.close()
        assert len(server.asked(NODES)) == 1
    assert all(one is not None and one.parts[0].key == "requests" for one in found)


async def test_a_full_queue_takes_no_more_and_what_nobody_waits_for_is_not_answered(valkey: str) -> None:
    with redis.Redis.from_url(valkey) as client:
        client.rpush(queue_key(7), *(b'{"about":"node","name":"old"}' for _ in range(QUEUED)))
        assert await ask(valkey, 7, Lookup(About.NODE, "one-more")) is None
        assert client.llen(queue_key(7)) == QUEUED
    desk = Desk(valkey, 7)
    try:
        assert await desk.next() is None
    finally:
        await desk.aclose()


async def test_an_answer_is_given_to_who_asks_just_that(valkey: str) -> None:
    desk = Desk(valkey, 7)
    try:
        await desk.tell(Lookup(About.NODE, "node-1"), Found(5.0, ()))
        assert await ask(valkey, 7, Lookup(About.NODE, "node-1")) == Found(5.0, ())
    finally:
        await desk.aclose()


async def test_a_valkey_that_is_away_is_no_answer() -> None:
    assert await ask("unix:///nowhere/valkey.sock", 7, Lookup(About.NODE, "node-1")) is None
