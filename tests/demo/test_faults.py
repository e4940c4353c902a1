"""Each fault changes what it says, and healing it leaves the cluster as it was."""

import re

import msgspec
import pytest

from planes.demo.catalogue import FAULTS
from planes.demo.cluster import NODE_LEASES, SYSTEM
from planes.demo.faults import FaultError
from planes.demo.nodes import NOT_READY, UNREACHABLE
from planes.demo.store import Doc
from tests.demo.world import World

NAMES = [fault.name for fault in FAULTS]
WANTED = """
    kubelet-silent kubelet-flapping runtime-down pleg-unhealthy network-not-ready kube-proxy-crash kube-proxy-missing scheduler-dead
    scheduler-stuck kcm-failover kcm-dead etcd-down apiserver-down apiserver-hang apiserver-replica-lost cordon pressure zone-lost
    version-skew webhook-down apiservice-down certificate-expiring slow-api errors-5xx coredns-down rights-revoked watch-expired
    clock-skew scale-down
"""


def test_the_catalogue_holds_every_fault_once() -> None:
    assert set(NAMES) >= set(WANTED.split())
    assert len(NAMES) == len(set(NAMES))
    for fault in FAULTS:
        assert fault.about.endswith((".", "itself."))
        assert all(0 < notice.within <= 400 for notice in fault.notices)


def still(world: World) -> None:
    """Stop the churn, so that only faults change anything."""
    world.cluster.deployments = [app for app in world.cluster.deployments if app.critical]


@pytest.mark.parametrize("name", [name for name in NAMES if name != "scheduler-stuck"])  # that one has pods replaced
def test_healing_leaves_the_cluster_as_it_was(world: World, name: str) -> None:
    still(world)
    world.live(10)
    before = comparable(world)
    world.faults.inject(name)
    world.live(70)
    world.faults.heal(name)
    world.live(40)
    assert world.faults.active == {}
    assert world.cluster.clock.skew == 0
    assert world.faults._repeating == {}
    assert comparable(world) == before


def comparable(world: World) -> dict[str, bytes]:
    """The state without what only ever grows: restarts and generations, and the names of pods that had to be made anew."""
    found = {}
    for key, encoded in world.state().items():
        calm = re.sub(rb'"(restartCount|generation|observedGeneration)":\d+', rb'"\1":0', encoded)
        if "kube-proxy-" in key or "slices" in key:
            calm = re.sub(rb'"(name|uid|ip|podIP)":"[^"]*"|kube-api-access-\w+|containerd://\w+|"addresses":\[[^]]*\]', b"", calm)
            key = re.sub(r"kube-proxy-\w+", f"kube-proxy@{node_of(encoded)}", key)
        found[key] = calm
    return found


def node_of(encoded: bytes) -> str:
    body = msgspec.json.decode(encoded)
    return str(body.get("spec", {}).get("nodeName", ""))


def test_a_silent_kubelet_freezes_its_lease_and_is_unknown_after_50_s(world: World) -> None:
    node = world.cluster.workers[2]
    world.live(12)
    world.faults.inject("kubelet-silent", node)
    frozen = world.renewed(NODE_LEASES, node)
    world.live(35)
    assert world.renewed(NODE_LEASES, node) == frozen
    assert world.ready(node)[0] == "True", "the lease says it long before Ready does"
    assert all(pod.ready for pod in world.cluster.pods_of(node))
    world.live(25)
    assert world.ready(node) == ("Unknown", "Kubelet stopped posting node status.")
    assert world.taints(node) == [(UNREACHABLE, "NoSchedule"), (UNREACHABLE, "NoExecute")]
    assert not any(pod.ready for pod in world.cluster.pods_of(node))
    world.faults.heal("kubelet-silent")
    world.live(8)
    assert world.ready(node)[0] == "True"
    assert world.taints(node) == []
    assert all(pod.ready for pod in world.cluster.pods_of(node))
    others = [name for name in world.cluster.workers if name != node]
    assert all(world.ready(name)[0] == "True" for name in others)


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("runtime-down", "container runtime is down"),
        ("pleg-unhealthy", "PLEG is not healthy"),
        ("network-not-ready", "container runtime network not ready"),
    ],
)
def test_a_runtime_in_trouble_is_not_ready_while_its_lease_stays_fresh(world: World, fault: str, message: str) -> None:
    node = world.cluster.workers[4]
    world.faults.inject(fault, node)
    world.live(20)
    status, said = world.ready(node)
    assert status == "False"
    assert message in said
    assert world.taints(node) == [(NOT_READY, "NoSchedule"), (NOT_READY, "NoExecute")]
    assert world.clock.wall() - world.renewed(NODE_LEASES, node) < 11


def test_several_troubles_of_one_node_are_all_named(world: World) -> None:
    node = world.cluster.workers[4]
    world.faults.inject("runtime-down", node)
    world.faults.inject("network-not-ready", node)
    world.live(3)
    said = world.ready(node)[1]
    assert said.startswith("[container runtime is down, container runtime network not ready")
    world.faults.heal("runtime-down", node)
    world.live(3)
    assert world.ready(node)[1].startswith("container runtime network not ready")


def test_a_flapping_kubelet_turns_ready_every_20_s(world: World) -> None:
    node = world.cluster.workers[1]
    world.faults.inject("kubelet-flapping", node)
    seen = []
    for _ in range(4):
        world.live(20)
        seen.append(world.ready(node)[0])
    assert seen in (["False", "True", "False", "True"], ["True", "False", "True", "False"])
    assert world.clock.wall() - world.renewed(NODE_LEASES, node) < 11


def test_pressure_and_cordon_are_said_by_condition_taint_and_spec(world: World) -> None:
    node, other = world.cluster.workers[:2]
    world.faults.inject("pressure", node)
    world.faults.inject("cordon", other)
    world.live(5)
    memory = world.node(node).conditions[0]
    assert (memory.type, memory.status) == ("MemoryPressure", "True")
    assert world.taints(node) == [("node.kubernetes.io/memory-pressure", "NoSchedule")]
    assert world.ready(node)[0] == world.ready(other)[0] == "True"
    assert world.node(other).unschedulable
    assert b'"unschedulable":true' in world.node(other).encode()
    assert world.taints(other) == [("node.kubernetes.io/unschedulable", "NoSchedule")]


def test_a_crashing_kube_proxy_restarts_again_and_again(world: World) -> None:
    node = world.cluster.workers[0]
    world.faults.inject("kube-proxy-crash", node)
    world.live(65)
    pod = world.work.proxy_pod(node)
    assert pod is not None
    assert (pod.phase, pod.reason, pod.ready, pod.restarts) == ("waiting", "CrashLoopBackOff", False, 4)
    status = world.body("daemonsets", "apps", "kube-system/kube-proxy")["status"]
    assert (status["numberReady"], status["numberUnavailable"]) == (29, 1)
    assert world.ready(node)[0] == "True"


def test_a_missing_kube_proxy_is_wanted_by_its_daemon_set(world: World) -> None:
    node = world.cluster.workers[0]
    world.faults.inject("kube-proxy-missing", node)
    world.live(5)
    assert world.work.proxy_pod(node) is None
    status = world.body("daemonsets", "apps", "kube-system/kube-proxy")["status"]
    assert (status["desiredNumberScheduled"], status["currentNumberScheduled"]) == (30, 29)


@pytest.mark.parametrize(("fault", "component"), [("scheduler-dead", "kube-scheduler"), ("kcm-dead", "kube-controller-manager")])
def test_a_dead_leader_freezes_its_lease_and_its_pods_are_not_ready(world: World, fault: str, component: str) -> None:
    world.live(5)
    world.faults.inject(fault)
    frozen = world.renewed(SYSTEM, component)
    lease = world.cluster.lease(SYSTEM, component)
    assert lease is not None
    world.live(40)
    assert world.renewed(SYSTEM, component) == frozen
    assert not any(world.pod(f"{SYSTEM}/{component}-{host}").ready for host in world.cluster.control_plane)
    world.faults.heal(fault)
    world.live(4)
    after = world.cluster.lease(SYSTEM, component)
    assert after is not None
    assert world.clock.wall() - after.renewed < 3
    assert (after.transitions, after.holder != lease.holder) == (lease.transitions + 1, True)
    assert all(world.pod(f"{SYSTEM}/{component}-{host}").ready for host in world.cluster.control_plane)


@pytest.mark.parametrize("fault", ["scheduler-dead", "scheduler-stuck"])
def test_without_a_scheduler_at_work_new_pods_stay_undecided(world: World, fault: str) -> None:
    world.faults.inject(fault)
    world.work.create(world.cluster.deployments[-1])
    world.live(35)
    undecided = [world.pod(key) for key in world.cluster.undecided]
    assert undecided
    for pod in undecided:
        assert b'"status":{"phase":"Pending","qosClass":"Burstable"}' in pod.encode()
        assert b'"nodeName"' not in pod.encode()
    assert (world.clock.wall() - world.renewed(SYSTEM, "kube-scheduler") < 3) == (fault == "scheduler-stuck")
    world.faults.heal(fault)
    world.live(6)
    assert not world.cluster.undecided


def test_schedulers_that_hang_freeze_their_lease_while_their_pods_look_well(world: World) -> None:
    world.live(5)
    world.faults.inject("scheduler-hung")
    frozen = world.renewed(SYSTEM, "kube-scheduler")
    world.live(40)
    assert world.renewed(SYSTEM, "kube-scheduler") == frozen
    assert all(world.pod(f"{SYSTEM}/kube-scheduler-{host}").ready for host in world.cluster.control_plane)
    world.faults.inject("scheduler-dead")
    world.faults.heal("scheduler-dead")
    world.live(5)
    assert world.renewed(SYSTEM, "kube-scheduler") == frozen, "the other fault still lasts"


def test_a_failover_in_good_order_changes_the_holder_within_two_seconds(world: World) -> None:
    before = world.cluster.lease(SYSTEM, "kube-controller-manager")
    world.faults.inject("kcm-failover")
    world.live(0.2)
    released = world.cluster.lease(SYSTEM, "kube-controller-manager")
    world.live(2.2)
    after = world.cluster.lease(SYSTEM, "kube-controller-manager")
    assert before is not None
    assert released is not None
    assert after is not None
    assert (released.holder, released.duration) == ("", 1)
    assert after.holder.startswith("cp-2_")
    assert (after.duration, after.transitions) == (15, before.transitions + 1)


def test_without_a_controller_manager_status_lags_behind_the_generation(world: World) -> None:
    world.faults.inject("kcm-dead")
    app = world.cluster.deployments[-1]
    world.work.roll_out(app)
    world.live(65)
    body = world.body("deployments", "apps", f"{app.namespace}/{app.name}")
    assert body["status"]["observedGeneration"] < body["metadata"]["generation"]
    world.faults.heal("kcm-dead")
    world.live(5)
    body = world.body("deployments", "apps", f"{app.namespace}/{app.name}")
    assert body["status"]["observedGeneration"] == body["metadata"]["generation"]


@pytest.mark.parametrize("fault", ["etcd-down", "apiserver-down", "apiserver-hang"])
def test_while_nothing_can_be_written_everything_stands_still_and_nobody_is_blamed_after(world: World, fault: str) -> None:
    world.live(12)
    world.faults.inject(fault)
    revision = world.cluster.store.revision
    world.live(90)
    assert world.cluster.store.revision == revision
    world.faults.heal(fault)
    world.live(12)
    for name in (*world.cluster.workers, *world.cluster.control_plane):
        assert world.ready(name)[0] == "True"
        assert world.clock.wall() - world.renewed(NODE_LEASES, name) < 12


def test_a_lost_api_server_freezes_its_identity_and_leaves_the_endpoints_after_20_s(world: World) -> None:
    world.live(12)
    assert world.faults.inject("apiserver-replica-lost") == "apiserver-replica-lost is active on cp-3 now."
    identity = world.life.identity(2)
    frozen = world.renewed(SYSTEM, identity)
    world.live(14)
    assert not world.pod(f"{SYSTEM}/kube-apiserver-cp-3").ready
    world.live(11)
    slice_ = world.body("endpointslices", "discovery.k8s.io", "default/kubernetes")
    assert len(slice_["endpoints"]) == 2
    assert world.renewed(SYSTEM, identity) == frozen
    assert world.clock.wall() - world.renewed(SYSTEM, world.life.identity(0)) < 11


def test_a_lost_zone_silences_its_nodes_and_its_api_server_only(world: World) -> None:
    world.live(12)
    world.faults.inject("zone-lost")
    world.live(70)
    lost = {node.name for node in world.cluster.node_records() if node.zone == "eu-1c"}
    assert {node.name for node in world.cluster.node_records() if node.ready.status == "Unknown"} == lost
    assert world.cluster.troubles.lost_servers == {2}


def test_an_old_kubelet_says_so(world: World) -> None:
    node = world.cluster.workers[0]
    world.faults.inject("version-skew", node)
    world.live(1)
    assert world.node(node).version == "v1.32.9"
    assert b'"kubeletVersion":"v1.32.9"' in world.node(node).encode()


@pytest.mark.parametrize(
    ("fault", "home", "service"),
    [
        ("coredns-down", SYSTEM, "kube-dns"),
        ("webhook-down", "policy", "policy-webhook"),
        ("apiservice-down", SYSTEM, "metrics-server"),
    ],
)
def test_what_is_down_has_no_ready_endpoint(world: World, fault: str, home: str, service: str) -> None:
    world.faults.inject(fault)
    world.live(5)
    table = world.cluster.store.table("endpointslices", "discovery.k8s.io")
    slices = [record for record in table.records(home) if record.labels()["kubernetes.io/service-name"] == service]
    endpoints = [endpoint for record in slices if isinstance(record, Doc) for endpoint in record.body["endpoints"]]
    assert endpoints
    assert not any(endpoint["conditions"]["ready"] for endpoint in endpoints)


def test_an_unavailable_api_service_says_so(world: World) -> None:
    world.faults.inject("apiservice-down")
    world.live(5)
    condition = world.body("apiservices", "apiregistration.k8s.io", "v1beta1.metrics.k8s.io")["status"]["conditions"][0]
    assert (condition["type"], condition["status"], condition["reason"]) == ("Available", "False", "MissingEndpoints")


def test_a_fault_on_one_node_of_a_lost_zone_does_not_bring_it_back_when_healed(world: World) -> None:
    node = next(node.name for node in world.cluster.node_records() if node.zone == "eu-1c" and not node.kind.control_plane)
    world.faults.inject("kubelet-silent", node)
    world.faults.inject("zone-lost", node)
    world.faults.heal("kubelet-silent")
    assert node in world.cluster.troubles.silent
    world.faults.heal("zone-lost")
    assert not world.cluster.troubles.silent


def test_mistakes_are_told_in_one_sentence(world: World) -> None:
    with pytest.raises(FaultError, match="Did you mean kubelet-silent"):
        world.faults.inject("kubelet-silnt")
    with pytest.raises(FaultError, match="`demo list` names them all"):
        world.faults.inject("xyzzy")
    with pytest.raises(FaultError, match="There is no node named 'node-99999'; nodes are named like node-01"):
        world.faults.inject("cordon", "node-99999")
    with pytest.raises(FaultError, match="does not break a single node"):
        world.faults.inject("etcd-down", "cp-1")
    with pytest.raises(FaultError, match="No API server runs on node-01; they run on cp-1, cp-2, cp-3"):
        world.faults.inject("apiserver-replica-lost", "node-01")
    world.faults.inject("apiserver-replica-lost", "cp-1")
    world.faults.inject("apiserver-replica-lost")
    with pytest.raises(FaultError, match="Only one API server is left"):
        world.faults.inject("apiserver-replica-lost")
    assert world.faults.heal("cordon") == "cordon is not active."
    assert world.faults.inject("etcd-down") == "etcd-down is active now."
    assert world.faults.inject("etcd-down") == "etcd-down is active already."
    assert "etcd-down is healed." in world.faults.heal("--all")
    assert world.faults.heal("--all") == "Nothing is broken."
