"""From displays to what their list shows. Pure: no queries, no clock; times are epoch seconds."""

from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec

from dashboard.display_shapes import How, Shows, Standing, Wall, standing
from dashboard.displays import Known
from dashboard.presenters.words import counted

#: The glyph of each: how a display stands, in the shapes of states.
GLYPHS = {How.DARK: "down", How.DEGRADED: "degraded", How.DRAWING: "healthy", How.WAITING: "unknown", How.ENDED: "not_observable"}
WORDS = {How.DARK: "dark", How.DEGRADED: "degraded", How.DRAWING: "drawing", How.WAITING: "never shown", How.ENDED: "ended"}


class Line(msgspec.Struct, frozen=True):
    """A display in the list. `shows`: what, in words. `screen`: what is known of its screen, apart by commas. `frame`: when it last
    drew something that had come."""

    known: Known
    standing: Standing
    word: str
    glyph: str
    shows: str
    screen: str
    frame: float | None
    heard: float | None


def lines(found: Sequence[Known], names: Mapping[int, str], version: str, now: float) -> list[Line]:
    """The worst first, then by name. `names`: of the clusters that are watched, by id."""
    order = list(How)
    made = [line(one, names, version, now) for one in found]
    return sorted(made, key=lambda one: (order.index(one.standing.how), one.known.wall.name.casefold(), one.known.wall.id))


def line(known: Known, names: Mapping[int, str], version: str, now: float) -> Line:
    """One display."""
    stands = standing(known.term, known.seen, version, now)
    if lost := gone(known.wall, names):
        how = How.DEGRADED if stands.how is How.DRAWING else stands.how
        stands = Standing(how, (*stands.why, lost), stands.since)
    seen = known.seen
    parts = []
    if seen is not None:
        size = f"{seen.width} × {seen.height}" if seen.width and seen.height else ""
        basic = f"basic wall{f' ({seen.why_basic})' if seen.why_basic else ''}" if seen.wall == "basic" else ""
        parts = [one for one in (size, seen.browser, basic, f"at {seen.address}" if seen.address else "") if one]
    return Line(
        known,
        stands,
        WORDS[stands.how],
        GLYPHS[stands.how],
        shows(known.wall, names),
        ", ".join(parts),
        None if seen is None else seen.frame_at,
        None if seen is None else seen.at,
    )


def tally(made: Sequence[Line]) -> list[tuple[str, str, int]]:
    """Glyph, word and count, the worst first."""
    counts = Counter(one.standing.how for one in made)
    return [(GLYPHS[how], WORDS[how], counts[how]) for how in How if counts[how]]


def shows(wall: Wall, names: Mapping[int, str]) -> str:
    """What a wall shows, in words."""
    if wall.shows is Shows.ROTATION:
        return f"Rotation of {counted(len(wall.pages), 'page')}"
    alone = wall.pages[0].cluster
    if alone is not None:
        return names.get(alone, "A cluster that is no longer watched")
    if wall.clusters is None:
        return "Overview of all clusters"
    return f"Overview of {counted(len(wall.clusters & names.keys()), 'cluster')}"


def gone(wall: Wall, names: Mapping[int, str]) -> str:
    """What it can no longer show, as a sentence; empty: nothing."""
    wanted = {page.cluster for page in wall.pages if page.cluster is not None}
    overview = any(page.cluster is None for page in wall.pages)
    lost = len(wanted - names.keys())
    if overview and wall.clusters is not None and not wall.clusters & names.keys():
        return "None of its clusters is watched any more."
    if lost and lost == len(wanted) and not overview:
        return "Its cluster is no longer watched." if lost == 1 else "None of its clusters is watched any more."
    return f"{counted(lost, 'cluster')} of its rotation {'is' if lost == 1 else 'are'} no longer watched." if lost else ""
