"""Which instance led when: the failovers of a component that elects a leader."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from planes.models import InstanceTurn
from planes.store import columns
from planes.store.columns import TurnColumns
from planes.structs.moments import Epoch
from planes.structs.rows import ComponentRow, InstanceRow

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


def note(cluster_id: int, at: Epoch, rows: Sequence[ComponentRow], before: Mapping[str, Iterable[tuple[str, str]]]) -> None:
    """Keep who leads these components now and did not before. `before`: by kind, name and host of who led when that was last
    stored. Within the transaction of a flush."""
    turns: list[TurnColumns] = []
    for row in rows:
        led = list(before.get(row.kind, ()))
        for one in row.instances:
            if not one.leader or any(name == one.name for name, _ in led):
                continue
            if any(_same(name, host, one) for name, host in led):
                _rename(cluster_id, row.kind, one)
            else:
                turns.append(TurnColumns(cluster_id, f"{row.kind}{_LEADS}", row.kind, one.host, "", "leads", one.name, at))
    columns.INSTANCE_TURN.run(turns)


def _same(name: str, host: str, one: InstanceRow) -> bool:
    """Whether a leader is the one that led before, under its other name: as long as its pod is not seen it is called by its lease's
    holder, "<host>_<uid>"."""
    return bool(host) and host == one.host and _is_holder(name, host) is not _is_holder(one.name, host)


def _is_holder(name: str, host: str) -> bool:
    return name == host or name.startswith(f"{host}_")


def _rename(cluster_id: int, kind: str, one: InstanceRow) -> None:
    """Who leads, by the name of its pod, once that is seen."""
    if _is_holder(one.name, one.host):
        return
    newest = InstanceTurn.objects.filter(cluster=cluster_id, kind=f"{kind}{_LEADS}").first()
    if newest is not None:
        InstanceTurn.objects.filter(pk=newest.pk).update(because=one.name)


def failovers(cluster_id: int, kind: str) -> tuple[Failover, ...]:
    """Of one component, the newest first. The oldest that is remembered says who led then."""
    found = list(InstanceTurn.objects.filter(cluster=cluster_id, kind=f"{kind}{_LEADS}")[: LISTED + 1])
    older = [*(one.because for one in found[1:]), ""]
    made = (Failover(Epoch(one.at), one.because, one.host, was) for one, was in zip(found, older, strict=False))
    return tuple(made)[:LISTED]
