"""Timestamps of the Kubernetes API."""

from datetime import UTC, datetime

from planes.structs.moments import Epoch


def epoch(timestamp: str | None) -> Epoch | None:
    """Epoch seconds of an RFC 3339 timestamp ("2026-11-22T16:29:45.516263Z"); None if there is none or it is malformed."""
    if not timestamp:
        return None
    try:
        return Epoch(datetime.fromisoformat(timestamp).timestamp())
    except ValueError:
        return None


def written(moment: float, now: float) -> str:
    """A moment long past as people write it: "20 August, 23:12 UTC", with its year where that is another than that of `now`. Both
    are epoch seconds of one clock."""
    when, today = datetime.fromtimestamp(moment, UTC), datetime.fromtimestamp(now, UTC)
    year = f" {when.year}" if when.year != today.year else ""
    return f"{when.day} {when:%B}{year}, {when:%H:%M} UTC"


def latest(timestamp: str | None) -> Epoch | None:
    """The latest moment that a timestamp may stand for: where whole seconds are all it holds, the rest was cut off."""
    moment = epoch(timestamp)
    if moment is None or timestamp is None or "." in timestamp:
        return moment
    return moment + 1.0
