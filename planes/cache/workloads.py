"""Workloads, endpoints, API services and webhooks in memory, each with since when it is as it is."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from planes.cache.certificates import Bundles
from planes.cache.dating import dated
from planes.cache.recent import Noted, Recent
from planes.structs import objects
from planes.structs.moments import Epoch, Mono
from planes.structs.timestamps import latest
from planes.structs.workload_observations import ApiServiceSeen, EndpointSeen, EndpointsSeen, WebhookSeen, WorkloadSeen

#: On an EndpointSlice: when that happened for which its controller last changed it.
_TRIGGERED = "endpoints.kubernetes.io/last-change-trigger-time"

#: What is kept of a DaemonSet's containers: by these a dataplane says that it takes kube-proxy's place. Nothing else, for values
#: may be secret.
_VARIABLES = frozenset({"FELIX_BPFENABLED"})
_ARGUMENTS = ("--kube-proxy-replacement", "--run-service-proxy")


def _key(meta: objects.LabelledMeta) -> str:
    return f"{meta.namespace}/{meta.name}"


def _settings(one: objects.DaemonSet) -> tuple[str, ...]:
    found: list[str] = []
    for container in one.spec.template.spec.containers:
        found += [f"{var.name}={var.value}" for var in container.env if var.name in _VARIABLES]
        found += [word for word in (*container.command, *container.args) if word.startswith(_ARGUMENTS)]
    return tuple(found)


class WorkloadStore:
    """DaemonSets or Deployments. `version` counts changes of which there are; `noticed`: since we watch, a controller was seen to
    take notice of one (its observedGeneration moved)."""

    __slots__ = ("_observed", "_recent", "kind", "noticed", "seen", "version")

    def __init__(self, kind: str, recent: Recent | None = None) -> None:
        self.kind = kind
        self._recent = recent if recent is not None else Recent()
        self.seen: dict[str, WorkloadSeen] = {}
        self.version = 0
        self.noticed = False
        self._observed: dict[str, int] = {}

    def changed(self, one: objects.DaemonSet | objects.Deployment, at: Mono) -> None:
        """Added or modified."""
        meta, key = one.metadata, _key(one.metadata)
        before = self.seen.get(key)
        observed = self._observed.get(key)
        self.noticed = self.noticed or (observed is not None and one.status.observedGeneration > observed)
        self._observed[key] = one.status.observedGeneration
        self.version += before is None
        lagging = before.lagging_since if before is not None else None
        lagging = None if one.status.observedGeneration >= meta.generation else lagging if lagging is not None else at
        if lagging is None:
            self._recent.ended(Noted.LAG, self.name_of(key))
        else:
            self._recent.began(Noted.LAG, self.name_of(key), lagging)
        if isinstance(one, objects.DaemonSet):
            desired, ready = one.status.desiredNumberScheduled, one.status.numberReady
        else:
            desired, ready = 1 if one.spec.replicas is None else one.spec.replicas, one.status.readyReplicas
        app = meta.labels.get("k8s-app") or meta.labels.get("app.kubernetes.io/name") or meta.name
        self.seen[key] = WorkloadSeen(
            kind=self.kind,
            namespace=meta.namespace,
            name=meta.name,
            app=app,
            desired=desired,
            ready=ready,
            seen_at=at,
            lagging_since=lagging,
            labels=meta.labels,
            settings=_settings(one) if isinstance(one, objects.DaemonSet) else (),
        )

    def gone(self, one: objects.DaemonSet | objects.Deployment, at: Mono) -> None:
        """Deleted."""
        self._drop(_key(one.metadata))

    def _drop(self, key: str) -> None:
        self._observed.pop(key, None)
        self.version += self.seen.pop(key, None) is not None
        self._recent.ended(Noted.LAG, self.name_of(key))

    def name_of(self, key: str) -> str:
        """By what its lag is noted."""
        return f"{self.kind} {key}"

    def listed(self, items: Iterable[objects.DaemonSet | objects.Deployment], at: Mono) -> None:
        """A complete list."""
        present: set[str] = set()
        for one in items:
            present.add(_key(one.metadata))
            self.changed(one, at)
        for key in [key for key in self.seen if key not in present]:
            self._drop(key)

    def find(self, *apps: str, namespace: str = "kube-system") -> WorkloadSeen | None:
        """The one in a namespace that is called or labelled so."""
        found = (one for _, one in sorted(self.seen.items()) if one.namespace == namespace)
        return next((one for one in found if one.app in apps or one.name in apps), None)

    def lagging(self, wall_offset: float | None = None) -> tuple[WorkloadSeen, ...]:
        """Those whose controller has not taken notice of the newest generation. `wall_offset`: our wall clock minus our monotonic
        one."""
        late = [(key, one, one.lagging_since) for key, one in self.seen.items() if one.lagging_since is not None]
        if wall_offset is None:
            return tuple(one for _, one, _ in late)
        noted = self._recent
        return tuple(
            replace(one, lagging_since=noted.since(Noted.LAG, self.name_of(key), since, wall_offset)) for key, one, since in late
        )


@dataclass(frozen=True, slots=True)
class _Turn:
    """When a service had its first ready endpoint, or lost its last. `date`: of that, by the cluster's clock."""

    some: bool
    since: Mono
    seen_at: Mono
    date: Epoch | None
    otherwise_at: Mono | None


class EndpointStore:
    """EndpointSlices by service."""

    __slots__ = ("services", "since", "slices")

    def __init__(self) -> None:
        self.slices: dict[str, objects.EndpointSlice] = {}
        self.services: dict[str, set[str]] = {}
        self.since: dict[str, _Turn] = {}  # by service

    def changed(self, one: objects.EndpointSlice, at: Mono) -> None:
        """Added or modified."""
        key, service = _key(one.metadata), _service(one)
        old = self.slices.get(key)
        if old is not None and _service(old) != service:
            self.gone(old, at)
        self.slices[key] = one
        self.services.setdefault(service, set()).add(key)
        self._recount(service, at)

    def gone(self, one: objects.EndpointSlice, at: Mono) -> None:
        """Deleted."""
        key, service = _key(one.metadata), _service(one)
        self.slices.pop(key, None)
        slices = self.services.get(service)
        if slices is not None:
            slices.discard(key)
            self._recount(service, at)

    def listed(self, items: Iterable[objects.EndpointSlice], at: Mono) -> None:
        """A complete list."""
        present: set[str] = set()
        for one in items:
            present.add(_key(one.metadata))
            self.changed(one, at)
        for key in [key for key in self.slices if key not in present]:
            self.gone(self.slices[key], at)

    def _recount(self, service: str, at: Mono) -> None:
        some = any(end.ready for end in self._endpoints(service))
        before = self.since.get(service)
        if before is None or before.some != some:
            self.since[service] = _Turn(some, at, at, self._date(service), before.seen_at if before is not None else None)
        else:
            # Of what is listed slice by slice, the last that changed decides.
            date = self._date(service) if before.since == at else before.date
            self.since[service] = replace(before, seen_at=at, date=date)

    def _date(self, service: str) -> Epoch | None:
        """When a service's endpoints were last changed; None if not all of its slices tell."""
        slices = self.services.get(service, set())
        dates = [latest(self.slices[key].metadata.annotations.get(_TRIGGERED)) for key in slices]
        known = [one for one in dates if one is not None]
        return max(known) if known and len(known) == len(dates) else None

    def _endpoints(self, service: str) -> list[EndpointSeen]:
        found: dict[str, EndpointSeen] = {}
        for key in sorted(self.services.get(service, ())):
            for end in self.slices[key].endpoints or ():
                ready = end.conditions.ready is not False  # nil means ready, says the API
                for address in end.addresses[:1]:
                    found[address] = EndpointSeen(address=address, ready=ready, node=end.nodeName or "")
        return list(found.values())

    def find(self, service: str, offset: float | None = None) -> EndpointsSeen | None:
        """The endpoints of a service "namespace/name"; None if there are none and never were. `offset`: the cluster's clock minus
        our monotonic one."""
        turn = self.since.get(service)
        if turn is None:
            return None
        since = dated(turn.since, turn.date, offset, turn.otherwise_at)
        return EndpointsSeen(endpoints=tuple(self._endpoints(service)), since=since, seen_at=turn.seen_at)


def _service(one: objects.EndpointSlice) -> str:
    return f"{one.metadata.namespace}/{one.metadata.labels.get('kubernetes.io/service-name', one.metadata.name)}"


class ApiServiceStore:
    """APIServices, with since when each is available or not."""

    __slots__ = ("_dates", "_seen_at", "bundles", "seen", "specs")

    def __init__(self) -> None:
        self.seen: dict[str, ApiServiceSeen] = {}
        self.specs: dict[str, objects.APIServiceSpec] = {}
        self.bundles = Bundles()
        #: When each turned by the cluster's clock, and when we last saw it to be otherwise.
        self._dates: dict[str, tuple[Epoch | None, Mono | None]] = {}
        self._seen_at: dict[str, Mono] = {}

    def changed(self, one: objects.APIService, at: Mono) -> None:
        """Added or modified."""
        name = one.metadata.name
        condition = next((c for c in one.status.conditions if c.type == "Available"), None)
        available = condition is not None and condition.status == "True"
        reason = "" if available else (condition.reason or condition.message if condition is not None else "no condition yet")
        before = self.seen.get(name)
        since = before.since if before is not None and before.available == available else at
        if before is None or before.available != available:
            self._dates[name] = (latest(condition.lastTransitionTime) if condition is not None else None, self._seen_at.get(name))
        self.seen[name] = ApiServiceSeen(name=name, available=available, reason=reason, since=since)
        self._seen_at[name] = at
        self.specs[name] = one.spec
        self.bundles.took(name, (one.spec.caBundle,))

    def dated(self, offset: float | None) -> dict[str, ApiServiceSeen]:
        """By name, each since when the cluster says. `offset`: the cluster's clock minus our monotonic one."""
        made: dict[str, ApiServiceSeen] = {}
        for name, one in self.seen.items():
            date, otherwise_at = self._dates[name]
            made[name] = replace(one, since=dated(one.since, date, offset, otherwise_at))
        return made

    def gone(self, one: objects.APIService, at: Mono) -> None:
        """Deleted."""
        self._drop(one.metadata.name)

    def _drop(self, name: str) -> None:
        if self.seen.pop(name, None) is not None:
            del self._dates[name], self._seen_at[name], self.specs[name]
            self.bundles.forget(name)

    def listed(self, items: Iterable[objects.APIService], at: Mono) -> None:
        """A complete list."""
        present: set[str] = set()
        for one in items:
            present.add(one.metadata.name)
            self.changed(one, at)
        for name in [name for name in self.seen if name not in present]:
            self._drop(name)


#: A webhook within its configuration: its name, and which of that name it is (v1beta1 let two have one).
_Hook = tuple[str, int]


def _hooks(one: objects.WebhookConfiguration) -> dict[_Hook, objects.Webhook]:
    found: dict[_Hook, objects.Webhook] = {}
    for hook in one.webhooks:
        found[hook.name, sum(name == hook.name for name, _ in found)] = hook
    return found


def _called(hook: objects.Webhook) -> tuple[objects.ServiceRef | None, str | None]:
    """What it calls. Whom it trusts there is renewed now and then, and is nothing else than before."""
    return hook.clientConfig.service, hook.clientConfig.url


class WebhookStore:
    """Webhook configurations of one kind, and since when each of their webhooks calls what it calls. Who is behind each is looked
    up when asked."""

    __slots__ = ("_sights", "bundles", "configurations", "since")

    def __init__(self) -> None:
        self.bundles = Bundles()
        self.configurations: dict[str, objects.WebhookConfiguration] = {}
        self.since: dict[str, dict[_Hook, Mono]] = {}
        self._sights: dict[str, Mono] = {}  # when each was first seen, and so was what it calls

    def changed(self, one: objects.WebhookConfiguration, at: Mono) -> None:
        """Added or modified."""
        name = one.metadata.name
        old = self.configurations.get(name)
        same = old is not None and old.metadata.uid == one.metadata.uid
        before, since = _hooks(old) if old is not None and same else {}, self.since.get(name, {})
        self.configurations[name] = one
        if not same:
            self._sights[name] = at
        self.bundles.took(name, (hook.clientConfig.caBundle for hook in one.webhooks))
        self.since[name] = {
            key: since[key] if key in before and _called(before[key]) == _called(hook) else at for key, hook in _hooks(one).items()
        }

    def gone(self, one: objects.WebhookConfiguration, at: Mono) -> None:
        """Deleted."""
        for kept in (self.configurations, self.since, self._sights):
            kept.pop(one.metadata.name, None)
        self.bundles.forget(one.metadata.name)

    def listed(self, items: Iterable[objects.WebhookConfiguration], at: Mono) -> None:
        """A complete list."""
        present: set[str] = set()
        for one in items:
            present.add(one.metadata.name)
            self.changed(one, at)
        for name in [name for name in self.configurations if name not in present]:
            del self.configurations[name], self.since[name], self._sights[name]
            self.bundles.forget(name)

    def seen(self, books: Iterable[tuple[EndpointStore, str | None]], offset: float | None = None) -> list[WebhookSeen]:
        """Each webhook with its ready endpoints, looked up in `books`: a book and the namespace it is whole for (None: all). What
        is told of it began no sooner than it calls that service. `offset`: the cluster's clock minus our monotonic one."""
        listed = list(books)
        made: list[WebhookSeen] = []
        for name, configuration in sorted(self.configurations.items()):
            created = latest(configuration.metadata.creationTimestamp)
            for key, hook in _hooks(configuration).items():
                since = self.since[name][key]
                if since == self._sights[name]:
                    since = dated(since, created, offset)
                closed = hook.failurePolicy != "Ignore"  # Fail is the default
                ref = hook.clientConfig.service
                if ref is None:
                    made.append(
                        WebhookSeen(
                            name=hook.name,
                            fails_closed=closed,
                            service=hook.clientConfig.url or "",
                            ready=None,
                            since=since,
                            configuration=name,
                        )
                    )
                    continue
                service = f"{ref.namespace}/{ref.name}"
                ready: int | None = None
                for book, namespace in listed:
                    if namespace is not None and namespace != ref.namespace:
                        continue
                    found = book.find(service, offset)
                    ready = 0 if found is None else sum(end.ready for end in found.endpoints)
                    since = since if found is None else max(since, found.since)
                    break
                made.append(
                    WebhookSeen(name=hook.name, fails_closed=closed, service=service, ready=ready, since=since, configuration=name)
                )
        return made
