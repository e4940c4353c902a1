"""docs/wire.md tells the truth: its examples are what the product's own types decode, and leave nothing out."""

import json
import re
from pathlib import Path

import msgspec
import pytest
from django.conf import settings

from dashboard import consumers, hub
from planes.components.registry import FIGURES
from planes.live import stream, wire

TEXT = (Path(settings.BASE_DIR) / "docs" / "wire.md").read_text()
EXAMPLES = dict(re.findall(r"<!-- (\w+) -->\n```json\n(.*?)```", TEXT, re.DOTALL))


def example(name: str) -> object:
    return json.loads(EXAMPLES[name])


@pytest.mark.parametrize(
    ("name", "kind"), [("Snapshot", wire.Snapshot), ("Delta", wire.Delta), ("Pulse", wire.Pulse), ("Beats", wire.Beats)]
)
def test_an_example_is_exactly_what_the_type_encodes(name: str, kind: type[msgspec.Struct]) -> None:
    decoded = msgspec.json.decode(EXAMPLES[name], type=kind)
    assert json.loads(msgspec.json.encode(decoded)) == example(name)


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


async def test_what_the_hub_itself_says_is_told() -> None:
    assert example("Resync") == json.loads(hub.RESYNC)
    assert example("Gone") == json.loads(consumers.GONE)
    said = json.loads(hub.Hub(lambda: NotImplemented, app="c6ab8bc2fe3f").heartbeat())
    told = example("Heartbeat")
    assert isinstance(told, dict)
    assert list(said) == list(told)
    assert said["app"] == told["app"]


def test_the_bounds_are_told() -> None:
    for words in (
        f"{hub.QUEUE_MESSAGES} messages or {hub.QUEUE_SIZE // 1024} k characters",
        f"every {hub.HEARTBEAT:g} s",
        f"of clusters of up to {stream.BEATS_TOLD} nodes",
        f"more than {consumers.INCOMING_MESSAGES} messages, or more than {consumers.INCOMING_SIZE // 1024} kB",
        f"closed with {consumers.TOO_CHATTY}",
        f"or no longer: {consumers.SIGNED_OUT}",
        f"closed with {consumers.NO_SUCH_CLUSTER}",
    ):
        assert words in TEXT, words
