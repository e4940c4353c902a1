"""The answer of the API that compares two pictures."""

from dashboard import compare_pages
from dashboard.compare_pages import NoClusterError, Side, TooOldError
from dashboard.rest.access import Access
from dashboard.rest.problems import RefusedError
from dashboard.rest.queries import CompareQuery
from dashboard.rest.reading import across
from dashboard.rest.survey_shapes import CompareAnswer
from dashboard.then import iso
from dashboard.wanted_changes import WrongError


def compared(access: Access, slug: str, asked: CompareQuery, now: float) -> CompareAnswer:
    """Raises RefusedError: 400 for a moment that makes no sense, 404 for a cluster that is not there or of which nothing is
    remembered then."""
    a, b = _sides(access, f"{slug}@{asked.at}", asked.to or slug, now)
    found = compare_pages.pairs(a, b, now)
    heads = [a.head] if a.head.id == b.head.id else [a.head, b.head]
    told = across(heads, now)
    return CompareAnswer(
        as_of=told.as_of, late=told.late, clusters=told.clusters, a_at=a.wanted.at, b_at=b.wanted.at, pairs=tuple(found)
    )


def _sides(access: Access, one: str, other: str, now: float) -> tuple[Side, Side]:
    try:
        a, b = compare_pages.asked({"at": one}, "at", now), compare_pages.asked({"to": other}, "to", now)
        if a is None or b is None:
            raise RefusedError(400, "to= names no cluster before its @.")
        access.head(a.slug)
        access.head(b.slug)
        return compare_pages.sides(a, b, now)
    except WrongError as error:
        raise RefusedError(400, str(error)) from None
    except NoClusterError as error:
        raise RefusedError(404, f"There is no cluster {error.slug} here.") from None
    except TooOldError as error:
        since = f"begins at {iso(error.oldest)}" if error.oldest is not None else "is nothing yet"
        raise RefusedError(404, f"What is remembered of {error.head.slug} {since}.") from None
