"""A whole cluster judged over time with a faked clock: events in, states by second out."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from planes.assess.assessor import Assessor
from planes.components.pod_kinds import new_cache
from planes.structs.events import Changed, Health, Listed, SourceEvent
from planes.structs.feeds import Feed
from planes.structs.moments import Mono
from planes.structs.objects import NodeLease
from planes.structs.rows import ChangeRow, ComponentRow, Frame, NodeRow
from tests.replaying import START, WALL

TICK = 0.25


@dataclass
class Timeline:
    """Applies frames as a store would; `states` holds every announced (second, subject, state)."""

    assessor: Assessor = field(default_factory=lambda: Assessor(new_cache()))
    now: float = START
    components: dict[str, ComponentRow] = field(default_factory=dict)
    nodes: dict[str, NodeRow] = field(default_factory=dict)
    history: list[tuple[float, str, str]] = field(default_factory=list)
    changes: list[ChangeRow] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)

    def run(self, events: Iterable[SourceEvent], until: float) -> None:
        """Apply events at their times, a frame every tick, up to `until` seconds after the recording's start."""
        queue = sorted(events, key=lambda event: event.at)
        place = 0
        while self.now <= START + until:
            while place < len(queue) and queue[place].at <= self.now:
                self.assessor.cache.apply(queue[place])
                place += 1
            self.take(self.assessor.frame(Mono(self.now), WALL + self.now - START))
            self.now = round(self.now + TICK, 3)

    def take(self, frame: Frame) -> None:
        """Apply one frame."""
        second = round(self.now - START, 2)
        if frame.full:
            self.components, self.nodes = {}, {}
        for row in frame.components:
            before = self.components.get(row.kind)
            if before is None or before.state != row.state:
                self.history.append((second, row.kind, row.state))
            self.components[row.kind] = row
        for name, node in frame.nodes.items():
            old = self.nodes.get(name)
            for agent, one, two in (
                ("kubelet", old and old.kubelet, node.kubelet),
                ("kube-proxy", old and old.kube_proxy, node.kube_proxy),
                ("container-runtime", old and old.container_runtime, node.container_runtime),
            ):
                if one is None or one.state != two.state:
                    self.history.append((second, f"{name}/{agent}", two.state))
            self.nodes[name] = node
        for name in frame.gone_nodes:
            self.nodes.pop(name, None)
        for kind in frame.gone_components:
            self.components.pop(kind, None)
        self.changes += frame.changes
        self.frames.append(frame)

    def of(self, subject: str) -> list[tuple[float, str]]:
        """(second, state) of one subject."""
        return [(second, state) for second, one, state in self.history if one == subject]


def probes(template: Iterable[SourceEvent], until: float, every: float = 2.0) -> list[SourceEvent]:
    """The good answers of /livez and /readyz in `template`, again and again until `until`."""
    made: list[SourceEvent] = []
    for one in template:
        if isinstance(one, Health):
            second = START + every
            while second <= START + until:
                made.append(Health(one.path, second, one.took, one.status, one.checks, one.fault))
                second += every
    return made


def beating(
    leases: Iterable[NodeLease], until: float, silent: frozenset[str] = frozenset(), every: float = 10.0
) -> list[SourceEvent]:
    """Renewals of node leases, each `every` seconds, spread over them; none of those in `silent`."""
    made: list[SourceEvent] = []
    for place, lease in enumerate(leases):
        name = lease.metadata.name
        if name in silent:
            continue
        second = (place % 10) + 0.5
        while second <= until:
            stamp = f"2026-11-22T17:{int(second) // 60:02d}:{second % 60:09.6f}Z"
            spec = type(lease.spec)(name, 40, stamp, None)
            made.append(Changed(Feed.NODE_LEASES, NodeLease(lease.metadata, spec), START + second))
            second += every
    return made


def leases_of(events: Iterable[SourceEvent]) -> list[NodeLease]:
    """The node leases of the first list."""
    for event in events:
        if isinstance(event, Listed) and event.feed is Feed.NODE_LEASES:
            return [item for item in event.items if isinstance(item, NodeLease)]
    return []
