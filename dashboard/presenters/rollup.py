"""An agent over all nodes: which versions there are and how far apart, how old heartbeats are, and how it is by zone and pool."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf

from dashboard.presenters.words import counted, known, number, severity, word
from planes.components import skew
from planes.live.wire import NodeCells
from planes.structs.thresholds import Thresholds
from planes.structs.verdicts import State
from planes.structs.versions import behind, order

#: So many versions, zones and pools are drawn; what is beyond is counted in one line.
MOST = 12


#: A kubelet renews its lease every 10 s, give or take 4 %; most leases are of 40 s. Ages up to so many seconds, by their titles.
_AGES = {5.0: "0 to 5 s", 10.0: "5 to 10 s", 15.0: "10 to 15 s", 25.0: "15 to 25 s", 40.0: "25 to 40 s", inf: "over 40 s"}
_UNSEEN = "not seen"


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a bar, in percent of its place, from `x` on. `state` is empty where the bar says nothing of a state."""

    x: str
    width: str
    state: str


@dataclass(frozen=True, slots=True)
class Bar:
    """`count` nodes of this name; `said` is what there is to say of them, `query` finds them in the table of nodes."""

    title: str
    count: str
    said: str
    parts: tuple[Part, ...]
    query: str = ""


@dataclass(frozen=True, slots=True)
class Rollup:
    """`versions` the newest first; `ages` of heartbeats, only of kubelets and while they are of now; `zones` and `pools` the worst
    first. Empty where there is nothing to tell apart."""

    versions: tuple[Bar, ...]
    ages: tuple[Bar, ...]
    zones: tuple[Bar, ...]
    pools: tuple[Bar, ...]


def rollup(
    kind: str,
    cells: Sequence[NodeCells],
    versions: Mapping[str, int],
    server: str,
    thresholds: Thresholds,
    *,
    beats: Mapping[str, float] | None = None,
    now: float = 0.0,
) -> Rollup:
    """`versions`: how many nodes run which; `server`: the API server's; `beats`: when each node's lease was last seen to be
    renewed, epoch seconds as `now`, None while that is not known."""
    return Rollup(
        versions=_versions(kind, versions, server, thresholds),
        ages=_ages(cells, beats, now) if kind == "kubelet" and beats is not None else (),
        zones=_split(kind, cells, "zone"),
        pools=_split(kind, cells, "pool"),
    )


def states(kind: str, cells: Iterable[NodeCells]) -> list[str]:
    """Of this agent on each node."""
    column = NodeCells._fields.index(kind.replace("-", "_"))
    return [known(str(one[column])) for one in cells]


def _versions(kind: str, versions: Mapping[str, int], server: str, thresholds: Thresholds) -> tuple[Bar, ...]:
    # Of the version skew policy, which says nothing of container runtimes.
    allowed = {"kubelet": thresholds.kubelet_skew, "kube-proxy": thresholds.proxy_skew}
    most = max(versions.values(), default=0)
    ordered = sorted(versions.items(), key=lambda one: (order(one[0].rpartition("//")[2]), one[0]), reverse=True)
    ordered.sort(key=lambda one: one[0].rpartition("//")[0])  # containerd's, then those of CRI-O
    bars = []
    for version, count in ordered[:MOST]:
        bad, said = _skew(version, server, allowed[kind]) if kind in allowed else (False, "")
        part = Part("0.000%", f"{count / most:.3%}", "degraded" if bad else "")
        query = f"version:{version}" if kind == "kubelet" and version else ""
        bars.append(Bar(version or "not told", number(count), said, (part,), query))
    return (*bars, *_rest(sum(count for _, count in ordered[MOST:]), len(ordered) - MOST, most, "version"))


def _skew(version: str, server: str, most: float) -> tuple[bool, str]:
    """Whether it is further from the API server's than `most` minor versions, and how far it is."""
    line, _ = skew.check(version, server, skew.allowed_of(version, most), "", None)
    older = behind(version, server)
    if older is None:
        return False, ""
    if older == 0:
        return False, "the API server's minor version"
    return line.state is State.DEGRADED, f"{skew.minors(abs(older))} {'older' if older > 0 else 'newer'} than the API server"


def _ages(cells: Sequence[NodeCells], beats: Mapping[str, float], now: float) -> tuple[Bar, ...]:
    """Of each age the states of its kubelets: how long a lease may go without a renewal is each lease's own affair."""
    groups: dict[str, Counter[str]] = {title: Counter() for title in (*_AGES.values(), _UNSEEN)}
    for one, state in zip(cells, states("kubelet", cells), strict=True):
        beat = beats.get(one.name)
        title = _UNSEEN if beat is None else next(title for bound, title in _AGES.items() if now - beat <= bound)
        groups[title][state] += 1
    most = max(1, *(group.total() for group in groups.values()))
    return tuple(
        Bar(title, number(group.total()), _said(group), tuple(_stack(group, most)))
        for title, group in groups.items()
        if group or title != _UNSEEN
    )


def _split(kind: str, cells: Sequence[NodeCells], by: str) -> tuple[Bar, ...]:
    """States in each zone or pool. Of one that holds all nodes there is nothing to tell apart."""
    column = NodeCells._fields.index(by)
    groups: dict[str, Counter[str]] = defaultdict(Counter)
    for one, state in zip(cells, states(kind, cells), strict=True):
        groups[str(one[column])][state] += 1
    if len(groups) < 2:
        return ()
    most = max(group.total() for group in groups.values())
    ordered = sorted(groups.items(), key=lambda one: (*_badness(one[1]), one[0]))
    bars = [
        Bar(
            name or f"no {by}",
            number(group.total()),
            _said(group),
            tuple(_stack(group, most)),
            f"{by}:{name} -{_COLUMNS[kind]}:healthy" if name and _ails(group) else "",
        )
        for name, group in ordered[:MOST]
    ]
    rest = sum((group for _, group in ordered[MOST:]), Counter[str]())
    return (*bars, *_rest(rest.total(), len(ordered) - MOST, most, by, _said(rest)))


#: What the picture's language calls an agent.
_COLUMNS = {"kubelet": "kubelet", "kube-proxy": "proxy", "container-runtime": "runtime"}


def _ails(group: Mapping[str, int]) -> int:
    return sum(count for state, count in group.items() if severity(state) > severity(State.HEALTHY))


def _badness(group: Mapping[str, int]) -> tuple[int, ...]:
    """To sort the worst first: by how many are down, then degraded, then unknown."""
    return tuple(-group.get(state, 0) for state in ("down", "degraded", "unknown"))


def _said(group: Mapping[str, int]) -> str:
    """ "3 down · 2 degraded"; empty of those that are all well."""
    worst = sorted((state for state in group if state != "healthy"), key=lambda state: -severity(state))
    return " · ".join(f"{group[state]:,} {word(state)}" for state in worst)


def _stack(group: Mapping[str, int], most: int) -> Iterable[Part]:
    """The worst first, so that a thin piece is seen; each at least a two-hundredth of the place."""
    at = 0.0
    for state in sorted(group, key=lambda state: -severity(state)):
        width = min(1.0 - at, max(0.005, group[state] / most))
        yield Part(f"{at:.3%}", f"{width:.3%}", state)
        at += width


def _rest(nodes: int, groups: int, most: int, noun: str, said: str = "") -> Iterable[Bar]:
    if groups > 0:
        yield Bar(f"{counted(groups, noun)} more", number(nodes), said, (Part("0.000%", f"{min(1.0, nodes / most):.3%}", ""),))
