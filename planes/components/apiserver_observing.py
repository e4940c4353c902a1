"""What is seen of the API servers of one cluster, from every side."""

from planes.cache.leases import LeaseTrack
from planes.cache.workloads import EndpointStore
from planes.components.divided import others
from planes.components.view import ClusterView
from planes.structs import objects
from planes.structs.events import FOR_GOOD
from planes.structs.feeds import Feed
from planes.structs.observations import ApiServerObservation, IdentitySeen
from planes.structs.workload_observations import WebhookSeen

IDENTITY_LABEL = "apiserver.kubernetes.io/identity"


def observe(view: ClusterView) -> ApiServerObservation:
    """The API servers."""
    cache = view.cache
    tracks = {name: one for name, one in cache.system_leases.tracks.items() if _is_identity(one)}
    identities = tuple(_identity(view, name, one) for name, one in tracks.items() if one.gone_at is None)
    webhook = view.feed(Feed.WEBHOOK_ENDPOINTS)
    validating, mutating = view.feed(Feed.VALIDATING_WEBHOOKS), view.feed(Feed.MUTATING_WEBHOOKS)
    webhooks = webhooks_of(view)
    # Who is behind them is asked for once they are known: until it was told, nothing is known of any.
    untold = webhook.listed_at is None and (webhook.fault is None or webhook.fault.kind not in FOR_GOOD)
    asked = webhook if webhooks and untold else mutating
    return ApiServerObservation(
        reach=view.reach,
        livez=view.health("/livez"),
        readyz=view.health("/readyz"),
        server=view.server,
        leases=view.feed(Feed.SYSTEM_LEASES),
        endpoints_feed=view.feed(Feed.APISERVER_ENDPOINTS),
        pods_feed=view.feed(Feed.SYSTEM_PODS),
        api_services_feed=view.feed(Feed.API_SERVICES),
        webhooks_feed=validating if validating.fault is not None or validating.listed_at is None else asked,
        identities=identities,
        endpoints=cache.apiserver_endpoints.find("default/kubernetes", view.dating),
        pods=view.pods("kube-apiserver"),
        rates=view.rates,
        processes=cache.server_rates.seen(),
        api_services=tuple(cache.api_services.dated(view.dating).values()),
        webhooks=webhooks,
        hosts=view.host_names(),
        writes_blocked=view.disruption.blocked,
        others=others(cache),
    )


def webhooks_of(view: ClusterView) -> tuple[WebhookSeen, ...]:
    """Each webhook, with the ready endpoints of its service as far as those can be seen."""
    cache = view.cache
    system, webhook = view.feed(Feed.SYSTEM_ENDPOINTS), view.feed(Feed.WEBHOOK_ENDPOINTS)
    books: list[tuple[EndpointStore, str | None]] = []
    if webhook.listed_at is not None and webhook.fault is None:
        books.append((cache.webhook_endpoints, None))
    if system.listed_at is not None and system.fault is None:
        books.append((cache.system_endpoints, "kube-system"))
    return tuple(cache.validating.seen(books, view.dating) + cache.mutating.seen(books, view.dating))


def _identity(view: ClusterView, name: str, track: LeaseTrack) -> IdentitySeen:
    meta = track.lease.metadata
    labels, annotations = (meta.labels, meta.annotations) if isinstance(meta, objects.LabelledMeta) else ({}, {})
    address = annotations.get("kubernetes.io/peer-advertise-address", "")
    # The identity's own duration is an hour; fresh at first sight is what is within the bound for being frozen.
    fresh, until = view.thresholds.identity_frozen / track.duration, view.cache.system_leases.observed(view.now)
    seen = track.seen(name, view.clock_offset, fresh, until, view.dating)
    host = labels.get("kubernetes.io/hostname", "")
    name = view.host_names().get(host, host)
    node = view.cache.nodes.get(name)
    return IdentitySeen(
        lease=seen,
        host=host,
        address=address.rpartition(":")[0].strip("[]"),
        node=name if node is not None else "",
        leaving=node is not None and (node.node.spec.unschedulable or node.node.metadata.deletionTimestamp is not None),
    )


def _is_identity(track: LeaseTrack) -> bool:
    meta = track.lease.metadata
    return isinstance(meta, objects.LabelledMeta) and meta.labels.get(IDENTITY_LABEL) == "kube-apiserver"
