"""What a row of docs/reliability.md is, and what comes of living through it.

A row is a function that is given a running Planewatch, breaks something, yields, and mends it where that does not mend by itself:

    @ONE.fault("the watch worker is killed")
    def killed(here: One) -> Iterator[None]:
        os.kill(here.pid("watch"), signal.SIGKILL)
        yield

Attacks from outside are in tests/attacks.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

H = TypeVar("H")
Breaks = Callable[[H], Iterator[None]]
#: Seconds within which everything must be back, after it broke where it mends by itself, else after it was mended.
BACK = 25.0
#: What nobody vouches for any more may be shown as live for so many seconds (docs/architecture.md), and a poll takes some.
LIVE_FOR = 8.0


@dataclass(frozen=True, kw_only=True)
class Row(Generic[H]):
    """`lasts`: seconds until it is mended; 0: it must mend by itself. `holds`: it goes on for so many
    seconds though, and is overcome meanwhile. `dark`: nothing that is new can be told meanwhile, so that nothing may be shown as
    live. `red`: it truly is the cluster that does not answer then. `needs`: why it cannot be done on this machine; empty where
    it can."""

    name: str
    breaks: Breaks[H]
    lasts: float = 0.0
    holds: float = 0.0
    dark: bool = False
    red: bool = False
    needs: Callable[[], str] = lambda: ""


class Place(Generic[H]):
    """An installation, and the rows that are lived through on it, one after the other."""

    def __init__(self, name: str, installation: Callable[[], AbstractContextManager[H]]) -> None:
        self.name = name
        self.installation = installation
        self.rows: list[Row[H]] = []

    def fault(
        self,
        name: str,
        *,
        lasts: float = 0.0,
        holds: float = 0.0,
        dark: bool = False,
        red: bool = False,
        needs: Callable[[], str] = lambda: "",
    ) -> Callable[[Breaks[H]], Breaks[H]]:
        """Something inside breaks."""

        def declare(breaks: Breaks[H]) -> Breaks[H]:
            row = Row(name=name, breaks=breaks, lasts=lasts, holds=holds, dark=dark, red=red, needs=needs)
            self.rows.append(row)
            return breaks

        return declare


@dataclass(frozen=True)
class Seen:
    """One look from outside at `at`, monotonic seconds, taken `took` seconds. `live`: the page shows the cluster as the present and
    well; `red`: it shows it as degraded or down; `said`: what it says instead."""

    at: float
    took: float
    live: bool = False
    red: bool = False
    said: str = ""


@dataclass
class Life:
    """What was seen and said while a row was lived through. Moments are monotonic seconds."""

    broken: float
    mended: float
    looks: list[Seen] = field(default_factory=list)
    lines: list[tuple[float, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Outcome:
    """Seconds; None: never. `how`: in which words. `wrong`: what must not be; empty where all is well."""

    row: Row[Any]
    page: float | None
    line: float | None
    back: float | None
    how: str
    wrong: tuple[str, ...]


def outcome(row: Row[Any], life: Life) -> Outcome:
    """What came of it. The page's word counts from when it broke, the way back from when it mended, or broke if it mends itself."""
    after = [one for one in life.looks if one.at >= life.broken]
    first = next((one for one in after if not one.live), None)
    line = next(((at, text) for at, text in life.lines if at >= life.broken), None)
    from_ = life.mended if row.lasts else life.broken
    last_bad = max((one.at + one.took for one in after if not one.live), default=from_)
    back = None if not after or not after[-1].live else max(0.0, last_bad - from_)
    wrong = []
    if any(one.red for one in after) and not row.red:
        wrong.append("false red: " + next(one.said for one in after if one.red))
    if row.dark and any(one.live and life.broken + LIVE_FOR < one.at < life.mended for one in after):
        wrong.append("shown as live though nothing was known")
    if back is None or back > BACK:
        wrong.append("not back" if back is None else f"back after {back:.0f} s")
    how = (first.said if first is not None else "") or (line[1] if line is not None else "")
    return Outcome(
        row,
        None if first is None else first.at + first.took - life.broken,
        None if line is None else line[0] - life.broken,
        back,
        how,
        tuple(wrong),
    )


def table(outcomes: list[Outcome], skipped: list[tuple[Row[Any], str]]) -> str:
    """As Markdown."""
    lines = [
        "| what breaks | said on the page | in the terminal or log | back | in these words |",
        "| --- | --- | --- | --- | --- |",
    ]
    lines += [_line(one) for one in outcomes]
    lines += [f"| {row.name} | | | | not tried: {why} |" for row, why in skipped]
    return "\n".join(lines)


def _line(one: Outcome) -> str:
    lasting = f" (lasts {one.row.lasts:.0f} s)" if one.row.lasts else ""
    back = "**never**" if one.back is None else "no interruption" if one.page is None else f"{one.back:.0f} s"
    cells = [f"{one.row.name}{lasting}", _after(one.page), _after(one.line), back, _words(one)]
    return f"| {' | '.join(cells)} |"


def _after(seconds: float | None) -> str:
    return "–" if seconds is None else f"{seconds:.0f} s"


def _words(one: Outcome) -> str:
    said = one.how.replace("|", "/").strip()
    wrong = f" **Wrong: {'; '.join(one.wrong)}.**" if one.wrong else ""
    return f"{said}{wrong}".strip()
