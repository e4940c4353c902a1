"""While all nodes are silent together, or the API server is away, the silence of one says nothing of whether it leaves."""

from collections.abc import Callable

import pytest

from planes.assess.assessor import Assessor
from planes.components.pod_kinds import new_cache
from planes.structs.events import Changed, Failed, Health, Heard, Listed
from planes.structs.feeds import Feed
from planes.structs.lease_seen import LeaseSeen
from planes.structs.observations import NodeScene
from tests.assess.test_assessor import REFUSED, START, Cluster, changes, lease
from tests.assess.test_lives import GOING, NAME, begun, row, told
from tests.components import making

pytestmark = pytest.mark.lived


def drained() -> Cluster:
    """A node is cordoned, and no pods are left on it."""
    cluster = begun(0)
    cluster.apply(Listed(Feed.PODS, [], "", cluster.now), Listed(Feed.DAEMON_SETS, [], "", cluster.now))
    cluster.run(12)
    cluster.apply(Changed(Feed.NODES, told(unschedulable=True), cluster.now))
    cluster.run(2)
    return cluster


def silent(cluster: Cluster) -> None:
    cluster.silent = set(cluster.names)
    cluster.run(60)


def away(cluster: Cluster) -> None:
    cluster.mute |= {"probes", "leaders"}
    cluster.silent = set(cluster.names)
    for _ in range(60):
        at = cluster.now + 0.5
        cluster.apply(Health("/livez", at, 0.0, fault=REFUSED), *(Failed(feed, REFUSED, at, at + 1) for feed in Feed))
        cluster.run(1)


@pytest.mark.parametrize("all_silent", [silent, away])
def test_a_node_that_was_drained_does_not_leave_by_a_silence_of_all_nor_when_that_is_over(
    all_silent: Callable[[Cluster], None],
) -> None:
    cluster = drained()
    all_silent(cluster)
    assert (row(cluster).kubelet.state, row(cluster).leaving, row(cluster).leaving_since) == ("unknown", "", None)
    first = len(cluster.frames)
    cluster.mute, cluster.silent = set(), set()
    cluster.apply(*(Heard(feed, cluster.now) for feed in Feed))
    cluster.run(30)
    assert row(cluster).state == "cordoned"
    assert [one for one in changes(cluster.frames[first:]) if one[0] == NAME] == []


@pytest.mark.parametrize("all_silent", [silent, away])
def test_a_node_that_leaves_leaves_though_nothing_is_heard_of_any(all_silent: Callable[[Cluster], None]) -> None:
    cluster = drained()
    cluster.silent.add(NAME)
    cluster.run(40)
    before = row(cluster)
    assert (before.state, before.leaving) == ("leaving", "it was cordoned and drained before it fell silent")
    all_silent(cluster)
    assert (row(cluster).leaving, row(cluster).leaving_since) == (before.leaving, before.leaving_since)


def test_a_mark_that_comes_while_all_are_silent_explains_nothing() -> None:
    cluster = begun()
    cluster.silent = set(cluster.names)
    cluster.run(20)
    assert row(cluster).kubelet.state == "unknown"
    cluster.apply(Changed(Feed.NODES, told(taints=[GOING]), cluster.now))
    cluster.run(20)
    assert row(cluster).leaving == ""
    cluster.silent = {NAME}
    cluster.run(80)
    assert row(cluster).state == "down"


def test_a_drained_node_that_stays_silent_when_the_others_are_back_leaves_once_it_had_its_time() -> None:
    cluster = drained()
    silent(cluster)
    cluster.silent = {NAME}
    cluster.run(20)
    assert (row(cluster).state, row(cluster).leaving) == ("unknown", "")
    cluster.run(20)
    assert (row(cluster).state, row(cluster).leaving) == ("leaving", "it was cordoned and drained before it fell silent")


def test_a_node_that_was_leaving_leaves_in_the_first_frame_after_a_restart() -> None:
    cluster = drained()
    cluster.silent.add(NAME)
    cluster.run(30)
    before = row(cluster)
    again = Cluster(assessor=Assessor(new_cache(), slug="test"))
    again.assessor.restore([], [before])
    again.now = cluster.now
    again.begin()
    again.apply(Changed(Feed.NODES, told(ready="Unknown", unschedulable=True), again.now))
    again.frame()
    assert (before.leaving, row(again).leaving, row(again).leaving_since) == (
        "it was cordoned and drained before it fell silent",
        before.leaving,
        before.leaving_since,
    )


def test_of_a_drained_node_that_came_while_all_were_silent_nobody_knows_what_came_first() -> None:
    cluster = begun(12)
    cluster.apply(Listed(Feed.PODS, [], "", cluster.now), Listed(Feed.DAEMON_SETS, [], "", cluster.now))
    cluster.apply(Changed(Feed.NODE_LEASES, lease("node-9", cluster.now - START), cluster.now))
    cluster.silent = set(cluster.names)
    cluster.run(20)
    cluster.apply(Changed(Feed.NODES, told("node-9", unschedulable=True), cluster.now))
    cluster.run(10)
    cluster.silent = set()
    cluster.run(75)
    assert (row(cluster, "node-9").state, row(cluster, "node-9").leaving) == ("down", "")


@pytest.mark.parametrize(
    ("made", "common", "blind"),
    [
        (making.lease(1.0, 40.0), making.scene(), False),
        (making.lease(90.0, 40.0), making.scene(), False),
        (making.lease(25.0, 40.0, in_grace=True), making.scene(), True),
        (making.lease(25.1, 40.0, in_grace=True), making.scene(), False),
        (None, making.scene(), False),
        (None, making.scene(silence="etcd is suspected."), True),
        (None, making.scene(unreachable="It is away."), True),
    ],
)
def test_whose_own_silence_says_nothing(made: LeaseSeen | None, common: NodeScene, blind: bool) -> None:
    nodes = Assessor(new_cache())._nodes
    assert nodes._is_blind(making.node(lease=made), common, making.NOW) is blind
