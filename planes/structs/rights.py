"""Every right that Planewatch makes use of, what it is for, and what its lack costs.

Rights to list and watch follow from the table of feeds; what else is asked for stands here. `RIGHTS` is what a line of evidence
names as missing, what `manage.py doctor` reports, what the manifest grants (planes/components/rbac.py) and the table in
docs/doctor.md. All of it is read-only; secrets are never among it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from planes.structs.feeds import FEEDS, Declaration, Feed

#: Kubernetes' own role for /metrics, /livez, /readyz and their like.
MONITORING = "system:monitoring"


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """One right. `name` is the feed's or the path's, as in evidence; `verbs` are those that are used, and no other is granted.

    `namespace` is where it is read ("": in the whole cluster). `role`: it is granted by a Role there, not by the ClusterRole.
    `tried` is what is asked for where a cluster does not say what we may. `path` is set instead of a resource. `costs` ends the
    sentence "Without …: ".
    """

    name: str
    costs: str
    verbs: tuple[str, ...]
    tried: str
    group: str = ""
    resource: str = ""
    namespace: str = ""
    role: bool = False
    path: str = ""
    bound_by: str = ""  # for a path: the built-in ClusterRole that has it
    only: str = ""  # the distribution that alone makes use of it; a Role is left out of the manifest of the others

    @property
    def text(self) -> str:
        """What to grant, in words: "list and watch on leases in kube-node-lease"."""
        if self.path:
            return f"get on {self.path} (bind the role {self.bound_by})"
        return f"{listed(self.verbs)} on {self.of}"

    @property
    def of(self) -> str:
        """What it is about: "apps daemonsets", "leases in kube-system", "/metrics"."""
        if self.path:
            return self.path
        group = f"{self.group} " if self.group and not self.role else ""
        place = f" in {self.namespace}" if self.namespace else ""
        return f"{group}{self.resource}{place}"

    def lack(self, missing: Iterable[str] = ()) -> str:
        """What it costs to be without it, in one sentence. `missing` are the verbs that are; none given: all that are used."""
        return f"Without {'/'.join(missing or self.verbs)} on {self.of}: {self.costs}"


def listed(words: Iterable[str]) -> str:
    """ "get, list and watch"."""
    *some, last = words
    return f"{', '.join(some)} and {last}" if some else last


def _path(path: str, costs: str, bound_by: str = MONITORING, name: str = "") -> Right:
    return Right(name=name or path, costs=costs, verbs=("get",), path=path, bound_by=bound_by, tried=path)


_NAMESPACES = Right(
    name="namespaces",
    resource="namespaces",
    costs="a context that leads to another cluster than before is not noticed; which of OpenShift's namespaces exist is guessed.",
    verbs=("get",),
    tried="/api/v1/namespaces/kube-system",
)
_PATHS = (
    _path("/livez", "whether the API server and its state store live is known only from whether requests are answered."),
    _path("/readyz", "the API server's own checks are not seen, etcd's among them."),
    _path("/readyz/ping", "only the name of a failing check is seen, not the reason.", name="/readyz/*"),
    _path("/metrics", "error ratio, latency and load of the API server, and the size and latency of etcd, are not seen."),
    _path(
        "/version",
        "versions are not compared, so that version skew is not noticed, and the distribution is guessed.",
        "system:discovery",
    ),
)


def _of_feed(one: Declaration) -> Iterator[Right]:
    """A Role is needed in each place; a ClusterRole has them all."""
    for place in one.places if one.role else one.places[:1]:
        yield Right(
            name=one.feed.value,
            group=one.group,
            resource=one.resource,
            namespace=place.namespace,
            costs=one.costs.format(namespace=place.namespace),
            verbs=("list",) if one.every else ("list", "watch"),
            role=one.role,
            only=place.only,
            tried=one.path(place.namespace),
        )


def _rights() -> Iterator[Right]:
    for feed, one in FEEDS.items():
        if feed is Feed.EVENTS:  # what is guessed costs more than what is only shown beside
            yield _NAMESPACES
        yield from _of_feed(one)
    yield from _PATHS


#: In the order in which they are shown: what costs most comes first.
RIGHTS: tuple[Right, ...] = tuple(_rights())


def _texts() -> dict[str, str]:
    texts: dict[str, str] = {}
    for right in RIGHTS:
        texts.setdefault(right.name, right.text)
    for feed, one in FEEDS.items():
        if one.together:
            right = next(right for right in RIGHTS if right.name == feed.value)
            texts[feed.value] = f"{listed(right.verbs)} on {right.resource} {one.together}"
    return texts


#: What to grant, by feed or path, as evidence names it.
TEXTS: dict[str, str] = _texts()
_TITLES = {feed.value: one.title for feed, one in FEEDS.items()}


def titled(name: str) -> str:
    """What a feed or path reads, in words: "EndpointSlices in kube-system"; a path as it is."""
    return _TITLES.get(name, name)


def wanted(distribution: str = "", namespaces: Iterable[str] = ()) -> list[Right]:
    """The rights that are of use in a cluster of this distribution, which has these of the namespaces that only some have."""
    there = set(namespaces)
    return [right for right in RIGHTS if not right.only or _is_there(right, distribution, there)]


def _is_there(right: Right, distribution: str, namespaces: set[str]) -> bool:
    return right.only == distribution and (not right.role or right.namespace in namespaces)
