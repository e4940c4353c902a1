"""5,000 nodes and 150,000 pods: the demo starts, keeps its memory, and can be listed and watched."""

import asyncio
import resource
import ssl
from pathlib import Path

from planes.demo.build import Shape
from planes.demo.serving import Demo, Options
from tests.demo.client import Client

LARGE = Shape(nodes=5000, pods=150_000, seed=1)


async def test_5000_nodes_and_150000_pods(tmp_path: Path) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    demo = Demo(Options(tmp_path, shape=LARGE, story=False))
    async with asyncio.timeout(60):
        await demo.start()
    assert len(demo.cluster.pods) == 150_000
    context = ssl.create_default_context(cadata=demo.authority.pem.decode())
    async with Client(demo.url, demo.token, context) as client:
        page = (await client.get("/api/v1/pods?limit=500")).json
        assert page["metadata"]["remainingItemCount"] == 149_500
        assert len((await client.get("/api/v1/nodes?limit=2000")).json["items"]) == 2000
        leases = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases"
        version = (await client.get(f"{leases}?limit=1")).json["metadata"]["resourceVersion"]
        watch = await client.watch(f"{leases}?resourceVersion={version}")
        async with asyncio.timeout(60):
            events = await watch.events(1000)  # 500 a second
        assert len({event["object"]["metadata"]["name"] for event in events}) > 950
        watch.close()
    await demo.stop()
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024  # MB
    assert grown < 500
