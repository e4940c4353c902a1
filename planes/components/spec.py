"""How a component is declared: one `Component` or `Agent` a kind, in a module of its own, named once in registry.py.

Everything that is told of a kind anywhere (pages, picture, documentation, doctor, rights, charts) is read from here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from planes.components.verdict_builder import Judged
from planes.components.view import ClusterView
from planes.structs.moments import Mono
from planes.structs.observations import LeaderObservation, NodeObservation, NodeScene, RatesSeen
from planes.structs.thresholds import Thresholds
from planes.structs.time_tokens import duration
from planes.structs.verdicts import Verdict

O = TypeVar("O")  # noqa: E741  what a component is judged by


class Plane(StrEnum):
    """Where a component belongs. Add-ons stand beside the two planes and are never counted into them."""

    CONTROL = "control"
    DATA = "data"
    ADDON = "addon"


class Form(StrEnum):
    """How a figure's values are written."""

    COUNT = "count"  # "1,284", "0.4"
    MILLISECONDS = "milliseconds"  # of seconds: "38 ms"
    PERCENT = "percent"  # of a share: "0.4 %"
    SECONDS = "seconds"  # "31 s", "7.5 min"
    BYTES = "bytes"  # "512 MiB"


class Over(StrEnum):
    """Of which time a figure's value is."""

    WINDOW = "window"  # the last minutes, Thresholds.rate_window
    SCRAPE = "scrape"  # between the last two scrapes
    NOW = "now"  # the moment of the last scrape


@dataclass(frozen=True, slots=True, kw_only=True)
class Charted:
    """A number that has a chart. `key` is its name in samples and in the browser, `told` what the chart is of, in words. `least`
    is the least range of the chart's scale, in the value's own unit, so that noise does not look like news. `digits` are told."""

    key: str
    told: str
    form: Form
    least: float
    digits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure(Charted):
    """A number that is sampled with each scrape, so that it has a chart of the last hour.

    `fact` is the name under which the value over the window stands among a component's facts; empty: it has a chart only. A sample
    keeps `digits` digits of what `sampled` gives, and a fact is what `shown` gives; None where it was not observed. `over`: what
    the value is of; `bound`: the name of the threshold above which it is degraded, or empty.
    """

    fact: str = ""
    sampled: Callable[[RatesSeen], float | None]
    shown: Callable[[RatesSeen], float | None] = lambda rates: None
    over: Over = Over.WINDOW
    bound: str = ""

    def about(self, thresholds: Thresholds) -> str:
        """What it is, over which time and within which bound, with "…" for the value: "99 % of requests within … over up to 5 min;
        degraded above 1 s"."""
        said = f"{self.told} …" if self.told.endswith(" within") else f"{self.told}: …"
        match self.over:
            case Over.WINDOW:
                said += f" over up to {duration(thresholds.rate_window)}"
            case Over.SCRAPE:
                said += " between the last two scrapes"
            case Over.NOW:
                said += " at the last scrape"
        if not self.bound:
            return said
        bound = float(getattr(thresholds, self.bound))
        return f"{said}; degraded above {f'{bound * 100:g} %' if self.form is Form.PERCENT else duration_of(bound)}"

    def text(self, rates: RatesSeen) -> str | None:
        """The fact, ready to show: "1,284", "38 ms" (or "1.5 s"), "0.4 %"; None where it was not observed."""
        value = self.shown(rates)
        if value is None:
            return None
        match self.form:
            case Form.COUNT:
                return f"{value:,.0f}"
            case Form.MILLISECONDS:
                return brief(value)
            case Form.PERCENT:
                return f"{value * 100:.1f} %"
            case Form.SECONDS:
                return duration(value)
            case Form.BYTES:
                return f"{value / 2**20:,.0f} MiB"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauge(Charted):
    """A number of one of the elected that is looked at once a minute. `sampled` gives it as of a moment, None where it is not
    observed; samples are whole numbers of `unit`, in the value's own unit."""

    sampled: Callable[[LeaderObservation, Mono], float | None]
    unit: float = 1.0


def brief(seconds: float) -> str:
    """How long a request takes: "38 ms", "1.5 s"."""
    return f"{seconds * 1000:.0f} ms" if seconds < 0.9995 else f"{seconds:.1f} s"


def duration_of(seconds: float) -> str:
    """A bound as people write it: "1 s", "250 ms"."""
    return f"{seconds:g} s" if seconds >= 1 else f"{seconds * 1000:g} ms"


def facts_of(figures: tuple[Figure, ...], rates: RatesSeen) -> dict[str, str]:
    """The figures that were observed, by the name of their fact."""
    told = {one.fact: one.text(rates) for one in figures if one.fact}
    return {fact: text for fact, text in told.items() if text is not None}


@dataclass(frozen=True, slots=True)
class Signal:
    """One line of evidence. `name` is as in Evidence.signal, with {placeholders} where it varies. `says` is what is looked at;
    `degraded` and `down` when it turns the component so (empty: it never does); `unknown` when it cannot be trusted. `thresholds`
    are the names of the thresholds it is compared with."""

    name: str
    source: str
    says: str
    degraded: str = ""
    down: str = ""
    unknown: str = ""
    thresholds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PodMarks:
    """By what a kind's pods are known: any of `labels` (key, value), or, where it is told, a container called `container`.

    Of a kind that runs as `mirror` pods, which kubelets make of static manifests, those count that bear a label of it or run its
    container (RKE2 labels kube-proxy on its workers like a control plane: never by tier alone); in OpenShift those of its own
    namespace `openshift`. `hosted`: also other pods, where besides the label they say tier=control-plane or run its container
    (bootkube's self-hosted control planes). `ending`: a value that ends so after a hyphen is as good as the label's own.
    """

    labels: tuple[tuple[str, str], ...]
    mirror: bool = False
    hosted: bool = False
    container: str = ""
    ending: str = ""
    openshift: str = ""


#: The labels under which people put the name of what a pod is.
NAMES = ("component", "k8s-app", "app", "app.kubernetes.io/name")


def named(*values: str) -> tuple[tuple[str, str], ...]:
    """Each of these values under each label in use for names."""
    return tuple((key, value) for value in values for key in NAMES)


def static_pods(kind: str, *called: str, hosted: bool = True) -> PodMarks:
    """The marks of what kubeadm and its like run as static pods, and others as pods of Deployments; `called`: it is labelled so,
    too."""
    return PodMarks(labels=named(kind, *called), mirror=True, hosted=hosted, container=kind, openshift=f"openshift-{kind}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What is told of a kind, the same for every cluster.

    `title` is its name as people write it, `role` what it is for, short enough for a card. `does` and `away` are one to three
    sentences: what it does, and what goes on and what stops while it is away; they never name a cause, which is the rules'
    business (sources: the Kubernetes documentation, "Cluster Architecture", "Leases", "Node status"). `commands` are what one
    types next. `unseen`: sentences about what its users would want to know and cannot be seen from
    outside of it. `pods` says by what its pods are known. `healthy` … `hidden` end "healthy: …" and so on. `rights` are names of
    planes.structs.rights.
    """

    kind: str
    plane: Plane
    title: str
    role: str
    does: str
    away: str
    commands: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    pods: PodMarks | None = None
    healthy: str
    degraded: str
    down: str
    unknown: str
    hidden: str
    signals: tuple[Signal, ...]
    rights: tuple[str, ...]
    figures: tuple[Figure, ...] = ()
    gauges: tuple[Gauge, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Component(Kind, Generic[O]):
    """A component that is judged once a cluster. `observe` gives None where it is not shown in this cluster."""

    observe: Callable[[ClusterView], O | None]
    judge: Callable[[O, Mono, Thresholds], Judged]

    def look(self, view: ClusterView, now: Mono, thresholds: Thresholds) -> Judged | None:
        """Observed and judged; None where it is not shown."""
        seen = self.observe(view)
        return None if seen is None else self.judge(seen, now, thresholds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent(Kind):
    """An agent of every node. `column` is its name on the wire, `short` its name where there is little room. `judge` is told
    whether the node's kubelet is silent."""

    column: str
    short: str
    judge: Callable[[NodeObservation, NodeScene, bool, Mono, Thresholds], Verdict]


#: What stands in place of everything that is seen through the API server while that cannot be asked.
REACH = Signal(
    "API server answers",
    "the collector's own requests",
    "Whether the API server can be asked at all. While it cannot, nothing else is known, neither good nor bad.",
    unknown="it cannot be asked, or has not answered yet",
    thresholds=("hold_probe", "probe_stale"),
)

#: Why an agent is unknown while its node's kubelet is silent.
SILENT = "the kubelet is silent: what is shown is the last known state"


def pod_signal(what: str, degraded: str, thresholds: tuple[str, ...] = ("hold_condition",)) -> Signal:
    """The line of each pod of a component."""
    return Signal(
        "pod",
        "pods of kube-system",
        f"{what} Is it ready, and if not, why (CrashLoopBackOff, …)?",
        degraded=degraded,
        unknown="the kubelet of its node is silent: what is shown is the last known state",
        thresholds=thresholds,
    )


def on_all_nodes(kind: str) -> tuple[Signal, ...]:
    """The lines of an agent's roll-up over all nodes."""
    thresholds = ("rollup_down", "zone_least")
    return (
        Signal(
            f"{kind} on nodes",
            "all nodes",
            "The roll-up: how many nodes are in which state.",
            "any node is degraded or down",
            "half of the nodes that can be seen are down, or a whole zone is",
            "a quarter of the nodes or more are unknown, and none is known to be bad",
            (*thresholds, "rollup_unknown", "rollup_passing"),
        ),
        Signal(
            "zone {zone}",
            "all nodes",
            "The same in each zone, where there are several.",
            "any node of it is degraded or down",
            "half of its nodes are down; the whole is down with it if all are",
            "a quarter of its nodes or more are unknown",
            (*thresholds, "rollup_unknown", "rollup_passing"),
        ),
        Signal(
            "nodes",
            "nodes",
            "Whether nodes can be seen at all.",
            unknown="they cannot be read any more",
            thresholds=("feed_stale",),
        ),
        Signal(kind, "nodes", "Said where the cluster has no nodes."),
    )
