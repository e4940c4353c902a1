"""What a watch promises: nothing lost, nothing twice, and a clear word when it cannot go on."""

import asyncio
from collections.abc import Iterable

import msgspec

from planes.demo.pods import PodRecord
from tests.demo.client import Client, Json, Watching
from tests.demo.conftest import Running
from tests.demo.test_contract_watch import live

PODS = "/api/v1/namespaces/team-1/pods"


def names(events: Iterable[Json]) -> list[str]:
    return [event["object"]["metadata"]["name"] for event in events]


def change(running: Running, count: int) -> None:
    """Change pods of team-1, one after the other."""
    pods = running.demo.cluster.pods.records("team-1")
    for number in range(count):
        pod = running.demo.cluster.pod(f"team-1/{pods[number % len(pods)].name}")
        assert isinstance(pod, PodRecord)
        running.demo.cluster.put_pod(msgspec.structs.replace(pod, restarts=pod.restarts + 1))


async def version(client: Client) -> str:
    found: str = (await client.get(f"{PODS}?limit=1")).json["metadata"]["resourceVersion"]
    return found


async def test_a_watch_that_resumes_from_a_resource_version_loses_nothing_and_repeats_nothing(running: Running) -> None:
    start = await version(running.reader)
    change(running, 40)
    first = await running.reader.watch(f"{PODS}?resourceVersion={start}")
    early = await first.events(25)
    first.close()
    change(running, 10)
    again = await running.reader.watch(f"{PODS}?resourceVersion={early[-1]['object']['metadata']['resourceVersion']}")
    late = await again.events(25)
    again.close()
    versions = [int(event["object"]["metadata"]["resourceVersion"]) for event in early + late]
    assert len(versions) == 50
    assert versions == sorted(set(versions))
    assert versions[0] > int(start)
    assert {event["type"] for event in early + late} == {"MODIFIED"}


async def test_a_list_with_the_events_after_it_equals_a_fresh_list(running: Running) -> None:
    listed = (await running.reader.get(PODS)).json
    state = {item["metadata"]["name"]: item for item in listed["items"]}
    watch = await running.reader.watch(f"{PODS}?resourceVersion={listed['metadata']['resourceVersion']}&timeoutSeconds=200")
    app = next(app for app in running.demo.cluster.deployments if app.namespace == "team-1")
    for _ in range(6):
        running.demo.work.replace_one(app)
        change(running, 3)
        await live(running, 4)
    running.clock.advance(200)
    for event in await watch.rest():
        item = {key: value for key, value in event["object"].items() if key not in {"kind", "apiVersion"}}
        if event["type"] == "DELETED":
            del state[item["metadata"]["name"]]
        else:
            state[item["metadata"]["name"]] = item
    fresh = (await running.reader.get(PODS)).json["items"]
    assert [state[name] for name in sorted(state)] == fresh


async def test_without_a_resource_version_a_watch_begins_with_what_there_is(running: Running) -> None:
    for query in ("", "?resourceVersion=0", "?sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"):
        watch = await running.reader.watch(PODS + query)
        there = await running.reader.names(PODS)
        events = await watch.events(len(there))
        assert {event["type"] for event in events} == {"ADDED"}
        assert names(events) == there
        if "allowWatchBookmarks" in query:
            mark = (await watch.events(1))[0]
            assert mark["type"] == "BOOKMARK"
            assert mark["object"]["metadata"]["annotations"] == {"k8s.io/initial-events-end": "true"}
        watch.close()


async def test_bookmarks_come_about_once_a_minute_and_are_a_place_to_resume(running: Running) -> None:
    watch = await running.reader.watch(f"{PODS}?resourceVersion={await version(running.reader)}&allowWatchBookmarks=true")
    change(running, 1)
    await watch.events(1)
    running.clock.advance(67)
    mark = (await watch.events(1))[0]
    watch.close()
    assert mark["type"] == "BOOKMARK"
    resumed = await running.reader.watch(f"{PODS}?resourceVersion={mark['object']['metadata']['resourceVersion']}")
    change(running, 1)
    assert (await resumed.events(1))[0]["type"] == "MODIFIED"
    resumed.close()


async def test_without_being_asked_for_no_bookmark_comes(running: Running) -> None:
    watch = await running.reader.watch(f"{PODS}?resourceVersion={await version(running.reader)}&timeoutSeconds=90")
    running.clock.advance(91)
    assert await watch.rest() == []


async def test_the_server_ends_a_watch_at_its_time_limit(running: Running) -> None:
    watch = await running.reader.watch(f"{PODS}?resourceVersion={await version(running.reader)}&timeoutSeconds=30")
    running.clock.advance(29)
    change(running, 1)
    assert (await watch.events(1))[0]["type"] == "MODIFIED"
    running.clock.advance(2)
    assert await watch.event() is None


async def test_without_a_time_limit_a_watch_ends_within_half_an_hour_to_an_hour(running: Running) -> None:
    watch = await running.reader.watch(f"{PODS}?resourceVersion={await version(running.reader)}")
    running.clock.advance(1799)
    change(running, 1)
    await watch.events(1)
    running.clock.advance(1802)
    assert await watch.event() is None


async def expired(watch: Watching) -> None:
    events = await watch.rest()
    assert [(event["type"], event["object"]["code"], event["object"]["reason"]) for event in events] == [("ERROR", 410, "Expired")]


async def test_a_compaction_expires_open_watches_old_versions_and_pages(running: Running) -> None:
    start = await version(running.reader)
    page = (await running.reader.get(f"{PODS}?limit=1")).json["metadata"]["continue"]
    change(running, 3)
    watch = await running.reader.watch(f"{PODS}?resourceVersion={start}")
    await watch.events(3)
    assert running.demo.faults.inject("watch-expired") == "watch-expired has happened."
    await expired(watch)
    await expired(await running.reader.watch(f"{PODS}?resourceVersion={start}"))
    assert (await running.reader.get(f"{PODS}?limit=1&continue={page}")).status == 410
    fresh = await running.reader.watch(f"{PODS}?resourceVersion={await version(running.reader)}")
    change(running, 1)
    assert (await fresh.events(1))[0]["type"] == "MODIFIED"
    fresh.close()


async def test_a_watch_by_node_sees_a_pod_come_when_it_is_bound(running: Running) -> None:
    query = f"resourceVersion={await version(running.reader)}&timeoutSeconds=60"
    nodes = running.demo.cluster.workers
    homes = [await running.reader.watch(f"/api/v1/pods?fieldSelector=spec.nodeName%3D{node}&{query}") for node in nodes]
    app = next(app for app in running.demo.cluster.deployments if app.namespace == "team-1")
    running.demo.work.create(app)
    await live(running, 5)
    running.clock.advance(60)
    # The gentle churn of the demo may touch others meanwhile; this one is the only pod that comes.
    seen = [await watch.rest() for watch in homes]
    found = [events for events in seen if any(event["type"] == "ADDED" for event in events)]
    assert len(found) == 1
    name = next(event["object"]["metadata"]["name"] for event in found[0] if event["type"] == "ADDED")
    assert name.startswith(f"{app.name}-")
    assert [event["type"] for event in found[0] if event["object"]["metadata"]["name"] == name] == ["ADDED", "MODIFIED"]


async def test_labels_and_fields_select(running: Running) -> None:
    dns = await running.reader.names("/api/v1/namespaces/kube-system/pods?labelSelector=k8s-app%3Dkube-dns")
    assert len(dns) == 2
    assert all(name.startswith("coredns-") for name in dns)
    static = await running.reader.names("/api/v1/pods?labelSelector=tier%3Dcontrol-plane%2Ccomponent%20in%20(etcd)")
    assert static == ["etcd-cp-1", "etcd-cp-2", "etcd-cp-3"]
    assert await running.reader.names("/api/v1/nodes?fieldSelector=metadata.name%3Dcp-2") == ["cp-2"]
    assert len(await running.reader.names("/api/v1/nodes?labelSelector=!node-role.kubernetes.io/control-plane")) == 27
    refused = await running.reader.get("/api/v1/nodes?fieldSelector=spec.nodeName%3Dcp-2")
    assert (refused.status, refused.json["message"]) == (400, "field label not supported: spec.nodeName")
    refused = await running.reader.get("/api/v1/nodes?watch=1&fieldSelector=status.colour%3Dred")
    assert refused.status == 400


async def test_while_the_server_hangs_watches_are_silent_and_lose_nothing(running: Running) -> None:
    watch = await running.reader.watch(f"{PODS}?resourceVersion={await version(running.reader)}")
    running.demo.faults.inject("apiserver-hang")
    change(running, 5)
    waiting = asyncio.ensure_future(watch.events(5))
    done, _ = await asyncio.wait({waiting}, timeout=0.3)
    assert not done
    running.demo.faults.heal("apiserver-hang")
    assert len(await waiting) == 5
    watch.close()
