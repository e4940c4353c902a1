"""One cluster in memory: `apply` an event, then `take_dirty`. Pure: every moment comes with the event.

Nothing else changes a cache. What rules look at is made from it by planes.components; it is judged by planes.assess.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from planes.cache.deprecated import DeprecatedApis
from planes.cache.elsewhere import LeasesElsewhere
from planes.cache.leases import Clock, LeaderLeases, LeaseStore, NodeLeases
from planes.cache.metrics import RatesStore
from planes.cache.node_events import NodeEventStore
from planes.cache.nodes import NodeStore
from planes.cache.pods import PodStore
from planes.cache.reachability import Reachability
from planes.cache.recent import Recent
from planes.cache.routine import is_routine
from planes.cache.server_rates import ServerRates
from planes.cache.stores import ByNode, Dirty, Intake
from planes.cache.system import KindOf, SystemPods
from planes.cache.workloads import ApiServiceStore, EndpointStore, WebhookStore, WorkloadStore
from planes.structs import objects
from planes.structs.events import (
    CacheEvent,
    Changed,
    Connection,
    Failed,
    Gone,
    Graced,
    Health,
    Heard,
    Listed,
    Metrics,
    Paused,
    Polled,
    Served,
    Server,
    Tidied,
    Usage,
)
from planes.structs.feeds import FEEDS, Feed
from planes.structs.objects import Item
from planes.structs.observations import FeedSeen

#: Without a sign of life for so many of its rhythms a feed of leases says nothing any more. [rule]
_PATIENCE = 3.0


class ClusterCache:
    """A cluster as it was last told to us. Its stores are there to be read."""

    def __init__(self, kind_of: KindOf) -> None:
        self._dirty = dirty = Dirty()
        self._clock = clock = Clock()
        self.recent = recent = Recent()
        self.reach = Reachability(recent)
        self.rates = RatesStore()
        self.server_rates = ServerRates()
        self.deprecated = DeprecatedApis()
        self._nodes = NodeStore(dirty, self._node_left, recent)
        self.nodes = self._nodes.tracks
        self.node_leases = NodeLeases(clock, dirty)
        self.system_leases = LeaderLeases(clock, recent=recent)
        self.extra_leases = LeasesElsewhere(clock, FEEDS[Feed.EXTRA_LEASES].rhythm, recent)
        self.pods = PodStore(dirty)
        self.system_pods = SystemPods(dirty, kind_of, recent)
        self.node_events = NodeEventStore(dirty)
        self.daemon_sets = WorkloadStore("DaemonSet", recent)
        self.deployments = WorkloadStore("Deployment", recent)
        self.apiserver_endpoints = EndpointStore()
        self.system_endpoints = EndpointStore()
        self.webhook_endpoints = EndpointStore()
        self.api_services = ApiServiceStore()
        self.validating = WebhookStore()
        self.mutating = WebhookStore()
        self.csi_nodes = ByNode[objects.CSINode](dirty, lambda one: one.metadata.name)
        self.usage: dict[str, tuple[float, float]] = {}
        #: Where each feed goes: the one place that knows which store takes which kind of object.
        self._intakes: dict[Feed, Intake[Any]] = {
            Feed.NODES: Intake(objects.Node, self._nodes),
            Feed.NODE_LEASES: Intake(objects.NodeLease, self.node_leases),
            Feed.SYSTEM_LEASES: Intake(objects.Lease, self.system_leases),
            Feed.EXTRA_LEASES: Intake(objects.Lease, self.extra_leases),
            Feed.PODS: Intake(objects.Pod, self.pods),
            Feed.SYSTEM_PODS: Intake(objects.SystemPod, self.system_pods),
            Feed.DAEMON_SETS: Intake(objects.DaemonSet, self.daemon_sets),
            Feed.DEPLOYMENTS: Intake(objects.Deployment, self.deployments),
            Feed.APISERVER_ENDPOINTS: Intake(objects.EndpointSlice, self.apiserver_endpoints),
            Feed.SYSTEM_ENDPOINTS: Intake(objects.EndpointSlice, self.system_endpoints),
            Feed.WEBHOOK_ENDPOINTS: Intake(objects.EndpointSlice, self.webhook_endpoints),
            Feed.API_SERVICES: Intake(objects.APIService, self.api_services),
            Feed.VALIDATING_WEBHOOKS: Intake(objects.WebhookConfiguration, self.validating),
            Feed.MUTATING_WEBHOOKS: Intake(objects.WebhookConfiguration, self.mutating),
            Feed.CSI_NODES: Intake(objects.CSINode, self.csi_nodes),
            Feed.EVENTS: Intake(objects.Event, self.node_events),
        }
        self._leases: dict[Feed, LeaseStore | LeasesElsewhere] = {
            Feed.NODE_LEASES: self.node_leases,
            Feed.SYSTEM_LEASES: self.system_leases,
            Feed.EXTRA_LEASES: self.extra_leases,
        }
        self._apply: dict[type, Callable[..., None]] = {
            Listed: self._listed,
            Changed: self._changed,
            Gone: self._gone,
            Heard: self._heard,
            Polled: self.reach.polled,
            Failed: self.reach.failed,
            Health: self.reach.took_health,
            Server: self.reach.took_server,
            Connection: self.reach.took_connection,
            Served: self.reach.took_groups,
            Metrics: self._metrics,
            Usage: self._usage,
            Paused: self._paused,
            Graced: self._graced,
            Tidied: self._tidied,
        }

    def apply(self, event: CacheEvent) -> None:
        """Take one event. Events of one feed come in order; between feeds there is none."""
        if not self._dirty.components and not is_routine(event, self.system_leases, self.reach.health):
            self._dirty.components = True
        self._apply[type(event)](event)

    def take_dirty(self) -> Dirty:
        """What has to be looked at again, and from here on nothing."""
        return self._dirty.take()

    @property
    def nodes_version(self) -> int:
        """Counts changes of which nodes there are."""
        return self._nodes.version

    def clock_offset(self, wall_offset: float) -> float | None:
        """What to add to our monotonic clock for the cluster's, in epoch seconds, as far as it is known: by the API server's Date
        header, else by the newest renewTime. `wall_offset`: our wall clock minus our monotonic one."""
        skew = self.reach.server.clock_skew
        return self._clock.newest if skew is None else wall_offset + skew

    def feed(self, feed: Feed, place: str = "") -> FeedSeen:
        """One feed's standing, as rules see it; of one of its places, where each is proven by itself."""
        seen, leases = self.reach.feeds[feed].seen(), self._leases.get(feed)
        if leases is None or next(leases.living(), None) is None:
            return seen
        proven = leases.proven_at(place) if isinstance(leases, LeasesElsewhere) else leases.proven_at
        return replace(seen, proven_at=proven, patience=_PATIENCE * FEEDS[feed].rhythm)

    def beats(self, wall_offset: float) -> dict[str, float]:
        """When each node's lease was last seen to be renewed, in epoch seconds (`wall_offset`: wall clock minus ours). A lease that
        was old at first sight and was not renewed since is left out."""
        offset = self.clock_offset(wall_offset)
        made: dict[str, float] = {}
        for name, track in self.node_leases.tracks.items():
            if track.gone_at is None and (track.confirmed or not track.seen(name, offset, 1.0).stale_on_arrival):
                made[name] = track.changed_at + wall_offset
        return made

    # --- what feeds say -------------------------------------------------------------------------------------------------------

    def _changed(self, event: Changed[Item]) -> None:
        self.reach.flowed(event.feed, event.at)
        self._intakes[event.feed].changed(event.item, event.at)

    def _gone(self, event: Gone[Item]) -> None:
        self.reach.flowed(event.feed, event.at)
        self._intakes[event.feed].gone(event.item, event.at)

    def _listed(self, event: Listed[Item]) -> None:
        self.reach.listed(event.feed, event.at)
        if event.place and event.feed is Feed.EXTRA_LEASES:
            leases = [item for item in event.items if isinstance(item, objects.Lease)]
            self.extra_leases.listed_in(event.place, leases, event.at)
            return
        self._intakes[event.feed].listed(event.items, event.at)

    def _heard(self, event: Heard) -> None:
        self.reach.flowed(event.feed, event.at)
        if not event.proof or (leases := self._leases.get(event.feed)) is None:
            return
        if isinstance(leases, LeasesElsewhere):
            leases.proved(event.at, event.place)
        else:
            leases.proved(event.at)

    def _node_left(self, name: str) -> None:
        self.node_events.forget(name)
        self.system_pods.forget(name)

    # --- what probes and who judges say ---------------------------------------------------------------------------------------

    def _metrics(self, event: Metrics) -> None:
        self.server_rates.took(event)
        self.deprecated.took(event)
        if event.certificate is not None:
            self.reach.servers.serving.took(event.certificate, event.at, event.address)
        if event.apart:
            return
        self.reach.took_figures(event)
        self.rates.took(event)

    def _usage(self, event: Usage) -> None:
        self.reach.took_figures(event)
        if event.fault is not None:
            return
        self._dirty.usage |= {
            name for name in self.usage.keys() | event.nodes.keys() if self.usage.get(name) != event.nodes.get(name)
        }
        self.usage = dict(event.nodes)

    def _paused(self, event: Paused) -> None:
        for leases in self._leases.values():
            leases.shift(event.gap, event.at)
        self.pods.shift(event.gap, event.at)
        self.reach.shift(event.gap, event.at)

    def _graced(self, event: Graced) -> None:
        for feed in event.feeds:
            self._leases[feed].excuse(event.at)

    def _tidied(self, event: Tidied) -> None:
        for leases in self._leases.values():
            leases.forget(event.before)
