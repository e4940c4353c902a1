"""The server that a case is served by keeps to the case's keys, over HTTPS."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from tests.bench.jumping import JumpingLoop
from tests.distros.replaying import BEGINNING, Case, Replayed, names
from tests.replay import serve

LEASE: dict[str, Any] = {
    "metadata": {"name": "one", "namespace": "kube-system", "labels": {"a": "b"}},
    "spec": {"renewTime": "2026-11-26T00:00:00.000000Z"},
}
POD: dict[str, Any] = {"metadata": {"name": "p", "namespace": "default", "labels": {"k8s-app": "x"}}, "spec": {"nodeName": "n"}}


class Client:
    """Asks one server."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session, self._url = session, url

    async def get(self, path: str) -> Any:
        """The JSON of an answer, or its status where it is not 200."""
        async with self._session.get(self._url + path, ssl=False) as answer:
            return await answer.json() if answer.status == 200 else answer.status

    async def text(self, path: str) -> str:
        async with self._session.get(self._url + path, ssl=False) as answer:
            return await answer.text()


@asynccontextmanager
async def replayed(**said: Any) -> AsyncIterator[Client]:
    loop = asyncio.get_running_loop()
    begun = loop.time()

    def wall() -> float:
        return BEGINNING + loop.time() - begun

    script = Replayed(Case("00", {"version": "v1.30.0", "objects": {}} | said), wall)
    async with serve(script, wall=wall) as server, aiohttp.ClientSession() as session:
        yield Client(session, server.url)


def run(main: Any) -> Any:
    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        return runner.run(main)


def renewed(listed: Any) -> list[str]:
    return [one["spec"]["renewTime"][11:19] for one in listed["items"]]


def test_a_lease_is_renewed_as_often_as_it_says_and_one_that_says_nothing_never() -> None:
    async def main() -> list[list[str]]:
        dead = LEASE | {"metadata": {**LEASE["metadata"], "name": "dead"}}
        async with replayed(objects={"leases": [LEASE | {"_every": 10, "_from": 5}, dead]}) as client:
            path, found = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases", []
            for wait in (0.0, 6.0, 10.0, 100.0):
                await asyncio.sleep(wait)
                found.append(renewed(await client.get(path)))
            return found

    assert run(main()) == [["00:00:00"], ["12:00:05", "00:00:00"], ["12:00:15", "00:00:00"], ["12:01:55", "00:00:00"]]


def test_a_watch_tells_of_a_lease_when_it_is_made_and_renewed_and_no_longer_than_until() -> None:
    async def main() -> str:
        lease = LEASE | {"_every": 10, "_from": 5, "_until": 26}
        async with replayed(objects={"leases": [lease]}) as client:
            path = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases"
            version = (await client.get(path))["metadata"]["resourceVersion"]
            return await client.text(f"{path}?watch=1&resourceVersion={version}&timeoutSeconds=70")

    lines = run(main()).splitlines()
    assert [line[9 : line.index('"', 9)] for line in lines] == ["ADDED", "MODIFIED", "MODIFIED", "BOOKMARK"]
    assert ["T12:00:05." in lines[0], "T12:00:15." in lines[1], "T12:00:25." in lines[2]] == [True, True, True]


def test_what_is_absent_is_not_served_and_what_is_not_in_the_file_is_empty() -> None:
    async def main() -> list[Any]:
        async with replayed(absent=["endpointslices"], groups=["config.openshift.io"], namespaces=["x"]) as client:
            slices = await client.get("/apis/discovery.k8s.io/v1/endpointslices")
            nodes, usage = await client.get("/api/v1/nodes"), await client.get("/apis/metrics.k8s.io/v1beta1/nodes")
            spaces = [await client.get(f"/api/v1/namespaces/{name}") for name in ("x", "y")]
            return [slices, nodes["items"], usage, spaces[0]["kind"], spaces[1], await client.get("/apis")]

    slices, nodes, usage, here, there, groups = run(main())
    assert (slices, nodes, usage, here, there) == (404, [], 404, "Namespace", 404)
    assert {"name": "config.openshift.io"} in groups["groups"]


def test_a_list_is_narrowed_by_namespace_labels_and_fields() -> None:
    async def main() -> list[int]:
        async with replayed(objects={"pods": [POD]}) as client:
            asked = (
                "/api/v1/pods",
                "/api/v1/namespaces/kube-system/pods",
                "/api/v1/pods?labelSelector=k8s-app%20in%20(x,y)",
                "/api/v1/pods?labelSelector=k8s-app%3Dy",
                "/api/v1/pods?fieldSelector=spec.nodeName%3Dn",
                "/api/v1/pods?fieldSelector=spec.nodeName!%3Dn",
            )
            return [len((await client.get(path))["items"]) for path in asked]

    assert run(main()) == [1, 0, 1, 0, 1, 0]


def test_versions_take_turns_and_figures_grow_where_they_are_said_to() -> None:
    async def main() -> list[Any]:
        async with replayed(versions=["v1.27.8", "v1.26.11"], metrics="10-metrics.txt", grow_only=[['verb="PUT"', 20]]) as client:
            versions = [(await client.get("/version"))["gitVersion"] for _ in range(3)]
            return [versions, *[(await client.text("/metrics")).splitlines() for _ in range(2)]]

    versions, first, second = run(main())
    assert versions == ["v1.27.8", "v1.26.11", "v1.27.8"]
    grown = [(one, two) for one, two in zip(first, second, strict=True) if one != two]
    assert grown
    assert all('verb="PUT"' in one and float(two.split()[-1]) - float(one.split()[-1]) == 20 for one, two in grown)


def test_a_config_map_is_there_by_its_name_alone_and_probes_pass() -> None:
    async def main() -> list[Any]:
        async with replayed(configmaps="kube-public/microshift-version", livez=["ping", "etcd"]) as client:
            maps = [await client.get(f"/api/v1/namespaces/kube-public/configmaps/{name}") for name in ("microshift-version", "x")]
            return [maps[0]["kind"], maps[1], await client.text("/livez?verbose"), await client.text("/livez/etcd")]

    assert run(main()) == ["ConfigMap", 404, "[+]ping ok\n[+]etcd ok\nlivez check passed\n", "ok"]


@pytest.mark.parametrize("name", names())
def test_every_case_says_where_it_is_from_and_what_is_to_be_said_of_it(name: str) -> None:
    case = Case.load(name)
    assert case.said["source"]
    assert case.said["should"]
