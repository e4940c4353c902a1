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
    """A leader's lease. One that is held comes before one that was left behind."""
    book = cache.system_leases
    if (track := book.tracks.get(kind)) is not None:
        return Held(kind, KUBE_SYSTEM, track, book)
    if (extra := cache.extra_leases.find(kind)) is not None:
        return Held(kind, extra[0], extra[1].tracks[kind], extra[1])
    ending = _ENDINGS.get(kind)
    names = [f"{prefix}{kind}" for prefix in _PREFIXES if f"{prefix}{kind}" in book.tracks]
    names += sorted(name for name in book.tracks if ending and name.endswith(ending) and name not in names)
    found = [Held(name, KUBE_SYSTEM, book.tracks[name], book) for name in names]
    return next((one for one in found if one.track.gone_at is None and one.track.released_at is None), found[0] if found else None)
