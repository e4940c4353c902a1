"""What was remembered before a restart holds until the cluster itself is seen again, and no longer."""

import pytest

from planes.assess.assessor import Assessor
from planes.components.pod_kinds import new_cache
from planes.structs.events import Health, Listed, Server
from planes.structs.feeds import Feed
from planes.structs.objects import Item
from planes.structs.rows import ComponentRow
from tests.assess.test_assessor import REFUSED, START, WALL, Cluster
from tests.cache.generating import decoded


@pytest.fixture
def cluster() -> Cluster:
    made = Cluster()
    made.begin()
    made.frame()
    made.run(12)
    return made


@pytest.mark.parametrize("cause", ["an outage", "a list that takes long"])
def test_after_a_restart_the_roll_ups_are_unknown_only_until_the_nodes_are_listed(cluster: Cluster, cause: str) -> None:
    full = cluster.assessor.frame(cluster.now, WALL, full=True)
    again = Cluster(assessor=Assessor(new_cache()))
    again.assessor.restore(full.components, full.nodes.values(), full.cluster)
    again.frame()
    if cause == "a list that takes long":
        again.apply(Server(again.now, "v1.36.2"), Listed(Feed.SYSTEM_PODS, [], "", again.now))
    for _ in range(20):
        again.now += 1.0
        again.apply(*([Health("/livez", again.now, 0.0, fault=REFUSED)] if cause == "an outage" else again.probes()))
        again.frame()
    assert again.state("kubelet") == ("unknown", "healthy")
    again.now += 1.0
    again.begin()
    again.run(15)
    for kind in ("kubelet", "kube-proxy", "container-runtime"):
        assert again.state(kind) == cluster.state(kind), kind
    told = [frame.cluster.data for frame in again.frames if frame.cluster is not None and frame.cluster.data is not None]
    assert full.cluster is not None
    assert full.cluster.data is not None
    assert told[-1].state == full.cluster.data.state


def stuck() -> Cluster:
    """A cluster whose scheduler decides nothing: one pod waits since it was created."""
    made = Cluster()
    made.begin()
    made.apply(Listed(Feed.PODS, [], "", made.now))
    made.run(12)
    made.apply(Listed(Feed.PODS, [waiting_pod()], "", made.now))
    made.run(120)
    return made


def waiting_pod() -> Item:
    return decoded(Feed.PODS, {"metadata": {"name": "web-1", "namespace": "shop", "uid": "w"}, "status": {"phase": "Pending"}})


def restarted(before: Cluster) -> Cluster:
    """Its watch worker was killed: another collector takes over what was stored."""
    full = before.assessor.frame(before.now, WALL + before.now - START, full=True)
    again = Cluster(assessor=Assessor(new_cache()))
    again.now = before.now + 3
    again.assessor.restore(full.components, full.nodes.values(), full.cluster)
    again.frame()
    again.begin()
    return again


def scheduler(cluster: Cluster) -> list[ComponentRow]:
    return [row for frame in cluster.frames for row in frame.components if row.kind == "kube-scheduler"]


def test_a_fault_that_needs_time_to_be_seen_is_last_known_after_a_restart_and_never_healthy() -> None:
    before = stuck()
    assert before.state("kube-scheduler") == ("degraded", "")
    since = scheduler(before)[-1].since
    again = restarted(before)
    again.run(2)  # pods are not listed yet
    again.apply(Listed(Feed.PODS, [waiting_pod()], "", again.now))
    again.run(60)
    told = [(row.state, row.last) for row in scheduler(again)]
    assert ("unknown", "degraded") in told
    assert told[-1] == ("degraded", "")
    assert not [state for state, _ in told if state == "healthy"]
    assert {row.since for row in scheduler(again)} == {since}
    assert not [row for frame in again.frames for row in frame.changes if row.subject == "kube-scheduler"]


def test_what_was_healed_meanwhile_is_told_as_soon_as_every_rule_could_have_spoken() -> None:
    again = restarted(stuck())
    again.apply(Listed(Feed.PODS, [], "", again.now))
    again.run(6)
    assert again.state("kube-scheduler") == ("healthy", "")
    assert [row.after for frame in again.frames for row in frame.changes if row.subject == "kube-scheduler"] == ["healthy"]


def test_a_rule_that_never_gets_to_look_is_not_waited_for_for_ever() -> None:
    again = restarted(stuck())
    again.run(320)  # pods are never listed
    assert again.state("kube-scheduler") == ("healthy", "")
