"""When the API server was last heard."""

from planes.collect.parts import Clocks
from planes.structs.answers import was_heard
from planes.structs.events import SourceEvent


class LastContact:
    """When the API server last answered, by our wall clock."""

    def __init__(self, clocks: Clocks) -> None:
        self._clocks = clocks
        self._mono: float | None = None

    def hear(self, event: SourceEvent) -> None:
        if was_heard(event):
            self._mono = event.at if self._mono is None else max(event.at, self._mono)

    @property
    def at(self) -> float | None:
        """Epoch seconds; None: never in this term."""
        return None if self._mono is None else self._clocks.wall() - (self._clocks.mono() - self._mono)
