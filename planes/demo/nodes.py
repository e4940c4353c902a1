"""Nodes: about 8 kB of JSON each, of which a node of the same kind differs in names, conditions, taints and times."""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

import msgspec

from planes.demo.clock import rfc3339
from planes.demo.template import Body, Template, managed_fields, uid

UNREACHABLE = "node.kubernetes.io/unreachable"
NOT_READY = "node.kubernetes.io/not-ready"
UNSCHEDULABLE = "node.kubernetes.io/unschedulable"
MEMORY_PRESSURE = "node.kubernetes.io/memory-pressure"
ROLE = "node-role.kubernetes.io/control-plane"
READY_MESSAGE = "kubelet is posting ready status"
STOPPED_MESSAGE = "Kubelet stopped posting node status."


class Condition(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    type: str
    status: str
    lastHeartbeatTime: str
    lastTransitionTime: str
    reason: str
    message: str = ""


class Taint(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    key: str
    effect: str
    timeAdded: str = ""


@dataclass(frozen=True)
class NodeKind:
    """What nodes have in common that were bought together: a pool in a zone."""

    pool: str
    instance_type: str
    zone: str
    cpu: int  # cores
    memory: int  # bytes
    control_plane: bool = False
    runtime: str = "containerd://2.1.4"
    max_pods: int = 110
    labels: dict[str, str] = field(default_factory=dict, compare=False)

    def labels_of(self, name: str) -> dict[str, str]:
        return {
            "beta.kubernetes.io/arch": "amd64",
            "beta.kubernetes.io/os": "linux",
            "kubernetes.io/arch": "amd64",
            "kubernetes.io/hostname": name,
            "kubernetes.io/os": "linux",
            **({ROLE: ""} if self.control_plane else {}),
            "node.kubernetes.io/instance-type": self.instance_type,
            "pool": self.pool,
            "topology.kubernetes.io/region": self.zone[:-1],
            "topology.kubernetes.io/zone": self.zone,
        }


class NodeRecord(msgspec.Struct, frozen=True):
    """One node. Conditions are in the order in which kubelets write them, Ready last."""

    name: str
    number: int
    serial: int
    kind: NodeKind
    version: str  # of the kubelet, "v1.36.2"
    created: float
    conditions: tuple[Condition, ...]
    taints: tuple[Taint, ...] = ()
    unschedulable: bool = False
    revision: int = 0

    @property
    def namespace(self) -> str:
        return ""

    @property
    def zone(self) -> str:
        return self.kind.zone

    @property
    def address(self) -> str:
        return f"10.{200 + (self.number >> 16)}.{(self.number >> 8) & 255}.{self.number & 255}"

    @property
    def ready(self) -> Condition:
        return self.conditions[-1]

    def labels(self) -> dict[str, str]:
        return self.kind.labels_of(self.name)

    def field(self, path: str) -> str | None:
        return str(self.unschedulable).lower() if path == "spec.unschedulable" else None

    def at(self, revision: int) -> "NodeRecord":
        return msgspec.structs.replace(self, revision=revision)

    def encode(self) -> bytes:
        more = b""
        if self.taints:
            more += b',"taints":' + msgspec.json.encode(self.taints)
        if self.unschedulable:
            more += b',"unschedulable":true'
        octet = self.number & 255
        return _template(self.kind).fill(
            {
                "name": self.name.encode(),
                "uid": uid(self.serial).encode(),
                "revision": b"%d" % self.revision,
                "created": rfc3339(self.created).encode(),
                "subnet": b"10.%d.%d" % (100 + (self.number >> 8), octet),
                "address": self.address.encode(),
                "machine": uid(self.serial + 1).replace("-", "").encode(),
                "system": uid(self.serial + 2).encode(),
                "boot": uid(self.serial + 3).encode(),
                "version": self.version.encode(),
                "conditions": msgspec.json.encode(self.conditions),
                "heartbeat": self.ready.lastHeartbeatTime.encode(),
                "spec": more,
            }
        )

    def with_taint(self, key: str, effect: Literal["NoSchedule", "NoExecute"], when: str) -> "NodeRecord":
        if any(taint.key == key and taint.effect == effect for taint in self.taints):
            return self
        return msgspec.structs.replace(self, taints=(*self.taints, Taint(key, effect, when)))

    def without_taint(self, key: str, effect: str = "") -> "NodeRecord":
        left = tuple(taint for taint in self.taints if taint.key != key or (effect and taint.effect != effect))
        return self if len(left) == len(self.taints) else msgspec.structs.replace(self, taints=left)


def conditions(now: str, before: tuple[Condition, ...], *, pressure: bool, message: str) -> tuple[Condition, ...]:
    """What a kubelet posts: `message` says why the node is not ready, or is empty. Transition times move only with the status."""
    wanted = [
        ("MemoryPressure", "True", "KubeletHasInsufficientMemory", "kubelet has insufficient memory available")
        if pressure
        else ("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
        ("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
        ("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
        ("Ready", "False", "KubeletNotReady", message) if message else ("Ready", "True", "KubeletReady", READY_MESSAGE),
    ]
    since = {condition.type: (condition.status, condition.lastTransitionTime) for condition in before}
    posted = []
    for kind, status, reason, text in wanted:
        was, moved = since.get(kind, ("", now))
        posted.append(Condition(kind, status, now, moved if was == status else now, reason, text))
    return tuple(posted)


def unknown_conditions(now: str, before: tuple[Condition, ...]) -> tuple[Condition, ...]:
    """What the node lifecycle controller writes over the conditions of a node whose kubelet is silent."""
    return tuple(
        Condition(
            c.type,
            "Unknown",
            c.lastHeartbeatTime,
            now if c.status != "Unknown" else c.lastTransitionTime,
            "NodeStatusUnknown",
            STOPPED_MESSAGE,
        )
        for c in before
    )


@lru_cache(maxsize=256)
def _template(kind: NodeKind) -> Template:
    resources = {
        "cpu": str(kind.cpu),
        "ephemeral-storage": "83873772Ki",
        "hugepages-2Mi": "0",
        "memory": f"{kind.memory >> 10}Ki",
        "pods": str(kind.max_pods),
    }
    allocatable = {**resources, "cpu": f"{kind.cpu * 1000 - 80}m", "memory": f"{(kind.memory >> 10) - 524288}Ki"}
    labels = kind.labels_of("{{name}}")
    annotations = {
        "node.alpha.kubernetes.io/ttl": "0",
        "volumes.kubernetes.io/controller-managed-attach-detach": "true",
    }
    spec: Body = {"podCIDR": "{{subnet}}.0/24", "podCIDRs": ["{{subnet}}.0/24"], "{{+spec}}": None}
    status: Body = {
        "capacity": resources,
        "allocatable": allocatable,
        "conditions": "{{!conditions}}",
        "addresses": [{"type": "InternalIP", "address": "{{address}}"}, {"type": "Hostname", "address": "{{name}}"}],
        "daemonEndpoints": {"kubeletEndpoint": {"Port": 10250}},
        "nodeInfo": {
            "machineID": "{{machine}}",
            "systemUUID": "{{system}}",
            "bootID": "{{boot}}",
            "kernelVersion": "6.12.48+deb13-amd64",
            "osImage": "Debian GNU/Linux 13 (trixie)",
            "containerRuntimeVersion": kind.runtime,
            "kubeletVersion": "{{version}}",
            "kubeProxyVersion": "",
            "operatingSystem": "linux",
            "architecture": "amd64",
        },
        "images": [
            {
                "names": [
                    f"registry.example/team/app-{number}@sha256:{number:064x}",
                    f"registry.example/team/app-{number}:v{number % 7 + 1}",
                ],
                "sizeBytes": 18_345_678 + 1_234_567 * number,
            }
            for number in range(16)
        ],
        "runtimeHandlers": [{"name": "", "features": {"recursiveReadOnlyMounts": True, "userNamespaces": True}}],
    }
    meta: Body = {
        "name": "{{name}}",
        "uid": "{{uid}}",
        "resourceVersion": "{{revision}}",
        "creationTimestamp": "{{created}}",
        "labels": labels,
        "annotations": annotations,
        "managedFields": [
            managed_fields(
                "kube-controller-manager", "v1", {"metadata": {"annotations": annotations}, "spec": spec}, "{{created}}"
            ),
            managed_fields("kubelet", "v1", {"metadata": {"labels": labels}}, "{{created}}"),
            managed_fields("kubelet", "v1", {"status": status}, "{{heartbeat}}", "status"),
        ],
    }
    return Template({"metadata": meta, "spec": spec, "status": status})
