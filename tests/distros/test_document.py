"""docs/distributions.md says what is said of the cases."""

import pytest

from tests.distros.document import DOCUMENT, TITLES, row
from tests.distros.living import Told
from tests.distros.replaying import Case, names

HINT = "python -m tests.distros --write"


def lines() -> list[str]:
    return DOCUMENT.read_text(encoding="utf-8").splitlines()


CASES = [pytest.param(name, marks=pytest.mark.case(name.partition("-")[0])) for name in names()]


@pytest.mark.parametrize("told", CASES, indirect=True)
def test_the_page_says_what_is_said_of_each_case(told: Told) -> None:
    assert row(told) in lines(), HINT


def test_the_page_has_every_case_and_no_other() -> None:
    told = [line.split(" | ")[0].removeprefix("| ") for line in lines() if line.startswith("| ")]
    assert told[2:] == [TITLES[Case.load(name).number] for name in names()], HINT
