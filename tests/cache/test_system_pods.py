"""Pods of components: whose each is, whether it is ready, how often it restarted, and which nodes have a kube-proxy."""

from collections.abc import Iterable, Sequence
from typing import Any

import pytest

from planes.cache.stores import Dirty
from planes.cache.system import REPLACEMENT, PodTrack, SystemPods
from planes.structs.moments import Mono
from planes.structs.objects import (
    Condition,
    Container,
    ContainerStatus,
    LabelledMeta,
    PodStatus,
    Running,
    SystemContainerState,
    SystemPod,
    SystemPodSpec,
    Waiting,
)
from planes.structs.observations import PodSeen

READY, UNREADY = Condition("Ready", "True"), Condition("Ready", "False")
CILIUM = f"{REPLACEMENT}Cilium"


def status(ready: bool = True, restarts: int = 0, waiting: str | None = None) -> ContainerStatus:
    return ContainerStatus("c", ready, restarts, SystemContainerState(Waiting(waiting) if waiting is not None else None))


def pod(
    name: str = "p",
    node: str = "n",
    of: str = "kube-proxy",
    *,
    conditions: Sequence[Condition] = (READY,),
    statuses: Sequence[ContainerStatus] = (),
    phase: str = "Running",
    reason: str = "",
    deleted: str | None = None,
    images: Iterable[tuple[str, str]] = (),
    uid: str | None = None,
) -> SystemPod:
    meta = LabelledMeta(name, "kube-system", name if uid is None else uid, deletionTimestamp=deleted, labels={"of": of})
    spec = SystemPodSpec(node, "", [Container(*one) for one in images])
    return SystemPod(meta, spec, PodStatus(phase, reason, list(conditions), list(statuses)))


def store() -> tuple[SystemPods, Dirty]:
    dirty = Dirty()
    return SystemPods(dirty, lambda one: one.metadata.labels["of"]), dirty


def names(tracks: Iterable[PodTrack]) -> set[str]:
    return {one.pod.metadata.name for one in tracks}


# --- one pod ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("made", "ready"),
    [
        (pod(), True),
        (pod(conditions=[UNREADY], statuses=[status()]), False),
        (pod(conditions=[Condition("Initialized", "False"), READY]), True),
        (pod(conditions=[Condition("Ready", "Unknown")]), False),
        (pod(phase="Failed"), False),
        (pod(phase="Pending"), False),
        (pod(phase=""), True),
        (pod(conditions=[], statuses=[status(), status()]), True),  # it has not said so: its containers have
        (pod(conditions=[], statuses=[status(), status(False)]), False),
        (pod(conditions=[], statuses=[]), False),
    ],
)
def test_a_pod_is_ready_by_its_condition_or_else_by_its_containers(made: SystemPod, ready: bool) -> None:
    assert PodTrack(made, "kube-proxy", Mono(1.0)).ready is ready


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (pod(), ""),
        (pod(deleted="2026-11-22T12:00:00Z", statuses=[status(False, waiting="CrashLoopBackOff")]), "Terminating"),
        (pod(statuses=[status(), status(False, waiting="CrashLoopBackOff")], reason="Odd"), "CrashLoopBackOff"),
        (pod(statuses=[status(False, waiting=""), status(False, waiting="ImagePullBackOff")]), "ImagePullBackOff"),
        (pod(statuses=[status(True, waiting="PodInitializing")]), ""),
        (pod(statuses=[status(False)]), ""),
        (pod(reason="Evicted", phase="Failed"), "Evicted"),
        (pod(phase="Failed"), "Failed"),
        (pod(phase="Running"), ""),
        (pod(phase=""), ""),
    ],
)
def test_a_pod_says_why_a_container_waits_or_its_own_reason_or_its_phase(made: SystemPod, reason: str) -> None:
    assert PodTrack(made, "kube-proxy", Mono(1.0)).reason == reason


@pytest.mark.parametrize(
    ("made", "so"),
    [
        (pod(conditions=[UNREADY], statuses=[status(), status()]), True),
        (pod(statuses=[status(), status(False)]), False),
        (pod(statuses=[]), False),
        (pod(phase="Pending", statuses=[status()]), False),
    ],
)
def test_containers_are_ready_whatever_is_said_of_the_pod_because_of_its_node(made: SystemPod, so: bool) -> None:
    assert PodTrack(made, "kube-proxy", Mono(1.0)).containers_ready is so


@pytest.mark.parametrize(
    ("images", "version"),
    [
        ([("side", "r/side:v9.9.9"), ("kube-proxy", "r/kube-proxy:v1.36.2")], "v1.36.2"),
        ([("main", "r/kube-proxy:v1.36.1"), ("side", "r/side:v9.9.9")], "v1.36.1"),
        ([("main", "r/kube-proxy:latest")], ""),
        ([], ""),
    ],
)
def test_the_version_is_of_the_container_that_is_called_so_or_of_the_first(images: list[tuple[str, str]], version: str) -> None:
    assert PodTrack(pod(images=images), "kube-proxy", Mono(1.0)).version == version


@pytest.mark.parametrize(
    ("component", "image", "own"),
    [
        ("cloud-controller-manager", "registry.k8s.io/cloud-controller-manager:v1.36.2", False),
        ("cloud-controller-manager", "hetznercloud/hcloud-cloud-controller-manager:v1.20.0", True),
        ("kube-proxy", "hetznercloud/kube-proxy:v1.36.2", False),
    ],
)
def test_a_cloud_controller_manager_of_a_provider_has_versions_of_its_own(component: str, image: str, own: bool) -> None:
    made = PodTrack(pod(images=[("main", image)]), component, Mono(1.0))
    assert made.seen(False).own_version is own


def test_a_pod_as_rules_see_it() -> None:
    track = PodTrack(pod(statuses=[status(restarts=3)]), "kube-proxy", Mono(1.0))
    made = pod(statuses=[status(False, 4, "Odd")], conditions=[UNREADY], images=[("x", "k:v1.36.2")])
    track.change(made, Mono(2.0))
    seen: dict[str, Any] = {
        "namespace": "kube-system",
        "name": "p",
        "node": "n",
        "phase": "Running",
        "ready": False,
        "reason": "Odd",
        "restarts": 4,
        "restarted_at": (2.0,),
        "version": "v1.36.2",
        "terminating": False,
        "changed_at": 2.0,
        "seen_at": 2.0,
        "containers_ready": False,
    }
    assert track.seen(True, True) == PodSeen(**seen, silent=True, returning=True)
    assert track.seen(False) == PodSeen(**seen, silent=False, returning=False)
    ends = PodTrack(pod(deleted="2026-11-22T12:00:00Z"), "kube-proxy", Mono(1.0))
    assert ends.seen(False).terminating


def test_restarts_are_counted_from_what_the_first_sight_said() -> None:
    track = PodTrack(pod(statuses=[status(restarts=5), status(restarts=1)]), "x", Mono(1.0))
    for at, restarts, moments in (
        (2.0, 6, ()),
        (3.0, 8, (3.0, 3.0)),
        (4.0, 8, (3.0, 3.0)),
        (5.0, 2, (3.0, 3.0)),
        (6.0, 3, (3.0, 3.0, 6.0)),
    ):
        track.change(pod(statuses=[status(restarts=restarts)]), Mono(at))
        assert (track.restarts, track.restarted_at) == (restarts, moments)
    track.change(pod(statuses=[status(restarts=99)]), Mono(7.0))
    assert track.restarted_at == (7.0,) * 16
    track.change(pod(statuses=[status(restarts=100)]), Mono(8.0))
    assert track.restarted_at == (*(7.0,) * 15, 8.0)


@pytest.mark.parametrize(
    ("after", "judged", "since"),
    [
        (pod(), False, 1.0),
        (pod(phase=""), False, 1.0),
        (pod(conditions=[UNREADY]), True, 2.0),
        (pod(reason="Odd"), True, 2.0),
        (pod(statuses=[status()]), True, 1.0),
        (pod(statuses=[status(False, 1)]), True, 1.0),
        (pod(images=[("x", "k:v1.36.2")]), True, 1.0),
        (pod(node="m"), True, 1.0),
        (pod(deleted="2026-11-22T12:00:00Z"), True, 2.0),
    ],
)
def test_since_moves_with_readiness_and_reason_alone(after: SystemPod, judged: bool, since: float) -> None:
    track = PodTrack(pod(), "x", Mono(1.0))
    assert track.change(after, Mono(2.0)) is judged
    assert (track.changed_at, track.seen_at) == (since, 2.0)


# --- all of them --------------------------------------------------------------------------------------------------------------


def test_pods_are_kept_by_component_and_those_of_none_are_not() -> None:
    pods, _ = store()
    pods.listed([pod("a"), pod("b", of="etcd"), pod("c", of="")], Mono(1.0))
    assert (names(pods.of("kube-proxy")), names(pods.of("etcd")), names(pods.of("stranger"))) == ({"a"}, {"b"}, set())
    assert names(pods.tracks.values()) == {"a", "b"}


def test_a_list_replaces_them_and_keeps_what_was_seen_of_those_that_stay() -> None:
    pods, _ = store()
    pods.listed([pod("a"), pod("b")], Mono(1.0))
    pods.listed([pod("b"), pod("c")], Mono(2.0))
    assert {one.pod.metadata.name: (one.changed_at, one.seen_at) for one in pods.of("kube-proxy")} == {
        "b": (1.0, 2.0),
        "c": (2.0, 2.0),
    }


def test_a_pod_that_becomes_another_components_is_a_new_one_there() -> None:
    pods, _ = store()
    pods.changed(pod("a"), Mono(1.0))
    pods.changed(pod("a", of="etcd"), Mono(2.0))
    assert (names(pods.of("kube-proxy")), [one.changed_at for one in pods.of("etcd")]) == (set(), [2.0])
    assert pods.on_node == {}
    pods.changed(pod("a", of=""), Mono(3.0))
    assert (names(pods.of("etcd")), pods.tracks) == (set(), {})


def test_a_pod_without_a_uid_is_known_by_its_name() -> None:
    pods, _ = store()
    pods.changed(pod("a", uid=""), Mono(1.0))
    assert set(pods.tracks) == {"kube-system/a"}


@pytest.mark.parametrize(("of", "there"), [("kube-proxy", True), (CILIUM, True), ("etcd", False)])
def test_kube_proxy_and_what_replaces_it_stand_on_their_node(of: str, there: bool) -> None:
    pods, dirty = store()
    pods.changed(pod(of=of), Mono(1.0))
    assert (set(pods.on_node), dirty.take().nodes) == (({"n"}, {"n"}) if there else (set(), set()))
    pods.changed(pod("unbound", "", of), Mono(1.0))
    assert set(pods.on_node) <= {"n"}


def test_a_node_is_dirty_when_its_kube_proxy_changed_in_what_is_judged() -> None:
    pods, dirty = store()
    pods.changed(pod(), Mono(1.0))
    pods.changed(pod("e", of="etcd"), Mono(1.0))
    dirty.take()
    pods.changed(pod(), Mono(2.0))
    pods.changed(pod("e", of="etcd", conditions=[UNREADY]), Mono(2.0))
    assert dirty.take().nodes == set()
    pods.changed(pod(conditions=[UNREADY]), Mono(3.0))
    assert dirty.take().nodes == {"n"}


def test_a_pod_that_is_bound_late_stands_on_its_node_from_then_on() -> None:
    pods, dirty = store()
    pods.changed(pod(node="", phase="Pending"), Mono(1.0))
    assert (pods.on_node, dirty.take().nodes) == ({}, set())
    pods.changed(pod(node="n"), Mono(2.0))
    assert (set(pods.on_node), dirty.take().nodes, pods.missing_since) == ({"n"}, {"n"}, {})


def test_a_pod_that_is_on_another_node_makes_both_dirty_and_is_missed_where_it_was() -> None:
    pods, dirty = store()
    pods.changed(pod(node="n"), Mono(1.0))
    dirty.take()
    pods.changed(pod(node="m"), Mono(2.0))
    assert (set(pods.on_node), dirty.take().nodes, pods.missing_since) == ({"m"}, {"n", "m"}, {"n": 2.0})


def test_a_node_misses_its_kube_proxy_since_the_last_of_them_went_and_until_one_comes() -> None:
    pods, dirty = store()
    for one in (pod("a"), pod("b"), pod("c", of=CILIUM)):
        pods.changed(one, Mono(1.0))
    dirty.take()
    pods.gone(pod("a"), Mono(2.0))
    assert (pods.missing_since, dirty.take().nodes) == ({}, {"n"})
    pods.gone(pod("b"), Mono(3.0))
    assert (pods.missing_since, set(pods.on_node)) == ({"n": 3.0}, {"n"})
    pods.gone(pod("c", of=CILIUM), Mono(4.0))
    assert (pods.missing_since, pods.on_node) == ({"n": 3.0}, {})
    pods.changed(pod("d", of=CILIUM), Mono(5.0))
    assert pods.missing_since == {"n": 3.0}, "what replaces it is none"
    pods.changed(pod("e"), Mono(6.0))
    assert pods.missing_since == {}


def test_the_end_of_what_replaces_kube_proxy_is_no_kube_proxy_missed() -> None:
    pods, _ = store()
    pods.changed(pod("c", of=CILIUM), Mono(1.0))
    pods.gone(pod("c", of=CILIUM), Mono(2.0))
    assert pods.missing_since == {}


def test_the_end_of_a_pod_that_was_never_seen_is_nothing() -> None:
    pods, dirty = store()
    pods.gone(pod("stranger"), Mono(1.0))
    assert (dirty.take().nodes, pods.missing_since) == (set(), {})


def test_a_node_that_is_gone_misses_nothing() -> None:
    pods, _ = store()
    pods.changed(pod(), Mono(1.0))
    pods.gone(pod(), Mono(2.0))
    pods.forget("other")
    assert pods.missing_since == {"n": 2.0}
    pods.forget("n")
    assert pods.missing_since == {}


def test_a_pod_tells_when_the_container_of_its_component_was_started() -> None:
    def running(name: str, at: str | None) -> ContainerStatus:
        return ContainerStatus(name, True, 0, SystemContainerState(running=Running(at)))

    one = [running("kube-proxy", "2026-11-22T16:29:07Z"), running("sidecar", "2026-11-22T17:00:00Z")]
    assert PodTrack(pod(statuses=one), "kube-proxy", Mono(0.0)).seen(False).started == 1795364947.0
    assert PodTrack(pod(statuses=one[1:]), "kube-proxy", Mono(0.0)).seen(False).started == 1795366800.0  # the only one
    assert PodTrack(pod(statuses=[*one[1:], one[1]]), "kube-proxy", Mono(0.0)).seen(False).started is None
    assert PodTrack(pod(statuses=[status(waiting="CrashLoopBackOff")]), "kube-proxy", Mono(0.0)).seen(False).started is None
