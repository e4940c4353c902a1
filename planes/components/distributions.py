"""Every distribution that is told by name: its marks, how it runs what others run as pods, and where that is written.

A mark is proof: something that this distribution alone puts there, and that is read from the cluster itself. What runs a managed
control plane is only believed where none of its pods and nodes is seen (EKS Distro and GKE on premises end their versions like EKS
and GKE).
What no row knows is called Kubernetes, and nothing is claimed of it.
"""

from planes.components.distribution_marks import Distribution, Mark, Where, annotation, group, label, version


def _service(
    name: str, *marks: Mark, beside: tuple[Mark, ...] = (), own: str = "", more: str = "", proxy: str = "", source: str
) -> Distribution:
    """A managed one."""
    return Distribution(
        name=name,
        marks=marks,
        beside=beside,
        elsewhere="at the provider",
        more=more,
        proxy=proxy,
        store="at the provider",
        managed=True,
        own=own,
        source=source,
    )


_OPENSHIFT_PROXY = (
    "No pod of it is visible: on OpenShift OVN-Kubernetes or OpenShift SDN does its work, or kube-proxy itself in "
    "openshift-kube-proxy. The pods of openshift-ovn-kubernetes, openshift-sdn and openshift-kube-proxy tell which."
)
#: Where agents of k3s run, whoever runs the servers.
K3S_PROXY = "It runs inside the k3s process of each node, where no right shows it; that process is watched by its kubelet's lease."

#: In the order in which they are tried: what is inside another cluster or imitates one comes first.
DISTRIBUTIONS: tuple[Distribution, ...] = (
    Distribution(
        name="vcluster",
        marks=(annotation("vcluster.loft.sh/"), label("vcluster.loft.sh/")),
        elsewhere="inside the vcluster's pods, in its host cluster",
        proxy="No pod of it is visible: the nodes are those of the host cluster, whose kube-proxy serves them.",
        store="inside the vcluster's pods, or a database beside them, in its host cluster",
        source="vcluster.com/docs, Architecture",
    ),
    Distribution(
        name="Karmada",
        marks=(group("cluster.karmada.io"), group("policy.karmada.io")),
        elsewhere="as pods of its host cluster",
        store="in its host cluster",
        source="karmada.io/docs, Architecture",
    ),
    Distribution(
        name="kcp",
        marks=(group("apis.kcp.io"), group("tenancy.kcp.io")),
        elsewhere="inside the kcp process",
        store="beside the kcp process",
        source="docs.kcp.io, Concepts",
    ),
    Distribution(
        name="Gardener",
        marks=(label("worker.gardener.cloud/"),),
        elsewhere="as pods of its seed cluster",
        store="as pods of its seed cluster",
        managed=True,
        source="gardener.cloud/docs, Architecture: control plane of a shoot",
    ),
    Distribution(
        name="OpenShift (hosted control plane)",
        marks=(label("hypershift.openshift.io/"),),
        elsewhere="as pods of its management cluster",
        proxy=_OPENSHIFT_PROXY,
        store="as pods of its management cluster",
        managed=True,
        own="OpenShift",
        source="hypershift.pages.dev, Architecture",
    ),
    Distribution(
        name="OpenShift on IBM Cloud",
        marks=(label("ibm-cloud.kubernetes.io/"),),
        beside=(group("config.openshift.io"),),
        elsewhere="at the provider",
        proxy=_OPENSHIFT_PROXY,
        store="at the provider",
        managed=True,
        own="OpenShift",
        source="cloud.ibm.com/docs/openshift, Service architecture",
    ),
    Distribution(
        name="OpenShift",
        marks=(group("config.openshift.io"),),
        proxy=_OPENSHIFT_PROXY,
        source="docs.redhat.com, OpenShift Container Platform architecture",
    ),
    Distribution(
        name="OrbStack",
        marks=(version("+orb"), Mark(Where.IMAGE, "OrbStack")),
        elsewhere="inside OrbStack's own process",
        proxy="No pod of it is visible: it runs inside OrbStack's own process.",
        store="inside OrbStack's own process",
        process=True,
        source="docs.orbstack.dev, Kubernetes",
    ),
    _service("Civo", label("kubernetes.civo.com/"), source="civo.com/docs/kubernetes"),
    Distribution(
        name="k3s",
        marks=(version("+k3s"), label("k3s.io/"), annotation("k3s.io/"), Mark(Where.LEASE, "k3s")),
        elsewhere="inside the k3s process",
        more="Start the k3s servers with --kube-controller-manager-arg=leader-elect=true and "
        "--kube-scheduler-arg=leader-elect=true to see it by its lease.",
        proxy=K3S_PROXY,
        process=True,
        source="docs.k3s.io, Architecture",
    ),
    Distribution(
        name="RKE2",
        marks=(version("+rke2"), label("rke2.io/"), annotation("rke2.io/")),
        source="docs.rke2.io, Anatomy of a Next Generation Kubernetes Distribution",
    ),
    Distribution(
        name="k0s",
        marks=(version("+k0s"), label("node.k0sproject.io/")),
        elsewhere="under the k0s controller",
        more='Set leader-elect: "true" in the extraArgs of controllerManager and scheduler of the k0s configuration to see it by '
        "its lease.",
        store="under the k0s controller: etcd, or a database behind kine",
        source="docs.k0sproject.io, Architecture",
    ),
    Distribution(
        name="MicroK8s",
        marks=(label("microk8s.io/"), label("node.kubernetes.io/microk8s-")),
        elsewhere="inside the MicroK8s services (kubelite)",
        proxy="No pod of it is visible: MicroK8s runs it inside the kubelite service of each node; that service is watched by its "
        "kubelet's lease.",
        store="dqlite, in the k8s-dqlite service of its nodes, or an external etcd",
        source="microk8s.io/docs, Services and ports; Configuring services",
    ),
    Distribution(
        name="Canonical Kubernetes",
        marks=(label("k8sd.io/"),),
        elsewhere="as snap services of its control-plane nodes",
        proxy="No pod of it is visible: the k8s snap runs it as a service of each node, or Cilium does its work.",
        store="a snap service of its control-plane nodes",
        source="documentation.ubuntu.com/canonical-kubernetes, Architecture",
    ),
    Distribution(
        name="Charmed Kubernetes",
        marks=(label("juju-charm", "kubernetes-worker"), label("juju-application", "kubernetes-worker")),
        elsewhere="as snap services of machines that Juju runs",
        proxy="No pod of it is visible: the charm runs it as a snap service of each node.",
        store="etcd, on machines that Juju runs",
        source="ubuntu.com/kubernetes/charmed-k8s/docs, Overview",
    ),
    Distribution(
        name="MKE",
        marks=(
            version("-docker-"),
            version("-mirantis-"),
            label("com.docker.ucp."),
            annotation("com.docker.ucp."),
        ),
        elsewhere="as containers of the engine on its managers",
        proxy="No pod of it is visible: MKE runs it as a container of the engine on each node (ucp-kube-proxy).",
        store="a container of the engine on its managers (ucp-kv)",
        source="docs.mirantis.com/mke, MKE components",
    ),
    Distribution(
        name="RKE1",
        marks=(
            annotation("rke.cattle.io/internal-ip"),
            annotation("rke.cattle.io/external-ip"),
            label("node-role.kubernetes.io/controlplane"),
        ),
        elsewhere="as containers of the engine on its control-plane nodes",
        proxy="No pod of it is visible: RKE runs it as a container of the engine on each node (kube-proxy).",
        store="a container of the engine on the nodes with the role etcd",
        source="rke.docs.rancher.com, How upgrades work; rancher/rke:cluster/plan.go",
    ),
    Distribution(
        name="EKS Anywhere",
        marks=(
            group("anywhere.eks.amazonaws.com"),
            label("anywhere.eks.amazonaws.com/"),
            Mark(Where.PROVIDER, "tinkerbell://"),
        ),
        # Tinkerbell is anybody's.
        beside=(version("-eks-"), group("anywhere.eks.amazonaws.com"), label("anywhere.eks.amazonaws.com/")),
        source="anywhere.eks.amazonaws.com/docs, Cluster architecture",
    ),
    Distribution(
        name="GKE on premises",
        marks=(
            group("onprem.cluster.gke.io"),
            group("baremetal.cluster.gke.io"),
            group("vmware.gke.io"),
            label("baremetal.cluster.gke.io/"),
            label("onprem.gke.io/"),
        ),
        source="cloud.google.com/kubernetes-engine/distributed-cloud, Overview",
    ),
    _service(
        "EKS",
        version("-eks-"),
        label("eks.amazonaws.com/"),
        own="EKS Distro",
        more="No right shows more; EKS writes its log to CloudWatch where control plane logging is on.",
        proxy="No pod of it is visible: EKS Auto Mode runs it as a service of its nodes, Fargate hides it, and a cluster may "
        "be made without the add-on.",
        source="docs.aws.amazon.com/eks, Amazon EKS architecture; EKS Auto Mode; distro.eks.amazonaws.com",
    ),
    _service(
        "GKE",
        label("cloud.google.com/gke-"),
        version("-gke."),
        beside=(label("cloud.google.com/gke-"), Mark(Where.PROVIDER, "gce://")),
        own="GKE on premises",
        more="No right shows more; GKE sends its figures to Cloud Monitoring where control plane metrics are on.",
        source="cloud.google.com/kubernetes-engine/docs, GKE cluster architecture",
    ),
    Distribution(
        name="GKE outside Google Cloud",
        marks=(version("-gke."),),
        source="cloud.google.com/kubernetes-engine/multi-cloud/docs, Architecture",
    ),
    Distribution(
        name="AKS Engine",
        marks=(label("kubernetes.azure.com/role", "master"),),
        source="github.com/Azure/aks-engine, Features: node labels",
    ),
    _service(
        "AKS",
        label("kubernetes.azure.com/cluster"),
        label("kubernetes.azure.com/agentpool"),
        label("kubernetes.azure.com/mode"),
        more="No right shows more; AKS writes its log to Azure Monitor where diagnostic settings ask for it.",
        source="learn.microsoft.com/azure/aks, Core concepts",
    ),
    _service(
        "IBM Cloud Kubernetes Service",
        version("+IKS"),
        label("ibm-cloud.kubernetes.io/"),
        proxy="No pod of it is visible: IBM Cloud runs it as a service of each worker, where no right shows it.",
        source="cloud.ibm.com/docs/containers, Service architecture: worker node components",
    ),
    _service(
        "OKE",
        label("oke.oraclecloud.com/"),
        label("node.info.ds_proxymux_client"),
        label("node.info/kubeletVersion"),
        Mark(Where.WORKLOAD, "proxymux-client"),
        source="docs.oracle.com, Container Engine: clusters and nodes",
    ),
    _service(
        "ACK",
        version("-aliyun."),
        label("alibabacloud.com/nodepool-id"),
        label("ack.aliyun.com"),
        own="ACK dedicated",
        source="alibabacloud.com/help/ack, ACK managed and dedicated clusters",
    ),
    _service(
        "TKE",
        version("-tke."),
        label("tke.cloud.tencent.com/"),
        source="tencentcloud.com/document/product/457, Cluster hosting modes",
    ),
    _service("CCE", version("-CCE"), label("cce.cloud.com/"), source="support.huaweicloud.com/cce, Cluster overview"),
    _service("VKE", version("-vke."), label("vke.volcengine.com/"), source="volcengine.com/docs/6460"),
    _service("DOKS", label("doks.digitalocean.com/"), source="docs.digitalocean.com/products/kubernetes"),
    _service("LKE", label("lke.linode.com/"), source="techdocs.akamai.com/cloud-computing, Linode Kubernetes Engine"),
    _service("Vultr Kubernetes Engine", label("vke.vultr.com/"), source="docs.vultr.com/products/kubernetes"),
    _service("Exoscale SKS", label("node.exoscale.net/nodepool-id"), source="community.exoscale.com, SKS: node labels"),
    _service("Scaleway Kapsule", label("k8s.scaleway.com/"), source="scaleway.com/docs/kubernetes, node labels"),
    _service("OVHcloud MKS", label("node.k8s.ovh/"), source="docs.ovh.com, Managed Kubernetes: node pools"),
    _service("IONOS Kubernetes", label("cloud.ionos.com/"), source="docs.ionos.com, Managed Kubernetes: node labels"),
    _service("Yandex Managed Kubernetes", label("yandex.cloud/"), source="yandex.cloud/docs/managed-kubernetes, node labels"),
    _service("Nebius Managed Kubernetes", label("nebius.com/node-group-id"), source="docs.nebius.com/kubernetes, Node groups"),
    _service("VK Cloud Kubernetes", label("mcs.mail.ru/"), source="cloud.vk.com/docs/kubernetes"),
    _service("Naver Kubernetes Service", label("ncloud.com/nks-nodepool"), source="guide.ncloud-docs.com, Kubernetes Service"),
    Distribution(
        name="Magnum",
        marks=(label("magnum.openstack.org/"),),
        elsewhere="as services of its master nodes",
        proxy="No pod of it is visible: Magnum runs it as a service of each node.",
        store="a service of its master nodes",
        source="docs.openstack.org/magnum, User guide: Kubernetes",
    ),
    Distribution(
        name="TKGI",
        marks=(label("pks-system/"),),  # bosh.id is on the nodes of CFCR too
        elsewhere="as jobs of BOSH machines that are no nodes",
        proxy="No pod of it is visible: BOSH runs it as a job of each node.",
        store="a job of BOSH machines that are no nodes",
        source="techdocs.broadcom.com, TKGI architecture",
    ),
    Distribution(
        name="Tanzu",
        marks=(version("+vmware"), label("run.tanzu.vmware.com/")),
        source="techdocs.broadcom.com, Tanzu Kubernetes Grid",
    ),
    Distribution(
        name="kOps",
        marks=(label("kops.k8s.io/"),),
        source="kops.sigs.k8s.io, Labels and taints; kubernetes/kops:nodeup/pkg/model",
    ),
    Distribution(
        name="Talos",
        marks=(Mark(Where.IMAGE, "Talos"),),
        store="etcd, a service of the operating system of its control-plane nodes",
        source="docs.siderolabs.com, Control Plane",
    ),
    Distribution(name="minikube", marks=(label("minikube.k8s.io/"),), source="minikube.sigs.k8s.io, Node labels"),
    Distribution(name="kind", marks=(Mark(Where.PROVIDER, "kind://"),), source="kubernetes-sigs/kind:pkg/cluster/internal/kubeadm"),
    Distribution(name="Docker Desktop", marks=(Mark(Where.IMAGE, "Docker Desktop"),), source="docs.docker.com/desktop, Kubernetes"),
    Distribution(
        name="Kamaji",
        marks=(Mark(Where.WORKLOAD_LABEL, "kamaji.clastix.io/"),),
        elsewhere="as pods of its management cluster",
        store="a datastore of its management cluster",
        source="kamaji.clastix.io, Tenant control plane",
    ),
    Distribution(
        name="kubespray",
        marks=(Mark(Where.WORKLOAD, "nodelocaldns"),),
        unless=(label("node-role.kubernetes.io/worker"), group("kubesphere.io")),  # KubeKey has one too, and labels its workers so
        store="etcd as a service of its nodes or in pods, as kubespray was told",
        source="kubernetes-sigs/kubespray:roles/kubernetes-apps",
    ),
)
#: An OpenShift label without OpenShift's API: nothing else has that.
MICROSHIFT = Distribution(
    name="MicroShift",
    marks=(label("node.openshift.io/"),),
    elsewhere="inside the MicroShift process",
    more="MicroShift elects no leaders and has no setting for it: systemctl status microshift on its host tells.",
    proxy="No pod of it is visible: OVN-Kubernetes takes its place on MicroShift; its pods in openshift-ovn-kubernetes tell more.",
    store="inside the MicroShift process (microshift-etcd)",
    process=True,
    source="docs.redhat.com, Red Hat build of MicroShift; openshift/microshift",
)
#: Every node is simulated, whatever labels they imitate.
KWOK = Distribution(
    name="KWOK",
    marks=(annotation("kwok.x-k8s.io/node"), label("type", "kwok")),
    elsewhere="on the machine that made the cluster",
    proxy="There is none: the nodes are simulated.",
    store="on the machine that made the cluster",
    source="kwok.sigs.k8s.io",
)
#: Known by what its static pods are, when no other mark is there.
KUBEADM = Distribution(
    name="kubeadm",
    marks=(annotation("kubeadm.alpha.kubernetes.io/"),),
    source="kubernetes.io, Implementation details of kubeadm",
)
#: Nothing proves what it is.
KUBERNETES = Distribution(name="Kubernetes", source="kubernetes.io")
