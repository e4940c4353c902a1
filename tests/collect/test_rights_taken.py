"""Rights that are taken away while we watch, given back, or never there: what they hid is not observable, and nothing is red."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from planes.assess.assessor import Assessor
from planes.components.pod_kinds import new_cache
from planes.demo.build import Shape
from planes.demo.serving import Demo, Options
from planes.kube.answers import Answer, of_answer
from planes.kube.connect import Target
from planes.kube.source import ClusterSource
from planes.structs.events import Changed, Failed, Listed, SourceEvent
from planes.structs.feeds import Feed
from planes.structs.moments import Epoch, Mono
from planes.structs.objects import Node
from planes.structs.rows import ChangeRow, ClusterRow, ComponentRow, NodeRow
from planes.structs.time_tokens import render
from tests.assess.test_recordings import base, good_probes, leading, leased
from tests.doctor.rights import Rights
from tests.replay import Reply, Request, Script, load, serve, status
from tests.replaying import START, events
from tests.timeline import Timeline, beating

_RENEWED = ("kube-controller-manager", "kube-scheduler", "apiserver-wlv32tlttr4jl3gtroqexyxapa")
RED = {"degraded", "down"}
LIMIT = 25.0


async def hasten(seconds: float) -> None:
    """Waits that are as long as need be to watch, and no longer."""
    await asyncio.sleep(min(seconds, 0.2))


class Watching:
    """A cluster watched by the real source and judged as a collector does it, ten times a second."""

    def __init__(self, kubeconfig: Path) -> None:
        self._assessor = Assessor(new_cache(), slug="test")
        self._source = ClusterSource(Target(str(kubeconfig)), sleep=hasten)
        self.components: dict[str, ComponentRow] = {}
        self.nodes: dict[str, NodeRow] = {}
        self.cluster = ClusterRow()
        self.changes: list[ChangeRow] = []
        self._running: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Watching":
        self._running = asyncio.create_task(self._source.run(self._emit))
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._running is not None
        self._running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await self._running

    async def _emit(self, event: SourceEvent) -> None:
        self._assessor.cache.apply(event)

    def look(self) -> None:
        frame = self._assessor.frame(Mono(time.monotonic()), Epoch(time.time()))
        self.components |= {row.kind: row for row in frame.components}
        self.nodes |= frame.nodes
        self.cluster = frame.cluster or self.cluster
        self.changes += frame.changes
        assert not {row.kind: row.because for row in self.components.values() if row.state in RED}
        assert not {name: row.because for name, row in self.nodes.items() if row.state in RED}

    def states(self) -> dict[str, str]:
        return {kind: row.state for kind, row in self.components.items()}

    def because(self, kind: str) -> str:
        return render(self.components[kind].because, time.time())

    async def until(self, true: Callable[[], bool]) -> None:
        end = time.monotonic() + LIMIT
        while not true():
            assert time.monotonic() < end, (self.states(), self.cluster.missing, self.cluster.fault)
            self.look()
            await asyncio.sleep(0.1)

    def is_healthy(self) -> bool:
        return set(self.states().values()) == {"healthy"} and len(self.nodes) > 0 and not self.cluster.missing


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[Demo]:
    made = Demo(Options(tmp_path, shape=Shape(nodes=5, pods=20, seed=7), story=False))
    await made.start()
    yield made
    await made.stop()


async def test_rights_taken_away_and_given_back_turn_nothing_red(demo: Demo) -> None:
    async with Watching(demo.kubeconfig) as watching:
        await watching.until(watching.is_healthy)
        watching.changes.clear()
        demo.faults.inject("rights-revoked")
        demo.faults.inject("watch-expired")  # every open watch ends, and its next request is refused
        hidden = {"kubelet", "kube-proxy", "container-runtime", "kube-controller-manager", "kube-scheduler", "dns"}
        await watching.until(lambda: {k for k, state in watching.states().items() if state == "not_observable"} >= hidden)
        assert watching.states()["kube-apiserver"] == "healthy"
        assert watching.states()["etcd"] == "healthy"
        assert {(one.before, one.after) for one in watching.changes} == {("healthy", "not_observable")}
        for kind in hidden:
            said = watching.because(kind)
            assert "permission lost " in said, said
            assert " ago; needs list and watch on " in said
        nodes = next(one for one in watching.cluster.missing if one.message == "Reading Nodes is not permitted.")
        assert nodes.remedy == "Grant list and watch on nodes."
        assert time.time() - nodes.since < LIMIT
        assert watching.components["kubelet"].since >= nodes.since - 1
        watching.changes.clear()
        demo.faults.heal("rights-revoked")
        await watching.until(lambda: set(watching.states().values()) == {"healthy"})
        await watching.until(lambda: len(watching.cluster.missing) <= 1)  # the endpoints of webhooks are asked for once a minute
        assert {row.state for row in watching.nodes.values()} == {"healthy"}
        assert {(one.before, one.after) for one in watching.changes} == {("not_observable", "healthy")}


def only(*paths: str, otherwise: Callable[[Request], Awaitable[Reply | None]]) -> Script:
    """A server that lets these paths be read and refuses the rest."""

    async def script(request: Request) -> Reply | None:
        if request.path in paths:
            return await otherwise(request)
        if request.path.startswith(("/api/", "/apis/")):
            message = f'{request.path.rpartition("/")[2]} is forbidden: User "planewatch" cannot list it'
        else:
            message = f'forbidden: User "planewatch" cannot get path "{request.path}"'
        return status(403, "Forbidden", message)

    return script


async def test_a_user_that_may_read_nothing_but_the_version_sees_no_red_and_what_to_grant(tmp_path: Path) -> None:
    async with serve(only("/version", otherwise=Rights("roles").script)) as server:
        async with Watching(server.write_kubeconfig(tmp_path)) as watching:
            await watching.until(lambda: len(watching.cluster.missing) >= 17)
            await watching.until(lambda: "unknown" not in watching.states().values())
            await watching.until(lambda: watching.cluster.data is not None and watching.cluster.data.state == "not_observable")
        states = watching.states()
        assert watching.because("kube-apiserver").startswith("It answers; what its own checks say is not permitted; needs")
        assert set(states.values()) == {"not_observable"}
        assert watching.cluster.version == "v1.36.2"
        assert watching.cluster.fault is None
        assert watching.changes == []
        for kind in states:
            assert "not permitted; needs " in watching.because(kind)
        grants = {one.message: one.remedy for one in watching.cluster.missing}
        assert grants["Reading Nodes is not permitted."] == "Grant list and watch on nodes."
        assert grants["Reading /livez is not permitted."] == "Grant get on /livez (bind the role system:monitoring)."
        assert grants["Reading /metrics is not permitted."] == "Grant get on /metrics (bind the role system:monitoring)."


def recorded_loss() -> list[SourceEvent]:
    """The recorded watch of nodes that goes on after the binding is deleted, and the refusal of the next one at 26.4 s."""
    exchange = next(one for one in load("rights") if "watch=1" in one["path"] and one["status"] == 403)
    body = str(exchange["body"]).replace("'", '"').encode()
    answer = Answer(exchange["path"], 403, body, "application/json", "", "", 0.0)
    at = START + exchange["at"]
    lost = Failed(Feed.NODES, of_answer(answer, "https://10.0.0.1:6443"), at, at + 60)
    told = [event for event in events("rights") if isinstance(event, Listed | Changed) and event.feed is Feed.NODES]
    return [*told, lost]


def test_a_recorded_loss_of_nodes_hides_what_rests_on_them_and_nothing_else() -> None:
    timeline = Timeline()
    loss = recorded_loss()
    listed = next(event for event in loss if isinstance(event, Listed))
    leases = leased((item.metadata.name for item in listed.items if isinstance(item, Node)), "2026-11-22T16:29:46Z")
    healthy = [*base([Feed.NODES, Feed.NODE_LEASES]), *good_probes(60), *leading(_RENEWED, 60)]
    timeline.run([*healthy, Listed(Feed.NODE_LEASES, list(leases), "", START + 0.3), *loss, *beating(leases, 60)], 60)
    turned = {(subject, state) for second, subject, state in timeline.history if second > 26}
    assert {state for _, state in turned} == {"not_observable"}
    # Heartbeats are still read, so the kubelets are judged by them; their runtimes are told by the nodes' conditions alone.
    assert {subject for subject, _ in turned if "/" not in subject} == {"container-runtime"}
    second, _ = timeline.of("container-runtime")[-1]
    assert second == pytest.approx(26.5, abs=2)
    assert timeline.components["container-runtime"].because.endswith(" ago; needs list and watch on nodes.")
    assert timeline.components["kubelet"].state == "healthy"
    assert timeline.nodes
