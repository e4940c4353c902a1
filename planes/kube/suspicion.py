"""Which leases are late, as far as whoever watches them needs to know: while one is, its feed is asked more often, so that its
silence counts up to this moment and what is dead is told at its bound, not at the next proof of life that happens to come."""

from collections.abc import Iterable

from planes.structs.moments import Mono
from planes.structs.objects import Item, Lease, NodeLease

#: A lease is late between these shares of its duration: from before the first bound of any (a kubelet's 25 s of 40 s) until after
#: the last (a leader's twice its duration). [rule]
_FROM, _UNTIL = 0.6, 2.2
#: An API server's identity lasts an hour and is renewed every 10 s: its duration tells nothing. Seconds.
_LONGEST = 180.0
#: So many leases are looked after. Where there are more, one of them is renewed every moment, which is proof enough.
_MOST = 200
_DURATION = 15.0


class Suspicion:
    """Of one feed's leases, by name."""

    def __init__(self) -> None:
        self._renewed: dict[str, tuple[str | None, Mono, float]] = {}

    def listed(self, items: Iterable[Item], now: Mono) -> None:
        """A complete list."""
        found = {item.metadata.name: item for item in items}
        if len(found) > _MOST:
            found = {}
        self._renewed = {name: seen for name, seen in self._renewed.items() if name in found}
        for item in found.values():
            self.noted(item, now)

    def noted(self, item: Item, now: Mono) -> None:
        """One was added or changed."""
        if not isinstance(item, Lease | NodeLease) or (len(self._renewed) >= _MOST and item.metadata.name not in self._renewed):
            return
        spec = item.spec
        before = self._renewed.get(item.metadata.name)
        if before is None or before[0] != spec.renewTime:
            self._renewed[item.metadata.name] = (spec.renewTime, now, float(spec.leaseDurationSeconds or _DURATION))

    def is_any_late(self, now: Mono) -> bool:
        """Whether one is silent for so long that a bound is near."""
        return any(_FROM * lasts <= now - at <= _UNTIL * lasts for _, at, lasts in self._renewed.values() if lasts <= _LONGEST)
