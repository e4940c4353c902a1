"""docs/wire.md tells the truth: its examples are what the product's own types decode, and leave nothing out."""

import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.conf import settings

from dashboard import consumers, hub
from planes.components.registry import FIGURES
from planes.live import stream, wire

TEXT = (Path(settings.BASE_DIR) / "docs" / "wire.md").read_text()
EXAMPLES = dict(re.findall(r"<!-- (\w+) -->\n```json\n(.*?)```", TEXT, re.DOTALL))


def example(name: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(EXAMPLES[name])
    return told


def test_the_snapshots_example_is_exactly_what_the_type_encodes() -> None:
    decoded = msgspec.json.decode(EXAMPLES["Snapshot"], type=wire.Snapshot)
    assert json.loads(msgspec.json.encode(decoded)) == example("Snapshot")


@pytest.mark.parametrize("kind", wire.Message.__args__, ids=lambda kind: kind.__name__)
def test_every_message_has_an_example_that_is_exactly_what_its_type_encodes(kind: type[wire.Message]) -> None:
    message: wire.Message = msgspec.json.decode(EXAMPLES[kind.__name__], type=wire.Message)
    assert type(message) is kind
    assert json.loads(wire.encode(message)) == example(kind.__name__)


def test_no_other_messages_are_told() -> None:
    assert EXAMPLES.keys() == {"Snapshot", *(kind.__name__ for kind in wire.Message.__args__)}


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        (wire.Pulse, "pulse"),
        (wire.Delta, "u"),
        (wire.Heartbeats, "beats"),
        (wire.KeepAlive, "hb"),
        (wire.Resync, "resync"),
        (wire.Gone, "gone"),
        (wire.WallChanged, "changed"),
        (wire.WallPulse, "slug"),
    ],
)
def test_a_page_of_before_messages_had_a_type_still_knows_each_by_its_key(kind: type[wire.Message], key: str) -> None:
    """Until it has heard of the upgrade. In this order such a page looked for what is true."""
    of_a_wall = kind in (wire.WallChanged, wire.WallPulse)
    keys = ["hb", "resync", "changed", "slug"] if of_a_wall else ["pulse", "u", "beats", "hb", "resync", "gone"]
    told = example(kind.__name__)
    assert next(one for one in keys if told.get(one)) == key


def test_the_snapshots_example_holds_every_column_once_each() -> None:
    snapshot = msgspec.json.decode(EXAMPLES["Snapshot"], type=wire.Snapshot)
    assert snapshot.columns == wire.NODE_COLUMNS
    assert tuple(snapshot.nodes) == wire.NODE_COLUMNS
    assert {len(values) for values in snapshot.nodes.values()} == {1}
    told = TEXT[TEXT.index("The columns of a node:") : TEXT.index("States by code:")]
    assert tuple(re.findall(r"`(\w+)`", told)) == wire.NODE_COLUMNS


def test_the_states_and_their_codes_are_told() -> None:
    told = TEXT[TEXT.index("States by code:") : TEXT.index("## Following")]
    assert re.findall(r"(\d) `(\w+)`", told) == [(str(code), state) for code, state in enumerate(wire.STATES)]


def test_the_values_of_a_sample_are_told_in_their_order() -> None:
    told = TEXT[TEXT.index("`series` are the samples") : TEXT.index("What was not observed is null, and while")]
    assert re.findall(r"`(\w+)`", told)[1:] == ["at", *(one.key for one in FIGURES)]


def test_the_bounds_are_told() -> None:
    for words in (
        f"{hub.QUEUE_MESSAGES} messages or {hub.QUEUE_SIZE // 1024} k characters",
        f"every {hub.KEEPALIVE:g} s",
        f"of clusters of up to {stream.HEARTBEATS_TOLD} nodes",
        f"more than {consumers.INCOMING_MESSAGES} messages, or more than {consumers.INCOMING_SIZE // 1024} kB",
        f"closed with {consumers.TOO_CHATTY}",
        f"or no longer: {consumers.SIGNED_OUT}",
        f"closed with {consumers.NO_SUCH_CLUSTER}",
    ):
        assert words in TEXT, words
