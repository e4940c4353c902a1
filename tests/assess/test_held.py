"""While damping holds a colour, every sentence is true: of whatever is better or worse by now, its sentence, its plane's and its
entry."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planes.assess import attention, hysteresis, node_states, rollup
from planes.assess.attention import HELD, Trouble
from planes.components.verdict_builder import Judged
from planes.structs.events import Changed, Health
from planes.structs.feeds import Feed
from planes.structs.moments import Mono
from planes.structs.rows import NodeRow
from planes.structs.thresholds import DEFAULT
from planes.structs.verdicts import State, Verdict
from tests.assess.test_assessor import REFUSED, Cluster
from tests.assess.test_assessor import node as made_node
from tests.components.making import node, pod
from tests.components.telling import (
    of_addon,
    of_konnectivity,
    of_kubelet,
    of_manager,
    of_proxy,
    of_runtime,
    of_scheduler,
    of_server,
    of_store,
)
from tests.searching import searching

pytestmark = pytest.mark.lived

#: What is said of each kind of component that is well.
WELL: dict[str, Judged | Verdict] = {
    "kube-apiserver": of_server(),
    "etcd": of_store(),
    "kube-scheduler": of_scheduler(),
    "kube-controller-manager": of_manager(),
    "kubelet": of_kubelet(node()),
    "kube-proxy": of_proxy(node(proxies=(pod(),))),
    "container-runtime": of_runtime(node()),
    "dns": of_addon(),
    "konnectivity": of_konnectivity(pods=(pod("agent"),)),
}


@pytest.mark.parametrize("kind", WELL)
@pytest.mark.parametrize("state", [State.DOWN, State.DEGRADED])
def test_what_is_well_and_held_says_that_it_is_well_since_when_and_for_how_long_it_is_held(kind: str, state: State) -> None:
    found = WELL[kind]
    well = found.verdict if isinstance(found, Judged) else found
    assert well.state is State.HEALTHY
    ill = Verdict(
        state=state, because="It has refused connections for 60 s.", cause="unreachable-refused", line="no answer for 60 s"
    )
    memory = hysteresis.begin(ill, Mono(0.0))
    memory.relapses = (Mono(100.0), Mono(200.0), Mono(300.0))
    assert not memory.held
    said = (
        f"{well.because} So since ⟨c:400.0⟩; still shown as {state.value} until ⟨c:412.0⟩, because it got worse 3 times in 15 min."
    )
    for now in (400.0, 400.0 + DEFAULT.hold_recovery):
        assert hysteresis.step(memory, well, Mono(now), DEFAULT) is None
        assert (memory.held, memory.shown.state, memory.shown.line, memory.shown.because) == (True, state, well.line, said)
    hysteresis.step(memory, ill, Mono(405.0), DEFAULT)
    assert (memory.held, memory.shown) == (False, ill)


#: States as rules tell them, each with how long it must hold.
TOLD = st.tuples(st.sampled_from(State), st.sampled_from([0.0, 1.0, 3.0]), st.sampled_from([0.25, 1.0, 4.0]))


@searching(100)
@given(st.lists(TOLD, min_size=1, max_size=40))
def test_whatever_turns_into_whatever_what_is_said_is_what_was_judged_last(told: list[tuple[State, float, float]]) -> None:
    now, memory = 0.0, hysteresis.begin(Verdict(state=State.HEALTHY, because="Verdict 0."), Mono(0.0))
    for number, (state, hold, after) in enumerate(told, 1):
        now += after
        verdict = Verdict(state=state, because=f"Verdict {number}.", cause=state.value, line=f"line {number}", hold=hold)
        hysteresis.step(memory, verdict, Mono(now), DEFAULT)
        assert memory.shown.because.startswith(verdict.because)
        assert memory.shown.line == verdict.line
        assert memory.shown.state is memory.state
        assert (memory.held or memory.coming) == (verdict.state is not memory.state)


@pytest.mark.parametrize("kind", WELL)
def test_what_was_well_and_fails_says_how_it_fails_from_the_first_moment_on(kind: str) -> None:
    found = WELL[kind]
    well = found.verdict if isinstance(found, Judged) else found
    ill = Verdict(state=State.DOWN, because="It refuses connections.", cause="unreachable-refused", line="no answer", hold=3.0)
    memory = hysteresis.begin(well, Mono(0.0))
    for now in (100.0, 102.9):
        assert hysteresis.step(memory, ill, Mono(now), DEFAULT) is None
        said = "It refuses connections. Still shown as healthy until ⟨c:103.0⟩, in case it passes."
        assert (memory.coming, memory.shown) == (True, replace(ill, state=State.HEALTHY, because=said, cause=""))
    assert hysteresis.step(memory, ill, Mono(103.0), DEFAULT) is not None
    assert (memory.coming, memory.shown) == (False, ill)
    hysteresis.step(memory, well, Mono(200.0), DEFAULT)
    assert not memory.coming


def test_the_plane_does_not_say_that_every_component_is_healthy_while_one_is_only_shown_so_still() -> None:
    told = [("etcd", State.HEALTHY, ""), ("kube-apiserver", State.HEALTHY, ""), ("kube-scheduler", State.HEALTHY, "")]
    assert rollup.control_plane(told, (), {"kube-apiserver"}) == (State.HEALTHY, "still shown as healthy: kube-apiserver")
    assert rollup.control_plane(told, (), {"kubelet"}) == (State.HEALTHY, "every component is healthy")


def test_no_sentence_of_a_server_that_has_just_failed_says_that_it_answers() -> None:
    cluster = Cluster()
    cluster.begin()
    cluster.run(12)
    cluster.mute.add("probes")
    cluster.apply(*(Health(path, cluster.now, 0.0, fault=REFUSED) for path in ("/livez", "/readyz")))
    frames = cluster.run(2)
    (row, *_) = reversed([row for frame in frames for row in frame.components if row.kind == "kube-apiserver"])
    assert (row.state, row.line) == (State.HEALTHY, "new requests fail")
    assert re.match(r"New requests have failed .* Still shown as healthy until ⟨c:[\d.]+⟩, in case it passes\.$", row.because)
    planes = [frame.cluster.control for frame in frames if frame.cluster is not None]
    assert planes[-1] is not None
    assert planes[-1].because == "still shown as healthy: kube-apiserver, etcd", "which cannot be asked either"


def test_a_node_that_has_just_failed_is_not_said_to_have_three_healthy_agents() -> None:
    cluster = Cluster()
    cluster.begin()
    cluster.run(12)
    failing = made_node("node-2", "c", message="container runtime network not ready: NetworkReady=false", ready="False")
    cluster.apply(Changed(Feed.NODES, failing, cluster.now))
    cluster.now += 0.5
    row = cluster.frame().nodes["node-2"]
    assert row.state is State.HEALTHY
    assert re.match(r"\w.*: .*Still shown as healthy until ⟨c:[\d.]+⟩, in case it passes\.", row.because), row.because


def test_the_plane_says_of_a_component_that_is_held_that_it_is() -> None:
    told = [("etcd", State.HEALTHY, ""), ("kube-apiserver", State.DOWN, ""), ("kube-scheduler", State.DOWN, "")]
    assert rollup.control_plane(told, {"kube-apiserver"}) == (
        State.DOWN,
        "kube-scheduler is down · kube-apiserver is still shown as down",
    )


def test_an_entry_of_nodes_that_are_held_does_not_say_that_they_are_silent() -> None:
    def held(name: str) -> Trouble:
        return Trouble(name, "kubelet", HELD, State.DOWN, "Its heartbeat is on time. So since …", Mono(1.0), {})

    (entry,) = attention.group([held(name) for name in "abc"], DEFAULT)
    assert (entry.title, entry.because) == (
        "3 nodes: kubelet still shown as down",
        "All down. Its heartbeat is on time. So since …",
    )


H, D, X = State.HEALTHY, State.DEGRADED, State.DOWN
Counts = dict[State, int]


@pytest.mark.parametrize(
    ("counts", "held", "said"),
    [
        ({H: 9, X: 3}, {X: 3}, "3 of 12 nodes are still shown as down"),
        ({H: 11, D: 1}, {D: 1}, "1 of 12 nodes is still shown as degraded"),
        ({D: 1}, {D: 1}, "1 of 1 node is still shown as degraded"),
        ({H: 8, D: 1, X: 3}, {D: 1, X: 3}, "1 of 12 nodes is still shown as degraded, 3 as down"),
        ({H: 7, D: 2, X: 3}, {X: 3}, "2 of 12 nodes need attention; 3 are still shown as down"),
        ({H: 9, X: 3}, {}, "3 of 12 nodes need attention"),
    ],
)
def test_nodes_that_are_merely_held_are_not_said_to_need_anybody(counts: Counts, held: Counts, said: str) -> None:
    assert rollup.data_plane(counts, {}, {}, DEFAULT, {"": held})[1] == said


@pytest.mark.parametrize(("held", "zone"), [(1, "down or still shown as down"), (2, "still shown as down"), (0, "down")])
def test_a_zone_whose_nodes_are_held_is_not_said_to_be_down(held: int, zone: str) -> None:
    counts, zones = {H: 4, X: 2}, {"a": {H: 4}, "b": {X: 2}}
    state, said = rollup.data_plane(counts, zones, {}, DEFAULT, {"b": {X: held}} if held else {})
    assert (state, said.split(";")[0]) == (X, f"All nodes of zone b are {zone}")
    agents = rollup.agents("kubelet", counts, zones, {}, DEFAULT, Mono(0.0), {"b": {X: held}} if held else {})
    assert agents.because.startswith(f"All nodes of zone b are {zone}. 4 of 6 nodes healthy, ")


def test_the_arithmetic_of_an_agent_tells_who_is_held_from_who_is_not() -> None:
    zones = {"a": {H: 6, X: 1}, "b": {H: 3, D: 1, X: 1}}
    verdict = rollup.agents("kubelet", {H: 9, D: 1, X: 2}, zones, {}, DEFAULT, Mono(0.0), {"a": {X: 1}, "b": {D: 1}})
    assert verdict.because == "9 of 12 nodes healthy, 1 still shown as degraded, 1 down, 1 still shown as down."
    assert verdict.line == "9 of 12 healthy, 2 held"
    assert [one.now for one in verdict.evidence[1:]] == [
        "6 of 7 nodes healthy, 1 still shown as down",
        "3 of 5 nodes healthy, 1 still shown as degraded, 1 down",
    ]


@pytest.mark.parametrize(
    ("held", "worst"), [((False, False, False), 0), ((True, False, False), 1), ((True, True, False), 0), ((True, True, True), 0)]
)
def test_of_a_nodes_agents_that_are_as_bad_one_decides_that_is_so_now(held: tuple[bool, bool, bool], worst: int) -> None:
    assert node_states.worst_of((X, X, H), ["silent", "pod-missing", ""], held) == worst


def test_nodes_need_somebody_exactly_while_one_of_them_is_unwell_and_are_said_to_be_held_after_that() -> None:
    cluster = Cluster()
    cluster.begin()
    cluster.run(12)
    lost = {"node-0", "node-1", "node-3"}
    for _ in range(3):
        cluster.silent = lost
        cluster.run(50)
        cluster.silent = set()
        cluster.run(14)
    planes = [frame.cluster.data for frame in cluster.frames if frame.cluster is not None and frame.cluster.data is not None]
    kubelets = [row for frame in cluster.frames for row in frame.components if row.kind == "kubelet"]
    rows: dict[str, NodeRow] = {}
    for frame in cluster.frames:
        rows |= frame.nodes
        plane = frame.cluster.data if frame.cluster is not None else None
        ill = [row for row in rows.values() if row.state in (D, X) and "heartbeat is on time" not in row.because]
        if plane is not None and plane.state in (D, X):
            assert (" attention" in plane.because) == bool(ill), (plane.because, ill)
    assert "3 of 6 nodes need attention" in {plane.because for plane in planes}
    assert planes[-1].because == "3 of 6 nodes are still shown as down"
    assert (kubelets[-1].line, kubelets[-1].because) == ("3 of 6 healthy, 3 held", "3 of 6 nodes healthy, 3 still shown as down.")


def test_a_control_plane_names_all_that_is_bad_the_worst_and_the_most_harmful_first() -> None:
    told = [("kube-scheduler", D, ""), ("kube-apiserver", D, ""), ("etcd", X, ""), ("kube-controller-manager", H, "")]
    assert rollup.control_plane(told) == (X, "etcd is down · kube-scheduler is degraded · kube-apiserver is degraded")


def test_no_sentence_of_a_cluster_that_answers_again_says_that_it_does_not() -> None:
    cluster = Cluster()
    cluster.begin()
    cluster.run(12)
    cluster.mute.add("probes")
    for _ in range(3):
        for _ in range(8):
            cluster.apply(*(Health(path, cluster.now, 0.0, fault=REFUSED) for path in ("/livez", "/readyz")))
            cluster.run(1)
        for _ in range(8):
            cluster.apply(*cluster.probes())
            cluster.run(1)
    rows = [row for frame in cluster.frames for row in frame.components if row.kind == "kube-apiserver"]
    planes = [frame.cluster.control for frame in cluster.frames if frame.cluster is not None]
    entries = [frame.attention for frame in cluster.frames if frame.attention is not None][-1]
    assert "New requests have failed" in "".join(row.because for row in rows)
    assert rows[-1].state == "degraded"
    assert rows[-1].because.startswith("It answers, and every check passes. So since ")
    assert planes[-1] is not None
    assert planes[-1].because == "kube-apiserver is still shown as degraded"
    assert [entry.because for entry in entries] == [rows[-1].because]
    assert not re.search("fail|no answer", f"{rows[-1].because} {rows[-1].line}")
