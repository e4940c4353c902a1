"""What `manage.py doctor` finds, as it is printed with --json, and the exit code that it ends with."""

from enum import IntEnum

import msgspec

from planes.components.verdict_builder import sentence
from planes.structs.events import Fault, FaultKind


class Exit(IntEnum):
    """Exit codes, as of `manage.py status`."""

    WELL = 0
    MISSING = 1
    UNREACHABLE = 2
    CANNOT_TELL = 3


#: The cluster's side, or the way there; every other fault is our own.
_UNREACHABLE = frozenset(
    {
        FaultKind.REFUSED,
        FaultKind.UNREACHABLE,
        FaultKind.HANGING,
        FaultKind.CLOSED,
        FaultKind.NOT_KUBERNETES,
        FaultKind.SERVER_ERROR,
        FaultKind.GARBLED,
    }
)


class FaultReport(msgspec.Struct, frozen=True):
    kind: str
    message: str
    remedy: str


class RightReport(msgspec.Struct, frozen=True):
    """One right. `allowed` null: it cannot be told, for the reason in `said`. `missing` are the verbs that we lack. `how` is
    "review" or "try"; `served` false: this API server does not have it. `costs` is set where it is missing."""

    name: str
    of: str
    allowed: bool | None
    missing: list[str]
    how: str
    served: bool
    costs: str
    said: str


class HiddenReport(msgspec.Struct, frozen=True):
    """A component that cannot be seen, and why."""

    kind: str
    because: str


class Report(msgspec.Struct):
    """What was found. Moments are epoch seconds; what was not learnt is null or empty. `watches` is "deliver", "do not work: …" or
    "not known: …". `uid`: of the cluster's kube-system namespace, which no other has."""

    chosen: str = ""
    exit: int = Exit.CANNOT_TELL
    summary: str = ""
    fault: FaultReport | None = None
    server: str = ""
    uid: str = ""
    latency_ms: float | None = None
    tls: bool = False
    certificate_not_after: float | None = None
    version: str = ""
    platform: str = ""
    distribution: str = ""
    user: str = ""
    groups: list[str] = []
    user_said: str = ""
    clock_skew: float | None = None
    health: dict[str, str] = {}
    watches: str = ""
    nodes_seen: int = 0
    versions: dict[str, dict[str, int]] = {}
    rights: list[RightReport] = []
    hidden: list[HiddenReport] = []
    notes: list[str] = []
    grant: str = ""


def failed(fault: Fault, chosen: str = "") -> Report:
    """The report where nothing could be learnt."""
    code = Exit.UNREACHABLE if fault.kind in _UNREACHABLE else Exit.CANNOT_TELL
    told = FaultReport(fault.kind.value, sentence(fault.message), sentence(fault.remedy))
    return Report(chosen=chosen, exit=code, fault=told, summary=told.message)
