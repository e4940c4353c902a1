"""The page of one instance of a component: an API server, a scheduler, a member of etcd."""

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from dashboard import component_help
from dashboard.presenters.evidence import EvidenceLine, evidence_lines
from dashboard.presenters.history import RibbonLine
from dashboard.presenters.own_figures import OwnLine, own_line
from dashboard.presenters.words import commands, known, number, word
from planes.live.wire import Lateness
from planes.store.freshness import seen
from planes.store.instances import InstanceDetail, InstanceTurnRow
from planes.store.selectors import ClusterHead
from planes.structs.rows import EvidenceRow, FaultRow, InstanceRow
from planes.structs.verdicts import State

#: A name within a line of evidence: of a pod, a host, an address.
_NAME = re.compile(r"[\w.:-]+")
#: The source of a line that is an object: its kind, its namespace and its name.
_OBJECT = re.compile(r"^(pod|lease|endpointslice) ([\w.-]+)/([\w.:-]+)$")


@dataclass(frozen=True, slots=True)
class TurnLine:
    """`state` is the shape; `text` what became of it: "healthy → down", "came, healthy", "went, was down"."""

    at: float
    state: str
    text: str
    because: str


@dataclass(frozen=True, slots=True)
class Related:
    """An object that belongs to it; `node` is set when it has a page."""

    kind: str
    name: str
    node: str = ""


@dataclass(frozen=True, slots=True)
class InstancePage:
    """`gone` is since when it is not there any more, epoch seconds; None while it is. `since` None: not known. `checks`: of an API
    server, whose history of checks the page of all lists; else empty."""

    cluster: ClusterHead
    kind: str
    component: str
    name: str
    host: str
    role: str
    state: str
    last: str
    since: float | None
    gone: float | None
    because: str
    evidence: tuple[EvidenceLine, ...]
    version: str
    restarts: str
    own: OwnLine | None
    turns: tuple[TurnLine, ...]
    ribbons: tuple[RibbonLine, ...]
    related: tuple[Related, ...]
    commands: tuple[str, ...]
    fault: FaultRow | None
    late: Lateness | None
    checks: str = ""

    @property
    def blind(self) -> bool:
        """Nobody vouches for it now: what the page lists is as it was last seen."""
        return self.late is not None and self.late.cause != "cluster"


def instance_page(detail: InstanceDetail, late: Lateness | None, ribbons: tuple[RibbonLine, ...] = ()) -> InstancePage:
    """Of one that went, what is remembered."""
    whole, row = detail.component, detail.row
    newest = detail.turns[0] if detail.turns else None
    evidence = own_evidence(row, whole.row.evidence, whole.row.instances) if row is not None else ()
    host = row.host if row is not None else newest.host if newest is not None else ""
    shown = seen(row.state, "", row.because, late) if row is not None else None
    before = newest.before if row is None and newest is not None and newest.before is not None else None
    related = _related(detail.name, host, evidence)
    return InstancePage(
        cluster=whole.cluster,
        kind=whole.row.kind,
        component=component_help.of(whole.row.kind).title,
        name=detail.name,
        host=host,
        role="leader" if row is not None and row.leader else "",
        state=known(shown.state) if shown is not None else "not_observable",
        last=_last(shown.last if shown is not None and shown.state == "unknown" else "", before),
        since=newest.at if newest is not None else None,
        gone=newest.at if row is None and newest is not None else None,
        because=shown.because if shown is not None else "",
        evidence=evidence_lines(evidence),
        version=row.version if row is not None else "",
        restarts="" if row is None or row.restarts is None else number(row.restarts),
        own=own_line(row.own) if row is not None else None,
        turns=tuple(_turn(one) for one in detail.turns),
        ribbons=ribbons,
        related=related,
        commands=commands(_commands(related), whole.cluster),
        fault=whole.cluster.row.fault,
        late=late,
        checks=_checks(whole.row.kind, len(whole.row.instances)),
    )


def _checks(kind: str, instances: int) -> str:
    """Behind one address an answer to /livez or /readyz does not say which API server gave it (planes/components/divided.py)."""
    if kind != "kube-apiserver":
        return ""
    if instances == 1:
        return "It is the only API server that is seen: the checks that are remembered are its own, for as long as it has been."
    return "They are remembered for all API servers together: an answer to /livez or /readyz does not say which of them gave it."


def own_evidence(row: InstanceRow, rows: Sequence[EvidenceRow], instances: Sequence[InstanceRow]) -> tuple[EvidenceRow, ...]:
    """The lines that are about this instance: that name it or its host, alone of all, in their signal or source; of a sole one all
    lines. A leader's are also those of its lease, which no other holds."""
    if len(instances) < 2:
        return tuple(rows)
    mine = {row.name, row.host} - {""}
    others = {name for one in instances if one.name != row.name for name in (one.name, one.host)} - mine - {""}
    found = []
    for one in rows:
        named = {name.rstrip(".:") for name in _NAME.findall(f"{one.signal} {one.source}")}
        if named & mine or (row.leader and one.source.startswith("lease ") and not named & others):
            found.append(one)
    return tuple(found)


def _last(last: str, before: State | None) -> str:
    said = before.value if before is not None else last
    return said if said != "unknown" else ""


def _turn(one: InstanceTurnRow) -> TurnLine:
    if one.after is None:
        was = f", was {word(one.before)}" if one.before is not None else ""
        return TurnLine(one.at, "not_observable", f"went{was}", one.because)
    before = f"{word(one.before)} → " if one.before is not None else "came, "
    return TurnLine(one.at, known(one.after), f"{before}{word(one.after)}", one.because)


def _related(name: str, host: str, evidence: Sequence[EvidenceRow]) -> tuple[Related, ...]:
    """Its node, and the objects that its evidence was seen on."""
    found = [Related("node", host, host)] if host and host != name else []
    for one in evidence:
        if (match := _OBJECT.match(one.source)) is not None:
            found.append(Related(match[1], f"{match[2]}/{match[3]}"))
    return tuple(dict.fromkeys(found))


def _commands(related: Sequence[Related]) -> tuple[str, ...]:
    written: list[str] = []
    for one in related:
        namespace, _, name = one.name.partition("/")
        where, what = shlex.quote(namespace), shlex.quote(name)
        match one.kind:
            case "pod":
                written += [f"kubectl -n {where} describe pod {what}", f"kubectl -n {where} logs {what} --tail=200"]
            case "lease" | "endpointslice":
                written.append(f"kubectl -n {where} get {one.kind} {what} -o yaml")
            case _:
                written.append(f"kubectl describe node {shlex.quote(one.name)}")
    return tuple(written)
