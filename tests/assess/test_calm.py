"""When components are judged: at once when anything was told of them, else about once a second."""

import pytest

from planes.assess.component_assessor import ComponentAssessor
from planes.structs.events import Changed, Check, Health, Heard, SourceEvent
from planes.structs.feeds import Feed
from planes.structs.moments import Epoch
from planes.structs.objects import Item
from tests.assess.test_assessor import CHECKS, Cluster, lease, node
from tests.cache.generating import decoded


class Counted(Cluster):
    """A cluster that has settled; `judged` counts how often its components are judged from then on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__()
        self.begin()
        self.frame()
        self.now += 1.0
        self.frame()
        self.judged = 0
        judge = ComponentAssessor._judge_all

        def counting(assessor: ComponentAssessor, *given: object) -> object:
            self.judged += 1
            return judge(assessor, *given)  # type: ignore[arg-type]  # passed on as it came

        monkeypatch.setattr(ComponentAssessor, "_judge_all", counting)

    def tick(self, *events: SourceEvent) -> int:
        """A quarter of a second with these events; how often components were judged in it."""
        before = self.judged
        self.now += 0.25
        self.apply(*events)
        self.frame()
        return self.judged - before


def pod(name: str, restarts: int = 0) -> Item:
    status = {"phase": "Running", "containerStatuses": [{"name": "app", "ready": True, "restartCount": restarts}]}
    return decoded(
        Feed.PODS, {"metadata": {"name": name, "namespace": "a", "uid": name}, "spec": {"nodeName": "node-1"}, "status": status}
    )


def test_renewals_pods_and_passing_probes_judge_them_once_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = Counted(monkeypatch)
    judged = []
    for tick in range(16):
        at = cluster.now + 0.25
        told = (Changed(Feed.NODE_LEASES, lease("node-1", at), at), Changed(Feed.PODS, pod("p", tick), at))
        leader = Changed(Feed.SYSTEM_LEASES, lease("kube-scheduler", tick, Feed.SYSTEM_LEASES, 15), at)
        passing = Health("/livez", at, 0.01, 200, CHECKS)
        judged.append(cluster.tick(*told, leader, passing))
    assert sum(judged) == 4
    assert all(frame.nodes for frame in cluster.frames[-16:]), "pods go out with every frame"


def test_what_concerns_them_judges_them_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = Counted(monkeypatch)
    cluster.tick()
    assert cluster.tick() == 0
    at = cluster.now + 0.25
    failing = (Check("ping", True), Check("etcd", False))
    assert cluster.tick(Health("/livez", at, 0.01, 500, failing)) == 1
    assert cluster.tick(Heard(Feed.SYSTEM_PODS, at)) == 1
    late = Changed(Feed.SYSTEM_LEASES, lease("kube-scheduler", 9, Feed.SYSTEM_LEASES, 15), at + 5.0)
    assert cluster.tick(late) == 1
    other = decoded(Feed.SYSTEM_LEASES, {"metadata": {"name": "kube-scheduler"}, "spec": {"holderIdentity": "another"}})
    assert cluster.tick(Changed(Feed.SYSTEM_LEASES, other, at + 5.5)) == 1
    assert cluster.tick(Changed(Feed.NODES, node("node-1", ready="False"), at)) == 1
    assert cluster.tick() == 0


def test_a_full_frame_is_whole_whenever_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = Counted(monkeypatch)
    cluster.tick()
    cluster.now += 0.25
    frame = cluster.assessor.frame(cluster.now, Epoch(0.0), full=True)
    assert {row.kind for row in frame.components} >= {"kube-apiserver", "kubelet"}
