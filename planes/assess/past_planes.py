"""Which state the data plane was in over a window: walked back from its end, by the changes of the agents of its nodes. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from planes.assess import rollup
from planes.structs.history import Span, Stretch
from planes.structs.moments import Epoch
from planes.structs.thresholds import Thresholds
from planes.structs.verdicts import SEVERITY, State

#: A node's agent was in `before` until `at`: epoch seconds, node, agent, before.
Change = tuple[float, str, str, State]


class _Counts:
    """How many nodes are in which state, by zone."""

    def __init__(self, nodes: Mapping[str, tuple[str, dict[str, State]]]) -> None:
        self._nodes = {name: (zone, dict(agents)) for name, (zone, agents) in nodes.items()}
        self._all: Counter[State] = Counter()
        self._zones: dict[str, Counter[State]] = {}
        for name in self._nodes:
            self._count(name, 1)

    def set(self, node: str, agent: str, state: State) -> None:
        if node not in self._nodes:
            return
        self._count(node, -1)
        self._nodes[node][1][agent] = state
        self._count(node, 1)

    def _count(self, node: str, by: int) -> None:
        zone, agents = self._nodes[node]
        worst = max(agents.values(), key=SEVERITY.__getitem__, default=State.UNKNOWN)
        self._all[worst] += by
        self._zones.setdefault(zone, Counter())[worst] += by

    def state(self, thresholds: Thresholds) -> State:
        return rollup.whole(self._all, self._zones, thresholds)[0]


def data_plane(
    nodes: Mapping[str, tuple[str, dict[str, State]]],
    changes: Iterable[Change],
    spans: Sequence[Span],
    began: Epoch,
    ended: Epoch,
    thresholds: Thresholds,
) -> tuple[Stretch, ...]:
    """The window, whole and in order. `nodes`: each one's zone, and the states of its agents now; `changes`: all since the window
    began, newest first. What lies outside of the spans, nobody watched."""
    counts, stretches, upper = _Counts(nodes), list[Stretch](), ended
    for at, node, agent, before in changes:
        if began < at < upper:
            stretches.append(Stretch(Epoch(at), upper, counts.state(thresholds)))
            upper = Epoch(at)
        counts.set(node, agent, before)
    stretches.append(Stretch(began, upper, counts.state(thresholds)))
    return tuple(_watched(stretches[::-1], spans))


def _watched(stretches: Iterable[Stretch], spans: Sequence[Span]) -> Iterable[Stretch]:
    """Each only where somebody watched; between, nobody did."""
    for one in stretches:
        at = one.began
        for span in sorted(spans, key=lambda span: span.began):
            first, last = max(span.began, at), min(span.ended, one.ended)
            if last <= first:
                continue
            if first > at:
                yield Stretch(at, first, None)
            yield Stretch(first, last, one.state)
            at = last
        if at < one.ended:
            yield Stretch(at, one.ended, None)
