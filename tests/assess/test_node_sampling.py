"""Samples of nodes: each once a minute, and nothing in them that is not observed now."""

from itertools import pairwise

from planes.structs.events import Failed, Fault, FaultKind, Listed, Usage
from planes.structs.feeds import Feed
from planes.structs.moments import Epoch
from planes.structs.node_samples import BLOCKS, OF_COMPONENTS, NodeValues, block_of
from planes.structs.rows import Frame
from tests.assess.test_assessor import FORBIDDEN, REFUSED, Cluster


def begun() -> Cluster:
    cluster = Cluster(nodes=6)
    cluster.begin()
    cluster.apply(Listed(Feed.PODS, [], "", cluster.now), Usage(cluster.now, dict.fromkeys(cluster.names, (1.5, 2.0**30))))
    cluster.frame()
    cluster.run(20)
    return cluster


def told(frames: list[Frame]) -> dict[str, list[tuple[Epoch, NodeValues]]]:
    """By node its samples, oldest first."""
    made: dict[str, list[tuple[Epoch, NodeValues]]] = {}
    for row in (row for frame in frames for row in frame.node_samples if row.block != OF_COMPONENTS):
        for name, values in row.nodes.items():
            assert block_of(name) == row.block
            made.setdefault(name, []).append((row.at, values))
    return made


def test_each_node_is_sampled_once_a_minute_and_not_all_in_one_frame() -> None:
    cluster = begun()
    frames = cluster.run(180)
    by_node = told(frames)
    assert by_node.keys() == set(cluster.names)
    for seen in by_node.values():
        assert [round(later - earlier) for (earlier, _), (later, _) in pairwise(seen)] == [60, 60]
    assert max(len(told([frame])) for frame in frames) == 1


def test_a_sample_is_what_is_observed_now() -> None:
    cluster = begun()
    for seen in told(cluster.run(60)).values():
        values = seen[0][1]
        assert 0 <= values["heartbeat"] <= 10
        assert (values["pods"], values["cpu"], values["memory"]) == (0, 150, 128)


def test_of_a_silent_node_only_the_age_of_its_heartbeat_goes_on() -> None:
    cluster = begun()
    cluster.silent = {"node-2"}
    cluster.run(60)
    by_node = told(cluster.run(120))
    assert [sorted(values) for _, values in by_node["node-2"]] == [["heartbeat"], ["heartbeat"]]
    ages = [values["heartbeat"] for _, values in by_node["node-2"]]
    assert ages[0] > 40
    assert ages[1] - ages[0] == 60
    assert {len(values) for _, values in by_node["node-3"]} == {4}


def test_what_may_not_be_read_is_not_in_a_sample() -> None:
    cluster = begun()
    cluster.apply(
        Failed(Feed.PODS, FORBIDDEN, cluster.now, cluster.now + 1), Usage(cluster.now, fault=Fault(FaultKind.REFUSED, "late", ""))
    )
    assert {tuple(values) for seen in told(cluster.run(60)).values() for _, values in seen} == {("heartbeat",)}
    cluster.silent = set(cluster.names)
    cluster.apply(Failed(Feed.NODE_LEASES, FORBIDDEN, cluster.now, cluster.now + 1))
    assert not told(cluster.run(60))


def test_while_the_cluster_cannot_be_asked_nothing_is_sampled() -> None:
    cluster = begun()
    cluster.mute = {"probes", "leaders"}
    cluster.silent = set(cluster.names)
    cluster.apply(*(Failed(feed, REFUSED, cluster.now, cluster.now + 1) for feed in (Feed.NODES, Feed.NODE_LEASES, Feed.PODS)))
    assert not told(cluster.run(120))


def test_after_a_pause_no_node_is_sampled_twice_for_the_time_that_was_missed() -> None:
    cluster = begun()
    cluster.now += 600.0
    frame = cluster.frame()
    assert len(frame.node_samples) <= BLOCKS + 1
    assert all(len(seen) == 1 for seen in told([frame]).values())
