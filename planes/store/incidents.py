"""The incidents of clusters, found in what is on record whenever they are asked for: nothing of them is stored."""

import msgspec
from django.db.models import Q

from planes.assess.incidents import incidents
from planes.models import Cluster, Component, Node, Transition
from planes.store.history import spans_of
from planes.store.reading import one_view
from planes.structs.history import Span
from planes.structs.incidents import Incident, Subject
from planes.structs.moments import Epoch
from planes.structs.rows import ChangeRow
from planes.structs.time_tokens import render
from planes.structs.verdicts import State

#: Changes of a cluster in which incidents are looked for: the newest.
MOST = 20_000
_FIELDS = ("subject_kind", "subject", "agent", "before", "after", "because", "at", "group")
_STATES = ("name", "kubelet", "kube_proxy", "container_runtime", "zone")


class Record(msgspec.Struct, frozen=True):
    """What is on record of one cluster. `incidents` newest first; `since`: from when on they were looked for, epoch seconds; None:
    nothing was watched. `spans`: in which it was watched, oldest first. `nodes`: how many there are now."""

    slug: str
    cluster: str
    incidents: tuple[Incident, ...]
    since: float | None
    spans: tuple[Span, ...]
    nodes: int


def of_clusters(slug: str = "") -> list[Record]:
    """Of one enabled cluster, or of all by name."""
    with one_view():
        found = Cluster.objects.filter(enabled=True)
        return [_record(one) for one in (found.filter(slug=slug) if slug else found)]


def _record(cluster: Cluster) -> Record:
    rows = list(Transition.objects.filter(cluster=cluster).order_by("-at", "-id").values_list(*_FIELDS)[: MOST + 1])
    spans = spans_of(Q(cluster=cluster), None)
    since = spans[0].began if spans else None
    if len(rows) > MOST:
        rows = rows[:MOST]
        since = rows[-1][6]
    states: dict[Subject, State] = {
        ("Component", kind, ""): State(state)
        for kind, state in Component.objects.filter(cluster=cluster).values_list("kind", "state")
    }
    zones: dict[str, str] = {}
    for name, kubelet, proxy, runtime, zone in Node.objects.filter(cluster=cluster).values_list(*_STATES):
        zones[name] = zone
        for agent, state in (("kubelet", kubelet), ("kube-proxy", proxy), ("container-runtime", runtime)):
            states["Node", name, agent] = State(state)
    told = [
        ChangeRow(kind, subject, agent, State(before), State(after), render(because, at), Epoch(at), group)
        for kind, subject, agent, before, after, because, at, group in reversed(rows)
    ]
    found = tuple(incidents(told, states, zones))
    return Record(cluster.slug, cluster.name, found, since, spans, len(zones))
