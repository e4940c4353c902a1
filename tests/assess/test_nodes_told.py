"""What is told of one node's agents, and how seldom a node has to be judged for it."""

import pytest

from planes.assess import node_assessor
from planes.components.agents import observe_node
from planes.components.view import ClusterView
from planes.structs.events import Changed, Failed, Gone, Health, Listed
from planes.structs.feeds import Feed
from planes.structs.moments import Epoch
from planes.structs.objects import Item
from planes.structs.observations import NodeObservation
from planes.structs.rows import AgentRow
from tests.assess.test_assessor import FORBIDDEN, LEADERS, REFUSED, START, Cluster, lease, node
from tests.assess.test_cordoned import cordoned
from tests.assess.test_nodes_judged import attention, begun, epoch, row, unwell, well
from tests.cache.generating import decoded
from tests.components.making import BROKEN


def told(cluster: Cluster, first: int, name: str = "node-1") -> list[tuple[str, str, str]]:
    """(agent, before, after) of a node's changes, from that frame on."""
    rows = [one for frame in cluster.frames[first:] for one in frame.changes]
    return [(one.agent, one.before, one.after) for one in rows if one.subject == name]


def forbidden(cluster: Cluster, seconds: int) -> None:
    """So long, nodes may not be listed."""
    for _ in range(seconds):
        cluster.apply(Failed(Feed.NODES, FORBIDDEN, cluster.now, cluster.now + 60))
        cluster.run(1)


def test_a_right_that_is_taken_away_and_given_back_is_no_change_of_any_node() -> None:
    cluster = begun()
    first = len(cluster.frames)
    forbidden(cluster, 20)
    assert row(cluster, "node-1").container_runtime.state == "not_observable"
    cluster.apply(Listed(Feed.NODES, [node(name) for name in cluster.names], "", cluster.now))
    cluster.run(20)
    assert row(cluster, "node-1").container_runtime.state == "healthy"
    assert told(cluster, first) == []


def test_what_was_worse_after_a_right_came_back_is_told_from_what_was_known() -> None:
    cluster = begun()
    first = len(cluster.frames)
    forbidden(cluster, 20)
    cluster.apply(Listed(Feed.NODES, [node(name) for name in cluster.names], "", cluster.now))
    unwell(cluster, "node-1")
    cluster.run(20)
    assert told(cluster, first) == [("container-runtime", "healthy", "degraded")]


def test_a_state_is_announced_in_the_very_frame_in_which_it_has_held_long_enough() -> None:
    cluster = begun()
    first = len(cluster.frames)
    unwell(cluster, "node-1")
    cluster.frame()
    assert told(cluster, first) == []
    cluster.run(1)
    assert told(cluster, first) == [("container-runtime", "healthy", "degraded")], "a condition holds for one second"


def test_a_node_that_is_deleted_keeps_no_other_from_being_told_in_time() -> None:
    cluster = begun()
    unwell(cluster, "node-0", "node-1", "node-2")
    cluster.frame()
    cluster.apply(Gone(Feed.NODES, node("node-0"), cluster.now), Gone(Feed.NODES, node("node-1"), cluster.now))
    first = len(cluster.frames)
    cluster.run(1)
    assert told(cluster, first, "node-2") == [("container-runtime", "healthy", "degraded")]


def test_a_node_of_which_something_was_told_keeps_no_other_from_being_told_in_time() -> None:
    cluster = begun()
    unwell(cluster, "node-0", "node-2")
    cluster.frame()
    first = len(cluster.frames)
    cluster.now += 1.0
    cluster.apply(Changed(Feed.NODES, node("node-0", message="PLEG is not healthy: 3m", ready="False"), cluster.now))
    cluster.frame()
    assert told(cluster, first, "node-2") == [("container-runtime", "healthy", "degraded")]


def test_many_that_are_well_keep_no_silent_one_from_being_told_in_time() -> None:
    cluster = begun(nodes=20)
    cluster.silent = {"node-9"}
    cluster.run(22)
    assert cluster.kubelet("node-9")[0] == "healthy", "it was renewed 25 s ago"
    cluster.run(1)
    assert cluster.kubelet("node-9")[0] == "degraded"


def test_leases_that_may_not_be_read_say_nothing_by_their_silence() -> None:
    cluster = begun()
    cluster.silent = set(cluster.names)
    for _ in range(60):
        cluster.apply(Failed(Feed.NODE_LEASES, FORBIDDEN, cluster.now, cluster.now + 60))
        cluster.run(1)
    assert (row(cluster, "node-1").kubelet.state, row(cluster, "node-1").container_runtime.state) == ("healthy", "healthy")


def proxy(name: str, ready: str = "True") -> Item:
    spec = {"nodeName": name, "containers": [{"name": "kube-proxy", "image": "kube-proxy:v1.36.2"}]}
    meta = {"name": f"proxy-{name}", "namespace": "kube-system", "uid": f"proxy-{name}", "labels": {"k8s-app": "kube-proxy"}}
    status = {"phase": "Running", "conditions": [{"type": "Ready", "status": ready}]}
    return decoded(Feed.SYSTEM_PODS, {"metadata": meta, "spec": spec, "status": status})


def test_a_right_taken_away_from_one_agent_keeps_no_other_from_being_told() -> None:
    cluster = begun()
    cluster.apply(Changed(Feed.SYSTEM_PODS, proxy("node-1"), cluster.now))
    cluster.run(10)
    assert row(cluster, "node-1").kube_proxy.state == "healthy"
    first = len(cluster.frames)
    unwell(cluster, "node-1")
    cluster.frame()
    cluster.apply(Failed(Feed.SYSTEM_PODS, FORBIDDEN, cluster.now, cluster.now + 60))
    cluster.run(1)
    assert row(cluster, "node-1").kube_proxy.state == "not_observable"
    assert told(cluster, first) == [("container-runtime", "healthy", "degraded")]


def test_an_agent_that_is_back_keeps_no_other_from_being_told() -> None:
    cluster = begun()
    cluster.apply(Changed(Feed.SYSTEM_PODS, proxy("node-1"), cluster.now))
    cluster.run(10)
    for _ in range(20):
        cluster.apply(Failed(Feed.SYSTEM_PODS, BROKEN, cluster.now, cluster.now + 1))
        cluster.run(1)
    assert row(cluster, "node-1").kube_proxy.state == "unknown"
    first = len(cluster.frames)
    unwell(cluster, "node-1")
    cluster.frame()
    cluster.apply(Listed(Feed.SYSTEM_PODS, [proxy("node-1")], "", cluster.now))
    cluster.run(1)
    assert row(cluster, "node-1").kube_proxy.state == "healthy"
    assert told(cluster, first) == [("container-runtime", "healthy", "degraded")]


def test_what_was_unknown_at_first_sight_for_a_reason_elsewhere_is_no_change_of_the_node() -> None:
    cluster = begun()
    cluster.silent = set(cluster.names)
    cluster.run(30)
    cluster.apply(Changed(Feed.NODES, node("late"), cluster.now))
    cluster.run(3)
    assert row(cluster, "late").container_runtime.state == "unknown"
    first = len(cluster.frames)
    cluster.silent = set()
    cluster.names.append("late")  # its kubelet has a lease, as any has
    cluster.run(15)
    assert row(cluster, "late").container_runtime.state == "healthy"
    assert told(cluster, first, "late") == []


def test_of_a_silent_node_only_its_kubelet_is_told_and_the_others_as_last_known() -> None:
    cluster = begun()
    first = len(cluster.frames)
    cluster.silent = {"node-1"}
    cluster.run(60)
    down = [("kubelet", "healthy", "degraded"), ("kubelet", "degraded", "down")]
    assert told(cluster, first) == down
    runtime = row(cluster, "node-1").container_runtime
    assert runtime.because.endswith(f"Last known: healthy, ⟨a:{epoch(START + 11.0):.1f}⟩ ago."), "when it was renewed last"
    cluster.silent = set()
    cluster.run(20)
    assert row(cluster, "node-1").container_runtime.state == "healthy"
    assert told(cluster, first) == [*down, ("kubelet", "down", "healthy")]


def test_what_a_node_no_longer_reports_is_told_of_it() -> None:
    cluster = begun()
    first = len(cluster.frames)
    bare = decoded(Feed.NODES, {"metadata": {"name": "node-1", "uid": "node-1"}, "status": {"conditions": []}})
    cluster.apply(Changed(Feed.NODES, bare, cluster.now))
    cluster.run(3)
    assert sorted(told(cluster, first)) == [("container-runtime", "healthy", "unknown"), ("kubelet", "healthy", "unknown")]


@pytest.mark.parametrize("away", [False, True])
def test_what_is_last_known_dates_from_when_all_was_lost(away: bool) -> None:
    cluster = begun()
    cluster.silent = set(cluster.names)
    cluster.mute |= {"probes", "leaders"} if away else set()
    lost = cluster.now
    if away:
        cluster.apply(Health("/livez", lost, 0.0, fault=REFUSED))
    cluster.run(20)
    kubelet = row(cluster, "node-1").kubelet
    assert kubelet.state == "unknown"
    since = lost if away else START + 12.0  # the last that was heard: node-2
    assert kubelet.because.endswith(f"Last known: healthy, ⟨a:{epoch(since):.1f}⟩ ago.")


@pytest.mark.parametrize(("hidden", "state"), [(True, "cordoned"), (False, "unknown")])
def test_a_cordoned_node_of_which_nothing_may_be_seen_is_cordoned_and_one_that_is_lost_is_not(hidden: bool, state: str) -> None:
    cluster = begun()
    cluster.apply(Changed(Feed.NODES, cordoned("node-1", True), cluster.now))
    cluster.run(2)
    cluster.silent = set(cluster.names)
    for _ in range(20):
        if hidden:
            cluster.apply(*(Failed(feed, FORBIDDEN, cluster.now, cluster.now + 60) for feed in (Feed.NODES, Feed.NODE_LEASES)))
        cluster.run(1)
    assert row(cluster, "node-1").state == state


def test_what_it_had_not_reported_and_reports_at_last_is_told_of_the_node() -> None:
    cluster = Cluster()
    cluster.begin()
    bare = decoded(Feed.NODES, {"metadata": {"name": "node-1", "uid": "node-1"}, "status": {"conditions": []}})
    cluster.apply(Changed(Feed.NODES, bare, cluster.now))
    cluster.run(12)
    assert row(cluster, "node-1").kubelet.state == "unknown"
    first = len(cluster.frames)
    well(cluster, "node-1")
    cluster.run(5)
    assert sorted(told(cluster, first)) == [("container-runtime", "unknown", "healthy"), ("kubelet", "unknown", "healthy")]


def test_another_reason_is_told_though_the_node_was_unknown_before() -> None:
    cluster = begun()
    cluster.silent = set(cluster.names)
    cluster.run(30)
    assert row(cluster, "node-1").container_runtime.state == "unknown", "all are silent together"
    cluster.silent = set()
    cluster.run(30)
    first = len(cluster.frames)
    unwell(cluster, "node-1")
    cluster.run(10)
    cluster.apply(Changed(Feed.NODES, node("node-1", message="container runtime network not ready", ready="False"), cluster.now))
    cluster.run(10)
    assert told(cluster, first) == [("container-runtime", "healthy", "degraded"), ("container-runtime", "degraded", "degraded")]


def test_a_node_that_joins_while_all_are_silent_counts_at_once() -> None:
    cluster = begun()
    cluster.silent = set(cluster.names)
    cluster.run(30)
    joined = decoded(Feed.NODES, {"metadata": {"name": "late", "uid": "late"}, "status": {"conditions": []}})
    cluster.apply(Changed(Feed.NODES, joined, cluster.now))
    cluster.run(2)
    (kubelets,) = [one for one in cluster.assessor.frame(cluster.now, Epoch(START), full=True).components if one.kind == "kubelet"]
    assert "0 of 7 nodes healthy, 7 unknown" in [line.now for line in kubelets.evidence]


@pytest.mark.parametrize("agent", ["kubelet", "kube_proxy", "container_runtime"])
def test_an_agent_of_which_only_moments_are_new_is_told_as_it_was(agent: str) -> None:
    cluster = begun()
    before: AgentRow = getattr(row(cluster, "node-1"), agent)
    cluster.run(11)
    if agent == "kube_proxy":
        cluster.apply(Changed(Feed.NODES, node("node-1", version="v1.20.0"), cluster.now))
    else:
        cluster.apply(Changed(Feed.SYSTEM_PODS, proxy("node-1", ready="False"), cluster.now))
    cluster.run(4)
    made = row(cluster, "node-1")
    assert (made.state, getattr(made, agent)) == ("degraded", before)


# --- how seldom it is judged ----------------------------------------------------------------------------------------------------


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of nodes, one for each time that one is observed to be judged."""
    names: list[str] = []

    def counted(view: ClusterView, name: str) -> NodeObservation:
        names.append(name)
        return observe_node(view, name)

    monkeypatch.setattr(node_assessor, "observe_node", counted)
    return names


def test_nodes_that_are_well_are_not_judged_again_for_being_renewed(judged: list[str]) -> None:
    cluster = begun()
    judged.clear()
    cluster.run(120)
    assert judged == []


def test_a_silent_node_is_judged_when_it_turns_and_not_in_every_frame(judged: list[str]) -> None:
    cluster = begun()
    cluster.silent = {"node-1"}
    judged.clear()
    cluster.run(90)
    made = row(cluster, "node-1")
    assert (made.kubelet.state, made.container_runtime.state) == ("down", "unknown")
    assert [(one.name, one.state) for one in attention(cluster)] == [("node-1", "down")]
    assert set(judged) == {"node-1"}
    assert len(judged) <= 10


def test_a_node_that_is_not_well_is_judged_at_its_next_renewal(judged: list[str]) -> None:
    cluster = begun()
    cluster.silent = {"node-1"}
    cluster.run(60)
    assert row(cluster, "node-1").kubelet.state == "down"
    judged.clear()
    cluster.now += 0.2
    second = cluster.now - START
    cluster.apply(Changed(Feed.NODE_LEASES, lease("node-1", second), cluster.now))
    cluster.apply(*(Changed(Feed.SYSTEM_LEASES, lease(one, second, Feed.SYSTEM_LEASES, 15), cluster.now) for one in LEADERS))
    cluster.frame()
    assert judged == ["node-1"]
