"""Nothing but an event and the taking of what is dirty changes a cache: whoever looks at it leaves it as it is."""

import dataclasses
from collections import deque
from collections.abc import Callable, Mapping
from types import MethodType
from typing import Any

import msgspec
import pytest

from planes.assess.assessor import Assessor
from planes.cache.cluster import ClusterCache
from planes.cache.stores import Dirty
from planes.components.pod_kinds import kind_of
from planes.structs.events import CacheEvent, Graced, Paused, SourceEvent, Tidied
from tests.assess.test_recordings import with_etcd_stopped
from tests.replaying import START, WALL, events

pytestmark = pytest.mark.lived


def dump(value: Any, seen: set[int]) -> Any:
    """A value and all that it holds, as something that compares by its contents; what stands in two places is told once."""
    if isinstance(value, str | int | float | None | type | MethodType | msgspec.Struct) or dataclasses.is_dataclass(value):
        return value
    if id(value) in seen:
        return None
    seen.add(id(value))
    if isinstance(value, Mapping):
        return {key: dump(one, seen) for key, one in value.items()}
    if isinstance(value, list | tuple | deque):
        return [dump(one, seen) for one in value]
    if isinstance(value, set | frozenset):
        return frozenset(value)
    names = [name for kind in type(value).__mro__ for name in getattr(kind, "__slots__", ())] + list(getattr(value, "__dict__", ()))
    return {name: dump(getattr(value, name), seen) for name in names}


class Guarded(ClusterCache):
    """Notices whatever changes it between two lawful changes. `seen` are the kinds of events that who judges told it."""

    def __init__(self) -> None:
        super().__init__(kind_of)
        self.guard: Any = None
        self.seen: set[type] = set()

    def apply(self, event: CacheEvent) -> None:
        if isinstance(event, Paused | Graced | Tidied):
            self.seen.add(type(event))
            self.lawfully(lambda: super(Guarded, self).apply(event))
        else:
            super().apply(event)

    def take_dirty(self) -> Dirty:
        taken: list[Dirty] = []
        self.lawfully(lambda: taken.append(super(Guarded, self).take_dirty()))
        return taken[0]

    def lawfully(self, change: Callable[[], None]) -> None:
        self.check()
        change()
        self.guard = self.contents()

    def check(self) -> None:
        assert self.contents() == self.guard

    def contents(self) -> Any:
        seen: set[int] = set()
        return {name: dump(one, seen) for name, one in vars(self).items() if name not in ("guard", "seen")}


def test_a_dump_sees_what_changed() -> None:
    one, other = Guarded(), Guarded()
    assert one.contents().keys() == other.contents().keys()
    before = one.contents()
    for event in events("healthy")[:40]:
        one.apply(event)
    assert one.contents() != before
    before = one.contents()
    one.take_dirty_unguarded = None  # type: ignore[attr-defined]  # any change will do
    assert one.contents() != before


def judged(told: list[SourceEvent], until: float, pause_at: float = -1.0) -> set[type]:
    """Judge all of it with a frame every 2 s. What the cache was told by who judges it."""
    cache = Guarded()
    assessor = Assessor(cache)
    told.sort(key=lambda event: event.at)
    second, place = 0.0, 0
    while second <= until:
        now, wall = START + second, WALL + second
        while place < len(told) and told[place].at <= now:
            cache.apply(told[place])
            place += 1
        cache.guard = cache.contents()
        assessor.frame(now, wall, full=second % 14 == 0)
        assessor.beats(now, wall)
        cache.check()
        second += 20.0 if second == pause_at else 2.0
    return cache.seen


def test_looking_judging_and_summing_up_leave_the_cache_as_it_is() -> None:
    assert judged(list(events("kubelet-stopped")), 150.0, pause_at=40.0) == {Paused, Tidied}


def test_grace_after_a_full_disruption_is_an_event_too() -> None:
    assert judged(with_etcd_stopped(), 90.0) == {Graced, Tidied}
