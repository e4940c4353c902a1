"""Where zones and nodes lie in a given area: the rules of static/js/layout.js, for a picture of a fixed size that never scrolls.
Pure: numbers in, numbers out."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, floor
from typing import Literal

Level = Literal["card", "tile", "cell"]

ZONE_GAP = 14.0
ZONE_PAD = 14.0
ZONE_HEAD = 38.0
_CARD_GAP, _CARD_W, _CARD_H = 12.0, 260.0, 160.0
_CARD_LEAST, _CARD_MOST = (150.0, 58.0), (720.0, 520.0)
_TILE_ASPECT, _TILE_BOUNDS = 1.28, (25.0, 84.0)
_CELL_BOUNDS = (1.0, 22.0)
_CARDS_UP_TO = 30
_TILES_UP_TO = 320
#: A zone narrower than this has no room for its heading.
_ZONE_LEAST = 150.0

_DIGITS = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True)
class Zone:
    """A group of nodes: `rows` are indices into the nodes, `left` and `top` where the first of them lies."""

    key: str
    rows: tuple[int, ...]
    x: float
    y: float
    w: float
    h: float
    left: float
    top: float
    columns: int


@dataclass(frozen=True, slots=True)
class Plan:
    """`w`, `h`: of a node's box; `gap`, `down`: between boxes across and down."""

    level: Level
    zones: tuple[Zone, ...]
    w: float
    h: float
    gap: float
    down: float

    def box(self, zone: Zone, index: int) -> tuple[float, float]:
        """The upper left corner of a zone's node at `index`."""
        line, column = divmod(index, zone.columns)
        return zone.left + column * (self.w + self.gap), zone.top + line * (self.h + self.down)


def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """A key by which node-2 comes before node-10."""
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part.casefold()) for part in _DIGITS.split(text) if part)


def groups(zones: Sequence[str], names: Sequence[str]) -> list[tuple[str, tuple[int, ...]]]:
    """Nodes by zone, zones and nodes in natural order; nodes that say no zone come last."""
    found: dict[str, list[int]] = {}
    for row in sorted(range(len(names)), key=lambda at: natural(names[at])):
        found.setdefault(zones[row], []).append(row)
    return [(key, tuple(found[key])) for key in sorted(found, key=lambda key: (key == "", natural(key)))]


def plan(listed: Sequence[tuple[str, tuple[int, ...]]], x: float, y: float, width: float, height: float) -> Plan:
    """The plan of an area: the largest level of detail in which every node fits it."""
    sizes = [len(rows) for _, rows in listed]
    count = sum(sizes)
    if count == 0:
        return Plan("tile", (), 0, 0, 0, 0)
    area = _Area(sizes, width, height)
    choice = area.cards() if count <= _CARDS_UP_TO else None
    if choice is None and count <= _TILES_UP_TO:
        choice = area.boxes("tile", _TILE_BOUNDS, _TILE_ASPECT)
    if choice is None:
        choice = area.boxes("cell", _CELL_BOUNDS, 1.0)
    if choice is None and len(sizes) > 1:
        # So many zones that their headings alone would fill the area: the nodes in the order of their zones, in one.
        everything = tuple(row for _, rows in listed for row in rows)
        return plan([(f"{len(sizes):,} zones", everything)], x, y, width, height)
    if choice is None:
        choice = _Choice("cell", 1, max(1, floor(width - 2 * ZONE_PAD)), 1.0, 1.0, 0.0, 0.0)
    return _placed(listed, area, choice, x, y)


@dataclass(frozen=True, slots=True)
class _Choice:
    level: Level
    columns: int  # zones in a line
    across: int  # nodes in a line of a zone
    w: float
    h: float
    gap: float
    down: float


class _Area:
    """The room there is, and what fits it."""

    def __init__(self, sizes: list[int], width: float, height: float) -> None:
        self.sizes = sizes
        self.width = width
        self.height = height

    def zone_width(self, columns: int) -> float:
        return (self.width - ZONE_GAP * (columns - 1)) / columns

    def depths(self, columns: int, across: int) -> list[int]:
        """Lines of nodes in each line of zones."""
        lines = [self.sizes[at : at + columns] for at in range(0, len(self.sizes), columns)]
        return [max(ceil(size / across) for size in line) for line in lines]

    def fixed(self, lines: int) -> float:
        return lines * (ZONE_HEAD + ZONE_PAD) + (lines - 1) * ZONE_GAP

    def cards(self) -> _Choice | None:
        """Cards that fill the area; None if they would be too small to read."""
        best: tuple[float, _Choice] | None = None
        for columns in range(1, len(self.sizes) + 1):
            inner = self.zone_width(columns) - 2 * ZONE_PAD
            for across in range(1, max(self.sizes) + 1):
                depths = self.depths(columns, across)
                gaps = sum(depth - 1 for depth in depths) * _CARD_GAP
                w = min((inner - (across - 1) * _CARD_GAP) / across, _CARD_MOST[0])
                h = min((self.height - self.fixed(len(depths)) - gaps) / sum(depths), _CARD_MOST[1])
                if w < _CARD_LEAST[0] or h < _CARD_LEAST[1]:
                    continue
                # Zones side by side read as columns under their arrows: worth a little size.
                score = min(w / _CARD_W, h / _CARD_H, 2.0) * (1 + 0.12 * columns / len(self.sizes)) + 0.01 * w / _CARD_W
                if best is None or score > best[0]:
                    best = score, _Choice("card", columns, across, w, h, _CARD_GAP, _CARD_GAP)
        return best[1] if best else None

    def boxes(self, level: Level, bounds: tuple[float, float], aspect: float) -> _Choice | None:
        """Tiles or cells as large as fit; None if they would be too small."""
        best: tuple[float, int] | None = None
        widest = min(len(self.sizes), max(1, floor(self.width / _ZONE_LEAST)))
        for columns in range(1, widest + 1):
            w = _largest(self._fits(columns, level, aspect), *bounds)
            if w is not None and (best is None or w > best[0] * 1.02):
                best = w, columns
        if best is None:
            return None
        w, columns = best
        gap = _gap(level, w)
        inner = self.zone_width(columns) - 2 * ZONE_PAD
        # Full lines fill their zone from edge to edge: boxes grow into what was left over, as far as the height allows.
        across = max(1, floor((inner + gap) / (w + gap)))
        w = (inner - gap * (across - 1)) / across
        depths = self.depths(columns, across)
        room = self.height - self.fixed(len(depths)) - (sum(depths) - len(depths)) * gap * aspect
        h = min(w * aspect * 1.12, room / sum(depths))
        return _Choice(level, columns, across, w, h, gap, gap * aspect)

    def _fits(self, columns: int, level: Level, aspect: float) -> Callable[[float], bool]:
        inner = self.zone_width(columns) - 2 * ZONE_PAD

        def fits(w: float) -> bool:
            gap = _gap(level, w)
            across = floor((inner + gap) / (w + gap))
            if across < 1:
                return False
            depths = self.depths(columns, across)
            return self.fixed(len(depths)) + sum(depth * (w + gap) - gap for depth in depths) * aspect <= self.height

        return fits


def _gap(level: Level, w: float) -> float:
    return 0.11 * w if level == "tile" else max(0.3, min(1.6, 0.16 * w))


def _largest(passes: Callable[[float], bool], least: float, greatest: float) -> float | None:
    """The largest number between two bounds that passes, to a tenth; None if not even the least does."""
    if not passes(least):
        return None
    if passes(greatest):
        return greatest
    low, high = least, greatest
    while high - low > 0.1:
        middle = (low + high) / 2
        if passes(middle):
            low = middle
        else:
            high = middle
    return low


def _placed(listed: Sequence[tuple[str, tuple[int, ...]]], area: _Area, choice: _Choice, x: float, y: float) -> Plan:
    width = area.zone_width(choice.columns)
    depths = area.depths(choice.columns, choice.across)
    tall = [ZONE_HEAD + ZONE_PAD + depth * (choice.h + choice.down) - choice.down for depth in depths]
    spare = max(0.0, area.height - sum(tall) - (len(tall) - 1) * ZONE_GAP) / len(tall)
    # Cards stop growing at some width: what is left over stands on both sides of them.
    rest = width - 2 * ZONE_PAD - (choice.across * (choice.w + choice.gap) - choice.gap)
    inset = max(0.0, rest / 2) if choice.level == "card" else 0.0
    zones: list[Zone] = []
    top = y
    for line, natural_height in enumerate(tall):
        for place, (key, rows) in enumerate(listed[line * choice.columns : (line + 1) * choice.columns]):
            left = x + place * (width + ZONE_GAP)
            zones.append(
                Zone(
                    key=key,
                    rows=rows,
                    x=left,
                    y=top,
                    w=width,
                    h=natural_height + spare,
                    left=left + ZONE_PAD + inset,
                    top=top + ZONE_HEAD,
                    columns=choice.across,
                )
            )
        top += natural_height + spare + ZONE_GAP
    return Plan(choice.level, tuple(zones), choice.w, choice.h, choice.gap, choice.down)
