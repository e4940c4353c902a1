"""What a card says in a few words where a headline has no room."""

import pytest

from dashboard.presenters import WallCard, wall_card
from planes.store.selectors import ClusterHead, ClusterSummary, ComponentSummary
from planes.structs.moments import Epoch
from planes.structs.rows import ClusterRow, PlaneRow
from planes.structs.verdicts import State

AT = Epoch(1_780_000_000.0)


def plane(state: str) -> PlaneRow:
    return PlaneRow(state=State(state), because="Because.", since=AT)


def card(row: ClusterRow, components: tuple[ComponentSummary, ...] = (), nodes: dict[str, int] | None = None) -> WallCard:
    head = ClusterHead(
        id=1,
        slug="prod",
        name="prod",
        source="kubeconfig",
        kubeconfig="",
        context="prod",
        enabled=True,
        epoch=1,
        offset=1,
        collected_at=AT,
        row=row,
    )
    return wall_card(ClusterSummary(head, components, nodes or {}, ()))


@pytest.mark.parametrize(
    ("state", "kinds", "brief"),
    [
        ("degraded", {"kube-scheduler": "degraded", "etcd": "healthy"}, ("kube-scheduler", "scheduler")),
        ("degraded", {"etcd": "degraded"}, ("etcd",)),
        ("down", {"etcd": "degraded", "kube-apiserver": "down"}, ("kube-apiserver", "apiserver")),
        ("down", {"kube-apiserver": "down", "etcd": "down"}, ("kube-apiserver and 1 more", "apiserver +1", "2 components")),
        ("down", {"kubelet": "down"}, ()),  # none of the control plane
        ("unknown", {"etcd": "unknown"}, ()),
        ("healthy", {"etcd": "healthy"}, ()),
    ],
)
def test_the_control_plane_names_what_it_owes_its_state_to(state: str, kinds: dict[str, str], brief: tuple[str, ...]) -> None:
    parts = [ComponentSummary(kind, "data" if kind == "kubelet" else "control", one, "", AT, "", "") for kind, one in kinds.items()]
    assert card(ClusterRow(control=plane(state)), tuple(parts)).control.brief == brief


@pytest.mark.parametrize(
    ("nodes", "brief"),
    [
        ({"down": 1, "degraded": 3, "healthy": 116}, ("4 of 120 nodes", "4 nodes")),
        ({"down": 1_200, "cordoned": 3_800}, ("1,200 of 5,000 nodes", "1,200 nodes")),
        ({"degraded": 1}, ("1 of 1 node", "1 node")),
        ({"healthy": 3, "unknown": 1}, ()),
    ],
)
def test_the_data_plane_counts_its_nodes(nodes: dict[str, int], brief: tuple[str, ...]) -> None:
    assert card(ClusterRow(data=plane("degraded")), nodes=nodes).data.brief == brief
