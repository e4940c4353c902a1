"""Nodes as they are judged again and again: their rows, what is told of them, and what is refreshed without judging."""

import pytest

from planes.structs.events import Changed, Failed, Gone, Health, Listed, Usage
from planes.structs.feeds import Feed
from planes.structs.moments import Epoch
from planes.structs.objects import Item
from planes.structs.rows import AttentionRow, NodeRow
from tests.assess.test_assessor import FORBIDDEN, REFUSED, START, WALL, Cluster, changes, node
from tests.cache.generating import decoded

#: Their kube-proxy cannot be seen.
WELL = "Its kubelet and container runtime are healthy; its kube-proxy cannot be observed."


def begun(nodes: int = 6, seconds: int = 12) -> Cluster:
    cluster = Cluster(nodes=nodes)
    cluster.begin()
    cluster.frame()
    cluster.run(seconds)
    return cluster


def row(cluster: Cluster, name: str) -> NodeRow:
    """The newest row of a node."""
    return [frame.nodes[name] for frame in cluster.frames if name in frame.nodes][-1]


def attention(cluster: Cluster) -> list[AttentionRow]:
    return [frame.attention for frame in cluster.frames if frame.attention is not None][-1]


def epoch(at: float) -> float:
    return WALL + at - START


def unwell(cluster: Cluster, *names: str) -> None:
    """Their container runtimes say that they are slow."""
    for name in names:
        cluster.apply(Changed(Feed.NODES, node(name, message="PLEG is not healthy", ready="False"), cluster.now))


def well(cluster: Cluster, *names: str) -> None:
    for name in names:
        cluster.apply(Changed(Feed.NODES, node(name), cluster.now))


def test_each_agent_has_its_own_verdict_evidence_and_version() -> None:
    made = row(begun(), "node-0")
    assert (made.kubelet.state, made.kubelet.version) == ("healthy", "v1.36.2")
    assert (made.container_runtime.state, made.container_runtime.version) == ("healthy", "containerd://2.1.0")
    assert (made.kube_proxy.state, made.kube_proxy.version) == ("not_observable", "")
    assert "DiskPressure" in {line.signal for line in made.kubelet.evidence}
    assert {line.signal for line in made.kube_proxy.evidence} == {"pod"}
    assert "DiskPressure" not in {line.signal for line in made.container_runtime.evidence}
    assert (made.state, made.because, made.since) == ("healthy", WELL, WALL)


def test_a_node_is_named_by_the_worst_of_its_agents_and_well_since_the_last_of_them_is() -> None:
    cluster = begun()
    unwell(cluster, "node-1")
    fell = cluster.now
    cluster.run(5)
    made = row(cluster, "node-1")
    assert (made.state, made.container_runtime.state) == ("degraded", "degraded")
    assert made.because == f"container runtime: {made.container_runtime.because}"
    assert made.since == made.container_runtime.since >= epoch(fell)
    well(cluster, "node-1")
    rose = cluster.now
    cluster.run(10)
    made = row(cluster, "node-1")
    assert (made.state, made.because) == ("healthy", WELL)
    assert made.since == made.container_runtime.since >= epoch(rose)
    assert made.kubelet.since < made.since


def test_what_changed_in_one_frame_is_told_by_moment_and_name_and_tied_together() -> None:
    cluster = begun()
    unwell(cluster, "node-4", "node-1", "node-3")
    frames = cluster.run(5)
    told = [one for frame in frames for one in frame.changes if one.agent == "container-runtime"]
    assert [(one.subject, one.before, one.after) for one in told] == [
        (f"node-{index}", "healthy", "degraded") for index in (1, 3, 4)
    ]
    assert len({one.group for one in told}) == 1
    assert told[0].group.startswith("container-runtime:")
    cluster.run(30)
    unwell(cluster, "node-2")
    later = [one for frame in cluster.run(5) for one in frame.changes if one.agent == "container-runtime"]
    assert {one.group for one in later} == {told[0].group}, "within a minute of each other"
    cluster.run(61)
    unwell(cluster, "node-5")
    last = [one for frame in cluster.run(5) for one in frame.changes if one.agent == "container-runtime"]
    assert not {one.group for one in last} & {told[0].group}


def test_a_node_that_is_unwell_needs_a_person_with_its_agents_told() -> None:
    cluster = begun()
    unwell(cluster, "node-1")
    cluster.run(5)
    (entry,) = attention(cluster)
    made = row(cluster, "node-1")
    assert (entry.key, entry.kind, entry.title, entry.state) == ("node:node-1", "Node", "node-1 · container runtime", "degraded")
    assert (entry.because, entry.since) == (made.container_runtime.because, made.container_runtime.since)
    kinds = {"kubelet": made.kubelet, "kube-proxy": made.kube_proxy, "container-runtime": made.container_runtime}
    assert entry.agents == {kind: one.state for kind, one in kinds.items()}
    well(cluster, "node-1")
    cluster.run(10)
    assert attention(cluster) == []


# --- what is no reason to judge -----------------------------------------------------------------------------------------------


def test_usage_of_nodes_that_are_not_known_is_passed_over() -> None:
    cluster = begun()
    known = dict.fromkeys(cluster.names, (1.5, 2e9))
    cluster.apply(Usage(cluster.now, {**dict.fromkeys((f"stranger-{index}" for index in range(200)), (9.0, 9.0)), **known}))
    assert {name: (one.cpu_used, one.memory_used) for name, one in cluster.frame().nodes.items()} == known


def test_usage_that_is_told_no_more_is_taken_back() -> None:
    cluster = begun()
    cluster.apply(Usage(cluster.now, {"node-1": (1.5, 2e9), "node-2": (1.0, 1e9)}))
    cluster.frame()
    cluster.apply(Usage(cluster.now, {"node-2": (1.0, 1e9)}))
    frame = cluster.frame()
    assert list(frame.nodes) == ["node-1"]
    assert (frame.nodes["node-1"].cpu_used, frame.nodes["node-1"].memory_used) == (None, None)


def test_not_all_usage_is_told_in_one_frame() -> None:
    cluster = Cluster(nodes=450)
    cluster.begin()
    cluster.frame()
    cluster.apply(Usage(cluster.now, dict.fromkeys(cluster.names, (1.0, 1.0))))
    first, second, third = cluster.frame(), cluster.frame(), cluster.frame()
    assert (len(first.nodes), len(second.nodes), len(third.nodes)) == (400, 50, 0)
    assert set(first.nodes) | set(second.nodes) == set(cluster.names)


def pod(name: str, host: str, phase: str = "Running", restarts: int = 0) -> Item:
    status = {"phase": phase, "containerStatuses": [{"name": "c", "ready": True, "restartCount": restarts}]}
    return decoded(
        Feed.PODS, {"metadata": {"name": name, "namespace": "shop", "uid": name}, "spec": {"nodeName": host}, "status": status}
    )


def event(host: str) -> Item:
    meta = {"name": f"{host}.1", "namespace": "default"}
    about = {"involvedObject": {"kind": "Node", "name": host}, "type": "Warning", "reason": "Odd", "message": "m", "count": 2}
    return decoded(Feed.EVENTS, {"metadata": meta, **about})


def test_pods_and_events_change_the_row_of_their_node_and_no_other() -> None:
    cluster = begun()
    cluster.apply(
        Changed(Feed.PODS, pod("a", "node-1"), cluster.now),
        Changed(Feed.PODS, pod("b", "node-1", "Failed"), cluster.now),
        Changed(Feed.PODS, pod("c", "node-1", "Succeeded"), cluster.now),
    )
    cluster.apply(Changed(Feed.PODS, pod("x", "stranger"), cluster.now))
    frame = cluster.frame()
    assert list(frame.nodes) == ["node-1"]
    assert ([one.name for one in frame.nodes["node-1"].pods], frame.nodes["node-1"].pods_used) == (["a", "b", "c"], 1)
    assert frame.nodes["node-1"].state == "healthy"
    cluster.apply(Changed(Feed.EVENTS, event("node-2"), cluster.now))
    frame = cluster.frame()
    assert [(name, [one.reason for one in made.events]) for name, made in frame.nodes.items()] == [("node-2", ["Odd"])]
    cluster.apply(Changed(Feed.EVENTS, event("node-2"), cluster.now))
    assert not cluster.frame().nodes, "it is as it was"


# --- wholes -------------------------------------------------------------------------------------------------------------------


def component(cluster: Cluster, kind: str) -> tuple[str, str, str]:
    made = [one for frame in cluster.frames for one in frame.components if one.kind == kind][-1]
    return made.state, made.because, made.line


def test_a_cluster_without_nodes_has_no_agents_to_judge() -> None:
    cluster = Cluster(nodes=0)
    cluster.begin()
    cluster.frame()
    assert component(cluster, "kubelet") == ("not_observable", "There are no nodes.", "no nodes")
    (line,) = next(one.evidence for one in cluster.frames[0].components if one.kind == "kubelet")
    assert (line.signal, line.now, line.should_be, line.state, line.source) == (
        "kubelet",
        "no nodes",
        "nodes",
        "not_observable",
        "nodes",
    )


def test_nodes_that_may_not_be_read_are_nobodys_fault() -> None:
    cluster = Cluster(nodes=0)
    cluster.begin()
    cluster.apply(Failed(Feed.NODES, FORBIDDEN, cluster.now, cluster.now + 60))
    cluster.frame()
    state, because, _ = component(cluster, "kubelet")
    assert (state, because.startswith("Nodes cannot be read: ")) == ("not_observable", True)


def test_agents_of_a_cluster_that_does_not_answer_say_why() -> None:
    cluster = begun()
    cluster.mute |= {"probes", "leaders"}
    cluster.silent = set(cluster.names)
    cluster.apply(Health("/livez", cluster.now + 0.5, 0.0, fault=REFUSED))
    cluster.run(6)
    state, because, _ = component(cluster, "kubelet")
    assert (state, because.startswith("127.0.0.1:6443 refuses connections")) == ("unknown", True)


def test_all_silent_together_need_one_look_that_dates_from_when_it_was_noticed() -> None:
    cluster = begun()
    cluster.silent = set(cluster.names)
    cluster.run(60)
    (entry,) = attention(cluster)
    assert (entry.key, entry.kind, entry.name, entry.title, entry.state, entry.count) == (
        "cluster:silence",
        "Cluster",
        "test",
        "6 nodes silent together",
        "unknown",
        6,
    )
    assert entry.because.startswith("No heartbeat arrives from any node. ")
    assert epoch(cluster.now - 60) <= entry.since <= epoch(cluster.now)


def test_a_node_that_is_deleted_is_gone_from_rows_and_wholes() -> None:
    cluster = begun()
    unwell(cluster, "node-1")
    cluster.run(5)
    cluster.apply(Gone(Feed.NODES, node("node-1"), cluster.now))
    frame = cluster.frame()
    assert (frame.gone_nodes, attention(cluster)) == (["node-1"], [])
    assert component(cluster, "kubelet")[1] == "5 of 5 nodes healthy."
    assert changes([frame]) == []


@pytest.mark.parametrize("moved", [-3.0, 3.0])
def test_our_own_clock_may_be_set_and_moments_follow(moved: float) -> None:
    cluster = begun()
    assert cluster.assessor.frame(cluster.now, Epoch(epoch(cluster.now) + 1.9)).at == epoch(cluster.now), "it drifts, and stays"
    assert cluster.assessor.frame(cluster.now, Epoch(epoch(cluster.now) + moved)).at == epoch(cluster.now) + moved


def test_a_list_of_nodes_that_is_empty_takes_them_all_away() -> None:
    cluster = begun(3)
    cluster.apply(Listed(Feed.NODES, [], "", cluster.now))
    assert sorted(cluster.frame().gone_nodes) == ["node-0", "node-1", "node-2"]
