"""The cards of all clusters as they may be shown now."""

from dataclasses import dataclass

from dashboard import presenters, pulses
from dashboard.presenters.cards import ClusterCard
from planes.live.wire import Lateness
from planes.store import selectors
from planes.store.freshness import lateness


@dataclass(frozen=True, slots=True)
class CardsNow:
    """`cards`: the worst first, and of each state by name. `labels`, `ids`: of each cluster by its slug. `late`: why nobody
    vouches for any of them; None: somebody does for some. `heard`: when an API server last answered, epoch seconds."""

    cards: list[ClusterCard]
    labels: dict[str, dict[str, str]]
    ids: dict[str, int]
    late: Lateness | None
    heard: float | None


def cards_now(now: float) -> CardsNow:
    """`now`: epoch seconds."""
    summaries = selectors.clusters()
    fresh = pulses.all_freshness([summary.head for summary in summaries])
    cards = [presenters.cluster_card(summary, one, lateness(one, now)) for summary, one in zip(summaries, fresh, strict=True)]
    # They were selected by name.
    cards.sort(key=lambda one: -presenters.severity(one.worst))
    late = max((one.late for one in cards if one.late), key=lambda late: late.since or 0.0, default=None)
    whole = late if late is not None and all(one.late is not None and one.late.cause != "cluster" for one in cards) else None
    heard = max((one.heard for one in cards if one.heard is not None), default=None)
    return CardsNow(
        cards, {one.slug: one.head.labels for one in summaries}, {one.slug: one.head.id for one in summaries}, whole, heard
    )
