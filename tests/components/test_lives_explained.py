"""What is said of an agent in the light of its node's life: what is expected is told as such, and what is not stays what it is."""

from dataclasses import replace

import pytest

from planes.components import lives
from planes.components.lives import Life
from planes.structs.moments import Mono
from planes.structs.objects import LabelledMeta, Node, NodeSpec, Taint
from planes.structs.observations import ConditionSeen, NodeMark
from planes.structs.verdicts import Evidence, State, Verdict
from tests.components.making import NOW, THRESHOLDS, node

GOING = Life(State.LEAVING, "it goes", NOW - 90, NOW + 510, "leaving")
COMING = Life(State.JOINING, "it comes", NOW - 90, NOW + 30, "joining")
LATE = Life(State.DEGRADED, "it goes", NOW - 900, NOW + 900, "leaving-long")
LOST = Life(State.DOWN, "it goes", NOW - 2000, None, "leaving-long")
NEVER_SET_UP = Life(State.DEGRADED, "it comes", NOW - 900, None, "not-set-up")
MARK = NodeMark("taint x", "somebody is removing it")


def verdict(state: State, cause: str = "odd", due: Mono | None = None, because: str = "It is odd.") -> Verdict:
    line = Evidence("heartbeat", "odd", "not odd", state, "lease", NOW)
    return Verdict(state=state, because=because, evidence=(line,), line="odd", due=due, cause=cause, hold=7.0)


def explained(life: Life | None, told: Verdict, agent: str = "kubelet", marks: tuple[NodeMark, ...] = ()) -> Verdict:
    return lives.explain(agent, life, told, "n", THRESHOLDS, marks)


# --- a node that neither comes nor goes -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("agent", "cause", "marks", "told_of"),
    [
        ("kubelet", "silent", (MARK,), True),
        ("kubelet", "silent", (), False),
        ("kubelet", "not-ready", (MARK,), False),
        ("kube-proxy", "silent", (MARK,), False),
    ],
)
def test_marks_that_explain_no_silence_are_told_of_by_the_kubelet_that_is_silent(
    agent: str, cause: str, marks: tuple[NodeMark, ...], told_of: bool
) -> None:
    before = verdict(State.DOWN, cause)
    told = explained(None, before, agent, marks)
    if told_of:
        said = "It is marked as leaving, but as far as is known only since it fell silent: somebody is removing it (taint x)."
        assert told == replace(before, because=f"It is odd. {said}")
    else:
        assert told is before


# --- in time --------------------------------------------------------------------------------------------------------------------


def test_what_the_record_dates_is_not_since_when_a_node_leaves() -> None:
    """Ready has been False for a day, says the record; that is not how long the kubelet has been called leaving."""
    dated = replace(verdict(State.DEGRADED, "not-ready"), since=Mono(NOW - 86400))
    assert explained(GOING, dated).since is None
    assert explained(None, dated).since == NOW - 86400


EXPLAINED = ("kubelet-silent", "kubelet-unheard", "runtime-unseen", "lease-missing", "lease-unconfirmed", "no-ready", "pod-awaited")


@pytest.mark.parametrize("life", [GOING, COMING])
@pytest.mark.parametrize(
    ("state", "cause", "expected"),
    [
        (State.DOWN, "odd", True),
        (State.DEGRADED, "odd", True),
        *((State.UNKNOWN, cause, True) for cause in EXPLAINED),
        (State.UNKNOWN, "unreachable", False),
        (State.UNKNOWN, "", False),
        (State.HEALTHY, "lease-missing", False),
        (State.NOT_OBSERVABLE, "lease-missing", False),
    ],
)
def test_what_is_wrong_with_a_node_that_comes_or_goes_is_expected_and_what_cannot_be_known_for_other_reasons_is_not(
    life: Life, state: State, cause: str, expected: bool
) -> None:
    before = verdict(state, cause)
    told = explained(life, before, "kube-proxy")
    if not expected:
        assert told is before
        return
    assert (told.state, told.cause, told.line, told.hold) == (life.state, life.state.value, life.state.value, 0.0)
    assert told.because.startswith(lives.sentence(life))


@pytest.mark.parametrize(
    ("cause", "said"),
    [
        ("silent", "Its silence is expected."),
        ("kubelet-silent", "Its silence is expected."),
        ("lease-missing", "Its silence is expected."),
        ("not-ready", "No action is needed yet."),
        ("runtime-down", "No action is needed yet."),
    ],
)
def test_silence_is_expected_and_for_whatever_else_nobody_is_needed_yet(cause: str, said: str) -> None:
    assert explained(GOING, verdict(State.DOWN, cause)).because == f"Leaving for ⟨a:{NOW - 90:.1f}⟩: it goes. {said}"


def test_of_what_is_expected_each_line_of_evidence_is_softer_but_for_those_that_are_well() -> None:
    states = list(State)
    lines = tuple(Evidence("x", "", "", state, "", None) for state in states)
    told = explained(GOING, replace(verdict(State.DOWN), evidence=lines), "kube-proxy")
    softened = {before for before, line in zip(states, told.evidence, strict=True) if line.state is not before}
    assert softened == {State.DOWN, State.DEGRADED, State.UNKNOWN}
    assert all(line.state is State.LEAVING for before, line in zip(states, told.evidence, strict=True) if before in softened)


# --- too late -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("life", "state", "cause", "then"),
    [
        (LATE, State.HEALTHY, "", (State.DEGRADED, "leaving-long")),
        (LATE, State.DOWN, "silent", (State.DEGRADED, "leaving-long")),  # its silence was expected: it is late, and no worse
        (LATE, State.UNKNOWN, "lease-missing", (State.DEGRADED, "leaving-long")),
        (LATE, State.UNKNOWN, "unreachable", (State.UNKNOWN, "unreachable")),
        (LOST, State.DOWN, "silent", (State.DOWN, "leaving-long")),
        (LOST, State.DEGRADED, "not-ready", (State.DOWN, "leaving-long")),
        (NEVER_SET_UP, State.HEALTHY, "", (State.DEGRADED, "not-set-up")),
        (NEVER_SET_UP, State.UNKNOWN, "no-ready", (State.DEGRADED, "not-set-up")),
        (NEVER_SET_UP, State.DEGRADED, "not-ready", (State.DEGRADED, "not-ready")),  # that says more
        (NEVER_SET_UP, State.DOWN, "silent", (State.DOWN, "silent")),
    ],
)
def test_the_kubelet_tells_that_it_takes_too_long(life: Life, state: State, cause: str, then: tuple[State, str]) -> None:
    told = explained(life, verdict(state, cause))
    assert (told.state, told.cause) == then


@pytest.mark.parametrize("life", [LATE, LOST, NEVER_SET_UP])
def test_the_other_agents_of_a_node_that_takes_too_long_say_what_they_said(life: Life) -> None:
    for before in (verdict(State.DOWN), verdict(State.UNKNOWN, "kubelet-silent"), verdict(State.HEALTHY)):
        assert explained(life, before, "kube-proxy") is before


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (verdict(State.DOWN), " It is odd."),
        (verdict(State.UNKNOWN, "lease-missing"), " It is odd."),
        (verdict(State.HEALTHY), ""),
        (verdict(State.DOWN, because=""), ""),
    ],
)
def test_what_was_wrong_with_it_besides_is_said_after_that_it_is_late(before: Verdict, said: str) -> None:
    told = explained(LATE, before)
    assert told.because == f"Leaving for ⟨a:{NOW - 900:.1f}⟩, longer than expected: it goes.{said}"
    assert (told.line, told.hold) == (f"leaving for ⟨a:{NOW - 900:.1f}⟩", 0.0)


def test_a_node_that_was_never_set_up_says_so_in_its_line() -> None:
    assert explained(NEVER_SET_UP, verdict(State.HEALTHY)).line == f"not set up for ⟨a:{NOW - 900:.1f}⟩"


# --- the line of evidence -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("life", "signal", "should_be"),
    [
        (GOING, "leaving", "over within 10 min"),
        (LATE, "leaving", "over within 10 min"),
        (COMING, "joining", "over within 10 min"),
        (NEVER_SET_UP, "joining", "over within 10 min"),
    ],
)
def test_the_kubelet_shows_the_life_of_its_node_first(life: Life, signal: str, should_be: str) -> None:
    told = explained(life, verdict(State.HEALTHY))
    shown = Evidence(signal, f"for ⟨a:{life.since:.1f}⟩: {life.why}", should_be, life.state, "Node n", life.since)
    assert told.evidence == (shown, *verdict(State.HEALTHY).evidence)


def test_what_comes_is_measured_by_one_bound_and_what_goes_by_another() -> None:
    thresholds = replace(THRESHOLDS, joining_long=180.0, leaving_long=240.0)
    bounds = [
        lives.explain("kubelet", one, verdict(State.HEALTHY), "n", thresholds).evidence[0].should_be for one in (COMING, GOING)
    ]
    assert bounds == ["over within 3 min", "over within 4 min"]


@pytest.mark.parametrize(
    ("life_due", "due", "then"),
    [(600.0, 500.0, 500.0), (400.0, 500.0, 400.0), (None, 500.0, 500.0), (400.0, None, 400.0), (None, None, None)],
)
def test_it_is_looked_at_when_the_first_of_both_may_turn(life_due: float | None, due: float | None, then: float | None) -> None:
    life = replace(GOING, due=None if life_due is None else Mono(life_due))
    assert explained(life, verdict(State.HEALTHY, due=None if due is None else Mono(due))).due == then


# --- marks ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("taint", "at"),
    [
        (Taint("ToBeDeletedByClusterAutoscaler", "1795348800"), 1795348800.0),
        (Taint("ToBeDeletedByClusterAutoscaler", "179534880"), None),  # no moment of this century
        (Taint("ToBeDeletedByClusterAutoscaler", "17953488000"), None),
        (Taint("ToBeDeletedByClusterAutoscaler", "someday.it"), None),
        (Taint("ToBeDeletedByClusterAutoscaler", "1795348800", timeAdded="2026-11-22T12:00:07Z"), 1795348807.0),
    ],
)
def test_a_mark_is_dated_by_when_it_was_added_or_by_the_stamp_of_the_autoscaler(taint: Taint, at: float | None) -> None:
    (mark,) = lives.marks_of(Node(LabelledMeta("n"), NodeSpec(taints=[taint])), None)
    assert mark == NodeMark("taint ToBeDeletedByClusterAutoscaler", "the cluster autoscaler is removing it", at)


def test_a_kubelet_that_shuts_down_says_so_in_its_condition() -> None:
    bare = Node(LabelledMeta("n"))
    ready = ConditionSeen(status="False", reason="", message="Node is shutting down", since=NOW)
    (mark,) = lives.marks_of(bare, ready)
    assert (mark.name, mark.of_kubelet) == ("Ready", True)
    assert lives.marks_of(bare, replace(ready, status="True")) == ()
    assert lives.marks_of(bare, None) == ()


# --- since when -----------------------------------------------------------------------------------------------------------------


def looked(before: Life | None, silent: bool, marks: tuple[NodeMark, ...] = (MARK,), **spoilt: object) -> Life | None:
    seen = replace(node(marks=marks), **spoilt)  # type: ignore[arg-type]  # test data
    return lives.look(before, seen, silent, True, NOW, THRESHOLDS)


def test_while_it_is_heard_a_node_leaves_since_its_mark_was_first_seen_for_the_reason_that_is_told_now() -> None:
    kept = looked(replace(GOING, added_at=node().added_at), silent=False)
    assert kept is not None
    assert (kept.since, kept.why, kept.state) == (GOING.since, "somebody is removing it (taint x)", State.LEAVING)
    fresh = looked(replace(COMING, added_at=node().added_at), silent=False)
    assert fresh is not None
    assert (fresh.since, fresh.state) == (NOW, State.LEAVING), "that it joined says nothing of since when it leaves"


def test_a_life_that_does_not_say_whose_it_is_goes_on() -> None:
    kept = looked(GOING, silent=True, marks=())
    assert kept is not None
    assert (kept.since, kept.added_at) == (GOING.since, node().added_at)


def test_a_node_that_only_joined_does_not_leave_by_falling_silent() -> None:
    assert looked(replace(COMING, added_at=node().added_at), silent=True, marks=()) is None


def test_a_mark_dated_after_now_by_the_clusters_clock_began_no_later_than_now() -> None:
    mark = replace(MARK, at=1_000.0 + NOW + 50.0)
    found = lives.look(
        None, node(marks=(mark,), silent_from=1_000.0 + NOW + 60.0, clock_offset=1_000.0), True, False, NOW, THRESHOLDS
    )
    assert found is not None
    assert found.since == NOW


def test_a_new_node_that_is_not_set_up_and_of_which_a_condition_tells_the_same_is_no_longer_joining() -> None:
    old = {"created_at": NOW - 700}
    assert looked(None, False, (), taints=("node.kubernetes.io/network-unavailable",), **old) is None
    found = looked(None, False, (), taints=("node.gardener.cloud/critical-components-not-ready",), **old)
    assert found is not None
    assert (found.state, found.cause, found.since, found.due) == (State.DEGRADED, "not-set-up", NOW - 700, None)
    assert found.why.startswith("Gardener's critical components are not ready on it yet (taint node.gardener.cloud/")
    assert looked(None, False, (), taints=("node.cilium.io/agent-not-ready",), **old) is None, "its operator sets it again"


@pytest.mark.parametrize(
    ("created", "taints", "due", "why"),
    [
        (NOW - 20, (), NOW + 100.001, "it is a new node"),
        (
            NOW - 20,
            ("karpenter.sh/unregistered",),
            NOW + 580.001,
            "Karpenter has not registered it yet (taint karpenter.sh/unregistered)",
        ),
    ],
)
def test_a_node_joins_since_it_was_created_and_is_looked_at_when_its_time_is_over(
    created: Mono, taints: tuple[str, ...], due: float, why: str
) -> None:
    found = looked(None, False, (), created_at=created, taints=taints)
    assert found == Life(State.JOINING, why, created, Mono(due), "joining", node().added_at)
