"""What the page of a cluster's certificates shows: read, and shaped for its template; and the same as CSV and as a calendar."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from icalendar import Calendar, Event

from dashboard import pulses
from dashboard.presenters import certificates as told
from dashboard.presenters.certificates import CertificateLine, Month
from dashboard.presenters.words import counted, iso
from planes.assess.certificates import Standing, in_order
from planes.components.certificates import Ways, ways_of
from planes.components.distribution import MANAGED
from planes.live.wire import Lateness
from planes.store.freshness import believed, lateness
from planes.store.selectors import ClusterHead
from planes.store.survey import survey
from planes.structs.feeds import Feed
from planes.structs.survey import CertificateRow, GapRow, Held, SurveyRow
from planes.structs.verdicts import State

_FEEDS = (Feed.API_SERVICES, Feed.VALIDATING_WEBHOOKS, Feed.MUTATING_WEBHOOKS)
HEAD = ("what", "kind", "where", "state", "ends", "seconds_left", "subject", "issuer", "begins", "sha256")


@dataclass(frozen=True, slots=True)
class Unseen:
    """What no Kubernetes API shows."""

    what: str
    why: str


@dataclass(frozen=True, slots=True)
class CertificatesPage:
    """`first`: what ends next, or ended last, and needs somebody for that. `verdict`: in a few words. `looked`: whether anything
    was looked at yet. `count`: of certificates, in lines."""

    cluster: ClusterHead
    looked: bool
    verdict: str
    first: CertificateLine | None
    lines: tuple[CertificateLine, ...]
    count: str
    gaps: tuple[GapRow, ...]
    months: tuple[Month, ...]
    unseen: tuple[Unseen, ...]
    ways: Ways
    late: Lateness | None


def context(head: ClusterHead, now: float) -> dict[str, object]:
    """For the template. `now`: epoch seconds."""
    fresh = pulses.freshness(head)
    late = lateness(fresh, now)
    blind = late is not None and late.cause != "cluster"
    shown = page(head, survey(head.id), now, late)
    return {"page": shown, "fresh": believed(fresh, late), "late": late, "blind": blind, "served": now, "now": now}


def page(head: ClusterHead, found: SurveyRow | None, now: float, late: Lateness | None = None) -> CertificatesPage:
    """All of it at `now`. `found` None: nothing was looked at yet."""
    ways = ways_of(head.row.distribution)
    ordered = in_order(found.certificates if found is not None else (), now)
    serving = Counter(row.where for row, _ in ordered if row.held is Held.SERVING)
    lines = tuple(told.line(row, one, ways, now, late is not None, apart=serving[row.where] > 1) for row, one in ordered)
    certificates = sum(len(row.certificates) for row, _ in ordered)
    return CertificatesPage(
        cluster=head,
        looked=found is not None,
        verdict=_verdict(lines, late),
        first=_first([row for row, _ in ordered], lines),
        lines=lines,
        count=f"{counted(certificates, 'certificate')} in {counted(len(lines), 'line')}",
        gaps=gaps(found),
        months=tuple(told.months(now)),
        unseen=tuple(_unseen(head)),
        ways=ways,
        late=late,
    )


def _first(rows: Sequence[CertificateRow], lines: Sequence[CertificateLine]) -> CertificateLine | None:
    """What ends next and needs somebody for that; where there is nothing of the kind, what ends next."""
    ending = [
        (row, one) for row, one in zip(rows, lines, strict=True) if one.ends is not None and one.state is not State.NOT_OBSERVABLE
    ]
    return next((one for row, one in ending if not row.renewed), ending[0][1] if ending else None)


def gaps(found: SurveyRow | None) -> tuple[GapRow, ...]:
    """What of certificates could not be read."""
    return tuple(one for one in found.gaps if one.feed in _FEEDS) if found is not None else ()


def _verdict(lines: Sequence[CertificateLine], late: Lateness | None) -> str:
    if late is not None:
        return "as they were when last seen" if lines else ""
    counts = (
        (sum(one.over for one in lines), "over"),
        (sum(one.state is State.DEGRADED for one in lines), "about to end"),
        (sum(one.state is State.UNKNOWN for one in lines), "undecided"),
    )
    said = ", ".join(f"{count} {word}" for count, word in counts if count)
    return said or ("nothing needs attention today" if lines else "")


def _unseen(head: ClusterHead) -> Iterator[Unseen]:
    if head.row.distribution in MANAGED:
        yield Unseen(
            "the control plane’s own",
            f"Certificates of etcd, controller manager and scheduler are held by {head.row.distribution}.",
        )
    else:
        yield Unseen("etcd", "Its server, peer and client certificates lie on the disks of its members.")
        yield Unseen("controller manager, scheduler", "Their client certificates lie in kubeconfigs on the control plane’s disks.")
        yield Unseen("front proxy, service account keys", "On the control plane’s disks.")
    yield Unseen(
        "kubelets",
        "Client and serving certificates lie on each node. They renew themselves where rotation is on, which cannot be told from "
        "here.",
    )
    yield Unseen(
        "what is behind webhooks and API services", "The CAs they are held to are seen here; what they show themselves is not."
    )
    yield Unseen("conversion webhooks", "Their CA bundles stand in CustomResourceDefinitions, which Planewatch does not read.")
    yield Unseen("Ingress and other TLS Secrets", "Planewatch never reads Secrets.")


# --- other forms --------------------------------------------------------------------------------------------------------------


def table(head: ClusterHead, now: float) -> Iterator[Sequence[str]]:
    """Rows of a CSV: one for each certificate."""
    found, blind = survey(head.id), lateness(pulses.freshness(head), now) is not None
    ways = ways_of(head.row.distribution)
    yield HEAD
    for row, one in in_order(found.certificates if found is not None else (), now):
        line = told.line(row, one, ways, now, blind)
        about = (line.title, row.held.value, "; ".join(row.where), line.state.value)
        for certificate in row.certificates:
            left = f"{certificate.ends - now:.0f}"
            yield (
                *about,
                iso(certificate.ends),
                left,
                certificate.subject,
                certificate.issuer,
                iso(certificate.begins),
                certificate.mark,
            )
        if not row.certificates:
            ends = one.ends
            yield (*about, iso(ends), "" if ends is None else f"{ends - now:.0f}", "", "", "", "")


def calendar(head: ClusterHead, address: str, now: float) -> bytes:
    """The ends of all certificates as a calendar (RFC 5545). `address` is the page's. An event's UID is that of its certificate: a
    renewed one is another event, and the one before it is gone."""
    found = survey(head.id)
    made = Calendar()
    made.add("prodid", "-//Planewatch//Certificates//EN")
    made.add("version", "2.0")
    made.add("x-wr-calname", f"Certificates of {head.name}")
    ways, seen = ways_of(head.row.distribution), set[str]()
    for row, one in in_order(found.certificates if found is not None else (), now):
        line = told.line(row, one, ways, now, False)
        for mark, ends in _ends(row, one):
            # Where a serving certificate is shown may be learnt later: what it is told by is not part of its name.
            uid = (
                f"{row.held.value}.{row.name}.{mark}"
                if row.held in (Held.WEBHOOK, Held.API_SERVICE)
                else f"{row.held.value}.{mark}"
            )
            if uid not in seen:
                seen.add(uid)
                made.add_component(_event(head, line, uid, ends, address, now))
    written: bytes = made.to_ical()
    return written


def _ends(row: CertificateRow, one: Standing) -> Iterator[tuple[str, float]]:
    if row.certificates:
        yield from ((certificate.mark, certificate.ends) for certificate in row.certificates)
    elif one.ends is not None:
        yield "token", one.ends


def _event(head: ClusterHead, line: CertificateLine, mark: str, ends: float, address: str, now: float) -> Event:
    event = Event()
    event.add("uid", f"{mark}@{head.slug}.planewatch")
    event.add("dtstamp", datetime.fromtimestamp(int(now), UTC))
    event.add("dtstart", datetime.fromtimestamp(int(ends), UTC))
    event.add("summary", f"{head.name}: {line.title}, {line.kind} ends")
    event.add("description", " ".join(one for one in (line.where, line.fails, line.renew, *line.notes) if one))
    event.add("url", address)
    event.add("transp", "TRANSPARENT")
    event.add("categories", ["certificates"])
    return event
