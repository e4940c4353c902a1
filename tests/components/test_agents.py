"""The three agents of a node: thresholds from both sides, and each judged apart."""

from dataclasses import replace

import pytest

from planes.components import container_runtime, heartbeat, kube_proxy
from planes.structs.observations import CSIDriverSeen, NodeObservation, NodeScene, ProxyScene
from planes.structs.verdicts import State, Verdict
from tests.components.making import (
    BROKEN,
    FORBIDDEN,
    NOW,
    READY,
    THRESHOLDS,
    condition,
    failing,
    feed,
    kubelet_verdict,
    lease,
    node,
    pod,
    scene,
)


def kubelet_of(seen: NodeObservation, common: NodeScene | None = None) -> Verdict:
    return kubelet_verdict(seen, common or scene(), NOW, THRESHOLDS)


def proxy_of(seen: NodeObservation, common: NodeScene | None = None, silent: bool = False) -> Verdict:
    return kube_proxy.judge(seen, common or scene(), silent, NOW, THRESHOLDS)


def runtime_of(seen: NodeObservation, common: NodeScene | None = None, silent: bool = False) -> Verdict:
    return container_runtime.judge(seen, common or scene(), silent, NOW, THRESHOLDS)


def with_condition(kind: str, status: str, message: str = "", reason: str = "") -> NodeObservation:
    seen = node()
    return replace(seen, conditions={**seen.conditions, kind: condition(status, message, reason)})


@pytest.mark.parametrize(
    ("age", "duration", "expected"),
    [
        (25.0, 40.0, State.HEALTHY),
        (25.1, 40.0, State.DEGRADED),
        (40.0, 40.0, State.DEGRADED),
        (40.1, 40.0, State.DOWN),
        (37.5, 60.0, State.HEALTHY),
        (37.6, 60.0, State.DEGRADED),
        (60.1, 60.0, State.DOWN),
    ],
)
def test_a_frozen_node_lease_is_degraded_after_25_s_and_down_after_40_s(age: float, duration: float, expected: State) -> None:
    assert kubelet_of(node(lease=lease(age, duration))).state is expected


def test_a_late_heartbeat_says_what_kubernetes_will_do() -> None:
    verdict = kubelet_of(node(31.0))
    assert verdict.because == (
        f"No heartbeat for ⟨a:{NOW - 31:.1f}⟩; the lease allows 40 s. Kubernetes marks it NotReady in about ⟨u:{NOW + 19:.1f}⟩."
    )


def test_a_healthy_kubelet_says_nothing_that_changes_with_a_renewal() -> None:
    one, other = kubelet_of(node(1.0)), kubelet_of(node(9.0))
    assert (one.because, one.line, [line.now for line in one.evidence]) == (
        other.because,
        other.line,
        [line.now for line in other.evidence],
    )


def test_a_lease_deleted_or_missing_is_unknown_and_not_red() -> None:
    assert kubelet_of(node(lease=lease(1.0, gone_at=NOW - 1))).state is State.UNKNOWN
    assert kubelet_of(node(lease=None)).state is State.UNKNOWN


def test_where_leases_may_not_be_read_ready_is_what_there_is() -> None:
    verdict = kubelet_of(node(lease=None), scene(leases=failing(FORBIDDEN, NOW - 90, "leases/kube-node-lease")))
    assert verdict.state is State.HEALTHY
    assert any("permission lost" in line.now for line in verdict.evidence)


def test_where_nodes_and_leases_may_not_be_read_nothing_is_claimed() -> None:
    hidden = scene(
        nodes=failing(FORBIDDEN, NOW - 90, "nodes"), leases=failing(FORBIDDEN, NOW - 90), pods=failing(FORBIDDEN, NOW - 90)
    )
    assert kubelet_of(node(), hidden).state is State.NOT_OBSERVABLE
    assert runtime_of(node(), hidden).state is State.NOT_OBSERVABLE
    assert proxy_of(node(), hidden).state is State.NOT_OBSERVABLE


def test_stale_feeds_make_agents_unknown() -> None:
    stale = failing(BROKEN, NOW - 16)
    common = scene(nodes=stale, leases=stale, pods=stale)
    assert {kubelet_of(node(), common).state, runtime_of(node(), common).state, proxy_of(node(), common).state} == {State.UNKNOWN}


def test_ready_unknown_is_down_even_if_the_lease_is_fresh() -> None:
    assert kubelet_of(with_condition("Ready", "Unknown", "Kubelet stopped posting node status.")).state is State.DOWN


@pytest.mark.parametrize("kind", ["MemoryPressure", "DiskPressure", "PIDPressure"])
def test_pressure_is_degraded(kind: str) -> None:
    verdict = kubelet_of(with_condition(kind, "True", "too little left"))
    assert (verdict.state, verdict.cause) == (State.DEGRADED, "pressure")


def test_more_than_two_flips_of_ready_within_15_min_are_degraded() -> None:
    assert kubelet_of(node(ready_flips=(NOW - 800, NOW - 400))).state is State.HEALTHY
    assert kubelet_of(node(ready_flips=(NOW - 899, NOW - 400, NOW - 5))).state is State.DEGRADED
    assert kubelet_of(node(ready_flips=(NOW - 901, NOW - 400, NOW - 5))).state is State.HEALTHY


@pytest.mark.parametrize(
    ("version", "expected"), [("v1.33.0", State.HEALTHY), ("v1.32.9", State.DEGRADED), ("v1.37.0", State.DEGRADED)]
)
def test_a_kubelet_is_at_most_three_minors_older_and_never_newer(version: str, expected: State) -> None:
    assert kubelet_of(node(kubelet_version=version)).state is expected


def test_a_runtime_that_is_down_is_the_runtimes_matter() -> None:
    seen = with_condition("Ready", "False", "container runtime is down", "KubeletNotReady")
    assert kubelet_of(seen).state is State.HEALTHY
    verdict = runtime_of(seen)
    assert (verdict.state, verdict.cause) == (State.DOWN, "runtime-down")


@pytest.mark.parametrize(
    "message",
    [
        "PLEG is not healthy: pleg was last seen active 4m0s ago; threshold is 3m0s",
        "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:cni plugin not initialized",
        "[container runtime status check may not have completed yet, PLEG is not healthy]",
    ],
)
def test_a_runtime_in_trouble_is_degraded_and_its_kubelet_is_not(message: str) -> None:
    seen = with_condition("Ready", "False", message, "KubeletNotReady")
    assert runtime_of(seen).state is State.DEGRADED
    assert kubelet_of(seen).state is State.HEALTHY


def test_the_worst_of_several_messages_counts() -> None:
    seen = with_condition("Ready", "False", "[container runtime is down, PLEG is not healthy: seen 3m ago]", "KubeletNotReady")
    assert runtime_of(seen).state is State.DOWN


def test_not_ready_for_a_reason_of_its_own_is_the_kubelets_matter() -> None:
    seen = with_condition("Ready", "False", "node is shutting down", "KubeletNotReady")
    assert kubelet_of(seen).state is State.DEGRADED
    assert runtime_of(seen).state is State.HEALTHY


def test_of_a_silent_kubelet_the_runtime_and_the_proxy_are_last_known() -> None:
    assert runtime_of(node(30.0), silent=True).state is State.UNKNOWN
    verdict = proxy_of(node(30.0), silent=True)
    assert verdict.state is State.UNKNOWN
    assert "its state is unknown" in verdict.because


def test_silence_begins_where_degraded_does() -> None:
    assert not heartbeat.is_silent(lease(25.0, 40.0), READY, NOW, THRESHOLDS)
    assert heartbeat.is_silent(lease(25.1, 40.0), READY, NOW, THRESHOLDS)
    assert heartbeat.is_silent(lease(1.0, 40.0), condition("Unknown"), NOW, THRESHOLDS)


def test_all_silent_together_is_unknown_and_names_the_suspicion() -> None:
    common = scene(silence="etcd is suspected.", silence_since=NOW - 20)
    for verdict in (kubelet_of(node(60.0), common), proxy_of(node(60.0), common), runtime_of(node(60.0), common)):
        assert verdict.state is State.UNKNOWN
        assert "etcd is suspected" in verdict.because


def test_a_proxy_pod_that_is_not_ready_is_degraded() -> None:
    verdict = proxy_of(node(proxies=(pod("kube-proxy-x", ready=False, reason="CrashLoopBackOff"),)))
    assert verdict.state is State.DEGRADED
    assert "CrashLoopBackOff" in verdict.because


def test_three_restarts_within_15_min_are_degraded() -> None:
    def with_restarts(*ages: float) -> State:
        return proxy_of(node(proxies=(pod("kube-proxy-x", restarted_at=tuple(NOW - age for age in ages)),))).state

    assert with_restarts(800, 5) is State.HEALTHY
    assert with_restarts(899, 800, 5) is State.DEGRADED
    assert with_restarts(901, 800, 5) is State.HEALTHY


@pytest.mark.parametrize(("age", "expected"), [(60.0, State.UNKNOWN), (60.1, State.DOWN)])
def test_a_proxy_pod_missing_where_one_is_wanted_is_down_after_60_s(age: float, expected: State) -> None:
    assert proxy_of(node(proxies=(), proxy_missing_since=NOW - age, proxy_short=True)).state is expected


def test_a_terminating_pod_is_no_pod() -> None:
    leaving = pod("kube-proxy-x", terminating=True)
    assert proxy_of(node(proxies=(leaving,), proxy_missing_since=NOW - 61)).state is State.DOWN


def test_where_the_daemon_set_does_not_want_one_nothing_is_missing() -> None:
    some = scene(proxy=ProxyScene(wanted=2, everywhere=False, replaced_by="", seen_before=True, pods_seen=True))
    assert proxy_of(node(proxies=()), some).state is State.NOT_OBSERVABLE


def test_a_replaced_proxy_is_stated_and_no_alarm() -> None:
    cilium = pod("cilium-abc", ready=False)
    verdict = proxy_of(
        node(proxies=(), replacement=cilium),
        scene(proxy=ProxyScene(wanted=None, everywhere=False, replaced_by="Cilium", seen_before=False, pods_seen=False)),
    )
    assert verdict.state is State.NOT_OBSERVABLE
    assert verdict.because == "Replaced by Cilium in this cluster."


def test_a_cluster_without_any_proxy_pod_is_not_observable() -> None:
    verdict = proxy_of(node(proxies=()), scene(proxy=ProxyScene()))
    assert verdict.state is State.NOT_OBSERVABLE


def test_a_proxy_too_far_from_its_kubelet_is_degraded() -> None:
    assert proxy_of(node(proxies=(pod("kube-proxy-x", version="v1.33.0"),))).state is State.HEALTHY
    assert proxy_of(node(proxies=(pod("kube-proxy-x", version="v1.32.0"),))).state is State.DEGRADED
    assert proxy_of(node(kubelet_version="v1.40.0")).state is State.DEGRADED


def test_storage_drivers_are_told_and_turn_nothing() -> None:
    drivers = (CSIDriverSeen(name="ebs.csi.example", volumes=25), CSIDriverSeen(name="nfs.csi.example"))
    for found, state, now in (
        (drivers, State.HEALTHY, "ebs.csi.example (up to 25 volumes), nfs.csi.example"),
        ((), State.HEALTHY, "none"),
        (None, State.NOT_OBSERVABLE, "it has no CSINode"),
    ):
        verdict = kubelet_of(node(csi_drivers=found), scene(csi=feed("csinodes")))
        (line,) = [one for one in verdict.evidence if one.signal == "CSI drivers"]
        assert (line.state, line.now, verdict.state) == (state, now, State.HEALTHY)


def test_storage_drivers_that_may_not_be_read_hide_nothing_else() -> None:
    verdict = kubelet_of(node(), scene(csi=failing(FORBIDDEN, NOW - 90, "csinodes")))
    (line,) = [one for one in verdict.evidence if one.signal == "CSI drivers"]
    assert (line.state, verdict.state) == (State.NOT_OBSERVABLE, State.HEALTHY)
    assert "list and watch on storage.k8s.io csinodes" in line.now


def test_a_kubelet_is_held_to_the_api_server_of_its_own_node() -> None:
    """Half-way through an upgrade: cp-1 is done, cp-2 is not."""
    half = scene(server_version="v1.37", servers={"cp-1": "v1.37", "cp-2": "v1.36"})

    def of(name: str, version: str) -> State:
        return kubelet_of(node(name=name, kubelet_version=version), half).state

    assert of("cp-1", "v1.37.0") is State.HEALTHY
    assert of("cp-2", "v1.36.4") is State.HEALTHY
    assert of("cp-2", "v1.37.0") is State.DEGRADED, "newer than the server that it talks to"
    assert of("worker", "v1.37.0") is State.HEALTHY
    assert of("worker", "v1.38.0") is State.DEGRADED
    assert of("worker", "v1.33.9") is State.DEGRADED, "too old for the newest"
    assert of("cp-2", "v1.33.9") is State.HEALTHY
