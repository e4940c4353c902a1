"""The answers of the API about what is looked over now and then."""

import msgspec
from django.conf import settings

from dashboard import certificate_pages, upgrade_pages
from dashboard.rest.asking import Nothing
from dashboard.rest.reading import dated
from dashboard.rest.survey_shapes import CertificateItem, CertificatesAnswer, UpgradeAnswer
from planes.assess.certificates import in_order
from planes.store.selectors import ClusterHead
from planes.store.survey import survey
from planes.structs.survey import GapRow, SurveyRow
from planes.structs.thresholds import Thresholds
from planes.structs.time_tokens import render
from planes.structs.verdicts import State


def certificates(head: ClusterHead, asked: Nothing, now: float) -> CertificatesAnswer:
    """Of one cluster. What nobody vouches for is of no known state: it may have been renewed since."""
    told, found = dated(head, now), survey(head.id)
    items = [
        CertificateItem(
            held=row.held,
            name=row.name,
            where=row.where,
            state=State.UNKNOWN if told.late is not None and one.ends is not None else one.state,
            ends=one.ends,
            over=one.over,
            untold=row.untold,
            renewed=row.renewed,
            seen_at=row.seen_at,
            certificates=row.certificates,
        )
        for row, one in in_order(found.certificates if found is not None else (), now)
    ]
    return CertificatesAnswer(
        cluster=told.cluster,
        as_of=told.as_of,
        late=told.late,
        looked=found is not None,
        certificates=tuple(items),
        gaps=gaps(certificate_pages.gaps(found), now),
    )


def gaps(found: tuple[GapRow, ...], now: float) -> tuple[GapRow, ...]:
    """What could not be read, its moments written at `now`."""
    return tuple(msgspec.structs.replace(one, why=render(one.why, now)) for one in found)


def upgrade(head: ClusterHead, asked: Nothing, now: float) -> UpgradeAnswer:
    """Of one cluster. What nobody vouches for is as it was when last seen: `late` says so."""
    told, found = dated(head, now), survey(head.id) or SurveyRow()
    met = upgrade_pages.met(found, Thresholds(**settings.BOUNDS))
    return UpgradeAnswer(
        cluster=told.cluster,
        as_of=told.as_of,
        late=told.late,
        target=met.goal,
        weight=met.weight,
        versions=met.versions,
        left_behind=met.left_behind,
        apis=met.apis,
        scraped=found.scraped,
        servers=found.servers,
        hooks=met.hooks,
        hooks_open=found.hooks_open,
        gaps=gaps(found.gaps, now),
    )
