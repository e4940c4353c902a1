"""How logs look: one line a record, times in UTC, and no secret in any of them."""

import logging
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime

_HIDDEN = "[hidden]"

# Each pattern's group 1 stays, what follows it goes.
_SECRETS = (
    re.compile(r"(-----BEGIN [A-Z ]*PRIVATE KEY-----).*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)", re.DOTALL),
    re.compile(r"(\b(?:bearer|basic)\s+)[A-Za-z0-9._~+/=-]{6,}", re.IGNORECASE),
    re.compile(r"(\bpw_[0-9a-f]{12}_)[A-Za-z0-9_-]{8,}"),
    re.compile(r"(/wall/in/)[A-Za-z0-9_-]{8,}"),
    re.compile(r"(\b[0-9a-f]{12}_)[A-Za-z0-9_-]{43}\b"),  # a display's secret, wherever it stands
    re.compile(r"(planewatch_(?:display_[0-9a-f]{12}|pairing)=)[^\s;,]+"),
    re.compile(r"(/signin/)(?!password\b)[A-Za-z0-9_-]{8,}"),
    re.compile(r"(\b[a-z][a-z0-9+.-]*://[^\s/:@]*:)[^\s/@]+(?=@)", re.IGNORECASE),
    re.compile(
        r"(\b(?:[a-z_-]*token|password|passwd|secret(?:[_-]key)?|client-key-data|client-certificate-data|sessionid|planewatch_session"
        r"|csrfmiddlewaretoken|authorization)[\"']?\s*[=:]\s*[\"']?)(?!bearer\b|basic\b)[^\s\"'&,;}]{6,}",
        re.IGNORECASE,
    ),
    re.compile(r"()\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*"),  # a JSON Web Token, wherever it stands
)


def redact(text: str) -> str:
    """The text with tokens, links that sign in a person or a screen, passwords in addresses and keys replaced by "[hidden]"."""
    for pattern in _SECRETS:
        text = pattern.sub(lambda match: f"{match[1]}{_HIDDEN}", text)
    return text


class Line(logging.Formatter):
    """`2026-11-22T17:31:12.041Z WARNING dashboard.hub: …`, also for what spans lines: a traceback is folded with " | "."""

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802 - the name logging calls
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def format(self, record: logging.LogRecord) -> str:
        text = redact(super().format(record))
        return " | ".join(line.rstrip() for line in text.splitlines() if line.strip()).translate(_CONTROL)


class Sparing:
    """Warnings that anybody outside can cause as often as they like: one line in `pause` seconds, which counts those left out."""

    def __init__(self, name: str, *, pause: float = 10.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._logger = logging.getLogger(name)
        self._pause, self._clock = pause, clock
        self._next = 0.0
        self._spared = 0

    def warning(self, sentence: str) -> None:
        """Say it, or count it."""
        now = self._clock()
        if now < self._next:
            self._spared += 1
            return
        more = f" ({self._spared} more such lines were left out.)" if self._spared else ""
        self._logger.warning("%s", sentence + more)
        self._next, self._spared = now + self._pause, 0


#: Control characters could forge a record or drive a terminal.
_CONTROL = dict.fromkeys((*range(32), 127))
