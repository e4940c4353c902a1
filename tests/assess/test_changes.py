"""What concerns all nodes is told once, and again when it is over."""

from planes.assess.changes import Changes
from planes.structs.moments import Epoch, Mono
from planes.structs.observations import DisruptionSeen
from planes.structs.rows import ChangeRow
from planes.structs.verdicts import State

SILENT = DisruptionSeen(suspicion="etcd is suspected.", since=Mono(86.0))


def change(before: State, after: State, because: str, at: float) -> ChangeRow:
    return ChangeRow(
        subject_kind="Cluster", subject="prod", agent="", before=before, after=after, because=because, at=Epoch(at), group=""
    )


def test_that_all_nodes_fell_silent_is_told_once_when_it_is_noticed_and_once_when_it_is_over() -> None:
    changes = Changes("prod")
    assert changes.of_disruption(DisruptionSeen(), Mono(90.0), 1000.0) == []
    fell = change(State.HEALTHY, State.UNKNOWN, "All nodes fell silent together. etcd is suspected.", 1100.0)
    assert changes.of_disruption(SILENT, Mono(100.0), 1000.0) == [fell]
    assert changes.of_disruption(SILENT, Mono(101.0), 1000.0) == []
    rose = change(State.UNKNOWN, State.HEALTHY, "Heartbeats of nodes arrive again.", 1130.0)
    assert changes.of_disruption(DisruptionSeen(), Mono(130.0), 1000.0) == [rose]
    assert changes.of_disruption(DisruptionSeen(), Mono(131.0), 1000.0) == []
