"""The server turns the pages of a wall as the browser does: both are held to tests/js/rotations.json."""

from pathlib import Path

import msgspec
import pytest

from dashboard.rotation import Page, Sick, next_words, turn_at


class Case(msgspec.Struct):
    """`next`: False where nothing follows."""

    holds: str
    pages: list[tuple[str | None, int]]
    sick: list[str]
    now: float
    page: str | None
    next: str | bool | None
    left: float


CASES = msgspec.json.decode((Path(__file__).parents[1] / "js" / "rotations.json").read_bytes(), type=list[Case])


@pytest.mark.parametrize("case", CASES, ids=[one.holds for one in CASES])
def test_the_page_of_a_moment(case: Case) -> None:
    pages = [Page(slug, slug or "", seconds) for slug, seconds in case.pages]
    turn = turn_at(pages, [Sick(one, one) for one in case.sick], case.now)
    assert (turn.page.slug, turn.next.slug if turn.next else False, turn.left) == (case.page, case.next, case.left)
    assert turn.attention == bool(case.sick)


def test_what_comes_next_is_told_by_its_name() -> None:
    pages = [Page(None, "", 30), Page("a", "prod", 10)]
    assert [next_words(turn_at(pages, [], at)) for at in (17.5, 31)] == ["next: prod", "next: overview"]
    assert next_words(turn_at(pages[:1], [], 0)) == ""
