"""Ready=True is worth nothing where nobody would take it back.

A kubelet that dies leaves Ready=True behind; it is the controller manager that turns it to Unknown, by the node's lease. Where we
may not read that lease ourselves and know that the controller manager does not work, nothing is known of the node.
"""

from planes.structs.events import FaultKind
from planes.structs.observations import NodeObservation, NodeScene

_HIDDEN = (FaultKind.FORBIDDEN, FaultKind.NOT_SERVED)


def unwatched(node: NodeObservation, scene: NodeScene) -> str:
    """Why what a node says of itself proves nothing now; empty if it does."""
    if not scene.nobody_watches:
        return ""
    fault = scene.leases.fault
    hidden = fault is not None and fault.kind in _HIDDEN
    if not hidden and (node.lease is not None or scene.leases.listed_at is None):
        return ""
    seen = "its heartbeat may not be read" if hidden else "it has no lease to watch"
    return f"It may have died unnoticed: {seen}, and {scene.nobody_watches}."
