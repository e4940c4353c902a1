"""The answers of the API about incidents, from what their pages are made of."""

from collections.abc import Sequence

import msgspec
from django.urls import reverse

from dashboard import incident_pages, incident_reports
from dashboard.incident_pages import IncidentPage
from dashboard.presenters import incidents as told
from dashboard.rest import cursors
from dashboard.rest.access import Access
from dashboard.rest.asking import Nothing
from dashboard.rest.incident_shapes import (
    Healing,
    IncidentAnswer,
    IncidentItem,
    IncidentReportAnswer,
    IncidentsAnswer,
    NoteItem,
    SpellItem,
    StepItem,
)
from dashboard.rest.problems import RefusedError
from dashboard.rest.queries import IncidentsQuery
from dashboard.rest.reading import across, dated
from planes.store import incidents
from planes.store.incidents import Record
from planes.store.selectors import ClusterHead
from planes.structs.incidents import Incident, Step


class _Place(msgspec.Struct, array_like=True):
    """A place in a list of incidents, newest first."""

    began: float
    cluster: str
    id: str


def of_all(access: Access, asked: IncidentsQuery, now: float) -> IncidentsAnswer:
    """The incidents of every cluster that may be known of. Raises RefusedError (400)."""
    return _listed(access.heads(), "", asked, now)


def of_cluster(head: ClusterHead, asked: IncidentsQuery, now: float) -> IncidentsAnswer:
    """The incidents of one cluster. Raises RefusedError (400)."""
    return _listed([head], head.slug, asked, now)


def one(head: ClusterHead, name: str, _: Nothing, now: float) -> IncidentAnswer:
    """One of them, step by step, with its notes. Raises RefusedError (404)."""
    record, found = _found(head, name)
    page, dates = incident_pages.page_of(head, record, found, now), dated(head, now)
    return IncidentAnswer(
        cluster=dates.cluster,
        as_of=dates.as_of,
        late=dates.late,
        incident=_item(record, found),
        observed=page.observed,
        steps=tuple(_step(step) for step in found.steps),
        near=tuple(line.id for line in page.near),
        notes=tuple(NoteItem(note.author, note.at, note.text) for note in page.notes),
    )


def report(head: ClusterHead, name: str, _: Nothing, now: float) -> IncidentReportAnswer:
    """Its report as Markdown, with the addresses of its pictures on this site. Raises RefusedError (404)."""
    record, found = _found(head, name)
    page: IncidentPage = incident_pages.page_of(head, record, found, now)
    dates = dated(head, now)
    body = incident_reports.markdown(page, reverse("incident", args=[head.slug, found.id]), now)
    return IncidentReportAnswer(cluster=dates.cluster, as_of=dates.as_of, late=dates.late, id=found.id, markdown=body)


def _found(head: ClusterHead, name: str) -> tuple[Record, Incident]:
    found = incident_pages.found_in(head.slug, name)
    if found is None:
        raise RefusedError(404, f"Cluster {head.slug} has no incident {name} on record.")
    return found


def _listed(heads: Sequence[ClusterHead], slug: str, asked: IncidentsQuery, now: float) -> IncidentsAnswer:
    allowed = {head.slug for head in heads}
    records = [one for one in incidents.of_clusters(slug) if one.slug in allowed]
    every = [_item(record, found) for record in records for found in record.incidents]
    wanted = [item for item in every if asked.state in ("", "open" if item.goes_on else "over")]
    wanted.sort(key=lambda item: (-item.began, item.cluster, item.id))
    of = ("incidents", slug, asked.state)
    place = cursors.read(asked.cursor, _Place, *of)
    rest = wanted
    if place is not None:
        after = (-place.began, place.cluster, place.id)
        rest = [item for item in wanted if (-item.began, item.cluster, item.id) > after]
    shown = rest[: asked.limit]
    more = None
    if len(rest) > len(shown):
        more = cursors.written(_Place(shown[-1].began, shown[-1].cluster, shown[-1].id), *of)
    dates = across(heads, now)
    return IncidentsAnswer(
        as_of=dates.as_of,
        late=dates.late,
        clusters=dates.clusters,
        count=len(wanted),
        next=more,
        incidents=tuple(shown),
        healing=_healing([found for record in records for found in record.incidents], now),
        since=min((record.since for record in records if record.since is not None), default=None),
    )


def _healing(found: Sequence[Incident], now: float) -> Healing:
    took = told.healed_within(found, now)
    return Healing(len(took), round(sum(took) / len(took), 1) if took else None, round(max(took), 1) if took else None)


def _item(record: Record, found: Incident) -> IncidentItem:
    return IncidentItem(
        cluster=record.slug,
        id=found.id,
        title=told.title(found),
        state=found.worst.value,
        goes_on=found.goes_on,
        began=found.began,
        ended=found.ended,
        first=told.who(found.steps[0]),
        steps=len(found.steps),
        nodes=len(found.nodes),
    )


def _step(step: Step) -> StepItem:
    link = step.link
    return StepItem(
        what=told.who(step),
        state=step.worst.value,
        goes_on=step.goes_on,
        began=step.began,
        ended=step.ended,
        because=step.because,
        to=link.to if link else None,
        tie=link.tie.value if link else "",
        why=link.words if link else "",
        seconds=round(link.seconds, 1) if link else 0.0,
        spells=tuple(
            SpellItem(*spell.subject, spell.worst.value, spell.goes_on, spell.began, spell.ended, spell.because)
            for spell in step.spells
        ),
    )
