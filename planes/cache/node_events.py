"""What Kubernetes reports about nodes: its newest Events a node."""

from collections.abc import Sequence

from planes.cache.stores import Dirty
from planes.structs.moments import Mono
from planes.structs.objects import Event
from planes.structs.rows import EventRow
from planes.structs.timestamps import epoch

#: So many events are kept a node.
EVENTS_A_NODE = 20


class NodeEventStore:
    """Rows by node and by the Event's name."""

    __slots__ = ("_by_node", "_dirty")

    def __init__(self, dirty: Dirty) -> None:
        self._by_node: dict[str, dict[str, EventRow]] = {}
        self._dirty = dirty

    def get(self, node: str) -> dict[str, EventRow] | None:
        """Those of one node."""
        return self._by_node.get(node)

    def changed(self, one: Event, at: Mono) -> None:
        """Added or modified. Events about anything but nodes are none of ours."""
        if one.involvedObject.kind != "Node":
            return
        name = one.involvedObject.name
        events = self._by_node.setdefault(name, {})
        moment = epoch(one.lastTimestamp or one.eventTime or one.firstTimestamp or one.metadata.creationTimestamp)
        events[one.metadata.name] = EventRow(type=one.type, reason=one.reason, message=one.message, count=one.count or 1, at=moment)
        if len(events) > EVENTS_A_NODE:
            del events[min(events, key=lambda key: (events[key].at or 0.0, key))]
        self._dirty.pods.add(name)

    def gone(self, one: Event, at: Mono) -> None:
        """Deleted: Kubernetes forgets them after an hour."""
        name = one.involvedObject.name
        if self._by_node.get(name, {}).pop(one.metadata.name, None) is not None:
            self._dirty.pods.add(name)

    def listed(self, items: Sequence[Event], at: Mono) -> None:
        """A complete list."""
        self._dirty.pods |= self._by_node.keys()
        self._by_node = {}
        for one in items:
            self.changed(one, at)

    def forget(self, node: str) -> None:
        """The node is gone."""
        self._by_node.pop(node, None)
