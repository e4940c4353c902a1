"""Since when a node is cordoned: by the cluster's own record, else as its change was seen here."""

from collections.abc import Sequence
from dataclasses import dataclass

from planes.structs.history import Span
from planes.structs.rows import ChangeRow, NodeRow
from planes.structs.verdicts import State

#: The taint that the node lifecycle controller adds for spec.unschedulable, with the time at which it did (kubernetes.io, "Taints
#: and Tolerations": taint nodes by condition; pkg/controller/util/node, SwapNodeControllerTaint sets timeAdded).
TAINT = "node.kubernetes.io/unschedulable"
#: A change that is seen so many seconds after watching began again may be of the time before.
_JUST = 30.0


@dataclass(frozen=True, slots=True)
class Cordon:
    """`at`: when it was cordoned, epoch seconds, None if nothing tells. `after`: it may have been at any time from then on, for
    nobody watched. `record`: by the cluster's record and clock."""

    at: float | None = None
    after: float | None = None
    record: bool = False


def cordon_of(row: NodeRow, changes: Sequence[ChangeRow], spans: Sequence[Span]) -> Cordon | None:
    """None of a node that is not cordoned. `changes` are the node's, newest first; `spans`: when its cluster was watched, oldest
    first."""
    if not row.cordoned:
        return None
    if (added := next((one.since for one in row.taints if one.key == TAINT and one.since is not None), None)) is not None:
        return Cordon(added, record=True)
    at = next((one.at for one in changes if one.agent == "" and one.after is State.CORDONED), None)
    if at is None:
        return Cordon()
    before = [one for one in spans if one.began <= at]
    began = before[-1].began if before else at
    return Cordon(at, before[-2].ended if len(before) > 1 and at - began < _JUST else None)
