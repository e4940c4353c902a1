"""Feeds whose watches are of no use, and we ourselves away: what is said of it in the cluster's row, and since when."""

import pytest

from planes.assess.assessor import Assessor
from planes.components.pod_kinds import new_cache
from planes.structs.events import Polled
from planes.structs.feeds import Feed
from planes.structs.moments import Epoch, Mono
from planes.structs.rows import FaultRow

WALL = 1_000.0
REMEDY = "Look for a proxy or load balancer that cuts off or buffers long responses."


def told(*polled: tuple[Feed, str, float], now: float = 100.0) -> tuple[FaultRow, ...]:
    assessor = Assessor(new_cache())
    for feed, why, at in polled:
        assessor.cache.apply(Polled(feed, why, Mono(at)))
    row = assessor.frame(Mono(now), Epoch(WALL + now), full=True).cluster
    assert row is not None
    return row.missing


def test_feeds_of_one_reason_are_told_together_since_the_first_of_them() -> None:
    cut = [(Feed.NODES, "they are cut", 90.06), (Feed.PODS, "they are cut", 80.0), (Feed.SYSTEM_PODS, "they are cut", 95.0)]
    held = (Feed.EVENTS, "they are held back", 70.0)
    said = "Watches do not work: {}. Polled instead: {}."
    assert told(*cut, held) == (
        FaultRow("closed", said.format("they are cut", "Nodes, Pods, Pods in kube-system"), REMEDY, Epoch(WALL + 80.0)),
        FaultRow("closed", said.format("they are held back", "Events"), REMEDY, Epoch(WALL + 70.0)),
    )
    assert told(cut[0])[0].since == WALL + 90.1


@pytest.mark.parametrize(
    ("count", "named"),
    [
        (3, "Nodes, Leases in kube-node-lease, Leases in kube-system"),
        (4, "Nodes, Leases in kube-node-lease, Leases in kube-system and 1 more"),
        (6, "Nodes, Leases in kube-node-lease, Leases in kube-system and 3 more"),
    ],
)
def test_three_feeds_are_named_and_the_others_counted(count: int, named: str) -> None:
    (row,) = told(*((feed, "they are cut", 90.0) for feed in list(Feed)[:count]))
    assert row.message == f"Watches do not work: they are cut. Polled instead: {named}."


def test_a_feed_that_is_watched_again_is_told_no_more() -> None:
    assert told((Feed.NODES, "they are cut", 90.0), (Feed.NODES, "", 95.0)) == ()


@pytest.mark.parametrize(("later", "said"), [(59.9, True), (60.0, False)])
def test_that_we_were_away_is_said_for_a_minute_since_we_are_back(later: float, said: bool) -> None:
    assessor = Assessor(new_cache())
    assessor.frame(Mono(90.0), Epoch(WALL + 90.0))
    assessor.paused(9.0, Mono(100.06))
    for second in range(5, 60, 5):  # a longer gap would be another pause
        assessor.frame(Mono(100.06 + second), Epoch(WALL + 100.06 + second))
    row = assessor.frame(Mono(100.06 + later), Epoch(WALL + 100.06 + later), full=True).cluster
    assert row is not None
    paused = [one for one in row.missing if one.message == "Planewatch itself was paused for 9 s and saw nothing meanwhile."]
    assert [one.since for one in paused] == ([WALL + 100.1] if said else [])
