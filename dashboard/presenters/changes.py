"""Announced changes as lines, the many of one cause and moment as one line."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from dashboard import component_help
from dashboard.presenters.words import known, word
from planes.structs.rows import ChangeRow

_One = TypeVar("_One")
_NAMED = 3  # subjects of a group that are named


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """`before` is empty where only the reason changed. `node` or `component` is set when the subject has a page. `at` is epoch
    seconds; of several changes the last's, and `first_at` the first's, where that is another second."""

    at: float
    first_at: float | None
    state: str
    title: str
    before: str
    after: str
    because: str
    node: str = ""
    component: str = ""


def change_lines(rows: Sequence[ChangeRow], limit: int) -> list[ChangeLine]:
    """The newest `limit` lines of `rows` (newest first). Those of one group that went the same way become one line, whatever
    else happened between them, as in static/js/changes.js."""
    return [_line(one) for one in in_groups(rows, together)[:limit]]


def together(row: ChangeRow) -> Hashable | None:
    """What changes have in common that are of one cause and moment and went the same way; None: it is alone."""
    return (row.group, row.agent, row.before, row.after) if row.group else None


def in_groups(ones: Sequence[_One], key: Callable[[_One], Hashable | None]) -> list[list[_One]]:
    """Those of one key together, in the place of the first; None stands alone."""
    lines: list[list[_One]] = []
    open_: dict[Hashable, list[_One]] = {}
    for one in ones:
        shared = key(one)
        line = None if shared is None else open_.get(shared)
        if line is not None:
            line.append(one)
            continue
        lines.append([one])
        if shared is not None:
            open_[shared] = lines[-1]
    return lines


def _line(rows: Sequence[ChangeRow]) -> ChangeLine:
    first = rows[0]
    names = list(dict.fromkeys(row.subject for row in rows))
    count = len(names) + sum(row.more for row in rows)
    called = [component_help.of(name).title if first.subject_kind == "Component" else name for name in names[:_NAMED]]
    title = ", ".join(called) + (f" and {count - _NAMED:,} more" if count > _NAMED else "")
    alone = count == 1
    earliest = min(row.at if row.more_from is None else min(row.at, row.more_from) for row in rows)
    return ChangeLine(
        at=first.at,
        first_at=earliest if int(earliest) != int(first.at) else None,
        state=known(first.after),
        title=f"{title} · {component_help.of(first.agent).title}" if first.agent else title,
        before=word(first.before) if first.before and first.before != first.after else "",
        after=word(first.after),
        because=first.because,
        node=first.subject if alone and first.subject_kind == "Node" else "",
        component=first.subject if alone and first.subject_kind == "Component" else "",
    )
