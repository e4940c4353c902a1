"""What happened lately and is counted or timed by us alone: a restart must not forget it.

The cluster tells how often in all, or since when it is as it is, but not when each failover, restart or flip was. So what happened
is noted here as it happens, and handed on from one collector to the next (planes.assess.baseline).
"""

from collections.abc import Mapping
from enum import StrEnum

from planes.structs.moments import Epoch, Mono

#: So many moments of one name are handed on, of the last so many seconds.
_REMEMBERED, _WINDOW = 16, 3600.0

#: By what, and by name: epoch seconds, the oldest first.
Handed = dict[str, dict[str, list[float]]]


class Noted(StrEnum):
    """What is noted. Of the first three each time counts; of the others there is one moment, since when it is so."""

    FAILOVER = "failover"  # of a lease, by its name
    RESTART = "restart"  # of a component's pod, by its key
    FLIP = "flip"  # of a node's Ready
    NO_PROXY = "no proxy"  # since when a node has no kube-proxy pod
    CHECK = "check"  # since when a path of the API server's own checks fails
    OUTAGE = "outage"  # since when the cluster cannot be asked
    LAG = "lag"  # since when a workload's controller takes no notice of it


class Recent:
    """Moments by what happened and to whom. `version` counts what is to be handed on anew."""

    __slots__ = ("_before", "_noted", "counts", "seen_at", "version")

    def __init__(self) -> None:
        self.version = 0
        self.counts: dict[str, int] = {}  # leaseTransitions by lease
        self.seen_at: Epoch | None = None  # until when an earlier collector looked
        self._noted: dict[Noted, dict[str, tuple[Mono, ...]]] = {kind: {} for kind in Noted}
        self._before: dict[Noted, dict[str, tuple[Epoch, ...]]] = {kind: {} for kind in Noted}

    def happened(self, kind: Noted, name: str, at: Mono, times: int = 1) -> None:
        """It happened so many times."""
        noted = self._noted[kind]
        noted[name] = (*noted.get(name, ()), *(at,) * min(times, _REMEMBERED))[-_REMEMBERED:]
        self.version += 1

    def missed(self, kind: Noted, name: str, times: int) -> None:
        """It happened so many times while nobody looked: as long ago as it can be, so that nothing is claimed of the time since."""
        if times > 0 and self.seen_at is not None:
            before = self._before[kind]
            before[name] = (*before.get(name, ()), *(self.seen_at,) * min(times, _REMEMBERED))[-_REMEMBERED:]

    def began(self, kind: Noted, name: str, at: Mono) -> None:
        """It is so from now on; what is known of an earlier beginning stands."""
        if name not in self._noted[kind]:
            self._noted[kind][name] = (at,)
            self.version += 1

    def ended(self, kind: Noted, name: str) -> None:
        """It is so no more."""
        here, before = self._noted[kind].pop(name, None), self._before[kind].pop(name, None)
        if here is not None or before is not None:
            self.version += 1

    def counted(self, lease: str, transitions: int) -> int:
        """The transitions that a lease counts now; returns how many there were since it was last counted, 0 if it never was."""
        before = self.counts.get(lease)
        if before != transitions:
            self.counts[lease] = transitions
            self.version += 1
        return 0 if before is None else max(0, transitions - before)

    def before(self, kind: Noted, name: str, wall_offset: float) -> tuple[Mono, ...]:
        """What an earlier collector noted. `wall_offset`: our wall clock minus our monotonic one."""
        found = self._before[kind].get(name)
        return tuple(Mono(one - wall_offset) for one in found) if found else ()

    def since(self, kind: Noted, name: str, sight: Mono, wall_offset: float) -> Mono:
        """Since when it is so: since we saw it, or an earlier collector did."""
        found = self.before(kind, name, wall_offset)
        return min(sight, found[0]) if found else sight

    def has_before(self, kind: Noted) -> bool:
        """Whether an earlier collector noted any of this."""
        return bool(self._before[kind])

    def take_over(self, handed: Mapping[str, Mapping[str, list[float]]], counts: Mapping[str, int]) -> None:
        """Begin with what an earlier collector handed on. Kinds that are not known here are left out."""
        for kind in Noted:
            self._before[kind] = {name: tuple(Epoch(one) for one in moments) for name, moments in handed.get(kind, {}).items()}
        self.counts = dict(counts)

    def hand_on(self, wall_offset: float, now: Mono) -> Handed:
        """All that is to be remembered."""
        made: Handed = {}
        oldest = now + wall_offset - _WINDOW
        for kind in Noted:
            counted = kind in (Noted.FAILOVER, Noted.RESTART, Noted.FLIP)
            told: dict[str, list[float]] = {}
            for name in self._before[kind].keys() | self._noted[kind].keys():
                here = [round(one + wall_offset, 1) for one in self._noted[kind].get(name, ())]
                moments = sorted([*(float(one) for one in self._before[kind].get(name, ())), *here])
                kept = [one for one in moments if one >= oldest][-_REMEMBERED:] if counted else moments[:1]
                if kept:
                    told[name] = kept
            if told:
                made[kind.value] = told
        return made
