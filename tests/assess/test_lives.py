"""Nodes that come and go, judged again and again: what is shown, told and asked for meanwhile, and after a restart."""

from typing import Any

import msgspec
import pytest

from planes.assess.assessor import Assessor
from planes.components.pod_kinds import new_cache
from planes.structs.events import Changed, Gone, Listed, Server
from planes.structs.feeds import Feed
from planes.structs.objects import Item
from planes.structs.rows import NodeRow
from tests.assess.test_assessor import Cluster, changes, lease, node
from tests.cache.generating import decoded

pytestmark = pytest.mark.lived

GOING = {"key": "karpenter.sh/disrupted", "effect": "NoSchedule"}
NAME = "node-1"


def told(name: str = NAME, ready: str = "True", message: str = "fine", created: str | None = None, **spec: Any) -> Item:
    """A node as it is told, with what stands in its spec."""
    made = msgspec.to_builtins(node(name, ready=ready, message=message))
    made["spec"] = spec
    if created is not None:
        made["metadata"]["creationTimestamp"] = created
    return decoded(Feed.NODES, made)


def begun(seconds: int = 15) -> Cluster:
    cluster = Cluster()
    cluster.begin()
    cluster.run(seconds)
    return cluster


def row(cluster: Cluster, name: str = NAME) -> NodeRow:
    return [frame.nodes[name] for frame in cluster.frames if name in frame.nodes][-1]


def asked_for(cluster: Cluster) -> list[str]:
    """Who needs somebody now."""
    return [one.name for one in [frame.attention for frame in cluster.frames if frame.attention is not None][-1]]


def leaving(cluster: Cluster) -> None:
    cluster.apply(Changed(Feed.NODES, told(taints=[GOING]), cluster.now))


def test_a_node_that_is_marked_and_falls_silent_leaves_and_needs_nobody_until_its_time_is_over() -> None:
    cluster = begun()
    leaving(cluster)
    assert changes(cluster.run(1)) == [(NAME, "", "healthy", "leaving")]
    assert (row(cluster).state, row(cluster).kubelet.state) == ("leaving", "healthy")
    cluster.silent.add(NAME)
    assert changes(cluster.run(590)) == []
    assert (row(cluster).state, row(cluster).kubelet.state, row(cluster).kube_proxy.state) == (
        "leaving",
        "leaving",
        "not_observable",
    )
    assert "Karpenter is removing it (taint karpenter.sh/disrupted)" in row(cluster).because
    assert asked_for(cluster) == []
    assert cluster.state("kubelet") == ("healthy", "")
    assert changes(cluster.run(15)) == [(NAME, "kubelet", "leaving", "degraded")]
    assert asked_for(cluster) == [NAME]
    assert changes(cluster.run(1200)) == [(NAME, "kubelet", "degraded", "down")]
    assert row(cluster).state == "down"


def test_a_node_that_goes_in_time_was_never_in_trouble() -> None:
    cluster = begun()
    leaving(cluster)
    cluster.silent.add(NAME)
    cluster.run(120)
    cluster.apply(Gone(Feed.NODES, told(taints=[GOING]), cluster.now))
    cluster.run(60)
    assert not any(frame.attention for frame in cluster.frames)
    assert {one for frame in cluster.frames for one in changes([frame])} == {(NAME, "", "healthy", "leaving")}


def test_a_node_that_stays_after_all_is_told_to_be_well_again() -> None:
    cluster = begun()
    leaving(cluster)
    cluster.run(30)
    cluster.apply(Changed(Feed.NODES, told(), cluster.now))
    assert changes(cluster.run(5)) == [(NAME, "", "leaving", "healthy")]


def test_a_mark_that_comes_after_the_silence_excuses_nothing() -> None:
    cluster = begun()
    cluster.silent.add(NAME)
    cluster.run(60)
    leaving(cluster)
    cluster.run(60)
    assert row(cluster).state == "down"
    assert asked_for(cluster) == [NAME]


def test_a_node_that_shuts_down_in_good_order_leaves_though_kubernetes_writes_over_what_it_said() -> None:
    cluster = begun()
    cluster.apply(Changed(Feed.NODES, told(ready="False", message="node is shutting down"), cluster.now))
    cluster.silent.add(NAME)
    cluster.run(45)
    cluster.apply(Changed(Feed.NODES, told(ready="Unknown", message="Kubelet stopped posting node status."), cluster.now))
    cluster.run(60)
    assert row(cluster).state == "leaving"
    cluster.silent.discard(NAME)
    cluster.apply(Changed(Feed.NODES, told(), cluster.now))
    cluster.run(20)
    assert row(cluster).state == "healthy"
    assert not any(frame.attention for frame in cluster.frames)


def test_what_was_known_to_leave_still_leaves_after_a_restart() -> None:
    cluster = begun()
    cluster.apply(Changed(Feed.NODES, told(ready="False", message="node is shutting down"), cluster.now))
    cluster.silent.add(NAME)
    cluster.run(60)
    before = row(cluster)
    again = Assessor(new_cache(), slug="test")
    again.restore([], [before])
    later = Cluster(assessor=again)
    later.now = cluster.now
    later.silent.add(NAME)
    later.begin()
    later.apply(Changed(Feed.NODES, told(ready="Unknown", message="Kubelet stopped posting node status."), later.now))
    later.run(100)
    assert row(later).state == "leaving"
    assert row(later).leaving_since == before.leaving_since
    later.run(500)
    assert row(later).state == "degraded"


def named(name: str) -> dict[str, str]:
    return {"name": name, "namespace": "kube-system", "uid": name}


@pytest.mark.parametrize(("pods", "state"), [(["fluentd-x7k2p", f"etcd-{NAME}"], "leaving"), (["fluentd-x7k2p", "cart-0"], "down")])
def test_a_node_that_was_cordoned_and_drained_may_be_silent(pods: list[str], state: str) -> None:
    cluster = begun(0)
    made = [
        {
            "metadata": {"name": name, "namespace": "kube-system", "uid": name},
            "spec": {"nodeName": NAME},
            "status": {"phase": "Running"},
        }
        for name in pods
    ]
    cluster.apply(
        Listed(Feed.PODS, [decoded(Feed.PODS, one) for one in made], "", cluster.now),
        Listed(
            Feed.DAEMON_SETS,
            [decoded(Feed.DAEMON_SETS, {"metadata": {"name": "fluentd", "namespace": "kube-system"}, "status": {}})],
            "",
            cluster.now,
        ),
    )
    cluster.run(15)
    cluster.apply(Changed(Feed.NODES, told(unschedulable=True), cluster.now))
    cluster.run(5)
    assert row(cluster).state == "cordoned"
    cluster.silent.add(NAME)
    cluster.run(100)
    assert row(cluster).state == state


#: The second of START by the cluster's clock.
BORN = "2026-11-22T17:53:20Z"


def test_a_node_that_joins_needs_nobody_for_two_minutes() -> None:
    cluster = begun(0)
    cluster.apply(Server(cluster.now, "v1.36.2", clock_skew=0.0))
    cluster.apply(Changed(Feed.NODES, told("node-9", ready="False", message="not yet", created=BORN), cluster.now))
    cluster.run(119)
    assert (row(cluster, "node-9").state, row(cluster, "node-9").kubelet.state) == ("joining", "joining")
    assert asked_for(cluster) == []
    cluster.run(5)
    assert row(cluster, "node-9").state == "degraded"


def test_that_a_node_has_joined_is_told_once() -> None:
    cluster = begun(0)
    cluster.apply(Server(cluster.now, "v1.36.2", clock_skew=0.0))
    cluster.names.append("node-9")
    cluster.apply(Changed(Feed.NODES, told("node-9", ready="False", message="not yet", created=BORN), cluster.now))
    cluster.apply(Changed(Feed.NODE_LEASES, lease("node-9", 0), cluster.now))
    cluster.run(20)
    cluster.apply(Changed(Feed.NODES, told("node-9", created=BORN), cluster.now))
    cluster.run(150)
    told_of = [one for frame in cluster.frames for one in changes([frame])]
    assert told_of == [("node-9", "", "joining", "healthy")]
    assert not any(frame.attention for frame in cluster.frames)
