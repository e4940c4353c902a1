"""The cluster's own row: what it is, when it last answered, what is missing, and the two planes as a whole."""

from collections import Counter

import msgspec

from planes.assess import rollup
from planes.assess.component_assessor import ComponentAssessor
from planes.assess.node_assessor import NodeAssessor
from planes.cache.cluster import ClusterCache
from planes.cache.reachability import FeedTrack
from planes.components.verdict_builder import RIGHTS, clause, sentence
from planes.components.view import ClusterView
from planes.structs.events import Fault, FaultKind
from planes.structs.moments import Epoch, Mono
from planes.structs.rights import titled
from planes.structs.rows import ClusterRow, FaultRow, PlaneRow
from planes.structs.thresholds import Thresholds
from planes.structs.time_tokens import duration, to_epoch
from planes.structs.verdicts import SEVERITY, State

#: For so long it is said that we ourselves were away.
_SAID = 60.0
#: The moment of the last answer alone makes a new row no oftener than this; the pulse carries it in between.
_HEARD = 30.0


class ClusterSummary:
    """Makes the row of one cluster."""

    def __init__(self, cache: ClusterCache, thresholds: Thresholds) -> None:
        self._cache = cache
        self._thresholds = thresholds
        self._planes: dict[str, PlaneRow] = {}
        self._known: dict[str, str] = {}
        self._unconfirmed: dict[str, PlaneRow] = {}  # what was known before a restart, until it is known anew
        self._paused: tuple[float, Mono] | None = None
        self._restored: ClusterRow | None = None
        self._zones = 0

    def restore(self, cluster: ClusterRow | None) -> None:
        """Begin with what was last known."""
        self._restored = cluster
        if cluster is None:
            return
        for name, row in (("control", cluster.control), ("data", cluster.data)):
            if row is not None:
                self._planes[name] = self._unconfirmed[name] = row
                self._known[name] = row.last or row.state

    def paused(self, gap: float, now: Mono) -> None:
        """We ourselves were away."""
        self._paused = (gap, now)

    def planes(self, nodes: NodeAssessor, components: ComponentAssessor, now: Mono, offset: float) -> tuple[PlaneRow, PlaneRow]:
        """The control plane and the data plane."""
        remembered = nodes.last_known
        told = [(row.kind, row.state, row.because) for row in components.by_harm() if row.plane == "control"]
        control = rollup.control_plane(told, components.held(), components.coming())
        if nodes.counts_changed or "data" not in self._planes or remembered or not self._cache.nodes:
            counts, zones, sample = nodes.counts(None)
            sample = {state: to_epoch(text, offset) for state, text in sample.items()}
            self._zones = len([zone for zone in zones if zone])
            if remembered:
                counts = Counter({State.UNKNOWN: len(remembered)})
                sample = {State.UNKNOWN: next(iter(remembered.values())).because}
            agent = components.rows.get("kubelet")
            if counts or agent is None:
                state, because = rollup.data_plane(counts, zones, sample, self._thresholds, nodes.held(None))
            else:
                state, because = State(agent.state), agent.because
            self._plane("data", state, because, now, offset, young=nodes.is_unripe(None))
        return self._plane("control", *control, now, offset, young=components.is_unripe()), self._planes["data"]

    def _plane(self, name: str, state: State, because: str, now: Mono, offset: float, *, young: bool) -> PlaneRow:
        """`young`: something that was bad before a restart is not known yet."""
        before = self._planes.get(name)
        old = self._unconfirmed.get(name)
        young = young and old is not None and SEVERITY[state] < SEVERITY[State(old.last or old.state)]
        if young and state not in (State.DOWN, State.DEGRADED):
            state, because = State.UNKNOWN, "The collector has restarted: not everything has been listed yet."
        if old is not None and state is not State.UNKNOWN and not young:
            # After a restart it is as it was: it has been so since then, however long we took to know it again.
            del self._unconfirmed[name]
            before = old if old.state == state.value else before
        since = before.since if before is not None and before.state == state.value else round(now + offset, 1)
        last = self._known.get(name, "") if state is State.UNKNOWN else ""
        if state is not State.UNKNOWN:
            self._known[name] = state.value
        row = PlaneRow(state=state, because=because, since=Epoch(since), last="" if last == State.UNKNOWN.value else last)
        self._planes[name] = row
        return row

    def row(
        self, view: ClusterView, planes: tuple[PlaneRow, PlaneRow], now: Mono, offset: float, before: ClusterRow | None
    ) -> ClusterRow:
        """The row; `before` itself when nothing but the moment of the last answer moved, and that by little."""
        cache, reach, server = self._cache, view.reach, view.server
        old = self._restored
        heard = cache.reach.heard_at
        heard_at = Epoch(round(heard + offset, 1)) if heard is not None else old.heard_at if old is not None else None
        fault = None
        if reach.fault is not None and reach.failing_since is not None:
            fault = _row(reach.fault, round(reach.failing_since + offset, 1))
        retry_at = cache.reach.retry_at if fault is not None else None
        zones, pods = (self._zones, cache.pods.count()) if old is None or cache.nodes else (old.zones, old.pods)
        skew = server.clock_skew
        row = ClusterRow(
            server=cache.reach.connected_to or (old.server if old is not None else ""),
            version=server.newest or (old.version if old is not None else ""),
            distribution=view.distribution.name if server.newest or old is None else old.distribution,
            zones=zones,
            pods=pods,
            clock_skew=None if skew is None else float(round(skew)) if abs(skew) >= self._thresholds.clock_skew else 0.0,
            heard_at=heard_at,
            retry_at=Epoch(round(retry_at + offset, 1)) if retry_at is not None else None,
            fault=fault,
            missing=self._missing(now, offset),
            control=planes[0],
            data=planes[1],
        )
        if before is None:
            return row
        same = msgspec.structs.replace(row, heard_at=before.heard_at) == before
        moved = abs((row.heard_at or 0.0) - (before.heard_at or 0.0))
        return before if same and moved < _HEARD else row

    def _missing(self, now: Mono, offset: float) -> tuple[FaultRow, ...]:
        """Rights and parts that are missing, each with what would bring it; and that we ourselves were away."""
        made: list[FaultRow] = []
        told: set[str] = set()
        for track in self._cache.reach.feeds.values():
            fault = track.fault
            if fault is None or fault.kind not in (FaultKind.FORBIDDEN, FaultKind.NOT_SERVED) or track.hidden_since is None:
                continue
            made.append(_lack(track.name, fault, round(track.hidden_since + offset, 1)))
            told.add(track.name)
        for path, health in self._cache.reach.health.items():
            if health.fault is not None and health.fault.kind is FaultKind.FORBIDDEN:
                since = health.failing_since if health.failing_since is not None else health.at
                made.append(_lack(path, health.fault, round(since + offset, 1)))
        rates = self._cache.rates.seen_fault()
        if rates is not None and rates[0].kind in (FaultKind.FORBIDDEN, FaultKind.NOT_SERVED):
            made.append(_lack("/metrics", rates[0], round(rates[1] + offset, 1)))
        usage = self._cache.reach.usage_fault
        if (
            usage is not None
            and usage[0].kind in (FaultKind.FORBIDDEN, FaultKind.NOT_SERVED)
            and "metrics.k8s.io/nodes" not in told
        ):
            made.append(_lack("metrics.k8s.io/nodes", usage[0], round(usage[1] + offset, 1)))
        made += self._polled(offset)
        if self._paused is not None and now - self._paused[1] < _SAID:
            gap, back = self._paused
            said = f"Planewatch itself was paused for {duration(gap)} and saw nothing meanwhile."
            made.append(
                FaultRow(
                    kind=FaultKind.INTERNAL.value,
                    message=said,
                    remedy="Nothing to do: it continues by itself.",
                    since=Epoch(round(back + offset, 1)),
                )
            )
        return tuple(made)

    def _polled(self, offset: float) -> list[FaultRow]:
        """Feeds that are asked by lists because watches do not work, those with one reason together."""
        why: dict[str, list[FeedTrack]] = {}
        for track in self._cache.reach.feeds.values():
            if track.polled:
                why.setdefault(track.polled, []).append(track)
        return [
            FaultRow(
                kind=FaultKind.CLOSED.value,
                message=sentence(f"Watches do not work: {clause(reason)}. Polled instead: {_names(tracks)}"),
                remedy="Look for a proxy or load balancer that cuts off or buffers long responses.",
                since=Epoch(round(min(one.polled_since for one in tracks if one.polled_since is not None) + offset, 1)),
            )
            for reason, tracks in why.items()
        ]


def _names(tracks: list[FeedTrack]) -> str:
    named = ", ".join(titled(one.name) for one in tracks[:3])
    return f"{named} and {len(tracks) - 3} more" if len(tracks) > 3 else named


def _row(fault: Fault, since: float) -> FaultRow:
    return FaultRow(kind=fault.kind.value, message=sentence(fault.message), remedy=sentence(fault.remedy), since=Epoch(since))


def _lack(name: str, fault: Fault, since: float) -> FaultRow:
    if fault.kind is FaultKind.FORBIDDEN:
        return FaultRow(
            kind=fault.kind.value,
            message=f"Reading {titled(name)} is not permitted.",
            remedy=f"Grant {RIGHTS.get(name, name)}.",
            since=Epoch(since),
        )
    remedy = "Install metrics-server for CPU and memory figures." if name.startswith("metrics.k8s.io") else fault.remedy
    return FaultRow(
        kind=fault.kind.value,
        message=f"{titled(name)} {'is' if name.startswith('/') else 'are'} not served.",
        remedy=sentence(remedy),
        since=Epoch(since),
    )
