"""When a stored picture is the present, and what is said when it is not."""

import pytest

from planes.live.stream import VALKEY_AWAY
from planes.live.wire import Lateness, Pulse
from planes.store.freshness import CLOCKS_APART, NO_NEWS, Freshness, believed, freshness_of, lateness, seen, with_trouble
from planes.store.selectors import ClusterHead
from planes.structs.rows import ClusterRow
from planes.structs.time_tokens import render

NOW = 1000.0


def test_a_picture_is_the_present_for_5_s_after_collector_and_server_were_heard() -> None:
    assert lateness(Freshness(NOW - 4.9, NOW - 4.9), NOW) is None


def test_a_silent_collector_comes_before_a_silent_server() -> None:
    late = lateness(Freshness(NOW - 31, NOW - 40), NOW)
    assert late is not None
    assert (late.cause, late.since) == ("collector", NOW - 31)
    assert render(late.because, NOW) == "Its collector last reported 31 s ago."


def test_a_silent_server_is_told_with_its_age() -> None:
    late = lateness(Freshness(NOW - 1, NOW - 9), NOW)
    assert late is not None
    assert late.cause == "cluster"
    assert render(late.because, NOW + 3) == "Its API server last answered 12 s ago."


def test_what_was_never_collected_or_never_answered_is_said_so() -> None:
    never = lateness(Freshness(None, None), NOW)
    unheard = lateness(Freshness(NOW, None), NOW)
    assert never == Lateness("never", "This cluster has not been collected yet.", None)
    assert unheard is not None
    assert unheard.cause == "cluster"


def test_a_late_collector_makes_everything_unknown_with_its_last_known_state() -> None:
    late = lateness(Freshness(NOW - 31, NOW - 31), NOW)
    assert seen("healthy", "", "All is well.", late).state == "unknown"
    assert seen("healthy", "", "All is well.", late).last == "healthy"
    assert seen("unknown", "down", "It is away.", late).last == "down"
    assert seen("not_observable", "", "Hidden.", late).because.endswith("Last known: not observable.")
    assert seen("unknown", "", "Never seen.", late).last == ""


def test_what_the_collector_itself_says_of_a_silent_server_stands() -> None:
    late = lateness(Freshness(NOW, NOW - 60), NOW)
    assert seen("down", "", "It refuses connections.", late).state == "down"
    assert seen("healthy", "", "All is well.", None).state == "healthy"


def test_a_moment_ahead_of_our_clock_is_late_for_nobody_can_tell_its_age() -> None:
    late = lateness(Freshness(NOW + 3600, NOW + 3600), NOW)
    assert late is not None
    assert (late.cause, late.since) == ("clocks", None)
    assert late.because == "The clocks of this server and its collector differ by 1 h, so its age is unknown."
    assert (seen("healthy", "", "All is well.", late).state, seen("healthy", "", "All is well.", late).last) == (
        "unknown",
        "healthy",
    )


def test_clocks_that_are_kept_in_step_are_not_said_to_disagree() -> None:
    assert lateness(Freshness(NOW + CLOCKS_APART, NOW), NOW) is None


def test_a_pulse_that_would_have_expired_long_ago_is_of_another_clock_and_not_of_a_silent_collector() -> None:
    kept = lateness(Freshness(NOW - 3600, NOW - 3600, 60.0), NOW)
    stored = lateness(Freshness(NOW - 3600, NOW - 3600), NOW)
    silent = lateness(Freshness(NOW - 50, NOW - 50, 60.0), NOW)
    assert [one and one.cause for one in (kept, stored, silent)] == ["clocks", "collector", "collector"]


@pytest.mark.parametrize(
    ("behind", "age", "cause"),
    [
        (20.0, 0.4, "clocks"),  # written just now by a clock that is 20 s behind
        (62.0, 1.0, "clocks"),
        (5.1, 0.1, "clocks"),
        (20.0, 20.0, "collector"),
        (23.0, 20.0, "collector"),
        (1.0, 0.4, None),
        (4.9, 0.4, None),
    ],
)
def test_a_clock_that_is_behind_is_told_from_a_silent_collector_by_who_keeps_its_pulses(
    behind: float, age: float, cause: str | None
) -> None:
    late = lateness(Freshness(NOW - behind, NOW - 0.5, 60.0, age), NOW)
    assert (late and late.cause) == cause
    if late is not None and cause == "clocks":
        assert late.apart == behind
    if late is not None and cause == "collector":
        assert late.since == NOW - 20.0, "by the clock of who keeps it"


@pytest.mark.parametrize("off", [20.0, -20.0, 3605.0, 7.0])
@pytest.mark.parametrize(
    ("dead", "cause"), [(0.4, "clocks"), (4.9, "clocks"), (5.1, "collector"), (20.0, "collector"), (59.0, "collector")]
)
def test_a_collector_that_died_is_silent_since_then_however_wrong_its_clock_was(off: float, dead: float, cause: str) -> None:
    """Clocks that disagree would agree by themselves, some time after the last pulse: then what is dead would be live."""
    pulse = NOW - dead + off
    late = lateness(Freshness(pulse, pulse, 60.0, dead), NOW)
    assert late is not None
    assert late.cause == cause
    told = believed(Freshness(pulse, pulse, 60.0, dead), late)
    if cause == "collector":
        assert late.since is not None
        assert late.since == pytest.approx(NOW - dead, abs=0.06)
        assert told.collected_at == late.since
        assert told.heard_at in (pulse, late.since)
        assert told.heard_at <= late.since
    else:
        assert (told.collected_at, told.heard_at) == (pulse, pulse)


@pytest.mark.parametrize(("silence", "late"), [(None, False), (5.0, False), (5.1, True)])
def test_what_is_stored_vouches_for_nothing_once_valkey_has_been_silent_for_5_s(silence: float | None, late: bool) -> None:
    """Open pages hear nothing then: what is asked for anew says what they say."""
    fresh = Freshness(NOW - 1, NOW - 1, trouble=VALKEY_AWAY, silence=silence)
    found = lateness(fresh, NOW)
    assert (found is not None) == late
    if found is not None:
        assert (found.cause, found.since, found.brief) == ("collector", NOW - 5.1, VALKEY_AWAY)
        assert render(found.because, NOW) == "Valkey does not answer. The last news of it is 5 s old."
        assert believed(fresh, found).collected_at == NOW - 5.1, "whoever is shown the picture judges the same"


def test_what_was_stored_before_valkey_fell_silent_is_as_old_as_it_is() -> None:
    late = lateness(Freshness(NOW - 20, NOW - 20, trouble=VALKEY_AWAY, silence=8.0), NOW)
    assert late is not None
    assert late.since == NOW - 20
    assert render(late.because, NOW) == "Valkey does not answer. The last stored state is 20 s old."


@pytest.mark.parametrize(("age", "late"), [(4.9, False), (5.1, True)])
def test_what_is_stored_vouches_for_nothing_once_its_pulses_have_stopped(age: float, late: bool) -> None:
    """Valkey answers and takes nothing: it is full, or does not hear the collector."""
    written = Pulse(pulse=NOW - age, heard=NOW - age, epoch="7", o=3)
    stored = ClusterHead(1, "prod", "prod", "demo", "", "", True, 7, 3, NOW - 0.5, ClusterRow())
    found = lateness(with_trouble(freshness_of(stored, written, lambda _: age), ""), NOW)
    assert (found is not None) == late
    if found is not None:
        assert (found.cause, found.since, found.brief) == ("collector", NOW - 5.1, NO_NEWS)
        assert render(found.because, NOW) == "Valkey takes no news. The last news of it is 5 s old."


@pytest.mark.parametrize(
    ("fault", "heard", "said"),
    [
        ("unauthenticated", NOW - 240, "The API server has refused Planewatch's credentials since it last answered 4 min ago."),
        ("unauthenticated", None, "The API server has refused Planewatch's credentials."),
        ("refused", NOW - 240, "Its API server last answered 4 min ago."),
        ("something newer", None, "Its API server has not answered yet."),
    ],
)
def test_who_is_to_blame_is_told_where_it_is_not_that_nobody_answers(fault: str, heard: float | None, said: str) -> None:
    late = lateness(Freshness(NOW, heard, fault=fault), NOW)
    assert late is not None
    assert (late.cause, render(late.because, NOW)) == ("cluster", said)


@pytest.mark.parametrize(
    ("pulse", "heard", "cause"),
    [
        (NOW - 3.0, NOW - 6.0, "collector"),  # it had heard in time, and then stood still
        (NOW - 2.0, NOW - 6.0, "cluster"),  # it pulses
        (NOW - 3.0, NOW - 8.1, "cluster"),  # it said so itself
        (NOW - 4.9, NOW - 4.9, None),
    ],
)
def test_a_collector_that_stands_still_is_not_told_as_a_silent_api_server(pulse: float, heard: float, cause: str | None) -> None:
    late = lateness(Freshness(pulse, heard, 60.0), NOW)
    assert (late and late.cause) == cause


def test_what_is_wrong_with_planewatch_itself_is_why_a_picture_is_late_and_nothing_while_it_is_not() -> None:
    said = "Planewatch's database takes no writes (it is read-only)."
    late = lateness(Freshness(NOW - 12, NOW - 12, 60, trouble=said), NOW)
    assert late is not None
    assert render(late.because, NOW) == f"{said} The last stored state is 12 s old."
    assert late.brief == said
    assert lateness(Freshness(NOW - 1, NOW - 1, 60, trouble=said), NOW) is None


def test_while_valkey_is_away_nobody_blames_the_api_server() -> None:
    """What was stored of when it answered is as old as the last change of the cluster's row, and says nothing."""
    late = lateness(Freshness(NOW - 3, NOW - 300, trouble="Valkey does not answer."), NOW)
    assert late is not None
    assert (late.cause, late.brief) == ("collector", "Valkey does not answer.")
    assert render(late.because, NOW) == "Valkey does not answer. The last stored state is 3 s old."
    assert lateness(Freshness(NOW - 3, NOW - 4, trouble="Valkey does not answer."), NOW) is None, "it was stored just now"
    late = lateness(Freshness(NOW - 3, NOW - 300, fault="unreachable", trouble="Valkey does not answer."), NOW)
    assert late is not None
    assert late.cause == "cluster", "its collector has found that it is unreachable"
