"""Which stretch of time a page of charts or of uptime is of: `?range=` (1h, 24h, 7d, 30d), or `from=` and `to=` (ISO 8601)."""

from collections.abc import Mapping
from dataclasses import dataclass

from dashboard.wanted_changes import WrongError, moments

RANGES: dict[str, float] = {"1h": 3_600.0, "24h": 86_400.0, "7d": 7 * 86_400.0, "30d": 30 * 86_400.0}
DEFAULT = "24h"
#: No window is shorter: less than two scrapes would be in it.
LEAST = 60.0


@dataclass(frozen=True, slots=True)
class Window:
    """From `began` to `ended`, epoch seconds, which is never after now. `range` is empty where moments were named."""

    began: float
    ended: float
    range: str

    @property
    def span(self) -> float:
        return self.ended - self.began


def asked(query: Mapping[str, str], now: float, default: str = DEFAULT) -> Window:
    """`now`: epoch seconds. With `from=` alone it ends now, with `to=` alone it is as long as the default. Raises WrongError."""
    began, ended = moments(query)
    if began is None and ended is None:
        chosen = query.get("range", "").strip() or default
        if chosen not in RANGES:
            raise WrongError(f"range= is one of: {', '.join(RANGES)}.")
        return Window(now - RANGES[chosen], now, chosen)
    if began is not None and began >= now:
        raise WrongError("from= lies in the future.")
    ended = now if ended is None else min(ended, now)
    began = ended - RANGES[default] if began is None else began
    return Window(min(began, ended - LEAST), ended, "")
