"""Pods: 5-7 kB of JSON each and up to 150,000 of them, so a pod is a small record and its workload a template."""

from dataclasses import dataclass, field
from typing import Literal

import msgspec

from planes.demo.clock import rfc3339
from planes.demo.template import Body, Template, managed_fields, uid

#: undecided: no scheduler has looked at it. creating: bound to a node. waiting: its container is not running, `reason` says why.
Phase = Literal["undecided", "creating", "running", "waiting"]
OwnerKind = Literal["ReplicaSet", "DaemonSet", "Mirror"]


@dataclass(frozen=True, eq=False)
class Workload:
    """What the pods of one Deployment, DaemonSet or static manifest have in common."""

    name: str
    namespace: str
    owner: OwnerKind
    owner_name: str  # of the ReplicaSet or DaemonSet
    owner_serial: int
    labels: dict[str, str]
    containers: tuple[tuple[str, str], ...]  # name, image
    version: str = ""  # fills {{version}} in images
    critical: bool = False
    host_network: bool = False
    templates: dict[Phase, Template] = field(default_factory=dict)

    def template(self, phase: Phase) -> Template:
        template = self.templates.get(phase)
        if template is None:
            template = self.templates[phase] = Template(_pod(self, phase))
        return template


class PodRecord(msgspec.Struct, frozen=True, gc=False):
    name: str
    workload: Workload
    serial: int
    created: float
    node: str = ""
    address: str = ""  # of its node
    phase: Phase = "running"
    reason: str = ""
    ready: bool = True  # its Ready condition; a silent node's pods are not ready though their containers were
    ready_since: float = 0.0
    started: float = 0.0
    restarts: int = 0
    deleted: float = 0.0  # when its deletion was asked for; 0: it was not
    version: str = ""  # overrides the image's tag, for kube-proxy of another version
    revision: int = 0

    @property
    def namespace(self) -> str:
        return self.workload.namespace

    def labels(self) -> dict[str, str]:
        return self.workload.labels

    def field(self, path: str) -> str | None:
        if path == "spec.nodeName":
            return "" if self.phase == "undecided" else self.node  # a DaemonSet's pod knows its node before it is bound
        if path == "status.phase":
            return "Running" if self.phase == "running" or (self.phase == "waiting" and self.restarts) else "Pending"
        return None

    def at(self, revision: int) -> "PodRecord":
        return msgspec.structs.replace(self, revision=revision)

    def encode(self) -> bytes:
        deleted = b""
        if self.deleted:
            deleted = b',"deletionTimestamp":"%b","deletionGracePeriodSeconds":30' % rfc3339(self.deleted).encode()
        number = self.serial
        template = self.workload.template(self.phase)
        return template.fill(
            {
                "name": self.name.encode(),
                "uid": uid(number).encode(),
                "revision": b"%d" % self.revision,
                "created": rfc3339(self.created).encode(),
                "deleted": deleted,
                "node": self.node.encode(),
                "token": b"%05x" % (number & 0xFFFFF),
                "host": self.address.encode(),
                "address": b"10.%d.%d.%d" % (100 + ((number >> 16) & 63), (number >> 8) & 255, number & 255),
                "ready": b"True" if self.ready else b"False",
                "container_ready": b"true" if self.phase == "running" else b"false",
                "container_status": b"True" if self.phase == "running" else b"False",
                "ready_since": rfc3339(self.ready_since or self.started).encode(),
                "started": rfc3339(self.started).encode(),
                "restarts": b"%d" % self.restarts,
                "reason": self.reason.encode(),
                "version": (self.version or self.workload.version).encode(),
            }
        )


def _pod(workload: Workload, phase: Phase) -> Body:
    spec = _spec(workload, bound=phase != "undecided")
    status = _status(workload, phase)
    described: Body = {"metadata": {"labels": workload.labels}, "spec": spec}
    meta: Body = {"name": "{{name}}"}
    if workload.owner != "Mirror":
        meta["generateName"] = f"{workload.owner_name}-"
    meta |= {
        "namespace": workload.namespace,
        "uid": "{{uid}}",
        "resourceVersion": "{{revision}}",
        "generation": 1,
        "creationTimestamp": "{{created}}",
        "{{+deleted}}": None,
        "labels": workload.labels,
    }
    if workload.owner == "Mirror":
        digest = uid(workload.owner_serial).replace("-", "")
        meta["annotations"] = {
            "kubernetes.io/config.hash": digest,
            "kubernetes.io/config.mirror": digest,
            "kubernetes.io/config.seen": "{{created}}",
            "kubernetes.io/config.source": "file",
        }
    else:
        if not workload.critical:
            meta["annotations"] = {"prometheus.io/scrape": "true"}
        meta["ownerReferences"] = [
            {
                "apiVersion": "apps/v1",
                "kind": workload.owner,
                "name": workload.owner_name,
                "uid": uid(workload.owner_serial),
                "controller": True,
                "blockOwnerDeletion": True,
            }
        ]
    writer = "kubelet" if workload.owner == "Mirror" else "kube-controller-manager"
    fields = [managed_fields(writer, "v1", described, "{{created}}")]
    if phase != "undecided":
        fields.append(managed_fields("kubelet", "v1", {"status": status}, "{{started}}", "status"))
    meta["managedFields"] = fields
    return {"metadata": meta, "spec": spec, "status": status}


def _spec(workload: Workload, *, bound: bool) -> Body:
    mirror = workload.owner == "Mirror"
    mount = {"name": "kube-api-access-{{token}}", "readOnly": True, "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount"}
    containers = []
    for name, image in workload.containers:
        container: Body = {"name": name, "image": image}
        if not workload.critical:
            container["ports"] = [{"containerPort": 8080, "protocol": "TCP"}]
            container["env"] = [{"name": f"SETTING_{number}", "value": "x" * 40} for number in range(10)]
            container["resources"] = {"limits": {"memory": "256Mi"}, "requests": {"cpu": "50m", "memory": "64Mi"}}
        else:
            container["resources"] = {}
        if not mirror:
            container["volumeMounts"] = [mount]
        if not workload.critical:
            probe = {"path": "/healthz", "port": 8080, "scheme": "HTTP"}
            container["readinessProbe"] = {
                "httpGet": probe,
                "timeoutSeconds": 1,
                "periodSeconds": 10,
                "successThreshold": 1,
                "failureThreshold": 3,
            }
        container |= {
            "terminationMessagePath": "/dev/termination-log",
            "terminationMessagePolicy": "File",
            "imagePullPolicy": "IfNotPresent",
        }
        containers.append(container)
    spec: Body = {} if mirror else {"volumes": [_token_volume()]}
    spec |= {"containers": containers, "restartPolicy": "Always", "terminationGracePeriodSeconds": 30, "dnsPolicy": "ClusterFirst"}
    if not mirror:
        spec |= {"serviceAccountName": "default", "serviceAccount": "default"}
    if bound:
        spec["nodeName"] = "{{node}}"
    if workload.host_network:
        spec["hostNetwork"] = True
    spec["securityContext"] = {}
    if workload.owner == "DaemonSet":
        terms = [{"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["{{node}}"]}]}]
        required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": terms}}
        spec["affinity"] = {"nodeAffinity": required}
    spec["schedulerName"] = "default-scheduler"
    if workload.critical:
        spec["tolerations"] = [{"operator": "Exists"}]
        spec |= {"priorityClassName": "system-node-critical", "priority": 2_000_001_000}
    else:
        spec["tolerations"] = [
            {"key": f"node.kubernetes.io/{name}", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}
            for name in ("not-ready", "unreachable")
        ]
        spec["priority"] = 0
    return spec | {"enableServiceLinks": True, "preemptionPolicy": "PreemptLowerPriority"}


def _token_volume() -> Body:
    sources = [
        {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
        {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
        {"downwardAPI": {"items": [{"path": "namespace", "fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"}}]}},
    ]
    return {"name": "kube-api-access-{{token}}", "projected": {"sources": sources, "defaultMode": 420}}


def _status(workload: Workload, phase: Phase) -> Body:
    quality = "BestEffort" if workload.critical else "Burstable"
    if phase == "undecided":
        return {"phase": "Pending", "qosClass": quality}

    def condition(kind: str, status: str, since: str = "{{started}}") -> Body:
        return {"type": kind, "status": status, "lastProbeTime": None, "lastTransitionTime": since}

    conditions = [
        condition("PodReadyToStartContainers", "False" if phase == "creating" else "True"),
        condition("Initialized", "True"),
        condition("Ready", "{{ready}}", "{{ready_since}}"),
        condition("ContainersReady", "{{container_status}}"),
        condition("PodScheduled", "True"),
    ]
    states: dict[Phase, Body] = {
        "running": {"running": {"startedAt": "{{started}}"}},
        "creating": {"waiting": {"reason": "ContainerCreating"}},
        "waiting": {"waiting": {"reason": "{{reason}}", "message": "back-off 5m0s restarting failed container"}},
    }
    statuses = [
        {
            "name": name,
            "state": states[phase],
            "lastState": {},
            "ready": "{{!container_ready}}",
            "restartCount": "{{!restarts}}",
            "image": image,
            "imageID": "" if phase == "creating" else f"{image.rsplit(':', 1)[0]}@sha256:{uid(len(image)).replace('-', '') * 2}",
            **({} if phase == "creating" else {"containerID": "containerd://{{token}}" + uid(len(name)).replace("-", "")}),
            "started": phase == "running",
        }
        for name, image in workload.containers
    ]
    status: Body = {"phase": "Pending" if phase == "creating" else "Running", "conditions": conditions, "hostIP": "{{host}}"}
    if phase != "creating":
        address = "{{host}}" if workload.host_network else "{{address}}"
        status |= {"podIP": address, "podIPs": [{"ip": address}]}
    return status | {"startTime": "{{created}}", "containerStatuses": statuses, "qosClass": quality}
