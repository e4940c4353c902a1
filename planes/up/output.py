"""Where a part's lines go: all of them into `log/NAME.log` in the data directory, bounded in size; warnings and errors also to the
terminal, prefixed, one line each. A traceback stays in the log."""

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

_LOG_BYTES = 2_000_000  # a file; one older one is kept beside it
_SERIOUS = re.compile(r"\b(WARNING|ERROR|CRITICAL|FATAL)\b|^\d+:[A-Z] .{10,40} # ")  # `#` is how Valkey marks a warning
#: What stands before the message: a time, a level, or Valkey's "pid:role time #".
_HEAD = re.compile(r"^(\d+:[A-Z] .{10,40} [#*-] |\[?[\d:,. TZ+-]*:? *(WARNING|ERROR|CRITICAL|FATAL)(/[\w-]+)?\]?:? *)")
_BURST = 8  # lines of one part to the terminal within _WINDOW_S
_WINDOW_S = 10.0
_LINE_CHARS = 400
#: Our own loggers' names say nothing to who reads the terminal.
_LOGGER = re.compile(r"^(planes|dashboard)[.\w]*: ")

Say = Callable[[str], None]


def _message(text: str) -> str:
    """The line without its head, and without the traceback that our own log folds behind it."""
    return _LOGGER.sub("", _HEAD.sub("", text)).partition(" | Traceback")[0][:_LINE_CHARS]


class LogFile:
    """An append-only file that starts anew at `limit` bytes and keeps the one before. A full disk loses lines, not the part."""

    def __init__(self, path: Path, limit: int = _LOG_BYTES) -> None:
        self.path = path
        self._limit = limit
        self._size = 0
        self._file: BinaryIO | None = None

    def write(self, line: bytes) -> None:
        """One line with its newline."""
        try:
            if self._file is None:
                self._file = self.path.open("ab", buffering=0)
                self._size = self._file.tell()
            if self._size + len(line) > self._limit:
                self._file.close()
                self.path.replace(self.path.with_suffix(".log.1"))
                self._file = self.path.open("ab", buffering=0)
                self._size = 0
            self._size += self._file.write(line)
        except OSError:
            self.close()

    def close(self) -> None:
        """Closes the file; a later line opens it again."""
        if self._file is not None:
            file, self._file = self._file, None
            file.close()


class Output:
    """Takes a part's lines. `tail` is the last line that told anything: what to say when the part ends."""

    def __init__(self, name: str, log: LogFile, say: Say, *, ignore: str = "", clock: Callable[[], float] = time.monotonic) -> None:
        self._name = name
        self._ignore = re.compile(ignore) if ignore else None
        self._log = log
        self._say = say
        self._clock = clock
        self._window = 0.0
        self._shown = 0
        self._held = 0
        self.tail = ""
        #: While a part is being stopped, what it says of that goes to its log alone.
        self.muted = False

    def line(self, raw: bytes) -> None:
        """One line, with or without its newline."""
        self._log.write(raw if raw.endswith(b"\n") else raw + b"\n")
        text = raw.decode(errors="replace").rstrip()
        if text.strip() and not text.startswith((" ", "\t")):
            self.tail = _message(text)
            if not self.muted and _SERIOUS.search(text) and not (self._ignore and self._ignore.search(text)):
                self._show(text)

    def end(self) -> None:
        """The part has ended: say how many lines were held back, and close its log until it runs again."""
        self._release()
        self._log.close()

    def _show(self, text: str) -> None:
        now = self._clock()
        if now - self._window >= _WINDOW_S:
            self._release()
            self._window, self._shown = now, 0
        if self._shown < _BURST:
            self._shown += 1
            self._say(f"{self._name} · {_message(text)}")
        else:
            self._held += 1

    def _release(self) -> None:
        if self._held:
            held, self._held = self._held, 0
            self._say(f"{self._name} · {held} more lines in {self._log.path}")
