"""A cluster as a card of two planes: for the list of clusters, the wall and the API."""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from dashboard.presenters.words import counted, known, severity, word
from planes.live.wire import Lateness
from planes.store.freshness import Freshness, believed, seen, unknown_since
from planes.store.selectors import ClusterSummary
from planes.structs.events import BLAME
from planes.structs.rows import AttentionRow, FaultRow, PlaneRow
from planes.structs.time_tokens import duration

#: Entries of "needs attention" that a card carries; it says how many more there are.
_TROUBLES = 3
#: Entries that a wall of this cluster alone tells besides, in turn: what is more comes round too seldom to be read.
_FURTHER = 27


class CardPlane(msgspec.Struct, frozen=True):
    """`headline` is what is read from afar; `because` may hold time tokens. `last` is the last known state while unknown. `brief`:
    what is down or degraded in a few words for where a headline has no room, the most telling first; else empty."""

    state: str
    headline: str
    because: str
    since: float | None
    last: str = ""
    brief: tuple[str, ...] = ()

    @property
    def last_word(self) -> str:
        """The state to name when it can no longer be said: what was hidden, or never known, is not worth a word."""
        state = self.last if self.state == "unknown" else self.state
        return "" if state in ("", "unknown", "not_observable") else word(state)


class Trouble(msgspec.Struct, frozen=True):
    """One entry of "needs attention"."""

    title: str
    state: str
    because: str
    since: float


class WallCard(msgspec.Struct, frozen=True):
    """A cluster in the compact form of the wall's socket and of GET /api/v1/clusters: it changes only when a fact does. Whether it
    is still the present is told by pulses, not by the card."""

    slug: str
    name: str
    control: CardPlane
    data: CardPlane
    nodes: int
    nodes_healthy: int  # cordoned ones among them: their agents are well
    pods: int
    foot: str
    version: str = ""
    distribution: str = ""
    fault: FaultRow | None = None
    retry_at: float | None = None
    trouble: tuple[Trouble, ...] = ()
    more: int = 0  # entries of "needs attention" beyond `trouble`


@dataclass(frozen=True, slots=True)
class ClusterCard:
    """A card as it may be shown now: a late picture's states are unknown, with the last known ones beside them."""

    card: WallCard
    control: CardPlane
    data: CardPlane
    late: Lateness | None
    heard: float | None
    pulse: float | None
    epoch: int
    offset: int
    full: str = ""  # the name that its context has

    @property
    def stood(self) -> float | None:
        """The moment at which the ages of a card stand still that nobody vouches for; None: they run."""
        return self.late.since if self.late is not None and self.late.cause == "collector" else None

    @property
    def silent(self) -> str:
        """What a card says whose API server gives no answer: who is to blame, in two words."""
        kind = self.card.fault.kind if self.card.fault is not None else ""
        return next((brief for one, (brief, _) in BLAME.items() if one == kind), "no answer")

    @property
    def apart(self) -> str:
        """By how much the clocks disagree, where that is why it is late."""
        return duration(self.late.apart) if self.late is not None and self.late.apart else ""

    @property
    def worst(self) -> str:
        return max(self.control.state, self.data.state, key=severity)

    @property
    def count(self) -> str:
        """Healthy nodes of all; a dash while that cannot be known."""
        if self.data.state == "unknown" or not self.card.nodes:
            return "–"
        return f"{self.card.nodes_healthy:,}/{self.card.nodes:,}"


def wall_card(summary: ClusterSummary) -> WallCard:
    """The card of a cluster, from what was last stored of it."""
    row = summary.row
    total = sum(summary.nodes.values())
    healthy = summary.nodes.get("healthy", 0) + summary.nodes.get("cordoned", 0)
    trouble = _troubled(summary)
    return WallCard(
        slug=summary.slug,
        name=summary.name,
        control=_plane(row.control, row.fault, _components_in_brief(summary)),
        data=_plane(row.data, row.fault, _nodes_in_brief(summary.nodes, total)),
        nodes=total,
        nodes_healthy=healthy,
        pods=row.pods,
        foot=_foot(summary, total),
        version=row.version,
        distribution=row.distribution,
        fault=row.fault,
        retry_at=row.retry_at,
        trouble=tuple(_trouble(one) for one in trouble[:_TROUBLES]),
        more=max(0, len(trouble) - _TROUBLES),
    )


def further(summary: ClusterSummary) -> tuple[Trouble, ...]:
    """The entries of "needs attention" beyond a card's, for the wall that shows this cluster alone: a bounded number."""
    return tuple(_trouble(one) for one in _troubled(summary)[_TROUBLES : _TROUBLES + _FURTHER])


def cluster_card(summary: ClusterSummary, fresh: Freshness, late: Lateness | None) -> ClusterCard:
    """The card as it may be shown, with the moments and the position from which the browser judges on."""
    card, told = wall_card(summary), believed(fresh, late)
    return ClusterCard(
        card=card,
        control=_now(card.control, late),
        data=_now(card.data, late),
        late=late,
        heard=told.heard_at,
        pulse=told.collected_at,
        epoch=summary.head.epoch,
        offset=summary.head.offset,
        full=summary.head.context,
    )


def tally(cards: list[ClusterCard], *, every: bool = False) -> tuple[tuple[str, int], ...]:
    """How many clusters are in each state that needs a word, the worst first: the wall's headline. `every`: in all other states
    too."""
    worst = [one.worst for one in cards]
    needy = [one for one in ("down", "degraded", "unknown") if one in worst]
    others = sorted(set(worst) - set(needy), key=lambda one: (-severity(one), one)) if every else []
    return tuple((state, worst.count(state)) for state in (*needy, *others))


def _components_in_brief(summary: ClusterSummary) -> tuple[str, ...]:
    """The components to which the control plane owes its state: ("kube-scheduler", "scheduler"), or ("etcd and 1 more",
    "etcd +1", "2 components")."""
    state = "" if summary.row.control is None else summary.row.control.state
    found = [one.kind for one in summary.components if one.plane == "control" and one.state == state]
    if not found:
        return ()
    first, more = found[0], len(found) - 1
    if not more:
        return tuple(dict.fromkeys((first, first.removeprefix("kube-"))))
    return f"{first} and {more} more", f"{first.removeprefix('kube-')} +{more}", counted(len(found), "component")


def _nodes_in_brief(nodes: Mapping[str, int], total: int) -> tuple[str, ...]:
    """Those that are down or degraded: ("4 of 120 nodes", "4 nodes")."""
    bad = sum(nodes.get(state, 0) for state in ("down", "degraded"))
    return (f"{bad:,} of {counted(total, 'node')}", counted(bad, "node")) if bad else ()


def _plane(row: PlaneRow | None, fault: FaultRow | None, brief: tuple[str, ...]) -> CardPlane:
    if row is None:
        return CardPlane("unknown", "unknown", fault.message if fault else "Nothing of it has been seen yet.", None)
    state = known(row.state)
    brief = brief if state in ("down", "degraded") else ()
    return CardPlane(state, _headline(state, row.last, row.because), row.because, row.since, row.last, brief)


def _headline(state: str, last: str, because: str) -> str:
    if state == "unknown":
        return f"unknown (was {word(last)})" if last not in ("", "unknown", "not_observable") else "unknown"
    if state in ("degraded", "down") and because:
        return because.rstrip(".")
    return word(state)


def _now(plane: CardPlane, late: Lateness | None) -> CardPlane:
    shown = seen(plane.state, plane.last, plane.because, late)
    if shown.state == plane.state and shown.because == plane.because:
        return plane
    since = None if plane.since is None else unknown_since(late, plane.since)
    return CardPlane(shown.state, _headline(shown.state, shown.last, shown.because), shown.because, since, shown.last)


def _troubled(summary: ClusterSummary) -> list[AttentionRow]:
    """What concerns the cluster as a whole stands in its fault already."""
    return [one for one in summary.attention if not (summary.row.fault and one.kind == "Cluster")]


def _trouble(row: AttentionRow) -> Trouble:
    return Trouble(row.title, known(row.state), row.because, row.since)


def _foot(summary: ClusterSummary, nodes: int) -> str:
    row = summary.row
    zones = counted(row.zones, "zone") if row.zones else ""
    parts = (
        counted(nodes, "node") if nodes else "",
        counted(row.pods, "pod") if row.pods else "",
        zones,
        row.version,
        row.distribution,
    )
    return " · ".join(part for part in parts if part)
