"""From the command line alone: `up`, then `status`, then a fault and its mending."""

import pytest

from planes.picture.delta import AGENTS
from planes.store.status import ClusterStatus
from tests.e2e.running import Up, until

pytestmark = pytest.mark.e2e

SEVEN = {"kube-apiserver", "etcd", "kube-controller-manager", "kube-scheduler", *AGENTS}


def cluster(up: Up) -> ClusterStatus:
    return up.status().clusters[0]


def state(up: Up, kind: str) -> str:
    return next(one.state for one in cluster(up).components if one.kind == kind)


def kubelet(up: Up, node: str) -> str:
    """The state of a node's kubelet as `status` tells it; a node that needs no attention is healthy."""
    return next((one.agents["kubelet"] for one in cluster(up).attention if one.name == node), "healthy")


def test_all_seven_components_are_named_with_their_evidence(up: Up) -> None:
    until(lambda: all(state(up, kind) == "healthy" for kind in SEVEN), "a healthy cluster", within=60)
    found = cluster(up)
    kinds = {one.kind: one for one in found.components}
    assert set(kinds) >= SEVEN
    for kind in SEVEN:
        assert kinds[kind].because, kind
        assert kinds[kind].evidence, kind
        assert all(line.signal and line.now and line.source for line in kinds[kind].evidence), kind
    assert found.nodes.total == 12
    assert found.version.startswith("v1.")
    assert found.planes["control"].state == "healthy"


def test_the_exit_code_says_that_all_is_well(up: Up) -> None:
    until(lambda: all(state(up, kind) == "healthy" for kind in SEVEN), "a healthy cluster", within=60)
    assert "kube-apiserver" in up.manage("status", codes=(0,))
