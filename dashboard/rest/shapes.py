"""What the API answers with. Times are epoch seconds; texts are ready to read, but for those of docs/wire.md.

Each answer about a cluster says how late it is: `as_of`, when its collector last vouched for it (null: it never did, or by a clock
that disagrees with the server's), and `late`, why it is not the present (null: it is). While a collector is silent the states are
"unknown", with the last known ones as `last`: the same as pages and `manage.py status` say.
"""

import msgspec

from planes.assess.uptime import Uptime
from planes.components.spec import Form
from planes.live.wire import Lateness
from planes.structs.history import Span, Stretch
from planes.structs.rows import ConditionRow, EventRow, FaultRow, TaintRow


class Dated(msgspec.Struct, frozen=True, kw_only=True):
    """`cluster` is the slug by which its addresses begin."""

    cluster: str
    as_of: float | None
    late: Lateness | None


class PlaneState(msgspec.Struct, frozen=True):
    state: str
    last: str
    because: str
    since: float | None


class ClusterAnswer(Dated, frozen=True, kw_only=True):
    """`labels`: as the page of all clusters groups by them. `nodes` counts nodes by state. `fault`: why the cluster cannot be seen;
    `missing`: what the picture has to do without."""

    name: str
    labels: dict[str, str]
    server: str
    version: str
    distribution: str
    zones: int
    pods: int
    planes: dict[str, PlaneState]
    nodes: dict[str, int]
    fault: FaultRow | None
    missing: tuple[FaultRow, ...]


class ComponentItem(msgspec.Struct, frozen=True):
    """`last` is the last known state while `state` is "unknown"."""

    kind: str
    plane: str
    state: str
    last: str
    since: float
    because: str
    line: str
    instances: int


class ComponentsAnswer(Dated, frozen=True, kw_only=True):
    """In the order of the picture."""

    components: tuple[ComponentItem, ...]


class EvidenceItem(msgspec.Struct, frozen=True):
    """`at`: when it was observed; null: never."""

    signal: str
    now: str
    should_be: str
    state: str
    source: str
    at: float | None


class InstanceItem(msgspec.Struct, frozen=True):
    """One running instance of a component of the control plane. `last` as for a component."""

    component: str
    name: str
    host: str
    leader: bool
    state: str
    last: str
    because: str
    version: str
    restarts: int | None


class ComponentAnswer(Dated, frozen=True, kw_only=True):
    """`facts` are figures, ready to show; one that is not there was not observed."""

    component: ComponentItem
    facts: dict[str, str]
    evidence: tuple[EvidenceItem, ...]
    instances: tuple[InstanceItem, ...]


class InstancesAnswer(Dated, frozen=True, kw_only=True):
    """`count`: of all pages. `next`: the cursor of the next page; null: there is none."""

    count: int
    next: str | None
    instances: tuple[InstanceItem, ...]


class NodeItem(msgspec.Struct, frozen=True):
    """`cpu` and `memory` are shares of what is allocatable, 0 to 1; null: not measured."""

    name: str
    state: str
    last: str
    because: str
    since: float
    kubelet: str
    kube_proxy: str
    container_runtime: str
    control_plane: bool
    cordoned: bool
    zone: str
    pool: str
    instance_type: str
    version: str
    runtime_version: str
    cpu: float | None
    memory: float | None
    pods: int
    pods_max: int | None
    created: float | None


class NodesAnswer(Dated, frozen=True, kw_only=True):
    """`count` nodes are there, `found` are meant."""

    count: int
    found: int
    next: str | None
    nodes: tuple[NodeItem, ...]


class AgentItem(msgspec.Struct, frozen=True):
    """One of a node's three agents. `last` as for a component."""

    state: str
    last: str
    because: str
    since: float
    line: str
    version: str
    evidence: tuple[EvidenceItem, ...]


class NodeAnswer(Dated, frozen=True, kw_only=True):
    """`node` as in the list of nodes. `beat`: when its lease was last seen to change; null: not known now. `conditions`, `taints`
    and `events` are the cluster's own words, their times the cluster's clock. Its pods are an address of their own."""

    node: NodeItem
    agents: dict[str, AgentItem]
    beat: float | None
    uid: str
    roles: tuple[str, ...]
    traits: tuple[str, ...]
    leaving: str
    leaving_since: float | None
    address: str
    os_image: str
    kernel: str
    architecture: str
    labels: dict[str, str]
    conditions: tuple[ConditionRow, ...]
    taints: tuple[TaintRow, ...]
    events: tuple[EventRow, ...]


class PodItem(msgspec.Struct, frozen=True):
    """`ready` of `containers` are ready. `owner`: the controller that owns it, with its kind; empty: none does."""

    namespace: str
    name: str
    phase: str
    ready: int
    containers: int
    restarts: int
    reason: str
    created: float | None
    owner: str


class PodsAnswer(Dated, frozen=True, kw_only=True):
    """By namespace and name. Of a node whose kubelet is silent these are the last known ones."""

    node: str
    count: int
    next: str | None
    pods: tuple[PodItem, ...]


class AttentionItem(msgspec.Struct, frozen=True):
    """What needs somebody, put together by cause: `count` subjects, of which `names` has the first few."""

    kind: str
    name: str
    title: str
    state: str
    last: str
    because: str
    since: float
    count: int
    agents: dict[str, str]
    names: tuple[str, ...]


class AttentionAnswer(Dated, frozen=True, kw_only=True):
    """The worst first."""

    attention: tuple[AttentionItem, ...]


class ChangeItem(msgspec.Struct, frozen=True):
    """An announced change. `because` tells what was true then; `group` ties together changes of one cause and moment."""

    id: int
    cluster: str
    subject_kind: str
    subject: str
    agent: str
    before: str
    after: str
    because: str
    at: float
    group: str


class Across(msgspec.Struct, frozen=True, kw_only=True):
    """Of several clusters: `late` is why what is told may lack what is newest, if none of them is vouched for, and `as_of` when the
    last of them was that was vouched for longest ago; `clusters` says it of each."""

    as_of: float | None
    late: Lateness | None
    clusters: tuple[Dated, ...]


class ChangesAnswer(Across, frozen=True, kw_only=True):
    """Newest first. `watched`: the spans in which some cluster of these was watched, oldest first; what happened outside of them
    nobody saw."""

    count: int
    next: str | None
    changes: tuple[ChangeItem, ...]
    watched: tuple[Span, ...]


class WatchedAnswer(Dated, frozen=True, kw_only=True):
    """The spans between `began` and `ended` in which a collector judged the cluster, oldest first."""

    began: float
    ended: float
    spans: tuple[Span, ...]


class RibbonAnswer(Dated, frozen=True, kw_only=True):
    """Which state the subject was in, from `began` to `ended`, without a gap; a stretch without a state was not watched, and is
    part of no ratio. `seconds`: how long it was in each state; `unwatched`: for so many seconds it was not watched."""

    subject: str
    began: float
    ended: float
    stretches: tuple[Stretch, ...]
    seconds: dict[str, float]
    unwatched: float


class UptimeItem(msgspec.Struct, frozen=True):
    """`subject`: "cluster", "control", "data", or a component's kind. Seconds in each state: `maintenance` is cordoned, joining or
    leaving, `hidden` not observable; `unwatched` is part of no ratio."""

    subject: str
    seconds: Uptime


class UptimeAnswer(Dated, frozen=True, kw_only=True):
    """From `began` to `ended`, which is at most what was asked for."""

    began: float
    ended: float
    uptimes: tuple[UptimeItem, ...]


class FigureItem(msgspec.Struct, frozen=True):
    """One figure: `told` is what it is of, `form` how it is written (a count; seconds, or seconds as milliseconds; a share, as
    percent; bytes), `scale` the least range of a chart. The values belong to the answer's `at`; null: not observed."""

    key: str
    told: str
    form: Form
    scale: float
    mean: tuple[float | None, ...]
    least: tuple[float | None, ...]
    most: tuple[float | None, ...]


class FiguresAnswer(Dated, frozen=True, kw_only=True):
    """Figures of a component or of a node (`kind` is "node") from `began` to `ended`, in buckets of `step` seconds, at most 600 of
    each; between two neighbours of `at` with values something was observed all the time. `stretches`: its states meanwhile; one
    without a state was not watched."""

    kind: str
    began: float
    ended: float
    step: int
    at: tuple[float, ...]
    figures: tuple[FigureItem, ...]
    stretches: tuple[Stretch, ...]


class FoundItem(msgspec.Struct, frozen=True):
    """`address` opens it, on this site. `about`: what else tells it apart."""

    cluster: str
    cluster_name: str
    name: str
    about: str
    address: str


class FoundGroup(msgspec.Struct, frozen=True):
    """What was found of one kind, the best first."""

    kind: str  # "cluster", "component", "instance", "node", "label", "version", "address", "pod" or "incident"
    found: tuple[FoundItem, ...]


class SearchAnswer(Across, frozen=True, kw_only=True):
    """At most 20 in all; the kind of which something is found best comes first. `more`: there are others. `clusters` are those of
    which something was found: what is told of one that is late is what was last known."""

    query: str
    groups: tuple[FoundGroup, ...]
    more: bool


#: Every answer that is dated.
Answer = Dated | Across
