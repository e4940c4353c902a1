"""What is drawn, before it is drawn: a snapshot read into rows, with the moment for which it is drawn. Pure."""

from dataclasses import dataclass
from typing import Literal

import msgspec

from dashboard.picture.palette import Palette
from dashboard.presenters.words import known
from planes.components.registry import AGENT_KINDS
from planes.live.wire import STATES, Snapshot
from planes.store.freshness import Lateness
from planes.structs import time_tokens
from planes.structs.rows import ComponentRow


class Node(msgspec.Struct, frozen=True, array_like=True):
    """A node in the order of _COLUMNS; states by their code on the wire."""

    name: str
    state: int
    kubelet: int
    proxy: int
    runtime: int
    because: str
    zone: str
    type: str
    cp: int
    pods: int
    pods_max: int | None
    cpu: float | None
    mem: float | None
    pool: str
    version: str
    runtime_version: str

    @property
    def states(self) -> tuple[str, str, str]:
        """Of the three agents, in the order of AGENTS."""
        return state_of(self.kubelet), state_of(self.proxy), state_of(self.runtime)

    @property
    def level(self) -> float | None:
        """Pods against what fits, 0 to 1; None if the node does not say."""
        return min(1.0, self.pods / self.pods_max) if self.pods_max else None

    def key(self, group: str) -> str:
        """The name of the group in which it stands."""
        if group == "role":
            return "control plane" if self.cp == 1 else "worker"
        return {"zone": self.zone, "pool": self.pool, "type": self.type}.get(group, "")

    @property
    def is_last_known(self) -> bool:
        """Whether its pods are the last ones known, for nobody reports them now."""
        state = state_of(self.state)
        return state == "unknown" or (state not in ("healthy", "not_observable") and state_of(self.kubelet) != "healthy")


#: How nodes may be grouped, as the page's address has it (static/js/arrange.js).
Grouping = Literal["zone", "pool", "type", "role", "none"]
GROUPINGS: tuple[Grouping, ...] = ("zone", "pool", "type", "role", "none")
#: The heading of nodes that do not say.
UNSAID: dict[Grouping, str] = {
    "zone": "no zone given",
    "pool": "no pool given",
    "type": "no instance type given",
    "role": "no role given",
    "none": "all nodes",
}
_COLUMNS = Node.__struct_fields__
#: The names of a node's agents where there is room, and where there is little.
AGENT_TITLES = ("kubelet", "kube-proxy", "container runtime")
AGENT_SHORT = ("kubelet", "proxy", "runtime")


def state_of(code: int) -> str:
    """A state from its code on the wire; one that we do not know is "unknown"."""
    return STATES[code] if 0 <= code < len(STATES) else "unknown"


@dataclass(frozen=True, slots=True)
class Scene:
    """`now`: the moment for which texts and ages are drawn, epoch seconds. `late`: why this is not the present, None if it is.
    `heard`: when the API server last answered, epoch seconds."""

    snapshot: Snapshot
    nodes: tuple[Node, ...]
    now: float
    late: Lateness | None
    heard: float | None
    group: Grouping
    colours: Palette  # of what is shown; hardly any colour while late
    plain: Palette  # of what is said about it

    @property
    def texts_at(self) -> float:
        """Texts of a picture that nobody confirms stand still at the moment for which it holds."""
        if self.late is not None and self.late.cause != "cluster" and self.late.since is not None:
            return min(self.now, self.late.since)
        return self.now

    def said(self, text: str) -> str:
        """A text with its time tokens rendered."""
        return time_tokens.render(text, self.texts_at)

    def plane(self, plane: str) -> list[ComponentRow]:
        """The components of "control", "data" or "addon"."""
        return [row for row in self.snapshot.components if row.plane == plane]

    def component(self, kind: str) -> ComponentRow | None:
        return next((row for row in self.snapshot.components if row.kind == kind), None)

    def agents(self) -> list[ComponentRow]:
        """The roll-ups of the three agents."""
        found = {row.kind: row for row in self.snapshot.components}
        return [found[kind] for kind in AGENT_KINDS if kind in found]

    @property
    def is_empty(self) -> bool:
        """Nothing has been seen of this cluster."""
        return not self.nodes and not self.snapshot.components


def nodes_of(snapshot: Snapshot) -> tuple[Node, ...]:
    """The nodes of a snapshot, in its order."""
    rows = zip(*(snapshot.nodes[column] for column in _COLUMNS), strict=True)
    return msgspec.convert(tuple(rows), tuple[Node, ...])


def line_of(scene: Scene, row: ComponentRow) -> str:
    """What is said below a component: why it is not well, else its most telling evidence."""
    state = known(row.state)
    if state == "healthy":
        return scene.said(row.line or row.because)
    because = scene.said(row.because or row.line)
    if state != "unknown" or not row.last or "last known" in because.lower():
        return because
    return f"{because.removesuffix('.')}. Last known: {row.last.replace('_', ' ')}."
