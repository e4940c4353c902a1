"""Nodes over time and over a restart: since when they are as they are, what falls due, and what is only remembered."""

import pytest

from planes.assess.assessor import Assessor
from planes.components.pod_kinds import new_cache
from planes.structs.events import Changed, Failed, Health
from planes.structs.feeds import Feed
from planes.structs.moments import Epoch
from tests.assess.test_assessor import FORBIDDEN, LEADERS, REFUSED, START, WALL, Cluster, lease, node
from tests.assess.test_nodes_judged import begun, epoch, row, unwell
from tests.cache.generating import decoded


def again(cluster: Cluster) -> Cluster:
    """The same cluster after a restart of ours, one second later."""
    full = cluster.assessor.frame(cluster.now, Epoch(epoch(cluster.now)), full=True)
    made = Cluster(assessor=Assessor(new_cache(), slug="test"))
    made.assessor.restore(full.components, full.nodes.values(), full.cluster)
    made.now = cluster.now + 1.0
    return made


@pytest.mark.parametrize(("cordoned", "state"), [(False, "healthy"), (True, "cordoned")])
def test_a_node_is_as_it_is_since_it_was_though_one_of_its_agents_came_to_be_seen_only_later(cordoned: bool, state: str) -> None:
    cluster = Cluster()
    cluster.begin()
    healthy = {"conditions": [{"type": "Ready", "status": "True"}], "nodeInfo": {"containerRuntimeVersion": "containerd://2.1.0"}}
    told = {"metadata": {"name": "node-1", "uid": "node-1"}, "spec": {"unschedulable": cordoned}, "status": healthy}
    cluster.apply(Changed(Feed.NODES, decoded(Feed.NODES, told), cluster.now))
    cluster.run(12)
    begin = row(cluster, "node-1").since
    proxy = {
        "metadata": {"name": "p", "namespace": "kube-system", "uid": "p", "labels": {"k8s-app": "kube-proxy"}},
        "spec": {"nodeName": "node-1", "containers": [{"name": "kube-proxy", "image": "kube-proxy:v1.36.2"}]},
        "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]},
    }
    cluster.apply(Changed(Feed.SYSTEM_PODS, decoded(Feed.SYSTEM_PODS, proxy), cluster.now))
    cluster.run(10)
    made = row(cluster, "node-1")
    assert (made.kube_proxy.state, made.kube_proxy.version, made.kube_proxy.since > WALL) == ("healthy", "v1.36.2", True)
    assert (made.state, made.since) == (state, begin)


def test_flips_of_ready_are_told_until_their_window_ends() -> None:
    cluster = begun(nodes=1)
    for ready in ("False", "True"):
        cluster.apply(Changed(Feed.NODES, node("node-0", ready=ready), cluster.now))
    flipped = cluster.now
    told: list[tuple[float, str]] = []
    while cluster.now < flipped + 910:
        cluster.now += 4.0
        second = cluster.now - START
        cluster.apply(Changed(Feed.NODE_LEASES, lease("node-0", second), cluster.now), *cluster.probes())
        cluster.apply(*(Changed(Feed.SYSTEM_LEASES, lease(one, second, Feed.SYSTEM_LEASES, 15), cluster.now) for one in LEADERS))
        frame = cluster.frame()
        for line in frame.nodes["node-0"].kubelet.evidence if frame.nodes else ():
            if line.signal == "flips of Ready":
                told.append((cluster.now - flipped, line.now))
    assert len({text for _, text in told}) == 2
    assert 900 <= told[-1][0] <= 904, "fifteen minutes after"


@pytest.mark.parametrize("sick", [False, True])
def test_what_is_told_in_the_first_frame_after_a_restart_is_judged_in_it(sick: bool) -> None:
    cluster = begun()
    if sick:
        unwell(cluster, "node-1")
        cluster.run(5)
    made = again(cluster)
    made.begin()
    if sick:
        unwell(made, "node-1")
    frame = made.frame()
    states = {one.kind: one.state for one in frame.components}
    assert (states["kube-scheduler"], states["etcd"], states["container-runtime"]) == (
        "healthy",
        "healthy",
        "degraded" if sick else "healthy",
    )
    before = row(cluster, "node-1")
    after = frame.nodes["node-1"]
    assert (after.state, after.container_runtime.state) == (before.state, before.container_runtime.state)
    assert after.container_runtime.since == before.container_runtime.since
    assert frame.changes == []


def test_nodes_that_are_only_remembered_say_why() -> None:
    cluster = begun()
    unwell(cluster, "node-1")
    cluster.run(5)
    made = again(cluster)
    made.apply(Health("/livez", made.now, 0.0, fault=REFUSED))
    made.frame()
    away = made.now
    for _ in range(4):
        made.now += 1.0
        made.apply(Health("/livez", made.now, 0.0, fault=REFUSED))
        made.frame()
    ghost = row(made, "node-1")
    assert (ghost.state, ghost.because) == ("unknown", "127.0.0.1:6443 refuses connections.")
    assert epoch(away) <= ghost.since <= epoch(made.now)
    for agent, last in ((ghost.kubelet, "healthy"), (ghost.kube_proxy, "not_observable"), (ghost.container_runtime, "degraded")):
        assert (agent.state, agent.because, agent.last, agent.line) == ("unknown", ghost.because, last, "")
    third = again(made)
    third.apply(Health("/livez", third.now, 0.0, fault=REFUSED))
    for _ in range(5):
        third.frame()
        third.now += 1.0
        third.apply(Health("/livez", third.now, 0.0, fault=REFUSED))
    ghost_again = row(third, "node-1")
    assert (ghost_again.since, ghost_again.container_runtime.last) == (ghost.since, "degraded"), "unknown since it was"


def test_nodes_that_may_not_be_listed_any_more_are_only_remembered() -> None:
    remembered = again(begun())
    remembered.apply(Failed(Feed.NODES, FORBIDDEN, remembered.now, remembered.now + 60), *remembered.probes())
    for _ in range(20):
        remembered.frame()
        remembered.now += 1.0
        remembered.apply(*remembered.probes())
    assert row(remembered, "node-1").because == "Nodes cannot be read: it is forbidden"
    kubelets = [one for frame in remembered.frames for one in frame.components if one.kind == "kubelet"][-1]
    assert kubelets.because.startswith("Nodes cannot be read: it is forbidden")


@pytest.mark.parametrize(
    ("message", "ready", "state"), [("fine", "True", "cordoned"), ("PLEG is not healthy", "False", "degraded")]
)
def test_a_cordoned_node_is_shown_as_such_unless_it_is_unwell(message: str, ready: str, state: str) -> None:
    cluster = begun(nodes=3)
    status = {"conditions": [{"type": "Ready", "status": ready, "message": message}], "nodeInfo": {"kubeletVersion": "v1.36.2"}}
    told = {"metadata": {"name": "node-1", "uid": "node-1"}, "spec": {"unschedulable": True}, "status": status}
    cluster.apply(Changed(Feed.NODES, decoded(Feed.NODES, told), cluster.now))
    cluster.run(5)
    made = row(cluster, "node-1")
    assert (made.state, made.cordoned, made.kubelet.state) == (state, True, "healthy")
