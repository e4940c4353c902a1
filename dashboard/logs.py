"""How logs look: one line a record, times in UTC, and no secret in any of them."""

import logging
import re
from datetime import UTC, datetime

_HIDDEN = "[hidden]"

# Each pattern's group 1 stays, what follows it goes.
_SECRETS = (
    re.compile(r"(-----BEGIN [A-Z ]*PRIVATE KEY-----).*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)", re.DOTALL),
    re.compile(r"(\b(?:bearer|basic)\s+)[A-Za-z0-9._~+/=-]{6,}", re.IGNORECASE),
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
    """The text with bearer tokens, sign-in links, passwords in addresses, keys and web tokens replaced by "[hidden]"."""
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


#: Control characters could forge a record or drive a terminal.
_CONTROL = dict.fromkeys((*range(32), 127))
