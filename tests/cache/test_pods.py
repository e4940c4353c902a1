"""Pods as compact rows under their nodes, and those that no scheduler has decided about."""

from collections.abc import Sequence

import pytest

from planes.cache.pods import PodStore, is_undecided, row_of
from planes.cache.stores import Dirty
from planes.structs.moments import Epoch, Mono
from planes.structs.objects import (
    ContainerState,
    OwnedMeta,
    OwnerReference,
    PlainPodStatus,
    Pod,
    PodCondition,
    PodContainer,
    PodSpec,
    Waiting,
)
from planes.structs.rows import PodRow
from planes.structs.workload_observations import UndecidedSeen

SCHEDULED = PodCondition("PodScheduled")


def pod(
    name: str = "web",
    node: str = "",
    *,
    statuses: Sequence[PodContainer] = (),
    phase: str = "Running",
    reason: str = "",
    conditions: Sequence[PodCondition] = (),
    scheduler: str = "",
    deleted: str | None = None,
    uid: str | None = None,
    namespace: str = "shop",
) -> Pod:
    meta = OwnedMeta(name, namespace, f"uid-{name}" if uid is None else uid, "", "2026-11-22T12:00:00Z", deleted)
    return Pod(meta, PodSpec(node, scheduler), PlainPodStatus(phase, reason, list(conditions), list(statuses)))


def waits(reason: str, restarts: int = 0, ready: bool = False) -> PodContainer:
    return PodContainer(ready, restarts, ContainerState(Waiting(reason)))


def runs(restarts: int = 0, ready: bool = True) -> PodContainer:
    return PodContainer(ready, restarts)


def store() -> tuple[PodStore, Dirty]:
    dirty = Dirty()
    return PodStore(dirty), dirty


def test_a_row_names_the_controller_that_owns_the_pod_and_no_other_owner() -> None:
    made = pod("web", "n")
    assert row_of(made).owner == ""
    made.metadata.ownerReferences = [OwnerReference("Thing", "x"), OwnerReference("ReplicaSet", "web-6d9f", controller=True)]
    assert row_of(made).owner == "ReplicaSet web-6d9f"


def test_a_row_counts_containers_and_adds_up_restarts() -> None:
    made = row_of(pod("web", "n", statuses=[runs(2), runs(1, ready=False), runs(4)]))
    assert made == PodRow("shop", "web", "Running", ready=2, containers=3, restarts=7, reason="", created=Epoch(1795348800.0))


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (pod(statuses=[runs(), waits("CrashLoopBackOff")]), "CrashLoopBackOff"),
        (pod(statuses=[waits("ImagePullBackOff"), waits("CrashLoopBackOff")]), "ImagePullBackOff"),
        (pod(statuses=[waits("CrashLoopBackOff")], reason="Evicted"), "Evicted"),
        (pod(statuses=[waits("PodInitializing", ready=True)]), ""),
        (pod(statuses=[runs(ready=False)]), ""),
        (pod(deleted="2026-11-22T12:01:00Z"), "Terminating"),
        (pod(deleted="2026-11-22T12:01:00Z", statuses=[waits("CrashLoopBackOff")]), "CrashLoopBackOff"),
        (pod(deleted="2026-11-22T12:01:00Z", reason="NodeLost"), "NodeLost"),
    ],
)
def test_a_row_says_the_pods_reason_or_why_its_first_container_waits_or_that_it_ends(made: Pod, reason: str) -> None:
    assert row_of(made).reason == reason


@pytest.mark.parametrize(
    ("made", "undecided"),
    [
        (pod(phase="Pending"), True),
        (pod(phase="Pending", scheduler="default-scheduler"), True),
        (pod(phase="Pending", scheduler="volcano"), False),
        (pod(phase="Pending", conditions=[SCHEDULED]), False),  # it fits no node: capacity, not the scheduler's fault
        (pod(phase="Pending", conditions=[PodCondition("Ready")]), True),
        (pod(phase="Pending", node="n"), False),
        (pod(phase="Pending", deleted="2026-11-22T12:01:00Z"), False),
        (pod(phase="Failed"), False),
        (pod(phase="Succeeded"), False),
    ],
)
def test_a_pod_is_undecided_while_no_scheduler_said_anything_of_it(made: Pod, undecided: bool) -> None:
    assert is_undecided(made) is undecided


def test_only_a_row_that_changed_makes_its_node_dirty() -> None:
    pods, dirty = store()
    pods.changed(pod("web", "n"), Mono(1.0))
    assert dirty.take().pods == {"n"}
    pods.changed(pod("web", "n"), Mono(2.0))
    assert dirty.take().pods == set()
    pods.changed(pod("web", "n", statuses=[runs(1)]), Mono(3.0))
    assert dirty.take().pods == {"n"}
    pods.changed(pod("waiting"), Mono(4.0))
    assert dirty.take().pods == set()


def test_a_pod_that_is_bound_waits_no_more() -> None:
    pods, _ = store()
    pods.changed(pod("web"), Mono(1.0))
    pods.changed(pod("other"), Mono(1.0))
    assert (set(pods.waiting.values()), set(pods.undecided)) == ({"shop/web", "shop/other"}, {"uid-web", "uid-other"})
    pods.changed(pod("web", "n"), Mono(2.0))
    assert (set(pods.waiting.values()), set(pods.undecided), set(pods.by_node)) == ({"shop/other"}, {"uid-other"}, {"n"})


def test_an_undecided_pod_waits_since_it_was_first_seen_and_until_it_is_decided() -> None:
    pods, _ = store()
    pods.changed(pod("web"), Mono(1.0))
    pods.changed(pod("web"), Mono(5.0))
    assert pods.undecided == {"uid-web": (1.0, "shop/web")}
    pods.listed([pod("web"), pod("late")], Mono(9.0))
    assert pods.undecided == {"uid-web": (1.0, "shop/web"), "uid-late": (9.0, "shop/late")}
    pods.changed(pod("web", conditions=[SCHEDULED]), Mono(10.0))
    assert (set(pods.undecided), set(pods.waiting)) == ({"uid-late"}, {"uid-web", "uid-late"})
    pods.listed([pod("web", conditions=[SCHEDULED])], Mono(11.0))
    assert pods.undecided == {}


def test_a_pod_that_is_gone_leaves_nothing_behind() -> None:
    pods, dirty = store()
    for one in (pod("web", "n"), pod("api", "n"), pod("waiting")):
        pods.changed(one, Mono(1.0))
    dirty.take()
    pods.gone(pod("waiting"), Mono(2.0))
    assert (pods.waiting, pods.undecided, dirty.take().pods) == ({}, {}, set())
    pods.gone(pod("stranger", "n"), Mono(2.0))
    pods.gone(pod("stranger", "m"), Mono(2.0))
    assert dirty.take().pods == set()
    pods.gone(pod("web", "n"), Mono(2.0))
    assert ([row.name for row in pods.rows("n")], dirty.take().pods) == (["api"], {"n"})
    pods.gone(pod("api", "n"), Mono(3.0))
    assert (pods.by_node, pods.rows("n"), dirty.take().pods) == ({}, (), {"n"})


def test_a_list_replaces_everything_and_marks_the_nodes_that_it_changed() -> None:
    pods, dirty = store()
    pods.listed([pod("a", "same"), pod("b", "other"), pod("c", "left"), pod("w")], Mono(1.0))
    assert dirty.take().pods == {"same", "other", "left"}
    pods.listed([pod("a", "same"), pod("b", "other", statuses=[runs(3)]), pod("d", "new")], Mono(2.0))
    assert dirty.take().pods == {"other", "left", "new"}
    assert (set(pods.by_node), pods.waiting, pods.undecided) == ({"same", "other", "new"}, {}, {})


def test_rows_are_told_by_namespace_and_name_and_counted_with_those_that_wait() -> None:
    pods, _ = store()
    pods.listed([pod("b", "n"), pod("c", "n", namespace="apps"), pod("a", "n"), pod("w"), pod("x", "m")], Mono(1.0))
    assert [(row.namespace, row.name) for row in pods.rows("n")] == [("apps", "c"), ("shop", "a"), ("shop", "b")]
    assert pods.count() == 5


def test_a_pod_without_a_uid_is_known_by_its_name() -> None:
    pods, _ = store()
    pods.changed(pod("web", uid=""), Mono(1.0))
    pods.changed(pod("web", namespace="apps", uid=""), Mono(1.0))
    assert set(pods.waiting) == {"shop/web", "apps/web"}


def test_a_pause_of_ours_is_not_time_that_a_pod_waited() -> None:
    pods, _ = store()
    pods.changed(pod("old"), Mono(1.0))
    pods.changed(pod("new"), Mono(99.0))
    pods.shift(50.0, Mono(120.0))
    assert pods.undecided == {"uid-old": (51.0, "shop/old"), "uid-new": (120.0, "shop/new")}


def test_the_oldest_three_that_wait_are_named() -> None:
    pods, _ = store()
    assert pods.undecided_seen() == UndecidedSeen(count=0, oldest=None, names=())
    for at, name in enumerate(("d", "c", "b", "a")):
        pods.changed(pod(name), Mono(float(at)))
    assert pods.undecided_seen() == UndecidedSeen(count=4, oldest=Mono(0.0), names=("shop/d", "shop/c", "shop/b"))
