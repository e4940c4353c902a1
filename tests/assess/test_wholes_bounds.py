"""Many judged as one, at their thresholds and word for word."""

from dataclasses import replace

import pytest

from planes.assess import attention, rollup
from planes.assess.attention import Entry, Trouble
from planes.structs.moments import Mono
from planes.structs.verdicts import State
from tests.components.making import THRESHOLDS

H, D, X, U, N, C = State.HEALTHY, State.DEGRADED, State.DOWN, State.UNKNOWN, State.NOT_OBSERVABLE, State.CORDONED
L, J = State.LEAVING, State.JOINING
Counts = dict[State, int]


@pytest.mark.parametrize(
    ("counts", "text"),
    [
        ({H: 1_200}, "1,200 of 1,200 nodes healthy"),
        ({C: 2}, "2 of 2 nodes healthy"),
        ({H: 3, C: 2, U: 1}, "5 of 6 nodes healthy, 1 unknown"),
        ({D: 1, X: 2, N: 3}, "0 of 6 nodes healthy, 1 degraded, 2 down, 3 not observable"),
        ({H: 3, L: 2, J: 1}, "3 of 6 nodes healthy, 2 leaving, 1 joining"),
    ],
)
def test_the_arithmetic_counts_each_state_and_the_cordoned_as_healthy(counts: Counts, text: str) -> None:
    assert rollup.arithmetic(counts, "nodes") == text


@pytest.mark.parametrize(
    ("counts", "zones", "expected"),
    [
        ({H: 8, X: 2}, {"a": {H: 8}, "b": {X: 2}}, (X, "b")),
        ({H: 8, X: 1}, {"a": {H: 8}, "b": {X: 1}}, (D, "")),
        ({H: 9, X: 2}, {"a": {H: 8}, "b": {X: 2, H: 1}}, (D, "")),
        ({H: 8, X: 2}, {"a": {H: 8}, "": {X: 2}}, (D, "")),
        ({H: 8, X: 2}, {"b": {X: 2}}, (D, "")),
        ({H: 8, X: 3}, {"a": {H: 8}, "b": {X: 2}, "c": {X: 1}}, (X, "b")),
        ({H: 8}, {"a": {H: 8}, "b": {}}, (H, "")),
        ({H: 2, D: 2}, {}, (D, "")),
        ({H: 9, X: 1, D: 1}, {}, (D, "")),
        ({H: 1, D: 1, U: 3}, {}, (D, "")),
        ({H: 1, U: 1, N: 9}, {}, (U, "")),
        ({H: 3, U: 1, N: 9}, {}, (U, "")),
        ({H: 4, U: 1, N: 9}, {}, (H, "")),
        ({H: 3, L: 2}, {}, (H, "")),
        ({H: 3, L: 2, J: 1, N: 9}, {}, (L, "")),
        ({H: 2, L: 1, J: 2}, {}, (J, "")),
        ({H: 2, L: 1, J: 1}, {}, (L, "")),
        ({L: 3}, {"a": {L: 2}, "b": {L: 1}}, (L, "")),
        ({L: 9, D: 1}, {}, (D, "")),
        ({L: 2, U: 1}, {}, (U, "")),
        ({L: 1, X: 1}, {}, (X, "")),
    ],
)
def test_a_whole_is_down_with_half_of_what_is_seen_or_with_a_zone(
    counts: Counts, zones: dict[str, Counts], expected: tuple[State, str]
) -> None:
    assert rollup.whole(counts, zones, THRESHOLDS) == expected


def test_a_zone_of_one_node_that_is_well_is_not_lost_where_one_node_makes_a_zone() -> None:
    counts: Counts = {H: 8, X: 1}
    alone = replace(THRESHOLDS, zone_least=1.0)
    assert rollup.whole(counts, {"a": {H: 1}, "b": {H: 7, X: 1}}, alone) == (D, "")
    assert rollup.whole(counts, {"a": {H: 8}, "b": {X: 1}}, alone) == (X, "b")


def test_where_one_node_is_a_zone_a_healthy_one_is_no_lost_zone() -> None:
    single = replace(THRESHOLDS, zone_least=1.0)
    assert rollup.whole({H: 2}, {"a": {H: 1}, "b": {H: 1}}, single) == (H, "")
    assert rollup.whole({H: 2, X: 1}, {"a": {H: 2}, "b": {X: 1}}, single) == (X, "b")


@pytest.mark.parametrize(
    ("counts", "zones", "expected"),
    [
        ({}, {}, (N, "There are no nodes.")),
        ({X: 1}, {}, (X, "1 of 1 node needs attention")),
        ({H: 1, X: 1}, {}, (X, "1 of 2 nodes needs attention")),
        ({X: 1, D: 1}, {}, (X, "2 of 2 nodes need attention")),
        ({H: 9, D: 1}, {}, (D, "1 of 10 nodes needs attention")),
        ({H: 9, D: 1, X: 2}, {"a": {H: 9, D: 1}, "b": {X: 2}}, (X, "All nodes of zone b are down; 3 of 12 nodes need attention")),
        ({U: 2}, {}, (U, "Refused.")),
        ({N: 2}, {}, (N, "Hidden.")),
        ({H: 2}, {}, (H, "2 of 2 nodes healthy")),
    ],
)
def test_the_data_plane_says_how_many_need_you(counts: Counts, zones: dict[str, Counts], expected: tuple[State, str]) -> None:
    assert rollup.data_plane(counts, zones, {U: "Refused.", N: "Hidden.", H: "Well."}, THRESHOLDS) == expected


@pytest.mark.parametrize(
    ("components", "expected"),
    [
        ([("a", D, ""), ("b", X, ""), ("c", X, "")], (X, "b is down · c is down · a is degraded")),
        ([("a", D, ""), ("b", U, "")], (D, "a is degraded")),
        ([("a", U, "Refused."), ("b", H, "")], (U, "a is unknown: Refused.")),
        ([("a", U, "Refused."), ("b", U, "Waiting.")], (U, "Refused.")),
        ([("a", H, ""), ("b", H, "")], (H, "every component is healthy")),
        ([("a", H, ""), ("b", N, ""), ("c", N, "")], (H, "1 healthy, 2 not observable")),
        ([("a", N, "")], (N, "none of it can be observed")),
    ],
)
def test_the_control_plane_names_who_decides(components: list[tuple[str, State, str]], expected: tuple[State, str]) -> None:
    assert rollup.control_plane(components) == expected


def agents(counts: Counts, zones: dict[str, Counts]) -> str:
    found = rollup.agents("kubelet", counts, zones, {U: "Refused.", N: "Hidden.", H: "Well."}, THRESHOLDS, Mono(5.0))
    assert all(line.at == 5.0 for line in found.evidence)
    lines = "; ".join(f"{line.signal} {line.state.value}" for line in found.evidence)
    return f"{found.state.value} {found.cause}: {found.because} ({found.line}) {lines}"


@pytest.mark.parametrize(
    ("counts", "zones", "expected"),
    [
        ({}, {}, "not_observable : There are no nodes. () kubelet not_observable"),
        ({U: 2}, {}, "unknown nodes: Refused. (0 of 2 healthy) kubelet on nodes unknown"),
        ({N: 2}, {}, "not_observable nodes: Hidden. (not observable) kubelet on nodes not_observable"),
        ({U: 2, H: 1}, {}, "unknown nodes: 1 of 3 nodes healthy, 2 unknown. (1 of 3 healthy) kubelet on nodes unknown"),
        ({H: 2}, {"a": {H: 2}}, "healthy nodes: 2 of 2 nodes healthy. (2 of 2 healthy) kubelet on nodes healthy"),
        (
            {H: 8, X: 2},
            {"a": {H: 8}, "": {X: 2}},
            "degraded nodes: 8 of 10 nodes healthy, 2 down. (8 of 10 healthy) "
            "kubelet on nodes degraded; zone none down; zone a healthy",
        ),
        (
            {H: 8, X: 2},
            {"a": {H: 8}, "b": {X: 2}},
            "down nodes: All nodes of zone b are down. 8 of 10 nodes healthy, 2 down. (8 of 10 healthy) "
            "kubelet on nodes down; zone a healthy; zone b down",
        ),
    ],
)
def test_an_agent_over_all_nodes_says_which_zone_decided(counts: Counts, zones: dict[str, Counts], expected: str) -> None:
    assert agents(counts, zones) == expected


def trouble(name: str, state: State, since: float, agent: str = "kubelet", cause: str = "silent") -> Trouble:
    return Trouble(
        node=name,
        agent=agent,
        cause=cause,
        state=state,
        because=f"{name} is {state.value}.",
        since=Mono(since),
        agents={agent: state.value},
    )


def test_one_node_is_an_entry_under_its_own_name() -> None:
    (proxy,) = attention.group([trouble("n", X, 5.0, "kube-proxy", "pod-missing")], THRESHOLDS)
    assert proxy == Entry(
        key="node:n",
        kind="Node",
        name="n",
        title="n · kube-proxy",
        state=X,
        because="n is down.",
        since=Mono(5.0),
        agents={"kube-proxy": "down"},
    )
    (runtime,) = attention.group([trouble("n", X, 5.0, "container-runtime", "pleg")], THRESHOLDS)
    assert runtime.title == "n · container runtime"


def test_three_with_one_cause_are_one_entry_of_the_worst_that_dates_from_the_first() -> None:
    found = [trouble("a", D, 1.0), trouble("c", X, 9.0), trouble("b", X, 8.0)]
    assert len(attention.group(found[:2], THRESHOLDS)) == 2
    (entry,) = attention.group(found, THRESHOLDS)
    because = "2 down, 1 degraded. b is down."
    told = Entry(
        key="nodes:kubelet:silent",
        kind="Node",
        name="b",
        title="3 kubelets silent",
        state=X,
        because=because,
        since=Mono(1.0),
        count=3,
        agents={"kubelet": "down"},
        names=("b", "c", "a"),
    )
    assert entry == told


def test_each_cause_is_counted_by_itself() -> None:
    found = [trouble("z", X, 1.0, cause="odd"), *(trouble(name, D, 2.0) for name in "abc"), trouble("y", X, 1.0, cause="even")]
    assert [one.key for one in attention.group(found, THRESHOLDS)] == ["node:z", "nodes:kubelet:silent", "node:y"]


@pytest.mark.parametrize("down", [1, 2])
def test_many_in_two_states_say_how_many_are_in_each(down: int) -> None:
    found = [trouble(name, X if index < down else D, 1.0) for index, name in enumerate("abc")]
    assert attention.group(found, THRESHOLDS)[0].because == f"{down} down, {3 - down} degraded. a is down."


@pytest.mark.parametrize(("state", "told"), [(X, "All down"), (D, "All degraded")])
def test_many_in_one_state_say_so_and_name_the_first_five(state: State, told: str) -> None:
    (entry,) = attention.group([trouble(f"n{index}", state, index, cause="odd") for index in range(6)], THRESHOLDS)
    assert entry.because == f"{told}. n0 is {state.value}."
    assert entry.title == f"6 nodes: kubelet {state.value}"
    assert entry.names == ("n0", "n1", "n2", "n3", "n4")


def test_the_worst_comes_first_then_clusters_then_components_then_nodes_then_the_newest() -> None:
    def entry(key: str, kind: str, state: State, since: float) -> Entry:
        return Entry(key=key, kind=kind, name=key, title=key, state=state, because="", since=Mono(since))

    entries = [
        entry("a", "Cluster", D, 9.0),
        entry("d", "Node", X, 3.0),
        entry("c", "Node", X, 3.0),
        entry("e", "Node", X, 5.0),
        entry("f", "Component", X, 2.0),
        entry("g", "Cluster", X, 1.0),
    ]
    assert [one.key for one in attention.order(entries)] == ["g", "f", "e", "c", "d", "a"]
