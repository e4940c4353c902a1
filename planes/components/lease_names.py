"""Under which name a leader's lease is: its own as a rule, and what distributions and cloud providers call it."""

from planes.cache.cluster import ClusterCache
from planes.cache.leases import LeaseTrack

#: Kind -> what its lease may be called besides. RKE2 and k3s prefix theirs; each provider's cloud controller manager has its own
#: (--leader-elect-resource-name), of which only the ending is common.
_ENDINGS = {"cloud-controller-manager": "-cloud-controller-manager"}
_PREFIXES = ("rke2-", "k3s-")


def lease_of(cache: ClusterCache, kind: str) -> tuple[str, LeaseTrack] | None:
    """A leader's lease and its name. One that is held comes before one that was left behind."""
    for book in (cache.system_leases, cache.extra_leases):
        if (track := book.tracks.get(kind)) is not None:
            return kind, track
    tracks = cache.system_leases.tracks
    ending = _ENDINGS.get(kind)
    names = [f"{prefix}{kind}" for prefix in _PREFIXES if f"{prefix}{kind}" in tracks]
    names += sorted(name for name in tracks if ending and name.endswith(ending) and name not in names)
    found = [(name, tracks[name]) for name in names]
    return next((one for one in found if one[1].gone_at is None and one[1].released_at is None), found[0] if found else None)
