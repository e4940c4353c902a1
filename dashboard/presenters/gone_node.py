"""The page of a node that is not there any more: since when, what it was last, and what is remembered of it."""

from dataclasses import dataclass

from dashboard import component_help
from dashboard.presenters.changes import ChangeLine, change_lines
from dashboard.presenters.history import RibbonLine
from dashboard.presenters.words import commands, iso, known
from planes.live.wire import Lateness
from planes.store.gone_nodes import GoneNode
from planes.store.selectors import ClusterHead

_CHANGES = 50
#: The picture is shown as of so many seconds before it was missed.
_BEFORE = 1.0


@dataclass(frozen=True, slots=True)
class GoneNodePage:
    """`gone`: when its going was noticed, epoch seconds, None if that was not noted. `last`: its last known state, from `since` on.
    `then`: the moment before, as an address of the picture has it."""

    cluster: ClusterHead
    name: str
    gone: float | None
    last: str
    since: float | None
    then: str
    changes: tuple[ChangeLine, ...]
    ribbons: tuple[RibbonLine, ...]
    commands: tuple[str, ...]
    near: tuple[str, ...]
    late: Lateness | None
    state: str = "not_observable"

    @property
    def blind(self) -> bool:
        """Nobody vouches for it now: whether it came back is not known."""
        return self.late is not None and self.late.cause != "cluster"


def gone_node_page(node: GoneNode, late: Lateness | None, near: tuple[str, ...], ribbons: tuple[RibbonLine, ...]) -> GoneNodePage:
    """`near`: names of nodes that are there and are called alike."""
    return GoneNodePage(
        cluster=node.cluster,
        name=node.name,
        gone=node.at,
        last=known(node.state) if node.state is not None else "",
        since=node.since,
        then=iso(node.at - _BEFORE) if node.at is not None else "",
        changes=tuple(change_lines(node.changes, _CHANGES)),
        ribbons=ribbons,
        commands=commands(component_help.of_node(node.name)[-1:], node.cluster),
        near=near,
        late=late,
    )
