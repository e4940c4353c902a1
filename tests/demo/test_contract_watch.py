"""The demo's watches against the recorded ones: shapes of events, and the story of a silent kubelet and a runtime that is down."""

from collections.abc import Awaitable, Callable
from typing import Any

from tests.demo.client import Watching
from tests.demo.conftest import Running
from tests.demo.recordings import Exchange, exchanges
from tests.demo.shapes import differences, shapes
from tests.demo.test_contract import MAY_ADD, MAY_LACK

Event = dict[str, Any]
HEADERS = {"Audit-Id", "Content-Type", "Date", "X-Kubernetes-Pf-Flowschema-Uid", "Transfer-Encoding"}
#: Besides what lists may lack or add: an event of these recordings may happen to show a pod or a node in fewer states.
STATES = {
    "object.spec.taints",
    "metadata.annotations",
    "metadata.generateName",
    "metadata.ownerReferences",
    "managedFields[].subresource",
    "spec.tolerations[].key",  # the recorded workloads tolerate everything, the demo's what real ones do
    "spec.tolerations[].effect",
}


def recorded(name: str, part: str) -> list[Event]:
    exchange: Exchange = next(e for e in exchanges(name) if part in e["path"])
    return [event for _, event in exchange["lines"]]


def same_events(real: list[Event], given: list[Event]) -> list[str]:
    """Events of one type have one shape."""
    wrong = []
    for kind in sorted({event["type"] for event in given}):
        known = [event for event in real if event["type"] == kind]
        if known:
            found = differences(
                shapes(*known), shapes(*[e for e in given if e["type"] == kind]), MAY_LACK | STATES, MAY_ADD | STATES
            )
            wrong += [f"{kind}: {line}" for line in found]
    return wrong


def node_states(events: list[Event]) -> list[tuple[str, str, str, str, tuple[tuple[str, str], ...]]]:
    """Each event of a node as what matters: type, Ready and its reason, MemoryPressure, taints. A post of the same is left out."""
    found: list[tuple[str, str, str, str, tuple[tuple[str, str], ...]]] = []
    for event in events:
        node = event["object"]
        conditions = {condition["type"]: condition for condition in node["status"]["conditions"]}
        taints = tuple((taint["key"], taint["effect"]) for taint in node["spec"].get("taints", []))
        ready = conditions["Ready"]
        state = (event["type"], ready["status"], ready["reason"], conditions["MemoryPressure"]["status"], taints)
        if not found or found[-1][1:] != state[1:]:
            found.append(state)
    return found


async def live(running: Running, seconds: float) -> None:
    """Let the cluster live for as long as it says on its own clock."""
    steps = round(seconds / 0.1)
    for _ in range(steps):
        running.clock.advance(0.1)
        running.demo.faults.step()
        running.demo.life.step()


async def follow(running: Running, node: str, act: Callable[[], Awaitable[None]]) -> dict[str, list[Event]]:
    """What the four watches of the recordings see of a node while something happens to it."""
    paths = {
        "nodes?": f"/api/v1/nodes?fieldSelector=metadata.name%3D{node}",
        "leases?": f"/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases?fieldSelector=metadata.name%3D{node}",
        "pods?": f"/api/v1/pods?fieldSelector=spec.nodeName%3D{node}",
        "events?": f"/api/v1/events?fieldSelector=involvedObject.name%3D{node}",
    }
    watches: dict[str, Watching] = {}
    for part, path in paths.items():
        watches[part] = await running.admin.watch(f"{path}&timeoutSeconds=300")
        assert set(watches[part].response.headers) >= HEADERS
    await act()
    running.clock.advance(301)
    return {part: await watch.rest() for part, watch in watches.items()}


async def test_a_silent_kubelet_looks_as_recorded(running: Running) -> None:
    node = running.demo.cluster.workers[3]

    async def act() -> None:
        await live(running, 5)
        running.demo.faults.inject("kubelet-silent", node)
        await live(running, 80)
        running.demo.faults.heal("kubelet-silent", node)
        await live(running, 20)

    seen = await follow(running, node, act)
    for part, events in seen.items():
        assert same_events(recorded("kubelet-stopped", part), events) == []
    assert node_states(seen["nodes?"]) == node_states(recorded("kubelet-stopped", "nodes?"))
    reasons = [event["object"]["reason"] for event in seen["events?"]]
    assert reasons == ["NodeNotReady", "NodeReady"]
    # every pod was there, then not ready without its containers having stopped, then ready again
    pods = [event["object"] for event in seen["pods?"]]
    proxy = [pod for pod in pods if pod["metadata"]["name"].startswith("kube-proxy")]
    ready = [[c["status"] for c in pod["status"]["conditions"] if c["type"] in {"Ready", "ContainersReady"}] for pod in proxy]
    assert ready == [["True", "True"], ["False", "True"], ["True", "True"]]


async def test_a_runtime_that_is_down_looks_as_recorded(running: Running) -> None:
    node = running.demo.cluster.workers[3]

    async def act() -> None:
        await live(running, 5)
        running.demo.faults.inject("runtime-down", node)
        await live(running, 40)
        running.demo.faults.heal("runtime-down", node)
        await live(running, 20)

    seen = await follow(running, node, act)
    for part, events in seen.items():
        assert same_events(recorded("runtime-down", part), events) == []
    assert node_states(seen["nodes?"]) == node_states(recorded("runtime-down", "nodes?"))
    messages = {c["message"] for event in seen["nodes?"] for c in event["object"]["status"]["conditions"] if c["type"] == "Ready"}
    assert messages == {"kubelet is posting ready status", "container runtime is down"}
    renewals = [event["object"]["spec"]["renewTime"] for event in seen["leases?"]]
    assert len(renewals) >= 6, "the lease stays fresh all the while"
    assert renewals == sorted(set(renewals))


async def test_pods_that_change_come_and_go_look_as_recorded(running: Running) -> None:
    page = (await running.admin.get("/api/v1/namespaces/team-0/pods?limit=30")).json
    query = f"allowWatchBookmarks=true&resourceVersion={page['metadata']['resourceVersion']}&timeoutSeconds=75"
    watch = await running.admin.watch(f"/api/v1/namespaces/team-0/pods?{query}")
    app = next(app for app in running.demo.cluster.deployments if app.namespace == "team-0")
    for _ in range(3):
        running.demo.work.replace_one(app)
        await live(running, 10)
    running.clock.advance(72 - 30)
    before_the_end = await watch.until("BOOKMARK")
    running.clock.advance(10)
    events = before_the_end + await watch.rest()
    assert {event["type"] for event in events} == {"ADDED", "MODIFIED", "DELETED", "BOOKMARK"}
    real = [event for _, event in next(e for e in exchanges("watch") if e.get("lines"))["lines"]]
    bookmarks = {"BOOKMARK"}
    assert same_events([e for e in real if e["type"] in bookmarks], [e for e in events if e["type"] in bookmarks]) == []
    settled = [
        e
        for e in events
        if e["type"] == "MODIFIED"
        and e["object"]["status"]["phase"] == "Running"
        and "deletionTimestamp" not in e["object"]["metadata"]
    ]
    assert settled
    assert same_events([e for e in real if e["type"] == "MODIFIED"], settled) == []


async def test_the_bookmarks_of_nodes_look_as_recorded(running: Running) -> None:
    real = [event for event in recorded("rights", "nodes?watch=1&allowWatchBookmarks") if event["type"] == "BOOKMARK"]
    watch = await running.admin.watch("/api/v1/nodes?allowWatchBookmarks=true&timeoutSeconds=20")
    first = (await watch.until("BOOKMARK"))[-1]
    running.clock.advance(18.5)
    last = (await watch.until("BOOKMARK"))[-1]
    running.clock.advance(2)
    assert await watch.rest() == []
    assert first["object"]["metadata"]["annotations"] == real[0]["object"]["metadata"]["annotations"]
    assert differences(shapes(real[0]), shapes(first), set(), set()) == []
    assert differences(shapes(real[-1]), shapes(last), set(), set()) == []
