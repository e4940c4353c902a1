"""kube-proxy on one node: its pod there; or what replaces it in this cluster, which is stated and no alarm."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from planes.cache.cluster import ClusterCache
from planes.cache.pods import FINISHED
from planes.cache.system import REPLACEMENT
from planes.components import dataplanes, node_conditions, skew
from planes.components.container_runtime import is_down
from planes.components.pod_lines import pod_line
from planes.components.said import KUBELET_SILENT, TOGETHER
from planes.components.spec import NAMES, REACH, Agent, Plane, PodMarks, Signal, named, on_all_nodes
from planes.components.unwatched import unwatched
from planes.components.verdict_builder import VerdictBuilder, away_verdict, check_gap, colon, feed_due, feed_gap, unknown
from planes.components.view import ClusterView
from planes.structs import versions
from planes.structs.events import FOR_GOOD
from planes.structs.feeds import Feed
from planes.structs.moments import Mono
from planes.structs.objects import Container
from planes.structs.observations import NodeObservation, NodeScene, PodSeen, ProxyScene
from planes.structs.thresholds import Thresholds
from planes.structs.time_tokens import ago
from planes.structs.verdicts import Evidence, State, Verdict
from planes.structs.workload_observations import WorkloadSeen

_NAME = "kube-proxy"
#: Where its DaemonSets are. One may be several: for Windows, a pool (Gardener), in OpenShift beside a foreign network.
_SPACES = ("kube-system", "openshift-kube-proxy")
_NAMES = (*NAMES, "name", "app.kubernetes.io/component")
_OFF = "It is switched off: its nodes were started with --disable-kube-proxy."
_UNSEEN = "No pod of it is visible under any known name. Whether it runs outside pods, or what replaces it, is not known."
#: Gardener's label, which says it in other words (gardener/gardener:pkg/component/kubernetes/proxy).
_GARDENER = {("app", "kubernetes"), ("role", "proxy")}


def is_proxy(labels: Mapping[str, str], containers: Iterable[Container]) -> bool:
    """Whether a pod of kube-system is kube-proxy's: by a label, or because it runs a container of that name, whatever the pod is
    called (kube-proxy-windows, kube-proxy-worker)."""
    values = {labels[key] for key in _NAMES if key in labels}
    if _NAME in values or labels.items() >= _GARDENER:
        return True
    alike = any(value.startswith(f"{_NAME}-") for value in values)
    return any(one.name == _NAME or (alike and f"/{_NAME}" in f"/{one.image}") for one in containers)


def daemon_sets(cache: ClusterCache) -> Iterator[WorkloadSeen]:
    """Every DaemonSet of it."""
    for one in cache.daemon_sets.seen.values():
        if one.namespace not in _SPACES:
            continue
        called = {one.name, one.labels.get("k8s-app", "")}
        if is_proxy(one.labels, ()) or called & {_NAME, *_SPACES} or any(name.startswith(f"{_NAME}-") for name in called):
            yield one


def replaced_by(cache: ClusterCache) -> str:
    """What is proven to stand in its place; empty otherwise."""
    pods = cache.system_pods.by_component
    for one in dataplanes.DATAPLANES:
        sets = [seen for seen in cache.daemon_sets.seen.values() if seen.name in one.daemon_sets]
        here = bool(pods.get(REPLACEMENT + one.called))
        if any(one.proves(seen) for seen in sets) or (here and (not one.settings or one.config & cache.reach.settings)):
            return one.called
    return ""


def beside(cache: ClusterCache) -> dataplanes.Dataplane | None:
    """What runs here and might stand in its place, and does not say that it does."""
    pods = cache.system_pods.by_component
    return next((one for one in dataplanes.DATAPLANES if one.settings and pods.get(REPLACEMENT + one.called)), None)


def _told(one: dataplanes.Dataplane | None, settings: Collection[str]) -> str:
    """What its ConfigMap says of that, or that nobody may read it: no right that is asked for, but one that would tell more."""
    if one is None or not one.config:
        return ""
    return f"; it was told {', '.join(sorted(settings))}" if settings else "; get on its ConfigMap cilium-config would tell"


def judge(node: NodeObservation, scene: NodeScene, silent: bool, now: Mono, thresholds: Thresholds) -> Verdict:
    """kube-proxy of one node; `silent` says that its kubelet does not report."""
    if scene.unreachable:
        return away_verdict((scene.unreachable, scene.unreachable_since, scene.waiting))
    if scene.silence:
        return unknown(f"{TOGETHER} {scene.silence}", "all-silent")
    if (why := unwatched(node, scene)) != "":
        return unknown(why, "unwatched")
    builder = VerdictBuilder()
    if not silent:
        node_conditions.check(builder, "kube-proxy", node)
    if (gap := feed_gap(scene.pods, "pod", "ready", now, thresholds)) is not None:
        check_gap(builder, gap, principal=True, said="Its pod cannot be read")
        return builder.verdict(good="")
    if (due := feed_due(scene.pods, thresholds)) is not None:
        builder.due(due)
    pods = [pod for pod in node.proxies if not pod.terminating and pod.phase not in FINISHED]
    if not pods:
        return _without_pod(builder, node, scene, silent, now, thresholds)
    pod = max(pods, key=lambda one: (one.ready, one.seen_at, one.name))
    ready = node.conditions.get("Ready")
    if silent:
        _last_known(builder, pod, "its kubelet is silent", "Its kubelet is silent", "kubelet-silent")
        return builder.verdict(good="")
    if ready is not None and ready.status != "True" and is_down(ready.message):
        why = "The container runtime is down, so the kubelet cannot see its pod"
        _last_known(builder, pod, "the container runtime is down", why, "runtime-unseen")
        return builder.verdict(good="")
    if not pod.ready and pod.containers_ready and scene.nodes.fault is not None:
        # Kubernetes does so where a node is not ready, and whether this one is cannot be read.
        _last_known(
            builder,
            pod,
            "its node cannot be read",
            "Its node cannot be read, and may be why its pod counts as not ready",
            "feed-stale",
        )
        return builder.verdict(good="")
    _check_pod(builder, node, pod, now, thresholds)
    _check_restarts(builder, pod, now, thresholds)
    allowed = skew.allowed_of(pod.version, thresholds.proxy_skew)
    image = f"image of {pod.name}"
    line, said = skew.check(pod.version, scene.server_version, allowed, image, pod.changed_at, scene.unsettled)
    if said:
        builder.bad(line, said, "skew")
    else:
        builder.good(line)
    _check_beside_kubelet(builder, node, pod, thresholds)
    return builder.verdict(good="Its pod on this node is ready.")


def _last_known(builder: VerdictBuilder, pod: PodSeen, short: str, why: str, cause: str) -> None:
    """Nobody looks after the pod at present: what is told of it is how it was."""
    last = "ready" if pod.ready or pod.containers_ready else pod.reason or "not ready"
    source = f"pod {pod.namespace}/{pod.name}"
    line = Evidence("pod", f"last known: {last}; {short}", "ready", State.UNKNOWN, source, pod.changed_at)
    builder.unsure(line, f"{why}; its state is unknown. Rules already set keep working.", cause)


def _check_pod(builder: VerdictBuilder, node: NodeObservation, pod: PodSeen, now: Mono, thresholds: Thresholds) -> None:
    source = f"pod {pod.namespace}/{pod.name}"
    if not pod.ready and pod.containers_ready and _counted_out(builder, node, now, thresholds):
        # The node lifecycle controller marks every pod of a node that is not ready as not ready, too.
        text = "its containers are ready; Kubernetes counts it as not ready because its node is not"
        builder.good(Evidence("pod", text, "ready", State.HEALTHY, source, pod.changed_at), principal=True)
        builder.line = "containers ready"
        return
    if pod.ready:
        builder.good(Evidence("pod", "ready", "ready", State.HEALTHY, source, pod.changed_at), principal=True)
        builder.line = "pod ready"
        return
    said = f"Its pod has not been ready for {ago(pod.changed_at)}"
    said += f"{colon(pod.reason)}. Rules already set keep working; changes to Services do not arrive."
    line = pod_line(pod)
    builder.bad(line, said, "pod-not-ready", hold=thresholds.hold_condition, line=pod.reason or "pod not ready")


def _counted_out(builder: VerdictBuilder, node: NodeObservation, now: Mono, thresholds: Thresholds) -> bool:
    """Whether its node is not ready, or has been again for so short that its pods may not be counted as ready yet."""
    ready = node.conditions.get("Ready")
    if ready is None:
        return False
    if ready.status != "True":
        return True
    soon = now - ready.since <= thresholds.pods_counted
    if soon:
        builder.due(ready.since + thresholds.pods_counted)
    return soon


def _check_restarts(builder: VerdictBuilder, pod: PodSeen, now: Mono, thresholds: Thresholds) -> None:
    recent = [at for at in pod.restarted_at if now - at <= thresholds.flap_window]
    should_be = f"fewer than {thresholds.proxy_restarts:.0f} within {thresholds.flap_window / 60:.0f} min"
    text = f"{pod.restarts} in all, {len(recent)} within {thresholds.flap_window / 60:.0f} min"
    source = f"pod {pod.namespace}/{pod.name}"
    if recent:
        builder.due(recent[0] + thresholds.flap_window + 0.001)
    if len(recent) >= thresholds.proxy_restarts:
        line = Evidence("restarts", text, should_be, State.DEGRADED, source, recent[-1])
        builder.bad(line, f"It restarted {len(recent)} times in {thresholds.flap_window / 60:.0f} min.", "restarts")
    else:
        builder.good(Evidence("restarts", text, should_be, State.HEALTHY, source, pod.changed_at))


def _check_beside_kubelet(builder: VerdictBuilder, node: NodeObservation, pod: PodSeen, thresholds: Thresholds) -> None:
    apart = None if node.own_version else versions.behind(pod.version, node.kubelet_version)
    allowed = skew.allowed_of(pod.version, thresholds.proxy_skew)
    should_be = f"within {skew.minors(allowed)} of its kubelet"
    text = f"{pod.version or 'not known'}, kubelet {node.kubelet_version or 'not known'}"
    source = f"image of {pod.name}"
    if apart is None:
        builder.hidden(Evidence("skew to kubelet", text, should_be, State.NOT_OBSERVABLE, source, None))
    elif abs(apart) > allowed:
        line = Evidence("skew to kubelet", text, should_be, State.DEGRADED, source, pod.changed_at)
        said = f"It runs {pod.version} beside a kubelet of {node.kubelet_version}: "
        builder.bad(line, f"{said}more than {skew.minors(allowed)} apart.", "skew")
    else:
        builder.good(Evidence("skew to kubelet", text, should_be, State.HEALTHY, source, pod.changed_at))


def _without_pod(
    builder: VerdictBuilder, node: NodeObservation, scene: NodeScene, silent: bool, now: Mono, thresholds: Thresholds
) -> Verdict:
    source = scene.pods.name
    proxy = scene.proxy
    if proxy.unlisted:
        builder.awaits()  # whether one is wanted here
    if proxy.replaced_by and not proxy.pods_seen and not proxy.wanted:
        replacement = node.replacement
        text = f"replaced by {proxy.replaced_by}"
        if replacement is not None:
            text += f", whose pod here is {'ready' if replacement.ready else replacement.reason or 'not ready'}"
        builder.hidden(
            Evidence("pod", text, "a pod, or a replacement", State.NOT_OBSERVABLE, source, scene.pods.heard_at),
            f"Replaced by {proxy.replaced_by} in this cluster.",
        )
        builder.line = f"replaced by {proxy.replaced_by}"
        return builder.verdict(good="")
    if not proxy.pods_seen and not proxy.wanted and not proxy.seen_before:
        builder.hidden(
            Evidence(
                "pod", "no kube-proxy pods are visible in this cluster", "a pod", State.NOT_OBSERVABLE, source, scene.pods.heard_at
            ),
            proxy.hidden or _UNSEEN,
        )
        if proxy.beside:
            text = f"not proven: {proxy.beside} runs here, which works with or without it{proxy.told}"
            builder.hidden(
                Evidence("replacement", text, "proven, if it is replaced", State.NOT_OBSERVABLE, source, scene.pods.heard_at)
            )
        return builder.verdict(good="")
    if not proxy.everywhere and (node.proxy_missing_since is None or not node.proxy_short):
        builder.hidden(
            Evidence(
                "pod",
                "none, and none is known to be wanted here",
                "a pod where wanted",
                State.NOT_OBSERVABLE,
                source,
                scene.pods.heard_at,
            ),
            "It has no pod on this node, and its DaemonSet does not appear to want one here.",
        )
        return builder.verdict(good="")
    since = node.proxy_missing_since if node.proxy_missing_since is not None else _last_pod(node)
    if silent:
        line = Evidence("pod", f"none for {ago(since)}; its kubelet is silent", "ready", State.UNKNOWN, source, since)
        builder.unsure(line, KUBELET_SILENT, "kubelet-silent")
        return builder.verdict(good="")
    should_be = f"a pod here within {thresholds.proxy_missing:.0f} s"
    if now - since > thresholds.proxy_missing:
        builder.bad(
            Evidence("pod", f"none for {ago(since)}", should_be, State.DOWN, source, since),
            f"It has had no pod on this node for {ago(since)}, though one is wanted. Changes to Services do not arrive here.",
            "pod-missing",
            line="no pod",
        )
    else:
        builder.ripens(since + thresholds.proxy_missing)
        line = Evidence("pod", f"none for {ago(since)}", should_be, State.UNKNOWN, source, since)
        builder.unsure(line, f"It has had no pod on this node for {ago(since)}; one is expected.", "pod-awaited")
    return builder.verdict(good="")


def _last_pod(node: NodeObservation) -> Mono:
    """Since when there is no pod of it: its last one ended, or is ending, or there was none since the node came."""
    return max((one.changed_at for one in node.proxies), default=node.added_at)


def observe_cluster(view: ClusterView) -> ProxyScene:
    """What the whole cluster tells about kube-proxy."""
    cache, alike = view.cache, beside(view.cache)
    wanted, called = _wanted(cache), alike.called if alike is not None else ""
    sets = view.feed(Feed.DAEMON_SETS)
    return ProxyScene(
        wanted=wanted,
        everywhere=wanted is not None and wanted >= len(cache.nodes) > 0,
        replaced_by=replaced_by(cache) or (called if view.proxy_off else ""),
        beside=called.partition(" (")[0],
        told=_told(alike, cache.reach.settings),
        seen_before=view.known.kube_proxy,
        pods_seen=bool(cache.system_pods.by_component.get("kube-proxy")),
        unlisted=sets.listed_at is None and (sets.fault is None or sets.fault.kind not in FOR_GOOD),
        hidden=_OFF if view.proxy_off else view.distribution.proxy or _UNSEEN,
    )


def is_short(view: ClusterView) -> bool:
    """Whether its DaemonSets want more pods than there are, or are not visible."""
    wanted = _wanted(view.cache)
    present = len(view.cache.system_pods.by_component.get(_NAME, ()))
    return wanted is None or wanted > present


def _wanted(cache: ClusterCache) -> int | None:
    """How many its DaemonSets want together; None: there is none that we see."""
    found = [one.desired for one in daemon_sets(cache)]
    return sum(found) if found else None


AGENT = Agent(
    kind="kube-proxy",
    plane=Plane.DATA,
    title="kube-proxy",
    role="routes Services on its node",
    does="Programs the node's packet rules, so that a Service's address leads to one of its ready pods.",
    away="While it is away, rules already set keep routing but do not follow changes: new Services are not reached "
    "from this node, and pods that are gone still get traffic.",
    commands=(
        "kubectl -n kube-system get daemonset kube-proxy",
        "kubectl -n kube-system get pods -l k8s-app=kube-proxy -o wide",
        "kubectl -n kube-system logs -l k8s-app=kube-proxy --tail=50",
    ),
    pods=PodMarks(labels=named(_NAME, "kube-proxy-windows", "kube-proxy-worker"), container=_NAME),
    healthy="its pod on the node is ready. Pods that Kubernetes counts as not ready only because their node is not are judged by "
    "their containers",
    degraded="its pod is not ready, restarts again and again, or its version is not supported",
    down="there is no pod of it on a node where the DaemonSet wants one",
    unknown="the kubelet is silent or the container runtime is down, so that the pod cannot be seen: its last known state is shown",
    hidden="another dataplane takes its place (Cilium, anetd, OVN-Kubernetes, Calico in BPF mode, kube-router), it runs inside "
    "another process (k3s), or its pods may not be read",
    signals=(
        REACH,
        Signal(
            "pod",
            "pods of kube-system",
            "Its pod on the node.",
            "it is there and not ready",
            "there is none for longer than the bound, though one is wanted",
            "the kubelet is silent, the container runtime is down, or a new pod is awaited",
            ("hold_condition", "proxy_missing", "pods_counted"),
        ),
        Signal(
            "restarts",
            "pods of kube-system",
            "How often its container restarted within the window.",
            "too often",
            thresholds=("proxy_restarts", "flap_window"),
        ),
        Signal(
            "version skew",
            "the image of its pod, GET /version",
            "Its version against the newest API server's.",
            "it is newer, or older by more than the bound",
            thresholds=("proxy_skew",),
        ),
        Signal(
            "skew to kubelet",
            "the image of its pod, the Node's nodeInfo",
            "Its version against its kubelet's.",
            "further apart than the bound",
            thresholds=("proxy_skew",),
        ),
        node_conditions.SIGNAL,
        Signal(
            "replacement",
            "pods and DaemonSets of other dataplanes",
            "Said where none of its pods is seen and a dataplane runs that may take its place: only its own setting is proof. Of "
            "Cilium that may stand in its ConfigMap cilium-config, which is asked for once, and is no right that is missed.",
        ),
        *on_all_nodes("kube-proxy"),
    ),
    rights=("nodes", "pods/kube-system", "daemonsets", "leases/kube-node-lease", "/version"),
    column="proxy",
    short="proxy",
    judge=judge,
)
