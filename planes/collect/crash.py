"""What a cluster's page says when the collector of it has a defect: everything unknown, as last known, and that the fault is ours.

Pure: rows in, a frame out.
"""

import msgspec

from planes.collect.store_thread import Remembered
from planes.structs.events import FaultKind
from planes.structs.moments import Epoch
from planes.structs.rows import AgentRow, ClusterRow, ComponentRow, FaultRow, Frame, NodeRow, PlaneRow
from planes.structs.verdicts import State

_BECAUSE = "Planewatch cannot judge it: its own collector failed."


def crashed(remembered: Remembered, error: str, retry_at: float, now: float) -> Frame:
    """The frame that replaces what was last known. `error` names the defect and holds nothing of the cluster's data."""
    row = remembered.head.row if remembered.head else ClusterRow()
    fault = FaultRow(
        kind=FaultKind.INTERNAL.value,
        message=f"Planewatch's collector of this cluster failed ({error}). The fault is Planewatch's, not the cluster's.",
        remedy="It is started again by itself. If this stays, report it with the watch worker's log.",
        since=Epoch(row.fault.since if row.fault and row.fault.kind == FaultKind.INTERNAL.value else now),
    )
    cluster = msgspec.structs.replace(
        row, fault=fault, retry_at=retry_at, control=_plane(row.control, now), data=_plane(row.data, now)
    )
    return Frame(
        at=Epoch(now),
        cluster=cluster,
        components=[_component(one, now) for one in remembered.components],
        nodes={one.name: _node(one, now) for one in remembered.nodes},
        attention=[],
    )


def _plane(row: PlaneRow | None, now: float) -> PlaneRow:
    if row is None or row.state == "unknown":
        return row or PlaneRow(state=State.UNKNOWN, because=_BECAUSE, since=Epoch(now))
    return PlaneRow(state=State.UNKNOWN, because=_BECAUSE, since=Epoch(now), last=row.state)


def _component(row: ComponentRow, now: float) -> ComponentRow:
    if row.state in ("unknown", "not_observable"):
        return row
    return msgspec.structs.replace(row, state="unknown", because=_BECAUSE, since=now, last=row.state)


def _agent(row: AgentRow, now: float) -> AgentRow:
    if row.state in ("unknown", "not_observable"):
        return row
    return msgspec.structs.replace(row, state="unknown", because=_BECAUSE, since=now, last=row.state)


def _node(row: NodeRow, now: float) -> NodeRow:
    if row.state == "unknown":
        return row
    return msgspec.structs.replace(
        row,
        state="unknown",
        because=_BECAUSE,
        since=now,
        kubelet=_agent(row.kubelet, now),
        kube_proxy=_agent(row.kube_proxy, now),
        container_runtime=_agent(row.container_runtime, now),
    )
