"""States of nodes that were walked once go on over what is new, and are what walking from the present finds."""

import random

import msgspec
import pytest

from planes.assess.past_planes import Change
from planes.models import Cluster, Node, Transition
from planes.store import services, walks
from planes.structs.history import Span, Stretch
from planes.structs.moments import Epoch
from planes.structs.rows import ChangeRow, Frame, NodeRow
from planes.structs.verdicts import State
from tests.store.rows import NOW, full, node

KINDS = (walks.NODES, "kubelet", "kube-proxy")
COLUMNS = {"kubelet": "kubelet", "kube-proxy": "kube_proxy"}
NAMES = ("node-1", "node-2", "node-3", "node-4")
Walked = dict[str, tuple[Stretch, ...]]


def walked(cluster: Cluster, began: float = NOW - 5_000, ended: float = NOW + 5_000) -> Walked:
    return walks.tracks(cluster.pk, KINDS, [Span(Epoch(NOW - 9_000), Epoch(NOW + 9_000))], began, ended)


def afresh(cluster: Cluster) -> Walked:
    walks.forget()
    return walked(cluster)


class Life:
    """Nodes that change, each change told."""

    def __init__(self, cluster: Cluster, epoch: int) -> None:
        walks.forget()
        self.cluster, self.epoch, self.offset, self.at = cluster, epoch, 1, NOW - 4_000
        self.nodes: dict[str, NodeRow] = {name: node(name) for name in NAMES}
        services.flush(cluster.pk, epoch, 1, msgspec.structs.replace(full(NAMES), nodes=dict(self.nodes), changes=[]))

    def turn(self, name: str, agent: str, after: State, *, later: float = 10.0, told: bool = True) -> None:
        row, column = self.nodes[name], COLUMNS[agent]
        before = getattr(row, column).state
        self.at += later
        self.nodes[name] = msgspec.structs.replace(row, **{column: msgspec.structs.replace(getattr(row, column), state=after)})
        change = ChangeRow("Node", name, agent, before, after, "x", Epoch(self.at))
        self._flush(Frame(at=Epoch(self.at), nodes={name: self.nodes[name]}, changes=[change] if told else []))

    def elsewhere(self) -> None:
        """A change of a component."""
        self.at += 1
        change = ChangeRow("Component", "etcd", "", State.HEALTHY, State.DOWN, "x", Epoch(self.at))
        self._flush(Frame(at=Epoch(self.at), changes=[change]))

    def _flush(self, frame: Frame) -> None:
        self.offset += 1
        services.flush(self.cluster.pk, self.epoch, self.offset, frame)


@pytest.fixture
def life(cluster: Cluster, epoch: int) -> Life:
    return Life(cluster, epoch)


def test_however_nodes_change_it_is_what_walking_from_the_present_finds(life: Life) -> None:
    chance = random.Random(7)
    states = (State.HEALTHY, State.DEGRADED, State.DOWN, State.UNKNOWN)
    life.turn("node-1", "kubelet", State.DOWN)
    walked(life.cluster)
    for _ in range(25):
        for _ in range(chance.randint(0, 3)):
            # Some in one moment; some untold, as what nobody announces.
            life.turn(
                chance.choice(NAMES),
                chance.choice(tuple(COLUMNS)),
                chance.choice(states),
                later=chance.choice((0.0, 7.0)),
                told=chance.random() > 0.1,
            )
        if chance.random() > 0.7:
            life.elsewhere()
        continued = walked(life.cluster)
        kept = dict(walks._walks)
        assert continued == afresh(life.cluster)
        walks._walks.update(kept)


def test_only_what_is_new_is_read(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    life.turn("node-1", "kubelet", State.DOWN)
    walked(life.cluster)
    life.turn("node-2", "kubelet", State.DOWN)
    monkeypatch.setattr(walks, "_changes", None)
    # One kind alone first, as its page does: the others were walked before it.
    walks.tracks(life.cluster.pk, ("kubelet",), [], NOW - 5_000, NOW)
    life.turn("node-3", "kubelet", State.DOWN)
    assert [one.state for one in walked(life.cluster)["kubelet"]][-1] is not State.HEALTHY


@pytest.mark.parametrize("what", ["removed", "late", "many", "untold", "zone", "gone"])
def test_it_begins_at_the_present_where_what_was_before_may_be_another(
    life: Life, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in NAMES[:3]:
        life.turn(name, "kubelet", State.DOWN)
    walked(life.cluster)
    life.turn("node-1", "kubelet", State.HEALTHY)
    match what:
        case "removed":
            Transition.objects.filter(subject="node-2").delete()
        case "late":
            life.turn("node-2", "kubelet", State.HEALTHY, later=-15.0)
        case "many":
            monkeypatch.setattr(walks, "ADDED", 0)
        case "untold":
            life.turn("node-4", "kubelet", State.DOWN, told=False)
        case "zone":
            Node.objects.filter(name="node-2").update(zone="another")
        case "gone":
            Node.objects.filter(name="node-3").delete()
    read: list[str] = []
    every = walks._changes

    def reading(cluster_id: int, began: float, kind: str) -> list[Change]:
        read.append(what)
        return every(cluster_id, began, kind)

    monkeypatch.setattr(walks, "_changes", reading)
    found = walked(life.cluster)
    assert read == [what]
    monkeypatch.undo()
    assert found == afresh(life.cluster)
