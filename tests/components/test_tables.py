"""Observations held against state, cause and due: tables/*.txt, as a session with Python. What is said is in sentences/.

The rules are those of signals.md, and so are the expectations. After a meant change of a rule,
`python -m tests.components.test_tables` writes what is judged now. Read the difference before you keep it.
"""

import doctest
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from planes.components.verdict_builder import Judged
from planes.structs.verdicts import Verdict
from tests.components import making, telling

TABLES = sorted((Path(__file__).parent / "tables").glob("*.txt"))
NAMES: dict[str, Any] = {**vars(telling), **vars(making), "replace": replace}


def judged(case: str) -> Judged | Verdict:
    """What is found of a case: an expression of `telling` and `making`."""
    found: Judged | Verdict = eval(case, dict(NAMES))  # noqa: S307 -- the tables are our own
    return found


def cases(paths: list[Path]) -> list[Any]:
    """Each case of these files, with what stands below it."""
    parse = doctest.DocTestParser().get_examples
    return [
        pytest.param(row.source, row.want, id=f"{path.stem}-{row.lineno + 1}") for path in paths for row in parse(path.read_text())
    ]


@pytest.mark.parametrize(("case", "want"), cases(TABLES))
def test_state_cause_and_due_are_as_the_table_says(case: str, want: str) -> None:
    assert telling.in_short(judged(case)) == want.strip()


def test_no_case_is_judged_twice() -> None:
    told = [(path.stem, row.values[0]) for path in TABLES for row in cases([path])]
    assert len(told) == len(set(told))


if __name__ == "__main__":
    for path in TABLES:
        parts = doctest.DocTestParser().parse(path.read_text())
        path.write_text(
            "".join(
                part if isinstance(part, str) else f">>> {part.source}{telling.in_short(judged(part.source))}\n" for part in parts
            )
        )
