"""The three agents of a node as they are observed: one observation a node, and the scene that all nodes share."""

from planes.cache.cluster import ClusterCache
from planes.cache.leases import LeaseTrack
from planes.cache.nodes import NodeTrack
from planes.cache.pods import FINISHED
from planes.cache.recent import Noted
from planes.components import kube_proxy, lives
from planes.components.node_kinds import kind_of
from planes.components.verdict_builder import unreachable
from planes.components.view import ClusterView, steady
from planes.structs import versions
from planes.structs.feeds import Feed
from planes.structs.moments import Mono
from planes.structs.observations import CSIDriverSeen, NodeObservation, NodeScene, PodSeen
from planes.structs.timestamps import epoch


def observe_scene(view: ClusterView) -> NodeScene:
    """What all nodes have in common. Kept free of what changes with every event, so that two scenes compare equal while the
    nodes need not be judged anew."""
    away = unreachable(view.reach, view.now, view.thresholds)
    disruption = view.disruption
    return NodeScene(
        nodes=steady(view.feed(Feed.NODES), view.now, view.thresholds),
        leases=steady(view.feed(Feed.NODE_LEASES), view.now, view.thresholds),
        pods=steady(view.feed(Feed.SYSTEM_PODS), view.now, view.thresholds),
        unreachable=away[0] if away is not None else "",
        unreachable_since=away[1] if away is not None else None,
        silence=disruption.suspicion,
        silence_since=disruption.since,
        server_version=_minor(view.server.newest),
        unsettled=view.server.unsettled,
        servers={one.pod.spec.nodeName: _minor(one.version) for one in view.cache.system_pods.of("kube-apiserver") if one.version},
        proxy=kube_proxy.observe_cluster(view),
        csi=steady(view.feed(Feed.CSI_NODES), view.now, view.thresholds),
        leases_seen_before=view.known.node_leases or bool(view.cache.node_leases.tracks),
        waiting=away is not None and away[2],
        nobody_watches=disruption.blocked or view.nobody_watches,
    )


def observe_node(view: ClusterView, name: str) -> NodeObservation:
    """One node."""
    cache = view.cache
    track = cache.nodes[name]
    node = track.node
    info = node.status.nodeInfo
    lease = cache.node_leases.tracks.get(name)
    until = cache.node_leases.observed(view.now)
    on_node = cache.system_pods.on_node.get(name)
    proxies: tuple[PodSeen, ...] = ()
    replacement: PodSeen | None = None
    if on_node:
        seen = [(one, one.seen(False, offset=view.dating, before=view.restarts_before(one))) for one in on_node.values()]
        proxies = tuple(pod for one, pod in seen if one.component == "kube-proxy")
        if not proxies:
            replacement = next((pod for _, pod in seen), None)
    recent, missing = cache.recent, cache.system_pods.missing_since.get(name)
    if not proxies and recent.has_before(Noted.NO_PROXY):
        missing = min((*view.before(Noted.NO_PROXY, name), *(() if missing is None else (missing,))), default=None)
    flips = (*view.before(Noted.FLIP, name), *track.flips) if recent.has_before(Noted.FLIP) else track.flips
    kind = kind_of(node)
    created, offset = epoch(node.metadata.creationTimestamp), view.dating
    return NodeObservation(
        own_version=kind.own_version,
        placeholder=kind.placeholder,
        status_beat=_status_beat(track, offset),
        marks=lives.marks_of(node, track.conditions.get("Ready")),
        taints=tuple(taint.key for taint in node.spec.taints),
        drained=node.spec.unschedulable and _is_drained(cache, name),
        created_at=Mono(created - offset) if created is not None and offset is not None else None,
        silent_from=_silent_from(track, lease),
        clock_offset=offset,
        name=name,
        seen_at=track.seen_at,
        added_at=track.added_at,
        conditions=track.conditions,
        ready_flips=flips,
        kubelet_version=info.kubeletVersion,
        runtime_version=info.containerRuntimeVersion,
        lease=lease.seen(name, view.clock_offset, view.thresholds.kubelet_slow, until) if lease is not None else None,
        proxies=proxies,
        proxy_missing_since=missing,
        proxy_short=not proxies and kube_proxy.is_short(view),
        replacement=replacement,
        csi_drivers=_csi_drivers(view, name),
    )


def _status_beat(track: NodeTrack, offset: float | None) -> Mono | None:
    """When it last wrote its status: when we saw it do so, or by the cluster's clock."""
    if track.beat_at is not None:
        return track.beat_at
    return Mono(track.beat - offset) if track.beat is not None and offset is not None else None


def _silent_from(track: NodeTrack, lease: LeaseTrack | None) -> float | None:
    """Its last heartbeat by the cluster's own clock. None where we saw one ourselves: then we know better what came first."""
    if track.beat_at is not None or (lease is not None and lease.confirmed):
        return None
    told = (track.beat, lease.first_renewed if lease is not None else None)
    return max((one for one in told if one is not None), default=None)


def _is_drained(cache: ClusterCache, name: str) -> bool:
    """Whether no pods are left on a node but those that a drain leaves: pods of DaemonSets, and static ones. By their names, for
    the owners of pods are not read: DAEMONSET-xxxxx, and POD-NODE."""
    feeds = cache.reach.feeds
    if any(feeds[one].listed_at is None or feeds[one].fault is not None for one in (Feed.PODS, Feed.DAEMON_SETS)):
        return False
    return all(
        one.phase in FINISHED
        or one.name.endswith(f"-{name}")
        or f"{one.namespace}/{one.name.rpartition('-')[0]}" in cache.daemon_sets.seen
        for one in cache.pods.rows(name)
    )


def _csi_drivers(view: ClusterView, name: str) -> tuple[CSIDriverSeen, ...] | None:
    found = view.cache.csi_nodes.objects.get(name)
    if found is None:
        return None
    return tuple(
        CSIDriverSeen(name=one.name, volumes=one.allocatable.count if one.allocatable is not None else None)
        for one in sorted(found.spec.drivers, key=lambda driver: driver.name)
    )


def _minor(version: str) -> str:
    """ "v1.36" of "v1.36.2": while API servers are upgraded one by one, each answer may come from another patch version."""
    found = versions.minor(version)
    return f"v{found[0]}.{found[1]}" if found is not None else version
