"""What a component touches: links to what the cluster has, and nothing that it has not."""

import pytest

from dashboard.presenters.touches import NAMED, Touches, touches
from planes.live.wire import Lateness
from planes.store.selectors import Beside, ClusterHead, ComponentDetail
from planes.structs.moments import Epoch
from planes.structs.rows import ClusterRow, ComponentRow
from planes.structs.verdicts import State

AT = Epoch(1_780_000_000.0)
HEAD = ClusterHead(1, "prod", "prod", "demo", "", "", True, 0, 0, None, ClusterRow())
NOTHING = Touches((), (), 0, None, served=False)
#: What most clusters have.
KINDS = (
    "kube-apiserver",
    "etcd",
    "kube-controller-manager",
    "kube-scheduler",
    "kubelet",
    "kube-proxy",
    "container-runtime",
    "dns",
)


def touched(kind: str, *, others: tuple[str, ...] = KINDS, on: tuple[str, ...] = (), nodes: int = 0) -> Touches:
    row = ComponentRow(kind=kind, plane="control", state=State.HEALTHY, because="", since=AT)
    beside = tuple(Beside(one, State.DEGRADED if one == "etcd" else State.HEALTHY, "", "Slow.") for one in others if one != kind)
    return touches(ComponentDetail(HEAD, row, (), beside, on), None, nodes) or NOTHING


@pytest.mark.parametrize(
    ("kind", "needed", "needing"),
    [
        ("kube-apiserver", ["etcd"], ["kube-controller-manager", "kube-scheduler", "kubelet"]),
        ("etcd", [], ["kube-apiserver"]),
        ("kube-scheduler", ["kube-apiserver"], []),
        ("kube-controller-manager", ["kube-apiserver"], []),
        ("kubelet", ["kube-apiserver", "container-runtime"], ["kube-proxy"]),
        ("kube-proxy", ["kubelet"], []),
        ("container-runtime", ["kubelet"], []),
        ("dns", [], []),
    ],
)
def test_it_touches_what_it_depends_on_and_what_depends_on_it(kind: str, needed: list[str], needing: list[str]) -> None:
    found = touched(kind).components
    assert [one.kind for one in found if one.depends] == needed
    assert [one.kind for one in found if not one.depends] == needing
    assert all(one.said for one in found)


def test_what_links_two_both_ways_is_one_line() -> None:
    (runtime,) = (one for one in touched("kubelet").components if one.kind == "container-runtime")
    assert runtime.said == (
        "A kubelet cannot work without its node's container runtime. What is known of a runtime is told by the kubelet of its node."
    )


def test_a_component_that_the_cluster_does_not_have_is_not_linked() -> None:
    assert touched("kube-apiserver", others=("kubelet",)).components[0].kind == "kubelet"
    assert len(touched("kube-apiserver", others=("kubelet",)).components) == 1
    assert touched("kube-scheduler", others=()) == NOTHING


def test_another_component_is_told_as_it_stands_and_as_unknown_while_nobody_vouches_for_it() -> None:
    (etcd,) = (one for one in touched("kube-apiserver").components if one.kind == "etcd")
    assert (etcd.state, etcd.last) == ("degraded", "")
    row = ComponentRow(kind="kube-apiserver", plane="control", state=State.HEALTHY, because="", since=AT)
    detail = ComponentDetail(HEAD, row, (), (Beside("etcd", State.DEGRADED, "", "Slow."),))
    found = touches(detail, Lateness("collector", "Its collector is silent.", AT), 0)
    assert found is not None
    assert [(one.state, one.last) for one in found.components] == [("unknown", "degraded")]


@pytest.mark.parametrize(("count", "more"), [(0, 0), (NAMED, 0), (NAMED + 1, 1), (5_000, 5_000 - NAMED)])
def test_so_many_nodes_are_named_and_the_others_are_counted(count: int, more: int) -> None:
    names = tuple(f"node-{one}" for one in range(count))
    found = touched("dns", on=names)
    assert (found.nodes, found.nodes_more) == (names[:NAMED], more)
    assert (found == NOTHING) == (count == 0)


@pytest.mark.parametrize(("kind", "nodes", "told"), [("kubelet", 120, 120), ("kubelet", 0, None), ("kube-scheduler", 120, None)])
def test_only_an_agent_runs_on_every_node(kind: str, nodes: int, told: int | None) -> None:
    assert touched(kind, nodes=nodes).everywhere == told


def test_only_the_api_server_calls_webhooks_and_api_services() -> None:
    assert [kind for kind in KINDS if touched(kind).served] == ["kube-apiserver"]
