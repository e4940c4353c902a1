"""What is told of a node itself, and what of one that is well, passing or only remembered."""

from dataclasses import replace

import msgspec
import pytest

from planes.assess.node_states import (
    EMPTY,
    AgentChange,
    is_told_by_node,
    last_known,
    leaving_of,
    own_changes,
    restored_life,
    restored_memory,
    traits_of,
    whole_of,
    why_last_known,
    why_passing,
    why_well,
)
from planes.components.lives import Life
from planes.structs.events import Gone, Listed
from planes.structs.feeds import Feed
from planes.structs.moments import Epoch, Mono
from planes.structs.objects import LabelledMeta, Node, NodeSpec, Taint
from planes.structs.rows import AgentRow, NodeRow
from planes.structs.verdicts import State
from tests.assess.test_assessor import Cluster, node
from tests.assess.test_nodes_judged import begun
from tests.components.making import BROKEN, failing, feed, scene

GOING = Life(State.LEAVING, "it goes", Mono(90.0), None, "leaving")
LATE = Life(State.DEGRADED, "it goes", Mono(90.0), None, "leaving-long")
NOW, OFFSET = Mono(100.0), 1_000.0


def row(state: State, *, cordoned: bool = False, because: str = "So.") -> NodeRow:
    return msgspec.structs.replace(EMPTY, name="n", state=state, cordoned=cordoned, because=because)


def agent(state: State, because: str = "", **more: object) -> AgentRow:
    return msgspec.structs.replace(AgentRow(state=state, because=because, since=Epoch(7.0)), **more)


def change(before: State, after: State, because: str, cause: str) -> AgentChange:
    return AgentChange("n", "", before, after, because, cause, NOW)


CORDON = change(State.HEALTHY, State.CORDONED, "No new pods are placed here.", "cordon")
UNCORDON = change(State.CORDONED, State.HEALTHY, "New pods may be placed here again.", "cordon")


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (row(State.HEALTHY), row(State.HEALTHY), []),
        (row(State.HEALTHY), row(State.CORDONED, cordoned=True), [CORDON]),
        (row(State.CORDONED, cordoned=True), row(State.HEALTHY), [UNCORDON]),
        (row(State.DOWN), row(State.DOWN, cordoned=True), [CORDON]),
        (row(State.HEALTHY), row(State.LEAVING), [change(State.HEALTHY, State.LEAVING, "So.", "leaving")]),
        (row(State.HEALTHY), row(State.JOINING), [change(State.HEALTHY, State.JOINING, "So.", "joining")]),
        (row(State.LEAVING), row(State.HEALTHY), [change(State.LEAVING, State.HEALTHY, "So.", "leaving-over")]),
        (row(State.JOINING), row(State.LEAVING), [change(State.JOINING, State.LEAVING, "So.", "leaving")]),
        (row(State.JOINING), row(State.NOT_OBSERVABLE), [change(State.JOINING, State.NOT_OBSERVABLE, "So.", "joining-over")]),
        (row(State.LEAVING), row(State.LEAVING, because="Still."), []),
        *((row(State.LEAVING), row(after), []) for after in (State.DOWN, State.DEGRADED, State.UNKNOWN)),  # its agents tell
        (row(State.HEALTHY), row(State.NOT_OBSERVABLE), []),
    ],
)
def test_what_changed_of_the_node_itself_is_told_with_its_cause(before: NodeRow, after: NodeRow, told: list[AgentChange]) -> None:
    assert own_changes(after, before, NOW) == told


@pytest.mark.parametrize(
    ("before", "after", "so"),
    [
        (State.HEALTHY, State.LEAVING, True),
        (State.DOWN, State.JOINING, True),
        (State.LEAVING, State.HEALTHY, True),
        (State.JOINING, State.UNKNOWN, True),
        (State.LEAVING, State.NOT_OBSERVABLE, True),
        (State.LEAVING, State.DOWN, False),
        (State.JOINING, State.DEGRADED, False),
        (State.HEALTHY, State.UNKNOWN, False),
        (State.DOWN, State.HEALTHY, False),
    ],
)
def test_that_a_node_comes_or_goes_is_told_of_it_and_not_of_its_agents(before: State, after: State, so: bool) -> None:
    assert is_told_by_node(before, after) is so


@pytest.mark.parametrize(
    ("worst", "life", "cordoned", "whole"),
    [
        (State.HEALTHY, None, False, State.HEALTHY),
        (State.HEALTHY, None, True, State.CORDONED),
        (State.HEALTHY, GOING, True, State.LEAVING),
        (State.HEALTHY, LATE, True, State.CORDONED),
        (State.LEAVING, GOING, False, State.LEAVING),
        (State.NOT_OBSERVABLE, None, True, State.CORDONED),
        (State.NOT_OBSERVABLE, GOING, False, State.LEAVING),
        (State.DEGRADED, GOING, True, State.DEGRADED),
        (State.DOWN, GOING, True, State.DOWN),
        (State.UNKNOWN, GOING, True, State.UNKNOWN),
    ],
)
def test_a_node_is_as_its_worst_agent_unless_all_is_well(worst: State, life: Life | None, cordoned: bool, whole: State) -> None:
    assert whole_of((State.HEALTHY, worst, State.NOT_OBSERVABLE), 1, life, cordoned) is whole


TITLES = ("kubelet", "kube-proxy", "container runtime")


@pytest.mark.parametrize(
    ("states", "said"),
    [
        ((State.HEALTHY,) * 3, "All three agents are healthy."),
        (
            (State.HEALTHY, State.NOT_OBSERVABLE, State.HEALTHY),
            "Its kubelet and container runtime are healthy; its kube-proxy cannot be observed.",
        ),
        (
            (State.HEALTHY, State.NOT_OBSERVABLE, State.NOT_OBSERVABLE),
            "Its kubelet is healthy; its kube-proxy and container runtime cannot be observed.",
        ),
    ],
)
def test_only_what_was_seen_to_be_well_is_called_so(states: tuple[State, State, State], said: str) -> None:
    first, second, third = map(agent, states)
    assert why_well((first, second, third), TITLES) == said


def test_a_node_that_passes_says_what_its_agents_say_of_it_or_its_life() -> None:
    well, going = agent(State.HEALTHY, "Well."), agent(State.LEAVING, "Leaving, says its proxy.")
    assert why_passing(State.LEAVING, GOING, (well, going, well), OFFSET) == "Leaving, says its proxy."
    assert why_passing(State.LEAVING, GOING, (well, well, well), OFFSET) == "Leaving for ⟨a:1090.0⟩: it goes."
    assert why_passing(State.LEAVING, None, (well, well, well), OFFSET) == ""
    cordoned = why_passing(State.CORDONED, GOING, (well, going, well), OFFSET)
    assert cordoned == "Cordoned on purpose: no new pods are placed here."


def test_that_a_node_leaves_is_stored_with_why_and_since_when() -> None:
    assert leaving_of(replace(GOING, since=Mono(90.06)), OFFSET) == ("it goes", 1090.1)
    assert leaving_of(LATE, OFFSET) == ("it goes", 1090.0)
    assert leaving_of(replace(GOING, cause="joining"), OFFSET) is None
    assert leaving_of(None, OFFSET) is None


def test_what_was_stored_of_a_life_goes_on() -> None:
    stored = msgspec.structs.replace(EMPTY, leaving="it goes", leaving_since=Epoch(1090.0))
    assert restored_life(stored, OFFSET) == Life(State.LEAVING, "it goes", Mono(90.0), cause="leaving")
    assert restored_life(EMPTY, OFFSET) is None


def test_what_was_stored_of_an_agent_goes_on() -> None:
    memory = restored_memory(agent(State.UNKNOWN, since=Epoch(1090.0), last="degraded"), OFFSET, NOW, Epoch(1095.0))
    assert (memory.state, memory.since, memory.known, memory.known_at) == (State.UNKNOWN, 90.0, State.DEGRADED, 90.0)
    memory = restored_memory(agent(State.DOWN, since=Epoch(1090.0)), OFFSET, NOW)
    assert (memory.state, memory.known, memory.known_at) == (State.DOWN, State.DOWN, NOW)
    memory = restored_memory(agent(State.DOWN, since=Epoch(1090.0)), OFFSET, NOW, Epoch(1095.0))
    assert memory.known_at == 95.0


def test_a_node_as_last_known_is_unknown_since_now_and_remembers_what_each_agent_was() -> None:
    stored = msgspec.structs.replace(
        EMPTY,
        state=State.DOWN,
        since=Epoch(7.0),
        kubelet=agent(State.DOWN, "It is silent.", line="silent"),
        kube_proxy=agent(State.UNKNOWN, last="degraded"),
    )
    made = last_known(stored, "Nobody answers.", Epoch(1100.0))
    assert (made.state, made.because, made.since) == (State.UNKNOWN, "Nobody answers.", 1100.0)
    assert made.kubelet == agent(State.UNKNOWN, "Nobody answers.", last="down")
    assert made.kube_proxy == agent(State.UNKNOWN, "Nobody answers.", last="degraded")
    assert last_known(made, "Still.", Epoch(1200.0)).since == 1100.0


def test_why_nodes_are_only_remembered() -> None:
    assert why_last_known(scene(unreachable="It is away.", nodes=failing(BROKEN, 90.0))) == "It is away."
    assert why_last_known(scene(nodes=failing(BROKEN, 90.0))) == "Nodes cannot be read: the server answers 500"
    assert why_last_known(scene(nodes=feed())) == "Waiting for the list of nodes."


def test_what_is_to_be_said_of_a_node_besides_is_what_it_is_and_what_may_become_of_it() -> None:
    taints = [Taint("DeletionCandidateOfClusterAutoscaler")]
    candidate = "candidate for removal by the cluster autoscaler"
    assert traits_of(Node(LabelledMeta("n"), NodeSpec(taints=taints))) == (candidate,)
    labels = {"vcluster.loft.sh/fake-node": "true"}
    called = "placeholder of vcluster for a node of the host cluster"
    assert traits_of(Node(LabelledMeta("n", labels=labels), NodeSpec(taints=taints))) == (called, candidate)
    assert traits_of(Node(LabelledMeta("n"))) == ()


def test_nodes_of_whose_kubelet_nothing_is_known_are_unheard_until_it_is_or_they_are_gone() -> None:
    cluster = begun()
    nodes = cluster.assessor._nodes
    assert set(nodes.unheard) == set()
    cluster.silent = set(cluster.names)
    cluster.run(30)
    assert set(nodes.unheard) == set(cluster.names)
    cluster.apply(Gone(Feed.NODES, node("node-0"), cluster.now))
    cluster.run(1)
    assert set(nodes.unheard) == set(cluster.names) - {"node-0"}
    cluster.silent = set()
    cluster.run(12)
    assert set(nodes.unheard) == set()


def test_a_node_that_is_only_waited_for_is_not_unheard() -> None:
    cluster = Cluster()
    cluster.apply(Listed(Feed.NODES, [node(name) for name in cluster.names], "", cluster.now), *cluster.probes())
    cluster.frame()
    assert cluster.kubelet("node-1")[0] == "unknown"
    assert set(cluster.assessor._nodes.unheard) == set()
