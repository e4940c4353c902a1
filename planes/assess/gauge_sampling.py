"""From what is observed of the elected to samples, once a minute."""

from planes.components.registry import COMPONENTS
from planes.components.spec import Gauge
from planes.components.view import ClusterView
from planes.structs.moments import Epoch, Mono
from planes.structs.node_samples import OF_COMPONENTS, NodeSamplesRow, NodeValues
from planes.structs.observations import LeaderObservation, NodeScene

#: Seconds between two samples.
EVERY = 60.0


class GaugeSampler:
    """Remembers when it looked last."""

    def __init__(self) -> None:
        self._looked: Mono | None = None

    def look(self, view: ClusterView, scene: NodeScene, now: Mono, offset: float) -> list[NodeSamplesRow]:
        """One row with all kinds, or none: before its time, and while the cluster cannot be asked. `offset` leads from our
        monotonic to epoch seconds."""
        if scene.unreachable or (self._looked is not None and now - self._looked < EVERY):
            return []
        self._looked = now
        made: dict[str, NodeValues] = {}
        for one in COMPONENTS:
            seen = one.observe(view) if one.gauges else None
            if isinstance(seen, LeaderObservation) and (values := _values(one.gauges, seen, now)):
                made[one.kind] = values
        return [NodeSamplesRow(Epoch(round(now + offset, 1)), OF_COMPONENTS, made)] if made else []


def _values(gauges: tuple[Gauge, ...], seen: LeaderObservation, now: Mono) -> NodeValues:
    told = {one.key: (one.sampled(seen, now), one.unit) for one in gauges}
    return {key: round(value / unit) for key, (value, unit) in told.items() if value is not None}
