"""The server and the browser render ages alike: one table (tests/js/ages.json), read here and by tests/js/ages.test.js."""

from pathlib import Path

import msgspec
import pytest

from dashboard.presenters import glued
from planes.structs import time_tokens


class Text(msgspec.Struct):
    text: str
    now: float
    shown: str


class Table(msgspec.Struct):
    durations: list[tuple[float, str]]
    texts: list[Text]
    glued: list[tuple[str, str]]


TABLE = msgspec.json.decode((Path(__file__).parents[1] / "js" / "ages.json").read_bytes(), type=Table)


@pytest.mark.parametrize(("seconds", "shown"), TABLE.durations)
def test_durations_read_as_the_browser_writes_them(seconds: float, shown: str) -> None:
    assert time_tokens.duration(seconds) == shown


@pytest.mark.parametrize("case", TABLE.texts, ids=lambda case: case.text)
def test_tokens_are_rendered_as_in_the_browser(case: Text) -> None:
    assert time_tokens.render(case.text, case.now) == case.shown


@pytest.mark.parametrize(("text", "shown"), TABLE.glued)
def test_numbers_and_their_units_are_kept_on_one_line_as_in_the_browser(text: str, shown: str) -> None:
    assert glued(text).replace("\u00a0", "_") == shown
