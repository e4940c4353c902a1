"""What the wall of a display shows, from what was chosen for it: for the full wall's page and the basic one's pictures."""

from collections.abc import Iterable

import msgspec

from dashboard import board_pictures, picture, zones
from dashboard.acknowledged import SICK
from dashboard.boards import BoardScene
from dashboard.display_shapes import Wall
from dashboard.presenters.words import severity
from dashboard.rotation import Page, Sick, Turn, next_words, turn_at
from planes.store import selectors
from planes.store.freshness import LATE_AFTER
from planes.store.selectors import ClusterHead


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What static/js/wall/display.js calls Settings. Times are epoch seconds, places degrees; `zone` empty is the screen's own."""

    slug: str
    name: str
    place: str
    pages: tuple[Page, ...]
    theme: str
    latitude: float | None
    longitude: float | None
    zone: str
    scale: float
    message: str
    message_until: float | None
    chime: bool
    reload_at: str
    edited: float


def settings_of(wall: Wall) -> Settings:
    """For the page of a wall."""
    where = (wall.latitude, wall.longitude)
    latitude, longitude = where if None not in where else (zones.place(wall.zone) or (None, None))
    return Settings(
        slug=wall.slug,
        name=wall.name,
        place=wall.place,
        pages=pages_of(wall, selectors.watched()),
        theme=str(wall.theme),
        latitude=latitude,
        longitude=longitude,
        zone=wall.zone,
        scale=wall.scale,
        message=wall.message,
        message_until=wall.message_until,
        chime=wall.chime,
        reload_at=wall.reload_at,
        edited=wall.edited,
    )


def pages_of(wall: Wall, heads: Iterable[ClusterHead]) -> tuple[Page, ...]:
    """Its pages, as long as there is something to show on them: a cluster that is watched no longer has none, and where nothing is
    left the overview says so."""
    there = {head.id: head for head in heads if wall.may(head.id)}
    found = []
    for page in wall.pages:
        if page.cluster is None:
            found.append(Page(None, "", page.seconds))
        elif (head := there.get(page.cluster)) is not None:
            found.append(Page(head.slug, head.name, page.seconds))
    return tuple(found) or (Page(None, "", 30),)


def turn_of(wall: Wall, scene: BoardScene, now: float) -> Turn:
    """Which page stands at `now` (epoch seconds), as the full wall has it."""
    sick = [one for one in scene.clusters if _worst(one.card.control.state, one.card.data.state) in SICK]
    sick.sort(key=lambda one: -severity(_worst(one.card.control.state, one.card.data.state)))
    # Of what nobody vouches for now it is not known that it is sick.
    known = [one for one in sick if not one.acknowledged and one.pulse is not None and scene.at - one.pulse <= LATE_AFTER]
    wanting = [Sick(one.card.slug, one.card.name) for one in known]
    return turn_at(pages_of(wall, selectors.watched()), wanting, now)


def screen_of(wall: Wall, size: tuple[int, int], form: picture.Form, turn: Turn, now: float) -> board_pictures.Screen:
    """What is painted for it at `now`, epoch seconds."""
    return board_pictures.Screen(
        size=size,
        name=wall.name,
        place=wall.place,
        message=wall.said(now),
        theme=str(wall.theme),
        latitude=wall.latitude,
        longitude=wall.longitude,
        zone=wall.zone,
        scale=wall.scale,
        clusters=wall.clusters,
        page=turn.page.slug or "",
        next=next_words(turn),
        form=form,
    )


def _worst(control: str, data: str) -> str:
    return max(control, data, key=severity)
