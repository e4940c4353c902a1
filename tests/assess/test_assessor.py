"""The assessor as a whole: restarts, outages, pauses, missing rights, silences, grouping, and rows only when they change."""

from collections.abc import Iterable

import pytest

from planes.assess.assessor import Assessor
from planes.assess.baseline import decode, encode
from planes.components.pod_kinds import new_cache
from planes.structs.events import Changed, Check, Failed, Fault, FaultKind, Health, Heard, Listed, Server, SourceEvent, Usage
from planes.structs.feeds import Feed
from planes.structs.moments import Epoch, Mono
from planes.structs.objects import Item
from planes.structs.rows import Frame
from tests.cache.generating import decoded

START, WALL = Mono(1000.0), Epoch(1_795_370_000.0)
CHECKS = (Check("ping", True), Check("etcd", True))
REFUSED = Fault(FaultKind.REFUSED, "127.0.0.1:6443 refuses connections", "Start it.")
FORBIDDEN = Fault(FaultKind.FORBIDDEN, "it is forbidden", "", 403)


def stamp(second: float) -> str:
    return f"2026-11-22T12:{int(second) // 60:02d}:{second % 60:09.6f}Z"


def node(name: str, zone: str = "a", version: str = "v1.36.2", message: str = "fine", ready: str = "True") -> Item:
    return decoded(
        Feed.NODES,
        {
            "metadata": {"name": name, "uid": name, "labels": {"topology.kubernetes.io/zone": zone}},
            "status": {
                "conditions": [{"type": "Ready", "status": ready, "message": message}],
                "nodeInfo": {"kubeletVersion": version, "containerRuntimeVersion": "containerd://2.1.0"},
            },
        },
    )


def lease(name: str, second: float, feed: Feed = Feed.NODE_LEASES, duration: int = 40) -> Item:
    spec = {"holderIdentity": f"{name}_x", "leaseDurationSeconds": duration, "renewTime": stamp(second)}
    return decoded(feed, {"metadata": {"name": name, "uid": f"l-{name}"}, "spec": spec})


LEADERS = ("kube-scheduler", "kube-controller-manager")


class Cluster:
    """A cluster of so many nodes in three zones, with its assessor and what its frames have made."""

    def __init__(self, nodes: int = 6, assessor: Assessor | None = None) -> None:
        self.names = [f"node-{index}" for index in range(nodes)]
        self.assessor = assessor or Assessor(new_cache(), slug="test")
        self.now = START
        self.frames: list[Frame] = []
        self.silent: set[str] = set()
        self.mute: set[str] = set()  # "probes", "leaders"

    def apply(self, *events: SourceEvent) -> None:
        for event in events:
            self.assessor.cache.apply(event)

    def begin(self) -> None:
        at = self.now
        self.apply(
            Server(at, "v1.36.2"),
            Listed(Feed.NODES, [node(name, "abc"[place % 3]) for place, name in enumerate(self.names)], "", at),
            Listed(Feed.NODE_LEASES, [lease(name, 0) for name in self.names], "", at),
            Listed(Feed.SYSTEM_LEASES, [lease(name, 0, Feed.SYSTEM_LEASES, 15) for name in LEADERS], "", at),
            Listed(Feed.SYSTEM_PODS, [], "", at),
            *self.probes(),
        )

    def probes(self) -> list[SourceEvent]:
        return [Health(path, self.now, 0.01, 200, CHECKS) for path in ("/livez", "/readyz")]

    def frame(self) -> Frame:
        frame = self.assessor.frame(self.now, WALL + self.now - START)
        self.frames.append(frame)
        return frame

    def run(self, seconds: int) -> list[Frame]:
        """So many seconds of an ordinary life, but for who is silent or mute."""
        first = len(self.frames)
        for _ in range(seconds):
            self.now += 1.0
            second = self.now - START
            for place, name in enumerate(self.names):
                if name not in self.silent and int(second) % 10 == place % 10:
                    self.apply(Changed(Feed.NODE_LEASES, lease(name, second), self.now))
            if "leaders" not in self.mute:
                self.apply(
                    *(Changed(Feed.SYSTEM_LEASES, lease(name, second, Feed.SYSTEM_LEASES, 15), self.now) for name in LEADERS)
                )
            if "probes" not in self.mute and int(second) % 5 == 0:
                self.apply(*self.probes())
                if self.assessor.cache.reach.feeds[Feed.NODE_LEASES].fault is None:
                    self.apply(Heard(Feed.NODE_LEASES, self.now))  # as when nothing came and its guard lists
            self.frame()
        return self.frames[first:]

    def state(self, kind: str) -> tuple[str, str]:
        rows = [row for frame in self.frames for row in frame.components if row.kind == kind]
        return rows[-1].state, rows[-1].last

    def kubelet(self, name: str) -> tuple[str, str]:
        rows = [frame.nodes[name] for frame in self.frames if name in frame.nodes]
        return rows[-1].kubelet.state, rows[-1].kubelet.last


def changes(frames: Iterable[Frame]) -> list[tuple[str, str, str, str]]:
    return [(row.subject, row.agent, row.before, row.after) for frame in frames for row in frame.changes]


@pytest.fixture
def cluster() -> Cluster:
    made = Cluster()
    made.begin()
    made.frame()
    made.run(12)
    return made


def test_the_first_frame_is_full_and_later_ones_hold_what_changed(cluster: Cluster) -> None:
    assert cluster.frames[0].full
    assert set(cluster.frames[0].nodes) == set(cluster.names)
    assert not any(frame.full for frame in cluster.frames[1:])
    assert not [frame for frame in cluster.run(30) if frame.nodes], "renewals alone make no node rows"
    assert changes(cluster.frames) == []


def test_a_full_frame_may_be_asked_for(cluster: Cluster) -> None:
    frame = cluster.assessor.frame(cluster.now + 1, WALL, full=True)
    assert frame.full
    assert len(frame.nodes) == 6
    assert frame.cluster is not None
    assert frame.attention is not None


def test_texts_speak_in_epoch_seconds(cluster: Cluster) -> None:
    row = next(
        row for row in reversed([row for frame in cluster.frames for row in frame.components]) if row.kind == "kube-scheduler"
    )
    assert f"⟨a:{WALL + 12:.1f}⟩" in row.line


def test_before_the_first_answer_everything_waits_and_nothing_alarms() -> None:
    cluster = Cluster()
    for _ in range(20):
        cluster.frame()
        cluster.now += 1.0
    states = {row.state for frame in cluster.frames for row in frame.components}
    assert states == {"unknown"}
    assert not [row for frame in cluster.frames for row in frame.attention or ()]
    cluster.begin()
    cluster.frame()
    cluster.run(5)
    assert cluster.state("kube-scheduler")[0] == "healthy"
    assert changes(cluster.frames) == []


def test_an_unreachable_cluster_is_unknown_below_and_only_its_server_is_down(cluster: Cluster) -> None:
    cluster.mute |= {"probes", "leaders"}
    cluster.silent = set(cluster.names)
    at = cluster.now + 0.5
    cluster.apply(Health("/livez", at, 0.0, fault=REFUSED), *(Failed(feed, REFUSED, at, at + 1) for feed in Feed))
    frames = cluster.run(10)
    assert cluster.state("kube-apiserver")[0] == "down"
    for kind in ("etcd", "kube-scheduler", "kube-controller-manager", "kubelet", "container-runtime"):
        assert cluster.state(kind) == ("unknown", "healthy"), kind
    assert cluster.kubelet("node-3") == ("unknown", "healthy")
    assert changes(frames) == [("kube-apiserver", "", "healthy", "down")]
    (told,) = [change.because for frame in frames for change in frame.changes]
    assert told == "It has refused connections for 3 s. Pods keep running; nothing can be read or changed.", "as it was then"
    attention = [frame.attention for frame in frames if frame.attention is not None][-1]
    assert [row.key for row in attention] == ["component:kube-apiserver"]
    row = next(frame.cluster for frame in reversed(frames) if frame.cluster)
    assert row.fault is not None
    assert (row.fault.message, row.fault.remedy) == ("127.0.0.1:6443 refuses connections.", "Start it.")
    assert row.retry_at == WALL + (at + 1 - START)
    assert row.data is not None
    assert (row.data.state, row.data.last) == ("unknown", "healthy")
    cluster.mute, cluster.silent = set(), set()
    cluster.now += 1.0
    cluster.begin()
    after = cluster.run(15)
    assert cluster.state("kube-apiserver")[0] == "healthy"
    assert changes(after) == [("kube-apiserver", "", "down", "healthy")]


def test_the_last_known_state_is_told_with_its_age(cluster: Cluster) -> None:
    cluster.mute |= {"probes", "leaders"}
    cluster.silent = set(cluster.names)
    cluster.apply(Health("/livez", cluster.now + 0.5, 0.0, fault=Fault(FaultKind.NAME, "The name is not known.")))
    cluster.run(6)
    row = [row for frame in cluster.frames for row in frame.components if row.kind == "kube-scheduler"][-1]
    assert row.because.startswith("The name is not known. Last known: healthy, ⟨a:")
    assert cluster.state("kube-apiserver") == ("unknown", "healthy")


def test_a_restart_keeps_states_and_since_and_announces_nothing(cluster: Cluster) -> None:
    full = cluster.assessor.frame(cluster.now, WALL + cluster.now - START, full=True)
    again = Cluster(assessor=Assessor(new_cache(), baseline=decode(encode(cluster.assessor.baseline))))
    again.assessor.restore(full.components, full.nodes.values(), full.cluster)
    again.now = cluster.now + 30
    assert again.frame().is_empty(), "what is stored stays until there is something to say"
    again.now += 1.0
    again.begin()
    frame = again.frame()
    assert frame.full
    assert changes([frame, *again.run(12)]) == []
    before = {row.kind: row for row in full.components}
    for row in frame.components:
        assert (row.state, row.since) == (before[row.kind].state, before[row.kind].since), row.kind
    assert frame.nodes["node-1"].kubelet.since == full.nodes["node-1"].kubelet.since


def test_a_restart_into_an_outage_shows_the_nodes_as_last_known(cluster: Cluster) -> None:
    full = cluster.assessor.frame(cluster.now, WALL, full=True)
    again = Cluster(assessor=Assessor(new_cache()))
    again.assessor.restore(full.components, full.nodes.values(), full.cluster)
    again.frame()
    for _ in range(6):
        again.now += 1.0
        again.apply(Health("/livez", again.now, 0.0, fault=REFUSED))
        again.frame()
    held = next(frame for frame in again.frames if frame.full)
    assert {row.kubelet.state for row in held.nodes.values()} == {"unknown"}
    assert {row.kubelet.last for row in held.nodes.values()} == {"healthy"}
    assert again.state("kubelet") == ("unknown", "healthy")
    assert changes(again.frames) == [("kube-apiserver", "", "healthy", "down")]


def test_a_node_that_went_away_during_a_restart_is_gone(cluster: Cluster) -> None:
    full = cluster.assessor.frame(cluster.now, WALL, full=True)
    again = Cluster(nodes=5, assessor=Assessor(new_cache()))
    again.assessor.restore(full.components, full.nodes.values(), full.cluster)
    again.begin()
    assert set(again.frame().nodes) == set(again.names)


def test_a_pause_of_our_own_is_not_held_against_the_cluster(cluster: Cluster) -> None:
    cluster.now += 60.0
    frame = cluster.frame()
    assert changes([frame]) == []
    assert not frame.nodes
    assert frame.cluster is not None
    assert "Planewatch itself was paused for 1 min" in frame.cluster.missing[0].message
    assert changes(cluster.run(30)) == []
    assert cluster.state("kube-scheduler")[0] == "healthy"


def test_who_died_while_we_were_away_is_noticed_after_it(cluster: Cluster) -> None:
    cluster.silent.add("node-2")
    cluster.assessor.paused(60.0, cluster.now + 60.0)
    cluster.now += 60.0
    cluster.run(45)
    assert cluster.kubelet("node-2")[0] == "down"


def test_a_right_that_is_taken_away_is_not_permitted_since_and_nothing_is_red(cluster: Cluster) -> None:
    at = cluster.now + 0.5
    feeds = (Feed.NODES, Feed.NODE_LEASES, Feed.SYSTEM_LEASES, Feed.SYSTEM_PODS)
    cluster.mute.add("leaders")
    cluster.silent = set(cluster.names)
    cluster.apply(*(Failed(feed, FORBIDDEN, at, at + 30) for feed in feeds))
    frames = cluster.run(60)
    for kind in ("kube-scheduler", "kube-controller-manager", "kubelet", "container-runtime"):
        assert cluster.state(kind)[0] == "not_observable", kind
    assert cluster.state("kube-apiserver")[0] == "healthy"
    told = [(row.subject_kind, row.before, row.after) for frame in frames for row in frame.changes]
    assert set(told) == {("Component", "healthy", "not_observable")}, "once, and not by every node"
    row = next(frame.cluster for frame in reversed(frames) if frame.cluster)
    missing = {one.message: one for one in row.missing}
    assert missing["Reading Nodes is not permitted."].remedy == "Grant list and watch on nodes."
    assert missing["Reading Nodes is not permitted."].since == WALL + at - START


def test_a_user_that_may_read_nothing_but_version_sees_no_red() -> None:
    cluster = Cluster()
    cluster.apply(Server(cluster.now, "v1.36.2"), *(Failed(feed, FORBIDDEN, cluster.now, cluster.now + 30) for feed in Feed))
    cluster.apply(*(Health(path, cluster.now, 0.01, 403, (), FORBIDDEN) for path in ("/livez", "/readyz")))
    for _ in range(25):
        cluster.frame()
        cluster.now += 1.0
        cluster.apply(Server(cluster.now, "v1.36.2"))
    states = {row.kind: row.state for frame in cluster.frames for row in frame.components}
    assert set(states.values()) == {"not_observable"}
    last = next(frame.cluster for frame in reversed(cluster.frames) if frame.cluster)
    assert len(last.missing) >= 10
    assert all(one.remedy for one in last.missing)


def test_one_silent_kubelet_of_a_single_node_is_down_while_leaders_renew() -> None:
    cluster = Cluster(nodes=1)
    cluster.begin()
    cluster.frame()
    cluster.run(12)
    cluster.silent.add("node-0")
    cluster.run(45)
    assert cluster.kubelet("node-0")[0] == "down"


def test_all_nodes_silent_together_are_one_entry_and_not_red(cluster: Cluster) -> None:
    cluster.silent = set(cluster.names)
    frames = cluster.run(60)
    assert {cluster.kubelet(name) for name in cluster.names} == {("unknown", "healthy")}
    told = [row for frame in frames for row in frame.changes]
    assert [(row.subject_kind, row.after) for row in told] == [("Cluster", "unknown")]
    attention = [frame.attention for frame in frames if frame.attention is not None][-1]
    assert [(row.key, row.count) for row in attention] == [("cluster:silence", 6)]
    assert cluster.state("kube-scheduler")[0] == "healthy", "the leaders' leases are renewed"
    cluster.silent = set()
    after = cluster.run(15)
    assert {cluster.kubelet(name)[0] for name in cluster.names} == {"healthy"}
    assert [row.subject_kind for frame in after for row in frame.changes] == ["Cluster"]


def test_a_zone_that_falls_silent_is_one_entry_and_the_data_plane_down() -> None:
    cluster = Cluster(nodes=30)
    cluster.begin()
    cluster.frame()
    cluster.run(12)
    cluster.silent = {name for place, name in enumerate(cluster.names) if place % 3 == 0}
    frames = cluster.run(60)
    row = next(frame.cluster for frame in reversed(frames) if frame.cluster)
    assert row.data is not None
    assert (row.data.state, row.data.because) == ("down", "All nodes of zone a are down; 10 of 30 nodes need attention")
    attention = [frame.attention for frame in frames if frame.attention is not None][-1]
    assert [(one.title, one.count, one.state) for one in attention] == [("10 kubelets silent", 10, "down")]
    down = [row for frame in frames for row in frame.changes if row.after == "down"]
    assert len(down) == 10
    assert len({row.group for row in down}) == 1


def test_a_node_that_leaves_is_gone_and_no_trouble(cluster: Cluster) -> None:
    cluster.apply(Listed(Feed.NODES, [node(name) for name in cluster.names[:5]], "", cluster.now))
    cluster.apply(Listed(Feed.NODE_LEASES, [lease(name, 12) for name in cluster.names[:5]], "", cluster.now))
    frame = cluster.frame()
    assert frame.gone_nodes == ["node-5"]
    assert changes([frame]) == []


def test_usage_changes_rows_and_judges_nothing(cluster: Cluster) -> None:
    cluster.apply(Usage(cluster.now, {"node-1": (1.5, 2e9)}))
    frame = cluster.frame()
    assert list(frame.nodes) == ["node-1"]
    assert (frame.nodes["node-1"].cpu_used, frame.nodes["node-1"].memory_used) == (1.5, 2e9)
    assert frame.nodes["node-1"].state == "healthy"


def test_beats_are_epoch_seconds_of_renewals(cluster: Cluster) -> None:
    beats = cluster.assessor.beats(cluster.now, WALL + cluster.now - START)
    assert set(beats) == set(cluster.names)
    assert beats["node-1"] == WALL + 11


def test_what_was_seen_once_is_remembered_and_missed(cluster: Cluster) -> None:
    baseline = decode(encode(cluster.assessor.baseline))
    assert set(baseline.leases) == set(LEADERS)
    again = Cluster(assessor=Assessor(new_cache(), baseline=baseline))
    again.begin()
    again.apply(Listed(Feed.SYSTEM_LEASES, [], "", again.now))
    again.mute.add("leaders")
    again.frame()
    for _ in range(40):
        again.apply(Heard(Feed.SYSTEM_LEASES, again.now))
        again.run(1)
    assert again.state("kube-scheduler")[0] == "down"


def test_a_managed_cluster_is_named_and_no_component_is_made_of_its_name() -> None:
    cluster = Cluster()
    cluster.begin()
    cluster.apply(Server(cluster.now, "v1.33.1-eks-1234567"))
    cluster.frame()
    assert not any(row.kind == "cloud-controller-manager" for frame in cluster.frames for row in frame.components)
    row = next(frame.cluster for frame in cluster.frames if frame.cluster)
    assert row.distribution == "EKS"


def test_a_clock_ten_minutes_off_changes_no_verdict(cluster: Cluster) -> None:
    for skew in (600.0, -600.0):
        other = Cluster()
        other.begin()
        other.apply(Server(other.now, "v1.36.2", clock_skew=skew))
        other.frame()
        other.run(30)
        for kind in ("kube-apiserver", "kube-scheduler", "kubelet"):
            assert other.state(kind)[0] == "healthy", (skew, kind)
        row = next(frame.cluster for frame in reversed(other.frames) if frame.cluster)
        assert row.clock_skew == skew
