"""The incidents of clusters, found in what is on record: nothing of them is stored. What was found is remembered by this process
until something else is on record."""

import time
from collections import OrderedDict
from threading import Lock

import msgspec
from django.db.models import Q, QuerySet

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
_FIELDS = ("subject_kind", "subject", "agent", "before", "after", "because", "at", "group", "about", "led")
#: Where they are searched as somebody types, what was found holds for so many times as long as it took to find: a fiftieth of the
#: time at most goes into finding them again.
HOLDS = 50
#: Clusters of which what was found is remembered: those that were asked for last.
REMEMBERED = 32
_STATES: dict[str, State] = {one.value: one for one in State}
_COLUMNS = ("name", "kubelet", "kube_proxy", "container_runtime", "zone")


class Record(msgspec.Struct, frozen=True):
    """What is on record of one cluster. `incidents` newest first; `since`: from when on they were looked for, epoch seconds; None:
    nothing was watched. `spans`: in which it was watched, oldest first. `nodes`: how many there are now."""

    slug: str
    cluster: str
    incidents: tuple[Incident, ...]
    since: float | None
    spans: tuple[Span, ...]
    nodes: int


class Followed(msgspec.Struct, frozen=True):
    """`incidents` newest first. `again`: seconds after which to ask again, since something newer is not in it; 0: nothing is."""

    incidents: tuple[Incident, ...]
    again: float


#: A component's kind and state; a node's name, the states of its agents, and its zone.
_Whole = tuple[str, str]
_Node = tuple[str, str, str, str, str]


class _Basis(msgspec.Struct, frozen=True):
    """What incidents are found in: the newest and the oldest change, how many are kept, and the present as it is stored. Where all
    that is the same, so are they."""

    newest: tuple[float, int] | None
    oldest: tuple[float, int] | None
    kept: int
    components: list[_Whole]
    nodes: list[_Node]


class _Found(msgspec.Struct, frozen=True):
    """`oldest`: of the changes that were looked at, epoch seconds; None: there was none."""

    incidents: tuple[Incident, ...]
    oldest: Epoch | None


class _Kept(msgspec.Struct, frozen=True):
    """What was found, in what, and until when it may be searched (seconds of this process's clock)."""

    basis: _Basis
    found: _Found
    until: float


class _Memory:
    """What was found of some clusters."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._found: OrderedDict[int, _Kept] = OrderedDict()

    def get(self, cluster_id: int, basis: _Basis) -> _Found | None:
        with self._lock:
            known = self._found.get(cluster_id)
            if known is None or known.basis != basis:
                return None
            self._found.move_to_end(cluster_id)
            return known.found

    def lately(self, cluster_id: int) -> _Kept | None:
        with self._lock:
            known = self._found.get(cluster_id)
            return known if known is not None and time.monotonic() < known.until else None

    def keep(self, cluster_id: int, basis: _Basis, found: _Found, took: float) -> None:
        with self._lock:
            self._found[cluster_id] = _Kept(basis, found, time.monotonic() + HOLDS * took)
            self._found.move_to_end(cluster_id)
            while len(self._found) > REMEMBERED:
                self._found.popitem(last=False)

    def forget(self) -> None:
        with self._lock:
            self._found.clear()


_memory = _Memory()


def forget() -> None:
    """Find them again when they are asked for next."""
    _memory.forget()


def of_clusters(slug: str = "") -> list[Record]:
    """Of one enabled cluster, or of all by name."""
    with one_view():
        found = Cluster.objects.filter(enabled=True)
        return [_record(one) for one in (found.filter(slug=slug) if slug else found)]


def lately(slug: str) -> tuple[Incident, ...]:
    """Those of one cluster as they were found lately, newest first, for whoever asks at each key: seconds old where finding them
    takes long."""
    cluster = Cluster.objects.filter(enabled=True, slug=slug).first()
    if cluster is None:
        return ()
    kept = _memory.lately(cluster.pk)
    if kept is not None:
        return kept.found.incidents
    with one_view():
        return _record(cluster).incidents


def followed(slug: str) -> Followed:
    """Those that go on in one cluster, for whoever asks at each change: what was found lately, and when to ask again where that is
    from before the newest change."""
    cluster = Cluster.objects.filter(enabled=True, slug=slug).first()
    if cluster is None:
        return Followed((), 0.0)
    kept = _memory.lately(cluster.pk)
    if kept is None:
        with one_view():
            return Followed(_open(_record(cluster).incidents), 0.0)
    newest = _changes_of(cluster).values_list("at", "id").first()
    again = 0.0 if newest == kept.basis.newest else max(0.1, kept.until - time.monotonic())
    return Followed(_open(kept.found.incidents), again)


def _open(found: tuple[Incident, ...]) -> tuple[Incident, ...]:
    return tuple(one for one in found if one.goes_on)


def _changes_of(cluster: Cluster) -> QuerySet[Transition]:
    """Newest first."""
    return Transition.objects.filter(cluster=cluster).order_by("-at", "-id")


def _record(cluster: Cluster) -> Record:
    begun = time.monotonic()
    basis = _basis(cluster)
    found = _memory.get(cluster.pk, basis)
    if found is None:
        found = _found(cluster, basis)
    _memory.keep(cluster.pk, basis, found, time.monotonic() - begun)
    spans = spans_of(Q(cluster=cluster), None)
    since: float | None = spans[0].began if spans else None
    if basis.kept > MOST and found.oldest is not None:
        since = found.oldest
    return Record(cluster.slug, cluster.name, found.incidents, since, spans, len(basis.nodes))


def _basis(cluster: Cluster) -> _Basis:
    every = _changes_of(cluster).values_list("at", "id")
    newest, oldest, kept = every.first(), every.last(), every.count()
    components = list(Component.objects.filter(cluster=cluster).order_by("id").values_list("kind", "state"))
    nodes = list(Node.objects.filter(cluster=cluster).order_by("id").values_list(*_COLUMNS))
    return _Basis(newest, oldest, kept, components, nodes)


def _found(cluster: Cluster, basis: _Basis) -> _Found:
    states: dict[Subject, State] = {("Component", kind, ""): State(state) for kind, state in basis.components}
    for name, kubelet, proxy, runtime, _ in basis.nodes:
        for agent, state in (("kubelet", kubelet), ("kube-proxy", proxy), ("container-runtime", runtime)):
            states["Node", name, agent] = State(state)
    changes = _changes(cluster)
    found = incidents(changes, states, {name: zone for name, *_, zone in basis.nodes})
    return _Found(tuple(found), changes[0].at if changes else None)


def _changes(cluster: Cluster) -> list[ChangeRow]:
    """Oldest first."""
    rows = _changes_of(cluster).values_list(*_FIELDS)[:MOST]
    return [
        ChangeRow(kind, subject, agent, _state(before), _state(after), render(because, at), Epoch(at), group, about=about, led=led)
        for kind, subject, agent, before, after, because, at, group, about, led in reversed(rows)
    ]


def _state(stored: str) -> State:
    """As State() has it, and three times as fast: of thousands."""
    return _STATES.get(stored, State.UNKNOWN)
