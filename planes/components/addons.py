"""Add-ons (DNS, metrics-server): judged by their own readiness, beside the two planes."""

from planes.components.pod_lines import NOT_HEARD, homeless, instance_of, pod_line
from planes.components.said import SCALED_TO_ZERO
from planes.components.spec import Signal, pod_signal
from planes.components.verdict_builder import Judged, VerdictBuilder, begin, check_gap, colon, feed_gap, plural
from planes.components.view import ClusterView
from planes.structs.feeds import Feed
from planes.structs.moments import Mono
from planes.structs.observations import AddonObservation
from planes.structs.thresholds import Thresholds
from planes.structs.time_tokens import ago
from planes.structs.verdicts import Evidence, State, Verdict
from planes.structs.workload_observations import ApiServiceSeen


def judge(seen: AddonObservation, now: Mono, thresholds: Thresholds, title: str, effect: str = "") -> Judged:
    """One add-on of one cluster, called `title`. `effect`: what its absence means for others, a sentence."""
    instances = tuple(instance_of(pod) for pod in sorted(seen.pods, key=lambda pod: pod.name))
    builder = begin(seen.reach, now, thresholds)
    if isinstance(builder, Verdict):
        return Judged(verdict=builder, instances=instances)
    _check_endpoints(builder, seen, now, thresholds, title, effect)
    _check_workload(builder, seen, now, thresholds)
    for pod in seen.pods:
        builder.evidence.append(pod_line(pod))
    if seen.api_service is not None:
        one = seen.api_service
        if one.available:
            builder.good(Evidence("API service", "available", "available", State.HEALTHY, f"apiservice {one.name}", one.since))
        else:
            line = Evidence(
                "API service",
                f"unavailable for {ago(one.since)}{colon(one.reason)}",
                "available",
                State.DOWN,
                f"apiservice {one.name}",
                one.since,
            )
            builder.bad(
                line,
                f"Its API {one.name} has been unavailable for {ago(one.since)}. {effect}".rstrip(),
                "apiservice",
                hold=thresholds.hold_probe,
            )
    _check_heard(builder, seen)
    hidden = "Neither its Service nor its Deployment is visible; its pods alone do not show whether it answers."
    return Judged(verdict=builder.verdict(good=_good(seen), hidden=hidden), instances=instances)


def _answers(seen: AddonObservation) -> bool:
    """Whether some endpoint of its service is ready: whatever its replicas are, it is not down."""
    return seen.endpoints is not None and any(end.ready for end in seen.endpoints.endpoints)


def _good(seen: AddonObservation) -> str:
    work, waiting = seen.workload, [pod for pod in seen.pods if pod.homeless_since is not None]
    if work is None or work.ready >= work.desired or not waiting:
        return "It is ready."
    first = min(waiting, key=lambda pod: pod.homeless_since or 0.0)
    verb = "has" if len(waiting) == 1 else "have"
    return f"It answers. {len(waiting)} of {plural(work.desired, 'replica')} {verb} been {homeless(first)}."


def _check_heard(builder: VerdictBuilder, seen: AddonObservation) -> None:
    """Endpoints and replicas are what kubelets reported: when none of those that run it is heard, they are the last known state."""
    if seen.unheard:
        said = f"Its readiness is as last reported. {seen.unheard}"
    elif seen.pods and all(pod.silent for pod in seen.pods):
        said = f"{NOT_HEARD}, so its state is unknown."
    else:
        return
    line = Evidence("kubelets of its pods", "no word", "word from one", State.UNKNOWN, seen.pods_feed.name, seen.pods_feed.heard_at)
    builder.unsure(line, said, "kubelet-silent")


def _check_endpoints(
    builder: VerdictBuilder, seen: AddonObservation, now: Mono, thresholds: Thresholds, title: str, effect: str
) -> None:
    if (gap := feed_gap(seen.endpoints_feed, "endpoints", "at least one ready", now, thresholds)) is not None:
        check_gap(builder, gap, principal=seen.endpoints is not None, said="Its endpoints cannot be read", enough=True)
        return
    if seen.endpoints is None:
        return
    total = len(seen.endpoints.endpoints)
    ready = sum(end.ready for end in seen.endpoints.endpoints)
    source = f"endpointslices of {seen.kind}"
    if ready:
        line = Evidence(
            "endpoints", f"{ready} of {total} ready", "at least one ready", State.HEALTHY, source, seen.endpoints.seen_at
        )
        builder.good(line, principal=True)
        builder.line = f"{ready} of {total} ready"
    else:
        line = Evidence(
            "endpoints",
            f"none ready for {ago(seen.endpoints.since)}",
            "at least one ready",
            State.DOWN,
            source,
            seen.endpoints.since,
        )
        builder.bad(
            line,
            f"No ready {title} endpoint for {ago(seen.endpoints.since)}. {effect}".rstrip(),
            "no-endpoints",
            hold=thresholds.hold_probe,
            line="no ready endpoint",
        )


def _check_workload(builder: VerdictBuilder, seen: AddonObservation, now: Mono, thresholds: Thresholds) -> None:
    if (gap := feed_gap(seen.workloads, "replicas", "all ready", now, thresholds)) is not None:
        check_gap(builder, gap, principal=False, said="", enough=True)
        return
    work = seen.workload
    if work is None:
        return
    source = f"{work.kind} {work.namespace}/{work.name}"
    text = f"{work.ready} of {work.desired} ready"
    if work.ready >= work.desired and work.desired > 0:
        builder.good(Evidence("replicas", text, "all ready", State.HEALTHY, source, work.seen_at), principal=True)
        builder.line = builder.line or text
    elif work.desired == 0:
        builder.hidden(Evidence("replicas", "none wanted", "all ready", State.NOT_OBSERVABLE, source, work.seen_at), SCALED_TO_ZERO)
    elif work.ready > 0 and work.desired - work.ready <= sum(pod.homeless_since is not None for pod in seen.pods):
        # A replica that fits on no node is capacity: what is lacking is a node.
        builder.good(
            Evidence("replicas", f"{text}, no node fits the rest", "all ready", State.HEALTHY, source, work.seen_at),
            principal=True,
        )
        builder.line = builder.line or text
    else:
        state = State.DOWN if work.ready == 0 and not _answers(seen) else State.DEGRADED
        line = Evidence("replicas", text, "all ready", state, source, work.seen_at)
        verb = "is" if 1 in (work.ready, work.desired) else "are"
        builder.bad(
            line,
            f"{work.ready} of {plural(work.desired, 'replica')} {verb} ready.",
            "replicas",
            hold=thresholds.hold_probe,
            line=text,
        )


def observe(
    view: ClusterView,
    kind: str,
    names: tuple[str, ...],
    services: tuple[str, ...],
    api_service: ApiServiceSeen | None = None,
) -> AddonObservation | None:
    """An add-on of kube-system: by its service (the first of `services` that answers), its Deployment's names and its pods;
    None where none of them is seen. What is called so in another namespace is somebody else's."""
    cache = view.cache
    seen = (cache.system_endpoints.find(f"kube-system/{service}", view.dating) for service in services)
    found = [one for one in seen if one is not None]
    answering = (one for one in found if any(end.ready for end in one.endpoints))
    endpoints = next(answering, found[0] if found else None)
    workload, pods = cache.deployments.find(*names), view.pods(kind)
    if workload is None and endpoints is None and not pods:
        return None
    return AddonObservation(
        kind=kind,
        reach=view.reach,
        workloads=view.feed(Feed.DEPLOYMENTS),
        endpoints_feed=view.feed(Feed.SYSTEM_ENDPOINTS),
        pods_feed=view.feed(Feed.SYSTEM_PODS),
        workload=workload,
        endpoints=endpoints,
        pods=pods,
        api_service=api_service,
        unheard=view.nobody_heard,
    )


ENDPOINTS = Signal(
    "endpoints",
    "endpointslices of its service",
    "Whether it has a ready endpoint.",
    down="none is ready",
    thresholds=("hold_probe",),
)
REPLICAS = Signal(
    "replicas", "its Deployment", "How many of those wanted are ready.", "some are not", "none is", thresholds=("hold_probe",)
)
POD = pod_signal("Each pod of it.", "", ())
UNKNOWN = "the API server cannot be asked, or its endpoints cannot be read any more"
HEARD = Signal(
    "kubelets of its pods",
    "node leases",
    "Whether a kubelet that runs it is heard: what is said of its pods is what kubelets reported.",
    unknown="none of them is heard",
)
RIGHTS = ("deployments", "endpointslices/kube-system", "pods/kube-system")
HIDDEN = "it is scaled to zero, or may not be read. It is shown only where it was seen"
