"""Objects that were just read, as what a page shows of them."""

from collections.abc import Iterable, Mapping, Sequence

from planes.cache.pods import FINISHED, is_undecided
from planes.structs import objects
from planes.structs.events import Check
from planes.structs.lookups import FoundLine, FoundPart, WaitingPod
from planes.structs.timestamps import epoch

#: Lines of one part at most.
LINES = 200
#: Pods that are named behind one service.
NAMED = 3
#: The pods behind services, each by its namespace and name.
Behind = Mapping[tuple[str, str], tuple[str, ...]]
#: Names by which the objects of a kind begin, where they are not called as the kind is.
_NAMED = {"dns": ("coredns", "kube-dns", "rke2-coredns", "dns-default")}
_DEFAULT = "default-scheduler"


def belongs(kind: str, name: str) -> bool:
    """Whether an object in kube-system is that of a component: it is called so, or so with a hyphen and more behind."""
    return any(name == one or name.startswith(f"{one}-") for one in _NAMED.get(kind, (kind,)))


def part(key: str, title: str, lines: Sequence[FoundLine], *, none: str, about: str = "", cut: bool = False) -> FoundPart:
    """Of lines, the first of them. `cut`: the list that they are from was not read to its end."""
    return FoundPart(key, title, tuple(lines[:LINES]), about=about, more=max(0, len(lines) - LINES), cut=cut, none=none)


def events(kind: str, read: Iterable[objects.Event], *, cut: bool) -> FoundPart:
    """Events about a component's pods and lease in kube-system, the newest first."""
    found = []
    for one in read:
        about = one.involvedObject
        if belongs(kind, about.name):
            at = epoch(one.lastTimestamp) or epoch(one.eventTime) or epoch(one.firstTimestamp)
            times = f" × {one.count:,}".replace(",", "\u202f") if one.count is not None and one.count > 1 else ""
            state = "degraded" if one.type == "Warning" else ""
            found.append(FoundLine(f"{one.reason}{times}", f"{about.kind} {about.name}: {one.message}", at, state=state))
    found.sort(key=lambda line: -(line.at or 0.0))
    none = "Kubernetes keeps none of its objects in kube-system. Events are kept for an hour, where nobody set another time."
    return part("events", "Events in kube-system", found, none=none, cut=cut)


def undecided(pods: Sequence[WaitingPod], *, cut: bool) -> FoundPart:
    """Pods about which no scheduler has said anything, those that wait longest first (signals.md, kube-scheduler)."""
    found = [
        FoundLine(_full(one.metadata), "no PodScheduled condition", epoch(one.metadata.creationTimestamp))
        for one in pods
        if is_undecided(one)
    ]
    found.sort(key=lambda line: line.at or 0.0)
    return part("undecided", "Pods that wait for a decision", found, none="None.", cut=cut)


def homeless(pods: Sequence[WaitingPod], *, cut: bool) -> FoundPart:
    """Pods that fit no node, or are held back: what the scheduler has decided, and none of its faults (signals.md)."""
    found = []
    for one in pods:
        if one.spec.nodeName or one.status.phase in FINISHED or one.spec.schedulerName not in ("", _DEFAULT):
            continue
        for said in one.status.conditions:
            if said.type == "PodScheduled" and said.status == "False":
                text = ": ".join(filter(None, (said.reason, said.message)))
                found.append(FoundLine(_full(one.metadata), text, epoch(said.lastTransitionTime)))
    found.sort(key=lambda line: line.at or 0.0)
    about = "The scheduler has decided about them: capacity or a gate, not its fault."
    return part("homeless", "Pods that fit no node", found, none="None.", about=about, cut=cut)


def lagging(sets: Iterable[objects.DaemonSet], deployments: Iterable[objects.Deployment], *, cut: bool) -> FoundPart:
    """Workloads whose newest generation no controller has taken notice of (signals.md, kube-controller-manager)."""
    work = [
        *(("DaemonSet", one.metadata, one.status.observedGeneration) for one in sets),
        *(("Deployment", one.metadata, one.status.observedGeneration) for one in deployments),
    ]
    found = [
        FoundLine(f"{kind} {_full(meta)}", f"generation {meta.generation}, {observed} observed")
        for kind, meta, observed in work
        if observed < meta.generation
    ]
    about = "At the moment of asking. A moment behind is nothing; the evidence above says when it counts."
    return part("lagging", "Workloads that no controller has noticed", found, none="None is behind.", about=about, cut=cut)


def lease(read: Iterable[objects.Lease], path: str) -> FoundPart:
    """The lease by which a leader is elected, as it stands. `path`: its namespace and name."""
    found = []
    for one in read:
        spec = one.spec
        found += [
            FoundLine("holder", spec.holderIdentity or "none"),
            FoundLine("held since", at=epoch(spec.acquireTime)),
            FoundLine("renewed", at=epoch(spec.renewTime)),
            FoundLine("allows", f"{spec.leaseDurationSeconds} s" if spec.leaseDurationSeconds is not None else "not said"),
            FoundLine("changes of holder, ever", "not said" if spec.leaseTransitions is None else f"{spec.leaseTransitions}"),
        ]
    return FoundPart("lease", f"Lease {path}", tuple(found), none="There is none.", brief=True)


def pods_behind(read: Iterable[objects.EndpointSlice]) -> tuple[str, ...]:
    """The pods, as namespace/name, of endpoints that answer: those that are ready, or of which nobody has said whether they are
    (https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/#ready)."""
    ends = (end for one in read for end in one.endpoints or () if end.conditions.ready is not False)
    return tuple(dict.fromkeys(name for end in ends for name in _pods(end)))


def _pods(end: objects.Endpoint) -> tuple[str, ...]:
    """The pod of an endpoint, where it is one's."""
    ref = end.targetRef
    return (f"{ref.namespace}/{ref.name}",) if ref is not None and ref.kind == "Pod" and ref.namespace else ()


def endpoints(read: Iterable[objects.EndpointSlice], service: str) -> FoundPart:
    """The endpoints of a service "namespace/name"."""
    found = [
        FoundLine(
            address,
            "ready" if end.conditions.ready is not False else "not ready",
            node=end.nodeName or "",
            state="healthy" if end.conditions.ready is not False else "down",
            pods=_pods(end),
        )
        for one in read
        if one.metadata.labels.get("kubernetes.io/service-name") == service.partition("/")[2]
        for end in one.endpoints or ()
        for address in end.addresses[:1]
    ]
    found.sort(key=lambda line: (line.state == "healthy", line.title))
    return part("endpoints", f"Endpoints of {service}", found, none="There are none.")


def checks(path: str, read: Sequence[Check]) -> FoundPart:
    """Every check of /livez or /readyz, those that fail first; folded while none does."""
    found = [FoundLine(one.name, "" if one.ok else "fails", state="healthy" if one.ok else "down") for one in read]
    found.sort(key=lambda line: line.state == "healthy")
    about = "Of the API server that answered: which of several that is, a balancer does not say."
    failing = sum(not one.ok for one in read)
    said = f"{failing} of {len(read)} fail" if failing else f"all {len(read)} pass" if read else "none listed"
    key, folded = f"checks{path.replace('/', '-')}", bool(read) and not failing
    return FoundPart(key, f"{path}: {said}", tuple(found), about=about, none="It lists none.", folded=folded)


def webhooks(read: Iterable[tuple[str, objects.WebhookConfiguration]], behind: Behind, *, cut: bool) -> FoundPart:
    """Every webhook with what it calls. `read`: each configuration with "validating" or "mutating"."""
    found = []
    for kind, one in read:
        for hook in one.webhooks:
            service = hook.clientConfig.service
            backend = f"service {service.namespace}/{service.name}" if service is not None else _host(hook.clientConfig.url or "")
            closed = "requests pass without it" if hook.failurePolicy == "Ignore" else "requests fail without it"
            pods = _behind(service, behind)
            found.append(FoundLine(f"{one.metadata.name} · {hook.name}", f"{kind}; calls {backend}; {closed}", pods=pods))
    about = "Whether somebody answers behind each is a line of the evidence."
    return part("webhooks", "Webhooks", found, none="None is registered.", about=about, cut=cut)


def api_services(read: Iterable[objects.APIService], behind: Behind, *, cut: bool) -> FoundPart:
    """Every API service with who serves it, those that are not available first."""
    found = []
    local = 0
    for one in read:
        said = next((each for each in one.status.conditions if each.type == "Available"), None)
        available = said is not None and said.status == "True"
        service = one.spec.service
        local += service is None and available
        if service is None and available:
            continue  # the API server's own, and well: a row each would hide those that matter
        by = f"service {service.namespace}/{service.name}" if service is not None else "the API server itself"
        why = "" if available else ": ".join(filter(None, (said.reason, said.message))) if said is not None else "no condition yet"
        text = f"served by {by}" + (f"; not available: {why}" if not available else "; available")
        since = epoch(said.lastTransitionTime) if said is not None else None
        state = "healthy" if available else "degraded"
        found.append(FoundLine(one.metadata.name, text, since, state=state, pods=_behind(service, behind)))
    found.sort(key=lambda line: (line.state == "healthy", line.title))
    about = f"And {local} that the API server serves itself, all available." if local else ""
    return part("apiservices", "API services", found, none="None is served by others.", about=about, cut=cut)


def _behind(service: objects.ServiceRef | None, behind: Behind) -> tuple[str, ...]:
    return behind.get((service.namespace, service.name), ())[:NAMED] if service is not None else ()


def _full(meta: objects.Meta) -> str:
    return f"{meta.namespace}/{meta.name}"


def _host(url: str) -> str:
    """Where a webhook is called outside of the cluster: its path may hold a secret."""
    scheme, mark, rest = url.partition("://")
    return f"{scheme}{mark}{rest.partition('/')[0].rpartition('@')[2]}" if url else "nothing"
