"""Components as they are stored, as rows."""

from collections import defaultdict
from collections.abc import Iterable

import msgspec

from planes.components.registry import rank
from planes.models import Component, Instance
from planes.structs.moments import Epoch
from planes.structs.rows import ComponentRow, EvidenceRow, InstanceRow, OwnFiguresRow
from planes.structs.verdicts import State

_evidence = msgspec.json.Decoder(tuple[EvidenceRow, ...])
_facts = msgspec.json.Decoder(dict[str, str])
_own = msgspec.json.Decoder(OwnFiguresRow | None)


def of_cluster(cluster_id: int) -> list[ComponentRow]:
    """All of a cluster, in the order of the registry, add-ons last."""
    found = list(Component.objects.filter(cluster=cluster_id))
    instances: dict[int, list[Instance]] = defaultdict(list)
    for one in Instance.objects.filter(component__in=[component.pk for component in found]).order_by("pk"):
        instances[one.component_id].append(one)
    return sorted((of_stored(one, instances[one.pk]) for one in found), key=lambda row: rank(row.kind))


def of_stored(found: Component, instances: Iterable[Instance]) -> ComponentRow:
    """One, with its instances."""
    return ComponentRow(
        kind=found.kind,
        plane=found.plane,
        state=State(found.state),
        because=found.because,
        since=Epoch(found.since),
        last=found.last,
        line=found.line,
        evidence=_evidence.decode(found.evidence),
        instances=tuple(
            InstanceRow(
                name=one.name,
                host=one.host,
                leader=one.leader,
                state=State(one.state),
                because=one.because,
                version=one.version,
                restarts=one.restarts,
                own=_own.decode(one.own),
            )
            for one in instances
        ),
        facts=_facts.decode(found.facts),
    )
