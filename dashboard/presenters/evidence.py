"""Evidence as a page lists it: what fails first, each line with an address of its own."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec

from planes.structs.rows import EvidenceRow, InstanceRow
from planes.structs.verdicts import State

#: What comes first on a page: what is wrong. What cannot be known or seen keeps its place among the rest.
_FIRST = ("down", "degraded")
#: How the source of a line begins that is an object of the cluster: "lease kube-system/kube-scheduler".
_OBJECTS = frozenset(
    ("apiservice", "csinode", "daemonset", "deployment", "endpointslice", "endpointslices", "lease", "node", "pod", "watch")
)


#: A name within the source of a line.
_WORD = re.compile(r"[\w.-]+")
#: While a signal is nothing else, lines of it that say the same of several instances may be told as one.
_WELL = frozenset((State.HEALTHY, State.NOT_OBSERVABLE))
#: So many instances are named as the source of one line; beyond that they are counted.
_NAMED = 5


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """A row with its `anchor`, which no other line of the page has. Its age reads `before`, the age itself, `after`. `instance` is
    whom of several it is about, by the node that it runs on; `count` of how many instances it tells the same."""

    row: EvidenceRow
    anchor: str
    before: str
    after: str
    instance: str = ""
    count: int = 1


@dataclass(frozen=True, slots=True)
class _Told:
    """What a line says, of which instances: their names as its source has them, and as a person reads them."""

    row: EvidenceRow
    name: str = ""
    label: str = ""


def evidence_lines(
    rows: Iterable[EvidenceRow], prefix: str = "", instances: Sequence[InstanceRow] = ()
) -> tuple[EvidenceLine, ...]:
    """What is down first, then what is degraded, then the rest in the order in which a rule looked at it. `prefix` tells the lines
    of several subjects of a page apart. Where there are several `instances`, a line says which of them it is about, and lines that
    say the same of each are one with a count, as long as all is well with that signal: except those of an object that is watched,
    which has an age of its own."""
    lines: list[EvidenceLine] = []
    taken: set[str] = set()
    ordered = sorted(rows, key=lambda row: _FIRST.index(row.state) if row.state in _FIRST else len(_FIRST))
    for group in _groups(ordered, _labels(instances)):
        row = group[0].row if len(group) == 1 else _as_one(group)
        anchor = name = f"{prefix}{re.sub(r'[^a-z0-9]+', '-', row.signal.lower()).strip('-') or 'signal'}"
        number = 2
        while anchor in taken:
            anchor, number = f"{name}-{number}", number + 1
        taken.add(anchor)
        # An object is watched: it is seen all the time, and has been as it is for so long. All else is asked, now and then.
        watched = _is_watched(row)
        label = group[0].label if len(group) == 1 else ""
        before, after = ("unchanged for ", "") if watched else ("", " ago")
        lines.append(EvidenceLine(row, anchor, before, after, label, len(group)))
    return tuple(lines)


def _is_watched(row: EvidenceRow) -> bool:
    return row.source.partition(" ")[0].lower() in _OBJECTS


def _labels(instances: Sequence[InstanceRow]) -> dict[str, str]:
    """How each of several instances is called, by its name: by its node where no other runs there. Empty for one alone."""
    if len(instances) < 2:
        return {}
    hosts = [one.host for one in instances]
    return {one.name: one.host if one.host and hosts.count(one.host) == 1 else one.name for one in instances}


def _groups(rows: Sequence[EvidenceRow], labels: dict[str, str]) -> list[list[_Told]]:
    """The lines, each a list of the rows that it tells as one, in the order of the rows."""
    unwell = {row.signal for row in rows if row.state not in _WELL}
    groups: dict[tuple[str, ...], list[_Told]] = {}
    for number, row in enumerate(rows):
        name = next((word for word in _WORD.findall(row.source) if word in labels), "")
        told = _Told(row, name, labels.get(name, ""))
        alone = not name or row.signal in unwell or _is_watched(row)
        source = str(number) if alone else row.source.replace(name, "")
        groups.setdefault((row.signal, row.now, row.should_be, row.state, source), []).append(told)
    return list(groups.values())


def _as_one(group: Sequence[_Told]) -> EvidenceRow:
    """Rows that differ in their instance alone: seen when the first of them was, by all."""
    first = group[0]
    labels = [told.label for told in group]
    among = f"{len(labels):,} instances" if len(labels) > _NAMED else f"{', '.join(labels[:-1])} and {labels[-1]}"
    seen = [told.row.at for told in group if told.row.at is not None]
    at = min(seen) if len(seen) == len(group) else None
    return msgspec.structs.replace(first.row, source=first.row.source.replace(first.name, among), at=at)
