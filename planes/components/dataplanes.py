"""What may stand in kube-proxy's place, and what proves that it does.

Most of these run beside kube-proxy as happily as instead of it: that their pods are there proves nothing. Each says which setting,
visible in the cluster, does.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from planes.structs.observations import WorkloadSeen


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataplane:
    """`labels`: any of its pods bears one of these. `pods`: and is called so, at the beginning; empty: whatever it is called.
    `daemon_sets`: what its DaemonSets are called. `settings`: one of these on its DaemonSet proves it (lower case), or one of
    `config` in its ConfigMap; without any it always takes kube-proxy's place. `source` is where that is documented."""

    called: str
    labels: tuple[tuple[str, str], ...]
    daemon_sets: tuple[str, ...]
    pods: str = ""
    settings: tuple[str, ...] = ()
    config: frozenset[str] = frozenset()
    source: str

    def proves(self, daemon_set: WorkloadSeen) -> bool:
        """Whether a DaemonSet of it says that it takes kube-proxy's place."""
        return not self.settings or any(one.lower() in self.settings for one in daemon_set.settings)


#: Those with the narrowest marks first: GKE labels the pods of anetd as Cilium's.
DATAPLANES: tuple[Dataplane, ...] = (
    Dataplane(
        called="anetd (GKE Dataplane V2)",
        labels=(("k8s-app", "cilium"), ("k8s-app", "anetd")),
        pods="anetd",
        daemon_sets=("anetd",),
        source="cloud.google.com/kubernetes-engine/docs, GKE Dataplane V2: without kube-proxy",
    ),
    Dataplane(
        called="OVN-Kubernetes",
        labels=(("app", "ovnkube-node"), ("name", "ovnkube-node")),
        daemon_sets=("ovnkube-node",),
        source="ovn-kubernetes.io, Architecture: Services by OVN load balancers",
    ),
    Dataplane(
        called="OpenShift SDN",
        labels=(("app", "sdn"),),
        pods="sdn-",
        daemon_sets=("sdn",),
        source="docs.redhat.com, OpenShift SDN: its sdn container does kube-proxy's work",
    ),
    Dataplane(
        called="Cilium",
        labels=(("k8s-app", "cilium"),),
        daemon_sets=("cilium",),
        settings=("--kube-proxy-replacement=true", "--kube-proxy-replacement=strict"),
        config=frozenset({"kube-proxy-replacement=true", "kube-proxy-replacement=strict"}),
        source="docs.cilium.io, Kubernetes without kube-proxy",
    ),
    Dataplane(
        called="Calico (BPF mode)",
        labels=(("k8s-app", "calico-node"),),
        daemon_sets=("calico-node",),
        settings=("felix_bpfenabled=true",),
        source="docs.tigera.io, Enable the eBPF dataplane",
    ),
    Dataplane(
        called="kube-router",
        labels=(("k8s-app", "kube-router"),),
        daemon_sets=("kube-router",),
        settings=("--run-service-proxy", "--run-service-proxy=true"),
        source="kube-router.io, User guide: --run-service-proxy",
    ),
)


def called(labels: Iterable[tuple[str, str]], name: str) -> str:
    """Which of these a pod is of, by its labels and its name; empty: of none."""
    marks = set(labels)
    found = (one for one in DATAPLANES if name.startswith(one.pods) and not marks.isdisjoint(one.labels))
    return next((one.called for one in found), "")
