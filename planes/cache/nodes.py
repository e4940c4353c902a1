"""Nodes in memory: what each reports, since when, and how often Ready flipped."""

from planes.structs import objects
from planes.structs.events import Mono
from planes.structs.observations import ConditionSeen

#: So many flips of Ready are remembered.
REMEMBERED = 16


class NodeTrack:
    """One node and what we saw of it."""

    __slots__ = ("added_at", "conditions", "flips", "node", "seen_at")

    def __init__(self, node: objects.Node, at: Mono) -> None:
        self.node = node
        self.added_at = self.seen_at = at
        self.flips: tuple[Mono, ...] = ()
        self.conditions = {
            one.type: ConditionSeen(status=one.status, reason=one.reason, message=one.message, since=at)
            for one in node.status.conditions
        }

    def change(self, node: objects.Node, at: Mono) -> bool:
        """Take the newest state; True if anything that we show or judge changed."""
        old = self.node
        self.node, self.seen_at = node, at
        if (
            old.status == node.status
            and old.spec == node.spec
            and old.metadata.labels == node.metadata.labels
            and old.metadata.annotations == node.metadata.annotations
        ):
            return False
        conditions: dict[str, ConditionSeen] = {}
        for one in node.status.conditions:
            before = self.conditions.get(one.type)
            if before is not None and before.status == one.status:
                same = before.reason == one.reason and before.message == one.message
                conditions[one.type] = (
                    before if same else ConditionSeen(status=one.status, reason=one.reason, message=one.message, since=before.since)
                )
                continue
            conditions[one.type] = ConditionSeen(status=one.status, reason=one.reason, message=one.message, since=at)
            if one.type == "Ready" and before is not None:
                self.flips = (*self.flips, at)[-REMEMBERED:]
        self.conditions = conditions
        return True
