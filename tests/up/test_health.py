"""A part that stands still is noticed, ended and started again; and `status` is told of it."""

import asyncio
import os
import signal
import time
from pathlib import Path

import msgspec
import pytest

from planes.up import health, part
from planes.up.health import HUNG, NEVER_ALIVE, PAUSE, Health, PartHealth, Silence, troubles
from planes.up.part import BEATS_FD
from planes.up.supervisor import Supervisor
from tests.up.processes import until
from tests.up.test_part import FOR_EVER, python, running

BEATS = f"""
import os, time
while True:
    os.write(int(os.environ["{BEATS_FD}"]), b".")
    time.sleep(0.05)
"""


def asked(*answers: tuple[float, bool]) -> Silence:
    """Asked at these moments, with these answers; begun at 0."""
    made = Silence(0.0)
    for at, alive in answers:
        made.look(alive, at)
    return made


@pytest.mark.parametrize(
    ("silence", "now", "too_long"),
    [
        (asked((1.0, True)), 1.0 + HUNG, False),
        (asked((1.0, True)), 1.1 + HUNG, True),
        (asked((1.0, False), (5.0, False)), NEVER_ALIVE, False),
        (asked((1.0, False), (5.0, False)), NEVER_ALIVE + 0.1, True),
        (asked((1.0, True), (5.0, False), (9.0, True)), 9.0 + HUNG, False),
        (asked((1.0, True), (1.0 + PAUSE, False)), 1.1 + HUNG, True),
        (asked((1.0, True), (101.0, False)), 101.0 + HUNG, False),
        (asked((1.0, True), (101.0, False)), 101.1 + HUNG, True),
    ],
    ids=["alive", "hung", "starts", "never starts", "again", "asked in time", "we slept", "hung after we slept"],
)
def test_silence_is_counted_by_what_was_asked(silence: Silence, now: float, too_long: bool) -> None:
    assert silence.is_too_long(now) is too_long


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(part, "EVERY", 0.1)
    monkeypatch.setattr(health, "HUNG", 0.6)
    monkeypatch.setattr(part, "SILENT", 0.3)


@pytest.mark.usefixtures("hasty")
async def test_a_part_that_is_stopped_is_ended_and_started_again_and_that_is_said(tmp_path: Path) -> None:
    said: list[str] = []
    async with running(python(BEATS, beats=True), tmp_path, said) as one:
        await until(lambda: one.health().state == "works", "its first beat")
        assert one.pid is not None
        first = one.pid
        os.kill(first, signal.SIGSTOP)
        await until(lambda: one.health().state == "silent", "its silence", within=5)
        await until(lambda: one.pid not in (None, first), "its second life", within=10)
        await until(lambda: one.health().state == "works", "its work again")
    assert len(said) == 1
    assert said[0].startswith("The part did not answer for 1 s and was ended; it restarts in ")


@pytest.mark.usefixtures("hasty")
async def test_a_part_that_runs_and_does_not_answer_is_ended_too(tmp_path: Path) -> None:
    answers = [True, True]

    async def alive() -> bool:
        return bool(answers) and answers.pop()

    async with running(python(FOR_EVER, ready=alive), tmp_path, []) as one:
        await until(lambda: one.restarts > 0, "its end", within=10)


@pytest.mark.usefixtures("hasty")
async def test_a_part_of_which_nothing_is_known_is_left_alone(tmp_path: Path) -> None:
    async with running(python(FOR_EVER), tmp_path, []) as one:
        await until(lambda: one.health().state == "works", "its start")
        await asyncio.sleep(1.0)
        assert one.restarts == 0


async def test_how_the_parts_are_stands_in_the_data_directory_while_they_run(tmp_path: Path) -> None:
    supervisor = Supervisor(tmp_path, lambda _: None, tmp_path)

    async def begin() -> None:
        supervisor.start(python(FOR_EVER), stage=1)
        await until(lambda: (seen := health.read(tmp_path)) is not None and bool(seen.parts), "word of it")
        os.kill(os.getpid(), signal.SIGTERM)

    await supervisor.run(begin)
    assert health.read(tmp_path) is None


def told(tmp_path: Path, state: str, *, age: float = 0.0) -> list[str]:
    now = time.time()
    one = PartHealth("watch", "The watch worker", state, now - 9.0)
    health.path(tmp_path).write_bytes(msgspec.json.encode(Health(now - age, (one,))))
    return troubles(tmp_path, now)


def test_what_is_wrong_is_a_sentence_each(tmp_path: Path) -> None:
    assert troubles(tmp_path, 0.0) == [], "no up has run"
    assert told(tmp_path, "works") == []
    assert told(tmp_path, "silent") == ["The watch worker has not answered for 9 s; it is restarted after 15 s."]
    assert told(tmp_path, "ended") == ["The watch worker ended 9 s ago and is being restarted."]
    assert told(tmp_path, "starting") == ["The watch worker is starting, for 9 s."]
    assert told(tmp_path, "works", age=HUNG) == []
    (said,) = told(tmp_path, "works", age=60.0)
    assert said.startswith(f"`manage.py up` on {tmp_path} last reported 1 min ago")


def test_what_cannot_be_read_says_nothing(tmp_path: Path) -> None:
    health.path(tmp_path).write_text("{")
    assert troubles(tmp_path, 0.0) == []


def test_a_disk_that_is_full_stops_nobody(tmp_path: Path) -> None:
    health.write(tmp_path / "missing", ())
    health.write(tmp_path, ())
    assert health.read(tmp_path) is not None
    assert [path.name for path in tmp_path.iterdir()] == ["health.json"]
