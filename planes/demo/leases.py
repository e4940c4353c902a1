"""Leases: 5,000 nodes renew theirs 500 times a second, so a renewal is one small record; its JSON is made when read."""

from functools import lru_cache

import msgspec

from planes.demo.clock import rfc3339, rfc3339_micro
from planes.demo.template import Body, Template, managed_fields, uid

IDENTITY_LABEL = "apiserver.kubernetes.io/identity"


class LeaseRecord(msgspec.Struct, frozen=True, gc=False):
    """A node's lease, a leader's (`acquired` is set), or an API server's identity lease (`hostname` is set)."""

    name: str
    namespace: str
    serial: int
    holder: str
    duration: int  # seconds
    created: float
    renewed: float  # the cluster's clock, epoch seconds
    acquired: float | None = None
    transitions: int = 0
    hostname: str = ""
    address: str = ""
    revision: int = 0

    def labels(self) -> dict[str, str]:
        return {IDENTITY_LABEL: "kube-apiserver", "kubernetes.io/hostname": self.hostname} if self.hostname else {}

    def field(self, path: str) -> str | None:
        return None

    def at(self, revision: int) -> "LeaseRecord":
        return msgspec.structs.replace(self, revision=revision)

    def renew(self, now: float) -> "LeaseRecord":
        return msgspec.structs.replace(self, renewed=now)

    def encode(self) -> bytes:
        values = {
            "name": self.name.encode(),
            "namespace": self.namespace.encode(),
            "uid": uid(self.serial).encode(),
            "revision": b"%d" % self.revision,
            "created": rfc3339(self.created).encode(),
            "renewed": rfc3339_micro(self.renewed).encode(),
            "holder": self.holder.encode(),
            "duration": b"%d" % self.duration,
            "hostname": self.hostname.encode(),
            "address": self.address.encode(),
        }
        if self.acquired is not None:
            values["acquired"] = rfc3339_micro(self.acquired).encode()
            values["transitions"] = b"%d" % self.transitions
        return _template("leader" if self.acquired is not None else "identity" if self.hostname else "node").fill(values)


@lru_cache(maxsize=3)
def _template(kind: str) -> Template:
    spec: Body = {"holderIdentity": "{{holder}}", "leaseDurationSeconds": "{{!duration}}", "renewTime": "{{renewed}}"}
    labels: Body = {}
    manager = "kubelet"
    if kind == "leader":
        spec |= {"acquireTime": "{{acquired}}", "leaseTransitions": "{{!transitions}}"}
        manager = "{{name}}"
    if kind == "identity":
        labels = {
            "labels": {IDENTITY_LABEL: "kube-apiserver", "kubernetes.io/hostname": "{{hostname}}"},
            "annotations": {"kubernetes.io/peer-advertise-address": "{{address}}"},
        }
        manager = "kube-apiserver"
    fields = managed_fields(manager, "coordination.k8s.io/v1", {"metadata": labels, "spec": spec}, "{{created}}")
    meta: Body = {
        "name": "{{name}}",
        "namespace": "{{namespace}}",
        "uid": "{{uid}}",
        "resourceVersion": "{{revision}}",
        "creationTimestamp": "{{created}}",
        **labels,
        "managedFields": [fields],
    }
    return Template({"metadata": meta, "spec": spec})
