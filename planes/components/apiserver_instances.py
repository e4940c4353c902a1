"""The instances of kube-apiserver: identity leases, endpoints and mirror pods joined by host and address.

An identity lease outlives its server by about an hour, and a rollout may start new servers before it stops the old ones. So one
that is not renewed is a lost server only while its pod, endpoint or Node remains, or while fewer live than are listed; one after
which as many new ones began was replaced. [signals.md]
"""

from dataclasses import dataclass, replace

from planes.components import apiserver_processes
from planes.components.apiserver_processes import Server
from planes.components.pod_lines import pod_line, unheard
from planes.components.verdict_builder import Instance, VerdictBuilder, check_gap, feed_due, feed_gap
from planes.structs.lease_seen import LeaseSeen
from planes.structs.moments import Mono
from planes.structs.observations import ApiServerObservation, IdentitySeen, PodSeen
from planes.structs.thresholds import Thresholds
from planes.structs.time_tokens import ago
from planes.structs.verdicts import Evidence, State
from planes.structs.versions import minor as minor_of
from planes.structs.versions import order
from planes.structs.workload_observations import EndpointsSeen

#: A server that began so long before another stopped, or later, took its place. A rollout takes minutes. [rule]
_ROLLOUT = 3600.0


@dataclass(slots=True)
class _Found:
    """What is known of one server, from any side."""

    host: str
    identity: IdentitySeen | None = None
    pod: PodSeen | None = None
    address: str = ""
    listed: bool | None = None  # its endpoint: there and ready, there and not, or None: cannot be told
    lost: bool = False  # it is not renewed, and something says that it should be


def check(builder: VerdictBuilder, seen: ApiServerObservation, now: Mono, thresholds: Thresholds) -> tuple[Instance, ...]:
    """Put the instances on the scales and list them."""
    leases_gap = feed_gap(seen.leases, "identity leases", "renewed every 10 s", now, thresholds)
    endpoints_gap = feed_gap(seen.endpoints_feed, "endpoints", "one per server", now, thresholds)
    pods_gap = feed_gap(seen.pods_feed, "pods", "every instance ready", now, thresholds)
    for gap, feed in ((leases_gap, seen.leases), (endpoints_gap, seen.endpoints_feed), (pods_gap, seen.pods_feed)):
        if gap is not None:
            check_gap(builder, gap, principal=False, said="")
        elif (due := feed_due(feed, thresholds)) is not None:
            builder.due(due)
    found = _join(seen, leases_gap is None, endpoints_gap is None)
    if not seen.writes_blocked:
        _find_lost(found, seen.endpoints if endpoints_gap is None else None, now, thresholds)
    judged = [(one, _check_one(builder, one, seen, now, thresholds)) for one in found]
    instances = _with_figures([(one, made) for one, made in judged if made is not None], seen)
    apiserver_processes.check_unnamed(builder, [one.own for one in instances if one.own is not None], seen, now)
    if leases_gap is None and not seen.identities:
        line = Evidence(
            "identity leases", "none", "renewed every 10 s", State.NOT_OBSERVABLE, seen.leases.name, seen.leases.heard_at
        )
        builder.hidden(line)
    if endpoints_gap is None and seen.endpoints is not None:
        ready = sum(end.ready for end in seen.endpoints.endpoints)
        text = f"{ready} of {len(seen.endpoints.endpoints)} ready: {', '.join(end.address for end in seen.endpoints.endpoints)}"
        state = State.HEALTHY if ready else State.DEGRADED
        line = Evidence("endpoints", text, "one per server", state, "endpointslice default/kubernetes", seen.endpoints.seen_at)
        if ready:
            builder.good(line)
        else:
            builder.bad(
                line,
                "The kubernetes Service has no ready endpoint: pods cannot reach the API server through it.",
                "no-endpoints",
                hold=thresholds.hold_condition,
            )
    _check_versions(builder, seen)
    return instances


def _with_figures(judged: list[tuple[_Found, Instance]], seen: ApiServerObservation) -> tuple[Instance, ...]:
    """Each with its own figures, or why they cannot be told."""
    servers = [
        Server(made.host or made.name, one.address, one.pod.started, one.pod.started is None and one.pod.reason != "")
        if one.pod is not None
        else Server(made.host or made.name, one.address, None)
        for one, made in judged
    ]
    own = apiserver_processes.figures(servers, seen.processes, seen.rates)
    return tuple(replace(made, own=figures) for (_, made), figures in zip(judged, own, strict=True))


def _join(seen: ApiServerObservation, leases_seen: bool, endpoints_seen: bool) -> list[_Found]:
    by_host: dict[str, _Found] = {}
    by_address: dict[str, _Found] = {}
    for identity in sorted(seen.identities, key=lambda one: one.lease.name) if leases_seen else ():
        host = seen.hosts.get(identity.host, identity.host) or identity.lease.name
        one = by_host.get(host)
        if one is None or (one.identity is not None and _newer(identity.lease, one.identity.lease)):
            one = by_host.setdefault(host, _Found(host))
            one.identity, one.address = identity, identity.address
        if identity.address:
            by_address[identity.address] = one
    for pod in sorted(seen.pods, key=lambda one: one.name):
        one = by_host.setdefault(pod.node or pod.name, _Found(pod.node or pod.name))
        one.pod = pod
    listed = {end.address: end for end in seen.endpoints.endpoints} if seen.endpoints is not None and endpoints_seen else None
    if listed is not None:
        known = bool(by_host)
        for address, end in sorted(listed.items()):
            node = seen.hosts.get(address, end.node)
            match = by_address.get(address) or (by_host.get(node) if node else None)
            if match is None:
                # Several addresses may be one server's (two networks, a load balancer): beside servers that are known by their
                # leases or pods, one without a match is only an address. Where nothing else is known, each is a server.
                if known:
                    continue
                match = by_host.setdefault(address, _Found(address))
            match.address, match.listed = address, end.ready
        for one in by_host.values():
            if one.listed is None and one.address:
                one.listed = False
    return [by_host[host] for host in sorted(by_host)]


def _newer(lease: LeaseSeen, other: LeaseSeen) -> bool:
    """Whether the first is the newer of two identities of one host."""

    def key(one: LeaseSeen) -> tuple[bool, Mono]:
        return one.confirmed or not one.stale_on_arrival, one.changed_at

    return key(lease) > key(other)


def _find_lost(found: list[_Found], endpoints: EndpointsSeen | None, now: Mono, thresholds: Thresholds) -> None:
    """Mark those that are lost. `endpoints` None: they cannot be seen."""
    stopped = [(one, one.identity) for one in found if one.identity is not None and _frozen(one.identity, now, thresholds)]
    stopped.sort(key=lambda pair: pair[1].lease.changed_at)
    left = {one.host for one, _ in stopped}
    live = [one for one in found if one.host not in left and (one.pod is not None or _fresh(one, now, thresholds))]
    replaced = _replaced([identity for _, identity in stopped], [one.identity for one in live if one.identity is not None])
    rest: list[_Found] = []
    lost = 0
    for one, identity in stopped:
        remains = bool(identity.node) and not (identity.leaving and identity.lease.name in replaced)
        one.lost = one.listed is True or one.pod is not None or remains
        lost += one.lost
        if not one.lost and identity.lease.confirmed and identity.lease.name not in replaced:
            rest.append(one)
    # Of those of which nothing else remains, as many are lost as are listed and do not live: the last that stopped.
    missing = len(rest) if endpoints is None else max(0, len(endpoints.endpoints) - len(live) - lost)
    for one in rest[::-1][:missing]:
        one.lost = True


def _replaced(stopped: list[IdentitySeen], live: list[IdentitySeen]) -> set[str]:
    """Leases of stopped servers (in the order in which they stopped) after which another began: one that was first seen after them,
    each for one of them."""
    began = sorted(one.lease.first_at for one in live)
    made: set[str] = set()
    for one in stopped:
        after = next((at for at in began if at > max(one.lease.first_at, one.lease.changed_at - _ROLLOUT)), None)
        if after is not None:
            began.remove(after)
            made.add(one.lease.name)
    return made


def _frozen(one: IdentitySeen, now: Mono, thresholds: Thresholds) -> bool:
    return one.lease.gone_at is None and one.lease.silence(now) > thresholds.identity_frozen


def _fresh(one: _Found, now: Mono, thresholds: Thresholds) -> bool:
    lease = one.identity.lease if one.identity is not None else None
    return (
        lease is not None
        and lease.gone_at is None
        and lease.silence(now) <= thresholds.identity_frozen
        and not (lease.stale_on_arrival and not lease.confirmed)
    )


def _check_one(
    builder: VerdictBuilder, one: _Found, seen: ApiServerObservation, now: Mono, thresholds: Thresholds
) -> Instance | None:
    """One server on the scales; None if it is only the trace of one that no longer is."""
    state, because = State.UNKNOWN, ""
    lease = one.identity.lease if one.identity is not None else None
    name = one.pod.name if one.pod is not None else one.host
    if lease is not None and lease.gone_at is None:
        source, should_be = f"lease kube-system/{lease.name}", f"renewed within {thresholds.identity_frozen:.0f} s"
        unseen = lease.is_unseen(now, thresholds.identity_frozen, thresholds.hold_probe)
        if _fresh(one, now, thresholds) and unseen:
            text = f"nothing seen for {ago(lease.changed_at)}"
            builder.hidden(Evidence(f"identity of {one.host}", text, should_be, State.UNKNOWN, source, lease.changed_at))
            because = "Identity leases could not be read for a while, and this one has not been seen renewed since."
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
            builder.ripens(lease.stale_since + thresholds.identity_frozen)
            if one.listed is not True and one.pod is None:
                return None
            builder.hidden(
                Evidence(
                    f"identity of {one.host}", "already old when first seen", should_be, State.UNKNOWN, source, lease.changed_at
                )
            )
        elif seen.writes_blocked:
            text = f"not renewed for {ago(lease.changed_at)}; cannot be judged while {seen.writes_blocked}"
            builder.hidden(Evidence(f"identity of {one.host}", text, should_be, State.UNKNOWN, source, lease.changed_at))
        else:
            if not one.lost:
                return None
            text = f"not renewed for {ago(lease.changed_at)}"
            line = Evidence(f"identity of {one.host}", text, should_be, State.DEGRADED, source, lease.changed_at)
            builder.bad(
                line,
                f"The API server on {one.host} has not renewed its identity lease for {ago(lease.changed_at)}.",
                "instance-lost",
                about=one.host,
            )
            state, because = State.DOWN, f"Its identity lease has not been renewed for {ago(lease.changed_at)}."
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
            builder.worse(
                State.DEGRADED,
                f"{pod.name}: {said[0].lower() if not pod.reason else said[0]}{said[1:]}",
                "pod-not-ready",
                hold=thresholds.hold_condition,
                about=pod.name,
            )
            if state is not State.DOWN:
                state, because = State.DEGRADED, said
        elif not pod.silent and state is State.UNKNOWN:
            state, because = State.HEALTHY, ""
    # Which of several versions a server without a pod runs, nobody tells.
    version = pod.version if pod is not None else seen.server.newest if len(seen.server.versions) < 2 else ""
    return Instance(
        name=name,
        host=one.host,
        leader=False,
        state=state,
        because=because,
        version=version,
        restarts=pod.restarts if pod is not None else None,
    )


def upgrade(seen: ApiServerObservation) -> str:
    """What is said while API servers of several minor versions are seen; empty otherwise."""
    minors = sorted({found for version in _versions(seen) if (found := minor_of(version)) is not None})
    if len(minors) < 2:
        return ""
    told = [f"{major}.{minor}" for major, minor in minors]
    return f"API servers of {', '.join(told[:-1])} and {told[-1]}: an upgrade is under way."


def _versions(seen: ApiServerObservation) -> list[str]:
    told = {pod.version for pod in seen.pods if pod.version} | set(seen.server.versions or filter(None, (seen.server.version,)))
    return sorted(told, key=lambda one: (order(one), one))


def _check_versions(builder: VerdictBuilder, seen: ApiServerObservation) -> None:
    versions = _versions(seen)
    minors = sorted({found for version in versions if (found := minor_of(version)) is not None})
    should_be = "within 1 minor version of each other"
    text = ", ".join(versions) or "not known"
    if not minors:
        builder.hidden(Evidence("versions", text, should_be, State.NOT_OBSERVABLE, "GET /version", seen.server.at))
    elif minors[-1][1] - minors[0][1] > 1 or minors[-1][0] != minors[0][0]:
        line = Evidence("versions", text, should_be, State.DEGRADED, "GET /version, images", seen.server.at)
        builder.bad(line, f"API servers run versions more than 1 minor version apart: {text}.", "skew")
    else:
        builder.good(Evidence("versions", text, should_be, State.HEALTHY, "GET /version, images", seen.server.at))
