"""Whose a pod is: the marks of all kinds as one look-up, for the cache to sort pods by."""

from planes.cache.cluster import ClusterCache
from planes.cache.system import MIRROR, REPLACEMENT
from planes.components.kube_proxy import REPLACEMENTS
from planes.components.registry import KINDS
from planes.structs.objects import SystemPod

_MIRRORED = {mark: one.kind for one in KINDS if one.pods is not None and one.pods.mirror for mark in one.pods.labels}
_OPENSHIFT = {one.pods.openshift: one.kind for one in KINDS if one.pods is not None and one.pods.openshift}
_LABELLED = {mark: one.kind for one in KINDS if one.pods is not None and not one.pods.mirror for mark in one.pods.labels} | {
    (key, value): REPLACEMENT + called for key, value, called in REPLACEMENTS
}
#: Kinds before what may take kube-proxy's place: a pod that bears the marks of both is the kind's.
_ORDER = {found: place for place, found in enumerate(dict.fromkeys(_LABELLED.values()))}


def kind_of(pod: SystemPod) -> str:
    """The kind that a pod is an instance of ("kube-proxy", "etcd", "dns", "replacement:Cilium", …); empty if of none."""
    labels, space = pod.metadata.labels, pod.metadata.namespace
    mirror = MIRROR in pod.metadata.annotations
    if mirror:
        static = _MIRRORED.get(("component", labels.get("component", ""))) or _MIRRORED.get(("k8s-app", labels.get("k8s-app", "")))
        if static is not None:
            return static
    openshift = _OPENSHIFT.get(space)
    if openshift is not None:
        return openshift if mirror and labels.get("app", "") in (space, openshift) else ""
    found = [_LABELLED[mark] for mark in labels.items() if mark in _LABELLED]
    return min(found, key=_ORDER.__getitem__, default="")


def new_cache() -> ClusterCache:
    """An empty cache that sorts pods by the registry's kinds."""
    return ClusterCache(kind_of)
