"""What is made of what was seen while something was broken."""

from collections.abc import Iterator

import pytest

from tests.reliability.rows import BACK, LIVE_FOR, Life, Place, Row, Seen, outcome, table
from tests.reliability.several import documented


def nothing(here: object) -> Iterator[None]:
    yield


def look(at: float, *, live: bool = True, red: bool = False, said: str = "") -> Seen:
    return Seen(at, 0.1, live=live, red=red, said=said)


def row(*, lasts: float = 0.0, dark: bool = False, red: bool = False) -> "Row[object]":
    return Row(name="It breaks", breaks=nothing, lasts=lasts, dark=dark, red=red)


def life(*looks: Seen, mended: float = 100.0, lines: tuple[tuple[float, str], ...] = ()) -> Life:
    """Broken at 100."""
    return Life(100.0, mended, [look(99.0), *looks], [(99.0, "before"), *lines])


def test_what_mends_itself_is_back_when_it_was_last_seen_otherwise() -> None:
    done = outcome(row(), life(look(101.0), look(103.0, live=False, said="away"), look(109.9, live=False), look(111.0)))
    assert [done.page, done.back] == [pytest.approx(3.1), pytest.approx(10.0)]
    assert done.wrong == ()
    assert done.how == "away"


def test_what_is_mended_counts_from_then() -> None:
    done = outcome(row(lasts=30.0), life(look(104.0, live=False), look(132.0, live=False), look(133.0), mended=130.0))
    assert done.back == pytest.approx(2.1)


def test_what_nobody_sees_is_no_interruption() -> None:
    done = outcome(row(), life(look(101.0), look(120.0), lines=((100.5, "it ended"),)))
    assert (done.page, done.line, done.back, done.how) == (None, 0.5, 0.0, "it ended")
    assert "| – | 0 s | no interruption | it ended |" in table([done], [])


@pytest.mark.parametrize(
    ("broken", "seen", "wrong"),
    [
        (
            row(),
            life(look(103.0, red=True, live=False, said="the kubelet is silent"), look(104.0)),
            "false red: the kubelet is silent",
        ),
        (row(red=True), life(look(103.0, red=True, live=False), look(104.0)), ""),
        (row(), life(look(103.0, live=False)), "not back"),
        (row(), life(look(101.0 + BACK, live=False), look(130.0)), "back after 26 s"),
        (
            row(lasts=30.0, dark=True),
            life(look(101.0 + LIVE_FOR), look(120.0, live=False), look(131.0), mended=130.0),
            "shown as live though nothing was known",
        ),
        (row(lasts=30.0, dark=True), life(look(107.0), look(109.0, live=False), look(131.0), mended=130.0), ""),
    ],
    ids=["false red", "true red", "never back", "late", "false green", "dark in time"],
)
def test_what_must_not_be_is_wrong(broken: "Row[object]", seen: Life, wrong: str) -> None:
    done = outcome(broken, seen)
    assert "; ".join(done.wrong) == wrong
    assert ("**Wrong" in table([done], [])) is bool(wrong)


def test_what_cannot_be_tried_says_why() -> None:
    place: Place[object] = Place("here", lambda: pytest.fail("started"))
    place.fault("a disk is full", needs=lambda: "no disk")(nothing)
    assert "not tried: no disk" in table([], [(place.rows[0], place.rows[0].needs())])


def test_the_documents_have_a_command_for_web_watch_and_jobs() -> None:
    web, watch, jobs = documented()
    assert web[1:3] == ["manage.py", "web"]
    assert {"--bind", "--port"} <= set(web)
    # As they are: no limit stands on the command line, where one could leave it out.
    assert watch[1:] == ["-m", "dashboard.worker", "--queues", "watch"]
    assert jobs[1:] == ["-m", "dashboard.worker", "--queues", "jobs"]
