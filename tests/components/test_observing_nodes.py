"""What nodes and the scene that they share are observed by."""

import pytest

from planes.components import (
    agents,
    kube_proxy,
)
from planes.components.view import Known
from planes.structs.events import CacheEvent, Fault, FaultKind, Health, Served, Server
from planes.structs.feeds import FEEDS, Feed
from planes.structs.moments import Mono
from planes.structs.observations import CSIDriverSeen, DisruptionSeen, FeedSeen, ProxyScene
from tests.components.observed import lease, listed, node, pod, thing, view


def proxy(name: str, node: str = "n", called: str = "kube-proxy") -> CacheEvent:
    return pod(name, {"k8s-app": called}, node)


def daemon_set(desired: int, name: str = "kube-proxy") -> CacheEvent:
    return thing(Feed.DAEMON_SETS, name, status={"desiredNumberScheduled": desired})


def test_a_node_is_observed_with_what_stands_on_it() -> None:
    info = {"kubeletVersion": "v1.36.2", "containerRuntimeVersion": "containerd://2.1.0"}
    drivers = [{"name": "b.csi"}, {"name": "a.csi", "allocatable": {"count": 25}}, {"name": "c.csi", "allocatable": {}}]
    told = [
        node("n", at=90.0, nodeInfo=info),
        node("n", "False", at=95.0, nodeInfo=info),
        lease("n", Feed.NODE_LEASES, duration=40),
        proxy("mine"),
        proxy("cilium-1", called="cilium"),
        proxy("another", "m"),
        thing(Feed.CSI_NODES, "n", space="", spec={"drivers": drivers}),
    ]
    seen = agents.observe_node(view(told), "n")
    assert (seen.name, seen.added_at, seen.seen_at, seen.ready_flips) == ("n", 90.0, 95.0, (95.0,))
    assert (seen.conditions["Ready"].status, seen.kubelet_version, seen.runtime_version) == (
        "False",
        "v1.36.2",
        "containerd://2.1.0",
    )
    assert seen.lease is not None
    assert (seen.lease.name, seen.lease.duration) == ("n", 40.0)
    assert ([one.name for one in seen.proxies], seen.replacement, seen.proxy_missing_since) == (["mine"], None, None)
    assert not seen.proxy_short
    assert seen.csi_drivers == (
        CSIDriverSeen(name="a.csi", volumes=25),
        CSIDriverSeen(name="b.csi", volumes=None),
        CSIDriverSeen(name="c.csi", volumes=None),
    )


def test_a_node_without_kube_proxy_is_observed_with_what_takes_its_place() -> None:
    bare = agents.observe_node(view([node("n")]), "n")
    assert (bare.lease, bare.proxies, bare.replacement, bare.csi_drivers, bare.proxy_short) == (None, (), None, None, True)
    gone = [proxy("mine"), pod("mine", {"k8s-app": "kube-proxy"}, "n", gone=True, at=100.5), proxy("cilium-1", called="cilium")]
    seen = agents.observe_node(view([node("n"), *gone]), "n")
    assert seen.replacement is not None
    assert (seen.proxies, seen.replacement.name, seen.proxy_missing_since) == ((), "cilium-1", 100.5)


@pytest.mark.parametrize(("second", "stale"), [(25, False), (26, True)])
def test_a_nodes_lease_is_stale_at_first_sight_after_25_of_its_40_s(second: int, stale: bool) -> None:
    told = [node("n"), lease("n", Feed.NODE_LEASES, at=100.0 + second, duration=40), Server(Mono(100.0), clock_skew=0.0)]
    seen = agents.observe_node(view(told, now=130.0), "n")
    assert seen.lease is not None
    assert seen.lease.stale_on_arrival is stale


@pytest.mark.parametrize(
    ("told", "short"),
    [
        ([], True),
        ([daemon_set(2), proxy("a"), proxy("b", "m")], False),
        ([daemon_set(3), proxy("a"), proxy("b", "m")], True),
        ([daemon_set(1), proxy("a"), proxy("b", "m")], False),
        ([daemon_set(9, "other"), proxy("a")], True),
    ],
)
def test_kube_proxy_is_short_where_its_daemon_set_wants_more_or_is_not_seen(told: list[CacheEvent], short: bool) -> None:
    assert kube_proxy.is_short(view(told)) is short


@pytest.mark.parametrize(
    ("told", "wanted", "everywhere"),
    [
        ([], None, False),
        ([node("n")], None, False),
        ([daemon_set(0)], 0, False),
        ([daemon_set(1), node("n")], 1, True),
        ([daemon_set(1), node("n"), node("m")], 1, False),
        ([daemon_set(3), node("n"), node("m")], 3, True),
    ],
)
def test_kube_proxy_is_wanted_everywhere_where_it_is_wanted_as_often_as_there_are_nodes(
    told: list[CacheEvent], wanted: int | None, everywhere: bool
) -> None:
    scene = kube_proxy.observe_cluster(view(told))
    assert (scene.wanted, scene.everywhere, scene.pods_seen, scene.seen_before) == (wanted, everywhere, False, False)


def test_what_the_cluster_tells_of_kube_proxy() -> None:
    seen = view([proxy("a"), Server(Mono(100.0), "v1.36.2+k3s1")], known=Known(kube_proxy=True))
    scene = kube_proxy.observe_cluster(seen)
    assert (scene.pods_seen, scene.seen_before, scene.replaced_by) == (True, True, "")
    assert scene.hidden.startswith("It runs inside the k3s process")
    beside = kube_proxy.observe_cluster(view([proxy("c", called="cilium")]))
    assert (beside.replaced_by, beside.beside) == ("", "Cilium"), "that its pods are there proves nothing"


@pytest.mark.parametrize(
    ("setting", "replaced"), [("true", "Cilium"), ("strict", "Cilium"), ("partial", ""), ("false", ""), ("probe", "")]
)
def test_ciliums_own_config_proves_that_it_takes_kube_proxys_place(setting: str, replaced: str) -> None:
    said = Served(frozenset({"cilium.io"}), Mono(100.0), frozenset({f"kube-proxy-replacement={setting}"}))
    assert kube_proxy.observe_cluster(view([proxy("c", called="cilium"), said])).replaced_by == replaced
    assert kube_proxy.observe_cluster(view([said])).replaced_by == ""
    assert kube_proxy.observe_cluster(view([proxy("c", called="cilium"), said])).told == (
        f"; it was told kube-proxy-replacement={setting}"
    )


def test_what_would_tell_whether_cilium_takes_kube_proxys_place_is_said() -> None:
    assert kube_proxy.observe_cluster(view([proxy("c", called="cilium")])).told == (
        "; get on its ConfigMap cilium-config would tell"
    )
    assert kube_proxy.observe_cluster(view([proxy("c", called="calico-node")])).told == ""
    assert kube_proxy.observe_cluster(view([])).told == ""


def test_a_daemon_set_proves_it_by_its_setting_and_several_of_kube_proxy_add_up() -> None:
    spec = {"template": {"spec": {"containers": [{"name": "c", "env": [{"name": "FELIX_BPFENABLED", "value": "true"}]}]}}}
    assert kube_proxy.observe_cluster(view([thing(Feed.DAEMON_SETS, "calico-node", spec=spec)])).replaced_by == "Calico (BPF mode)"
    told = [daemon_set(2), daemon_set(1, "kube-proxy-windows"), daemon_set(9, "kube-router"), node("a"), node("b"), node("c")]
    scene = kube_proxy.observe_cluster(view(told))
    assert (scene.wanted, scene.everywhere) == (3, True)


def test_nodes_of_k3s_that_were_started_without_kube_proxy_say_so() -> None:
    args = {"k3s.io/node-args": '["server","--disable-kube-proxy"]'}
    off = thing(Feed.NODES, "n", space="", meta={"annotations": args})
    assert kube_proxy.observe_cluster(view([off])).hidden.startswith("It is switched off")
    assert kube_proxy.observe_cluster(view([off, proxy("c", called="cilium")])).replaced_by == "Cilium"


def test_the_scene_holds_what_all_nodes_have_in_common_and_nothing_that_moves() -> None:
    feeds = (Feed.NODES, Feed.NODE_LEASES, Feed.SYSTEM_PODS, Feed.CSI_NODES)
    disruption = DisruptionSeen(suspicion="all are silent", since=Mono(90.0), blocked="nothing can be written")
    told = [*listed(*feeds), Health("/livez", Mono(100.0), 0.1, 200), Server(Mono(100.0), "v1.36.2")]
    scene = agents.observe_scene(view(told, disruption=disruption))
    still = [FeedSeen(name=FEEDS[feed].feed.value, listed_at=Mono(0.0)) for feed in feeds]
    assert [scene.nodes, scene.leases, scene.pods, scene.csi] == still
    assert (scene.unreachable, scene.unreachable_since, scene.waiting) == ("", None, False)
    assert (scene.silence, scene.silence_since, scene.nobody_watches) == ("all are silent", 90.0, "nothing can be written")
    assert (scene.server_version, scene.leases_seen_before) == ("v1.36", False)
    assert scene.proxy == ProxyScene(hidden=scene.proxy.hidden, unlisted=True), "DaemonSets were not listed"


def test_the_scene_says_that_a_cluster_is_waited_for_or_cannot_be_asked() -> None:
    waits = agents.observe_scene(view([]))
    assert (bool(waits.unreachable), waits.waiting, waits.server_version) == (True, True, "")
    refused = Health("/livez", Mono(90.0), 0.1, None, (), Fault(FaultKind.REFUSED, "refused"))
    away = agents.observe_scene(view([Health("/livez", Mono(80.0), 0.1, 200), refused]))
    assert (bool(away.unreachable), away.waiting, away.unreachable_since) == (True, False, 90.0)


def test_that_nobody_watches_nodes_is_told_by_who_judges_or_by_what_blocks_writes() -> None:
    seen = view([])
    assert agents.observe_scene(seen).nobody_watches == ""
    seen.nobody_watches = "the controller manager is down"
    assert agents.observe_scene(seen).nobody_watches == "the controller manager is down"


@pytest.mark.parametrize(("told", "known", "before"), [([], False, False), ([], True, True), ([1], False, True)])
def test_leases_of_nodes_were_seen_before_or_are_seen_now(told: list[int], known: bool, before: bool) -> None:
    events = [lease("n", Feed.NODE_LEASES) for _ in told]
    assert agents.observe_scene(view(events, known=Known(node_leases=known))).leases_seen_before is before


def test_nodes_are_held_to_the_newest_api_server_and_a_kubelet_to_the_one_beside_it() -> None:
    def server(node: str, version: str) -> CacheEvent:
        spec = {"nodeName": node, "containers": [{"name": "kube-apiserver", "image": f"r/kube-apiserver:{version}"}]}
        meta = {"labels": {"component": "kube-apiserver"}, "annotations": {"kubernetes.io/config.mirror": "x"}}
        return thing(Feed.SYSTEM_PODS, f"kube-apiserver-{node}", meta=meta, spec=spec, status={"phase": "Running"})

    told = [server("cp1", "v1.27.8"), server("cp2", "v1.26.11")]
    scenes = [agents.observe_scene(view([*told, Server(Mono(100.0), answered)])) for answered in ("v1.26.11", "v1.27.8")]
    assert scenes[0] == scenes[1], "whichever of them answered last"
    assert (scenes[0].server_version, scenes[0].servers) == ("v1.27", {"cp1": "v1.27", "cp2": "v1.26"})
