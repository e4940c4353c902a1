"""metrics.k8s.io: what metrics-server says of the use of nodes and pods. Plausible, and always the same for the same moment."""

import math

from planes.demo.clock import rfc3339
from planes.demo.cluster import Cluster
from planes.demo.nodes import NodeRecord
from planes.demo.pods import PodRecord
from planes.demo.replies import NOT_SERVED, Reply, Request, refusal, reply, text
from planes.demo.template import Body

WINDOW = 15  # seconds between two looks of metrics-server


def node_load(cluster: Cluster, node: NodeRecord) -> tuple[float, float]:
    """Shares of CPU and memory in use, 0 to 1: by its pods, with a slow swing of its own."""
    pods = len(cluster.pods_on.get(node.name, ()))
    base = min(0.7, 0.06 + pods / node.kind.max_pods)
    swing = math.sin(cluster.clock.wall() / 90 + node.number * 1.7)
    memory = 0.97 if node.name in cluster.troubles.pressure else min(0.92, 0.18 + base * 0.8 + 0.03 * swing)
    return max(0.02, min(0.97, base + 0.08 * swing)), memory


def answer(cluster: Cluster, request: Request, version: str, plural: str, namespace: str, name: str) -> Reply:
    if cluster.troubles.metrics_server:
        return text("service unavailable\n", 503)
    if version != "v1beta1" or plural not in {"nodes", "pods"} or request.method != "GET":
        return NOT_SERVED
    if plural == "nodes":
        kind, items = (
            "NodeMetrics",
            [_node(cluster, node) for node in cluster.node_records() if _reports(cluster, node.name) and name in {"", node.name}],
        )
    else:
        kind, items = "PodMetrics", _pods(cluster, namespace, name)
    if name:
        if items:
            return reply({"kind": kind, "apiVersion": "metrics.k8s.io/v1beta1", **items[0]})
        details = {"name": name, "group": "metrics.k8s.io", "kind": plural}
        return refusal(404, "NotFound", f'{plural}.metrics.k8s.io "{name}" not found', details)
    return reply({"kind": f"{kind}List", "apiVersion": "metrics.k8s.io/v1beta1", "metadata": {}, "items": items})


def _reports(cluster: Cluster, node: str) -> bool:
    troubles = cluster.troubles
    return node not in troubles.silent and node not in troubles.runtime


def _times(cluster: Cluster) -> Body:
    moment = cluster.clock.wall() // WINDOW * WINDOW
    return {"timestamp": rfc3339(moment), "window": f"{WINDOW}.0s"}


def _node(cluster: Cluster, node: NodeRecord) -> Body:
    cpu, memory = node_load(cluster, node)
    meta = {"name": node.name, "creationTimestamp": cluster.now(), "labels": node.labels()}
    used = {"cpu": f"{int(cpu * node.kind.cpu * 1e9)}n", "memory": f"{int(memory * node.kind.memory) >> 10}Ki"}
    return {"metadata": meta, **_times(cluster), "usage": used}


def _pods(cluster: Cluster, namespace: str, name: str) -> list[Body]:
    items = []
    for pod in cluster.pods.records(namespace):
        if (
            not isinstance(pod, PodRecord)
            or pod.phase != "running"
            or not _reports(cluster, pod.node)
            or name not in {"", pod.name}
        ):
            continue
        meta = {"name": pod.name, "namespace": pod.namespace, "creationTimestamp": cluster.now(), "labels": pod.labels()}
        share = 0.5 + 0.5 * math.sin(cluster.clock.wall() / 60 + pod.serial)
        used = {"cpu": f"{int((5 + 60 * share) * 1e6)}n", "memory": f"{40_000 + int(90_000 * share)}Ki"}
        containers = [{"name": container, "usage": used} for container, _ in pod.workload.containers]
        items.append({"metadata": meta, **_times(cluster), "containers": containers})
    return items
