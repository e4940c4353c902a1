"""Under which name a leader's lease is: its own as a rule, and what distributions and cloud providers call it."""

from dataclasses import dataclass

from planes.cache.cluster import ClusterCache
from planes.cache.leases import LeaseStore, LeaseTrack

KUBE_SYSTEM = "kube-system"
#: Kind -> what its lease may be called besides. RKE2 and k3s prefix theirs; each provider's cloud controller manager has its own
#: (--leader-elect-resource-name), of which only the ending is common.
_ENDINGS = {"cloud-controller-manager": "-cloud-controller-manager"}
_PREFIXES = ("rke2-", "k3s-")


@dataclass(frozen=True, slots=True)
class Held:
    """A leader's lease: its name, its namespace (`place`), and the book that it stands in, whose feed tells how far it is seen."""

    name: str
    place: str
    track: LeaseTrack
    book: LeaseStore


def lease_of(cache: ClusterCache, kind: str) -> Held | None:
    """A leader's lease. One that is seen to be renewed comes before a relic of another way to run it, and one that is held before
    one that was left behind; of equals its own name comes first."""
    found = _found(cache, kind)
    renewed = (one for one in found if one.track.gone_at is None and one.track.confirmed)
    held = (one for one in found if one.track.gone_at is None and one.track.released_at is None)
    return next(renewed, None) or next(held, None) or next(iter(found), None)


def _found(cache: ClusterCache, kind: str) -> list[Held]:
    book, ending = cache.system_leases, _ENDINGS.get(kind)
    names = [name for name in (kind, *(f"{prefix}{kind}" for prefix in _PREFIXES)) if name in book.tracks]
    names += sorted(name for name in book.tracks if ending and name.endswith(ending) and name not in names)
    found = [Held(name, KUBE_SYSTEM, book.tracks[name], book) for name in names]
    if (extra := cache.extra_leases.find(kind)) is not None:
        found.insert(1 if kind in names else 0, Held(kind, extra[0], extra[1].tracks[kind], extra[1]))
    return found
