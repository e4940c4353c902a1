"""The instances of kube-apiserver: identity leases, endpoints and mirror pods joined by host and address.

An identity lease outlives its server by about an hour. One that is not renewed and has no endpoint is an instance only while fewer
servers live than did before: then it is the one that was lost.
"""

from dataclasses import dataclass, field

from planes.components.leader import pod_line, unheard
from planes.components.verdict_builder import Instance, VerdictBuilder, check_gap, feed_due, feed_gap, plural
from planes.structs.moments import Mono
from planes.structs.observations import ApiServerObservation, IdentitySeen, PodSeen
from planes.structs.thresholds import Thresholds
from planes.structs.time_tokens import ago
from planes.structs.verdicts import Evidence, State
from planes.structs.versions import minor as minor_of


@dataclass(slots=True)
class _Found:
    """What is known of one server, from any side."""

    host: str
    identity: IdentitySeen | None = None
    pod: PodSeen | None = None
    address: str = ""
    listed: bool | None = None  # its endpoint: there and ready, there and not, or None: cannot be told
    extra: list[str] = field(default_factory=list)


def check(builder: VerdictBuilder, seen: ApiServerObservation, now: Mono, thresholds: Thresholds) -> tuple[Instance, ...]:
    """Put the instances on the scales and list them."""
    leases_gap = feed_gap(seen.leases, "identity leases", "renewed every 10 s", now, thresholds)
    endpoints_gap = feed_gap(seen.endpoints_feed, "endpoints", "one a server", now, thresholds)
    pods_gap = feed_gap(seen.pods_feed, "pods", "every instance ready", now, thresholds)
    for gap, feed in ((leases_gap, seen.leases), (endpoints_gap, seen.endpoints_feed), (pods_gap, seen.pods_feed)):
        if gap is not None:
            check_gap(builder, gap, principal=False, said="")
        elif (due := feed_due(feed, thresholds)) is not None:
            builder.due(due)
    found = _join(seen, leases_gap is None, endpoints_gap is None)
    live = sum(_fresh(one, now, thresholds) for one in found)
    instances: list[Instance] = []
    lost: list[str] = []
    for one in found:
        made = _check_one(builder, one, seen, live, now, thresholds)
        if made is not None:
            instances.append(made)
            if made.state is State.DOWN:
                lost.append(made.name)
    if lost:
        left = len(instances) - len(lost)
        said = f"{left} of {plural(len(instances), 'API server')} {'works' if left == 1 else 'work'}; lost: {', '.join(lost)}."
        builder.worse(State.DEGRADED, said, "instance-lost", hold=thresholds.hold_condition)
    if leases_gap is None and not seen.identities:
        line = Evidence(
            "identity leases", "none", "renewed every 10 s", State.NOT_OBSERVABLE, seen.leases.name, seen.leases.heard_at
        )
        builder.hidden(line)
    if endpoints_gap is None and seen.endpoints is not None:
        ready = sum(end.ready for end in seen.endpoints.endpoints)
        text = f"{ready} of {len(seen.endpoints.endpoints)} ready: {', '.join(end.address for end in seen.endpoints.endpoints)}"
        state = State.HEALTHY if ready else State.DEGRADED
        line = Evidence("endpoints", text, "one a server", state, "endpointslice default/kubernetes", seen.endpoints.seen_at)
        if ready:
            builder.good(line)
        else:
            builder.bad(
                line, "No API server is listed as ready in its own endpoints.", "no-endpoints", hold=thresholds.hold_condition
            )
    _check_versions(builder, seen)
    return tuple(instances)


def _join(seen: ApiServerObservation, leases_seen: bool, endpoints_seen: bool) -> list[_Found]:
    by_host: dict[str, _Found] = {}
    by_address: dict[str, _Found] = {}
    for identity in sorted(seen.identities, key=lambda one: one.lease.name) if leases_seen else ():
        host = seen.hosts.get(identity.host, identity.host) or identity.lease.name
        one = by_host.get(host)
        if one is None or (one.identity is not None and identity.lease.changed_at > one.identity.lease.changed_at):
            one = by_host.setdefault(host, _Found(host))
            one.identity, one.address = identity, identity.address
        if identity.address:
            by_address[identity.address] = one
    for pod in sorted(seen.pods, key=lambda one: one.name):
        one = by_host.setdefault(pod.node or pod.name, _Found(pod.node or pod.name))
        one.pod = pod
    listed = {end.address: end for end in seen.endpoints.endpoints} if seen.endpoints is not None and endpoints_seen else None
    if listed is not None:
        for address, end in sorted(listed.items()):
            node = seen.hosts.get(address, end.node)
            match = by_address.get(address) or (by_host.get(node) if node else None)
            if match is None:
                # Several addresses may be one server's (two stacks, a load balancer): without a match it is only an address.
                if by_host:
                    continue
                match = by_host.setdefault(address, _Found(address))
            match.address, match.listed = address, end.ready
        for one in by_host.values():
            if one.listed is None and one.address:
                one.listed = False
    return [by_host[host] for host in sorted(by_host)]


def _fresh(one: _Found, now: Mono, thresholds: Thresholds) -> bool:
    lease = one.identity.lease if one.identity is not None else None
    return (
        lease is not None
        and lease.gone_at is None
        and lease.silence(now) <= thresholds.identity_frozen
        and not (lease.stale_on_arrival and not lease.confirmed)
    )


def _check_one(
    builder: VerdictBuilder, one: _Found, seen: ApiServerObservation, live: int, now: Mono, thresholds: Thresholds
) -> Instance | None:
    """One server on the scales; None if it is only the trace of one that no longer is."""
    state, because = State.UNKNOWN, ""
    lease = one.identity.lease if one.identity is not None else None
    name = one.pod.name if one.pod is not None else one.host
    if lease is not None and lease.gone_at is None:
        source, should_be = f"lease kube-system/{lease.name}", f"renewed within {thresholds.identity_frozen:.0f} s"
        unseen = lease.is_unseen(now, thresholds.identity_frozen, thresholds.hold_probe)
        if _fresh(one, now, thresholds) and unseen:
            text = f"nothing seen of it for {ago(lease.changed_at)}"
            builder.hidden(Evidence(f"identity of {one.host}", text, should_be, State.UNKNOWN, source, lease.changed_at))
            because = "Identity leases could not be seen for a while, and it was not seen to be renewed since."
        elif _fresh(one, now, thresholds):
            builder.due(lease.expires(thresholds.identity_frozen))
            builder.good(
                Evidence(
                    f"identity of {one.host}",
                    f"renewed {ago(lease.changed_at)} ago",
                    should_be,
                    State.HEALTHY,
                    source,
                    lease.changed_at,
                )
            )
            state = State.HEALTHY
        elif lease.stale_on_arrival and not lease.confirmed and lease.silence(now) <= thresholds.identity_frozen:
            builder.due(lease.stale_since + thresholds.identity_frozen)
            if one.listed is not True and one.pod is None:
                return None
            builder.hidden(
                Evidence(f"identity of {one.host}", "old when first seen", should_be, State.UNKNOWN, source, lease.changed_at)
            )
        elif seen.writes_blocked:
            text = f"not renewed for {ago(lease.changed_at)}, which proves nothing now: {seen.writes_blocked}"
            builder.hidden(Evidence(f"identity of {one.host}", text, should_be, State.UNKNOWN, source, lease.changed_at))
        else:
            lost = one.listed is True or one.pod is not None or (lease.confirmed and live < seen.expected)
            if not lost:
                return None
            text = f"not renewed for {ago(lease.changed_at)}"
            line = Evidence(f"identity of {one.host}", text, should_be, State.DEGRADED, source, lease.changed_at)
            builder.bad(
                line, f"The API server on {one.host} has not renewed its identity for {ago(lease.changed_at)}.", "instance-lost"
            )
            state, because = State.DOWN, f"Its identity has not been renewed for {ago(lease.changed_at)}."
    elif one.listed is not None:
        state = State.HEALTHY if one.listed else State.UNKNOWN
    if one.listed is False and state is not State.DOWN and lease is not None:
        builder.hidden(
            Evidence(
                f"endpoint of {one.host}", "not listed", "listed", State.NOT_OBSERVABLE, "endpointslice default/kubernetes", None
            )
        )
    pod = one.pod
    if pod is not None:
        builder.evidence.append(pod_line(pod))
        if pod.silent and lease is None:
            state, because = State.UNKNOWN, unheard(pod)
        elif not pod.silent and not pod.ready:
            said = f"{pod.reason or 'Not ready'} for {ago(pod.changed_at)}."
            builder.worse(State.DEGRADED, f"{pod.name}: {said}", "pod-not-ready", hold=thresholds.hold_condition)
            if state is not State.DOWN:
                state, because = State.DEGRADED, said
        elif not pod.silent and state is State.UNKNOWN:
            state, because = State.HEALTHY, ""
    version = pod.version if pod is not None else seen.server.version
    return Instance(
        name=name,
        host=one.host,
        leader=False,
        state=state,
        because=because,
        version=version,
        restarts=pod.restarts if pod is not None else None,
    )


def _check_versions(builder: VerdictBuilder, seen: ApiServerObservation) -> None:
    versions = sorted({pod.version for pod in seen.pods if pod.version} | ({seen.server.version} if seen.server.version else set()))
    minors = sorted({found for version in versions if (found := minor_of(version)) is not None})
    should_be = "within 1 minor of each other"
    text = ", ".join(versions) or "not known"
    if not minors:
        builder.hidden(Evidence("versions", text, should_be, State.NOT_OBSERVABLE, "GET /version", seen.server.at))
    elif minors[-1][1] - minors[0][1] > 1 or minors[-1][0] != minors[0][0]:
        line = Evidence("versions", text, should_be, State.DEGRADED, "GET /version, images", seen.server.at)
        builder.bad(line, f"API servers run versions too far apart: {text}.", "skew")
    else:
        builder.good(Evidence("versions", text, should_be, State.HEALTHY, "GET /version, images", seen.server.at))
