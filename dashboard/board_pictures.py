"""The wall as a picture that the server paints: for screens whose browser is never updated. Painted once for all who show the same
display in the same size, in the painter's threads and never on the event loop, and held for a few seconds."""

import asyncio
import re
import time
from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import msgspec
from channels.db import database_sync_to_async
from django.conf import settings

from dashboard import answers, boards, picture, zones
from dashboard.picture.engine import Engine, tokens
from dashboard.picture.modules import joined
from dashboard.picture.png import rasterise
from dashboard.picture.typeface import with_typeface
from dashboard.pictured import Seen, seen_now

#: Seconds for which a picture holds. A basic wall asks every 10 s.
HOLDS = 5.0
#: Pictures kept, 100 kB each.
KEPT = 64
#: Where board.js leaves the place of a cluster's own picture, in units of the board; the size of an SVG; and what within one is
#: known by a name, which must not be that of something around it.
_PLACE = re.compile(r'<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)" fill="none" data-part="picture"/>')
_SIZE = re.compile(r'width="\d+" height="\d+"')
_NAMES = re.compile(r'(?<=\sid=")|(?<=url\(#)|(?<=href="#)')
#: Sizes that are painted, pixels. A screen takes the one that is shaped most like it, and scales it.
SIZES = ((1280, 720), (1920, 1080), (3840, 2160), (1024, 768), (1280, 1024), (2560, 1080), (720, 1280), (1080, 1920), (2160, 3840))


class Screen(msgspec.Struct, frozen=True, kw_only=True):
    """What a picture is painted for: `theme` dark, light or sun; `zone` of the IANA database, empty is UTC; `message`: what an
    operator has to say; `clusters`: ids, None is all; `page`: the slug of the cluster whose own picture it is, empty: all;
    `next`: what comes after it; `bare`: the picture alone, for a page that has all else."""

    size: tuple[int, int]
    name: str = ""
    place: str = ""
    message: str = ""
    theme: str = "dark"
    latitude: float | None = None
    longitude: float | None = None
    zone: str = ""
    scale: float = 1.0
    clusters: frozenset[int] | None = None
    page: str = ""
    next: str = ""
    bare: bool = False
    form: picture.Form = "svg"


@dataclass(frozen=True, slots=True)
class Painted:
    """`at`: when its scene was made, epoch seconds. `zipped` is empty for a PNG, which is compressed already."""

    at: float
    etag: str
    plain: bytes
    zipped: bytes


class Place(msgspec.Struct, frozen=True):
    """What static/js/board/sun.js calls Place."""

    latitude: float | None
    longitude: float | None
    offset: float


class _Around(msgspec.Struct, frozen=True, kw_only=True):
    """What static/js/board/frame.js calls Around."""

    clock: str
    zone: str
    name: str
    place: str
    message: str
    next: str = ""
    old: str = ""
    why: str = ""
    basic: bool = True


class _Options(msgspec.Struct, frozen=True, kw_only=True):
    """What static/js/board/board.js calls Options."""

    css: str
    theme: str
    place: Place
    width: int
    height: int
    scale: float
    now: float
    around: _Around
    single: str | None = None
    frozen: bool = False


class Pictures:
    """The pictures that this process has painted lately. `engine` draws."""

    def __init__(self, engine: Engine | None = None, *, holds: float = HOLDS) -> None:
        self._engine = engine or Engine(_script)
        self._themes = Engine(_sun)
        self._holds = holds
        self._kept: OrderedDict[Screen, tuple[float, Painted]] = OrderedDict()
        self._flights: dict[Screen, asyncio.Task[Painted]] = {}
        self.painted = 0  # how many were, for tests

    async def get(self, screen: Screen) -> Painted:
        """The picture for a screen, `holds` seconds old at most. Raises picture.CannotDrawError."""
        kept = self._kept.get(screen)
        if kept is not None and time.monotonic() < kept[0]:
            self._kept.move_to_end(screen)
            return kept[1]
        flight = self._flights.get(screen)
        if flight is None:
            flight = self._flights[screen] = asyncio.create_task(self._paint(screen))
            flight.add_done_callback(lambda _: self._flights.pop(screen, None))
        # One who goes away must not take the picture from those who wait with it.
        return await asyncio.shield(flight)

    async def _paint(self, screen: Screen) -> Painted:
        now, drawn = await (self._cluster(screen) if screen.bare else self._board(screen))
        self.painted += 1
        zipped = b"" if screen.form == "png" else answers.zipped_of(drawn)
        painted = Painted(now, answers.etag_of(drawn), drawn, zipped)
        self._kept[screen] = (time.monotonic() + self._holds, painted)
        self._kept.move_to_end(screen)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return painted

    async def _board(self, screen: Screen) -> tuple[float, bytes]:
        made = await database_sync_to_async(boards.shared().get, thread_sensitive=False)(screen.clusters)
        seen = await _seen(screen) if screen.page else None
        return made.scene.at, await picture.painter().made(lambda: self.draw(screen, made.plain, made.scene.at, seen))

    async def _cluster(self, screen: Screen) -> tuple[float, bytes]:
        seen, now = await _seen(screen), time.time()
        # A page says itself by which light it stands.
        theme: picture.Theme = "light" if screen.theme == "light" else "dark"
        wanted = picture.Wanted(width=screen.size[0], height=screen.size[1], theme=theme)
        return now, await picture.painter().painted(screen.form, seen.snapshot, seen.fresh, now, wanted, seen.beats)

    def draw(self, screen: Screen, scene: bytes, now: float, seen: Seen | None = None) -> bytes:
        """The file of an encoded boards.BoardScene, in the thread of who asks; `seen`: the cluster whose own picture stands in it.
        Raises picture.CannotDrawError."""
        clock, zone = zones.clock(screen.zone, now)
        options = _Options(
            css=tokens(),
            theme=screen.theme,
            place=place_of(screen.latitude, screen.longitude, screen.zone, now),
            width=screen.size[0],
            height=screen.size[1],
            scale=screen.scale,
            now=now,
            around=_Around(clock=clock, zone=zone, name=screen.name, place=screen.place, message=screen.message, next=screen.next),
            single=screen.page or None,
        )
        svg = self._engine.draw(scene.decode(), msgspec.json.encode(options).decode())
        if seen is not None:
            svg = self._filled(svg, screen, seen, now)
        return rasterise(svg) if screen.form == "png" else with_typeface(svg).encode()

    def _filled(self, svg: str, screen: Screen, seen: Seen, now: float) -> str:
        """The board with the cluster's own picture in its place, painted for just that room."""
        found = _PLACE.search(svg)
        if found is None:
            raise picture.CannotDrawError("The wall of one cluster has no place for its picture.")
        x, y, width, height = found.groups()
        wide, high = (max(1, round(float(one) * screen.scale)) for one in (width, height))
        wanted = picture.Wanted(width=wide, height=high, theme=self._lit(screen, now))
        inner = picture.painter().svg(seen.snapshot, seen.fresh, now, wanted, seen.beats)
        placed = _SIZE.sub(f'x="{x}" y="{y}" width="{width}" height="{height}"', _NAMES.sub("p-", inner), count=1)
        return svg[: found.start()] + placed + svg[found.end() :]

    def _lit(self, screen: Screen, now: float) -> picture.Theme:
        where = place_of(screen.latitude, screen.longitude, screen.zone, now)
        found = self._themes.draw(screen.theme, msgspec.json.encode(where).decode(), f"{now}")
        return "light" if found == "light" else "dark"


async def _seen(screen: Screen) -> Seen:
    found = await seen_now(screen.page)
    if found is None:
        raise picture.CannotDrawError(f"There is no cluster {screen.page} here.")
    return found


def place_of(latitude: float | None, longitude: float | None, zone: str, now: float) -> Place:
    """Where a screen is: what was said of it, else where the namesake of its time zone lies."""
    if latitude is None or longitude is None:
        latitude, longitude = zones.place(zone) or (None, None)
    return Place(latitude, longitude, zones.offset(zone, now))


def size_for(width: int, height: int) -> tuple[int, int]:
    """The size that is painted for a screen: of those that are shaped most like it the smallest that is as large."""
    if width <= 0 or height <= 0:
        return (1920, 1080)
    least = min(abs(w / h - width / height) for w, h in SIZES)
    alike = [(w, h) for w, h in SIZES if abs(w / h - width / height) <= least + 1e-6]
    return next((one for one in alike if one[0] >= width), alike[-1])


@lru_cache(maxsize=1)
def shared() -> Pictures:
    """This process's pictures, the ones for all of its views."""
    return Pictures()


@lru_cache(maxsize=1)
def _script() -> str:
    return joined(Path(settings.BASE_DIR) / "static" / "js" / "board" / "board.js")


@lru_cache(maxsize=1)
def _sun() -> str:
    return joined(Path(settings.BASE_DIR) / "static" / "js" / "board" / "sun.js")
