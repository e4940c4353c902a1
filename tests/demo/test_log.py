"""The changes that are kept for watches are bounded by number and by size: a demo cluster of months is as small as a young one."""

import pytest

from planes.demo import store
from planes.demo.store import Doc, Resource, Store, Table

RESOURCE = Resource("", "v1", "configmaps", "ConfigMap", True)


def changed(table: Table, times: int, size: int) -> None:
    for number in range(times):
        table.put(Doc.of({"metadata": {"name": "one", "namespace": "default"}, "data": {"text": "x" * size, "n": str(number)}}))


def test_no_more_bytes_are_kept_than_are_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "LOG_BYTES", 100_000)
    table = Store().add(RESOURCE)
    for _ in range(40):
        changed(table, 7, 1_000)
        kept = table.changes(table.sequence(table.floor) or 0)
        assert kept is not None
        assert sum(len(change.record.encode()) for change in kept) <= 100_000
    assert kept is not None
    assert len(kept) >= 40, "half of it is kept"


def test_a_watch_from_within_the_bound_goes_on_and_one_from_before_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "LOG_BYTES", 50_000)
    table = Store().add(RESOURCE)
    changed(table, 1, 10)
    old = table.sequence(table.floor)
    assert old is not None
    changed(table, 200, 1_000)
    assert table.changes(old) is None
    seen = table.sequence(table.floor)
    assert seen is not None
    before = table.changes(seen)
    assert before
    changed(table, 1, 10)
    after = table.changes(seen)
    assert after is not None
    assert after[:-1] == before


def test_one_change_that_is_longer_than_the_bound_is_kept_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "LOG_BYTES", 500)
    table = Store().add(RESOURCE)
    changed(table, 3, 1_000)
    kept = table.changes(table.sequence(table.floor) or 0)
    assert kept is not None
    assert len(kept) == 1


def test_the_number_is_bounded_as_before() -> None:
    table = Store().add(RESOURCE, window=10)
    changed(table, 100, 1)
    kept = table.changes(table.sequence(table.floor) or 0)
    assert kept is not None
    assert 10 <= len(kept) <= 20
