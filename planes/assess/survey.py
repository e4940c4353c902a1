"""Looking a cluster over for what changes seldom: certificates, deprecated APIs in use, webhooks in the way of an upgrade. Pure."""

from collections.abc import Iterable, Iterator

from planes.assess.certificates import lead_of
from planes.cache.certificates import Shown
from planes.components.apiserver_figures import certificate_bound
from planes.components.apiserver_observing import webhooks_of
from planes.components.node_kinds import kind_of
from planes.components.verdict_builder import feed_gap
from planes.components.view import ClusterView
from planes.structs import objects
from planes.structs.admission import WebhookRule
from planes.structs.certificates import Bundle, Credentials
from planes.structs.feeds import FEEDS, Feed
from planes.structs.moments import Epoch, Mono
from planes.structs.survey import CertificateRow, GapRow, Held, HookRow, RunRow, SurveyRow, Untold
from planes.structs.thresholds import Thresholds
from planes.structs.time_tokens import to_epoch
from planes.structs.versions import order
from planes.structs.workload_observations import WebhookSeen

#: It is looked over so often, in seconds.
EVERY = 5.0
#: When something was last seen is told to so many seconds: a row that says nothing else new is not written again.
_STEP = 60.0
#: Rows of a kind: a cluster with more webhooks than that has other troubles.
_MOST = 300
#: What an upgrade asks of the API server, and why: the group, resource and operation (kubernetes.io, "Upgrading kubeadm clusters",
#: "Safely Drain a Node"). Resources as rules of webhooks name them.
DONE_BY_AN_UPGRADE = (
    ("", "pods", "CREATE"),
    ("", "pods/eviction", "CREATE"),
    ("", "nodes", "CREATE"),
    ("", "nodes", "UPDATE"),
    ("apps", "daemonsets", "UPDATE"),
    ("apps", "deployments", "UPDATE"),
    ("coordination.k8s.io", "leases", "UPDATE"),
)
#: Components of the control plane and of nodes whose version their pods tell; kubelets tell their own.
RUN_BY_PODS = ("kube-controller-manager", "kube-scheduler", "cloud-controller-manager", "kube-proxy")
#: Of many, so many are named.
_FEW = 3
_NAMED = "kubernetes.io/metadata.name"
_FEEDS = (Feed.NODES, Feed.SYSTEM_PODS, Feed.API_SERVICES, Feed.VALIDATING_WEBHOOKS, Feed.MUTATING_WEBHOOKS)


class Surveyor:
    """Looks one cluster over, now and then."""

    def __init__(self, thresholds: Thresholds) -> None:
        self._thresholds = thresholds
        self._row: SurveyRow | None = None
        self._looked: Mono | None = None

    def look(self, view: ClusterView, now: Mono, offset: float, *, full: bool = False) -> SurveyRow | None:
        """What is found, if it differs from what was; with `full` in any case. `offset` leads from our monotonic clock to epoch
        seconds."""
        if not full and self._looked is not None and now - self._looked < EVERY:
            return None
        self._looked, before = now, self._row
        self._row = survey(view, now, offset, self._thresholds)
        return self._row if full or self._row != before else None


def survey(view: ClusterView, now: Mono, offset: float, thresholds: Thresholds) -> SurveyRow:
    """All of it at `now`."""
    cache = view.cache
    endpoints = cache.apiserver_endpoints.find("default/kubernetes", view.dating)
    hooks = webhooks_of(view)
    certificates = (*_serving(view, offset, thresholds), *_own(view, thresholds), *_trusted(view, thresholds))
    return SurveyRow(
        certificates=certificates,
        deprecated=tuple(cache.deprecated.apis[:_MOST]),
        scraped=cache.deprecated.count,
        scraped_at=None if cache.deprecated.at is None else _minute(cache.deprecated.at, offset),
        servers=len(endpoints.endpoints) if endpoints is not None else None,
        versions=view.server.versions,
        unsettled=view.server.unsettled,
        runs=tuple(_runs(view)),
        hooks=tuple(_hooks(view, hooks))[:_MOST],
        hooks_open=sum(not one.fails_closed for one in hooks),
        gaps=tuple(_gaps(view, now, offset, thresholds)),
    )


def _minute(at: Mono, offset: float) -> Epoch:
    return Epoch((at + offset) // _STEP * _STEP)


# --- certificates -------------------------------------------------------------------------------------------------------------


def _serving(view: ClusterView, offset: float, thresholds: Thresholds) -> Iterator[CertificateRow]:
    hosts = view.host_names()
    for shown, after in view.cache.reach.servers.serving.seen():
        one = shown.certificate
        nodes = sorted({hosts[address] for address in shown.addresses if address in hosts})
        yield CertificateRow(
            held=Held.SERVING,
            name=", ".join(nodes),
            certificates=(one,),
            where=tuple(sorted(shown.addresses)) or (view.cache.reach.connected_to,),
            lead={one.mark: _serving_lead(view, shown, thresholds)},
            seen_at=_minute(shown.last, offset),
            after=_minute(after.first, offset) if after is not None else None,
        )


def _serving_lead(view: ClusterView, shown: Shown, thresholds: Thresholds) -> float:
    """As the API server is judged, where this is the one that it is judged by."""
    server = view.server
    if server.certificate_not_after == shown.certificate.ends:
        return certificate_bound(server, thresholds)
    return lead_of(shown.certificate, thresholds)


def _own(view: ClusterView, thresholds: Thresholds) -> Iterator[CertificateRow]:
    told: Credentials | None = view.cache.reach.servers.credentials
    if told is None:
        return
    if told.client is not None:
        yield CertificateRow(
            held=Held.CLIENT,
            name=told.words,
            certificates=(told.client,),
            # What renews itself does so shortly before its end: nothing is late before that.
            lead={} if told.renewed else {told.client.mark: lead_of(told.client, thresholds)},
            renewed=told.renewed,
        )
    else:
        expires = None if told.expires is None else Epoch(told.expires)
        untold = Untold.UNSAID if expires is None else None
        yield CertificateRow(held=Held.TOKEN, name=told.words, expires=expires, untold=untold, renewed=told.renewed)
    unchecked = None if told.verified else Untold.UNCHECKED
    yield _bundled(Held.TRUSTED, told.source, told.trusted, Untold.ROOTS if told.roots else unchecked, thresholds)


def _bundled(
    held: Held,
    name: str,
    bundle: Bundle,
    untold: Untold | None,
    thresholds: Thresholds,
    *,
    where: Iterable[str] = (),
    closed: bool = False,
    count: int = 1,
) -> CertificateRow:
    return CertificateRow(
        held=held,
        name=name,
        certificates=bundle.certificates,
        unread=bundle.unread,
        untold=untold if untold is not None or bundle.certificates else Untold.UNREAD,
        where=tuple(where),
        lead={one.mark: lead_of(one, thresholds) for one in bundle.certificates},
        closed=closed,
        count=count,
    )


def _trusted(view: ClusterView, thresholds: Thresholds) -> Iterator[CertificateRow]:
    """What the API server is told to trust: of each webhook configuration, and of each API service that is served elsewhere."""
    for store in (view.cache.validating, view.cache.mutating):
        for name, configuration in sorted(store.configurations.items())[:_MOST]:
            by_bundle: dict[str, list[objects.Webhook]] = {}
            for hook in configuration.webhooks:
                by_bundle.setdefault(hook.clientConfig.caBundle, []).append(hook)
            for text, hooks in by_bundle.items():
                bundle, untold = store.bundles.of(name, text), None if text else Untold.ROOTS
                where = sorted({_called(hook) for hook in hooks})
                closed = any(hook.failurePolicy != "Ignore" for hook in hooks)
                yield _bundled(Held.WEBHOOK, name, bundle, untold, thresholds, where=where, closed=closed, count=len(hooks))
    services = view.cache.api_services
    for name, spec in sorted(services.specs.items())[:_MOST]:
        if spec.service is not None:
            untold = Untold.UNCHECKED if spec.insecureSkipTLSVerify else None if spec.caBundle else Untold.ROOTS
            called = f"{spec.service.namespace}/{spec.service.name}"
            bundle = services.bundles.of(name, spec.caBundle)
            yield _bundled(Held.API_SERVICE, name, bundle, untold, thresholds, where=(called,))


def _called(hook: objects.Webhook) -> str:
    ref = hook.clientConfig.service
    return f"{ref.namespace}/{ref.name}" if ref is not None else hook.clientConfig.url or ""


# --- webhooks -----------------------------------------------------------------------------------------------------------------


def _hooks(view: ClusterView, seen: Iterable[WebhookSeen]) -> Iterator[HookRow]:
    """Those that refuse what they do not answer."""
    written: dict[tuple[str, str], objects.Webhook] = {}
    for store in (view.cache.validating, view.cache.mutating):
        for name, configuration in store.configurations.items():
            written.update({(name, hook.name): hook for hook in configuration.webhooks})
    for one in seen:
        hook = written.get((one.configuration, one.name))
        if one.fails_closed and hook is not None:
            yield HookRow(one.configuration, one.name, one.service, one.ready, tuple(caught(hook)), spared(hook))


def caught(hook: objects.Webhook) -> list[str]:
    """What of an upgrade passes through a webhook by its rules, such as "pods: create". Its selectors may leave some of it out."""
    return [
        f"{resource}: {operation.lower()}"
        for group, resource, operation in DONE_BY_AN_UPGRADE
        if any(_matches(rule, group, resource, operation) for rule in hook.rules or ())
    ]


def _matches(rule: WebhookRule, group: str, resource: str, operation: str) -> bool:
    """As the API server matches a rule: "*" is every resource but no subresource, "*/*" is both, "pods/*" every subresource of
    pods, "*/scale" that one of every resource (kubernetes.io, "Dynamic Admission Control")."""
    kind, _, sub = resource.partition("/")
    named = {resource, "*/*", f"{kind}/*", f"*/{sub}"} if sub else {resource, "*", "*/*"}
    return (
        not {"*", group}.isdisjoint(rule.apiGroups)
        and not {"*", operation}.isdisjoint(rule.operations)
        and not named.isdisjoint(rule.resources)
    )


def spared(hook: objects.Webhook) -> tuple[str, ...]:
    """The namespaces that its selector leaves out by name."""
    asked = hook.namespaceSelector.matchExpressions if hook.namespaceSelector is not None else ()
    return tuple(sorted({value for one in asked if one.key == _NAMED and one.operator == "NotIn" for value in one.values}))


# --- versions -----------------------------------------------------------------------------------------------------------------


def _runs(view: ClusterView) -> Iterator[RunRow]:
    """Which versions run, by kind, the oldest first."""
    system = view.cache.system_pods
    for kind in RUN_BY_PODS:
        pods = [one for one in system.of(kind) if one.pod.metadata.deletionTimestamp is None]
        yield from _counted(kind, [(one.version, one.own_version, one.pod.metadata.name) for one in pods])
    nodes = []
    for name, track in view.cache.nodes.items():
        kind_of_node = kind_of(track.node)
        if not kind_of_node.placeholder:
            nodes.append((track.node.status.nodeInfo.kubeletVersion, kind_of_node.own_version, name))
    yield from _counted("kubelet", nodes)


def _counted(kind: str, found: Iterable[tuple[str, bool, str]]) -> list[RunRow]:
    by: dict[tuple[str, bool], list[str]] = {}
    for version, own, name in found:
        by.setdefault((version, own), []).append(name)
    made = [RunRow(kind, version, len(names), tuple(sorted(names)[:_FEW]), own) for (version, own), names in by.items()]
    return sorted(made, key=lambda one: (order(one.version), one.version, one.own))


# --- what was not read --------------------------------------------------------------------------------------------------------


def _gaps(view: ClusterView, now: Mono, offset: float, thresholds: Thresholds) -> Iterator[GapRow]:
    for feed in _FEEDS:
        seen = view.feed(feed)
        gap = feed_gap(seen, "", "", now, thresholds)
        if gap is not None:
            yield GapRow(feed.value, FEEDS[feed].title, to_epoch(gap.now, offset), seen.listed_at is not None)
