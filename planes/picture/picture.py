"""One cluster in memory: `apply` an event, then see what is dirty. Pure: every moment comes with the event.

What rules look at is made from here by planes.picture.observing; it is judged by planes.collect.assess.
"""

from collections.abc import Callable
from typing import cast

from planes.picture import objects
from planes.picture.delta import EventRow
from planes.picture.events import (
    Changed,
    Connection,
    Failed,
    Feed,
    Gone,
    Health,
    Heard,
    Listed,
    Metrics,
    Mono,
    Server,
    SourceEvent,
    Usage,
)
from planes.picture.leases import Clock, LeaseBook
from planes.picture.metrics import RatesBook
from planes.picture.nodes import NodeTrack
from planes.picture.pods import PodBook
from planes.picture.reach import ReachBook
from planes.picture.system import SystemPods
from planes.picture.times import epoch
from planes.picture.workloads import ApiServiceBook, EndpointBook, WebhookBook, WorkloadBook

#: So many events are kept a node.
EVENTS_A_NODE = 20
#: A leader's lease that is renewed within so many seconds was never late.
_IN_TIME = 4.0


class Picture:
    """A cluster as it was last told to us.

    `dirty_nodes` are to be judged anew; whoever judges empties it. `attentive` are nodes that a mere renewal of their lease may
    change; whoever judges keeps it. `pods_changed` are nodes whose pods or events are new, `usage_changed` those whose CPU and
    memory figures are: no reason to judge, but their rows change. `stirred`: something was told that may change a component at
    once, which renewals, pods and probes that go on passing are not; whoever judges components clears it.
    """

    def __init__(self) -> None:
        self.clock = Clock()
        self.reach = ReachBook()
        self.rates = RatesBook()
        self.nodes: dict[str, NodeTrack] = {}
        self.node_leases = LeaseBook(self.clock)
        self.system_leases = LeaseBook(self.clock)
        self.extra_leases = LeaseBook(self.clock)
        self.pods = PodBook()
        self.system_pods = SystemPods()
        self.daemon_sets = WorkloadBook("DaemonSet")
        self.deployments = WorkloadBook("Deployment")
        self.apiserver_endpoints = EndpointBook()
        self.system_endpoints = EndpointBook()
        self.webhook_endpoints = EndpointBook()
        self.api_services = ApiServiceBook()
        self.validating = WebhookBook()
        self.mutating = WebhookBook()
        self.node_events: dict[str, dict[str, EventRow]] = {}
        self.usage: dict[str, tuple[float, float]] = {}
        self.dirty_nodes: set[str] = set()
        self.attentive: set[str] = set()
        self.pods_changed: set[str] = set()
        self.usage_changed: set[str] = set()
        self.stirred = True
        self.nodes_version = 0  # counts changes of which nodes there are
        self._endpoint_books = {
            Feed.APISERVER_ENDPOINTS: self.apiserver_endpoints,
            Feed.SYSTEM_ENDPOINTS: self.system_endpoints,
            Feed.WEBHOOK_ENDPOINTS: self.webhook_endpoints,
        }
        self._webhook_books = {Feed.VALIDATING_WEBHOOKS: self.validating, Feed.MUTATING_WEBHOOKS: self.mutating}
        self._apply: dict[type, Callable[..., None]] = {
            Listed: self._listed,
            Changed: self._changed,
            Gone: self._gone,
            Heard: self._heard,
            Failed: self._failed,
            Health: self.reach.took_health,
            Server: self.reach.took_server,
            Connection: self.reach.took_connection,
            Metrics: self._metrics,
            Usage: self._usage,
        }

    def apply(self, event: SourceEvent) -> None:
        """Take one event. Events of one feed come in order; between feeds there is none."""
        if not self.stirred and not self._is_routine(event):
            self.stirred = True
        self._apply[type(event)](event)

    def _is_routine(self, event: SourceEvent) -> bool:
        """What is told again and again and changes nothing of a component at once, before it is applied."""
        if isinstance(event, Changed | Gone):
            feed = event.feed
            if feed is Feed.SYSTEM_LEASES and isinstance(event, Changed):
                lease = cast(objects.Lease, event.item)
                track = self.system_leases.tracks.get(lease.metadata.name)
                if track is None or track.gone_at is not None or track.holder != lease.spec.holderIdentity:
                    return False
                return event.at - track.changed_at < _IN_TIME
            return feed is Feed.NODE_LEASES or feed is Feed.PODS or feed is Feed.DEPLOYMENTS
        if isinstance(event, Health):
            seen = self.reach.health.get(event.path)
            good = seen is not None and seen.status == event.status == 200 and event.fault is None
            return seen is not None and good and seen.checks == event.checks
        return False

    def beats(self, wall_offset: float) -> dict[str, float]:
        """When each node's lease was last seen to be renewed, in epoch seconds (`wall_offset`: wall clock minus ours). A lease that
        was old at first sight and was not renewed since is left out."""
        offset = self.clock.offset
        made: dict[str, float] = {}
        for name, track in self.node_leases.tracks.items():
            if track.gone_at is None and (track.confirmed or not track.seen(name, offset, 1.0).stale_on_arrival):
                made[name] = track.changed_at + wall_offset
        return made

    def paused(self, gap: float, now: Mono) -> None:
        """We ourselves were away for `gap` seconds until `now`: what was not seen in that time counts against nobody."""
        for book in (self.node_leases, self.system_leases, self.extra_leases):
            book.shift(gap, now)
        self.pods.shift(gap, now)
        self.reach.shift(gap, now)
        self.dirty_nodes |= self.attentive

    def forget(self, before: Mono) -> None:
        """Drop what was deleted before a moment: leases of nodes that left."""
        for book in (self.node_leases, self.system_leases, self.extra_leases):
            book.forget(before)

    # --- by kind of event -----------------------------------------------------------------------------------------------------

    def _changed(self, event: Changed) -> None:
        feed, at = event.feed, event.at
        self.reach.flowed(feed, at)
        item = event.item
        if feed is Feed.NODE_LEASES:
            lease = cast(objects.NodeLease, item)
            name = lease.metadata.name
            if self.node_leases.changed(lease, at) or name in self.attentive:
                self.dirty_nodes.add(name)
        elif feed is Feed.PODS:
            node = self.pods.changed(cast(objects.Pod, item), at)
            if node:
                self.pods_changed.add(node)
        elif feed is Feed.NODES:
            self._node(cast(objects.Node, item), at)
        elif feed is Feed.SYSTEM_LEASES:
            self._lease(self.system_leases, cast(objects.Lease, item), at)
        elif feed is Feed.EXTRA_LEASES:
            self._lease(self.extra_leases, cast(objects.Lease, item), at)
        elif feed is Feed.SYSTEM_PODS:
            self.dirty_nodes |= self.system_pods.changed(cast(objects.SystemPod, item), at)
        elif feed is Feed.EVENTS:
            self._event(cast(objects.Event, item))
        elif feed is Feed.DAEMON_SETS:
            self.daemon_sets.changed(cast(objects.DaemonSet, item), at)
        elif feed is Feed.DEPLOYMENTS:
            self.deployments.changed(cast(objects.Deployment, item), at)
        elif feed in self._endpoint_books:
            self._endpoint_books[feed].changed(cast(objects.EndpointSlice, item), at)
        elif feed is Feed.API_SERVICES:
            self.api_services.changed(cast(objects.APIService, item), at)
        elif feed in self._webhook_books:
            self._webhook_books[feed].changed(cast(objects.WebhookConfiguration, item), at)

    def _gone(self, event: Gone) -> None:
        feed, at, item = event.feed, event.at, event.item
        self.reach.flowed(feed, at)
        if feed is Feed.PODS:
            node = self.pods.gone(cast(objects.Pod, item))
            if node:
                self.pods_changed.add(node)
        elif feed is Feed.NODES:
            self._node_gone(cast(objects.Node, item).metadata.name, cast(objects.Node, item).metadata.uid)
        elif feed is Feed.NODE_LEASES:
            name = cast(objects.NodeLease, item).metadata.name
            self.node_leases.gone(name, at)
            self.dirty_nodes.add(name)
        elif feed is Feed.SYSTEM_LEASES:
            self.system_leases.gone(cast(objects.Lease, item).metadata.name, at)
        elif feed is Feed.EXTRA_LEASES:
            self.extra_leases.gone(cast(objects.Lease, item).metadata.name, at)
        elif feed is Feed.SYSTEM_PODS:
            self.dirty_nodes |= self.system_pods.gone(cast(objects.SystemPod, item), at)
        elif feed is Feed.EVENTS:
            one = cast(objects.Event, item)
            name = one.involvedObject.name
            if self.node_events.get(name, {}).pop(one.metadata.name, None) is not None:
                self.pods_changed.add(name)
        elif feed is Feed.DAEMON_SETS:
            self.daemon_sets.gone(cast(objects.DaemonSet, item))
        elif feed is Feed.DEPLOYMENTS:
            self.deployments.gone(cast(objects.Deployment, item))
        elif feed in self._endpoint_books:
            self._endpoint_books[feed].gone(cast(objects.EndpointSlice, item), at)
        elif feed is Feed.API_SERVICES:
            self.api_services.gone(cast(objects.APIService, item))
        elif feed in self._webhook_books:
            self._webhook_books[feed].gone(cast(objects.WebhookConfiguration, item))

    def _listed(self, event: Listed) -> None:
        feed, at, items = event.feed, event.at, event.items
        self.reach.flowed(feed, at)
        self.reach.feeds[feed].listed_at = at
        if feed is Feed.PODS:
            self.pods_changed |= self.pods.listed(cast(list[objects.Pod], items), at)
        elif feed is Feed.NODES:
            nodes = cast(list[objects.Node], items)
            for node in nodes:
                self._node(node, at)
            present = {node.metadata.name for node in nodes}
            for name in [name for name in self.nodes if name not in present]:
                self._node_gone(name, self.nodes[name].node.metadata.uid)
        elif feed is Feed.NODE_LEASES:
            self.dirty_nodes.update(self.node_leases.listed(cast(list[objects.NodeLease], items), at))
            self.dirty_nodes |= self.attentive
        elif feed is Feed.SYSTEM_LEASES:
            for lease in cast(list[objects.Lease], items):
                self._saw(lease, at)
            self.system_leases.listed(cast(list[objects.Lease], items), at)
        elif feed is Feed.EXTRA_LEASES:
            for lease in cast(list[objects.Lease], items):
                self._saw(lease, at)
            self.extra_leases.listed(cast(list[objects.Lease], items), at)
        elif feed is Feed.SYSTEM_PODS:
            self.dirty_nodes |= self.system_pods.listed(cast(list[objects.SystemPod], items), at)
        elif feed is Feed.EVENTS:
            before, self.node_events = self.node_events, {}
            for one in cast(list[objects.Event], items):
                self._event(one)
            self.pods_changed |= before.keys()
        elif feed is Feed.DAEMON_SETS:
            self.daemon_sets.listed(cast(list[objects.DaemonSet], items), at)
        elif feed is Feed.DEPLOYMENTS:
            self.deployments.listed(cast(list[objects.Deployment], items), at)
        elif feed in self._endpoint_books:
            self._endpoint_books[feed].listed(cast(list[objects.EndpointSlice], items), at)
        elif feed is Feed.API_SERVICES:
            self.api_services.listed(cast(list[objects.APIService], items), at)
        elif feed in self._webhook_books:
            self._webhook_books[feed].listed(cast(list[objects.WebhookConfiguration], items), at)

    def _heard(self, event: Heard) -> None:
        self.reach.flowed(event.feed, event.at)

    def _failed(self, event: Failed) -> None:
        self.reach.failed(event)

    def _metrics(self, event: Metrics) -> None:
        self.reach.took_figures(event)
        self.rates.took(event)

    def _usage(self, event: Usage) -> None:
        self.reach.took_figures(event)
        if event.fault is not None:
            return
        for name in self.usage.keys() | event.nodes.keys():
            if self.usage.get(name) != event.nodes.get(name):
                self.usage_changed.add(name)
        self.usage = dict(event.nodes)

    # --- by kind of object ----------------------------------------------------------------------------------------------------

    def _node(self, node: objects.Node, at: Mono) -> None:
        name = node.metadata.name
        track = self.nodes.get(name)
        if track is not None and track.node.metadata.uid == node.metadata.uid:
            if track.change(node, at):
                self.dirty_nodes.add(name)
            return
        self.nodes[name] = NodeTrack(node, at)
        self.nodes_version += 1
        self.dirty_nodes.add(name)

    def _node_gone(self, name: str, uid: str) -> None:
        track = self.nodes.get(name)
        if track is None or track.node.metadata.uid != uid:
            return
        del self.nodes[name]
        self.nodes_version += 1
        self.node_events.pop(name, None)
        self.system_pods.missing_since.pop(name, None)
        self.attentive.discard(name)
        self.dirty_nodes.add(name)

    def _lease(self, book: LeaseBook, lease: objects.Lease, at: Mono) -> None:
        self._saw(lease, at)
        book.changed(lease, at)

    def _saw(self, lease: objects.Lease, at: Mono) -> None:
        renewed = epoch(lease.spec.renewTime)
        if renewed is not None:
            self.clock.saw(renewed, at)

    def _event(self, one: objects.Event) -> None:
        if one.involvedObject.kind != "Node":
            return
        name = one.involvedObject.name
        events = self.node_events.setdefault(name, {})
        moment = epoch(one.lastTimestamp or one.eventTime or one.firstTimestamp or one.metadata.creationTimestamp)
        events[one.metadata.name] = EventRow(one.type, one.reason, one.message, one.count or 1, moment)
        if len(events) > EVENTS_A_NODE:
            del events[min(events, key=lambda key: (events[key].at or 0.0, key))]
        self.pods_changed.add(name)
