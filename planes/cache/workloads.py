"""Workloads, endpoints, API services and webhooks in memory, each with since when it is as it is."""

from collections.abc import Iterable

from planes.structs import objects
from planes.structs.moments import Mono
from planes.structs.observations import ApiServiceSeen, EndpointSeen, EndpointsSeen, WebhookSeen, WorkloadSeen


def _key(meta: objects.LabelledMeta) -> str:
    return f"{meta.namespace}/{meta.name}"


class WorkloadStore:
    """DaemonSets or Deployments."""

    __slots__ = ("kind", "seen")

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.seen: dict[str, WorkloadSeen] = {}

    def changed(self, one: objects.DaemonSet | objects.Deployment, at: Mono) -> None:
        """Added or modified."""
        meta, key = one.metadata, _key(one.metadata)
        before = self.seen.get(key)
        lagging = before.lagging_since if before is not None else None
        lagging = None if one.status.observedGeneration >= meta.generation else lagging if lagging is not None else at
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
        )

    def gone(self, one: objects.DaemonSet | objects.Deployment, at: Mono) -> None:
        """Deleted."""
        self.seen.pop(_key(one.metadata), None)

    def listed(self, items: Iterable[objects.DaemonSet | objects.Deployment], at: Mono) -> None:
        """A complete list."""
        present: set[str] = set()
        for one in items:
            present.add(_key(one.metadata))
            self.changed(one, at)
        for key in [key for key in self.seen if key not in present]:
            del self.seen[key]

    def find(self, *apps: str) -> WorkloadSeen | None:
        """The one that is called or labelled so."""
        return next((one for _, one in sorted(self.seen.items()) if one.app in apps or one.name in apps), None)

    def lagging(self) -> tuple[WorkloadSeen, ...]:
        """Those whose controller has not taken notice of the newest generation."""
        return tuple(one for one in self.seen.values() if one.lagging_since is not None)


class EndpointStore:
    """EndpointSlices by service."""

    __slots__ = ("services", "since", "slices")

    def __init__(self) -> None:
        self.slices: dict[str, objects.EndpointSlice] = {}
        self.services: dict[str, set[str]] = {}
        self.since: dict[str, tuple[bool, Mono, Mono]] = {}  # service -> some ready, since, seen at

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
        self.since[service] = (some, before[1] if before is not None and before[0] == some else at, at)

    def _endpoints(self, service: str) -> list[EndpointSeen]:
        found: dict[str, EndpointSeen] = {}
        for key in sorted(self.services.get(service, ())):
            for end in self.slices[key].endpoints or ():
                ready = end.conditions.ready is not False  # nil means ready, says the API
                for address in end.addresses[:1]:
                    found[address] = EndpointSeen(address=address, ready=ready, node=end.nodeName or "")
        return list(found.values())

    def find(self, service: str) -> EndpointsSeen | None:
        """The endpoints of a service "namespace/name"; None if there are none and never were."""
        since = self.since.get(service)
        if since is None:
            return None
        return EndpointsSeen(endpoints=tuple(self._endpoints(service)), since=since[1], seen_at=since[2])


def _service(one: objects.EndpointSlice) -> str:
    return f"{one.metadata.namespace}/{one.metadata.labels.get('kubernetes.io/service-name', one.metadata.name)}"


class ApiServiceStore:
    """APIServices, with since when each is available or not."""

    __slots__ = ("seen",)

    def __init__(self) -> None:
        self.seen: dict[str, ApiServiceSeen] = {}

    def changed(self, one: objects.APIService, at: Mono) -> None:
        """Added or modified."""
        name = one.metadata.name
        condition = next((c for c in one.status.conditions if c.type == "Available"), None)
        available = condition is not None and condition.status == "True"
        reason = "" if available else (condition.reason or condition.message if condition is not None else "no condition yet")
        before = self.seen.get(name)
        since = before.since if before is not None and before.available == available else at
        self.seen[name] = ApiServiceSeen(name=name, available=available, reason=reason, since=since)

    def gone(self, one: objects.APIService, at: Mono) -> None:
        """Deleted."""
        self.seen.pop(one.metadata.name, None)

    def listed(self, items: Iterable[objects.APIService], at: Mono) -> None:
        """A complete list."""
        present: set[str] = set()
        for one in items:
            present.add(one.metadata.name)
            self.changed(one, at)
        for name in [name for name in self.seen if name not in present]:
            del self.seen[name]


#: A webhook within its configuration: its name, and which of that name it is (v1beta1 let two have one).
_Hook = tuple[str, int]


def _hooks(one: objects.WebhookConfiguration) -> dict[_Hook, objects.Webhook]:
    found: dict[_Hook, objects.Webhook] = {}
    for hook in one.webhooks:
        found[hook.name, sum(name == hook.name for name, _ in found)] = hook
    return found


class WebhookStore:
    """Webhook configurations of one kind, and since when each of their webhooks calls what it calls. Who is behind each is looked
    up when asked."""

    __slots__ = ("configurations", "since")

    def __init__(self) -> None:
        self.configurations: dict[str, objects.WebhookConfiguration] = {}
        self.since: dict[str, dict[_Hook, Mono]] = {}

    def changed(self, one: objects.WebhookConfiguration, at: Mono) -> None:
        """Added or modified."""
        name = one.metadata.name
        old = self.configurations.get(name)
        same = old is not None and old.metadata.uid == one.metadata.uid
        before, since = _hooks(old) if old is not None and same else {}, self.since.get(name, {})
        self.configurations[name] = one
        self.since[name] = {
            key: since[key] if key in before and before[key].clientConfig == hook.clientConfig else at
            for key, hook in _hooks(one).items()
        }

    def gone(self, one: objects.WebhookConfiguration, at: Mono) -> None:
        """Deleted."""
        self.configurations.pop(one.metadata.name, None)
        self.since.pop(one.metadata.name, None)

    def listed(self, items: Iterable[objects.WebhookConfiguration], at: Mono) -> None:
        """A complete list."""
        present: set[str] = set()
        for one in items:
            present.add(one.metadata.name)
            self.changed(one, at)
        for name in [name for name in self.configurations if name not in present]:
            del self.configurations[name], self.since[name]

    def seen(self, books: Iterable[tuple[EndpointStore, str | None]]) -> list[WebhookSeen]:
        """Each webhook with its ready endpoints, looked up in `books`: a book and the namespace it is whole for (None: all). What
        is told of it began no sooner than it calls that service."""
        listed = list(books)
        made: list[WebhookSeen] = []
        for name, configuration in sorted(self.configurations.items()):
            for key, hook in _hooks(configuration).items():
                since = self.since[name][key]
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
                        )
                    )
                    continue
                service = f"{ref.namespace}/{ref.name}"
                ready: int | None = None
                for book, namespace in listed:
                    if namespace is not None and namespace != ref.namespace:
                        continue
                    found = book.find(service)
                    ready = 0 if found is None else sum(end.ready for end in found.endpoints)
                    since = since if found is None else max(since, found.since)
                    break
                made.append(WebhookSeen(name=hook.name, fails_closed=closed, service=service, ready=ready, since=since))
        return made
