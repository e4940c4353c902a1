"""The product with stored clusters and no collector: `python -m tests.browser.pages_server [clusters]` serves until it is ended.

Prints one JSON line {"origin", "cookie", "wall", "hall"} once it listens; the last two are paths of displays' secret links. Reads
lines from standard input: `pulse SLUG` and `mute SLUG` start and stop a cluster's pulses, `frame SLUG WRONG` stores and publishes
it in another state (tests.dashboard.scenes), `bare SLUG` without a node. `new SLUG` adds a cluster that nobody has looked at yet,
`watch none` and `watch all` switch all clusters off and on.
"""

import asyncio
import atexit
import contextlib
import json
import os
import shutil
import socket
import sys
import tempfile
import time
from pathlib import Path
from typing import Any


def _settings() -> Path:
    directory = Path(tempfile.mkdtemp(prefix="pwpages-"))
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    os.environ |= {"PLANEWATCH_DATA_DIR": str(directory), "DJANGO_SETTINGS_MODULE": "dashboard.settings", "DATABASE_URL": ""}
    return directory


async def main(count: int) -> None:
    """Serve `count` clusters: the wall's six, then healthy ones."""
    _settings()
    from tests.services import Valkey

    valkey = Valkey()
    valkey.start()
    os.environ["REDIS_URL"] = valkey.url
    import django

    django.setup()
    from asgiref.sync import sync_to_async
    from django.core.management import call_command
    from django.db import connections

    for alias in connections:
        await sync_to_async(call_command)("migrate", database=alias, verbosity=0)
    stage = await sync_to_async(_Stage)(count)
    try:
        await _serve(stage)
    finally:
        valkey.close()


class _Stage:
    """The stored clusters, and which of them pulse."""

    def __init__(self, count: int) -> None:
        from django.conf import settings
        from django.contrib.auth.models import User
        from django.test import Client

        from dashboard import displays
        from planes.models import Cluster
        from planes.store import samples, services
        from planes.structs.history import Span
        from planes.structs.moments import Epoch
        from tests.browser.samples import series
        from tests.dashboard import scenes

        client = Client()
        client.force_login(User.objects.create_user("ada", password="correct horse battery", is_staff=True))
        self.cookie = {"name": settings.SESSION_COOKIE_NAME, "value": client.cookies[settings.SESSION_COOKIE_NAME].value}
        _, secret = displays.make(displays.Wanted(name="Lobby", place="floor 3", zone="Europe/Berlin"), "ada")
        self.wall = f"/wall/in/{secret}/"
        _, secret = displays.make(displays.Wanted(name="Hall"), "ada")
        self.hall = f"/wall/in/{secret}/"
        self.pulsing: dict[str, bool] = {}
        self.heard: dict[str, float | None] = {}
        self.ids: dict[str, int] = {}
        self.nodes: dict[str, int] = {}
        self.offsets: dict[str, int] = {}
        self.epochs: dict[str, int] = {}
        more = tuple((f"cluster-{number:02d}", 6 + number, "") for number in range(7, count + 1))
        for name, nodes, wrong in (*scenes.WALL, *more)[:count]:
            cluster = Cluster.objects.create(slug=name, name=name, source="kubeconfig", context=name)
            if count > len(scenes.WALL):
                stem = name.partition("-")[0]
                labels = {"environment": {"prod": "production", "ci": "build", "cluster": "edge"}.get(stem, stem)}
                Cluster.objects.filter(pk=cluster.pk).update(labels=json.dumps(labels).encode())
            self.ids[name], self.nodes[name], self.pulsing[name] = cluster.pk, nodes, True
            self.epochs[name] = services.take(cluster.pk)
            self.offsets[name] = 0
            self.store(name, wrong)
            if wrong == "broken":
                self._remember(name)
            hour = series(time.time())
            samples.keep(cluster.pk, [*hour[:40], *hour[60:]])
            # Watched for a day but for an hour of it.
            for began, ended in ((86_400.0, 7_200.0), (3_600.0, 0.0)):
                span = Span(Epoch(time.time() - began), Epoch(time.time() - ended))
                services.touch(cluster.pk, self.epochs[name], time.time(), span=span)

    def _remember(self, slug: str) -> None:
        """An hour ago the runtime of a node that has the same now was down, and well ten minutes later. Five hours ago etcd was
        slow, and three things followed."""
        from planes.store import services
        from planes.structs.moments import Epoch
        from planes.structs.rows import ChangeRow, Frame
        from planes.structs.verdicts import State

        told, now = [], round(time.time(), 1)
        for ago, before, after, because in (
            (3_000, State.HEALTHY, State.DOWN, "Ready is False: “container runtime is down”."),
            (2_400, State.DOWN, State.HEALTHY, "It is ready again."),
        ):
            told.append(ChangeRow("Node", "node-63", "container-runtime", before, after, because, Epoch(now - ago)))
        healthy, degraded, down = State.HEALTHY, State.DEGRADED, State.DOWN
        began = now - 18_000
        for after_s, kind, before, after, because in (
            (0, "etcd", healthy, degraded, "The API server waits 1.9 s for it (p99 of 5 min); below 250 ms is healthy."),
            (28, "kube-apiserver", healthy, degraded, "Writes take 2.8 s (p99 of 5 min); below 1 s is healthy."),
            (43, "kube-scheduler", healthy, degraded, "Its leader cp-2 has not renewed its lease for 20 s; the lease allows 15 s."),
            (53, "kube-scheduler", degraded, down, "Its leader cp-2 has not renewed its lease for 30 s."),
            (75, "kube-scheduler", down, healthy, "cp-1 took the lease."),
            (258, "etcd", degraded, healthy, "After 4 min 18 s."),
            (278, "kube-apiserver", degraded, healthy, "After 4 min 10 s."),
        ):
            told.append(ChangeRow("Component", kind, "", before, after, because, Epoch(began + after_s)))
        for number in range(11):
            for at, before, after in ((46 + number, healthy, degraded), (220 + number, degraded, healthy)):
                because = "No heartbeat for 25 s; the lease allows 40 s." if after is degraded else "Heartbeats arrive again."
                told.append(
                    ChangeRow("Node", f"node-{44 + number}", "kubelet", before, after, because, Epoch(began + at), f"g{after}")
                )
        self.offsets[slug] += 1
        services.flush(self.ids[slug], self.epochs[slug], self.offsets[slug], Frame(at=Epoch(now), changes=told))

    def store(self, slug: str, wrong: str) -> Any:
        """Store a state of a cluster; the delta to publish."""
        from planes.live.wire import delta_of
        from planes.store import services
        from tests.dashboard import scenes

        at = time.time()
        frame = scenes.frame(slug, self.nodes[slug], wrong, at)
        self.offsets[slug] += 1
        frame = services.flush(self.ids[slug], self.epochs[slug], self.offsets[slug], frame)
        self.heard[slug] = frame.cluster.heard_at if frame.cluster and frame.cluster.fault else None
        return delta_of(frame, epoch=self.epochs[slug], offset=self.offsets[slug], previous=self.offsets[slug] - 1)


async def _serve(stage: _Stage) -> None:
    import uvicorn
    from django.conf import settings

    from dashboard.asgi import application
    from planes.live.stream import Stream

    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        application, ws="websockets-sansio", http="h11", lifespan="on", log_config=None, timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    stream = Stream(settings.REDIS_URL)
    pulsing = asyncio.create_task(_pulse(stage, stream))
    listening_to = asyncio.create_task(_obey(stage, stream, server))
    origin = f"http://127.0.0.1:{listening.getsockname()[1]}"
    told = {"origin": origin, "cookie": stage.cookie, "wall": stage.wall, "hall": stage.hall}
    print(json.dumps(told), flush=True)  # noqa: T201 - what the caller waits for
    await server.serve([listening])
    for task in (pulsing, listening_to):
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
    await stream.aclose()


async def _pulse(stage: _Stage, stream: Any) -> None:
    from planes.live.wire import Pulse

    while True:
        now = time.time()
        for slug, on in stage.pulsing.items():
            if on:
                heard = stage.heard[slug] or now
                await stream.pulse(stage.ids[slug], Pulse(now, heard, str(stage.epochs[slug]), stage.offsets[slug]))
        await asyncio.sleep(1)


async def _obey(stage: _Stage, stream: Any, server: Any) -> None:
    from asgiref.sync import sync_to_async

    from planes.models import Cluster

    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := (await reader.readline()).decode().split():
        if line[0] in ("pulse", "mute"):
            stage.pulsing[line[1]] = line[0] == "pulse"
        elif line[0] in ("frame", "bare"):
            if line[0] == "bare":
                stage.nodes[line[1]] = 0
            delta = await sync_to_async(stage.store)(line[1], "" if line[-1] in ("healthy", line[1]) else line[-1])
            await stream.delta(stage.ids[line[1]], delta)
        elif line[0] == "new":
            await Cluster.objects.acreate(slug=line[1], name=line[1], source="kubeconfig", context=line[1])
        elif line[0] == "watch":
            await Cluster.objects.aupdate(enabled=line[1] == "all")
    server.should_exit = True


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 6))
