"""Observations held against whole verdicts: tables/*.txt, in the form of a session with Python.

After a meant change of a rule, `python -m tests.components.test_tables` writes what is said now. Read the difference before you
keep it.
"""

import doctest
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.components import making, telling

TABLES = sorted((Path(__file__).parent / "tables").glob("*.txt"))
NAMES: dict[str, Any] = {**vars(telling), **vars(making), "replace": replace}


def said(source: str) -> str:
    told = eval(source, dict(NAMES))  # noqa: S307 -- the tables are our own
    return f"{told}\n"


def rows() -> list[Any]:
    parse = doctest.DocTestParser().get_examples
    return [
        pytest.param(row.source, row.want, id=f"{path.stem}-{row.lineno + 1}") for path in TABLES for row in parse(path.read_text())
    ]


@pytest.mark.parametrize(("source", "want"), rows())
def test_a_verdict_is_word_for_word_as_the_table_says(source: str, want: str) -> None:
    assert said(source) == want


if __name__ == "__main__":
    for path in TABLES:
        parts = doctest.DocTestParser().parse(path.read_text())
        path.write_text("".join(part if isinstance(part, str) else f">>> {part.source}{said(part.source)}" for part in parts))
