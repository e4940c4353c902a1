"""How long judging takes at upstream's limit: python -m tests.bench.bench_assess [NODES] [PODS].

Prints, in CPU seconds, the first full frame, a steady tick (a second of lease renewals and pod changes), a frame in which every
node is judged anew, the cost of one lease renewal, and the memory that the picture takes.
"""

import resource
import sys
import time

import msgspec

from planes.assess.assessor import Assessor
from planes.components.pod_kinds import new_cache
from planes.structs.events import Changed, Check, Failed, Fault, FaultKind, Health, Listed, Server, SourceEvent
from planes.structs.feeds import FEEDS, Feed
from planes.structs.moments import Epoch, Mono
from planes.structs.objects import Item, NodeLease, Pod

WALL = Epoch(1_795_370_000.0)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


def _stamp(second: float) -> str:
    return f"2026-11-22T17:{int(second) // 60 % 60:02d}:{second % 60:09.6f}Z"


def _make(feed: Feed, item: object) -> Item:
    return msgspec.convert(item, FEEDS[feed].struct)


def node(index: int) -> Item:
    """A node of 110 pods in one of three zones."""
    name = f"node-{index}"
    conditions = [{"type": kind, "status": "False", "reason": "Fine"} for kind in ("MemoryPressure", "DiskPressure", "PIDPressure")]
    conditions.append({"type": "Ready", "status": "True", "reason": "KubeletReady", "message": "kubelet is posting ready status"})
    labels = {"topology.kubernetes.io/zone": f"eu-1{'abc'[index % 3]}", "kubernetes.io/hostname": name, "pool": "general"}
    info = {"kubeletVersion": "v1.36.2", "containerRuntimeVersion": "containerd://2.1.0"}
    sizes = {"cpu": "16", "memory": "65536Mi", "pods": "110"}
    status = {"conditions": conditions, "allocatable": sizes, "capacity": sizes, "nodeInfo": info}
    return _make(Feed.NODES, {"metadata": {"name": name, "uid": f"n{index}", "labels": labels}, "status": status})


def lease(index: int, second: float) -> NodeLease:
    """A node's lease, renewed at `second`."""
    name = f"node-{index}"
    spec = {"holderIdentity": name, "leaseDurationSeconds": 40, "renewTime": _stamp(second)}
    made = _make(Feed.NODE_LEASES, {"metadata": {"name": name, "namespace": "kube-node-lease", "uid": f"l{index}"}, "spec": spec})
    assert isinstance(made, NodeLease)
    return made


def pod(index: int, nodes: int, restarts: int = 0) -> Pod:
    """A running pod."""
    status = {"phase": "Running", "containerStatuses": [{"name": "app", "ready": True, "restartCount": restarts}]}
    meta = {"name": f"app-{index % 97}-{index:x}", "namespace": f"team-{index % 40}", "uid": f"p{index}"}
    meta["creationTimestamp"] = "2026-11-22T16:29:07Z"
    made = _make(Feed.PODS, {"metadata": meta, "spec": {"nodeName": f"node-{index % nodes}"}, "status": status})
    assert isinstance(made, Pod)
    return made


def proxy(index: int) -> Item:
    """kube-proxy's pod on a node."""
    meta = {"name": f"kube-proxy-{index}", "namespace": "kube-system", "uid": f"kp{index}", "labels": {"k8s-app": "kube-proxy"}}
    spec = {"nodeName": f"node-{index}", "containers": [{"name": "kube-proxy", "image": "registry.k8s.io/kube-proxy:v1.36.2"}]}
    status = {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}
    return _make(Feed.SYSTEM_PODS, {"metadata": meta, "spec": spec, "status": status})


def main(nodes: int, pods: int) -> None:
    """Measure and print."""
    picture = new_cache()
    assessor = Assessor(picture)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    now = 1000.0
    checks = (Check("ping", True), Check("etcd", True))
    began = time.process_time()
    picture.apply(Server(Mono(now), "v1.36.2"))
    picture.apply(Listed(Feed.NODES, [node(index) for index in range(nodes)], "", Mono(now)))
    picture.apply(Listed(Feed.NODE_LEASES, [lease(index, 0.0) for index in range(nodes)], "", Mono(now)))
    picture.apply(Listed(Feed.SYSTEM_LEASES, [], "", Mono(now)))
    picture.apply(Listed(Feed.SYSTEM_PODS, [proxy(index) for index in range(nodes)], "", Mono(now)))
    picture.apply(Listed(Feed.PODS, [pod(index, nodes) for index in range(pods)], "", Mono(now)))
    picture.apply(Health("/livez", Mono(now), 0.01, 200, checks))
    _say(f"{nodes} nodes, {pods} pods; made and listed in {time.process_time() - began:.2f} s")
    began = time.process_time()
    frame = assessor.frame(Mono(now), WALL)
    _say(f"first full frame: {time.process_time() - began:.2f} s, {len(frame.nodes)} nodes")
    _say(f"memory: {(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024:.0f} MiB")
    ticks, renewals, spent = [], 0, 0.0
    for second in range(1, 41):
        now += 1.0
        events: list[SourceEvent] = [Changed(Feed.NODE_LEASES, lease(i, second), Mono(now)) for i in range(second % 10, nodes, 10)]
        events += [Changed(Feed.PODS, pod(i * 131 % pods, nodes, second), Mono(now)) for i in range(200)]
        events += [Health("/livez", Mono(now), 0.01, 200, checks)]
        began = time.process_time()
        for event in events[: nodes // 10]:
            picture.apply(event)
        spent += time.process_time() - began
        renewals += nodes // 10
        for event in events[nodes // 10 :]:
            picture.apply(event)
        began = time.process_time()
        frame = assessor.frame(Mono(now), WALL + now - 1000.0)
        ticks.append(time.process_time() - began)
    ticks.sort()
    _say(f"lease renewal: {spent / renewals * 1e6:.1f} µs")
    _say(f"steady tick with 200 pod changes: median {ticks[20] * 1000:.1f} ms, worst {ticks[-1] * 1000:.1f} ms")
    quiet = []
    for second in range(41, 81):
        now += 1.0
        for i in range(second % 10, nodes, 10):
            picture.apply(Changed(Feed.NODE_LEASES, lease(i, second), Mono(now)))
        picture.apply(Health("/livez", Mono(now), 0.01, 200, checks))
        began = time.process_time()
        frame = assessor.frame(Mono(now), WALL + now - 1000.0)
        quiet.append(time.process_time() - began)
        assert not frame.nodes, "a renewal alone made a row"
    quiet.sort()
    _say(f"steady tick with renewals only: median {quiet[20] * 1000:.1f} ms, worst {quiet[-1] * 1000:.1f} ms")
    picture.apply(Failed(Feed.NODES, Fault(FaultKind.FORBIDDEN, "no"), Mono(now), Mono(now + 60)))
    began = time.process_time()
    frame = assessor.frame(Mono(now), WALL + now - 1000.0)
    _say(f"every node judged anew: {time.process_time() - began:.2f} s, {len(frame.nodes)} rows")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5000, int(sys.argv[2]) if len(sys.argv) > 2 else 150_000)
