"""Whether a list of what happened is still whole: it is while some cluster's collector vouches for it."""

from dataclasses import dataclass

from dashboard import pulses
from planes.live.wire import Lateness
from planes.store import selectors
from planes.store.freshness import Freshness, believed, lateness
from planes.store.selectors import ClusterHead


@dataclass(frozen=True, slots=True)
class Vouched:
    """A cluster with the moments from which the page judges whether its list is still whole."""

    head: ClusterHead
    fresh: Freshness
    late: Lateness | None


@dataclass(frozen=True, slots=True)
class Standing:
    """`vouched`: every cluster of a list of all; empty of a list of one. `late`: why the list may lack what happened since; None:
    it does not."""

    vouched: tuple[Vouched, ...]
    fresh: Freshness
    late: Lateness | None


def standing(head: ClusterHead | None, now: float) -> Standing:
    """Of a list of one cluster, or of all (None). `now`: epoch seconds."""
    heads = [head] if head else selectors.watched()
    freshness = pulses.all_freshness(heads)
    vouched = [Vouched(one, fresh, lateness(fresh, now)) for one, fresh in zip(heads, freshness, strict=True)]
    # The list is late where no cluster's collector vouches for it: it may lack what happened since.
    blind = [one.late for one in vouched if one.late is not None and one.late.cause != "cluster"]
    late = max(blind, key=lambda one: one.since or 0.0) if blind and len(blind) == len(vouched) else None
    if head:
        return Standing((), believed(vouched[0].fresh, vouched[0].late), late)
    heard = max((one.fresh.heard_at for one in vouched if one.fresh.heard_at is not None), default=None)
    return Standing(tuple(vouched), Freshness(None, heard), late)
