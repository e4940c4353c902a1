"""When the API server was last heard: which events are an answer of its, and which only tell of silence."""

from planes.collect.parts import Clocks
from planes.structs.events import (
    OURS,
    Changed,
    Connection,
    Failed,
    Fault,
    Gone,
    Health,
    Heard,
    Listed,
    Metrics,
    Mono,
    Server,
    SourceEvent,
    Usage,
)


def heard_at(event: SourceEvent) -> Mono | None:
    """The moment of this answer; None if this event is none. A refusal (403, 404, 410, 429) is an answer."""
    match event:
        case Listed() | Changed() | Gone() | Heard():
            return event.at
        case Failed():
            return event.at if _answered(event.fault) else None
        case Health() | Server() | Metrics() | Usage() | Connection():
            return event.at if event.fault is None or _answered(event.fault) else None


def _answered(fault: Fault) -> bool:
    # 5xx may come from a proxy in front of an API server that is gone; a 5xx of /readyz itself is a Health without a fault.
    return fault.status is not None and fault.status < 500 and fault.kind not in OURS


class LastContact:
    """When the API server last answered, by our wall clock."""

    def __init__(self, clocks: Clocks) -> None:
        self._clocks = clocks
        self._mono: float | None = None

    def hear(self, event: SourceEvent) -> None:
        # Nearly all of them are of one kind, and this is asked of each.
        moment = event.at if type(event) is Changed else heard_at(event)
        if moment is not None:
            self._mono = moment if self._mono is None else max(moment, self._mono)

    @property
    def at(self) -> float | None:
        """Epoch seconds; None: never in this term."""
        return None if self._mono is None else self._clocks.wall() - (self._clocks.mono() - self._mono)
