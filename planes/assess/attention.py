"""What needs a person, grouped by cause: 412 silent kubelets are one entry, not 412."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from planes.components.registry import title_of
from planes.structs.moments import Mono
from planes.structs.thresholds import Thresholds
from planes.structs.verdicts import SEVERITY, State

#: A cause in the plural: "412 kubelets silent".
_MANY = {
    ("kubelet", "silent"): "kubelets silent",
    ("kubelet", "pressure"): "nodes under pressure",
    ("kubelet", "skew"): "kubelets with an unsupported version",
    ("kubelet", "not-ready"): "kubelets not ready",
    ("kubelet", "leaving-long"): "nodes taking too long to leave",
    ("kubelet", "not-set-up"): "nodes not set up in time",
    ("container-runtime", "runtime-down"): "container runtimes down",
    ("container-runtime", "network-not-ready"): "nodes with no pod network",
    ("kube-proxy", "pod-not-ready"): "kube-proxies not ready",
    ("kube-proxy", "pod-missing"): "kube-proxies missing",
    ("kube-proxy", "restarts"): "kube-proxies restarting",
}


#: The cause of who is better, and is only held as bad as it was: see planes.assess.hysteresis.
HELD = "held"


@dataclass(frozen=True, slots=True)
class Trouble:
    """One node that is degraded or down: the worst of its agents decides."""

    node: str
    agent: str
    cause: str
    state: State
    because: str
    since: Mono
    agents: dict[str, str]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of "needs attention"."""

    key: str
    kind: str
    name: str
    title: str
    state: State
    because: str
    since: Mono
    count: int = 1
    agents: dict[str, str] = field(default_factory=dict)
    names: tuple[str, ...] = ()


def group(troubles: Iterable[Trouble], thresholds: Thresholds) -> list[Entry]:
    """Nodes by cause, once there are enough with the same one."""
    causes: dict[tuple[str, str], list[Trouble]] = {}
    for one in troubles:
        causes.setdefault((one.agent, one.cause), []).append(one)
    entries: list[Entry] = []
    for (agent, cause), found in causes.items():
        if len(found) < thresholds.group_at:
            entries += [
                Entry(
                    key=f"node:{one.node}",
                    kind="Node",
                    name=one.node,
                    title=f"{one.node} · {title_of(agent)}",
                    state=one.state,
                    because=one.because,
                    since=one.since,
                    agents=one.agents,
                )
                for one in found
            ]
            continue
        found.sort(key=lambda one: (-SEVERITY[one.state], one.since, one.node))
        worst, names = found[0], tuple(one.node for one in found[:5])
        many = f"nodes: {title_of(agent)} {'still shown as ' if cause == HELD else ''}{worst.state.value}"
        title = f"{len(found):,} {_MANY.get((agent, cause), many)}"
        down = sum(one.state is State.DOWN for one in found)
        told = f"{down:,} down, {len(found) - down:,} degraded" if 0 < down < len(found) else f"all {worst.state.value}"
        because = f"{told[0].upper()}{told[1:]}. {worst.because}"
        since = min(one.since for one in found)
        entries.append(
            Entry(
                key=f"nodes:{agent}:{cause}",
                kind="Node",
                name=worst.node,
                title=title,
                state=worst.state,
                because=because,
                since=since,
                count=len(found),
                agents=dict(worst.agents),
                names=names,
            )
        )
    return entries


def order(entries: Iterable[Entry]) -> list[Entry]:
    """The worst first; within one state, clusters and components before nodes, then the newest first."""
    rank = {"Cluster": 0, "Component": 1, "Node": 2}
    return sorted(entries, key=lambda one: (-SEVERITY[one.state], rank[one.kind], -one.since, one.key))
