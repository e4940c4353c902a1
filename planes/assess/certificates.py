"""How long a certificate goes on, and what is to be said of it at a moment. Pure.

One that is valid works, however little is left of it; one that should have been renewed by now is about to be forgotten. The bound
is that of the API server's serving certificate ("below 10 % of its life, at most 7 d" [signals.md]), for all alike.
"""

from collections.abc import Iterable

import msgspec

from planes.structs.certificates import Certificate
from planes.structs.survey import CertificateRow
from planes.structs.thresholds import Thresholds
from planes.structs.verdicts import State

DAY = 86400.0


class Standing(msgspec.Struct, frozen=True):
    """`state`: down: it is over, and so is everything in a bundle; degraded: it should have been renewed; unknown: what it stands
    with differs, and which of them counts cannot be told from here, or it is over and was to be renewed without anybody's doing;
    not observable: no end is seen. `ends`: when the next of them does, of those that are over the last; `last`: when the last
    does; epoch seconds. `over`: how many are over, of `count`."""

    state: State
    ends: float | None = None
    last: float | None = None
    over: int = 0
    count: int = 0

    @property
    def is_over(self) -> bool:
        return self.state is State.DOWN


def lead_of(one: Certificate, thresholds: Thresholds) -> float:
    """So many seconds before its end a certificate should have been renewed."""
    return min(thresholds.certificate_warning * DAY, one.term * thresholds.certificate_share)


def standing(row: CertificateRow, now: float) -> Standing:
    """At `now`, epoch seconds. An end is the last moment at which a certificate is still valid (RFC 5280, 4.1.2.5)."""
    ends = [(one.ends, row.lead.get(one.mark, 0.0)) for one in row.certificates]
    if row.expires is not None:
        # Who renews a token does so shortly before its end: nothing is late before it is over.
        ends.append((row.expires, 0.0))
    if not ends:
        return Standing(State.NOT_OBSERVABLE)
    over = sum(end < now for end, _ in ends)
    last = max(end for end, _ in ends)
    ahead = min((end for end, _ in ends if end >= now), default=last)
    return Standing(_state(row, ends, now), ahead, last, over, len(ends))


def _state(row: CertificateRow, ends: list[tuple[float, float]], now: float) -> State:
    if row.after is not None:
        return State.NOT_OBSERVABLE  # another is shown since: whether it is in use still is not known
    found = {_one(end, lead, now) for end, lead in ends}
    if row.renewed and State.DOWN in found:
        return State.UNKNOWN  # it was renewed meanwhile, or is about to be: what is signed in with is told once a minute
    early = any(one.begins > now for one in row.certificates)
    if len(found) > 1 or (early and len(ends) > 1):
        return State.UNKNOWN
    return State.DOWN if early else found.pop()


def _one(end: float, lead: float, now: float) -> State:
    if end < now:
        return State.DOWN
    return State.DEGRADED if end - now < lead else State.HEALTHY


def in_order(rows: Iterable[CertificateRow], now: float) -> list[tuple[CertificateRow, Standing]]:
    """What is over first, then by their ends; what has none to see comes last."""
    found = [(row, standing(row, now)) for row in rows]
    return sorted(found, key=lambda one: (one[1].ends is None, one[1].ends or 0.0, one[0].held, one[0].name, one[0].where))
