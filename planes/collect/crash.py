"""What a cluster's page says when nobody collects it, be it for a defect or for want of a worker: everything unknown, as last
known, and that the fault is ours.

Pure: rows in, a frame out.
"""

import msgspec

from planes.collect.store_thread import Remembered
from planes.structs.events import FaultKind
from planes.structs.moments import Epoch
from planes.structs.rows import AgentRow, ClusterRow, ComponentRow, FaultRow, Frame, NodeRow, PlaneRow
from planes.structs.verdicts import State

_FAILED = "Planewatch cannot judge it: its own collector failed."
_UNCOLLECTED = "Planewatch does not judge it: no collector watches this cluster."


def crashed(remembered: Remembered, error: str, retry_at: float, now: float) -> Frame:
    """After a defect of the collector. `error` names the defect and holds nothing of the cluster's data."""
    message = f"Planewatch's collector of this cluster failed ({error}). The fault is Planewatch's, not the cluster's."
    remedy = "It restarts by itself. If this persists, report it with the watch worker's log."
    return _unseen(remembered, FaultKind.INTERNAL, message, remedy, _FAILED, now, now, retry_at)


def uncollected(remembered: Remembered, places: int, now: float) -> Frame:
    """While no worker takes it: those that were asked are full with `places` clusters each; 0: none has answered. Its age stays
    that of what was last collected; 0 if nothing was."""
    if places:
        message = f"Planewatch has no room for this cluster: its watch workers collect {places} each, and are full."
        remedy = "Start another watch worker, or let each collect more (PLANEWATCH_CLUSTERS_PER_WORKER)."
    else:
        message = "No watch worker of Planewatch has taken this cluster."
        remedy = "Make sure that one is running; its log says more."
    at = remembered.head.collected_at if remembered.head is not None else None
    made = _unseen(remembered, FaultKind.UNCOLLECTED, message, remedy, _UNCOLLECTED, now, at or 0.0, None)
    # What was seen last stands as it was, with its own `since`: whoever shows it sees by its age that nobody vouches for it
    # (decision 0015), and a collector that comes back goes on from it, without a change that nobody saw.
    return msgspec.structs.replace(made, components=[], nodes={})


def _unseen(
    remembered: Remembered,
    kind: FaultKind,
    message: str,
    remedy: str,
    because: str,
    now: float,
    at: float,
    retry_at: float | None,
) -> Frame:
    """The frame that replaces what was last known."""
    row = remembered.head.row if remembered.head else ClusterRow()
    since = Epoch(row.fault.since if row.fault and row.fault.kind == kind.value else now)
    fault = FaultRow(kind=kind.value, message=message, remedy=remedy, since=since)
    control, data = (_plane(plane, because, now) for plane in (row.control, row.data))
    return Frame(
        at=Epoch(at),
        cluster=msgspec.structs.replace(row, fault=fault, retry_at=retry_at, control=control, data=data),
        components=[_component(one, because, now) for one in remembered.components],
        nodes={one.name: _node(one, because, now) for one in remembered.nodes},
        attention=[],
    )


def _plane(row: PlaneRow | None, because: str, now: float) -> PlaneRow:
    if row is None or row.state == "unknown":
        return row or PlaneRow(state=State.UNKNOWN, because=because, since=Epoch(now))
    return PlaneRow(state=State.UNKNOWN, because=because, since=Epoch(now), last=row.state)


def _component(row: ComponentRow, because: str, now: float) -> ComponentRow:
    if row.state in ("unknown", "not_observable"):
        return row
    return msgspec.structs.replace(row, state="unknown", because=because, since=now, last=row.state)


def _agent(row: AgentRow, because: str, now: float) -> AgentRow:
    if row.state in ("unknown", "not_observable"):
        return row
    return msgspec.structs.replace(row, state="unknown", because=because, since=now, last=row.state)


def _node(row: NodeRow, because: str, now: float) -> NodeRow:
    if row.state == "unknown":
        return row
    return msgspec.structs.replace(
        row,
        state="unknown",
        because=because,
        since=now,
        kubelet=_agent(row.kubelet, because, now),
        kube_proxy=_agent(row.kube_proxy, because, now),
        container_runtime=_agent(row.container_runtime, because, now),
    )
