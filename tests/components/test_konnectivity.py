"""Konnectivity: its agents by their pods, each a tunnel of its own."""

from dataclasses import replace

import pytest

from planes.components import konnectivity
from planes.components.pod_kinds import kind_of, new_cache
from planes.components.view import ClusterView, Known
from planes.structs.events import Changed, Listed
from planes.structs.feeds import Feed
from planes.structs.objects import DaemonSet, DaemonSetStatus, LabelledMeta, SystemPod, SystemPodSpec
from planes.structs.observations import AddonObservation, DisruptionSeen, PodSeen
from planes.structs.verdicts import State
from planes.structs.workload_observations import WorkloadSeen
from tests.components import making
from tests.components.making import FORBIDDEN, NOW, REFUSED, THRESHOLDS, failing, feed, pod


def agents(*pods: PodSeen, desired: int | None = 3) -> AddonObservation:
    work = None
    if desired is not None:
        work = WorkloadSeen(
            kind="DaemonSet",
            namespace="kube-system",
            name="konnectivity-agent",
            app="konnectivity-agent",
            desired=desired,
            ready=0,
            seen_at=NOW - 1,
        )
    return AddonObservation(
        kind="konnectivity",
        reach=making.REACHED,
        workloads=feed("daemonsets"),
        endpoints_feed=feed(),
        pods_feed=feed("pods/kube-system"),
        workload=work,
        endpoints=None,
        pods=pods,
    )


READY, BROKEN, SILENT = pod("a-1"), pod("a-2", ready=False, changed_at=NOW - 20), pod("a-3", ready=False, silent=True)


@pytest.mark.parametrize(
    ("seen", "state", "said"),
    [
        (agents(READY, READY), State.HEALTHY, "Every visible pod of it is ready."),
        (agents(READY, SILENT), State.HEALTHY, "Every visible pod of it is ready."),
        (agents(READY, BROKEN), State.DEGRADED, "1 of 2 pods is ready"),
        (agents(BROKEN, BROKEN), State.DOWN, "The API server cannot reach nodes through it."),
        (agents(BROKEN, SILENT), State.DOWN, "0 of 2 pods are ready"),
        (agents(SILENT, SILENT), State.UNKNOWN, "No word from the kubelets of its pods"),
        (agents(desired=0), State.NOT_OBSERVABLE, "It is scaled to zero."),
        (agents(desired=None), State.NOT_OBSERVABLE, "No pod of it is visible."),
        (
            replace(agents(READY), pods_feed=failing(FORBIDDEN, NOW - 90, "pods/kube-system")),
            State.NOT_OBSERVABLE,
            "permission lost",
        ),
        (replace(agents(READY), reach=replace(making.REACHED, fault=REFUSED, failing_since=NOW - 60)), State.UNKNOWN, "refuses"),
    ],
)
def test_it_is_as_well_as_its_pods_that_can_be_seen(seen: AddonObservation, state: State, said: str) -> None:
    verdict = konnectivity.judge(seen, NOW, THRESHOLDS).verdict
    assert verdict.state is state
    assert said in verdict.because


def test_a_fault_must_hold_before_it_is_announced() -> None:
    assert konnectivity.judge(agents(READY, BROKEN), NOW, THRESHOLDS).verdict.hold == THRESHOLDS.hold_probe


@pytest.mark.parametrize(
    "labels", [{"k8s-app": "konnectivity-agent"}, {"app": "konnectivity-agent"}, {"k8s-app": "konnectivity-server"}]
)
def test_its_pods_are_known_by_their_labels(labels: dict[str, str]) -> None:
    assert kind_of(SystemPod(LabelledMeta("x", "kube-system", labels=labels))) == "konnectivity"


def test_it_is_shown_only_where_it_was_seen() -> None:
    cache = new_cache()
    view = ClusterView(cache, THRESHOLDS)
    view.look(NOW, 0.0, Known(), DisruptionSeen())
    assert konnectivity.COMPONENT.look(view, NOW, THRESHOLDS) is None
    meta = LabelledMeta("konnectivity-agent", "kube-system", labels={"k8s-app": "konnectivity-agent"})
    cache.apply(Listed(Feed.DAEMON_SETS, [DaemonSet(meta, DaemonSetStatus(desiredNumberScheduled=3))], "1", NOW))
    cache.apply(Changed(Feed.SYSTEM_PODS, SystemPod(meta, SystemPodSpec(nodeName="node-1")), NOW))
    seen = konnectivity.observe(view)
    assert seen is not None
    assert (seen.workload and seen.workload.desired, [one.node for one in seen.pods]) == (3, ["node-1"])
    assert seen.workloads.name == "daemonsets"
