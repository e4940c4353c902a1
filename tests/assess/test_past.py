"""The picture of a moment in the past: what is remembered is told as it was, what is not is unknown, and nothing is made up."""

import pytest
from msgspec.structs import replace

from planes.assess.past import AGENT_COLUMNS, Past, Remembered, Stood, Subject, rebuilt
from planes.assess.past_planes import Change, data_plane, walked
from planes.live.wire import NodeCells
from planes.structs.history import Span
from planes.structs.moments import Epoch
from planes.structs.rows import ClusterRow, ComponentRow, EvidenceRow, FaultRow, InstanceRow
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
    assert found.instances == (InstanceRow(name="cp-1", host="cp-1", state=UNKNOWN, because="What it was then is not kept."),)


def test_a_node_is_as_bad_as_the_worst_of_what_is_remembered_of_its_agents() -> None:
    states = {
        ("Node", "n-1", "kubelet"): Stood(DEGRADED, "Late.", Epoch(950.0)),
        ("Node", "n-1", "container-runtime"): Stood(DOWN, "Gone.", Epoch(990.0)),
    }
    (found,) = seen(states, nodes=(node("n-1"),)).nodes
    assert (found.state, found.kubelet, found.kube_proxy, found.container_runtime) == ("down", "degraded", "healthy", "down")
    assert (found.because, found.since) == ("Gone.", 990.0)
    assert (found.pods_max, found.cpu, found.memory, found.cordoned, found.version) == (None, None, None, False, "")
    assert (found.pods_used, found.runtime_version) == (0, "")


@pytest.mark.parametrize(
    ("state", "first", "last", "since"),
    [(DOWN, 900.0, 950.0, 900.0), (DEGRADED, 950.0, 900.0, 900.0), (HEALTHY, 900.0, 950.0, 950.0)],
)
def test_a_node_is_bad_since_its_first_agent_was_and_well_since_its_last_one_is(
    state: State, first: float, last: float, since: float
) -> None:
    states = {
        ("Node", "n-1", "kubelet"): Stood(state, "So it is.", Epoch(first)),
        ("Node", "n-1", "container-runtime"): Stood(state, "So it is.", Epoch(last)),
    }
    (found,) = seen(states, nodes=(node("n-1"),)).nodes
    assert (found.state, found.since) == (state.value, since)
    two = {("Node", name, "kubelet"): Stood(state, "So it is.", Epoch(at)) for name, at in (("n-1", first), ("n-2", last))}
    plane = seen(two, nodes=(node("n-1"), node("n-2"))).cluster.data
    assert plane is not None
    assert plane.since == since


@pytest.mark.parametrize(("agent", "column"), AGENT_COLUMNS.items())
def test_what_is_remembered_of_an_agent_is_told_of_that_agent_alone(agent: str, column: str) -> None:
    (found,) = seen({("Node", "n-1", column): Stood(DOWN, "Gone.", Epoch(950.0))}, nodes=(node("n-1"),)).nodes
    assert {name: getattr(found, name) for name in AGENT_COLUMNS} == {**dict.fromkeys(AGENT_COLUMNS, "healthy"), agent: "down"}
    assert (found.state, found.because, found.since) == ("down", "Gone.", 950.0)


@pytest.mark.parametrize(
    ("states", "now", "since", "then"),
    [
        ({}, State.CORDONED, 900.0, "cordoned"),
        ({}, State.CORDONED, AT, "cordoned"),
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


@pytest.mark.parametrize(
    ("stood", "since"),
    [
        (Stood(State.LEAVING, "Leaving.", Epoch(950.0)), 950.0),
        (Stood(State.LEAVING, "Leaving."), 5.0),  # when that began is not kept: its agents are well since they are there
    ],
)
def test_a_node_left_since_that_began_if_that_is_kept(stood: Stood, since: float) -> None:
    (found,) = seen({("Node", "n-1", ""): stood}, nodes=(node("n-1"),)).nodes
    assert (found.state, found.because, found.since) == ("leaving", "Leaving.", since)


@pytest.mark.parametrize(("agents", "then"), [(State.NOT_OBSERVABLE, "cordoned"), (UNKNOWN, "unknown")])
def test_a_node_of_which_nothing_could_be_seen_was_cordoned_and_one_that_was_unknown_is_not_called_so(
    agents: State, then: str
) -> None:
    now = node("n-1", agents)._replace(state="cordoned", kube_proxy=agents.value, container_runtime=agents.value)
    assert [one.state for one in seen(nodes=(now,)).nodes] == [then]


def test_nodes_are_in_order_of_their_names_and_of_one_that_is_gone_only_what_is_remembered_is_told() -> None:
    gone = {("Node", name, "kubelet"): Stood(state) for name, state in (("d", DEGRADED), ("b", DOWN), ("f", HEALTHY))}
    past = seen(gone, nodes=(node("e"), node("c"), node("a")), later=("d", "b", "f"))
    assert [one.name for one in past.nodes] == ["a", "b", "c", "d", "e", "f"]
    one = past.nodes[1]
    assert (one.kubelet, one.kube_proxy, one.container_runtime, one.control_plane) == ("down", "unknown", "unknown", False)


def test_what_is_so_of_the_connection_now_is_not_told_of_the_past() -> None:
    fault = FaultRow("refused", "It refuses.", "Start it.", Epoch(990.0))
    now = ClusterRow(server="https://a", heard_at=Epoch(980.0), retry_at=Epoch(1005.0), fault=fault, missing=(fault,))
    told = rebuilt(Remembered(AT, {}, (), True), now, (), (), DEFAULT).cluster
    assert (told.server, told.heard_at, told.retry_at, told.fault, told.missing) == ("https://a", AT, None, None, ())


def test_a_plane_dates_from_what_decided_about_it() -> None:
    states = {
        SCHEDULER: Stood(DEGRADED, "It was late.", Epoch(900.0)),
        ("Node", "n-0", "kubelet"): Stood(DEGRADED, "Late.", Epoch(950.0)),
    }
    rows = (component("kube-scheduler"), component("etcd", since=960.0), component("coredns", DEGRADED, 970.0, "addon"))
    past = seen(states, components=rows, nodes=(node("n-0"), node("n-1", created=980.0)))
    assert past.cluster.control is not None
    assert past.cluster.data is not None
    assert (past.cluster.control.state, past.cluster.control.since) == (DEGRADED, 900.0)
    assert (past.cluster.data.state, past.cluster.data.since) == (DEGRADED, 950.0)
    assert [row.name for row in past.attention] == ["coredns", "kube-scheduler", "n-0"]


def test_what_needed_attention_is_grouped_as_it_is_now_and_dates_from_its_first() -> None:
    states = {("Node", f"n-{at}", "container-runtime"): Stood(DOWN, "Gone.", Epoch(950.0 + at)) for at in range(3)}
    (row,) = seen(states, nodes=tuple(node(f"n-{at}") for at in range(9))).attention
    assert (row.count, row.names, row.since) == (3, ("n-0", "n-1", "n-2"), 950.0)
    assert row.agents == {"kubelet": "healthy", "kube-proxy": "healthy", "container-runtime": "down"}


def test_what_is_wrong_with_the_control_plane_is_named_the_worst_first_and_then_in_order() -> None:
    rows = (component("kube-scheduler", DEGRADED), component("kube-apiserver", DOWN), component("etcd", DOWN))
    control = seen(components=rows).cluster.control
    assert control is not None
    assert control.because == "kube-apiserver is down · etcd is down · kube-scheduler is degraded"


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


def over(changes: list[Change], nodes: dict[str, tuple[str, dict[str, State]]]) -> list[tuple[float, float, State | None]]:
    stretches = walked(nodes, changes, Epoch(0.0), Epoch(100.0), DEFAULT)
    return [(one.began, one.ended, one.state) for one in stretches]


WELL = {"kubelet": HEALTHY, "kube-proxy": HEALTHY}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([], [(0.0, 100.0, HEALTHY)]),
        # At its very end.
        ([(100.0, "n-0", "kubelet", DOWN)], [(0.0, 100.0, DEGRADED)]),
        # Half of all nodes.
        ([(50.0, f"n-{at}", "kubelet", DOWN) for at in range(4)], [(0.0, 50.0, DEGRADED), (50.0, 100.0, HEALTHY)]),
        ([(50.0, f"n-{at}", "kubelet", DOWN) for at in range(5)], [(0.0, 50.0, DOWN), (50.0, 100.0, HEALTHY)]),
        # A whole zone of two.
        ([(50.0, name, "kube-proxy", DOWN) for name in ("z-0", "z-1")], [(0.0, 50.0, DOWN), (50.0, 100.0, HEALTHY)]),
        ([(50.0, name, "kube-proxy", DOWN) for name in ("z-0", "n-1")], [(0.0, 50.0, DEGRADED), (50.0, 100.0, HEALTHY)]),
    ],
)
def test_the_data_plane_is_judged_by_the_worst_agent_of_each_node_over_all_and_over_each_zone(
    changes: list[Change], expected: list[tuple[float, float, State | None]]
) -> None:
    nodes = {f"n-{at}": ("a", WELL) for at in range(8)} | {f"z-{at}": ("b", WELL) for at in range(2)}
    assert over(changes, nodes) == expected


def test_a_node_of_whose_agents_nothing_is_known_is_unknown() -> None:
    assert over([], {"n-0": ("a", {})}) == [(0.0, 100.0, UNKNOWN)]


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


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([], [(0.0, 40.0, None), (40.0, 100.0, None)]),
        ([(0.0, 10.0)], [(0.0, 10.0, "degraded"), (10.0, 40.0, None), (40.0, 100.0, None)]),
        (
            [(0.0, 10.0), (20.0, 60.0)],
            [(0.0, 10.0, "degraded"), (10.0, 20.0, None), (20.0, 40.0, "degraded"), (40.0, 60.0, "healthy"), (60.0, 100.0, None)],
        ),
        # Spans of two collectors that watched at once.
        (
            [(40.0, 70.0), (45.0, 70.0), (50.0, 60.0), (80.0, 100.0)],
            [(0.0, 40.0, None), (40.0, 70.0, "healthy"), (70.0, 80.0, None), (80.0, 100.0, "healthy")],
        ),
    ],
)
def test_each_moment_is_told_once_whoever_watched(spans: list[tuple[float, float]], expected: list[object]) -> None:
    assert track([(40.0, "n-0", "kubelet", DOWN)], spans) == expected


def test_the_data_plane_is_unknown_where_nobody_watched() -> None:
    assert track([], [(20.0, 40.0), (60.0, 100.0)]) == [
        (0.0, 20.0, None),
        (20.0, 40.0, "healthy"),
        (40.0, 60.0, None),
        (60.0, 100.0, "healthy"),
    ]
