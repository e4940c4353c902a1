"""What the pages of incidents show: read, and shaped for their templates."""

from dataclasses import dataclass

import msgspec

from dashboard import notes
from dashboard.incident_links import has_part
from dashboard.notes import Note
from dashboard.presenters import incidents as told
from dashboard.presenters.change_log import Block
from dashboard.presenters.incident_chain import Chain, Row, began_of, chain
from dashboard.presenters.incidents import IncidentLine, Shot, StepLine
from dashboard.presenters.words import counted
from dashboard.then import iso
from dashboard.vouching import Standing, standing
from planes.assess.incidents import name_of
from planes.components.registry import title_of
from planes.live.wire import Lateness
from planes.store import incidents
from planes.store.incidents import Record
from planes.store.selectors import ClusterHead
from planes.structs.incidents import Incident

#: Incidents of a page: the newest; those that go on are all shown.
LIMIT = 200
#: Of those that go on so many are listed beside the picture: the newest.
OPEN_SHOWN = 3
#: Others that are told of as near in time.
_NEARBY = 5


@dataclass(frozen=True, slots=True)
class ListPage:
    """`count`: in words. `of`: whose part they have, in words; empty: anybody's. `since`: from when on there is a record, epoch
    seconds; of several clusters the earliest; None: there is none. `more`: how many older ones are not listed."""

    cluster: ClusterHead | None
    count: str
    open: tuple[IncidentLine, ...]
    over: tuple[IncidentLine, ...]
    more: int
    healing: str
    since: float | None
    late: Lateness | None
    of: str


@dataclass(frozen=True, slots=True)
class OpenLine:
    """One that goes on. `began`: epoch seconds."""

    id: str
    title: str
    state: str
    began: float


@dataclass(frozen=True, slots=True)
class Picture:
    """`at`: epoch seconds; `iso`: as an address has it."""

    when: str
    at: float
    iso: str


@dataclass(frozen=True, slots=True)
class IncidentPage:
    """`cause`: the one webhook or API service that was all that was wrong with what was first; else empty. `worst`: of which step,
    in words. `chain`: as it is drawn, `rows`: its steps, of both planes. `near`: others that began close to it, to which no rule
    links it. `alike`: of those that began with the same kind."""

    cluster: ClusterHead
    line: IncidentLine
    cause: str
    worst: str
    nodes: str
    observed: str
    chain: Chain
    rows: tuple[Row, ...]
    steps: tuple[StepLine, ...]
    unwatched: tuple[Block, ...]
    pictures: tuple[Picture, ...]
    near: tuple[IncidentLine, ...]
    alike: str
    late: Lateness | None
    notes: tuple[Note, ...]


def listed(head: ClusterHead | None, now: float, kind: str = "", node: str = "") -> dict[str, object]:
    """For the template. `head`: of one cluster; None: of all. `now`: epoch seconds. `kind`, `node`: only those in which a component
    or an agent of this kind, and this node, have a part."""
    how = standing(head, now)
    records = [_with(one, kind, node) for one in incidents.of_clusters(head.slug if head else "")]
    lines = [told.line(one, record, now) for record in records for one in record.incidents]
    lines.sort(key=lambda one: -one.began)
    over = [one for one in lines if not one.goes_on]
    since = min((one.since for one in records if one.since is not None), default=None)
    page = ListPage(
        cluster=head,
        count=counted(len(lines), "incident"),
        open=tuple(one for one in lines if one.goes_on),
        over=tuple(over[:LIMIT]),
        more=max(0, len(over) - LIMIT),
        healing=told.mean_to_heal([one for record in records for one in record.incidents], now),
        since=since,
        late=how.late,
        of=" of ".join(part for part in (title_of(kind) if kind else "", node) if part),
    )
    return _context(page, how, now)


def followed(head: ClusterHead, now: float) -> dict[str, object]:
    """For the template of those that go on. `now`: epoch seconds."""
    found = incidents.followed(head.slug)
    lines = [OpenLine(one.id, told.title(one), one.worst.value, one.began) for one in found.incidents]
    return {"slug": head.slug, "lines": lines[:OPEN_SHOWN], "more": len(lines[OPEN_SHOWN:]), "again": found.again, "now": now}


def _with(record: Record, kind: str, node: str) -> Record:
    if not kind and not node:
        return record
    return msgspec.structs.replace(record, incidents=tuple(one for one in record.incidents if has_part(one, kind, node)))


def one(head: ClusterHead, name: str, now: float) -> dict[str, object] | None:
    """For the template of one; None: no incident of this name is on record."""
    found = found_in(head.slug, name)
    if found is None:
        return None
    how = standing(head, now)
    return _context(page_of(head, *found, now, how.late), how, now)


def found_in(slug: str, name: str) -> tuple[Record, Incident] | None:
    """The incident of that name and the record that it is from. It goes by the names of all its steps, too: where its first is
    found to belong to an earlier one, a link to it still leads there."""
    for record in incidents.of_clusters(slug):
        named = next((one_ for one_ in record.incidents if one_.id == name), None)
        found = named or next((one_ for one_ in record.incidents if name in map(name_of, one_.steps)), None)
        if found is not None:
            return record, found
    return None


def page_of(head: ClusterHead, record: Record, found: Incident, now: float, late: Lateness | None = None) -> IncidentPage:
    """All that is told of one incident. `now`: epoch seconds."""
    began, ended = told.window(found, now)
    began = began_of(found, began, ended)
    drawn = chain(found, began, ended, now)
    rows = (*drawn.control, *drawn.data)
    worst = next(step for step in found.steps if step.worst is found.worst)
    return IncidentPage(
        cluster=head,
        line=told.line(found, record, now),
        cause=found.steps[0].about,
        worst=told.who(worst),
        nodes=f"{len(found.nodes):,} of {record.nodes:,}" if record.nodes >= len(found.nodes) else f"{len(found.nodes):,}",
        observed=told.observed(found, record.spans, now),
        chain=drawn,
        rows=rows,
        steps=tuple(sorted((row.step for row in rows), key=lambda line: line.number)),
        unwatched=told.unwatched(record.spans, began, ended),
        pictures=tuple(_picture(shot) for shot in told.shots(found, now)),
        near=tuple(told.line(other, record, now) for other in _near(found, record))[:_NEARBY],
        alike=_alike(found, record, now),
        late=late,
        notes=tuple(notes.of_incident(head.id, [name_of(step) for step in found.steps])),
    )


def _near(found: Incident, record: Record) -> list[Incident]:
    last = found.ended or found.steps[-1].began
    return [
        other
        for other in record.incidents
        if other.id != found.id
        and other.began <= last + told.NEAR
        and (other.goes_on or (other.ended or other.began) >= found.began - told.NEAR)
    ]


def _alike(found: Incident, record: Record, now: float) -> str:
    kind = _first_kind(found)
    alike = [other for other in record.incidents if _first_kind(other) == kind and other.began >= now - told.MONTH]
    return f"{counted(len(alike), 'incident')} of the last 30 days began so. {told.mean_to_heal(alike, now)}"


def _first_kind(one_: Incident) -> str:
    kind, subject, agent = one_.steps[0].spells[0].subject
    return agent if kind == "Node" else subject


def _picture(shot: Shot) -> Picture:
    return Picture(shot.when, shot.at, iso(shot.at))


def _context(page: ListPage | IncidentPage, how: Standing, now: float) -> dict[str, object]:
    return {"page": page, "vouched": how.vouched, "fresh": how.fresh, "late": how.late, "served": now, "now": now}
