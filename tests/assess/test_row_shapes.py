"""Verdicts as rows: in epoch seconds, and the very row before where nothing but the moments of evidence differ."""

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from planes.assess import rows
from planes.assess.attention import Entry
from planes.assess.hysteresis import Memory, begin
from planes.cache.nodes import NodeTrack
from planes.components.verdict_builder import Instance, OwnFigures
from planes.structs.moments import Epoch, Mono
from planes.structs.objects import Node
from planes.structs.rows import (
    AgentRow,
    AttentionRow,
    ComponentRow,
    ConditionRow,
    EventRow,
    EvidenceRow,
    InstanceRow,
    NodeRow,
    OwnFiguresRow,
    PodRow,
    TaintRow,
)
from planes.structs.time_tokens import ago
from planes.structs.verdicts import Evidence, State, Verdict

#: What leads from our monotonic clock to epoch seconds.
OFFSET = 1_000.0
LINE = Evidence("lease", f"renewed {ago(5.0)} ago", "renewed", State.HEALTHY, "lease x", Mono(5.04))
WELL = Verdict(state=State.HEALTHY, because=f"Well for {ago(4.0)}.", evidence=(LINE,), line=f"lease {ago(5.0)}")


def memory(verdict: Verdict = WELL, now: float = 2.04) -> Memory:
    return begin(verdict, Mono(now))


def test_a_line_of_evidence_is_told_in_epoch_seconds() -> None:
    never = replace(LINE, at=None, now="nothing")
    assert rows.evidence_rows((LINE, never), OFFSET) == (
        EvidenceRow("lease", "renewed ⟨a:1005.0⟩ ago", "renewed", State.HEALTHY, "lease x", Epoch(1005.0)),
        EvidenceRow("lease", "nothing", "renewed", State.HEALTHY, "lease x", None),
    )


# --- an agent -----------------------------------------------------------------------------------------------------------------


def agent(before: AgentRow | None = None, verdict: Verdict = WELL, version: str = "v1", now: float = 2.04) -> AgentRow:
    return rows.agent_row(memory(verdict, now), verdict, version, OFFSET, before)


def test_an_agents_row() -> None:
    line = EvidenceRow("lease", "renewed ⟨a:1005.0⟩ ago", "renewed", State.HEALTHY, "lease x", Epoch(1005.0))
    assert agent() == AgentRow(
        state=State.HEALTHY,
        because="Well for ⟨a:1004.0⟩.",
        since=Epoch(1002.0),
        last="",
        line="lease ⟨a:1005.0⟩",
        version="v1",
        evidence=(line,),
    )


def test_an_agents_row_stays_the_same_while_only_moments_of_evidence_move() -> None:
    first = agent()
    assert agent(first) is first
    later = replace(WELL, evidence=(replace(LINE, at=Mono(500.0)),))
    assert agent(first, later) is first


OTHER_EVIDENCE: list[tuple[Evidence, ...]] = [
    (replace(LINE, signal="pod"),),
    (replace(LINE, now="renewed just now"),),
    (replace(LINE, should_be="there"),),
    (replace(LINE, state=State.DEGRADED),),
    (replace(LINE, source="lease y"),),
    (LINE, LINE),
    (),
]
TWO = replace(WELL, evidence=(LINE, LINE))


def test_one_line_of_several_that_is_another_makes_another_row() -> None:
    first, other = agent(None, TWO), replace(WELL, evidence=(LINE, replace(LINE, now="renewed just now")))
    assert agent(first, TWO) is first
    assert agent(first, other) == agent(None, other) != first


@pytest.mark.parametrize("evidence", OTHER_EVIDENCE)
def test_other_evidence_is_another_row(evidence: tuple[Evidence, ...]) -> None:
    first, other = agent(), replace(WELL, evidence=evidence)
    assert agent(first, other) == agent(None, other) != first
    whole = component()
    assert component(whole, verdict=other) == component(None, verdict=other) != whole


@pytest.mark.parametrize(
    "spoilt",
    [
        {"verdict": replace(WELL, state=State.DEGRADED)},
        {"verdict": replace(WELL, because="Odd.")},
        {"verdict": replace(WELL, line="odd")},
        {"version": "v2"},
        {"now": 3.0},
    ],
)
def test_an_agent_of_which_anything_else_is_said_has_another_row(spoilt: dict[str, Any]) -> None:
    first = agent()
    assert agent(first, **spoilt) == agent(None, **spoilt) != first


def test_what_was_last_known_stands_beside_unknown_with_its_age() -> None:
    away = Verdict(state=State.UNKNOWN, because="It is away.", cause="unreachable")
    kept = memory(away)
    kept.known, kept.known_at = State.DEGRADED, Mono(7.0)
    row = rows.agent_row(kept, away, "", OFFSET, None)
    assert (row.state, row.last, row.because) == ("unknown", "degraded", "It is away. Last known: degraded, ⟨a:1007.0⟩ ago.")
    kept.known = None
    row = rows.agent_row(kept, away, "", OFFSET, None)
    assert (row.last, row.because) == ("", "It is away.")


# --- a component --------------------------------------------------------------------------------------------------------------

POD = Instance(
    name="etcd-cp", host="cp", leader=True, state=State.DEGRADED, because=f"Slow for {ago(1.0)}.", version="3.6.0", restarts=2
)


def component(
    before: ComponentRow | None = None,
    *,
    verdict: Verdict = WELL,
    instances: tuple[Instance, ...] = (POD,),
    facts: dict[str, str] | None = None,
    now: float = 2.04,
) -> ComponentRow:
    known = memory(verdict, now)
    return rows.component_row("etcd", "control", known, verdict, instances, facts or {"size": "1 MB"}, OFFSET, before)


def test_a_components_row() -> None:
    assert component() == ComponentRow(
        kind="etcd",
        plane="control",
        state=State.HEALTHY,
        because="Well for ⟨a:1004.0⟩.",
        since=Epoch(1002.0),
        line="lease ⟨a:1005.0⟩",
        evidence=rows.evidence_rows((LINE,), OFFSET),
        instances=(InstanceRow("etcd-cp", "cp", True, State.DEGRADED, "Slow for ⟨a:1001.0⟩.", "3.6.0", 2),),
        facts={"size": "1 MB"},
    )


@pytest.mark.parametrize(
    ("own", "told"),
    [
        (OwnFigures(told={"size": "1 MB"}, at=Mono(5.04)), OwnFiguresRow({"size": "1 MB"}, Epoch(1005.0))),
        (OwnFigures(untold="Not told apart."), OwnFiguresRow(untold="Not told apart.")),
    ],
)
def test_an_instance_has_its_own_figures_or_why_there_are_none(own: OwnFigures, told: OwnFiguresRow) -> None:
    assert [one.own for one in component(instances=(replace(POD, own=own), POD)).instances] == [told, None]


@pytest.mark.parametrize(("at", "same"), [(5.04, True), (9.9, True), (10.0, False), (60.0, False)])
def test_evidence_that_was_only_seen_again_goes_out_every_five_seconds(at: float, same: bool) -> None:
    first = component()
    again = component(first, verdict=replace(WELL, evidence=(replace(LINE, at=Mono(at)),)))
    assert (again is first) is same


def test_the_newest_moment_of_evidence_counts_and_what_was_never_observed_has_none() -> None:
    never = replace(LINE, at=None)
    first = component(verdict=replace(WELL, evidence=(LINE, never)))
    older = replace(LINE, at=Mono(1.0))
    assert component(first, verdict=replace(WELL, evidence=(older, never))) is first
    assert component(first, verdict=replace(WELL, evidence=(older, replace(LINE, at=Mono(10.0))))) is not first
    none = component(verdict=replace(WELL, evidence=(never,)))
    assert component(none, verdict=replace(WELL, evidence=(never,))) is none
    assert component(none, verdict=replace(WELL, evidence=(replace(LINE, at=Mono(5.0 - OFFSET)),))) is not none


@pytest.mark.parametrize(
    "spoilt",
    [
        {"verdict": replace(WELL, state=State.DOWN)},
        {"verdict": replace(WELL, because="Odd.")},
        {"verdict": replace(WELL, line="odd")},
        {"instances": ()},
        {"instances": (replace(POD, restarts=3),)},
        {"facts": {"size": "2 MB"}},
        {"now": 3.0},
    ],
)
def test_a_component_of_which_anything_else_is_said_has_another_row(spoilt: dict[str, Any]) -> None:
    first = component()
    assert component(first, **spoilt) == component(None, **spoilt) != first


def test_an_unknown_components_row_holds_what_was_last_known() -> None:
    away = Verdict(state=State.UNKNOWN, because="It is away.", cause="unreachable")
    kept = memory(away)
    kept.known = State.HEALTHY
    assert rows.component_row("etcd", "control", kept, away, (), {}, OFFSET, None).last == "healthy"


def test_instances_that_are_remembered_keep_all_that_was_told_of_them() -> None:
    judged: Any = type("Judged", (), {"verdict": Verdict(state=State.UNKNOWN, because=""), "instances": ()})
    (shown,) = rows.instances_of(judged, component())
    assert shown == replace(POD, state=State.UNKNOWN, because="Last known: degraded.")
    unknown = component(instances=(replace(POD, state=State.UNKNOWN, because="Away."),))
    (shown,) = rows.instances_of(judged, unknown)
    assert shown == replace(POD, state=State.UNKNOWN, because="Away.")
    assert rows.instances_of(judged, None) == ()


# --- attention ----------------------------------------------------------------------------------------------------------------


def test_what_needs_attention_in_epoch_seconds() -> None:
    entry = Entry(
        key="k",
        kind="Node",
        name="n",
        title="n · kubelet",
        state=State.DOWN,
        because=f"Silent for {ago(5.0)}.",
        since=Mono(3.04),
        count=4,
        agents={"kubelet": "down"},
        names=("n", "m"),
    )
    assert rows.attention_row(entry, OFFSET) == AttentionRow(
        key="k",
        kind="Node",
        name="n",
        title="n · kubelet",
        state=State.DOWN,
        because="Silent for ⟨a:1005.0⟩.",
        since=Epoch(1003.0),
        count=4,
        agents={"kubelet": "down"},
        names=("n", "m"),
    )


# --- a node -------------------------------------------------------------------------------------------------------------------

LABELS = {
    "topology.kubernetes.io/zone": "zone-a",
    "failure-domain.beta.kubernetes.io/zone": "old-zone",
    "node.kubernetes.io/instance-type": "m7i.large",
    "beta.kubernetes.io/instance-type": "old-type",
    "node-role.kubernetes.io/worker": "",
    "node-role.kubernetes.io/control-plane": "",
    "pool": "blue",
    "eks.amazonaws.com/nodegroup": "green",
}
NODE = {
    "metadata": {"name": "n", "uid": "u", "labels": LABELS, "creationTimestamp": "1970-01-01T00:01:00Z"},
    "spec": {
        "unschedulable": True,
        "taints": [
            {"key": "gpu", "value": "a100", "effect": "NoSchedule"},
            {"key": "node.kubernetes.io/unreachable", "effect": "NoExecute", "timeAdded": "1970-01-01T00:03:00Z"},
        ],
    },
    "status": {
        "allocatable": {"pods": "110", "cpu": "3920m", "memory": "16Gi"},
        "addresses": [{"type": "Hostname", "address": "n"}, {"type": "InternalIP", "address": "10.0.0.1"}],
        "conditions": [
            {"type": "Ready", "status": "True", "reason": "R", "message": "M", "lastTransitionTime": "1970-01-01T00:02:00Z"},
        ],
        "nodeInfo": {"osImage": "Ubuntu", "kernelVersion": "6.8", "architecture": "arm64"},
    },
}
BARE = {"metadata": {"name": "n"}}
AGENTS = (agent(version="a"), agent(version="b"), agent(version="c"))
PODS = tuple(PodRow("shop", phase, phase, 1, 1, 0) for phase in ("Running", "Succeeded", "Failed", "Pending"))
EVENTS = {
    name: EventRow("Normal", reason, message, 1, None if at is None else Epoch(at))
    for name, reason, message, at in (
        ("a", "B", "x", 9.0),
        ("b", "B", "y", 8.0),
        ("c", "A", "y", 8.0),
        ("d", "A", "x", 8.0),
        ("e", "Z", "z", None),
    )
}


def of_node(
    told: dict[str, Any],
    pods: tuple[PodRow, ...] = (),
    events: dict[str, EventRow] | None = None,
    usage: Any = None,
    more: tuple[tuple[str, ...], tuple[str, Epoch] | None] = ((), None),
) -> NodeRow:
    track = NodeTrack(msgspec.convert(told, Node), Mono(1.0))
    return rows.node_row(track, AGENTS, State.CORDONED, "Because.", 7.0, pods, events, usage, *more)


def test_pods_that_have_finished_take_no_place() -> None:
    phases = ("Running", "Pending", "Succeeded", "Failed", "Unknown", "Running")
    assert rows.pods_used(tuple(PodRow("a", phase, phase, 1, 1, 0) for phase in phases)) == 4


def test_a_nodes_row() -> None:
    made = of_node(NODE, PODS, EVENTS, (1.5, 2e9), (("Windows node",), ("it goes", Epoch(5.0))))
    assert made == NodeRow(
        name="n",
        uid="u",
        state=State.CORDONED,
        because="Because.",
        since=Epoch(7.0),
        kubelet=AGENTS[0],
        kube_proxy=AGENTS[1],
        container_runtime=AGENTS[2],
        cordoned=True,
        control_plane=True,
        zone="zone-a",
        pool="green",
        instance_type="m7i.large",
        roles=("control-plane", "worker"),
        created=Epoch(60.0),
        pods_used=2,
        pods_max=110,
        cpu_used=1.5,
        cpu_max=3.92,
        memory_used=2e9,
        memory_max=16 * 2.0**30,
        labels=LABELS,
        conditions=(ConditionRow("Ready", "True", "R", "M", Epoch(120.0), State.HEALTHY),),
        taints=(
            TaintRow("gpu", "NoSchedule", "a100"),
            TaintRow("node.kubernetes.io/unreachable", "NoExecute", "", Epoch(180.0)),
        ),
        os_image="Ubuntu",
        kernel="6.8",
        architecture="arm64",
        address="10.0.0.1",
        pods=PODS,
        events=tuple(EVENTS[name] for name in "edcba"),
        traits=("Windows node",),
        leaving="it goes",
        leaving_since=Epoch(5.0),
    )


def test_what_a_node_does_not_tell_is_left_out() -> None:
    assert of_node(BARE) == NodeRow(
        name="n",
        uid="",
        state=State.CORDONED,
        because="Because.",
        since=Epoch(7.0),
        kubelet=AGENTS[0],
        kube_proxy=AGENTS[1],
        container_runtime=AGENTS[2],
    )


def test_labels_of_old_are_read_where_there_is_no_new_one() -> None:
    labels = {
        "failure-domain.beta.kubernetes.io/zone": "old-zone",
        "beta.kubernetes.io/instance-type": "old-type",
        "node-role.kubernetes.io/master": "",
    }
    made = of_node({"metadata": {"name": "n", "labels": labels}})
    assert (made.zone, made.instance_type, made.control_plane, made.roles) == ("old-zone", "old-type", True, ("master",))
