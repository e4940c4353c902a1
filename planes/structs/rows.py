"""What has become of a cluster, as rows: the one language between judging, storing, sending and showing.

The collector turns verdicts into these rows (times as epoch seconds, time tokens in texts moved to epoch seconds); planes.store
writes them, planes.live sends them, the pages show them. States are the strings of planes.structs.verdicts.State.
"""

import msgspec

from planes.structs.moments import Epoch
from planes.structs.node_samples import NodeSamplesRow
from planes.structs.survey import SurveyRow
from planes.structs.verdicts import State


class EvidenceRow(msgspec.Struct, frozen=True):
    signal: str
    now: str
    should_be: str
    state: State
    source: str
    at: Epoch | None = None  # epoch seconds; None: never observed


#: What one scrape of the API server's /metrics told, for the small charts: epoch seconds, then one value for each figure of the
#: registry (planes.components.registry.FIGURES), in its order. None: not observed. Rates and requests in flight are sums over the
#: instances that were reached, rates between each one's last two scrapes; ratios and percentiles are of the instance that was
#: scraped.
SampleRow = tuple[float | None, ...]


class OwnFiguresRow(msgspec.Struct, frozen=True):
    """What one instance's own metrics say: `facts` ready to show as a component's, `at` its last scrape, `samples` of its last
    scrapes, oldest first. `untold` is why nothing can be told of it by itself; else empty."""

    facts: dict[str, str] = {}
    at: Epoch | None = None
    samples: tuple[SampleRow, ...] = ()
    untold: str = ""


class InstanceRow(msgspec.Struct, frozen=True):
    """`own`: the instance's own figures, where its kind has any."""

    name: str
    host: str = ""
    leader: bool = False
    state: State = State.UNKNOWN
    because: str = ""
    version: str = ""
    restarts: int | None = None
    own: OwnFiguresRow | None = None


class ComponentRow(msgspec.Struct, frozen=True):
    """`facts` are figures for the picture, ready to show, e.g. {"requests/s": "1,284"}; a missing key was not observed."""

    kind: str
    plane: str  # "control", "data" or "addon"
    state: State
    because: str
    since: Epoch
    last: str = ""  # the last known state, while state is "unknown"; else empty
    line: str = ""
    evidence: tuple[EvidenceRow, ...] = ()
    instances: tuple[InstanceRow, ...] = ()
    facts: dict[str, str] = {}


class AgentRow(msgspec.Struct, frozen=True):
    """One of the three agents of one node."""

    state: State
    because: str
    since: Epoch
    last: str = ""
    line: str = ""
    version: str = ""
    evidence: tuple[EvidenceRow, ...] = ()


class ConditionRow(msgspec.Struct, frozen=True):
    """`state` is what it says by itself; None: nothing is known of such a kind, so it has no colour."""

    type: str
    status: str
    reason: str = ""
    message: str = ""
    since: Epoch | None = None  # the cluster's own lastTransitionTime, epoch seconds of the cluster's clock
    state: State | None = None


class TaintRow(msgspec.Struct, frozen=True):
    key: str
    effect: str
    value: str = ""
    since: Epoch | None = None  # timeAdded, epoch seconds of the cluster's clock: written for NoExecute, seldom for others


class PodRow(msgspec.Struct, frozen=True, array_like=True):
    """A pod within its node's compact column; array_like keeps 150,000 of them small."""

    namespace: str
    name: str
    phase: str
    ready: int  # containers ready
    containers: int
    restarts: int
    reason: str = ""  # a waiting reason such as CrashLoopBackOff, or the pod's own
    created: Epoch | None = None
    owner: str = ""  # the controller that owns it: "ReplicaSet cart-6d9f7b5c4"


class EventRow(msgspec.Struct, frozen=True):
    type: str
    reason: str
    message: str
    count: int
    at: Epoch | None  # the cluster's clock


class NodeRow(msgspec.Struct, frozen=True):
    """A node. `state` is the worst of its agents, or "cordoned", "leaving" or "joining" when only that is to be said. `traits` are
    what is to be said of it besides: what kind of node it is where it is no ordinary one, and that it may come to leave. `leaving`
    is why it leaves, since when; both are kept, for a node that is silent says it no more."""

    name: str
    uid: str
    state: State
    because: str
    since: Epoch
    kubelet: AgentRow
    kube_proxy: AgentRow
    container_runtime: AgentRow
    cordoned: bool = False
    control_plane: bool = False
    zone: str = ""
    pool: str = ""
    instance_type: str = ""
    roles: tuple[str, ...] = ()
    created: Epoch | None = None
    pods_used: int = 0
    pods_max: int | None = None
    cpu_used: float | None = None  # cores
    cpu_max: float | None = None
    memory_used: float | None = None  # bytes
    memory_max: float | None = None
    labels: dict[str, str] = {}
    conditions: tuple[ConditionRow, ...] = ()
    taints: tuple[TaintRow, ...] = ()
    os_image: str = ""
    kernel: str = ""
    architecture: str = ""
    address: str = ""
    pods: tuple[PodRow, ...] = ()
    events: tuple[EventRow, ...] = ()
    traits: tuple[str, ...] = ()
    leaving: str = ""
    leaving_since: Epoch | None = None


class PlaneRow(msgspec.Struct, frozen=True):
    state: State
    because: str  # short, e.g. "3 of 120 nodes need attention"
    since: Epoch
    last: str = ""


class AttentionRow(msgspec.Struct, frozen=True):
    """One entry of "needs attention", grouped by cause: 412 silent kubelets are one row with count 412 and a few names."""

    key: str  # stable while the cause lasts
    kind: str  # "Node" or "Component" or "Cluster"
    name: str  # "node-63", or a component's kind
    title: str  # "node-63 · container runtime", "412 kubelets silent"
    state: State
    because: str
    since: Epoch
    count: int = 1
    agents: dict[str, str] = {}  # for a node: state by agent
    names: tuple[str, ...] = ()  # the first few subjects of a group


class ChangeRow(msgspec.Struct, frozen=True):
    """One announced change. `because` tells what was true then: nothing in it runs. `group` ties together the many changes of one
    cause and moment; where not all of them are listed, `more` says how many are not, on the last that is, and `more_from` when
    the first of them was. `about`: the one part of the subject that is all its trouble (Verdict.about), else empty. `led`: since
    when it had been so when it was told; None: no longer than that, or not known."""

    subject_kind: str  # "Node" or "Component" or "Cluster"
    subject: str  # node name, component kind or cluster slug
    agent: str  # kubelet, kube-proxy or container-runtime for a node's agent, else ""
    before: State
    after: State
    because: str
    at: Epoch
    group: str = ""
    more: int = 0
    more_from: Epoch | None = None
    about: str = ""
    led: Epoch | None = None


class FaultRow(msgspec.Struct, frozen=True):
    """Why the cluster cannot be seen, or not all of it: one sentence, one remedy. `since` epoch seconds."""

    kind: str
    message: str
    remedy: str
    since: Epoch


class ClusterRow(msgspec.Struct, frozen=True):
    server: str = ""
    version: str = ""
    distribution: str = ""
    zones: int = 0
    pods: int = 0
    clock_skew: float | None = None
    heard_at: Epoch | None = None  # when the API server last answered us
    retry_at: Epoch | None = None  # when it is asked again, while it does not answer
    fault: FaultRow | None = None
    missing: tuple[FaultRow, ...] = ()  # rights or parts that are missing; each shrinks the picture, none is unhealthy
    control: PlaneRow | None = None
    data: PlaneRow | None = None


class ChecksRow(msgspec.Struct, frozen=True):
    """Which checks of /livez or /readyz fail from `at` on, with the reason that the API server gave; those that failed before and
    are not among them were seen to fail last at `at`. Epoch seconds."""

    path: str
    at: Epoch
    failing: dict[str, str]


class Frame(msgspec.Struct):
    """All that changed since the frame before; what is None or empty did not. The first frame of a collector is `full`: it holds
    everything, and what is not in it no longer exists."""

    at: Epoch  # epoch seconds at which it was judged
    full: bool = False
    cluster: ClusterRow | None = None
    components: list[ComponentRow] = []
    gone_components: list[str] = []  # kinds
    nodes: dict[str, NodeRow] = {}
    gone_nodes: list[str] = []  # names
    attention: list[AttentionRow] | None = None  # whole, newest first within severity, when it changed
    changes: list[ChangeRow] = []  # newest last
    samples: list[SampleRow] = []  # newest last
    node_samples: list[NodeSamplesRow] = []  # newest last; stored, and not sent
    checks: list[ChecksRow] = []  # newest last; stored, and not sent
    survey: SurveyRow | None = None  # stored, and not sent

    def is_empty(self) -> bool:
        """Nothing to store and nothing to send."""
        return not (
            self.full
            or self.cluster
            or self.components
            or self.gone_components
            or self.nodes
            or self.gone_nodes
            or self.attention is not None
            or self.changes
            or self.samples
            or self.node_samples
            or self.checks
            or self.survey
        )
