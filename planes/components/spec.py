"""How a signal is declared: what the declarations beside this module are made of."""

from dataclasses import dataclass


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


@dataclass(frozen=True, slots=True)
class Component:
    """One component. `healthy` … `hidden` end "healthy: …" and so on; `rights` are names of planes.structs.rights."""

    kind: str
    title: str
    healthy: str
    degraded: str
    down: str
    unknown: str
    hidden: str
    signals: tuple[Signal, ...]
    rights: tuple[str, ...]


#: What stands in place of everything that is seen through the API server while that cannot be asked.
REACH = Signal(
    "API server answers",
    "the collector's own requests",
    "Whether the API server can be asked at all. While it cannot, nothing else is known, neither good nor bad.",
    unknown="it cannot be asked, or has not answered yet",
    thresholds=("hold_probe", "probe_stale"),
)


def pod(what: str, degraded: str, thresholds: tuple[str, ...] = ("hold_condition",)) -> Signal:
    """The line of each pod of a component."""
    return Signal(
        "pod",
        "pods of kube-system",
        f"{what} Is it ready, and if not, why (CrashLoopBackOff, …)?",
        degraded=degraded,
        unknown="the kubelet of its node is silent: what is told of it is the last known state",
        thresholds=thresholds,
    )
