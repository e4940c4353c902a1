"""How far the versions of a node's agents are from the API server's, as a small bar and in words.

Source: https://kubernetes.io/releases/version-skew-policy/ (a kubelet or kube-proxy is never newer than the API server, and at most
three minor versions older; two, where it is older than 1.25).
"""

from dataclasses import dataclass

from planes.components import skew
from planes.structs.rows import AgentRow, EvidenceRow, NodeRow
from planes.structs.thresholds import DEFAULT
from planes.structs.verdicts import State
from planes.structs.versions import behind, minor

#: More minor versions than these are not drawn: what is so far apart is told in words.
_MOST = 10


@dataclass(frozen=True, slots=True)
class SkewLine:
    """One agent. `state`: what the rule says of it, "" where it says nothing. `x` and `width` are of the minor versions that are
    supported, `at` is where its own is, in percent of the bar; empty where it is not drawn."""

    title: str
    version: str
    said: str
    state: str
    x: str = ""
    width: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class SkewBar:
    """`server`: the version of the API server, of several the newest. `minors`: each minor version that is drawn, with where its
    middle is, in percent; empty where none is."""

    server: str
    minors: tuple[tuple[str, str], ...]
    lines: tuple[SkewLine, ...]


def skew_bar(row: NodeRow, server: str) -> SkewBar | None:
    """None: no version of this node is known."""
    measured = [
        (title, agent, DEFAULT.kubelet_skew if title == "kubelet" else DEFAULT.proxy_skew)
        for title, agent in (("kubelet", row.kubelet), ("kube-proxy", row.kube_proxy))
        if agent.version
    ]
    runtime = row.container_runtime.version
    if not measured and not runtime:
        return None
    apart = {title: old for title, agent, _ in measured if (old := _apart(agent, server)) is not None}
    most = max((allowed for _, _, allowed in measured), default=0.0)
    first, last = max([most + 1, *apart.values()]), min([-1, *apart.values()])
    columns = int(first - last) + 1
    newest = minor(server)
    drawn = bool(apart) and newest is not None and columns <= _MOST

    def place(old: float, of: float = 0.5) -> str:
        """Where the column of what is so many versions older begins; `of` it has passed."""
        return f"{(first - old + of) / columns:.2%}"

    lines = []
    for title, agent, allowed in measured:
        within = skew.allowed_of(agent.version, allowed)
        old = apart.get(title)
        line = SkewLine(title, agent.version, _said(agent, old, within), _state(agent))
        if drawn and old is not None:
            whole = f"{(within + 1) / columns:.2%}"
            line = SkewLine(title, agent.version, line.said, line.state, place(within, 0.0), whole, place(old))
        lines.append(line)
    if runtime:
        lines.append(SkewLine("container runtime", runtime, "its project's own version, not measured against the API server", ""))
    minors: tuple[tuple[str, str], ...] = ()
    if drawn and newest is not None:
        olds = range(int(first), int(last) - 1, -1)
        minors = tuple((place(old), f"{newest[0]}.{newest[1] - old}") for old in olds if newest[1] >= old)
    return SkewBar(server, minors, tuple(lines))


def _rule(agent: AgentRow) -> EvidenceRow | None:
    """What the rule says: its line of evidence."""
    return next((one for one in agent.evidence if one.signal == "version skew"), None)


def _state(agent: AgentRow) -> str:
    found = _rule(agent)
    return found.state.value if found is not None else ""


def _apart(agent: AgentRow, server: str) -> int | None:
    """How many minor versions older it is; None where the rule does not measure it (a version that is none of Kubernetes)."""
    return None if _state(agent) == "not_observable" else behind(agent.version, server)


def _said(agent: AgentRow, old: int | None, allowed: float) -> str:
    """Of what is not well the rule's own words: of several API servers it may measure against the one beside the kubelet."""
    found = _rule(agent)
    if old is None:
        return found.now if found is not None else "not measured against the API server"
    if found is not None and found.state is not State.HEALTHY:
        return f"{found.now}; should be {found.should_be}"
    if old < 0:
        return f"{skew.minors(-old)} newer than the API server"
    if old == 0:
        return "as the API server"
    return f"{skew.minors(old)} older than the API server; up to {allowed:.0f} are supported"
