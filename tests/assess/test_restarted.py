"""What was remembered before a restart holds until the cluster itself is seen again, and no longer."""

import pytest
from msgspec.structs import replace

from planes.assess.assessor import Assessor
from planes.assess.baseline import decode, encode
from planes.components.pod_kinds import new_cache
from planes.structs.events import Changed, Gone, Health, Listed, Server
from planes.structs.feeds import Feed
from planes.structs.moments import Epoch
from planes.structs.objects import Item
from planes.structs.rows import ChangeRow, ComponentRow, NodeRow
from planes.structs.time_tokens import render
from planes.structs.timestamps import epoch
from planes.structs.verdicts import State
from tests.assess.test_assessor import LEADERS, REFUSED, START, WALL, Cluster, lease, node, stamp
from tests.cache.generating import decoded

pytestmark = pytest.mark.lived

#: The cluster's clock is ahead of ours by so much: its dates are not ours.
AHEAD = float(epoch(stamp(0)) or 0.0) - float(WALL)


@pytest.fixture
def cluster() -> Cluster:
    made = Cluster()
    made.begin()
    made.frame()
    made.run(12)
    return made


@pytest.mark.parametrize("cause", ["an outage", "a list that takes long"])
def test_after_a_restart_the_roll_ups_are_unknown_only_until_the_nodes_are_listed(cluster: Cluster, cause: str) -> None:
    full = cluster.assessor.frame(cluster.now, WALL, full=True)
    again = Cluster(assessor=Assessor(new_cache()))
    again.assessor.restore(full.components, full.nodes.values(), full.cluster)
    again.frame()
    if cause == "a list that takes long":
        again.apply(Server(again.now, "v1.36.2"), Listed(Feed.SYSTEM_PODS, [], "", again.now))
    for _ in range(20):
        again.now += 1.0
        again.apply(*([Health("/livez", again.now, 0.0, fault=REFUSED)] if cause == "an outage" else again.probes()))
        again.frame()
    assert again.state("kubelet") == ("unknown", "healthy")
    again.now += 1.0
    again.begin()
    again.run(15)
    for kind in ("kubelet", "kube-proxy", "container-runtime"):
        assert again.state(kind) == cluster.state(kind), kind
    told = [frame.cluster.data for frame in again.frames if frame.cluster is not None and frame.cluster.data is not None]
    assert full.cluster is not None
    assert full.cluster.data is not None
    assert told[-1].state == full.cluster.data.state


@pytest.mark.parametrize("last", ["healthy", "degraded", ""])
def test_what_was_unknown_before_a_restart_is_as_last_known_before_that(cluster: Cluster, last: str) -> None:
    full = cluster.assessor.frame(cluster.now, WALL, full=True)
    rows = [replace(row, state=State.UNKNOWN, last=last) if row.kind == "kube-scheduler" else row for row in full.components]
    again = Cluster(assessor=Assessor(new_cache()))
    again.assessor.restore(rows, full.nodes.values(), full.cluster)
    for _ in range(20):
        again.now += 1.0
        again.apply(Health("/livez", again.now, 0.0, fault=REFUSED))
        again.frame()
    assert again.state("kube-scheduler") == ("unknown", last)


def test_what_a_kubelet_says_of_others_is_last_known_while_one_that_was_down_before_a_restart_is_waited_for(
    cluster: Cluster,
) -> None:
    full = cluster.assessor.frame(cluster.now, WALL, full=True)
    fell = full.nodes["node-1"]
    rows = full.nodes | {"node-1": replace(fell, kubelet=replace(fell.kubelet, state=State.DOWN), state=State.DOWN)}
    again = Cluster(assessor=Assessor(new_cache()))
    again.assessor.restore(full.components, rows.values(), full.cluster)
    again.apply(Server(again.now, "v1.36.2"), Listed(Feed.NODES, [node(name) for name in again.names], "", again.now))
    for _ in range(20):
        again.now += 1.0
        again.apply(*again.probes())
        again.frame()
    told = {name: row for frame in again.frames for name, row in frame.nodes.items()}
    assert (told["node-1"].container_runtime.state, told["node-0"].container_runtime.state) == ("unknown", "healthy")


def stuck() -> Cluster:
    """A cluster whose scheduler decides nothing: one pod waits since it was created."""
    made = Cluster()
    made.begin()
    made.apply(Listed(Feed.PODS, [], "", made.now))
    made.run(12)
    made.apply(Listed(Feed.PODS, [waiting_pod()], "", made.now))
    made.run(120)
    return made


def waiting_pod() -> Item:
    return decoded(Feed.PODS, {"metadata": {"name": "web-1", "namespace": "shop", "uid": "w"}, "status": {"phase": "Pending"}})


def restarted(before: Cluster) -> Cluster:
    """Its watch worker was killed: another collector takes over what was stored."""
    full = before.assessor.frame(before.now, WALL + before.now - START, full=True)
    again = Cluster(assessor=Assessor(new_cache()))
    again.now = before.now + 3
    again.assessor.restore(full.components, full.nodes.values(), full.cluster)
    again.frame()
    again.begin()
    return again


def scheduler(cluster: Cluster) -> list[ComponentRow]:
    return [row for frame in cluster.frames for row in frame.components if row.kind == "kube-scheduler"]


def test_a_fault_that_needs_time_to_be_seen_is_last_known_after_a_restart_and_never_healthy() -> None:
    before = stuck()
    assert before.state("kube-scheduler") == ("degraded", "")
    since = scheduler(before)[-1].since
    again = restarted(before)
    again.run(2)  # pods are not listed yet
    again.apply(Listed(Feed.PODS, [waiting_pod()], "", again.now))
    again.run(60)
    told = [(row.state, row.last) for row in scheduler(again)]
    assert ("unknown", "degraded") in told
    assert told[-1] == ("degraded", "")
    assert not [state for state, _ in told if state == "healthy"]
    assert {row.since for row in scheduler(again)} == {since}
    assert not [row for frame in again.frames for row in frame.changes if row.subject == "kube-scheduler"]


def test_what_was_healed_meanwhile_is_told_as_soon_as_every_rule_could_have_spoken() -> None:
    again = restarted(stuck())
    again.apply(Listed(Feed.PODS, [], "", again.now))
    again.run(6)
    assert again.state("kube-scheduler") == ("healthy", "")
    assert [row.after for frame in again.frames for row in frame.changes if row.subject == "kube-scheduler"] == ["healthy"]


def test_a_rule_that_never_gets_to_look_is_not_waited_for_for_ever() -> None:
    again = restarted(stuck())
    again.run(320)  # pods are never listed
    assert again.state("kube-scheduler") == ("healthy", "")


# --- what the cluster dates, and what only we have counted -------------------------------------------------------------------

SCHEDULER, MANAGER = LEADERS


def held(name: str, second: float, holder: str = "", transitions: int | None = None) -> Item:
    """A leader's lease, renewed and taken at that second; released where `holder` is "nobody"."""
    spec = {
        "holderIdentity": "" if holder == "nobody" else holder or f"{name}_x",
        "leaseDurationSeconds": 1 if holder == "nobody" else 15,
        "renewTime": stamp(second),
        "acquireTime": stamp(second),
        "leaseTransitions": transitions,
    }
    return decoded(Feed.SYSTEM_LEASES, {"metadata": {"name": name, "uid": f"l-{name}"}, "spec": spec})


def proxy(name: str, restarts: int = 0) -> Item:
    """kube-proxy on a node."""
    return decoded(
        Feed.SYSTEM_PODS,
        {
            "metadata": {"name": f"proxy-{name}", "namespace": "kube-system", "uid": name, "labels": {"k8s-app": "kube-proxy"}},
            "spec": {"nodeName": name, "containers": [{"name": "kube-proxy", "image": "kube-proxy:v1.36.2"}]},
            "status": {
                "phase": "Running",
                "conditions": [{"type": "Ready", "status": "True"}],
                "containerStatuses": [{"name": "kube-proxy", "ready": True, "restartCount": restarts}],
            },
        },
    )


def listed(cluster: Cluster, *, scheduler: Item | None = None, silent: dict[str, float] | None = None) -> None:
    """All that there is, as a new collector lists it: leases as they were renewed last, a node's that is silent when it was."""
    now, second = cluster.now, cluster.now - START
    renewed = dict.fromkeys(cluster.names, second - 1) | (silent or {})
    cluster.mute.add("leaders")
    cluster.apply(
        Server(now, "v1.36.2", clock_skew=AHEAD),
        Listed(Feed.NODES, [node(name, "abc"[place % 3]) for place, name in enumerate(cluster.names)], "", now),
        Listed(Feed.NODE_LEASES, [lease(name, renewed[name]) for name in cluster.names], "", now),
        Listed(Feed.SYSTEM_LEASES, [scheduler or held(SCHEDULER, second - 1), held(MANAGER, second - 1)], "", now),
        Listed(Feed.SYSTEM_PODS, [], "", now),
        Listed(Feed.PODS, [], "", now),
        *cluster.probes(),
    )


def live(cluster: Cluster, seconds: int, *, scheduler: str = "kube-scheduler_x", transitions: int | None = None) -> None:
    """An ordinary life, but for a scheduler whose lease nobody holds, or another does."""
    for _ in range(seconds):
        second = cluster.now - START
        cluster.apply(Changed(Feed.SYSTEM_LEASES, held(MANAGER, second), cluster.now))
        if scheduler:
            cluster.apply(Changed(Feed.SYSTEM_LEASES, held(SCHEDULER, second, scheduler, transitions), cluster.now))
        cluster.run(1)


def taken_over(before: Cluster, *, after: float = 3.0) -> Cluster:
    """Another collector after the watch worker was killed, with all that the one before it left, and nothing listed yet."""
    full = before.assessor.frame(before.now, Epoch(WALL + before.now - START), full=True)
    again = Cluster(assessor=Assessor(new_cache(), slug="test", baseline=decode(encode(before.assessor.baseline))))
    again.now, again.mute, again.silent = before.now + after, before.mute, before.silent
    again.assessor.restore(full.components, full.nodes.values(), full.cluster, Epoch(WALL + before.now - START))
    again.frame()
    return again


def well() -> Cluster:
    """A cluster in which nothing is wrong, after twelve seconds."""
    made = Cluster()
    listed(made)
    made.frame()
    live(made, 12)
    return made


def told(cluster: Cluster, kind: str) -> list[ComponentRow]:
    return [row for frame in cluster.frames for row in frame.components if row.kind == kind]


def of_node(cluster: Cluster, name: str) -> list[NodeRow]:
    return [frame.nodes[name] for frame in cluster.frames if name in frame.nodes]


def history(cluster: Cluster) -> list[ChangeRow]:
    return [row for frame in cluster.frames for row in frame.changes]


def read(cluster: Cluster, text: str) -> str:
    """As it is read now."""
    return render(text, WALL + cluster.now - START)


def test_a_leader_whose_lease_is_frozen_stays_down_over_a_restart_and_its_age_is_that_of_the_lease() -> None:
    before = well()
    live(before, 100, scheduler="")
    assert before.state(SCHEDULER) == ("down", "")
    since = told(before, SCHEDULER)[-1].since
    again = taken_over(before)
    listed(again, scheduler=held(SCHEDULER, 11.0))
    live(again, 40, scheduler="")
    states = [(row.state, row.last) for row in told(again, SCHEDULER)]
    assert set(states) == {("unknown", "down"), ("down", "")}
    assert states[-1] == ("down", "")
    assert {row.since for row in told(again, SCHEDULER)} == {since}
    assert read(again, told(again, SCHEDULER)[-1].because).startswith("Its 15 s lease has not been renewed for 2 min 24 s.")
    assert history(again) == []


def test_a_kubelet_that_was_silent_before_a_restart_is_not_degraded_first_and_keeps_its_since() -> None:
    before = well()
    before.silent.add("node-2")
    live(before, 80)
    row = of_node(before, "node-2")[-1]
    assert row.kubelet.state == "down"
    again = taken_over(before)
    listed(again, silent={"node-2": 12.0})
    live(again, 50)
    kubelets = [one.kubelet for one in of_node(again, "node-2")]
    assert {one.state for one in kubelets} == {"unknown", "down"}
    assert kubelets[-1].state == "down"
    assert {one.since for one in kubelets} == {row.kubelet.since}
    assert [one for one in history(again) if one.subject == "node-2"] == []


def test_a_lease_that_nobody_took_again_is_not_healthy_for_the_moment_of_a_handover() -> None:
    before = well()
    free = held(SCHEDULER, 12.0, "nobody")
    before.apply(Changed(Feed.SYSTEM_LEASES, free, before.now))
    live(before, 60, scheduler="")
    assert before.state(SCHEDULER) == ("down", "")
    again = taken_over(before)
    listed(again, scheduler=free)
    live(again, 30, scheduler="")
    assert {row.state for row in told(again, SCHEDULER)} == {"unknown", "down"}
    assert again.state(SCHEDULER) == ("down", "")
    assert history(again) == []
    assert read(again, told(again, SCHEDULER)[-1].line) == "no leader for 1 min 33 s"


def test_failovers_are_counted_over_a_restart_and_those_that_happened_meanwhile_too() -> None:
    before = well()
    for by in (1, 2):
        live(before, 20, scheduler=f"cp-{by}", transitions=by)
    assert before.state(SCHEDULER) == ("healthy", "")
    again = taken_over(before)
    listed(again, scheduler=held(SCHEDULER, again.now - START - 1, "cp-3", 3))
    live(again, 20, scheduler="cp-3", transitions=3)
    assert again.state(SCHEDULER) == ("degraded", "")
    assert told(again, SCHEDULER)[-1].because == "Its leader changed 3 times in 15 min."
    once_more = taken_over(again)
    listed(once_more, scheduler=held(SCHEDULER, once_more.now - START - 1, "cp-3", 3))
    live(once_more, 20, scheduler="cp-3", transitions=3)
    assert once_more.state(SCHEDULER) == ("degraded", "")
    assert history(once_more) == []


def test_a_node_whose_ready_flaps_and_a_proxy_that_restarts_are_so_over_a_restart() -> None:
    before = well()
    before.apply(Listed(Feed.SYSTEM_PODS, [proxy("node-3")], "", before.now))
    for turn in range(3):
        for ready in ("False", "True"):
            before.apply(Changed(Feed.NODES, node("node-1", "b", ready=ready), before.now))
            live(before, 5)
        before.apply(Changed(Feed.SYSTEM_PODS, proxy("node-3", turn + 1), before.now))
        live(before, 5)
    assert of_node(before, "node-1")[-1].kubelet.state == "degraded"
    assert of_node(before, "node-3")[-1].kube_proxy.state == "degraded"
    again = taken_over(before)
    listed(again)
    again.apply(Listed(Feed.SYSTEM_PODS, [proxy("node-3", 3)], "", again.now))
    live(again, 20)
    assert of_node(again, "node-1")[-1].kubelet.because == "Ready changed 6 times in 15 min."
    assert of_node(again, "node-3")[-1].kube_proxy.because == "It restarted 3 times in 15 min."
    assert history(again) == []
    live(again, 920)
    assert of_node(again, "node-1")[-1].kubelet.state == "healthy", "what lies long ago counts no more"


def test_a_node_that_has_lost_its_proxy_stays_down_over_a_restart_for_as_long_as_before() -> None:
    before = well()
    proxies = [proxy(name) for name in before.names]
    before.apply(Listed(Feed.SYSTEM_PODS, proxies, "", before.now))
    live(before, 2)
    before.apply(Gone(Feed.SYSTEM_PODS, proxies[4], before.now))
    live(before, 90)
    row = of_node(before, "node-4")[-1].kube_proxy
    assert row.state == "down"
    again = taken_over(before)
    listed(again)
    again.apply(Listed(Feed.SYSTEM_PODS, [*proxies[:4], proxies[5]], "", again.now))
    live(again, 10)
    found = [one.kube_proxy for one in of_node(again, "node-4")]
    assert {(one.state, one.since) for one in found if one.state != "unknown"} == {("down", row.since)}
    assert "for 1 min 43 s, though one is wanted" in read(again, found[-1].because)
    assert [one for one in history(again) if one.subject == "node-4"] == []


def test_a_pod_that_waits_is_dated_by_its_creation_and_the_scheduler_told_of_within_seconds() -> None:
    before = well()
    meta = {"name": "web-1", "namespace": "shop", "uid": "w", "creationTimestamp": stamp(12)[:19] + "Z"}
    pod = decoded(Feed.PODS, {"metadata": meta, "status": {"phase": "Pending"}})
    before.apply(Changed(Feed.PODS, pod, before.now))
    live(before, 180)
    again = taken_over(before)
    listed(again)
    again.apply(Listed(Feed.PODS, [pod], "", again.now))
    live(again, 3)
    assert again.state(SCHEDULER) == ("unknown", "degraded")
    live(again, 2)
    assert again.state(SCHEDULER) == ("degraded", "")
    assert "waited for a decision for 3 min 7 s" in read(again, told(again, SCHEDULER)[-1].because)
    assert history(again) == []


def test_what_was_last_known_is_as_old_as_its_last_collector() -> None:
    again = taken_over(well(), after=3600.0)
    again.mute.add("probes")
    for _ in range(20):
        again.apply(Health("/livez", again.now, 0.0, fault=REFUSED))
        again.run(1)
    assert read(again, told(again, MANAGER)[-1].because).endswith("Last known: healthy, 1 h ago.")


def test_an_outage_and_a_check_that_fails_have_lasted_since_they_began_over_a_restart() -> None:
    before = well()

    def fails(cluster: Cluster, seconds: int) -> None:
        for _ in range(seconds):
            cluster.now += 1.0
            cluster.apply(*(Health(path, cluster.now, 0.0, fault=REFUSED) for path in ("/livez", "/readyz")))
            cluster.frame()

    fails(before, 60)
    again = taken_over(before)
    fails(again, 20)
    row = told(again, "kube-apiserver")[-1]
    assert read(again, row.because).startswith("It has refused connections for 1 min 22 s")
    assert row.since == told(before, "kube-apiserver")[-1].since
    assert history(again) == []
    again.apply(*again.probes())
    again.frame()
    fails(again, 30)
    assert read(again, told(again, "kube-apiserver")[-1].because).startswith("It has refused connections for 29 s"), "anew"
