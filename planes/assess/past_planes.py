"""Which state the data plane was in over a window: walked back from its end, by the changes of the agents of its nodes. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice

from planes.assess import rollup
from planes.structs.history import Span, Stretch
from planes.structs.moments import Epoch
from planes.structs.thresholds import Thresholds
from planes.structs.verdicts import SEVERITY, State

#: A node's agent was in `before` until `at`: epoch seconds, node, agent, before.
Change = tuple[float, str, str, State]


class _Counts:
    """How many nodes are in which state, by zone, and what the whole is."""

    def __init__(self, nodes: Mapping[str, tuple[str, dict[str, State]]], thresholds: Thresholds) -> None:
        self._nodes = {name: (zone, dict(agents)) for name, (zone, agents) in nodes.items()}
        self._worst: dict[str, State] = {}
        self._thresholds = thresholds
        self._all: Counter[State] = Counter()
        self._zones: dict[str, Counter[State]] = {}
        self._state: State | None = None
        for name, (zone, agents) in self._nodes.items():
            worst = self._worst[name] = _worst(agents)
            self._all[worst] += 1
            self._zones.setdefault(zone, Counter())[worst] += 1

    def set(self, node: str, agent: str, state: State) -> None:
        found = self._nodes.get(node)
        if found is None:
            return
        zone, agents = found
        agents[agent] = state
        before, after = self._worst[node], _worst(agents)
        if before is after:
            return
        self._worst[node], self._state = after, None
        for counts in (self._all, self._zones[zone]):
            counts[before] -= 1
            counts[after] += 1

    @property
    def state(self) -> State:
        if self._state is None:
            self._state = rollup.whole(self._all, self._zones, self._thresholds)[0]
        return self._state


def _worst(agents: Mapping[str, State]) -> State:
    return max(agents.values(), key=SEVERITY.__getitem__, default=State.UNKNOWN)


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
    return watched(walked(nodes, changes, began, ended, thresholds), spans)


def walked(
    nodes: Mapping[str, tuple[str, dict[str, State]]],
    changes: Iterable[Change],
    began: Epoch,
    ended: Epoch,
    thresholds: Thresholds,
) -> tuple[Stretch, ...]:
    """The same, whoever watched; neighbours differ."""
    counts, stretches = _Counts(nodes, thresholds), list[Stretch]()
    # Walked back over: from `at` to `upper` it was in `told`.
    at, upper, told = ended, ended, None
    for moment, node, agent, before in changes:
        if began < moment < at:
            state = counts.state
            if told is not None and state is not told:
                stretches.append(Stretch(at, upper, told))
                upper = at
            at, told = Epoch(moment), state
        counts.set(node, agent, before)
    if told is not None and counts.state is not told:
        stretches.append(Stretch(at, upper, told))
        upper = at
    stretches.append(Stretch(began, upper, counts.state))
    return tuple(stretches[::-1])


def watched(stretches: Iterable[Stretch], spans: Sequence[Span]) -> tuple[Stretch, ...]:
    """Each only where somebody watched; between, nobody did."""
    return tuple(_watched(stretches, spans))


def _watched(stretches: Iterable[Stretch], spans: Sequence[Span]) -> Iterable[Stretch]:
    ordered, reached = sorted(spans, key=lambda span: span.began), 0
    for one in stretches:
        while reached < len(ordered) and ordered[reached].ended <= one.began:
            reached += 1
        at = one.began
        for span in islice(ordered, reached, None):
            if span.began >= one.ended:
                break
            first, last = max(span.began, at), min(span.ended, one.ended)
            if last <= first:
                continue
            if first > at:
                yield Stretch(at, first, None)
            yield Stretch(first, last, one.state)
            at = last
        if at < one.ended:
            yield Stretch(at, one.ended, None)
