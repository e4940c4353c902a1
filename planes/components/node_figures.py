"""The figures of a single node that are remembered (docs/decisions/0021): how old its heartbeat is, how many pods are on it, and
what metrics-server says of its CPU and memory."""

from dataclasses import dataclass

from planes.components.spec import Charted, Form


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeFigure(Charted):
    """`unit`: samples are whole numbers of so much, in the value's own unit (seconds, cores, bytes)."""

    unit: float = 1.0

    def sampled(self, value: float) -> int:
        """A value as it is stored."""
        return round(value / self.unit)


HEARTBEAT = NodeFigure(key="heartbeat", told="age of the heartbeat", form=Form.SECONDS, least=40.0, digits=1)
PODS = NodeFigure(key="pods", told="pods", form=Form.COUNT, least=10.0, digits=1)
CPU = NodeFigure(key="cpu", told="CPU used, in cores", form=Form.COUNT, least=0.5, digits=2, unit=0.01)
MEMORY = NodeFigure(key="memory", told="memory used", form=Form.BYTES, least=2.0**30, digits=0, unit=2.0**23)

#: In the order of their charts.
NODE_FIGURES = (HEARTBEAT, PODS, CPU, MEMORY)
