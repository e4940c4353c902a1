"""What can be asked beside an address: one struct of parameters for each kind of list, with their bounds."""

from typing import Annotated, Literal

import msgspec

from dashboard.presenters.node_table import SORTS
from dashboard.rest.asking import Paged
from dashboard.wanted_changes import PLANES, RANGES
from planes.components.registry import KINDS
from planes.structs.verdicts import State


def _one_of(*values: str, description: str) -> msgspec.Meta:
    return msgspec.Meta(description=description, extra_json_schema={"enum": ["", *values]})


_DIRECTED = (*SORTS, *(f"-{one}" for one in SORTS))
_STATES = tuple(one.value for one in State)
_KINDS = tuple(one.kind for one in KINDS)

#: Parameters that are named by words of Python.
_MOMENTS = {"began": "from", "ended": "to", "span": "range"}

#: Windows of a ribbon, in seconds.
WINDOWS = {"1h": 3600.0, "24h": 86_400.0, "7d": 7 * 86_400.0, "30d": 30 * 86_400.0}
Window = Literal["1h", "24h", "7d", "30d"]


class NodesQuery(Paged, frozen=True, forbid_unknown_fields=True):
    """The nodes that are meant, in an order."""

    q: Annotated[
        str,
        msgspec.Meta(
            max_length=1_000,
            description="What is typed to find nodes in the picture: every word must match in name, zone, pool, type, version, "
            "state or role. `zone:b` looks in one place, `label:key=value` in labels, `-` before a word turns it round.",
        ),
    ] = ""
    sort: Annotated[
        str,
        msgspec.Meta(
            description="By which column; `-` before it turns it round. Of states the worst come first.",
            extra_json_schema={"enum": list(_DIRECTED)},
        ),
    ] = "state"


class InstancesQuery(Paged, frozen=True, forbid_unknown_fields=True):
    """The instances that are meant, by component and name."""

    component: Annotated[str, _one_of(*_KINDS, description="Only of this kind of component.")] = ""
    state: Annotated[str, _one_of(*_STATES, description="Only those in this state.")] = ""


class ChangesQuery(Paged, frozen=True, forbid_unknown_fields=True, rename=_MOMENTS):
    """The changes that are meant: the filters of the page of changes."""

    plane: Annotated[str, _one_of(*PLANES, description="Only of this plane.")] = ""
    kind: Annotated[str, _one_of(*_KINDS, description="Only of this kind of component, or of this agent of nodes.")] = ""
    node: Annotated[str, msgspec.Meta(max_length=253, description="Only of the node with this name.")] = ""
    state: Annotated[str, _one_of(*_STATES, description="Only what became this.")] = ""
    span: Annotated[str, _one_of(*RANGES, description="How far back: 24h if nothing is said. Not beside `from` and `to`.")] = ""
    began: Annotated[
        str, msgspec.Meta(max_length=40, description="Not before this moment, such as 2026-11-22T14:05Z; without an offset UTC.")
    ] = ""
    ended: Annotated[str, msgspec.Meta(max_length=40, description="Before this moment.")] = ""


class IncidentsQuery(Paged, frozen=True, forbid_unknown_fields=True):
    """The incidents that are meant."""

    state: Annotated[str, _one_of("open", "over", description="Only those that go on, or only those that are over.")] = ""


class FiguresQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename=_MOMENTS):
    """Of which time."""

    span: Annotated[str, _one_of(*WINDOWS, description="How far back: 24h if nothing is said. Not beside `from` and `to`.")] = ""
    began: Annotated[
        str, msgspec.Meta(max_length=40, description="From this moment on, such as 2026-11-22T14:05Z; without an offset UTC.")
    ] = ""
    ended: Annotated[str, msgspec.Meta(max_length=40, description="Until this moment, at most until now.")] = ""


class RibbonQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How far back."""

    window: Annotated[Window, msgspec.Meta(description="It ends now.")] = "24h"


#: Characters: a label's key and value, as Kubernetes bounds them (253 + 1 + 63, "=", 63).
LONGEST_SEARCH = 381


class SearchQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is looked for."""

    q: Annotated[
        str,
        msgspec.Meta(
            max_length=LONGEST_SEARCH,
            description="Part of a name, an address, a version, a label (key=value), a pod (namespace/name).",
        ),
    ] = ""


class CompareQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Of which moment, and to what it is compared."""

    at: Annotated[
        str, msgspec.Meta(max_length=40, description="A moment in the past such as 2026-11-22T14:05Z; without it the present.")
    ] = ""
    to: Annotated[
        str,
        msgspec.Meta(
            max_length=150,
            description="Another cluster, with an @ and a moment if wanted (ci@2026-11-22T14:05Z); without it this one, now.",
        ),
    ] = ""
