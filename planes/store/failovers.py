"""Which instance led when: the failovers of a component that elects a leader."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from planes.models import InstanceTurn
from planes.store import columns
from planes.store.columns import TurnColumns
from planes.structs.moments import Epoch
from planes.structs.rows import ComponentRow

#: Failovers that a page lists.
LISTED = 20
#: Behind a kind, among the turns of instances: no component is called so. They are turns of the office, not of who holds it: its
#: holder stands in `because`, so that they are none of that instance's own. The newest stays as that of an instance
#: that is there: it says who leads.
_LEADS = "/leader"


class Failover(msgspec.Struct, frozen=True):
    """`name` was seen to lead from `at` on, epoch seconds; before it `before` did, itself where it came to lead again. `before` is
    empty of the first that was seen, or of which it is not remembered."""

    at: Epoch
    name: str
    host: str
    before: str


def note(cluster_id: int, at: Epoch, rows: Sequence[ComponentRow], before: Mapping[str, Iterable[str]]) -> None:
    """Keep who leads these components now and did not before. `before`: by kind, who led when that was last stored. Within the
    transaction of a flush."""
    turns: list[TurnColumns] = []
    for row in rows:
        led = set(before.get(row.kind, ()))
        turns += [
            TurnColumns(cluster_id, f"{row.kind}{_LEADS}", row.kind, one.host, "", "leads", one.name, at)
            for one in row.instances
            if one.leader and one.name not in led
        ]
    columns.INSTANCE_TURN.run(turns)


def failovers(cluster_id: int, kind: str) -> tuple[Failover, ...]:
    """Of one component, the newest first. The oldest that is remembered says who led then."""
    found = list(InstanceTurn.objects.filter(cluster=cluster_id, kind=f"{kind}{_LEADS}")[: LISTED + 1])
    older = [*(one.because for one in found[1:]), ""]
    made = (Failover(Epoch(one.at), one.because, one.host, was) for one, was in zip(found, older, strict=False))
    return tuple(made)[:LISTED]
