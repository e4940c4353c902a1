"""Nodes in memory: what each reports, since when, and how often Ready flipped."""

from collections.abc import Callable, Sequence

from planes.cache.recent import Noted, Recent
from planes.cache.stores import Dirty
from planes.structs import objects
from planes.structs.moments import Mono
from planes.structs.observations import ConditionSeen
from planes.structs.timestamps import epoch

#: So many flips of Ready are remembered.
REMEMBERED = 16


class NodeTrack:
    """One node and what we saw of it. `beat` is when it last wrote its status, by the cluster's own clock (epoch seconds), and
    `beat_at` when we saw that change; None: it was not seen to."""

    __slots__ = ("added_at", "beat", "beat_at", "conditions", "flips", "node", "seen_at")

    def __init__(self, node: objects.Node, at: Mono) -> None:
        self.beat = epoch(node.take_heartbeat())
        self.beat_at: Mono | None = None
        self.node = node
        self.added_at = self.seen_at = at
        self.flips: tuple[Mono, ...] = ()
        self.conditions = {one.type: _seen(one, at) for one in node.status.conditions}

    def change(self, node: objects.Node, at: Mono) -> bool:
        """Take the newest state; True if anything that we show or judge changed, but for `beat`."""
        old = self.node
        beat = epoch(node.take_heartbeat())
        if beat is not None and beat != self.beat:
            self.beat, self.beat_at = beat, at
        self.node, self.seen_at = node, at
        if (
            old.status == node.status
            and old.spec == node.spec
            and old.metadata.labels == node.metadata.labels
            and old.metadata.annotations == node.metadata.annotations
            and old.metadata.deletionTimestamp == node.metadata.deletionTimestamp
        ):
            return False
        conditions: dict[str, ConditionSeen] = {}
        for one in node.status.conditions:
            before = self.conditions.get(one.type)
            if before is not None and before.status == one.status:
                same = before.reason == one.reason and before.message == one.message
                conditions[one.type] = before if same else _seen(one, before.since)
                continue
            conditions[one.type] = _seen(one, at)
            if one.type == "Ready" and before is not None and "True" in (before.status, one.status):
                self.flips = (*self.flips, at)[-REMEMBERED:]
        self.conditions = conditions
        return True


def _seen(one: objects.Condition, since: Mono) -> ConditionSeen:
    return ConditionSeen(
        status=one.status, reason=one.reason, message=one.message, since=since, recorded=epoch(one.lastTransitionTime)
    )


class NodeStore:
    """All nodes by name. `left` is told the name of one that is gone. `version` counts changes of which nodes there are."""

    __slots__ = ("_dirty", "_left", "_recent", "tracks", "version")

    def __init__(self, dirty: Dirty, left: Callable[[str], None], recent: Recent | None = None) -> None:
        self.tracks: dict[str, NodeTrack] = {}
        self.version = 0
        self._dirty = dirty
        self._left = left
        self._recent = recent if recent is not None else Recent()

    def changed(self, node: objects.Node, at: Mono) -> None:
        """Added or modified; one with another UID is another node."""
        name = node.metadata.name
        track = self.tracks.get(name)
        if track is not None and track.node.metadata.uid == node.metadata.uid:
            flips = track.flips
            if track.change(node, at):
                self._dirty.nodes.add(name)
                if track.flips is not flips:
                    self._recent.happened(Noted.FLIP, name, at)
            elif track.beat_at == at:
                self._dirty.renewed.add(name)
            return
        self.tracks[name] = NodeTrack(node, at)
        self.version += 1
        self._dirty.nodes.add(name)

    def gone(self, node: objects.Node, at: Mono) -> None:
        """Deleted; one that was replaced meanwhile stays."""
        name = node.metadata.name
        track = self.tracks.get(name)
        if track is None or track.node.metadata.uid != node.metadata.uid:
            return
        del self.tracks[name]
        self.version += 1
        self._left(name)
        self._dirty.nodes.add(name)

    def listed(self, items: Sequence[objects.Node], at: Mono) -> None:
        """A complete list."""
        for node in items:
            self.changed(node, at)
        present = {node.metadata.name for node in items}
        for track in [track for name, track in self.tracks.items() if name not in present]:
            self.gone(track.node, at)
