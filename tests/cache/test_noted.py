"""Which stores note what: flips, restarts, missing kube-proxies, lags, checks that fail, outages."""

from collections.abc import Callable

import pytest

from planes.cache.nodes import NodeStore
from planes.cache.reachability import Reachability
from planes.cache.recent import Recent
from planes.cache.stores import Dirty
from planes.cache.system import SystemPods
from planes.cache.workloads import WorkloadStore
from planes.structs import objects
from planes.structs.events import Check, Connection, Failed, Fault, FaultKind, Health
from planes.structs.feeds import Feed
from planes.structs.moments import Mono
from planes.structs.objects import Condition, LabelledMeta
from tests.cache.test_recent import WALL, handed, second

REFUSED = Fault(FaultKind.REFUSED, "refused")


# --- nodes, pods and workloads --------------------------------------------------------------------------------------------------


def node(ready: str, more: str = "") -> objects.Node:
    meta = LabelledMeta("n", uid="u", labels={"more": more})
    return objects.Node(meta, objects.NodeSpec(), objects.NodeStatus([Condition("Ready", ready)]))


def test_each_flip_of_ready_is_noted_and_no_other_change() -> None:
    recent = Recent()
    nodes = NodeStore(Dirty(), lambda _: None, recent)
    for at, told in (
        (1.0, node("True")),
        (2.0, node("True", "x")),
        (3.0, node("False")),
        (4.0, node("False", "y")),
        (5.0, node("True")),
    ):
        nodes.changed(told, Mono(at))
    assert (handed(recent), recent.version) == ({"flip": {"n": [1003.0, 1005.0]}}, 2)


def proxy(name: str = "p", node: str = "n", restarts: int = 0, *, ready: bool = True, of: str = "kube-proxy") -> objects.SystemPod:
    meta = LabelledMeta(name, "kube-system", name, labels={"of": of})
    said = [Condition("Ready", str(ready))]
    return objects.SystemPod(
        meta, objects.SystemPodSpec(node), objects.PodStatus("Running", "", said, [objects.ContainerStatus("c", ready, restarts)])
    )


def pods(recent: Recent) -> SystemPods:
    return SystemPods(Dirty(), lambda one: one.metadata.labels["of"], recent)


def test_each_restart_that_is_seen_is_noted_and_no_other_change() -> None:
    recent = Recent()
    store = pods(recent)
    for at, told in (
        (1.0, proxy(restarts=5, of="etcd")),
        (2.0, proxy(restarts=5, of="etcd", ready=False)),
        (3.0, proxy(restarts=7, of="etcd")),
        (4.0, proxy(restarts=1, of="etcd")),
        (5.0, proxy(restarts=2, of="etcd")),
    ):
        store.changed(told, Mono(at))
    assert (handed(recent), recent.version) == ({"restart": {"p": [1003.0, 1003.0, 1005.0]}}, 2)


def test_since_when_a_node_has_no_kube_proxy_is_noted_until_it_has_one_or_is_gone() -> None:
    recent = Recent()
    store = pods(recent)
    store.changed(proxy("p"), Mono(1.0))
    store.changed(proxy("q", "m"), Mono(1.0))
    store.gone(proxy("p"), Mono(2.0))
    store.gone(proxy("q", "m"), Mono(3.0))
    assert handed(recent) == {"no proxy": {"n": [1002.0], "m": [1003.0]}}
    store.changed(proxy("r"), Mono(4.0))
    assert handed(recent) == {"no proxy": {"m": [1003.0]}}
    store.forget("m")
    assert handed(recent) == {}


def daemon_set(observed: int, generation: int, *, ready: int = 1) -> objects.DaemonSet:
    meta = LabelledMeta("d", "kube-system", generation=generation, labels={"tier": "node"})
    return objects.DaemonSet(meta, objects.DaemonSetStatus(observed, 1, ready))


def deleted(store: WorkloadStore) -> None:
    store.gone(daemon_set(1, 2), Mono(9.0))


def no_more_listed(store: WorkloadStore) -> None:
    store.listed([], Mono(9.0))


def noticed(store: WorkloadStore) -> None:
    store.changed(daemon_set(2, 2), Mono(9.0))


@pytest.mark.parametrize("end", [deleted, no_more_listed, noticed])
def test_since_when_a_workload_lags_is_noted_until_it_does_not(end: Callable[[WorkloadStore], None]) -> None:
    recent = Recent()
    store = WorkloadStore("DaemonSet", recent)
    store.changed(daemon_set(1, 1), Mono(1.0))
    assert handed(recent) == {}
    store.changed(daemon_set(1, 2), Mono(2.0))
    store.changed(daemon_set(1, 3), Mono(3.0))
    assert handed(recent) == {"lag": {"DaemonSet kube-system/d": [1002.0]}}
    end(store)
    assert handed(recent) == {}


def test_a_workload_lags_since_an_earlier_collector_saw_it_to() -> None:
    store = WorkloadStore("DaemonSet", second({"lag": {"DaemonSet kube-system/d": [1005.0], "Deployment kube-system/d": [1001.0]}}))
    store.changed(daemon_set(1, 2), Mono(50.0))
    assert [one.lagging_since for one in store.lagging()] == [50.0]
    assert [one.lagging_since for one in store.lagging(WALL)] == [5.0]


def test_a_workload_that_is_made_again_was_not_seen_to_be_noticed() -> None:
    store = WorkloadStore("DaemonSet")
    store.changed(daemon_set(1, 1), Mono(1.0))
    store.gone(daemon_set(1, 1), Mono(2.0))
    store.changed(daemon_set(2, 2), Mono(3.0))
    assert not store.noticed
    store.changed(daemon_set(3, 3), Mono(4.0))
    assert store.noticed


def test_a_workload_keeps_its_labels() -> None:
    store = WorkloadStore("DaemonSet")
    store.changed(daemon_set(1, 1), Mono(1.0))
    assert [one.labels for one in store.seen.values()] == [{"tier": "node"}]


# --- probes ---------------------------------------------------------------------------------------------------------------------


def health(at: float, status: int = 200, path: str = "/livez") -> Health:
    return Health(path, Mono(at), 0.1, status, (Check("ping", status == 200),))


def test_since_when_a_path_fails_is_noted_path_by_path() -> None:
    recent = Recent()
    reach = Reachability(recent)
    reach.took_health(health(1.0))
    assert handed(recent) == {}
    reach.took_health(health(2.0, 500))
    reach.took_health(health(3.0, 500))
    reach.took_health(health(4.0, 500, "/readyz"))
    assert handed(recent) == {"check": {"/livez": [1002.0], "/readyz": [1004.0]}}
    reach.took_health(health(5.0))
    assert handed(recent) == {"check": {"/readyz": [1004.0]}}


def test_since_when_the_cluster_cannot_be_asked_is_noted_until_it_answers() -> None:
    recent = Recent()
    reach = Reachability(recent)
    reach.took_connection(Connection(Mono(1.0), fault=REFUSED))
    reach.took_connection(Connection(Mono(2.0), fault=REFUSED))
    assert handed(recent) == {"outage": {"": [1001.0]}}
    reach.took_connection(Connection(Mono(3.0), "https://here"))
    assert handed(recent) == {}
    reach.took_connection(Connection(Mono(4.0), fault=REFUSED))
    assert handed(recent) == {"outage": {"": [1004.0]}}


def test_a_feed_that_fails_before_the_first_probe_is_an_outage_too() -> None:
    recent = Recent()
    Reachability(recent).failed(Failed(Feed.NODES, REFUSED, Mono(1.0), Mono(2.0)))
    assert handed(recent) == {"outage": {"": [1001.0]}}
