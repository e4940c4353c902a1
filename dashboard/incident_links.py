"""Which incident a change, a subject or a moment belongs to, for the pages that lead there."""

from collections.abc import Collection, Iterable

from dashboard.presenters import incidents as told
from dashboard.presenters.change_log import IncidentLink
from planes.store import incidents
from planes.structs.incidents import Incident, Spell, Subject
from planes.structs.rows import ChangeRow

#: Seconds before and after an incident in which a picture is still led to it: those that its own page shows.
_BEFORE, _AFTER = told.BEFORE, told.AFTER


class Parts:
    """Who had a part in which incident, and when, in some clusters: of those that went on between two moments, epoch seconds."""

    def __init__(self, slugs: Collection[str], began: float, ended: float) -> None:
        self._parts: dict[tuple[str, Subject], list[tuple[Spell, Incident]]] = {}
        for slug in slugs:
            for record in incidents.of_clusters(slug):
                for found in record.incidents:
                    if found.began <= ended and _over(found) >= began:
                        self._note(slug, found)

    def _note(self, slug: str, found: Incident) -> None:
        for spell in (spell for step in found.steps for spell in step.spells):
            self._parts.setdefault((slug, spell.subject), []).append((spell, found))

    def of(self, slug: str, row: ChangeRow) -> IncidentLink | None:
        """That in which a change has a part."""
        for spell, one in self._parts.get((slug, (row.subject_kind, row.subject, row.agent)), ()):
            if spell.began <= row.at <= _last(spell):
                return _link(one)
        return None


def between(slug: str, began: float, ended: float) -> tuple[IncidentLink, ...]:
    """Those of one cluster that went on between two moments, epoch seconds, or just about; the newest first."""
    found = [one for record in incidents.of_clusters(slug) for one in record.incidents]
    return tuple(_link(one) for one in found if one.began - _BEFORE <= ended and began <= _over(one) + _AFTER)


def at_moment(found: Iterable[IncidentLink], at: float) -> tuple[IncidentLink, ...]:
    """Of some those that went on at a moment, epoch seconds, or just about."""
    return tuple(one for one in found if one.began - _BEFORE <= at <= one.ended + _AFTER)


def has_part(one: Incident, kind: str, node: str) -> bool:
    """Whether a component or an agent of this kind, and this node, have a part in it; empty: any."""
    subjects = [spell.subject for step in one.steps for spell in step.spells]
    return any(
        (not kind or kind == (agent if of == "Node" else name)) and (not node or (of == "Node" and name == node))
        for of, name, agent in subjects
    )


def _link(one: Incident) -> IncidentLink:
    return IncidentLink(one.id, told.title(one), one.began, _over(one))


def _last(spell: Spell) -> float:
    if spell.goes_on:
        return float("inf")
    return spell.turns[-1][0] if spell.ended is None else spell.ended


def _over(one: Incident) -> float:
    return float("inf") if one.goes_on else max(_last(spell) for step in one.steps for spell in step.spells)
