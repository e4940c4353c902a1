"""What each component is for, what happens while it is away, and how to look closer: plain texts, the same for every cluster.

Sources: the Kubernetes documentation ("Cluster Architecture", "Leases", "Node status") and signals.md's discovery table. The texts
say what goes on working as well as what stops; they never name a cause, which is the rules' business.
"""

import shlex
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Lore:
    """`role` fits on a card; `does` and `away` are one to three sentences; `commands` are what one types next."""

    kind: str
    title: str
    role: str
    does: str
    away: str
    commands: tuple[str, ...] = ()


_LORE = (
    Lore(
        "kube-apiserver",
        "kube-apiserver",
        "the only door between the planes",
        "Serves the Kubernetes API: it authenticates, admits and stores every change, and tells everybody else of it. Nothing "
        "passes between the planes but through it.",
        "While it is away, running pods go on and Services keep routing by their last known endpoints. Nothing can be read or "
        "changed: no scheduling, no scaling, no replacement of what fails.",
        (
            "kubectl get --raw '/livez?verbose'",
            "kubectl get --raw '/readyz?verbose'",
            "kubectl -n default get endpointslices -l kubernetes.io/service-name=kubernetes",
            "kubectl -n kube-system get leases -l apiserver.kubernetes.io/identity=kube-apiserver",
            "kubectl -n kube-system get pods -l component=kube-apiserver -o wide",
        ),
    ),
    Lore(
        "etcd",
        "etcd",
        "stores the state",
        "Keeps every object of the cluster, agreed between its members. The API server is its only client.",
        "While it is away, or without a majority of its members, nothing can be written and consistent reads fail; lists that the "
        "API server serves from its cache may still answer. Running pods go on.",
        (
            "kubectl get --raw /livez/etcd",
            "kubectl get --raw /readyz/etcd",
            "kubectl -n kube-system get pods -l component=etcd -o wide",
            "kubectl -n kube-system logs -l component=etcd --tail=50",
        ),
    ),
    Lore(
        "kube-controller-manager",
        "kube-controller-manager",
        "reconciles desired and actual",
        "Runs the controllers that turn what is wanted into what is: replicas of Deployments, endpoints of Services, eviction from "
        "silent nodes, garbage collection. One instance leads, the others stand by.",
        "While it is away, running pods go on. Failed pods of Deployments are not replaced, rollouts stand still, silent nodes are "
        "not marked NotReady, and endpoints do not follow their pods.",
        (
            "kubectl -n kube-system get lease kube-controller-manager -o yaml",
            "kubectl -n kube-system get pods -l component=kube-controller-manager -o wide",
            "kubectl -n kube-system logs -l component=kube-controller-manager --tail=50",
        ),
    ),
    Lore(
        "kube-scheduler",
        "kube-scheduler",
        "places pods on nodes",
        "Assigns each new pod to a node by what it asks for and what is free. One instance leads, the others stand by.",
        "While it is away, running pods go on; new and evicted pods stay Pending.",
        (
            "kubectl -n kube-system get lease kube-scheduler -o yaml",
            "kubectl get pods -A --field-selector status.phase=Pending",
            "kubectl -n kube-system get pods -l component=kube-scheduler -o wide",
            "kubectl -n kube-system logs -l component=kube-scheduler --tail=50",
        ),
    ),
    Lore(
        "cloud-controller-manager",
        "cloud-controller-manager",
        "talks to the cloud",
        "Keeps the cluster and its cloud in step: addresses and zones of nodes, load balancers of Services, routes.",
        "While it is away, running pods and existing load balancers go on. New nodes stay tainted as uninitialised, and new or "
        "changed load balancers are not made.",
        (
            "kubectl -n kube-system get lease cloud-controller-manager -o yaml",
            "kubectl -n kube-system get pods -A -l component=cloud-controller-manager -o wide",
        ),
    ),
    Lore(
        "kubelet",
        "kubelet",
        "runs the pods of its node",
        "The agent of each node: it starts and stops the pods assigned to it, probes them, and renews the node's lease every 10 s.",
        "While it is silent, containers that run go on, but nobody restarts or probes them, and what their pods report is the last "
        "known state. After 50 s Kubernetes marks the node NotReady, and after 5 min more it evicts the pods.",
        (
            "kubectl get nodes -o wide",
            "kubectl -n kube-node-lease get leases",
            "kubectl get events -A --field-selector involvedObject.kind=Node",
        ),
    ),
    Lore(
        "kube-proxy",
        "kube-proxy",
        "routes Services on its node",
        "Programs the node's packet rules, so that a Service's address leads to one of its ready pods.",
        "While it is away, the rules that stand go on routing, but do not follow changes: new Services are not reached from this "
        "node, and pods that are gone still get traffic.",
        (
            "kubectl -n kube-system get daemonset kube-proxy",
            "kubectl -n kube-system get pods -l k8s-app=kube-proxy -o wide",
            "kubectl -n kube-system logs -l k8s-app=kube-proxy --tail=50",
        ),
    ),
    Lore(
        "container-runtime",
        "container runtime",
        "runs the containers of its node",
        "Pulls images and runs containers (containerd, CRI-O and their like) as the kubelet asks for them.",
        "While it is away, containers that run may go on, but none is started, stopped or probed on this node, though the kubelet "
        "may still renew its lease.",
        (
            "kubectl get nodes -o custom-columns=NODE:.metadata.name,RUNTIME:.status.nodeInfo.containerRuntimeVersion",
            "kubectl get events -A --field-selector involvedObject.kind=Node",
        ),
    ),
    Lore(
        "dns",
        "cluster DNS",
        "answers names of Services",
        "Answers the names of Services and pods inside the cluster (CoreDNS, as a rule).",
        "While it is away, connections that stand go on; new ones by name fail in every pod that uses cluster DNS.",
        (
            "kubectl -n kube-system get pods -l k8s-app=kube-dns -o wide",
            "kubectl -n kube-system get endpointslices -l kubernetes.io/service-name=kube-dns",
        ),
    ),
    Lore(
        "metrics-server",
        "metrics-server",
        "measures usage",
        "Serves CPU and memory usage of nodes and pods as metrics.k8s.io.",
        "While it is away, kubectl top and autoscaling by CPU or memory stand still; everything else goes on.",
        (
            "kubectl get apiservice v1beta1.metrics.k8s.io",
            "kubectl -n kube-system get pods -l k8s-app=metrics-server -o wide",
        ),
    ),
)
_BY_KIND = {lore.kind: lore for lore in _LORE}


def of(kind: str) -> Lore:
    """What is known of a kind; for one that we have no words for, its name and nothing else."""
    return _BY_KIND.get(kind) or Lore(kind, kind, "", "", "")


def of_node(name: str) -> tuple[str, ...]:
    """Commands that look closer at one node."""
    return (
        f"kubectl describe node {name}",
        f"kubectl -n kube-node-lease get lease {name} -o yaml",
        f"kubectl get pods -A -o wide --field-selector spec.nodeName={name}",
        f"kubectl get events -A --field-selector involvedObject.kind=Node,involvedObject.name={name}",
    )


def addressed(commands: tuple[str, ...], *, context: str = "", kubeconfig: str = "") -> tuple[str, ...]:
    """The commands, told which cluster is meant: by a kubeconfig of its own, else by its context, else whichever is current."""
    if kubeconfig:
        return (f"export KUBECONFIG={shlex.quote(kubeconfig)}", *commands)
    if context:
        return tuple(command.replace("kubectl ", f"kubectl --context {shlex.quote(context)} ", 1) for command in commands)
    return commands
