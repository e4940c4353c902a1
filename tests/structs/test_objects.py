"""Objects forget what is not read of them."""

from planes.structs.objects import (
    Condition,
    LabelledMeta,
    Node,
    NodeSpec,
    NodeStatus,
    OwnedMeta,
    PlainPodStatus,
    Pod,
    PodCondition,
    PodSpec,
)
from planes.structs.observations import ServerSeen


def test_a_node_gives_the_heartbeat_of_ready_and_keeps_none() -> None:
    said = [
        Condition("DiskPressure", "False", lastHeartbeatTime="2026-11-22T12:00:00Z"),
        Condition("Ready", "True", lastHeartbeatTime="2026-11-22T12:00:05Z"),
    ]
    node = Node(LabelledMeta("n"), NodeSpec(), NodeStatus(said))
    assert node.take_heartbeat() == "2026-11-22T12:00:05Z"
    assert [one.lastHeartbeatTime for one in said] == [None, None]
    assert node.take_heartbeat() is None


def test_a_node_that_says_nothing_of_ready_has_no_heartbeat() -> None:
    said = [Condition("DiskPressure", "False", lastHeartbeatTime="2026-11-22T12:00:00Z")]
    assert Node(LabelledMeta("n"), NodeSpec(), NodeStatus(said)).take_heartbeat() is None


def test_a_pod_that_is_bound_forgets_its_conditions_and_one_that_waits_keeps_them() -> None:
    for node, kept in (("n", 0), ("", 1)):
        pod = Pod(OwnedMeta("p"), PodSpec(node), PlainPodStatus(conditions=[PodCondition("PodScheduled")]))
        pod.trim()
        assert pod.status.conditions is not None
        assert len(pod.status.conditions) == kept


def test_the_newest_version_of_an_api_server_is_the_last_of_those_seen_or_the_one_that_answered() -> None:
    assert ServerSeen(version="v1.35.0", versions=("v1.34.1", "v1.35.0", "v1.36.2")).newest == "v1.36.2"
    assert ServerSeen(version="v1.35.0", versions=("v1.34.1",)).newest == "v1.34.1"
    assert ServerSeen(version="v1.35.0").newest == "v1.35.0"
