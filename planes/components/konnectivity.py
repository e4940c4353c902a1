"""Konnectivity: the tunnel by which an API server that has no route to the nodes reaches them (GKE, AKS, k0s, Kamaji and others).

Its agents run as a DaemonSet or Deployment konnectivity-agent (Kubernetes documentation, "Set up Konnectivity service"), its
servers beside the API servers. Each agent is a tunnel of its own, and one is enough to reach every node.
"""

from planes.components.addons import HIDDEN
from planes.components.pod_lines import NOT_HEARD, count_ready, instance_of, not_ready, pod_line
from planes.components.said import SCALED_TO_ZERO
from planes.components.spec import REACH, Component, Plane, PodMarks, Signal, pod_signal
from planes.components.verdict_builder import Judged, VerdictBuilder, begin, check_gap, feed_gap
from planes.components.view import ClusterView
from planes.structs.feeds import Feed
from planes.structs.moments import Mono
from planes.structs.observations import AddonObservation
from planes.structs.thresholds import Thresholds
from planes.structs.verdicts import Evidence, State, Verdict

_KIND = "konnectivity"
_AGENT = "konnectivity-agent"


def observe(view: ClusterView) -> AddonObservation | None:
    """Its agents and servers, where any is seen."""
    workload = view.cache.daemon_sets.find(_AGENT) or view.cache.deployments.find(_AGENT)
    pods = view.pods(_KIND)
    if workload is None and not pods:
        return None
    kind = Feed.DEPLOYMENTS if workload is not None and workload.kind == "Deployment" else Feed.DAEMON_SETS
    return AddonObservation(
        kind=_KIND,
        reach=view.reach,
        workloads=view.feed(kind),
        endpoints_feed=view.feed(Feed.SYSTEM_ENDPOINTS),
        pods_feed=view.feed(Feed.SYSTEM_PODS),
        workload=workload,
        endpoints=None,
        pods=pods,
    )


def judge(seen: AddonObservation, now: Mono, thresholds: Thresholds) -> Judged:
    """Konnectivity of one cluster."""
    instances = tuple(instance_of(pod) for pod in sorted(seen.pods, key=lambda pod: pod.name))
    builder = begin(seen.reach, now, thresholds)
    if isinstance(builder, Verdict):
        return Judged(verdict=builder, instances=instances)
    _check_wanted(builder, seen, now, thresholds)
    _check_pods(builder, seen, now, thresholds)
    return Judged(verdict=builder.verdict(good="Every visible pod of it is ready."), instances=instances)


def _check_wanted(builder: VerdictBuilder, seen: AddonObservation, now: Mono, thresholds: Thresholds) -> None:
    """How many are wanted. How many of a DaemonSet are ready is told by its pods: a node that is down is the node's own matter."""
    should_be = "at least one"
    if (gap := feed_gap(seen.workloads, "agents wanted", should_be, now, thresholds)) is not None:
        check_gap(builder, gap, principal=False, said="")
        return
    work = seen.workload
    if work is None:
        return
    source = f"{work.kind} {work.namespace}/{work.name}"
    if work.desired == 0:
        line = Evidence("agents wanted", "none", should_be, State.NOT_OBSERVABLE, source, work.seen_at)
        builder.hidden(line, SCALED_TO_ZERO)
    else:
        builder.good(Evidence("agents wanted", f"{work.desired:,}", should_be, State.HEALTHY, source, work.seen_at))


def _check_pods(builder: VerdictBuilder, seen: AddonObservation, now: Mono, thresholds: Thresholds) -> None:
    should_be, source = "every agent ready", seen.pods_feed.name
    if (gap := feed_gap(seen.pods_feed, "agents", should_be, now, thresholds)) is not None:
        check_gap(builder, gap, principal=bool(seen.pods), said="Its pods cannot be read", enough=True)
        return
    if not seen.pods:
        builder.hidden(
            Evidence("agents", "no pods of it are visible", should_be, State.NOT_OBSERVABLE, source, seen.pods_feed.heard_at),
            "No pod of it is visible.",
        )
        return
    for pod in seen.pods:
        builder.evidence.append(pod_line(pod))
    fresh = [pod for pod in seen.pods if not pod.silent]
    ready = sum(pod.ready for pod in fresh)
    text = f"{ready:,} of {len(seen.pods):,} ready"
    if not fresh:
        line = Evidence("agents", "no word from their kubelets", should_be, State.UNKNOWN, source, seen.pods_feed.heard_at)
        builder.unsure(line, f"{NOT_HEARD}, so its state is unknown.", "kubelet-silent")
        return
    builder.line = text
    if ready == len(fresh):
        builder.good(Evidence("agents", text, should_be, State.HEALTHY, source, seen.pods_feed.heard_at), principal=True)
        return
    unready = [pod for pod in fresh if not pod.ready]
    since = min(pod.changed_at for pod in unready)
    said = f"{count_ready(ready, len(seen.pods), 'pod')}; {not_ready(unready, since)}."
    said += " The rest carry what the API server sends to nodes." if ready else " The API server cannot reach nodes through it."
    state = State.DEGRADED if ready else State.DOWN
    builder.bad(
        Evidence("agents", text, should_be, state, source, seen.pods_feed.heard_at),
        said,
        "agents-not-ready",
        hold=thresholds.hold_probe,
        line=text,
    )


COMPONENT: Component[AddonObservation] = Component(
    kind=_KIND,
    plane=Plane.ADDON,
    title="konnectivity",
    role="tunnels from the API server to the nodes",
    does="Carries what the API server itself sends to nodes and pods: kubectl logs, exec and port-forward, webhooks and aggregated "
    "APIs that run inside the cluster.",
    away="While it is away, pods keep running and kubelets report as before. kubectl logs, exec and port-forward fail, and so do "
    "webhooks and aggregated APIs that run inside the cluster.",
    commands=(
        "kubectl -n kube-system get pods -l k8s-app=konnectivity-agent -o wide",
        "kubectl -n kube-system logs -l k8s-app=konnectivity-agent --tail=50",
    ),
    pods=PodMarks(
        labels=(
            ("k8s-app", _AGENT),
            ("app", _AGENT),
            ("k8s-app", "konnectivity-server"),
        )
    ),
    healthy="every pod of it that can be seen is ready",
    degraded="some of its pods are not ready; one agent is enough to reach every node",
    down="none of its pods is ready: the API server reaches no node through it",
    unknown="the API server cannot be asked, or there is no word from the kubelets of its pods",
    hidden=HIDDEN,
    signals=(
        REACH,
        Signal("agents wanted", "its DaemonSet or Deployment", "How many agents are wanted."),
        Signal(
            "agents",
            "pods of kube-system",
            "How many of its pods are ready. Those of silent kubelets are not counted.",
            "some are not",
            "none is",
            "there is no word from their kubelets",
            ("hold_probe",),
        ),
        pod_signal("Each pod of it.", "", ()),
    ),
    rights=("daemonsets", "deployments", "pods/kube-system"),
    observe=observe,
    judge=judge,
)
