"""The builder of verdicts line by line, and when the API server or a feed has nothing to say."""

import math
from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest

from planes.components.verdict_builder import (
    VerdictBuilder,
    away_verdict,
    begin,
    check_gap,
    clause,
    feed_due,
    feed_gap,
    is_unproven,
    plural,
    reach_due,
    sentence,
    unknown,
    unreachable,
)
from planes.structs.moments import Mono
from planes.structs.observations import FeedSeen, ReachSeen
from planes.structs.verdicts import Evidence, State, Verdict
from tests.components.making import BROKEN, FORBIDDEN, NOT_SERVED, NOW, REFUSED, THRESHOLDS


def line(state: State = State.HEALTHY, now: str = "so", at: Mono | None = NOW) -> Evidence:
    return Evidence("signal", now, "otherwise", state, "source", at)


# --- weighing -------------------------------------------------------------------------------------------------------------------


def test_one_good_line_that_is_enough_makes_it_healthy_and_others_do_not() -> None:
    builder = VerdictBuilder()
    builder.good(line())
    builder.line = "short"
    assert builder.verdict(good="Well.", hidden="Not seen.") == Verdict(
        state=State.NOT_OBSERVABLE, because="Not seen.", evidence=(line(),), line="short", cause="hidden"
    )
    builder.good(line(), principal=True)
    builder.good(line())
    assert builder.verdict(good="Well.", hidden="Not seen.") == Verdict(
        state=State.HEALTHY, because="Well.", evidence=(line(),) * 3, line="short"
    )


def test_the_good_lines_so_far_may_be_called_enough() -> None:
    builder = VerdictBuilder()
    builder.enough()
    assert builder.verdict(good="Well.") == Verdict(state=State.HEALTHY, because="Well.", line="", cause="")


def test_what_is_hidden_says_why_for_the_first_that_does() -> None:
    builder = VerdictBuilder()
    builder.hidden(line(State.NOT_OBSERVABLE))
    builder.hidden(line(State.NOT_OBSERVABLE), "The first.")
    builder.hidden(line(State.NOT_OBSERVABLE), "The second.")
    made = builder.verdict(good="Well.", hidden="Not seen.")
    assert (made.because, made.line, made.cause, len(made.evidence)) == ("The first.", "not observable", "hidden", 3)
    assert VerdictBuilder().verdict(good="Well.").because == ""


def test_what_cannot_be_trusted_is_unknown_for_the_first_reason_unless_something_is_worse() -> None:
    builder = VerdictBuilder()
    builder.good(line(), principal=True)
    builder.unsure(line(State.UNKNOWN), "It cannot be seen.", "feed-stale", waiting=True, hold=4.0)  # who waits has not looked
    builder.unsure(line(State.UNKNOWN), "Nor that.", "waiting")
    builder.line = "short"
    builder.due(Mono(7.0))
    builder.ripens(Mono(9.0))
    evidence = (line(), line(State.UNKNOWN), line(State.UNKNOWN))
    assert builder.verdict(good="Well.") == Verdict(
        state=State.UNKNOWN,
        because="It cannot be seen.",
        evidence=evidence,
        line="short",
        due=Mono(7.0),
        cause="feed-stale",
        waiting=True,
        hold=4.0,
        ripe=Mono(math.inf),
    )
    builder.bad(line(State.DEGRADED), "It is slow.", "latency", hold=5.0, line="slow")
    assert builder.verdict(good="Well.") == Verdict(
        state=State.DEGRADED,
        because="It is slow.",
        evidence=(*evidence, line(State.DEGRADED)),
        line="slow",
        due=Mono(7.0),
        cause="latency",
        hold=5.0,
        ripe=Mono(math.inf),
        doubt=("It cannot be seen.", "feed-stale"),
    )


def test_a_line_that_is_not_to_be_trusted_is_by_itself_neither_waited_for_nor_held() -> None:
    builder = VerdictBuilder()
    builder.unsure(line(State.UNKNOWN), "It cannot be seen.", "feed-stale")
    made = builder.verdict(good="Well.")
    assert (made.waiting, made.hold, made.due, made.ripe) == (False, 0.0, None, None)


def test_what_is_bad_by_itself_is_held_for_nothing_and_doubted_by_nobody() -> None:
    builder = VerdictBuilder()
    builder.line = "short"
    builder.worse(State.DOWN, "It is down.", "odd")
    made = builder.verdict(good="Well.")
    assert (made.hold, made.line, made.doubt, made.evidence) == (0.0, "short", None, ())


def test_the_short_line_is_that_of_the_worst_that_has_one() -> None:
    builder = VerdictBuilder()
    builder.line = "short"
    builder.worse(State.DEGRADED, "A.", "skew", line="skewed")
    builder.worse(State.DEGRADED, "B.", "latency", line="slow")
    builder.worse(State.DOWN, "C.", "odd")
    assert builder.verdict(good="Well.").line == "slow"


@pytest.mark.parametrize("state", [State.HEALTHY, State.NOT_OBSERVABLE])
def test_what_is_well_or_hidden_falls_due_too(state: State) -> None:
    builder = VerdictBuilder()
    if state is State.HEALTHY:
        builder.enough()
    builder.ripens(Mono(7.0))
    made = builder.verdict(good="Well.")
    assert (made.state, made.due) == (state, 7.0)
    assert made.ripe == 7.0


def test_it_falls_due_when_the_first_may_turn_and_is_ripe_when_the_last_has_spoken() -> None:
    for moments in permutations((5.0, 7.0, 6.0)):
        builder = VerdictBuilder()
        builder.enough()
        for moment in moments:
            builder.ripens(Mono(moment))
        made = builder.verdict(good="Well.")
        assert (made.due, made.ripe) == (5.0, 7.0)
    builder.awaits()
    assert builder.verdict(good="Well.").ripe == math.inf


#: What refuses work now, what works with a fault, what is slow or restless, what will do harm later.
HARM = (
    (
        *("webhook", "errors", "half-reachable", "no-endpoints", "etcd-check", "etcd-errors", "no-work-done"),
        *("lease-gone", "lease-released", "lease-frozen", "check-livez", "certificate-over"),
    ),
    ("pod-not-ready", "replicas"),
    ("latency", "etcd-latency", "failovers", "restarts", "flapping"),
    ("certificate", "skew"),
)


@pytest.mark.parametrize("rank", range(len(HARM) - 1))
def test_what_does_more_harm_now_is_said_first_whatever_was_found_first(rank: int) -> None:
    for worse in HARM[rank]:
        for better in HARM[rank + 1]:
            builder = VerdictBuilder()
            builder.worse(State.DEGRADED, "The one.", better)
            builder.worse(State.DEGRADED, "The other.", worse)
            assert builder.verdict(good="Well.").cause == worse


def test_sentences_go_on_in_the_middle_of_another() -> None:
    builder = VerdictBuilder()
    for cause, said in (
        ("a", "First?"),
        ("b", "Itself one."),
        ("c", "Its pod is odd."),
        ("d", "API servers differ"),
        ("e", "Only one."),
    ):
        builder.worse(State.DEGRADED, said, cause)
    assert builder.verdict(good="Well.").because == "First? Also: Itself one; its pod is odd; API servers differ; only one."


# --- an API server that does not answer -----------------------------------------------------------------------------------------

HEARD = ReachSeen(heard_at=NOW - 1)
WAITING = ("Waiting for the first answer of the API server.", None, True)


def failing(since: float, **more: Any) -> ReachSeen:
    return replace(HEARD, fault=REFUSED, failing_since=Mono(since), **more)


@pytest.mark.parametrize(
    ("reach", "away"),
    [
        (HEARD, None),
        (ReachSeen(), WAITING),
        (ReachSeen(heard_at=NOW - 30.0), None),
        (
            ReachSeen(heard_at=NOW - 30.1),
            (f"No word from the API server for ⟨a:{NOW - 30.1:.1f}⟩.", NOW - 30.1, False),
        ),
        (failing(NOW - 2.9), None),
        (failing(NOW - 3.0), ("10.0.0.1:6443 refuses connections.", NOW - 3.0, False)),
        (failing(NOW - 2.9, heard_at=None), ("10.0.0.1:6443 refuses connections.", NOW - 2.9, False)),
        (failing(NOW - 9.0, flowing=True), None),
        (failing(NOW - 9.0, flowing=True, heard_at=None), WAITING),
        (replace(HEARD, fault=REFUSED), None),
        (replace(HEARD, failing_since=NOW - 9.0), None),
    ],
)
def test_the_api_server_is_away_when_it_failed_for_three_seconds_or_was_not_heard_for_thirty(
    reach: ReachSeen, away: tuple[str, Mono | None, bool] | None
) -> None:
    assert unreachable(reach, NOW, THRESHOLDS) == away
    begun = begin(reach, NOW, THRESHOLDS)
    if away is not None:
        assert begun == away_verdict(away)
        return
    assert isinstance(begun, VerdictBuilder)
    assert begun.verdict(good="").due == reach_due(reach, THRESHOLDS)


def test_what_is_seen_through_an_api_server_that_is_away_says_so() -> None:
    assert away_verdict(("It is away.", NOW - 5, False)) == unknown(
        "It is away.",
        "unreachable",
        (
            Evidence(
                "API server answers",
                "no: It is away",
                "every request is answered",
                State.UNKNOWN,
                "the collector's requests",
                NOW - 5,
            ),
        ),
    )
    waits = away_verdict(WAITING)
    assert (waits.evidence[0].now, waits.waiting, waits.cause, waits.state) == (
        "waiting for the first answer",
        True,
        "unreachable",
        State.UNKNOWN,
    )
    assert unknown("x", "y", due=Mono(7.0)) == Verdict(state=State.UNKNOWN, because="x", cause="y", due=Mono(7.0))


# --- a feed that does not tell --------------------------------------------------------------------------------------------------


def feed(**spoilt: Any) -> FeedSeen:
    return replace(FeedSeen(name="nodes", listed_at=NOW - 100, heard_at=NOW - 50), **spoilt)


@pytest.mark.parametrize(
    ("seen", "gap"),
    [
        (feed(), None),
        (feed(listed_at=None), ("waiting for the first answer", State.UNKNOWN, None)),
        (feed(listed_at=None, fault=BROKEN), ("the first read failed (the server answers 500)", State.UNKNOWN, None)),
        (feed(fault=BROKEN, failing_since=NOW - 15), None),
        (
            feed(fault=BROKEN, failing_since=NOW - 15.1),
            (f"reads have failed for ⟨a:{NOW - 15.1:.1f}⟩ (the server answers 500)", State.UNKNOWN, NOW - 50),
        ),
        (feed(fault=BROKEN), None),
        (
            feed(fault=FORBIDDEN, failing_since=NOW - 5),
            (
                f"permission lost ⟨a:{NOW - 5:.1f}⟩ ago; needs list and watch on nodes",
                State.NOT_OBSERVABLE,
                NOW - 5,
            ),
        ),
        (
            feed(fault=FORBIDDEN, failing_since=NOW - 5, listed_at=None),
            ("not permitted; needs list and watch on nodes", State.NOT_OBSERVABLE, NOW - 5),
        ),
        (feed(fault=FORBIDDEN), ("not permitted; needs list and watch on nodes", State.NOT_OBSERVABLE, None)),
        (feed(fault=NOT_SERVED, failing_since=NOW - 5), ("not served by this API server", State.NOT_OBSERVABLE, NOW - 5)),
        (feed(proven_at=NOW - 15), None),
        (feed(proven_at=NOW - 15.1), (f"nothing received for ⟨a:{NOW - 15.1:.1f}⟩", State.UNKNOWN, NOW - 15.1)),
        (feed(proven_at=NOW - 15.1, patience=60.0), None),
        (
            feed(proven_at=NOW - 60.1, patience=60.0),
            (f"nothing received for ⟨a:{NOW - 60.1:.1f}⟩", State.UNKNOWN, NOW - 60.1),
        ),
        (
            feed(proven_at=NOW - 20, fault=BROKEN, failing_since=NOW - 10),
            (f"nothing received for ⟨a:{NOW - 20:.1f}⟩", State.UNKNOWN, NOW - 20),
        ),
    ],
)
def test_a_feed_has_a_gap_when_it_may_not_tell_never_told_or_has_not_told_for_too_long(
    seen: FeedSeen, gap: tuple[str, State, Mono | None] | None
) -> None:
    found = feed_gap(seen, "nodes", "readable", NOW, THRESHOLDS)
    assert found == (None if gap is None else Evidence("nodes", gap[0], "readable", gap[1], "nodes", gap[2]))


def test_a_feed_that_proves_nothing_of_itself_is_not_unproven() -> None:
    assert not is_unproven(feed(), NOW, THRESHOLDS)
    assert [is_unproven(feed(proven_at=NOW - age), NOW, THRESHOLDS) for age in (15.0, 15.1)] == [False, True]


@pytest.mark.parametrize(
    ("seen", "due"),
    [
        (feed(), None),
        (feed(failing_since=NOW - 5), NOW + 10),
        (feed(proven_at=NOW - 5), NOW + 10),
        (feed(proven_at=NOW - 5, patience=60.0), NOW + 55),
        (feed(proven_at=NOW - 5, failing_since=NOW - 9), NOW + 6),
        (feed(proven_at=NOW - 9, failing_since=NOW - 5), NOW + 6),
    ],
)
def test_a_feed_is_looked_at_when_it_may_have_a_gap(seen: FeedSeen, due: float | None) -> None:
    assert feed_due(seen, THRESHOLDS) == due


@pytest.mark.parametrize(
    ("gap", "principal", "told"),
    [
        # Hidden where nobody may see it.
        (line(State.NOT_OBSERVABLE, "not permitted"), True, (State.NOT_OBSERVABLE, "It: not permitted.", "hidden", False, None)),
        (line(State.NOT_OBSERVABLE, "not permitted"), False, (State.NOT_OBSERVABLE, "It: not permitted.", "hidden", False, None)),
        # Unsure where it would have decided.
        (line(State.UNKNOWN, "not readable"), True, (State.UNKNOWN, "It: not readable.", "feed-stale", False, None)),
        (
            line(State.UNKNOWN, "waiting for it", None),
            True,
            (State.UNKNOWN, "Waiting for the first answer.", "waiting", True, math.inf),
        ),
        (line(State.UNKNOWN, "waiting for it"), True, (State.UNKNOWN, "It: waiting for it.", "feed-stale", False, None)),
        (
            line(State.UNKNOWN, "could not be read", None),
            True,
            (State.UNKNOWN, "It: could not be read.", "feed-stale", False, math.inf),
        ),
        # A line beside others decides nothing; what was never told may still speak.
        (line(State.UNKNOWN, "not readable"), False, (State.HEALTHY, "Well.", "", False, None)),
        (line(State.UNKNOWN, "waiting for it", None), False, (State.HEALTHY, "Well.", "", False, math.inf)),
    ],
)
def test_a_feed_with_a_gap_weighs_as_much_as_it_decides(
    gap: Evidence, principal: bool, told: tuple[State, str, str, bool, float | None]
) -> None:
    builder = VerdictBuilder()
    if told[0] is State.HEALTHY:
        builder.enough()
    check_gap(builder, gap, principal=principal, said="It")
    made = builder.verdict(good="Well.")
    assert (made.state, made.because, made.cause, made.waiting, made.ripe) == told
    assert made.evidence == (gap,)


def test_a_hidden_line_of_which_nothing_is_to_be_said_says_nothing() -> None:
    builder = VerdictBuilder()
    check_gap(builder, line(State.NOT_OBSERVABLE), principal=False, said="")
    assert builder.verdict(good="Well.", hidden="Otherwise.").because == "Otherwise."


# --- words ----------------------------------------------------------------------------------------------------------------------


def test_a_sentence_has_its_full_stop_and_a_clause_has_none() -> None:
    assert [sentence(text) for text in ("It is", "It is.", "Is it?", "")] == ["It is.", "It is.", "Is it?", ""]
    assert [clause(text) for text in ("it is", "it is. ", "it is ...")] == ["it is", "it is", "it is "]


def test_one_is_called_one_and_more_are_called_many() -> None:
    assert [plural(count, "pod") for count in (0, 1, 2, 1200)] == ["0 pods", "1 pod", "2 pods", "1,200 pods"]
    assert [plural(count, "is", "are") for count in (1, 2)] == ["1 is", "2 are"]
