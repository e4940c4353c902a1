"""What is remembered of single checks of /livez and /readyz: when each failed, and why."""

from collections.abc import Sequence

import msgspec

from planes.models import InstanceTurn
from planes.store import columns
from planes.store.columns import TurnColumns
from planes.structs.moments import Epoch
from planes.structs.rows import ChecksRow

#: Failures that a page lists.
LISTED = 50
#: Turns that are read for them: a failure is two of them.
_READ = 1_000
#: The paths stand among the turns of instances as their kinds: no component is called so.
PATHS = ("/livez", "/readyz")
_FAILS = "fails"


class CheckFailure(msgspec.Struct, frozen=True):
    """`began`: in which answer it was first seen to fail, `ended`: in which it was last; None: it fails still, as far as is known.
    Epoch seconds."""

    path: str
    name: str
    reason: str
    began: Epoch
    ended: Epoch | None


def note(cluster_id: int, rows: Sequence[ChecksRow]) -> None:
    """Keep what began to fail and what does not any more. Within the transaction of a flush. What failed when a collector stopped
    and does in the first answer to the next has not been seen to pass: it is one failure."""
    for row in rows:
        fails = _failing(cluster_id, row.path)
        turns = [
            TurnColumns(cluster_id, row.path, name, "", "", _FAILS, reason, row.at)
            for name, reason in row.failing.items()
            if name[:253] not in fails
        ]
        over = fails.keys() - {name[:253] for name in row.failing}
        turns += [TurnColumns(cluster_id, row.path, name, "", _FAILS, "", "", max(row.at, fails[name].at)) for name in sorted(over)]
        columns.INSTANCE_TURN.run(turns)
        for name, reason in row.failing.items():  # it is asked for after the answer in which the check failed
            if reason and (known := fails.get(name[:253])) is not None and not known.reason:
                InstanceTurn.objects.filter(pk=known.pk).update(because=reason.replace("\x00", "\ufffd"))


def failures(cluster_id: int) -> tuple[CheckFailure, ...]:
    """The newest of a cluster, those that go on first."""
    found = InstanceTurn.objects.filter(cluster=cluster_id, kind__in=PATHS).values_list("kind", "name", "after", "because", "at")
    ends: dict[tuple[str, str], float] = {}
    made: list[CheckFailure] = []
    for path, name, after, because, at in found[:_READ]:
        if after:
            ended = ends.pop((path, name), None)
            made.append(CheckFailure(path, name, because, Epoch(at), None if ended is None else Epoch(ended)))
        else:
            ends[path, name] = at
    return tuple(sorted(made, key=lambda one: (one.ended is not None, -one.began))[:LISTED])


class _Open(msgspec.Struct, frozen=True):
    pk: int
    at: Epoch
    reason: str


def _failing(cluster_id: int, path: str) -> dict[str, _Open]:
    """Those that fail by what is remembered, and since when."""
    newest: dict[str, _Open | None] = {}
    found = InstanceTurn.objects.filter(cluster=cluster_id, kind=path).values_list("pk", "name", "after", "because", "at")
    for pk, name, after, because, at in found[:_READ]:
        newest.setdefault(name, _Open(pk, Epoch(at), because) if after else None)
    return {name: one for name, one in newest.items() if one is not None}
