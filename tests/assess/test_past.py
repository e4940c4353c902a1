"""The picture of a moment in the past: what is remembered is told as it was, what is not is unknown, and nothing is made up."""

import pytest
from msgspec.structs import replace

from planes.assess.past import Past, Remembered, Stood, Subject, rebuilt
from planes.assess.past_planes import Change, data_plane
from planes.live.wire import NodeCells
from planes.structs.history import Span
from planes.structs.moments import Epoch
from planes.structs.rows import ClusterRow, ComponentRow, EvidenceRow, InstanceRow
from planes.structs.thresholds import DEFAULT
from planes.structs.verdicts import State

HEALTHY, DEGRADED, DOWN, UNKNOWN = State.HEALTHY, State.DEGRADED, State.DOWN, State.UNKNOWN
AT = Epoch(1000.0)


def node(name: str, kubelet: State = HEALTHY, *, since: float = 10.0, zone: str = "a", created: float | None = 5.0) -> NodeCells:
    return NodeCells(
        name=name,
        state=kubelet.value,
        kubelet=kubelet.value,
        kube_proxy="healthy",
        container_runtime="healthy",
        because="now",
        since=since,
        zone=zone,
        pool="pool",
        instance_type="m5",
        control_plane=False,
        cordoned=True,
        pods_used=7,
        pods_max=110,
        cpu=0.5,
        memory=0.6,
        version="v1.36.0",
        runtime_version="containerd://2",
        created=created,
    )


def component(kind: str, state: State = HEALTHY, since: float = 10.0, plane: str = "control") -> ComponentRow:
    return ComponentRow(
        kind=kind,
        plane=plane,
        state=state,
        because="As it is now.",
        since=Epoch(since),
        line="now",
        evidence=(EvidenceRow("lease", "now", "renewed", HEALTHY, "lease"),),
        instances=(InstanceRow(name="cp-1", host="cp-1", state=HEALTHY, leader=True, restarts=3),),
        facts={"p99": "3 ms"},
    )


def seen(
    states: dict[Subject, Stood] | None = None,
    *,
    components: tuple[ComponentRow, ...] = (),
    nodes: tuple[NodeCells, ...] = (),
    later: tuple[str, ...] = (),
    watched: bool = True,
) -> Past:
    return rebuilt(Remembered(AT, states or {}, later, watched), ClusterRow(pods=40), components, nodes, DEFAULT)


SCHEDULER = ("Component", "kube-scheduler", "")


@pytest.mark.parametrize(
    ("row", "states", "state", "because"),
    [
        # No change is remembered: it was what it is, if it was so by then.
        (component("kube-scheduler"), {}, HEALTHY, "As it is now."),
        (component("kube-scheduler", since=AT), {}, HEALTHY, "As it is now."),
        (component("kube-scheduler", since=AT + 1), {}, UNKNOWN, "What it was then is not kept."),
        (replace(component("kube-scheduler", UNKNOWN, since=AT + 1), last="degraded"), {}, DEGRADED, ""),
        # What it was is told with its own reason, never with that of now.
        (component("kube-scheduler"), {SCHEDULER: Stood(DOWN, "It was silent.", Epoch(900.0))}, DOWN, "It was silent."),
        (component("kube-scheduler", DOWN, 1200.0), {SCHEDULER: Stood(HEALTHY)}, HEALTHY, ""),
        (component("kube-scheduler", DOWN, 900.0), {SCHEDULER: Stood(DOWN, "", Epoch(900.0))}, DOWN, "As it is now."),
    ],
)
def test_a_component_is_what_is_remembered_of_it(
    row: ComponentRow, states: dict[Subject, Stood], state: State, because: str
) -> None:
    (found,) = seen(states, components=(row,)).components
    assert (found.state, found.because) == (state, because)
    assert (found.evidence, found.facts, found.line) == ((), {}, ""), "they are those of now"
    assert [(one.name, one.state, one.leader, one.restarts) for one in found.instances] == [("cp-1", UNKNOWN, False, None)]


def test_a_node_is_as_bad_as_the_worst_of_what_is_remembered_of_its_agents() -> None:
    states = {
        ("Node", "n-1", "kubelet"): Stood(DEGRADED, "Late.", Epoch(950.0)),
        ("Node", "n-1", "container-runtime"): Stood(DOWN, "Gone.", Epoch(990.0)),
    }
    (found,) = seen(states, nodes=(node("n-1"),)).nodes
    assert (found.state, found.kubelet, found.kube_proxy, found.container_runtime) == ("down", "degraded", "healthy", "down")
    assert (found.because, found.since) == ("Gone.", 990.0)
    assert (found.pods_max, found.cpu, found.memory, found.cordoned, found.version) == (None, None, None, False, "")


@pytest.mark.parametrize(
    ("states", "now", "since", "then"),
    [
        ({}, State.CORDONED, 900.0, "cordoned"),
        ({}, State.CORDONED, 1001.0, "healthy"),
        ({("Node", "n-1", ""): Stood(State.LEAVING, "Leaving.", Epoch(950.0))}, HEALTHY, 1100.0, "leaving"),
        ({("Node", "n-1", ""): Stood(HEALTHY)}, State.CORDONED, 900.0, "healthy"),
        # What is wrong with one of its agents comes first.
        ({("Node", "n-1", ""): Stood(State.CORDONED), ("Node", "n-1", "kubelet"): Stood(DOWN)}, HEALTHY, 10.0, "down"),
    ],
)
def test_that_a_node_was_cordoned_or_left_is_remembered(states: dict[Subject, Stood], now: State, since: float, then: str) -> None:
    (found,) = seen(states, nodes=(node("n-1", since=since)._replace(state=now.value),)).nodes
    assert (found.state, found.cordoned) == (then, then == "cordoned")


def test_a_node_that_came_later_is_not_there_and_one_that_has_gone_since_is() -> None:
    gone = {
        ("Node", name, "kubelet"): Stood(state) for name, state in (("gone", HEALTHY), ("came-and-went", UNKNOWN), ("old", DOWN))
    }
    past = seen(gone, nodes=(node("new", created=AT + 1), node("there", created=AT)), later=("gone", "came-and-went"))
    assert [(one.name, one.kubelet) for one in past.nodes] == [("gone", "healthy"), ("there", "healthy")]


def test_where_nobody_watched_everything_is_unknown_with_what_it_was_before() -> None:
    states = {("Node", "n-1", "kubelet"): Stood(DOWN, "Silent.", Epoch(900.0))}
    past = seen(states, components=(component("etcd"),), nodes=(node("n-1"), node("n-2")), watched=False)
    assert [row.state for row in past.components] == [UNKNOWN]
    assert past.components[0].because == "Nobody watched then; healthy when it was last watched."
    assert [(one.state, one.because) for one in past.nodes] == [
        ("unknown", "Nobody watched then; down when it was last watched."),
        ("unknown", "Nobody watched then; healthy when it was last watched."),
    ]
    assert past.cluster.control is not None
    assert past.cluster.data is not None
    assert (past.cluster.control.state, past.cluster.data.state, past.attention) == (UNKNOWN, UNKNOWN, [])


def test_both_planes_and_what_needed_attention_follow_from_what_was() -> None:
    states = {
        SCHEDULER: Stood(DOWN, "It was silent.", Epoch(900.0)),
        **{("Node", f"n-{at}", "kubelet"): Stood(DOWN, "No heartbeat.", Epoch(950.0 + at)) for at in range(2)},
    }
    nodes = tuple(node(f"n-{at}") for at in range(10))
    past = seen(
        states, components=(component("etcd"), component("kube-scheduler"), component("kubelet", plane="data")), nodes=nodes
    )
    assert past.cluster.control is not None
    assert past.cluster.data is not None
    assert (past.cluster.control.state, past.cluster.control.because) == (DOWN, "kube-scheduler is down")
    assert (past.cluster.data.state, past.cluster.data.because) == (DEGRADED, "2 of 10 nodes need attention")
    assert (past.attention[0].title, past.attention[0].state) == ("kube-scheduler", DOWN)
    assert {row.kind for row in past.attention} == {"Component", "Node"}
    kubelets = past.components[2]
    assert (kubelets.state, kubelets.line) == (DEGRADED, "8 of 10 healthy")
    assert past.cluster.pods == 0, "how many there were is not kept"


@pytest.mark.parametrize(("down", "state"), [(1, DEGRADED), (2, DOWN)])
def test_a_zone_of_at_least_two_nodes_that_was_down_as_a_whole_decided_about_the_data_plane(down: int, state: State) -> None:
    states = {("Node", f"b-{at}", "kubelet"): Stood(DOWN, "No heartbeat.", Epoch(950.0)) for at in range(down)}
    lost, others = [node(f"b-{at}", zone="b") for at in range(down)], [node(f"a-{at}") for at in range(8)]
    past = seen(states, components=(component("kubelet", plane="data"),), nodes=(*lost, *others))
    assert past.cluster.data is not None
    assert (past.cluster.data.state, past.components[0].state, past.cluster.zones) == (state, state, 2)


def track(changes: list[Change], spans: list[tuple[float, float]], states: tuple[State, ...] = (HEALTHY,) * 4) -> list[object]:
    nodes = {f"n-{at}": ("a", {"kubelet": state}) for at, state in enumerate(states)}
    kept = [Span(Epoch(began), Epoch(ended)) for began, ended in spans]
    return [
        (one.began, one.ended, one.state and one.state.value)
        for one in data_plane(nodes, changes, kept, Epoch(0.0), Epoch(100.0), DEFAULT)
    ]


def test_the_data_plane_is_walked_back_by_the_changes_of_its_nodes() -> None:
    changes: list[Change] = [
        (120.0, "n-0", "kubelet", DOWN),  # after the window: it was down at its end
        (80.0, "n-0", "kubelet", HEALTHY),
        (60.0, "n-1", "kubelet", DOWN),
        (40.0, "n-1", "kubelet", HEALTHY),
        (30.0, "another", "kubelet", DOWN),
    ]
    told = track(changes, [(0.0, 200.0)])
    assert [one for one in told if one[2] != "healthy"] == [(40.0, 60.0, "degraded"), (80.0, 100.0, "degraded")]  # type: ignore[index]


def test_neighbours_of_the_data_plane_differ_and_each_change_counts_from_its_own_moment() -> None:
    changes: list[Change] = [
        (90.0, "n-0", "kubelet", DEGRADED),  # degraded from 50 on, by one node or another
        (70.0, "n-1", "kubelet", DEGRADED),
        (70.0, "n-0", "kubelet", HEALTHY),
        (60.0, "n-2", "kubelet", DEGRADED),
        (55.0, "n-2", "kubelet", HEALTHY),
        (50.0, "n-1", "kubelet", HEALTHY),
    ]
    assert track(changes, [(0.0, 200.0)]) == [(0.0, 50.0, "healthy"), (50.0, 90.0, "degraded"), (90.0, 100.0, "healthy")]


def test_the_data_plane_is_cut_by_each_span_that_it_lies_in() -> None:
    spans = [(90.0, 120.0), (0.0, 10.0), (10.0, 30.0), (35.0, 45.0)]
    assert track([(40.0, "n-0", "kubelet", DOWN)], spans) == [
        (0.0, 10.0, "degraded"),
        (10.0, 30.0, "degraded"),
        (30.0, 35.0, None),
        (35.0, 40.0, "degraded"),
        (40.0, 45.0, "healthy"),
        (45.0, 90.0, None),
        (90.0, 100.0, "healthy"),
    ]


def test_the_data_plane_is_unknown_where_nobody_watched() -> None:
    assert track([], [(20.0, 40.0), (60.0, 100.0)]) == [
        (0.0, 20.0, None),
        (20.0, 40.0, "healthy"),
        (40.0, 60.0, None),
        (60.0, 100.0, "healthy"),
    ]
