"""Timestamps of the Kubernetes API."""

from datetime import datetime

from planes.structs.moments import Epoch


def epoch(timestamp: str | None) -> Epoch | None:
    """Epoch seconds of an RFC 3339 timestamp ("2026-11-22T16:29:45.516263Z"); None if there is none or it is malformed."""
    if not timestamp:
        return None
    try:
        return Epoch(datetime.fromisoformat(timestamp).timestamp())
    except ValueError:
        return None
