"""Whose a pod is: the marks of all kinds as one look-up, for the cache to sort pods by."""

from collections.abc import Collection, Mapping

from planes.cache.cluster import ClusterCache
from planes.cache.pods import FINISHED
from planes.cache.system import MIRROR, REPLACEMENT
from planes.components import dataplanes
from planes.components.kube_proxy import is_proxy
from planes.components.registry import KINDS
from planes.structs.objects import SystemPod

_MARKED = [(one.kind, one.pods) for one in KINDS if one.pods is not None]
_MIRRORED = {mark: kind for kind, marks in _MARKED if marks.mirror for mark in marks.labels}
_CONTAINERS = {marks.container: kind for kind, marks in _MARKED if marks.mirror and marks.container}
_HOSTED = {kind for kind, marks in _MARKED if marks.hosted}
_OPENSHIFT = {marks.openshift: kind for kind, marks in _MARKED if marks.openshift}
_LABELLED = {mark: kind for kind, marks in _MARKED if not marks.mirror for mark in marks.labels}
_ENDINGS = {f"-{marks.ending}": (kind, {key for key, _ in marks.labels}) for kind, marks in _MARKED if marks.ending}
#: Of a pod that bears marks of several, the first is what it is.
_ORDER = {found: place for place, found in enumerate(dict.fromkeys(_LABELLED.values()))}
#: Of dataplanes, and of kube-proxy what only together with another label is a mark of it.
_DATAPLANES = [*(mark for one in dataplanes.DATAPLANES for mark in one.labels), ("role", "proxy")]


#: Label selectors that find every pod of a kind between them.
SELECTORS = tuple(
    f"{key} in ({','.join(sorted({value for other, value in (*_MIRRORED, *_LABELLED, *_DATAPLANES) if other == key}))})"
    for key in dict.fromkeys(key for key, _ in (*_MIRRORED, *_LABELLED, *_DATAPLANES))
)


def kind_of(pod: SystemPod) -> str:
    """The kind that a pod is an instance of ("kube-proxy", "etcd", "dns", "replacement:Cilium", …); empty if of none. One that has
    finished (evicted, ended by a shutdown of its node) is an instance of nothing any more."""
    if pod.status.phase in FINISHED:
        return ""
    labels, space = pod.metadata.labels, pod.metadata.namespace
    containers = [one.name for one in pod.spec.containers]
    mirror = MIRROR in pod.metadata.annotations
    openshift = _OPENSHIFT.get(space)
    if openshift is not None:
        return openshift if mirror and labels.get("app", "") in (space, openshift) else ""
    if (static := _control_plane(labels, containers, mirror=mirror)) != "":
        return static
    found = [_LABELLED[mark] for mark in labels.items() if mark in _LABELLED]
    found += [kind for end, (kind, keys) in _ENDINGS.items() if any(labels.get(key, "").endswith(end) for key in keys)]
    if is_proxy(labels, pod.spec.containers):
        return "kube-proxy"
    if found:
        return min(found, key=_ORDER.__getitem__)
    called = dataplanes.called(labels.items(), pod.metadata.name)
    return REPLACEMENT + called if called else ""


def _control_plane(labels: Mapping[str, str], containers: Collection[str], *, mirror: bool) -> str:
    """The kind of the control plane that a pod is an instance of."""
    kind = next((_MIRRORED[mark] for mark in labels.items() if mark in _MIRRORED), "")
    tier = labels.get("tier") == "control-plane"
    if mirror or tier:
        kind = kind or next((_CONTAINERS[name] for name in containers if name in _CONTAINERS), "")
    return kind if mirror or (kind in _HOSTED and (tier or kind in containers)) else ""


def new_cache() -> ClusterCache:
    """An empty cache that sorts pods by the registry's kinds."""
    return ClusterCache(kind_of)
