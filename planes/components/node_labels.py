"""What labels and annotations of a node tell: whether it belongs to the control plane, its pool, its zone. By every name in use."""

from planes.structs import objects

#: Label and value of a node of the control plane; an empty value: any but "false".
_CONTROL_PLANE = (
    ("node-role.kubernetes.io/control-plane", ""),
    ("node-role.kubernetes.io/master", ""),
    ("node-role.kubernetes.io/controlplane", ""),  # RKE1
    ("node-role.kubernetes.io/controller", ""),  # Typhoon and bootkube
    ("node.kubernetes.io/master", ""),  # Lokomotive, Typhoon
    ("node.kubernetes.io/controller", ""),  # Typhoon
    ("node.kubernetes.io/microk8s-controlplane", ""),
    ("node.k0sproject.io/role", "control-plane"),
    ("k8sd.io/role", "control-plane"),  # Canonical Kubernetes
    ("kubernetes.io/role", "master"),  # kOps before 1.24, AKS Engine
    ("kubernetes.azure.com/role", "master"),  # AKS Engine
    ("magnum.openstack.org/role", "master"),
    ("juju-application", "kubernetes-control-plane"),
)
#: What providers and provisioners call the pool of a node: of several that are there, the first. Sources: their documentation of
#: node labels, as of planes/components/distributions.py; Karpenter, eksctl, Cluster API, OpenYurt.
_POOLS = (
    "cloud.google.com/gke-nodepool",
    "eks.amazonaws.com/nodegroup",
    "kubernetes.azure.com/agentpool",
    "karpenter.sh/nodepool",
    "karpenter.sh/provisioner-name",
    "alpha.eksctl.io/nodegroup-name",
    "worker.gardener.cloud/pool",
    "worker.garden.sapcloud.io/group",
    "kops.k8s.io/instancegroup",
    "hypershift.openshift.io/nodePool",
    "ibm-cloud.kubernetes.io/worker-pool-name",
    "oke.oraclecloud.com/pool.name",
    "alibabacloud.com/nodepool-id",
    "tke.cloud.tencent.com/nodepool-id",
    "cce.cloud.com/cce-nodepool",
    "cluster.vke.volcengine.com/machinepool-name",
    "doks.digitalocean.com/node-pool",
    "lke.linode.com/pool-id",
    "vke.vultr.com/node-pool",
    "node.exoscale.net/nodepool-id",
    "k8s.scaleway.com/pool-name",
    "k8s.scaleway.com/pool",
    "kubernetes.civo.com/civo-node-pool",
    "kubernetes.civo.com/node-pool",
    "cloud.ionos.com/nodepool-name",
    "yandex.cloud/node-group-id",
    "nebius.com/node-group-id",
    "mcs.mail.ru/mcs-nodepool",
    "ncloud.com/nks-nodepool",
    "magnum.openstack.org/nodegroup",
    "run.tanzu.vmware.com/node-pool",
    "node.cluster.x-k8s.io/pool",
    "apps.openyurt.io/nodepool",
    "node.kubernetes.io/pool",
    "agentpool",
    "nodepool",
    "node-pool",
    "nodegroup",
    "pool",
)
#: Cluster API writes on a node which MachineSet, or control plane, its machine belongs to.
_OWNER = "cluster.x-k8s.io/owner-name"
_ZONES = ("topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone")
_AZURE = "kubernetes.azure.com/"
_IBM = "ibm-cloud.kubernetes.io/"


def is_control_plane(node: objects.Node) -> bool:
    """By its role label, whatever its distribution calls it. OpenShift on IBM Cloud calls its workers masters, too
    (cloud.ibm.com/docs/openshift, "oc get nodes": master,worker)."""
    labels = node.metadata.labels
    if any(key.startswith(_IBM) for key in labels):
        return False
    return any((labels[key] == value) if value else labels[key] != "false" for key, value in _CONTROL_PLANE if key in labels)


def pool_of(node: objects.Node) -> str:
    """What its provider calls its pool; empty where nobody says."""
    labels = node.metadata.labels
    named = next((labels[one] for one in _POOLS if labels.get(one)), "")
    return named or node.metadata.annotations.get(_OWNER, "")


def zone_of(node: objects.Node) -> str:
    """The zone by its label, the new one or the old. Azure labels a node that is in no zone with the number of its fault domain
    (learn.microsoft.com/azure/aks, "Availability zones"): that is none."""
    labels = node.metadata.labels
    zone = next((labels[one] for one in _ZONES if labels.get(one)), "")
    if zone.isdecimal() and (node.spec.providerID.startswith("azure:") or any(one.startswith(_AZURE) for one in labels)):
        return ""
    return zone
