"""Evidence as a page lists it: what fails first, each line with an address of its own."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from planes.structs.rows import EvidenceRow

#: What comes first on a page: what is wrong. What cannot be known or seen keeps its place among the rest.
_FIRST = ("down", "degraded")
#: How the source of a line begins that is an object of the cluster: "lease kube-system/kube-scheduler".
_OBJECTS = frozenset(
    ("apiservice", "csinode", "daemonset", "deployment", "endpointslice", "endpointslices", "lease", "node", "pod", "watch")
)


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """A row with its `anchor`, which no other line of the page has. Its age reads `before`, the age itself, `after`."""

    row: EvidenceRow
    anchor: str
    before: str
    after: str


def evidence_lines(rows: Iterable[EvidenceRow], prefix: str = "") -> tuple[EvidenceLine, ...]:
    """What is down first, then what is degraded, then the rest in the order in which a rule looked at it. `prefix` tells the lines
    of several subjects of a page apart."""
    lines: list[EvidenceLine] = []
    taken: set[str] = set()
    for row in sorted(rows, key=lambda row: _FIRST.index(row.state) if row.state in _FIRST else len(_FIRST)):
        anchor = name = f"{prefix}{re.sub(r'[^a-z0-9]+', '-', row.signal.lower()).strip('-') or 'signal'}"
        number = 2
        while anchor in taken:
            anchor, number = f"{name}-{number}", number + 1
        taken.add(anchor)
        # An object is watched: it is seen all the time, and has been as it is for so long. All else is asked, now and then.
        watched = row.source.partition(" ")[0].lower() in _OBJECTS
        lines.append(EvidenceLine(row, anchor, "unchanged for " if watched else "", "" if watched else " ago"))
    return tuple(lines)
