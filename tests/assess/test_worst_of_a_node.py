"""Of a node's agents the one decides whose trouble does the most harm now; the others are named after it."""

import pytest

from planes.assess.node_states import besides, worst_of
from planes.structs.events import Changed
from planes.structs.feeds import Feed
from planes.structs.objects import Item
from planes.structs.verdicts import State
from tests.assess.test_assessor import Cluster, node
from tests.assess.test_unheard import begun
from tests.cache.generating import decoded

H, D, X, U = State.HEALTHY, State.DEGRADED, State.DOWN, State.UNKNOWN
TITLES = ("kubelet", "kube-proxy", "container runtime")


@pytest.mark.parametrize(
    ("shown", "causes", "worst"),
    [
        ((H, H, H), ("", "", ""), 0),
        ((D, D, H), ("skew", "pod-not-ready", ""), 1),
        ((D, D, H), ("not-ready", "restarts", ""), 0),
        ((D, H, D), ("flapping", "", "network-not-ready"), 2),
        ((D, D, D), ("skew", "skew", "skew"), 0),
        ((D, X, H), ("not-ready", "skew", ""), 1),
        ((U, D, H), ("feed-stale", "skew", ""), 1),
        ((U, U, U), ("feed-stale", "no-endpoints", "silent"), 0),
    ],
)
def test_the_worst_state_decides_and_of_equals_the_most_harm(
    shown: tuple[State, State, State], causes: tuple[str, str, str], worst: int
) -> None:
    assert worst_of(shown, list(causes)) == worst


def test_what_else_is_bad_is_named_with_its_agent_and_what_is_unknown_is_not() -> None:
    said = ["It is old.", "Its pod is not ready.", "It is too slow."]
    assert besides(1, [D, D, X], said, TITLES) == (
        "Its pod is not ready. Also: kubelet: It is old; container runtime: It is too slow."
    )
    assert besides(0, [X, U, H], said, TITLES) == "It is old."


def unready(name: str) -> Item:
    """kube-proxy on a node, whose probe fails."""
    meta = {"name": f"proxy-{name}", "namespace": "kube-system", "uid": name, "labels": {"k8s-app": "kube-proxy"}}
    image = [{"name": "kube-proxy", "image": "kube-proxy:v1.36.2"}]
    status = {
        "phase": "Running",
        "conditions": [{"type": "Ready", "status": "False"}],
        "containerStatuses": [{"name": "kube-proxy"}],
    }
    return decoded(Feed.SYSTEM_PODS, {"metadata": meta, "spec": {"nodeName": name, "containers": image}, "status": status})


def test_a_node_whose_kubelet_is_old_and_whose_proxy_is_not_ready_is_told_by_its_proxy() -> None:
    cluster: Cluster = begun()
    name = cluster.names[2]
    cluster.apply(
        Changed(Feed.NODES, node(name, "c", "v1.30.0"), cluster.now), Changed(Feed.SYSTEM_PODS, unready(name), cluster.now)
    )
    cluster.run(5)
    row = [frame.nodes[name] for frame in cluster.frames if name in frame.nodes][-1]
    assert (row.kubelet.state, row.kube_proxy.state) == ("degraded", "degraded")
    assert row.because.startswith("kube-proxy: Its pod has not been ready")
    assert ". Also: kubelet: It runs v1.30.0, " in row.because
    (entry,) = [frame.attention for frame in cluster.frames if frame.attention][-1]
    assert (entry.title, entry.because) == (f"{name} · kube-proxy", row.because.removeprefix("kube-proxy: "))
