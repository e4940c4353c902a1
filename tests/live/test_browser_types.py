"""The browser's types are those that the wire declares."""

from io import StringIO
from pathlib import Path

import msgspec
import pytest
from django.conf import settings
from django.core.management import call_command
from msgspec import inspect

from planes.live import wire
from planes.live.browser_types import NoCounterpartError, Writer, browser_types


def test_the_browsers_types_are_what_the_wire_declares() -> None:
    told = StringIO()
    call_command("wire_types", stdout=told)
    path = Path(settings.BASE_DIR) / "static" / "js" / "wire-types.js"
    assert path.read_text(encoding="utf-8") == told.getvalue(), "run: manage.py wire_types --write"


@pytest.mark.parametrize("kind", wire.Message.__args__, ids=lambda kind: kind.__name__)
def test_every_message_is_one_of_the_browsers_by_its_type(kind: type[wire.Message]) -> None:
    text = browser_types()
    assert f'@typedef {{{{ type: "{kind.__struct_config__.tag}", ' in text
    union = text[: text.rindex("} Message")].rpartition("{")[2]
    assert kind.__name__ in union.split(" | ")


class Fixed(msgspec.Struct, array_like=True):
    at: float
    why: str | None = None


class Sparse(msgspec.Struct, omit_defaults=True):
    whole: int
    some: tuple[Fixed, ...] = ()
    by_name: dict[str, list[int | float | None]] = {}


def test_what_is_left_out_where_it_has_its_default_may_be_missing_and_arrays_are_tuples() -> None:
    writer = Writer()
    assert writer.said(inspect.type_info(Sparse)) == "Sparse"
    assert writer.typedefs == {
        "Fixed": "[at: number, why: string | null]",
        "Sparse": "{ whole: number, some?: Fixed[], by_name?: Record<string, (number | null)[]> }",
    }


def test_nodes_are_told_by_their_columns_and_samples_by_their_time() -> None:
    text = browser_types()
    assert "@typedef {[at: number, ...figures: (number | null)[]]} SampleRow" in text
    assert "@typedef {[name: string, state: number, kubelet: number," in text


def test_a_name_stands_for_one_type_only() -> None:
    writer = Writer()
    writer.said(inspect.type_info(Fixed))
    other = msgspec.defstruct("Fixed", [("at", str)])
    with pytest.raises(NoCounterpartError, match="two types Fixed"):
        writer.said(inspect.type_info(other))


def test_what_has_no_counterpart_in_the_browser_is_refused() -> None:
    with pytest.raises(NoCounterpartError, match="Bytes"):
        Writer().said(inspect.type_info(bytes))
