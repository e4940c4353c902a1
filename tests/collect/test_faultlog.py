"""A cluster's fault is told in the log once, with its remedy, and so is its end."""

import pytest

from planes.collect.faultlog import FaultLog
from planes.structs.moments import Epoch
from planes.structs.rows import ClusterRow, FaultRow, Frame

REFUSED = FaultRow(
    kind="refused", message="Nothing listens at 127.0.0.1:1.", remedy="Check that the API server runs.", since=Epoch(1.0)
)


def frame(fault: FaultRow | None) -> Frame:
    return Frame(at=Epoch(2.0), cluster=ClusterRow(fault=fault))


def test_a_fault_is_told_once_and_its_end_once(caplog: pytest.LogCaptureFixture) -> None:
    log = FaultLog("prod")
    for fault in (None, REFUSED, REFUSED, None, None):
        log.look(frame(fault))
        log.look(Frame(at=Epoch(2.5)))
    assert [record.message for record in caplog.records] == [
        "prod: Nothing listens at 127.0.0.1:1. Check that the API server runs.",
        "prod: it is seen again.",
    ]
    assert {record.levelname for record in caplog.records} == {"WARNING"}


def test_another_kind_of_fault_is_told_too(caplog: pytest.LogCaptureFixture) -> None:
    log = FaultLog("prod")
    log.look(frame(REFUSED))
    log.look(
        frame(
            FaultRow(
                kind="name resolution", message="No address is known for api.example.", remedy="Correct the name.", since=Epoch(3.0)
            )
        )
    )
    assert len(caplog.records) == 2
