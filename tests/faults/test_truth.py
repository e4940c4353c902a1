"""Faults of the demo are told rightly, by the whole way from HTTPS to rows; make bench-truth lives through all of them."""

from dataclasses import replace

import pytest

from planes.demo.catalogue import FAULTS
from tests.bench.bench_truth import DOCUMENT, MARKER, measured, row
from tests.bench.looking import Turn
from tests.bench.truth import Outcome, live_through

pytestmark = [pytest.mark.timeout(180), pytest.mark.usefixtures("judged_seldom")]
QUICK = ("kubelet-silent", "etcd-down", "scheduler-hung", "kcm-failover", "cordon", "scale-down", "apiserver-replica-lost")
#: Its tests run in one worker, which lives through it once.
once = pytest.mark.xdist_group("runtime-down")


@pytest.mark.parametrize("name", QUICK)
def test_a_fault_is_named_in_time_and_nothing_else_turns(name: str) -> None:
    found = measured(name)
    assert found.right, found.complaints


@pytest.fixture(scope="module")
def outcome(judged_seldom: None, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """A fault that is told rightly."""
    return live_through("runtime-down", tmp_path_factory.mktemp("demo"))


@once
def test_a_runtime_that_is_down_is_named_in_time_and_nothing_else_turns(outcome: Outcome) -> None:
    found = row(outcome)
    assert found.right, found.complaints


@once
def test_a_fault_that_was_lived_through_again_has_the_shortest_and_the_longest_of_its_times(outcome: Outcome) -> None:
    longer = replace(outcome, noticed=(replace(outcome.noticed[0], after=14.0),), healed_after=29.9)
    least, healed = outcome.noticed[0].after, outcome.healed_after
    (line,) = row(longer, outcome).lines
    assert f"| {least:.1f} to 14.0 s (15 s) |" in line
    assert f"| {healed:.1f} to 29.9 s (30 s) | right |" in line
    assert row(outcome, replace(longer, healed_after=None)).lines[0].endswith("| never (30 s) | **wrong** |")


@once
def test_another_that_turned_is_complained_of(outcome: Outcome) -> None:
    spoilt = row(replace(outcome, wrong=(Turn(1050.0, "node-02/kubelet", "down", "It is silent."),)))
    assert not spoilt.right
    assert spoilt.complaints == ("node-02/kubelet was shown as down: It is silent.",)
    assert "**wrong**" in spoilt.lines[-1]


@once
@pytest.mark.parametrize("after", [None, 15.1])
def test_what_was_missed_or_seen_too_late_is_complained_of(outcome: Outcome, after: float | None) -> None:
    spoilt = row(replace(outcome, noticed=(replace(outcome.noticed[0], after=after),)))
    assert not spoilt.right
    assert "must be down within 15 s" in spoilt.complaints[0]


@once
@pytest.mark.parametrize(("after", "off"), [(None, ("etcd unknown",)), (31.0, ())])
def test_what_does_not_recover_is_complained_of(outcome: Outcome, after: float | None, off: tuple[str, ...]) -> None:
    spoilt = row(replace(outcome, healed_after=after, still_off=off))
    assert not spoilt.right
    assert len(spoilt.complaints) == 1


@once
def test_a_line_of_evidence_that_is_not_declared_is_complained_of(outcome: Outcome) -> None:
    spoilt = row(replace(outcome, evidence=outcome.evidence | {("etcd", "the weather")}))
    assert not spoilt.right
    assert spoilt.complaints == ("etcd has a line of evidence that is not declared: the weather.",)


def test_the_document_has_every_fault_and_none_that_is_told_wrongly() -> None:
    faults, _, _ = DOCUMENT.read_text(encoding="utf-8").partition(MARKER)
    rows = [line.split(" | ") for line in faults.splitlines() if line.startswith("| ")]
    names = {cells[0].removeprefix("| ") for cells in rows} - {"fault", "---"}
    assert names == {fault.name for fault in FAULTS}
    assert "**wrong**" not in DOCUMENT.read_text(encoding="utf-8")
