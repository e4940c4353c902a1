"""Rows as columns: what of each row of planes.structs.rows stands in which column, and the statements that write them.

A NamedTuple's fields are a model's columns, and the statements are made of them: they cannot disagree about an order. That nothing
is missing, the tests hold to the models.
"""

from operator import attrgetter
from typing import NamedTuple

import msgspec

from planes.live import wire
from planes.models import Component, Instance, InstanceTurn, Node, NodeSample, Sample, Survey, Transition, Watched
from planes.store.upserts import Insert, Update
from planes.structs.rows import ChangeRow, ComponentRow, InstanceRow, NodeRow, PodRow

_encode = msgspec.json.encode


class NodeFacts(NamedTuple):
    """What of a node changes when it is judged otherwise, or is another."""

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
    version: str
    runtime_version: str
    created: float | None
    pods_max: int | None
    found_by: str


class NodeFigures(NamedTuple):
    """What of a node moves all the time. `row` is the JSON of all but its pods."""

    pods_used: int
    cpu: float | None
    memory: float | None
    row: bytes


class ComponentColumns(NamedTuple):
    cluster_id: int
    kind: str
    plane: str
    state: str
    last: str
    since: float
    because: str
    line: str
    facts: bytes
    evidence: bytes


class InstanceColumns(NamedTuple):
    component_id: int
    name: str
    host: str
    leader: bool
    state: str
    because: str
    version: str
    restarts: int | None
    own: bytes


class TurnColumns(NamedTuple):
    """Of an instance."""

    cluster_id: int
    kind: str
    name: str
    host: str
    before: str
    after: str
    because: str
    at: float


class TransitionColumns(NamedTuple):
    cluster_id: int
    subject_kind: str
    subject: str
    agent: str
    before: str
    after: str
    because: str
    at: float
    group: str
    about: str
    led: float | None


_NODE = ("cluster_id", "name")
#: Values: *facts, *figures, pods, cluster_id, name.
NODE = Insert(Node, (*NodeFacts._fields, *NodeFigures._fields, "pods", *_NODE), key=_NODE)
#: Values: *facts, *figures, cluster_id, name.
NODE_FACTS = Update(Node, (*NodeFacts._fields, *NodeFigures._fields, *_NODE), key=_NODE)
#: Values: *figures, pods, cluster_id, name.
NODE_PODS = Update(Node, (*NodeFigures._fields, "pods", *_NODE), key=_NODE)
#: Values: *figures, cluster_id, name.
NODE_FIGURES = Update(Node, (*NodeFigures._fields, *_NODE), key=_NODE)
COMPONENT = Insert(Component, ComponentColumns._fields, key=("cluster_id", "kind"))
INSTANCE = Insert(Instance, InstanceColumns._fields)
INSTANCE_TURN = Insert(InstanceTurn, TurnColumns._fields)
TRANSITION = Insert(Transition, TransitionColumns._fields)
#: Values: cluster_id, began, ended.
WATCHED = Insert(Watched, ("cluster_id", "began", "ended"), key=("cluster_id", "began"))
#: Values: cluster_id, row.
SURVEY = Insert(Survey, ("cluster_id", "row"), key=("cluster_id",))
#: Values: cluster_id, step, began, at, figures.
SAMPLE = Insert(Sample, ("cluster_id", "step", "began", "at", "figures"), key=("cluster_id", "step", "began"))

#: Values: cluster_id, step, block, began, at, figures.
_BLOCK = ("cluster_id", "step", "block", "began")
NODE_SAMPLE = Insert(NodeSample, (*_BLOCK, "at", "figures"), key=_BLOCK)


_facts_of = attrgetter(*(name for name in NodeFacts._fields if name != "found_by"))


def node_facts(row: NodeRow) -> NodeFacts:
    """What stands in columns because the picture needs it of every node, or because nodes are found by it."""
    return NodeFacts._make((*_facts_of(wire.node_cells(row)), found_by(row)))


def found_by(row: NodeRow) -> str:
    """By what a node is found, beside its columns: its address and its labels. No label has a line break in it."""
    return "\n".join([row.address, *(f"{key}={value}" for key, value in row.labels.items())])


def node(row: NodeRow) -> tuple[NodeFacts, NodeFigures]:
    """The same, and its figures with its JSON."""
    cells = wire.node_cells(row)
    rest = _encode(msgspec.structs.replace(row, pods=()) if row.pods else row)
    return NodeFacts._make((*_facts_of(cells), found_by(row))), NodeFigures(cells.pods_used, cells.cpu, cells.memory, rest)


def pods(rows: tuple[PodRow, ...]) -> bytes:
    """The pods of a node as JSON."""
    return _encode(rows)


def component(cluster_id: int, row: ComponentRow) -> ComponentColumns:
    """A component without its instances."""
    return ComponentColumns(
        cluster_id,
        row.kind,
        row.plane,
        row.state,
        row.last,
        row.since,
        row.because,
        row.line,
        _encode(row.facts),
        _encode(row.evidence),
    )


def instance(component_id: int, row: InstanceRow) -> InstanceColumns:
    """An instance of a component."""
    own = _encode(row.own)
    return InstanceColumns(component_id, row.name, row.host, row.leader, row.state, row.because, row.version, row.restarts, own)


def transition(cluster_id: int, row: ChangeRow) -> TransitionColumns:
    """An announced change."""
    told = (row.subject_kind, row.subject, row.agent, row.before, row.after, row.because, row.at, row.group, row.about, row.led)
    return TransitionColumns(cluster_id, *told)
