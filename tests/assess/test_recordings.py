"""Every recording replayed through picture and assessor with a faked clock: who turned, into what, and after how many seconds.

A recording of one feed is completed with the rest of the cluster from `healthy`, whose leases go on being renewed. That recording
holds an etcd member and a kube-proxy that crash from the beginning: those two are degraded all the while.
"""

from collections.abc import Iterable

import pytest

from planes.structs.events import Changed, Check, Health, Listed, SourceEvent
from planes.structs.feeds import Feed
from planes.structs.objects import AnnotatedMeta, Lease, LeaseSpec, Node, NodeLease, Pod, SystemPod
from tests.replaying import START, events
from tests.timeline import Timeline, beating, leases_of

pytestmark = pytest.mark.lived

OTHERS = ("kube-apiserver", "kube-controller-manager", "kube-scheduler")
_IDENTITY = "apiserver-wlv32tlttr4jl3gtroqexyxapa"
_SYSTEM = ("kube-controller-manager", "kube-scheduler", _IDENTITY)


def base(without: Iterable[Feed] = (), stamp: str = "2026-11-22T16:29:46Z") -> list[SourceEvent]:
    """The lists of `healthy`, without some feeds; node leases renewed at `stamp`, the time of the recording that is completed."""
    dropped = set(without)
    made: list[SourceEvent] = []
    for event in events("healthy"):
        if event.at >= START + 0.6 or isinstance(event, Health) or getattr(event, "feed", None) in dropped:
            continue
        if isinstance(event, Listed) and event.feed is Feed.NODE_LEASES:
            event = Listed(event.feed, [restamped(one, stamp) for one in leases_of([event])], "", event.at)
        made.append(event)
    return made


def restamped(lease: NodeLease, stamp: str, name: str = "") -> NodeLease:
    """The same lease renewed at another time, or another's."""
    meta = AnnotatedMeta(name or lease.metadata.name, lease.metadata.namespace, name or lease.metadata.uid)
    return NodeLease(meta, LeaseSpec(meta.name, 40, stamp, None))


def leased(names: Iterable[str], stamp: str) -> list[NodeLease]:
    """A lease for each node."""
    one = leases_of(events("healthy"))[0]
    return [restamped(one, stamp, name) for name in names]


def good_probes(until: float, since: float = 0.2, every: float = 5.0) -> list[SourceEvent]:
    """Both probes answered well."""
    livez, readyz = (
        next(e for e in events("healthy") if isinstance(e, Health) and e.path == path) for path in ("/livez", "/readyz")
    )
    made: list[SourceEvent] = []
    second = since
    while second <= until:
        made.append(Health("/livez", START + second, 0.01, 200, livez.checks))
        made.append(Health("/readyz", START + second, 0.01, 200, readyz.checks))
        second += every
    return made


def leading(names: Iterable[str], until: float, since: float = 0.3) -> list[SourceEvent]:
    """Leases of leaders renewed every 2 s."""
    first = next(e for e in events("healthy") if isinstance(e, Listed) and e.feed is Feed.SYSTEM_LEASES)
    made: list[SourceEvent] = []
    for item in first.items:
        assert isinstance(item, Lease)
        if item.metadata.name not in names:
            continue
        second = since
        while second <= until:
            stamp = f"2026-11-22T17:{30 + int(second) // 60}:{second % 60:09.6f}Z"
            spec = LeaseSpec(item.spec.holderIdentity, item.spec.leaseDurationSeconds, stamp, 0)
            made.append(Changed(Feed.SYSTEM_LEASES, Lease(item.metadata, spec), START + second))
            second += 2.0
    return made


def turned(timeline: Timeline, after: float = 1.0) -> set[str]:
    """Subjects whose state changed after the beginning."""
    return {subject for second, subject, _ in timeline.history if second > after}


def test_healthy_is_healthy_but_for_the_member_and_the_proxy_that_crash() -> None:
    timeline = Timeline()
    timeline.run([*base(), *good_probes(60), *leading(_SYSTEM, 60), *beating(leases_of(base()), 60)], 60)
    states = {kind: row.state for kind, row in timeline.components.items()}
    assert states == {
        "kube-apiserver": "healthy",
        "etcd": "degraded",
        "kube-controller-manager": "healthy",
        "kube-scheduler": "healthy",
        "kubelet": "healthy",
        "kube-proxy": "healthy",
        "container-runtime": "healthy",
        "dns": "healthy",
    }
    # It was recorded within two minutes after its nodes were made.
    assert {row.state for row in timeline.nodes.values()} == {"joining"}
    assert turned(timeline) == set()
    assert timeline.changes == []


def test_every_component_has_evidence_in_every_frame() -> None:
    timeline = Timeline()
    timeline.run([*base(), *good_probes(20), *leading(_SYSTEM, 20), *beating(leases_of(base()), 20)], 20)
    for frame in timeline.frames:
        for row in frame.components:
            assert row.evidence, row.kind
        for node in frame.nodes.values():
            assert node.kubelet.evidence
            assert node.kube_proxy.evidence
            assert node.container_runtime.evidence


def test_a_killed_scheduler_is_degraded_once_a_failover_would_be_over_and_down_after_two_leases() -> None:
    # Its lease does not move from the beginning of that file on until a new scheduler takes it at 58.9 s.
    timeline = Timeline()
    recorded = [e for e in events("scheduler-killed") if getattr(e, "feed", None) is Feed.SYSTEM_LEASES]
    others = [*base([Feed.SYSTEM_LEASES], "2026-11-22T16:32:06Z"), *good_probes(70), *leading(["kube-controller-manager"], 70)]
    timeline.run([*others, *recorded, *beating(leases_of(base()), 70)], 70)
    times = timeline.of("kube-scheduler")
    assert [state for _, state in times[:1]] == ["unknown"]
    after = {state: second for second, state in times}
    assert 20.0 <= after["degraded"] <= 21.0
    assert 30.0 <= after["down"] <= 31.0
    assert 58.9 <= after["healthy"] <= 63.0
    assert turned(timeline) == {"kube-scheduler"}


def test_a_controller_manager_that_hands_over_is_never_red() -> None:
    timeline = Timeline()
    recorded = [e for e in events("kcm-failover") if getattr(e, "feed", None) is Feed.SYSTEM_LEASES]
    others = [*base([Feed.SYSTEM_LEASES], "2026-11-22T16:33:26Z"), *good_probes(45), *beating(leases_of(base()), 45)]
    timeline.run([*others, *recorded], 45)
    assert "down" not in {state for _, state in timeline.of("kube-controller-manager")}
    assert timeline.components["kube-controller-manager"].state == "healthy"
    assert timeline.components["kube-controller-manager"].instances[0].leader
    assert turned(timeline) == {"kube-controller-manager"}


def with_etcd_stopped() -> list[SourceEvent]:
    recorded = events("etcd-stopped")
    leases = leased([f"node-{index}" for index in range(60)], "2026-11-22T16:59:55.000000Z")
    beats = [e for e in beating(leases, 110) if e.at < START + 4 or e.at > START + 74]
    dropped = (Feed.NODES, Feed.SYSTEM_LEASES, Feed.NODE_LEASES)
    lists: list[SourceEvent] = [Listed(Feed.NODE_LEASES, list(leases), "", START + 0.1)]
    return [*base(dropped), *lists, *recorded, *beats, *good_probes(110, since=75.0), *_led_again()]


def _led_again() -> list[SourceEvent]:
    return leading(_SYSTEM, 110, since=75.5)


def test_a_stopped_etcd_is_down_within_15_s_and_nodes_are_never_red() -> None:
    timeline = Timeline()
    timeline.run(with_etcd_stopped(), 110)
    down = {subject: second for second, subject, state in reversed(timeline.history) if state == "down"}
    assert down["etcd"] <= 4 + 15
    assert "/" not in "".join(down), "no agent of any node is red"
    assert set(down) == {"etcd", "kube-apiserver"}
    degraded = {subject for second, subject, state in timeline.history if state == "degraded" and second > 1}
    assert degraded - {"etcd", "kube-apiserver", "kube-proxy", "node-30/kube-proxy"} == set()


def test_while_etcd_is_stopped_leaders_and_nodes_are_unknown_with_their_last_state() -> None:
    timeline = Timeline()
    timeline.run(with_etcd_stopped(), 45)
    for kind in ("kube-controller-manager", "kube-scheduler", "kubelet"):
        row = timeline.components[kind]
        assert (row.state, row.last) == ("unknown", "healthy"), row
        assert "etcd" in row.because or "state store" in row.because
    node = timeline.nodes["node-3"]
    assert (node.kubelet.state, node.kubelet.last) == ("unknown", "healthy")
    silence = [row for frame in timeline.frames for row in frame.attention or () if row.key == "cluster:silence"]
    assert silence
    assert silence[-1].count == 60
    cluster = [row for row in timeline.changes if row.subject_kind == "Cluster"]
    assert len(cluster) == 1
    assert not [row for row in timeline.changes if row.subject_kind == "Node" and row.agent == "kubelet"]


def test_after_etcd_is_back_everything_is_as_before() -> None:
    timeline = Timeline()
    timeline.run(with_etcd_stopped(), 110)
    for kind in ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet"):
        assert timeline.components[kind].state == "healthy", timeline.components[kind]


def one_node(name: str, stamp: str, until: float) -> list[SourceEvent]:
    """A recording of node-7 alone, completed with eleven nodes, probes and leaders; without its pods."""
    recorded = events(name, lists=False)
    nodes = next(e for e in events("healthy") if isinstance(e, Listed) and e.feed is Feed.NODES)
    ready = next(e.item for e in reversed(recorded) if isinstance(e, Changed) and e.feed is Feed.NODES)
    leases = leased([item.metadata.name for item in nodes.items if isinstance(item, Node)], stamp)
    (seventh,) = leased(["node-7"], stamp)
    made: list[SourceEvent] = [
        Listed(Feed.NODES, [*nodes.items, ready], "", START + 0.1),
        Listed(Feed.NODE_LEASES, [*leases, seventh], "", START + 0.1),
    ]
    for event in recorded:
        if isinstance(event, Changed) and isinstance(event.item, NodeLease):
            event.item.metadata.uid = "node-7"
        if not (isinstance(event, Changed) and isinstance(event.item, Pod | SystemPod)):
            made.append(event)
    lists = base([Feed.NODES, Feed.NODE_LEASES, Feed.SYSTEM_LEASES])
    system = next(e for e in events("healthy") if isinstance(e, Listed) and e.feed is Feed.SYSTEM_LEASES)
    return [*lists, system, *made, *good_probes(until), *leading(_SYSTEM, until), *beating(leases, until)]


def silent_kubelet() -> list[SourceEvent]:
    return one_node("kubelet-stopped", "2026-11-22T16:56:45Z", 110)


def test_a_silent_kubelet_is_degraded_after_25_s_and_down_after_40_s_before_kubernetes_says_so() -> None:
    timeline = Timeline()
    timeline.run(silent_kubelet(), 58)
    after = {state: second for second, state in timeline.of("node-7/kubelet")}
    last = 2.28
    assert 25.0 <= after["degraded"] - last <= 27.0
    assert 40.0 <= after["down"] - last <= 43.0
    assert after["down"] < 56.0, "Ready turns Unknown at 56 s"
    node = timeline.nodes["node-7"]
    assert node.container_runtime.state == "unknown"
    assert node.container_runtime.last == "healthy"
    assert "last known" in node.kube_proxy.because.lower()
    assert turned(timeline) <= {"node-7/kubelet", "node-7/kube-proxy", "node-7/container-runtime", "kubelet"}


def test_a_kubelet_that_comes_back_is_healthy_again_and_so_are_its_companions() -> None:
    timeline = Timeline()
    timeline.run(silent_kubelet(), 110)
    for agent in ("kubelet", "container-runtime"):
        second, state = timeline.of(f"node-7/{agent}")[-1]
        assert state == "healthy"
        assert 92.0 <= second <= 97.0
    changes = [(row.agent, row.before, row.after) for row in timeline.changes if row.subject == "node-7"]
    assert changes == [("kubelet", "healthy", "degraded"), ("kubelet", "degraded", "down"), ("kubelet", "down", "healthy")]


def test_a_runtime_that_is_down_leaves_its_kubelet_healthy() -> None:
    timeline = Timeline()
    timeline.run(one_node("runtime-down", "2026-11-22T16:58:45Z", 59), 59)
    after = {state: second for second, state in timeline.of("node-7/container-runtime")}
    assert 6.92 <= after["down"] <= 6.92 + 5
    assert 46.96 <= after["healthy"] <= 52
    assert [state for _, state in timeline.of("node-7/kubelet")] in (["healthy"], ["unknown", "healthy"])
    assert turned(timeline, after=7.5) <= {"node-7/container-runtime", "container-runtime", "node-7/kube-proxy"}
    proxy = {state for _, state in timeline.of("node-7/kube-proxy")}
    assert proxy <= {"healthy", "unknown"}, "nobody can see its pod while the runtime is down: last known, neither good nor bad"
    assert not [row for row in timeline.changes if row.agent == "kube-proxy"]


def test_a_server_that_starts_is_degraded_until_it_is_ready_and_never_looks_down() -> None:
    # In the recording of errors it refuses connections, then answers /readyz with 500 for 2 s, then with 200.
    recorded = [e for e in events("errors") if isinstance(e, Health)]
    timeline = Timeline()
    good = [Check("ping", True), Check("etcd", True)]
    livez = [Health("/livez", START + second, 0.01, 200, tuple(good)) for second in (0.2, 5, 10, 15, 20, 25, 29, 34)]
    timeline.run([*base(), *livez, *recorded, *leading(_SYSTEM, 38), *beating(leases_of(base()), 38)], 38)
    assert [state for _, state in timeline.of("kube-apiserver")] == ["unknown", "healthy"]


@pytest.mark.parametrize("name", ["scheduler-killed", "kcm-failover", "etcd-stopped", "kubelet-stopped", "runtime-down", "healthy"])
def test_a_recording_on_its_own_paints_nothing_red_that_it_does_not_show(name: str) -> None:
    timeline = Timeline()
    timeline.run(events(name), 60)
    red = {subject for _, subject, state in timeline.history if state == "down"}
    allowed = {
        "scheduler-killed": {"kube-scheduler", "kube-controller-manager"},  # both leases stand still in that file
        "etcd-stopped": {"etcd", "kube-apiserver"},
        "kubelet-stopped": {"kubelet", "node-7/kubelet"},
        "runtime-down": {"container-runtime", "node-7/container-runtime"},
    }
    assert red <= allowed.get(name, set())
