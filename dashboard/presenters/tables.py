"""The cluster page as tables: what a screen reader and a browser without JavaScript read."""

from dataclasses import dataclass

from dashboard import component_help
from dashboard.presenters.changes import ChangeLine, change_lines
from dashboard.presenters.words import counted, known, severity, word
from planes.live.wire import STATES, Lateness, Snapshot
from planes.store.freshness import seen
from planes.structs.rows import AttentionRow

#: Nodes that the table lists, the worst first; beyond that it says how many more there are.
NODES_LISTED = 500
_CHANGES = 30


@dataclass(frozen=True, slots=True)
class ComponentLine:
    kind: str
    title: str
    plane: str
    state: str
    last: str
    since: float
    because: str
    instances: str


@dataclass(frozen=True, slots=True)
class TableNode:
    name: str
    state: str
    kubelet: str
    kube_proxy: str
    container_runtime: str
    because: str
    zone: str
    pods: int
    version: str


@dataclass(frozen=True, slots=True)
class Tables:
    components: tuple[ComponentLine, ...]
    nodes: tuple[TableNode, ...]
    nodes_more: int
    nodes_caption: str
    attention: tuple[AttentionRow, ...]
    changes: tuple[ChangeLine, ...]


def tables(snapshot: Snapshot, late: Lateness | None) -> Tables:
    """The tables of a snapshot, states as they may be said now."""
    nodes = sorted(_nodes(snapshot, late), key=lambda node: (-severity(node.state), node.name))
    counts: dict[str, int] = {}
    for node in nodes:
        counts[node.state] = counts.get(node.state, 0) + 1
    told = ", ".join(f"{count:,} {word(state)}" for state, count in counts.items())
    return Tables(
        components=tuple(_components(snapshot, late)),
        nodes=tuple(nodes[:NODES_LISTED]),
        nodes_more=max(0, len(nodes) - NODES_LISTED),
        nodes_caption=f"{counted(len(nodes), 'node')}: {told}" if nodes else "No nodes",
        attention=tuple(snapshot.attention),
        changes=tuple(change_lines(snapshot.changes, _CHANGES)),
    )


def _components(snapshot: Snapshot, late: Lateness | None) -> list[ComponentLine]:
    lines = []
    for row in snapshot.components:
        shown = seen(row.state, row.last, row.because, late)
        told = [
            f"{one.name}{' (leader)' if one.leader else ''} {word(seen(one.state, '', '', late).state)}" for one in row.instances
        ]
        lines.append(
            ComponentLine(
                kind=row.kind,
                title=component_help.of(row.kind).title,
                plane=row.plane,
                state=known(shown.state),
                last=shown.last,
                since=row.since,
                because=shown.because,
                instances=", ".join(told),
            )
        )
    return lines


def _nodes(snapshot: Snapshot, late: Lateness | None) -> list[TableNode]:
    columns = ("name", "state", "kubelet", "proxy", "runtime", "because", "zone", "pods", "version")
    unknown = late is not None and late.cause != "cluster"
    nodes = []
    for values in zip(*(snapshot.nodes[column] for column in columns), strict=True):
        name, state, kubelet, proxy, runtime, because, zone, pods, version = values
        say = _late if unknown else _state
        nodes.append(
            TableNode(
                name=str(name),
                state=say(state),
                kubelet=say(kubelet),
                kube_proxy=say(proxy),
                container_runtime=say(runtime),
                because=str(because),
                zone=str(zone),
                pods=int(str(pods)),
                version=str(version),
            )
        )
    return nodes


def _state(code: object) -> str:
    return STATES[code] if isinstance(code, int) and 0 <= code < len(STATES) else "unknown"


def _late(_: object) -> str:
    return "unknown"
