"""That somebody has seen that a cluster is not well: attention leaves it until something else is wrong with it.

It holds for the states that the cluster's planes had then: whatever heals, or becomes worse, begins a state of its own and wants
attention afresh. Nothing has to be taken back, and nothing is hidden: the card says who has seen it.
"""

import time
from collections.abc import Iterable

import msgspec

from dashboard.models import Acknowledgement
from dashboard.presenters.cards import CardPlane

#: States that want attention.
SICK = ("down", "degraded")


class Acknowledged(msgspec.Struct, frozen=True):
    """`at`: epoch seconds."""

    by: str
    at: float


def keep(cluster_id: int, by: str, now: float | None = None) -> None:
    """`by` has seen it, at `now` (epoch seconds)."""
    at = time.time() if now is None else now
    Acknowledgement.objects.update_or_create(cluster=cluster_id, defaults={"author": by, "at": at})


def every() -> dict[int, Acknowledged]:
    """What was acknowledged, by the cluster's id: one query."""
    return {row.cluster: Acknowledged(row.author, row.at) for row in Acknowledgement.objects.all()}


def said(planes: Iterable[CardPlane], found: Acknowledged | None) -> str:
    """Who has acknowledged how these planes are; empty: nobody has, or they are well, or were otherwise then. Pure."""
    sick = [one for one in planes if one.state in SICK]
    if found is None or not sick:
        return ""
    return found.by if all(one.since is not None and one.since <= found.at for one in sick) else ""
