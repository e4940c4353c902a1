"""What rests on kubelets that are not heard, and what is awaited because it was not told yet."""

import math
from dataclasses import replace

import pytest

from planes.components import heartbeat
from planes.components.verdict_builder import VerdictBuilder, check_gap
from planes.structs.moments import Mono
from planes.structs.observations import DisruptionSeen
from planes.structs.verdicts import Evidence, State, Verdict
from tests.components.making import NOW
from tests.components.observed import node, view

LOST = Verdict(state=State.UNKNOWN, because="It is away.", cause="lease-missing")
WELL = Verdict(state=State.HEALTHY, because="It is ready.", line="ready", due=Mono(7.0), evidence=())


@pytest.mark.parametrize(
    ("kubelet", "other", "so"),
    [
        (LOST, WELL, True),
        (replace(LOST, waiting=True), WELL, False),  # nothing was told yet
        (replace(LOST, state=State.DOWN), WELL, False),
        (replace(LOST, state=State.HEALTHY), WELL, False),
        (LOST, replace(WELL, state=State.DOWN), False),
        (LOST, replace(WELL, state=State.NOT_OBSERVABLE), False),
        (LOST, LOST, False),
    ],
)
def test_what_is_well_by_the_last_word_of_a_kubelet_that_is_not_heard_is_unknown(
    kubelet: Verdict, other: Verdict, so: bool
) -> None:
    told = heartbeat.doubted(kubelet, other)
    if not so:
        assert told is other
        return
    because = "No word from its kubelet, so nothing newer is known. It is away."
    assert told == Verdict(state=State.UNKNOWN, because=because, cause="kubelet-unheard", due=Mono(7.0))


@pytest.mark.parametrize(
    ("unheard", "suspicion", "said"),
    [
        ((), "", ""),
        (("a",), "", ""),
        (("a", "b"), "", "No kubelet in this cluster reports."),
        (("a", "b", "c"), "", "No kubelet in this cluster reports."),
        ((), "etcd is suspected.", "etcd is suspected."),
        (("a", "b"), "etcd is suspected.", "etcd is suspected."),
    ],
)
def test_nobody_is_heard_when_every_node_is_unheard_or_all_are_silent(unheard: tuple[str, ...], suspicion: str, said: str) -> None:
    made = view([node("a"), node("b")], disruption=DisruptionSeen(suspicion=suspicion))
    made.unheard = unheard
    assert made.nobody_heard == said
    assert [made.is_silent(name) for name in ("a", "b")] == [name in unheard for name in ("a", "b")]


def line(state: State, now: str, at: Mono | None) -> Evidence:
    return Evidence("signal", now, "otherwise", state, "source", at)


@pytest.mark.parametrize(
    ("gap", "enough", "waits"),
    [
        (line(State.UNKNOWN, "waiting for the first answer", None), True, True),
        (line(State.UNKNOWN, "waiting for the first answer", None), False, False),
        (line(State.UNKNOWN, "waiting for the first answer", NOW), True, False),
        (line(State.UNKNOWN, "could not be read", None), True, False),
        (line(State.NOT_OBSERVABLE, "waiting", None), True, False),
    ],
)
def test_what_may_be_enough_and_was_not_told_yet_is_waited_for(gap: Evidence, enough: bool, waits: bool) -> None:
    builder = VerdictBuilder()
    check_gap(builder, gap, principal=False, said="", enough=enough)
    check_gap(builder, line(State.UNKNOWN, "could not be read", None), principal=False, said="", enough=True)
    builder.due(Mono(7.0))
    builder.line = "short"
    made = builder.verdict(good="Well.", hidden="Hidden.")
    if waits:
        assert made == Verdict(
            state=State.UNKNOWN,
            because="Waiting for the first answer.",
            evidence=made.evidence,
            line="short",
            due=Mono(7.0),
            cause="waiting",
            waiting=True,
            ripe=Mono(math.inf),
        )
        assert len(made.evidence) == 2
    else:
        assert (made.state, made.because, made.waiting) == (State.NOT_OBSERVABLE, "Hidden.", False)
    builder.enough()
    assert builder.verdict(good="Well.").state is State.HEALTHY
