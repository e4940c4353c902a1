"""Which page of a wall stands at a moment: as static/js/board/rotation.js has it, for pictures that the server paints."""

from collections.abc import Sequence

import msgspec

#: Seconds for which a page stands that attention goes to and that is none of the rotation's.
_SECONDS = 30


class Page(msgspec.Struct, frozen=True):
    """`slug`: of a cluster; None: the overview. `seconds`: for how long it stands."""

    slug: str | None
    name: str
    seconds: int


class Sick(msgspec.Struct, frozen=True):
    """A cluster that wants attention."""

    slug: str
    name: str


class Turn(msgspec.Struct, frozen=True):
    """`left`: seconds until `next`, which is None where nothing follows."""

    page: Page
    next: Page | None
    left: float
    attention: bool


def turn_at(pages: Sequence[Page], sick: Sequence[Sick], now: float) -> Turn:
    """The rotation, of at least one page; while a cluster is `sick` (the worst first), only what shows it: its page, else the
    overview. `now`: epoch seconds."""
    overview = next((one for one in pages if one.slug is None), None)
    own = {one.slug: one for one in reversed(pages)}
    wanted = [own.get(one.slug) or overview or Page(one.slug, one.name, _SECONDS) for one in sick]
    turns = list(dict.fromkeys(wanted)) or list(pages)
    at = now % sum(one.seconds for one in turns)
    for index, page in enumerate(turns):
        if at < page.seconds:
            following = turns[(index + 1) % len(turns)] if len(turns) > 1 else None
            return Turn(page, following, page.seconds - at, bool(wanted))
        at -= page.seconds
    raise AssertionError("the time is within the sum of the turns")


def next_words(turn: Turn) -> str:
    """ "next: prod-eu-1", without the time, which would be over when a picture is seen; empty where nothing follows."""
    if turn.next is None:
        return ""
    return f"next: {'overview' if turn.next.slug is None else turn.next.name}"
