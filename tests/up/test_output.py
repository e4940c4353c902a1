"""Where a part's lines go."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from planes.up.output import LogFile, Output


@pytest.fixture
def log(tmp_path: Path) -> Iterator[LogFile]:
    file = LogFile(tmp_path / "web.log")
    yield file
    file.close()


class Terminal:
    def __init__(self) -> None:
        self.lines: list[str] = []
        self.now = 0.0

    def say(self, text: str) -> None:
        self.lines.append(text)


def output(log: LogFile, terminal: Terminal, ignore: str = "") -> Output:
    return Output("web", log, terminal.say, ignore=ignore, clock=lambda: terminal.now)


def test_all_goes_into_the_log_and_only_what_is_serious_to_the_terminal(log: LogFile) -> None:
    terminal = Terminal()
    out = output(log, terminal)
    out.line(b"2026-11-22T17:31:12.041Z INFO dashboard.hub: three viewers\n")
    out.line(b"2026-11-22T17:31:12.041Z WARNING dashboard.hub: Valkey is gone\n")
    out.end()
    assert log.path.read_text().count("\n") == 2
    assert terminal.lines == ["web · Valkey is gone"]


def test_a_traceback_stays_in_the_log(log: LogFile) -> None:
    terminal = Terminal()
    out = output(log, terminal)
    folded = b"2026-11-22T17:31:12.041Z ERROR planes.collect: gave up | Traceback (most recent call last): | ValueError: x\n"
    for line in (folded, b"Traceback (most recent call last):\n", b'  File "x.py", line 1, in ERROR\n', b"ValueError: x\n"):
        out.line(line)
    assert terminal.lines == ["web · gave up"]
    assert out.tail == "ValueError: x"


def test_the_heads_of_every_parts_lines_are_taken_off(log: LogFile) -> None:
    terminal = Terminal()
    out = output(log, terminal)
    out.line(b"[2026-11-22 17:31:12,041: ERROR/MainProcess] consumer: cannot connect\n")
    out.line(b"14358:M 22 Nov 2026 17:39:06.641 # Out of memory\n")
    out.line(b"ERROR:    Application startup failed.\n")
    assert terminal.lines == ["web · consumer: cannot connect", "web · Out of memory", "web · Application startup failed."]


def test_lines_that_only_look_serious_are_left_in_the_log(log: LogFile) -> None:
    terminal = Terminal()
    output(log, terminal, ignore="overcommit").line(b"1:M 22 Nov 2026 17:39:03.598 # WARNING Memory overcommit must be enabled!\n")
    assert terminal.lines == []


def test_a_flood_is_held_back_and_counted(log: LogFile) -> None:
    terminal = Terminal()
    out = output(log, terminal)
    for number in range(30):
        out.line(b"ERROR: number %d\n" % number)
    terminal.now = 11.0
    out.line(b"ERROR: later\n")
    assert len(terminal.lines) == 8 + 1 + 1
    assert terminal.lines[-2:] == [f"web · 22 more lines in {log.path}", "web · later"]


def test_a_log_keeps_within_its_bound(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "web.log", limit=1000)
    for _ in range(200):
        log.write(b"x" * 49 + b"\n")
    log.close()
    assert {path.name: path.stat().st_size for path in tmp_path.iterdir()} == {"web.log": 1000, "web.log.1": 1000}


def test_a_log_that_cannot_be_written_loses_its_lines_and_nothing_else(tmp_path: Path) -> None:
    terminal = Terminal()
    out = Output("web", LogFile(Path("/dev/full")), terminal.say)
    out.line(b"ERROR: the disk is full\n")
    assert terminal.lines == ["web · the disk is full"]
