"""/version, /api, /apis and the lists of what is served; componentstatuses, which is deprecated and misleading as ever."""

from planes.demo.cluster import RESOURCES, SERVER_VERSION, Cluster
from planes.demo.objects import LOCAL_APIS
from planes.demo.store import Resource
from planes.demo.template import Body

_MAJOR, _MINOR = SERVER_VERSION.removeprefix("v").split(".")[:2]
VERSION: Body = {
    "major": _MAJOR,
    "minor": _MINOR,
    "emulationMajor": _MAJOR,
    "emulationMinor": _MINOR,
    "minCompatibilityMajor": _MAJOR,
    "minCompatibilityMinor": str(int(_MINOR) - 1),
    "gitVersion": SERVER_VERSION,
    "gitCommit": "0000000000000000000000000000000000000000",
    "gitTreeState": "clean",
    "buildDate": "2026-08-12T09:00:00Z",
    "goVersion": "go1.27.3",
    "compiler": "gc",
    "platform": "linux/amd64",
}
_REVIEW_KINDS = {
    "authentication.k8s.io": ("SelfSubjectReview",),
    "authorization.k8s.io": ("SelfSubjectAccessReview", "SelfSubjectRulesReview"),
}
_METRICS = (
    Resource("metrics.k8s.io", "v1beta1", "nodes", "NodeMetrics", False),
    Resource("metrics.k8s.io", "v1beta1", "pods", "PodMetrics", True),
)


def find(cluster: Cluster, path: str, address: str) -> Body | None:
    """The discovery document at a path; None if there is none."""
    parts = path.strip("/").split("/")
    if parts == ["api"]:
        clients = [{"clientCIDR": "0.0.0.0/0", "serverAddress": address}]
        return {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": clients}
    groups = _groups()
    if parts == ["apis"]:
        return {"kind": "APIGroupList", "apiVersion": "v1", "groups": [_group(name, versions) for name, versions in groups.items()]}
    if parts[0] == "apis" and len(parts) == 2 and parts[1] in groups:
        return {"kind": "APIGroup", "apiVersion": "v1", **_group(parts[1], groups[parts[1]])}
    group, version = (
        ("", parts[1]) if parts[0] == "api" and len(parts) == 2 else (parts[1], parts[2]) if len(parts) == 3 else ("", "")
    )
    if group == "" and version != "v1":
        return None
    if group and version not in groups.get(group, []):
        return None
    return {
        "kind": "APIResourceList",
        **({"apiVersion": "v1"} if group else {}),
        "groupVersion": f"{group}/{version}" if group else version,
        "resources": _resources(group, version),
    }


def _groups() -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for group, version, _, _ in LOCAL_APIS:
        if group:
            groups.setdefault(group, []).insert(0, version)
    return {**groups, "metrics.k8s.io": ["v1beta1"]}


def _group(name: str, versions: list[str]) -> Body:
    listed = [{"groupVersion": f"{name}/{version}", "version": version} for version in versions]
    return {"name": name, "versions": listed, "preferredVersion": listed[0]}


def _resources(group: str, version: str) -> list[Body]:
    listed = [_resource(kind) for kind in (*RESOURCES, *_METRICS) if kind.group == group and kind.version == version]
    if group == "":
        listed.append(
            {
                "name": "componentstatuses",
                "singularName": "componentstatus",
                "namespaced": False,
                "kind": "ComponentStatus",
                "verbs": ["get", "list"],
                "shortNames": ["cs"],
            }
        )
    for kind in _REVIEW_KINDS.get(group, ()):
        listed.append(
            {"name": f"{kind.lower()}s", "singularName": kind.lower(), "namespaced": False, "kind": kind, "verbs": ["create"]}
        )
    return sorted(listed, key=lambda entry: str(entry["name"]))


def _resource(kind: Resource) -> Body:
    aggregated = kind.group == "metrics.k8s.io"
    entry: Body = {
        "name": kind.plural,
        "singularName": "" if aggregated else kind.kind.lower(),
        "namespaced": kind.namespaced,
        "kind": kind.kind,
        "verbs": ["get", "list"] if aggregated else ["get", "list", "watch"],
    }
    if kind.short_names:
        entry["shortNames"] = list(kind.short_names)
    return entry


def component_statuses(cluster: Cluster) -> Body:
    """The API server dials its own loopback, where the others of a cluster with several control-plane nodes do not listen."""
    items = []
    for name, port in (("controller-manager", 10257), ("scheduler", 10259), ("etcd-0", 0)):
        refused = f'Get "https://127.0.0.1:{port}/healthz": dial tcp 127.0.0.1:{port}: connect: connection refused'
        condition = {"type": "Healthy", "status": "False" if port else "True", "message": refused if port else "ok"}
        items.append({"metadata": {"name": name}, "conditions": [condition]})
    return {"kind": "ComponentStatusList", "apiVersion": "v1", "metadata": {}, "items": items}
