"""Time tokens in texts: facts stay put while their ages run.

A token is ⟨a:SECONDS⟩ (an age, counting up from a moment), ⟨u:SECONDS⟩ (a time left, counting down to a moment) or ⟨c:SECONDS⟩ (the
moment itself, as a clock shows it).
"""

import re
from datetime import UTC, datetime
from typing import NamedTuple

_TOKEN = re.compile(r"⟨([auc]):(-?\d+(?:\.\d+)?)⟩")
#: With the words beside an age: no other token has them.
_AGED = re.compile(r"(\bfor )?⟨a:(-?\d+(?:\.\d+)?)⟩( ago\b)?|⟨([uc]):(-?\d+(?:\.\d+)?)⟩")

_LASTS = re.compile(r"\bfor (?:at least )?⟨a:(-?\d+(?:\.\d+)?)⟩")


def ago(moment: float) -> str:
    """A token that reads as the time since `moment`: "31 s", "8 min", "3 h 5 min"."""
    return f"⟨a:{moment:.1f}⟩"


def until(moment: float) -> str:
    """A token that reads as the time until `moment`; never below "0 s"."""
    return f"⟨u:{moment:.1f}⟩"


def at(moment: float) -> str:
    """A token that reads as the moment itself: "18:31:07"."""
    return f"⟨c:{moment:.1f}⟩"


def clock(moment: float) -> str:
    """A moment (epoch seconds) as a clock shows it: "18:31:07 UTC", for nobody knows where it will be read."""
    return f"{datetime.fromtimestamp(moment, UTC):%H:%M:%S} UTC"


def to_epoch(text: str, offset: float) -> str:
    """The same text with every token moved by `offset` = wall clock - monotonic clock, in seconds."""
    if "⟨" not in text:
        return text
    return _TOKEN.sub(lambda m: f"⟨{m[1]}:{float(m[2]) + offset:.1f}⟩", text)


def duration(seconds: float) -> str:
    """Seconds as people read them: "0.4 s", "31 s", "1 min 12 s", "8 min", "3 h 5 min", "2 d 4 h"."""
    seconds = max(0.0, seconds)
    if seconds < 1:
        return f"{seconds:.1f} s"
    whole = int(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        minutes, rest = divmod(whole, 60)
        return f"{minutes} min {rest} s" if rest and minutes < 10 else f"{minutes} min"
    if whole < 86400:
        hours, rest = divmod(whole // 60, 60)
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    days, rest = divmod(whole // 3600, 24)
    return f"{days} d {rest} h" if rest else f"{days} d"


def render(text: str, now: float) -> str:
    """The text as a person reads it at `now` (epoch seconds, if the tokens are epoch seconds)."""
    if "⟨" not in text:
        return text

    def one(match: "re.Match[str]") -> str:
        moment = float(match[2])
        if match[1] == "c":
            return clock(moment)
        return duration(now - moment if match[1] == "a" else moment - now)

    return _TOKEN.sub(one, text)


def lasting_since(text: str) -> float | None:
    """Since when it has been as a text says, by its first token that tells for how long; None: it has none."""
    found = _LASTS.search(text)
    return float(found[1]) if found is not None else None


class Token(NamedTuple):
    """A token of a text. `kind` is "a", "u" or "c". `before` is "for " and `after` " ago" where they stand beside an age: words
    that go with it where it is told as a moment instead (static/js/ages.js)."""

    kind: str
    moment: float
    before: str = ""
    after: str = ""


def pieces(text: str) -> list[str | Token]:
    """The text cut at its tokens, for who marks them up: plain text as it stands, and each token."""
    out: list[str | Token] = []
    end = 0
    for match in _AGED.finditer(text):
        if match.start() > end:
            out.append(text[end : match.start()])
        before, began, after, kind, moment = match.groups(default="")
        out.append(Token(kind or "a", float(moment or began), before, after))
        end = match.end()
    if end < len(text):
        out.append(text[end:])
    return out
