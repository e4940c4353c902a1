"""Nodes that come and go: what is expected of them, from when to when, and what is not."""

from dataclasses import replace
from typing import Any

import pytest

from planes.components import kubelet, lives
from planes.components.lives import Life
from planes.structs.moments import Mono
from planes.structs.objects import LabelledMeta, Node, NodeSpec, Taint
from planes.structs.observations import ConditionSeen, NodeMark, NodeObservation
from planes.structs.verdicts import State, Verdict
from tests.components.making import NOW, THRESHOLDS, condition, node, scene

OFFSET = 1_000_000.0  # the cluster's clock minus ours
GOING = NodeMark("taint karpenter.sh/disrupted", "Karpenter is removing it")
MINUTE = 60.0


def marked(*taints: Taint, deleted: str | None = None, ready: ConditionSeen | None = None) -> list[str]:
    made = Node(LabelledMeta("n", deletionTimestamp=deleted), NodeSpec(taints=list(taints)))
    return [one.name for one in lives.marks_of(made, ready)]


@pytest.mark.parametrize(
    "taint",
    [
        Taint("ToBeDeletedByClusterAutoscaler", "1795348800", "NoSchedule"),
        Taint("karpenter.sh/disrupted", "", "NoSchedule"),
        Taint("karpenter.sh/disruption", "disrupting", "NoSchedule"),
        Taint("node.cloudprovider.kubernetes.io/shutdown", "", "NoSchedule"),
        Taint("node.kubernetes.io/out-of-service", "nodeshutdown", "NoExecute"),
        Taint("aws-node-termination-handler/rebalance-recommendation", "x", "NoSchedule"),
        Taint("autoscaling.cast.ai/draining", "spot-interruption", "NoSchedule"),
    ],
)
def test_what_marks_a_node_that_leaves(taint: Taint) -> None:
    assert marked(taint) == [f"taint {taint.key}"]


@pytest.mark.parametrize(
    "taint",
    [
        Taint("DeletionCandidateOfClusterAutoscaler", "1795348800", "PreferNoSchedule"),
        Taint("karpenter.sh/disruption", "candidate", "NoSchedule"),
        Taint("node.kubernetes.io/unreachable", "", "NoExecute"),
        Taint("node.kubernetes.io/not-ready", "", "NoExecute"),
        Taint("node.kubernetes.io/unschedulable", "", "NoSchedule"),
        Taint("dedicated", "gpu", "NoSchedule"),
    ],
)
def test_what_marks_none(taint: Taint) -> None:
    assert marked(taint) == []


def test_a_candidate_is_called_one() -> None:
    made = Node(LabelledMeta("n"), NodeSpec(taints=[Taint("DeletionCandidateOfClusterAutoscaler")]))
    assert lives.traits_of(made) == ("candidate for removal by the cluster autoscaler",)


def test_a_deletion_and_the_kubelets_own_word_are_marks_dated_by_the_cluster() -> None:
    assert marked(deleted="2026-11-22T12:00:00Z") == ["deletionTimestamp"]
    said = ConditionSeen(status="False", reason="KubeletNotReady", message="node is shutting down", since=NOW, recorded=7.0)
    assert marked(ready=said) == ["Ready"]
    assert marked(ready=replace(said, status="Unknown")) == marked(ready=replace(said, message="PLEG is not healthy")) == []
    found = lives.marks_of(Node(LabelledMeta("n"), NodeSpec(taints=[Taint("ToBeDeletedByClusterAutoscaler", "1795348800")])), said)
    assert [(one.at, one.of_kubelet) for one in found] == [(1795348800.0, False), (7.0, True)]


def looked(seen: NodeObservation, before: Life | None = None, **how: Any) -> Life | None:
    """At `now`, silent or not; heard at the look before unless that is told."""
    now = how.get("now", NOW)
    return lives.look(before, seen, how.get("silent", False), how.get("was_heard", True), now, THRESHOLDS)


def states(seen: NodeObservation, silent: bool) -> list[tuple[float, str]]:
    """What a node that was marked now is said to be, as time goes by: minutes and a state."""
    life = looked(seen)
    told = []
    for minutes in (0, 10, 10.01, 30, 30.01, 60):
        life = looked(seen, life, silent=silent, now=Mono(NOW + minutes * MINUTE))
        assert life is not None
        told.append((minutes, life.state.value))
    return told


def test_leaving_is_degraded_after_ten_minutes_and_down_after_thirty_where_it_is_silent() -> None:
    times = [(0, "leaving"), (10, "leaving"), (10.01, "degraded"), (30, "degraded")]
    assert states(node(marks=(GOING,)), silent=True) == [*times, (30.01, "down"), (60, "down")]
    assert states(node(marks=(GOING,)), silent=False) == [*times, (30.01, "degraded"), (60, "degraded")]


def test_each_look_tells_when_it_may_turn() -> None:
    first = looked(node(marks=(GOING,)))
    assert first is not None
    assert first.due is not None
    assert NOW + 10 * MINUTE < first.due < NOW + 10 * MINUTE + 1
    later = looked(node(marks=(GOING,)), first, now=Mono(NOW + 11 * MINUTE))
    assert later is not None
    assert later.due is not None
    assert NOW + 30 * MINUTE < later.due < NOW + 30 * MINUTE + 1


def test_what_was_said_before_the_silence_stands_though_it_is_said_no_more() -> None:
    said = looked(node(marks=(NodeMark("Ready", "its kubelet reports that it is shutting down", of_kubelet=True),)))
    kept = looked(node(), said, silent=True, now=NOW + 60)
    assert kept is not None
    assert (kept.state, kept.since) == (State.LEAVING, NOW)
    assert looked(node(), kept, silent=False) is None  # it is back, and says no such thing


def test_a_mark_that_came_after_the_silence_explains_nothing() -> None:
    dead = node(marks=(GOING,))
    assert looked(dead, silent=True, was_heard=True) is None
    assert looked(dead, silent=True, was_heard=False) is None


@pytest.mark.parametrize(
    ("at", "of_kubelet", "leaves"),
    [
        (OFFSET + NOW - 300, False, True),  # marked five minutes ago, and silent since four
        (OFFSET + NOW - 240, False, True),
        (OFFSET + NOW - 239, False, False),
        (OFFSET + NOW - 200, True, True),  # what the kubelet itself said came before it, whatever clocks say
        (None, False, False),
    ],
)
def test_of_a_node_that_was_silent_when_first_seen_the_clusters_record_tells_what_came_first(
    at: float | None, of_kubelet: bool, leaves: bool
) -> None:
    mark = replace(GOING, at=at, of_kubelet=of_kubelet)
    seen = node(marks=(mark,), silent_from=OFFSET + NOW - 240, clock_offset=OFFSET)
    found = looked(seen, silent=True, was_heard=False)
    assert (found is not None) is leaves
    if found is not None and at is not None:
        assert found.since == at - OFFSET
    assert looked(replace(seen, silent_from=None), silent=True) is None  # we saw it live ourselves
    assert looked(replace(seen, clock_offset=None), silent=True) is None


def test_one_that_was_left_for_dead_long_ago_is_down_at_once() -> None:
    mark = replace(GOING, at=OFFSET + NOW - 86_400)
    seen = node(marks=(mark,), silent_from=OFFSET + NOW - 86_000, clock_offset=OFFSET)
    found = looked(seen, silent=True, was_heard=False)
    assert found is not None
    assert found.state is State.DOWN


def test_a_node_that_was_drained_may_fall_silent_for_a_while() -> None:
    drained = node(drained=True)
    assert looked(drained) is None  # while it is heard it is cordoned, and no more
    gone = looked(drained, silent=True)
    assert gone is not None
    assert (gone.state, gone.since) == (State.LEAVING, NOW)
    assert looked(drained, silent=True, was_heard=False) is None  # nobody knows what came first
    assert looked(node(), silent=True) is None


def test_a_node_of_the_same_name_begins_its_own_life() -> None:
    old = looked(node(marks=(GOING,)))
    assert looked(node(added_at=NOW), old) is None


YOUNG = NOW - 119


@pytest.mark.parametrize(
    ("created", "taints", "ready", "state"),
    [
        (NOW - 1, (), "False", State.JOINING),
        (NOW - 120, (), "True", State.JOINING),
        (NOW - 121, (), "False", None),
        (NOW - 121, ("node.kubernetes.io/not-ready",), "False", State.JOINING),
        (NOW - 121, ("node.kubernetes.io/not-ready",), "True", None),
        (NOW - 600, ("node.kubernetes.io/network-unavailable",), "True", State.JOINING),
        (NOW - 601, ("node.kubernetes.io/network-unavailable",), "True", None),
        (NOW - 601, ("node.kubernetes.io/not-ready",), "False", None),
        (NOW - 600, ("node.cloudprovider.kubernetes.io/uninitialized",), "True", State.JOINING),
        (NOW - 601, ("node.cloudprovider.kubernetes.io/uninitialized",), "True", State.DEGRADED),
        (NOW - 600, ("node.gardener.cloud/critical-components-not-ready",), "True", State.JOINING),
        (NOW - 601, ("node.gardener.cloud/critical-components-not-ready",), "True", State.DEGRADED),
        (NOW - 600, ("node.cluster.x-k8s.io/uninitialized",), "True", State.JOINING),
        (NOW - 600, ("ebs.csi.aws.com/agent-not-ready",), "True", State.JOINING),
        (NOW - 600, ("node.cilium.io/agent-not-ready",), "True", State.JOINING),
        (NOW - 601, ("node.cilium.io/agent-not-ready",), "True", None),  # its operator puts it there again
        (None, ("node.kubernetes.io/not-ready",), "False", None),
        (NOW - 121, ("dedicated",), "False", None),
    ],
)
def test_a_new_node_joins_for_two_minutes_or_while_its_taints_stand_and_no_longer_than_ten(
    created: float | None, taints: tuple[str, ...], ready: str, state: State | None
) -> None:
    seen = node(created_at=created, taints=taints, conditions={"Ready": condition(ready)})
    found = looked(seen)
    assert (found.state if found is not None else None) is state


def test_a_node_that_was_ready_once_is_no_longer_new_by_its_taint() -> None:
    seen = node(created_at=NOW - 300, taints=("node.kubernetes.io/not-ready",), conditions={"Ready": condition("False")})
    assert looked(seen) is not None
    assert looked(replace(seen, ready_flips=(NOW - 100,))) is None


def test_one_that_leaves_before_it_has_joined_leaves() -> None:
    found = looked(node(marks=(GOING,), created_at=YOUNG))
    assert found is not None
    assert found.state is State.LEAVING


def verdict_of(seen: NodeObservation, life: Life | None, silent: bool) -> Verdict:
    judged = kubelet.judge(seen, scene(), silent, NOW, THRESHOLDS)
    return lives.explain("kubelet", life, judged, "node-0", THRESHOLDS)


def test_the_silence_of_a_node_that_leaves_is_told_as_such_with_why_and_for_how_long() -> None:
    life = Life(State.LEAVING, "Karpenter is removing it (taint karpenter.sh/disrupted)", NOW - 90, NOW + 510, "leaving")
    told = verdict_of(node(age=60.0), life, silent=True)
    assert told.state is State.LEAVING
    assert told.because == (
        f"Leaving for ⟨a:{NOW - 90:.1f}⟩: Karpenter is removing it (taint karpenter.sh/disrupted). Its silence is expected."
    )
    assert told.due == NOW + 510
    assert {line.state for line in told.evidence} <= {State.LEAVING, State.HEALTHY, State.NOT_OBSERVABLE}
    assert told.evidence[0].signal == "leaving"


def test_what_is_well_stays_well_and_what_has_nothing_to_do_with_it_stays_unknown() -> None:
    life = Life(State.LEAVING, "it goes", NOW - 90, NOW + 510, "leaving")
    assert verdict_of(node(), life, silent=False).state is State.HEALTHY
    away = Verdict(state=State.UNKNOWN, because="The API server does not answer.", cause="unreachable")
    assert lives.explain("kube-proxy", life, away, "node-0", THRESHOLDS) is away


@pytest.mark.parametrize(("state", "age"), [(State.DEGRADED, 60.0), (State.DOWN, 60.0), (State.DEGRADED, 3.0)])
def test_when_its_time_is_over_it_is_as_bad_as_that_and_no_worse(state: State, age: float) -> None:
    life = Life(state, "it goes", NOW - 2000, None, "leaving-long")
    told = verdict_of(node(age=age), life, silent=age > 40)
    assert (told.state, told.cause) == (state, "leaving-long")
    assert told.because.startswith(f"Leaving for ⟨a:{NOW - 2000:.1f}⟩, longer than expected: it goes.")
    assert ("No heartbeat" in told.because) is (age > 40)


def test_a_new_node_that_is_never_set_up_is_degraded() -> None:
    life = Life(State.DEGRADED, "its cloud provider has not initialised it yet", NOW - 900, None, "not-set-up")
    told = verdict_of(node(), life, silent=False)
    assert (told.state, told.cause) == (State.DEGRADED, "not-set-up")
    assert "No pods are placed here." in told.because
    assert verdict_of(node(age=60.0), life, silent=True).state is State.DOWN
