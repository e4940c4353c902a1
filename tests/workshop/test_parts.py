"""`make test` runs every part whatever another says, tells how long each took, and fails if any failed."""

import re
import sys
from pathlib import Path

import pytest

from tests import parts
from tests.parts import Part

TESTS = Path(__file__).parents[1]
GOOD = (sys.executable, "-S", "-c", "")
BAD = (sys.executable, "-S", "-c", "raise SystemExit(3)")


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "following", lambda: [Part("a", "is well", (GOOD,)), Part("b", "is not", (BAD, GOOD))])
    monkeypatch.setattr(parts, "BESIDE", Part("c", "says a word", ((sys.executable, "-S", "-c", "print('meanwhile')"),)))


@pytest.mark.usefixtures("few")
def test_all_parts_run_and_one_that_failed_fails_the_whole(capsys: pytest.CaptureFixture[str]) -> None:
    assert parts.main([]) == 1
    said = capsys.readouterr().out
    assert said.index("== a: is well") < said.index("== b: is not") < said.index("meanwhile")
    lines = [re.sub(r" +", " ", line) for line in said.splitlines()[-4:]]
    assert lines[:2] == ["a 0 s is well", "b 0 s FAILED is not"]
    assert lines[2].startswith("c 0 s says a word")
    assert lines[3].startswith("in all ")


@pytest.mark.usefixtures("few")
def test_named_parts_run_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert parts.main(["a"]) == 0
    assert "is not" not in capsys.readouterr().out


@pytest.mark.usefixtures("few")
def test_an_unknown_part_is_answered_with_those_that_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert parts.main(["d"]) == 64
    assert capsys.readouterr().err == "There is no part d; there are a, b, c.\n"


@pytest.mark.parametrize(
    ("mark", "folders"), [("browser", {"browser", "dashboard", "e2e"}), ("faults", {"faults"}), ("e2e", {"e2e"})]
)
def test_no_test_has_a_mark_where_no_part_looks_for_it(mark: str, folders: set[str]) -> None:
    marked = {path.relative_to(TESTS).parts[0] for path in TESTS.rglob("test_*.py") if f"pytest.mark.{mark}" in path.read_text()}
    assert marked - {"workshop"} == folders
