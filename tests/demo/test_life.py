"""The healthy cluster's life: renewals, leaders, churn, and that it is the same for the same seed."""

import itertools

import msgspec
import pytest

from planes.demo import store
from planes.demo.build import Shape
from planes.demo.cluster import NODE_LEASES, SYSTEM
from planes.demo.store import Doc
from planes.demo.story import Story
from tests.demo.world import World

SMALL = Shape(nodes=12, pods=90, seed=3)


def changes(world: World, plural: str, group: str = "") -> list[tuple[str, str]]:
    """(type, name) of all that has happened to a kind."""
    table = world.cluster.store.table(plural, group)
    sequence = table.sequence(table.floor)
    assert sequence is not None
    return [(change.type, change.record.name) for change in table.changes(sequence) or []]


def test_every_kubelet_renews_every_10_s_give_or_take_4_percent(world: World) -> None:
    world.live(0.1)
    renewals: dict[str, list[float]] = {name: [] for name in world.cluster.workers}
    for _ in range(600):
        world.live(0.1)
        for name, seen in renewals.items():
            moment = world.renewed(NODE_LEASES, name)
            if not seen or seen[-1] != moment:
                seen.append(moment)
    gaps = [b - a for seen in renewals.values() for a, b in itertools.pairwise(seen[1:])]
    assert 9.4 <= min(gaps) < 9.9
    assert 10.1 < max(gaps) <= 10.6


def test_leaders_renew_every_2_s_and_api_servers_every_10_s(world: World) -> None:
    world.live(60)
    seen = [name for type_, name in changes(world, "leases", "coordination.k8s.io") if not name.startswith(("node-", "cp-"))]
    assert all(27 <= seen.count(name) <= 31 for name in ("kube-scheduler", "kube-controller-manager"))
    assert all(5 <= seen.count(world.life.identity(number)) <= 7 for number in range(3))


def test_left_alone_the_cluster_stays_healthy_with_gentle_churn(world: World) -> None:
    before = len(world.cluster.pods)
    world.live(180)
    pods = [type_ for type_, _ in changes(world, "pods")]
    assert pods.count("ADDED") == pods.count("DELETED") + len(world.cluster.pods) - before
    assert 5 <= pods.count("ADDED") <= 40
    assert abs(len(world.cluster.pods) - before) <= 2
    assert all(node.ready.status == "True" and not node.taints for node in world.cluster.node_records())
    reasons = {record.body["reason"] for record in world.cluster.events.records() if isinstance(record, Doc)}
    assert reasons == {"Killing", "SuccessfulCreate", "Scheduled", "Pulled", "Created", "Started"}


@pytest.mark.parametrize("rate", [1.0, 20.0, 200.0])
def test_as_many_pods_change_a_second_as_were_asked_for(rate: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "LOG_BYTES", 1 << 30)  # all are counted in the end
    world = World(SMALL, pod_changes=rate)
    world.live(20)  # the first pods that were asked for have come and gone
    before = len(changes(world, "pods"))
    world.live(30)
    assert 0.85 * rate * 30 <= len(changes(world, "pods")) - before <= 1.15 * rate * 30
    assert abs(len(world.cluster.pods) - SMALL.pods) <= rate


def test_an_unchanged_node_is_posted_every_5_minutes_only() -> None:
    world = World(SMALL)
    world.live(290)
    posted = [name for _, name in changes(world, "nodes")]
    assert 10 <= len(posted) <= 12
    assert len(posted) == len(set(posted))


def test_the_same_seed_gives_the_same_cluster_and_the_same_life() -> None:
    first, second, other = World(SMALL), World(SMALL), World(Shape(nodes=12, pods=90, seed=4))
    assert first.state() == second.state()
    assert first.state() != other.state()
    for world in (first, second):
        world.live(60)
    assert first.state() == second.state()
    assert first.cluster.store.revision == second.cluster.store.revision


def test_pods_of_a_node_that_is_gone_for_5_minutes_are_replaced_elsewhere() -> None:
    world = World(SMALL)
    node = world.cluster.workers[0]
    world.faults.inject("kubelet-silent", node)
    world.live(200)
    moving = [pod for pod in world.cluster.pods_of(node) if not pod.workload.critical and not pod.deleted]
    assert len(moving) > 2
    total = {pod.workload: world.cluster.counts[pod.workload][1] for pod in moving}
    world.live(190)
    left = {pod.name: pod for pod in world.cluster.pods_of(node)}
    assert all(left[pod.name].deleted for pod in moving)
    assert b'"deletionTimestamp"' in left[moving[0].name].encode()
    assert all(world.cluster.counts[app][1] > ready for app, ready in total.items())
    assert any(pod.workload.owner == "DaemonSet" and not pod.deleted for pod in left.values())
    world.faults.heal("kubelet-silent")
    world.live(6)
    assert [pod for pod in world.cluster.pods_of(node) if pod.deleted] == []


def test_a_cluster_of_one_node_lives() -> None:
    world = World(Shape(nodes=1, pods=10, seed=1))
    world.live(60)
    assert world.cluster.control_plane == ["cp-1"]
    assert world.ready("cp-1")[0] == "True"
    assert world.renewed(SYSTEM, "kube-scheduler") > world.clock.wall() - 3


def test_every_object_is_json_with_what_all_objects_have(world: World) -> None:
    world.faults.inject("kube-proxy-crash")
    world.faults.inject("scheduler-stuck")
    world.live(30)
    uids = []
    for table in world.cluster.store.tables():
        assert len(table) > 0 or table.resource.plural == "mutatingwebhookconfigurations"
        for record in table.records():
            meta = msgspec.json.decode(record.encode())["metadata"]
            assert (meta["name"], meta.get("namespace", "")) == (record.name, record.namespace)
            assert int(meta["resourceVersion"]) == record.revision
            assert b"{{" not in record.encode()
            uids.append(meta["uid"])
    assert len(uids) == len(set(uids))


def test_the_story_begins_after_a_minute_and_stays_mostly_healthy(world: World) -> None:
    story = Story(world.faults, world.cluster)
    broken = []
    seen = set()
    for second in range(3600):
        world.live(1.0)
        story.step()
        active = {(name, subject) for name, subjects in world.faults.active.items() for subject in subjects}
        if second < 60:
            assert not active
        broken.append(len(active))
        seen |= {name for name, _ in active}
    assert max(broken) <= 3
    assert 0 in broken[100:]
    assert len(seen) >= 4
    assert seen <= {fault.name for fault in world.faults.catalogue if fault.gentle}
    assert sum(count <= 1 for count in broken) > 0.3 * len(broken)
