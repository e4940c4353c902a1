"""Leases that were old when first seen: what is left of an election that was turned off proves nothing of anybody."""

from planes.structs.lease_seen import LeaseSeen
from planes.structs.moments import Mono


def is_abandoned(lease: LeaseSeen, bound: float) -> bool:
    """Whether it was last renewed so long before we first saw it that its age says nothing of whoever held it."""
    return lease.recorded is not None and lease.first_at - lease.recorded > bound


def renewed_at(lease: LeaseSeen) -> Mono:
    """When it was last renewed, as far as that is known: by the cluster's record where we did not see it."""
    return lease.changed_at if lease.recorded is None else min(lease.changed_at, lease.recorded)
