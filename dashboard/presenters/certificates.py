"""Certificates as they are told: whose one is, when it ends, what fails then and how it is renewed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from dashboard.presenters.words import counted
from planes.assess.certificates import Standing
from planes.components.certificates import Ways
from planes.structs.certificates import Certificate
from planes.structs.survey import CertificateRow, Held, Untold
from planes.structs.time_tokens import duration
from planes.structs.verdicts import State

DAY = 86400.0
_YEAR = 365.25 * DAY
#: The bars' scale: from a little before today to a year ahead. Shares of their width in percent.
_TODAY, _SCALE = 7.0, 366 * DAY
_WIDTH = 100.0 - _TODAY

_REFUSED = "Then the API server rejects Planewatch (401), and every state here turns unknown. The cluster goes on."
_FAILS = {
    Held.SERVING: "Then clients refuse this API server: neither kubectl nor kubelets and controllers can ask it. What runs on the "
    "nodes goes on.",
    Held.CLIENT: _REFUSED,
    Held.TOKEN: _REFUSED,
    Held.TRUSTED: "Then Planewatch can trust no API server that this CA vouches for, nor can anybody else who is held to it: every "
    "state here turns unknown.",
    Held.API_SERVICE: "Then the API server cannot verify who serves it, and what is asked of this API fails.",
}
_RENEWED = {
    Held.CLIENT: "Renew it in the kubeconfig: Planewatch reads that again by itself.",
    Held.TOKEN: "Renew it in the kubeconfig: Planewatch reads that again by itself.",
    Held.TRUSTED: "A new CA takes a rotation of all that it has signed (kubernetes.io, “Manual Rotation of CA Certificates”), and "
    "then a kubeconfig that trusts it.",
    Held.WEBHOOK: "Whoever installed the webhook renews it, most by themselves; what is behind it must be signed by the new CA.",
    Held.API_SERVICE: "Whoever installed it renews it; what is behind it must be signed by the new CA.",
}
_UNTOLD = {
    (Held.TRUSTED, Untold.ROOTS): "Planewatch trusts the roots of its own system; the kubeconfig gives no CA.",
    (Held.TRUSTED, Untold.UNCHECKED): "Planewatch does not check whom it talks to: the kubeconfig says so, or it is plain HTTP.",
    (Held.TRUSTED, Untold.UNREAD): "No CA is known yet.",
    (Held.WEBHOOK, Untold.ROOTS): "The API server trusts the roots of its own system.",
    (Held.API_SERVICE, Untold.ROOTS): "The API server trusts the roots of its own system.",
    (Held.API_SERVICE, Untold.UNCHECKED): "The API server does not check it.",
}


@dataclass(frozen=True, slots=True)
class Bar:
    """Shares of the width, in percent: from today to `late`, where it should have been renewed, and to `ends`; `goes_on`: to
    `last`, when the last of several ends; `beyond`: it ends after the scale does."""

    late: float
    ends: float
    last: float
    beyond: bool

    @property
    def left(self) -> float:
        return _TODAY

    @property
    def good(self) -> float:
        """How long it is good."""
        return max(0.0, self.late - _TODAY)

    @property
    def soon_from(self) -> float:
        """Where it should have been renewed, if that is still to come."""
        return max(self.late, _TODAY)

    @property
    def soon(self) -> float:
        """How long it should have been renewed and still goes on."""
        return max(0.0, self.ends - self.soon_from)

    @property
    def rest(self) -> float:
        """From the first end to the last."""
        return max(0.0, self.last - self.ends)


@dataclass(frozen=True, slots=True)
class Month:
    """`at`: where it begins, in percent. `year` where the scale or a year begins."""

    name: str
    year: str
    at: float
    width: float


@dataclass(frozen=True, slots=True)
class CertificateLine:
    """`ends`: epoch seconds; None: no end is seen, for the reason in `why`. `left`: "12 d" until then, or how long ago."""

    held: str
    state: State
    over: bool
    title: str
    kind: str
    where: str
    ends: float | None
    last: float | None
    left: str
    day: str
    bar: Bar | None
    why: str
    notes: tuple[str, ...]
    fails: str
    renew: str
    commands: tuple[str, ...]
    certificates: tuple[Certificate, ...]
    seen_at: float | None

    @property
    def calm(self) -> bool:
        return self.state in (State.HEALTHY, State.NOT_OBSERVABLE)


def line(row: CertificateRow, standing: Standing, ways: Ways, now: float, blind: bool, *, apart: bool = False) -> CertificateLine:
    """One line of the page. `blind`: nobody vouches for it any more, so that it may have been renewed since. `apart`: others are
    shown at its address, so that it says which it is."""
    state = State.UNKNOWN if blind and standing.ends is not None else standing.state
    renew = f"Renewed by {row.renewed}." if row.renewed else _RENEWED.get(row.held) or _by_commands(ways)
    return CertificateLine(
        held=row.held,
        state=state,
        over=standing.is_over,
        title=_title(row),
        kind=_kind(row),
        where=f"{_where(row)}, SHA-256 {row.certificates[0].mark[:8]}…" if apart and row.certificates else _where(row),
        ends=standing.ends,
        last=standing.last if standing.last != standing.ends else None,
        left="" if standing.ends is None else time_left(standing.ends - now),
        day="" if standing.ends is None else day(standing.ends),
        bar=None if standing.ends is None else _bar(row, standing, now),
        why=_why(row),
        notes=tuple(_notes(row, standing, now)),
        fails=_fails(row) if standing.ends is not None else "",
        renew=renew if standing.ends is not None else "",
        commands=ways.renew if row.held is Held.SERVING else (),
        certificates=row.certificates,
        seen_at=row.seen_at,
    )


def _by_commands(ways: Ways) -> str:
    """How an API server's is renewed, where that is known of the distribution."""
    return f"Renew it {ways.where[:1].lower()}{ways.where[1:]}: {', '.join(ways.renew)}. {ways.told}" if ways.renew else ways.told


def _title(row: CertificateRow) -> str:
    match row.held:
        case Held.SERVING:
            return f"kube-apiserver {row.name}".strip()
        case Held.CLIENT:
            return "Planewatch’s own client"
        case Held.TOKEN:
            return "Planewatch’s own token" if row.name else "Planewatch’s own credentials"
        case Held.TRUSTED:
            return "the CA that Planewatch trusts"
        case Held.WEBHOOK:
            return f"webhook {row.name}" if row.count == 1 else f"webhooks of {row.name}, {row.count}"
        case Held.API_SERVICE:
            return f"API service {row.name}"


def _kind(row: CertificateRow) -> str:
    match row.held:
        case Held.SERVING:
            return "serving certificate"
        case Held.CLIENT:
            return f"client certificate of {row.certificates[0].subject}"
        case Held.TOKEN:
            return row.name
        case Held.TRUSTED:
            return _bundled(row, f"from {row.name}") if row.certificates else "no CA"
        case Held.WEBHOOK:
            return _bundled(row, "CA bundle") if row.certificates or row.untold is not Untold.ROOTS else "no CA bundle"
        case Held.API_SERVICE:
            if row.untold is Untold.UNCHECKED:
                return "insecureSkipTLSVerify"
            return _bundled(row, "CA bundle") if row.certificates or row.untold is not Untold.ROOTS else "no CA bundle"


def _bundled(row: CertificateRow, called: str) -> str:
    count = len(row.certificates)
    return called if count < 2 else f"{called}, {count} certificates"


def _where(row: CertificateRow) -> str:
    several = ", ".join(one for one in row.where[:4] if one)
    more = f" and {len(row.where) - 4} more" if len(row.where) > 4 else ""
    return f"{'at ' if row.held is Held.SERVING else 'for '}{several}{more}" if several else ""


def _fails(row: CertificateRow) -> str:
    if row.held is not Held.WEBHOOK:
        return _FAILS[row.held]
    if row.closed:
        return "Then the API server cannot verify it, and refuses what it would have sent there (failurePolicy Fail)."
    return "Then the API server cannot verify it, and lets pass what it would have sent there (failurePolicy Ignore)."


def _why(row: CertificateRow) -> str:
    match row.untold:
        case None:
            return ""
        case Untold.UNREAD:
            return _UNTOLD.get((row.held, Untold.UNREAD), "There is no certificate in it that can be read.")
        case Untold.UNSAID:
            return f"It does not say when it ends{f'; renewed by {row.renewed}' if row.renewed else ''}."
        case _:
            return _UNTOLD.get((row.held, row.untold), "")


def _notes(row: CertificateRow, standing: Standing, now: float) -> Iterable[str]:
    if any(one.begins > now for one in row.certificates):
        begins = max(one.begins for one in row.certificates)
        yield f"Not valid before {day(begins)}."
    if standing.state is State.UNKNOWN and row.renewed:
        yield f"It was to be renewed by {row.renewed}; whether it was has not been seen yet."
    elif standing.state is State.UNKNOWN:
        over = f"{standing.over} of {standing.count} are over" if standing.over > 1 else f"one of {standing.count} is over"
        first = over if standing.over else f"the first of {standing.count} ends soon"
        yield f"{first[0].upper()}{first[1:]}: which of them counts cannot be told from here."
    elif standing.count > 1 and standing.last is not None and standing.last != standing.ends:
        yield f"The last of {standing.count} ends on {day(standing.last)}; which of them counts cannot be told from here."
    if row.after is not None:
        yield "Another has been shown since: this one was renewed, or is another API server’s."
    if row.certificates and row.unread:
        yield f"{counted(row.unread, 'part')} of it cannot be read."


# --- time ---------------------------------------------------------------------------------------------------------------------


def time_left(seconds: float) -> str:
    """Until an end: "12 d", "8 years", "5 h 20 min"; of what is over how long ago: "ended 3 d ago"."""
    if seconds < 0:
        return f"ended {_long(-seconds)} ago"
    return _long(seconds)


def _long(seconds: float) -> str:
    if seconds >= 2 * _YEAR:
        return f"{seconds / _YEAR:.0f} years"
    return f"{seconds // DAY:.0f} d" if seconds >= 2 * DAY else duration(seconds)


def day(moment: float) -> str:
    """ "6 Dec 2026", in UTC."""
    return f"{datetime.fromtimestamp(moment, UTC):%-d %b %Y}"


def _at(moment: float, now: float) -> float:
    return round(min(100.0, max(0.0, _TODAY + (moment - now) / _SCALE * _WIDTH)), 2)


def _bar(row: CertificateRow, standing: Standing, now: float) -> Bar:
    assert standing.ends is not None
    lead = max((row.lead.get(one.mark, 0.0) for one in row.certificates if one.ends == standing.ends), default=0.0)
    last = standing.last if standing.last is not None else standing.ends
    ends = _at(standing.ends, now)
    return Bar(_at(standing.ends - lead, now), ends, _at(last, now), standing.ends - now > _SCALE)


def months(now: float) -> list[Month]:
    """The scale's months, each as wide as it is."""
    began = datetime.fromtimestamp(now - _TODAY / _WIDTH * _SCALE, UTC)
    first = began.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    made: list[Month] = []
    while (at := _at(first.timestamp(), now)) < 100.0:
        following = (first + timedelta(days=32)).replace(day=1)
        end = _at(following.timestamp(), now)
        if end - at >= 3.0:
            year = f"{first:%Y}" if not made or first.month == 1 else ""
            made.append(Month(f"{first:%b}", year, at, round(end - at, 2)))
        first = following
    return made
