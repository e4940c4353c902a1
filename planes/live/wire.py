"""Version 1 of the wire: what a browser gets. docs/wire.md tells it in words, static/js/wire-types.js in the browser's types.

A snapshot comes by HTTP, columnar over the nodes; a WebSocket carries `Message`s and nothing else, each with its `type`. All of it
is JSON. Times are epoch seconds of the server's clock; texts may hold time tokens (planes.structs.time_tokens) that the browser
renders.

Pages opened before messages had a `type` tell them apart by the names of their fields. Until such a page has heard of the upgrade
(`KeepAlive.app`) and begun again, it has to understand what comes: so those names stay, and so do the flags that are always true.
"""

from collections.abc import Iterable
from typing import NamedTuple, NewType

import msgspec

from planes.structs.rows import AttentionRow, ChangeRow, ClusterRow, ComponentRow, Frame, NodeRow, SampleRow

VERSION = 1

#: States by their code on the wire.
STATES = ("healthy", "degraded", "down", "unknown", "not_observable", "cordoned", "leaving", "joining")
STATE_CODES = {state: code for code, state in enumerate(STATES)}

#: A node on the wire, in this order: a column each in a snapshot, an array in a delta.
NODE_COLUMNS = (
    "name",
    "state",  # code
    "kubelet",  # code
    "proxy",  # code
    "runtime",  # code
    "because",  # empty while healthy
    "since",
    "zone",
    "pool",
    "type",
    "cp",  # 1: a control-plane node
    "cordoned",  # 1: taken out on purpose
    "pods",
    "pods_max",
    "cpu",  # share of allocatable, 0 to 1, or null
    "mem",
    "version",
    "runtime_version",
    "created",
)

NodeValues = tuple[
    str,
    int,
    int,
    int,
    int,
    str,
    float,
    str,
    str,
    str,
    int,
    int,
    int,
    int | None,
    float | None,
    float | None,
    str,
    str,
    float | None,
]


#: What stands in a node's column.
Cell = str | int | float | None


class Lateness(msgspec.Struct, frozen=True):
    """Why a picture is not the present. `since` is the last moment for which it held, epoch seconds; None: it never did, or nobody
    can tell. `because` may hold time tokens; `brief` says the same beside each state, without an age: how
    old the whole is, is told once. `apart`: by so many seconds the clocks disagree, where that is why."""

    cause: str  # "never", "clocks", "collector" or "cluster"
    because: str
    since: float | None
    brief: str = ""
    apart: float = 0.0


class PastPicture(msgspec.Struct, frozen=True):
    """That a picture is of the past. `watched`: somebody watched then. `previous`, `following`: the changes around it, epoch
    seconds; None: there is none. `after`: the first changes after it, newest first; of a group some, the last of which says in
    `more` how many others there are."""

    watched: bool
    previous: float | None
    following: float | None
    after: tuple[ChangeRow, ...] = ()


class Snapshot(msgspec.Struct):
    """The whole picture of a cluster at one offset. Its states are those of `at`, also where `late` says why that is not the
    present."""

    v: int
    epoch: str
    o: int
    at: float  # when it was judged
    now: float  # the server's clock when it was encoded
    slug: str
    name: str
    cluster: ClusterRow
    components: list[ComponentRow]
    columns: tuple[str, ...]
    nodes: dict[str, list[Cell]]  # column name -> values, all of one length
    attention: list[AttentionRow]
    changes: list[ChangeRow]  # newest first
    series: list[SampleRow] = []  # the last hour or so, oldest first
    late: Lateness | None = None
    past: PastPicture | None = None  # it is the picture of `at`, long ago, put together from what is remembered


class Update(msgspec.Struct, omit_defaults=True):
    """What changed: rows whole, absolute values."""

    cluster: ClusterRow | None = None
    components: list[ComponentRow] = []
    nodes: list[NodeValues] = []  # by NODE_COLUMNS
    attention: list[AttentionRow] | None = None
    changes: list[ChangeRow] = []  # oldest first
    samples: list[SampleRow] = []  # oldest first


class GoneRows(msgspec.Struct, omit_defaults=True):
    components: list[str] = []
    nodes: list[str] = []


class Delta(msgspec.Struct, tag="delta"):
    """`prev` is the offset this one continues. Another epoch, or a prev that is not the last offset seen: resync."""

    o: int
    prev: int
    epoch: str
    at: float
    u: Update
    x: GoneRows


class Pulse(msgspec.Struct, tag="pulse"):
    """Sent about every second though nothing changes: the collector lives, and this is when the API server last answered it.
    `o` is the last offset published, so that a lost delta is noticed within a second."""

    pulse: float  # the collector's clock, epoch seconds
    heard: float | None
    epoch: str
    o: int


class Heartbeats(msgspec.Struct, tag="heartbeats"):
    """When each node's lease was last seen to be renewed, in epoch seconds. Told every other second of clusters whose nodes are
    drawn as cards: what is said of more of them nobody could read, and it would be most of the traffic."""

    beats: dict[str, float]


class KeepAlive(msgspec.Struct, tag="keepalive"):
    """Sent right after connecting and now and then, for a browser cannot see pings. A page whose version is not `app` is from
    before an upgrade and loads itself anew."""

    hb: float  # the server's clock, epoch seconds
    app: str
    trouble: str = ""  # what is wrong with Planewatch itself, in a sentence; it is sent at once when that changes


class Resync(msgspec.Struct, tag="resync"):
    """Messages were dropped: fetch what is shown anew."""

    resync: bool = True


class Gone(msgspec.Struct, tag="gone"):
    """The cluster is not, or no longer, watched: there is nothing to come back for."""

    gone: bool = True


class WallPulse(msgspec.Struct, tag="wall_pulse"):
    """One cluster's pulse, for who looks at many."""

    slug: str
    pulse: Pulse


class WallChanged(msgspec.Struct, tag="wall_changed"):
    """One cluster's card would show something new: fetch it."""

    slug: str
    changed: bool = True


class WallPulses(msgspec.Struct, tag="wall_pulses"):
    """The pulses of many clusters that came since the last of these, by their slugs: for the screens of displays, of which there
    may be a thousand."""

    pulses: dict[str, Pulse]


class Noted(msgspec.Struct, tag="noted"):
    """Something was said of a cluster that no collector knows of, such as that somebody has seen what is wrong. In its stream, for
    the web servers alone: those who show the cluster among others are told what changed."""


#: What a collector publishes in its cluster's stream.
Published = Delta | Pulse | Heartbeats

#: All that goes over a WebSocket.
Message = Published | KeepAlive | Resync | Gone | WallPulse | WallPulses | WallChanged

#: A Message as it goes out: made by `encode`, or of the stream, which holds nothing else.
Encoded = NewType("Encoded", str)

_encoder = msgspec.json.Encoder()


def encode(message: Message | Noted) -> Encoded:
    """As it goes out."""
    return Encoded(_encoder.encode(message).decode())


class NodeReport(NodeRow, frozen=True, kw_only=True):
    """A node as it is stored, and when its lease was last seen to change: epoch seconds, None if that is not known now. Its states
    are what was judged last, also where `late` says why that is not the present."""

    beat: float | None
    late: Lateness | None = None


def share(used: float | None, limit: float | None) -> float | None:
    """Used against limit, rounded to what a picture can show; None if either was not observed."""
    return round(used / limit, 3) if used is not None and limit else None


class NodeCells(NamedTuple):
    """What the picture needs of a node. The names are those of its columns in SQL, the order that of NODE_COLUMNS."""

    name: str
    state: str
    kubelet: str
    kube_proxy: str
    container_runtime: str
    because: str
    since: float
    zone: str
    pool: str
    instance_type: str
    control_plane: bool
    cordoned: bool
    pods_used: int
    pods_max: int | None
    cpu: float | None
    memory: float | None
    version: str
    runtime_version: str
    created: float | None


def node_cells(row: NodeRow) -> NodeCells:
    """Of a node's row: the one place that says which of it is stored in columns and drawn."""
    return NodeCells(
        name=row.name,
        state=row.state,
        kubelet=row.kubelet.state,
        kube_proxy=row.kube_proxy.state,
        container_runtime=row.container_runtime.state,
        because=row.because,
        since=row.since,
        zone=row.zone,
        pool=row.pool,
        instance_type=row.instance_type,
        control_plane=row.control_plane,
        cordoned=row.cordoned,
        pods_used=row.pods_used,
        pods_max=row.pods_max,
        cpu=share(row.cpu_used, row.cpu_max),
        memory=share(row.memory_used, row.memory_max),
        version=row.kubelet.version,
        runtime_version=row.container_runtime.version,
        created=row.created,
    )


def node_values(cells: NodeCells) -> NodeValues:
    """A node as it goes out: states by code, flags as 0 and 1, no reason while it is healthy."""
    name, state, kubelet, proxy, runtime, because, since, zone, pool, kind, control_plane, cordoned, *_ = cells
    codes = STATE_CODES
    head = (name, codes[state], codes[kubelet], codes[proxy], codes[runtime], "" if state == "healthy" else because)
    return (*head, since, zone, pool, kind, int(control_plane), int(cordoned), *cells[12:])


def columnar(rows: Iterable[NodeValues]) -> dict[str, list[Cell]]:
    """Rows as columns."""
    listed = list(rows)
    if not listed:
        return {column: [] for column in NODE_COLUMNS}
    return {column: list(values) for column, values in zip(NODE_COLUMNS, zip(*listed, strict=True), strict=True)}


def delta_of(frame: Frame, *, epoch: int, offset: int, previous: int) -> Delta:
    """A frame as it goes out. Evidence stays behind for nodes (their page asks for it); components carry theirs."""
    return Delta(
        o=offset,
        prev=previous,
        epoch=str(epoch),
        at=frame.at,
        u=Update(
            cluster=frame.cluster,
            components=frame.components,
            nodes=[node_values(node_cells(row)) for row in frame.nodes.values()],
            attention=frame.attention,
            changes=frame.changes,
            samples=frame.samples,
        ),
        x=GoneRows(components=frame.gone_components, nodes=frame.gone_nodes),
    )
