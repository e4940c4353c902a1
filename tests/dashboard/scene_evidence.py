"""Lines of evidence of the pages' scenes."""

from planes.structs.moments import Epoch
from planes.structs.rows import (
    EvidenceRow,
)
from planes.structs.time_tokens import ago, until
from planes.structs.verdicts import State

#: What all parts of a scene's cluster run.
VERSION = "v1.36.2"


def evidence(kind: str, state: str, at: float) -> tuple[EvidenceRow, ...]:
    """Evidence as the rules write it."""
    if kind in ("etcd", "kube-apiserver"):
        bad = state == "down"
        return (
            EvidenceRow(
                signal="/livez/etcd",
                now="failed: context deadline exceeded" if bad else "ok",
                should_be="ok",
                state=State(state),
                source="probe",
                at=Epoch(at - 1),
            ),
            EvidenceRow(
                signal="/readyz",
                now="failed on etcd" if bad else "41 of 41 checks pass",
                should_be="all pass",
                state=State(state),
                source="probe",
                at=Epoch(at - 1),
            ),
            EvidenceRow(
                signal="Serving certificate",
                now=f"over in {until(at + 201 * 86400)}",
                should_be="more than 7 d",
                state=State.HEALTHY,
                source="probe",
                at=Epoch(at - 4),
            ),
        )
    rows = [
        EvidenceRow(
            signal=f"Lease kube-system/{kind}",
            now=f"renewed {ago(at - 0.9)} ago",
            should_be="≤ 15 s (its own duration)",
            state=State.HEALTHY,
            source="watch",
            at=Epoch(at - 0.3),
        ),
        EvidenceRow(
            signal="Leader",
            now=f"node-0_9e547150-9a7c, for {ago(at - 273600)}",
            should_be="one holder",
            state=State.HEALTHY,
            source="watch",
            at=Epoch(at - 0.3),
        ),
        EvidenceRow(signal="Failovers in 1 h", now="0", should_be="< 3", state=State.HEALTHY, source="history", at=Epoch(at)),
        EvidenceRow(
            signal="Mirror pods ready", now="3 of 3", should_be="all", state=State.HEALTHY, source="watch", at=Epoch(at - 0.3)
        ),
        EvidenceRow(signal="Restarts in 1 h", now="0", should_be="0", state=State.HEALTHY, source="watch", at=Epoch(at - 0.3)),
        EvidenceRow(
            signal="Version against API server",
            now=f"{VERSION} = {VERSION}",
            should_be="same or one minor older",
            state=State.HEALTHY,
            source="watch",
            at=Epoch(at - 4),
        ),
    ]
    if kind == "kube-scheduler":
        waiting = f"5, the oldest for {ago(at - 78)}" if state == "degraded" else "0"
        rows += [
            EvidenceRow(
                signal="Pods without a decision",
                now=waiting,
                should_be="none longer than 30 s",
                state=State(state),
                source="watch",
                at=Epoch(at - 0.3),
            ),
            EvidenceRow(
                signal="Pods that fit no node",
                now="3",
                should_be="not counted: capacity, not the scheduler",
                state=State.HEALTHY,
                source="watch",
                at=Epoch(at - 0.3),
            ),
            EvidenceRow(
                signal="/healthz through the API server",
                now="not permitted (403)",
                should_be="ok",
                state=State.UNKNOWN,
                source="probe",
                at=None,
            ),
        ]
    return tuple(rows)
