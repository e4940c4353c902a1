"""The form of a display: from what was typed to what is wanted, and back. Pure: no queries, no clock; times are epoch seconds."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec

from dashboard.display_shapes import DWELL, MOST_PAGES, SCALES, Page, Shows, Theme
from dashboard.displays import Known, Wanted, WrongError

#: How a row of a rotation names the overview.
OVERVIEW = "overview"
#: Empty rows that stand below those of a rotation.
SPARE = 3
_DAY, _MINUTE = "%Y-%m-%d", "%Y-%m-%dT%H:%M"


class Row(NamedTuple):
    """One page of a rotation, as it was typed: OVERVIEW or the id of a cluster, empty: none; and for how many seconds."""

    page: str = ""
    seconds: str = "30"


class Filled(msgspec.Struct, frozen=True, kw_only=True):
    """The form as it stands: texts as they were typed. `one`: the id of the cluster of a wall of one; `turns`: rows of a rotation;
    `chosen`: ids of the clusters that are allowed, where not `every` is. `until`, `ends`: in UTC."""

    name: str = ""
    place: str = ""
    shows: str = Shows.OVERVIEW.value
    one: str = ""
    turns: tuple[Row, ...] = ()
    every: bool = True
    chosen: frozenset[int] = frozenset()
    theme: str = Theme.DARK.value
    latitude: str = ""
    longitude: str = ""
    zone: str = ""
    scale: str = "1"
    message: str = ""
    until: str = ""
    chime: bool = False
    reload_at: str = ""
    networks: str = ""
    ends: str = ""


def typed(given: Mapping[str, str], chosen: Sequence[str], rows: Iterable[tuple[str, str]] = ()) -> Filled:
    """What came in a form; `chosen`: the clusters that were ticked; `rows`: page and seconds of each. Empty rows are left out."""
    ids = frozenset(int(one) for one in chosen if one.isascii() and one.isdigit() and len(one) < 19)
    texts = ("name", "place", "shows", "one", "theme", "latitude", "longitude", "zone", "scale", "message", "until")
    more = {name: given.get(name, "")[:10_000] for name in (*texts, "reload_at", "networks", "ends")}
    turns = tuple(Row(page[:20], seconds[:20]) for page, seconds in rows if page.strip())
    return Filled(every=given.get("scope") != "some", chosen=ids, chime="chime" in given, turns=turns, **more)


def of(known: Known, slugs: Mapping[int, str]) -> Filled:
    """The form of a display as it is. `slugs`: of the clusters that are watched, by id; what is no longer watched is left out."""
    wall = known.wall
    there = [page for page in wall.pages if page.cluster is None or page.cluster in slugs]
    rows = tuple(Row(OVERVIEW if page.cluster is None else str(page.cluster), str(page.seconds)) for page in there)
    alone = wall.pages[0].cluster if wall.shows is Shows.CLUSTER else None
    return Filled(
        name=wall.name,
        place=wall.place,
        shows=wall.shows.value,
        one="" if alone is None else str(alone),
        turns=rows if wall.shows is Shows.ROTATION else (),
        every=wall.clusters is None,
        chosen=wall.clusters or frozenset(),
        theme=wall.theme.value,
        latitude=_number(wall.latitude),
        longitude=_number(wall.longitude),
        zone=wall.zone,
        scale=f"{wall.scale:g}",
        message=wall.message,
        until=_moment(wall.message_until, _MINUTE),
        chime=wall.chime,
        reload_at=wall.reload_at,
        networks="\n".join(known.term.networks),
        ends=_moment(known.term.expires, _DAY),
    )


def rows_of(form: Filled, spare: int = SPARE) -> tuple[Row, ...]:
    """The rows of the rotation with empty ones below them, no more than there may be pages."""
    return (*form.turns, *[Row()] * min(spare, max(0, MOST_PAGES - len(form.turns))))


def wanted(form: Filled, slugs: Mapping[int, str]) -> Wanted:
    """What the form asks for, as far as it can be told without looking at the whole (displays.make). Raises WrongError."""
    clusters = None if form.every else frozenset(form.chosen) & frozenset(slugs)
    theme = next((one for one in Theme if one.value == form.theme), Theme.DARK)
    scale = _figure(form.scale or "1", f"The scale is a number from {SCALES[0]:g} to {SCALES[1]:g}.")
    place = "The latitude is a number such as 52.5, the longitude one such as 13.4."
    return Wanted(
        name=form.name,
        place=form.place,
        pages=_pages(form, slugs),
        clusters=clusters,
        theme=theme,
        latitude=_figure(form.latitude, place) if form.latitude.strip() else None,
        longitude=_figure(form.longitude, place) if form.longitude.strip() else None,
        zone=form.zone,
        scale=scale,
        message=form.message,
        message_until=_at(form.until, _MINUTE, "The message's end is a day and a time, such as 2026-12-01T18:00."),
        chime=form.chime,
        reload_at=form.reload_at,
        networks=form.networks,
        expires=_at(form.ends, _DAY, "Its end is a day such as 2027-03-01."),
    )


def _pages(form: Filled, slugs: Mapping[int, str]) -> tuple[Page, ...]:
    if form.shows == Shows.CLUSTER:
        if not re.fullmatch(r"[0-9]{1,18}", form.one) or int(form.one) not in slugs:
            raise WrongError("Choose the cluster that it shows.")
        return (Page(int(form.one)),)
    if form.shows != Shows.ROTATION:
        return (Page(None),)
    found = [_page(row, slugs) for row in form.turns]
    if not 2 <= len(found) <= MOST_PAGES:
        raise WrongError(f"A rotation has 2 to {MOST_PAGES} pages.")
    return tuple(found)


def _page(row: Row, slugs: Mapping[int, str]) -> Page:
    seconds = re.fullmatch(r"\s*([0-9]{1,5})\s*s?\s*", row.seconds)
    if seconds is None or not DWELL[0] <= int(seconds[1]) <= DWELL[1]:
        raise WrongError(f"A page stands for {DWELL[0]} to {DWELL[1]:,} seconds.")
    if row.page == OVERVIEW:
        return Page(None, int(seconds[1]))
    if not re.fullmatch(r"[0-9]{1,18}", row.page) or int(row.page) not in slugs:
        raise WrongError("A cluster of the rotation is no longer watched: choose another.")
    return Page(int(row.page), int(seconds[1]))


def _figure(text: str, sentence: str) -> float:
    if not re.fullmatch(r"\s*[-−]?[0-9]{1,4}([.,][0-9]{1,8})?\s*", text):
        raise WrongError(sentence)
    return float(text.replace("−", "-").replace(",", "."))


def _at(text: str, form: str, sentence: str) -> float | None:
    if not text.strip():
        return None
    try:
        return datetime.strptime(text.strip()[:16], form).replace(tzinfo=UTC).timestamp()
    except (ValueError, OverflowError):
        raise WrongError(sentence) from None


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _moment(at: float | None, form: str) -> str:
    return "" if at is None else datetime.fromtimestamp(at, UTC).strftime(form)
