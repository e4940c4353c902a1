"""Frames for tests: a cluster of nodes with a scheduler, as a collector would flush them."""

from planes.live.wire import Delta, delta_of
from planes.models import Cluster
from planes.store import services
from planes.structs.moments import Epoch
from planes.structs.rows import AgentRow, AttentionRow, ChangeRow, ClusterRow, ComponentRow, Frame, NodeRow, PlaneRow
from planes.structs.verdicts import State

AT = Epoch(1_780_000_000.0)


def agent(state: str = "healthy") -> AgentRow:
    return AgentRow(
        state=State(state),
        because="Its lease is renewed in time." if state == "healthy" else "No heartbeat.",
        since=AT - 60,
        version="v1.36.2",
    )


def node(name: str, state: str = "healthy", *, at: float = AT) -> NodeRow:
    because = "" if state == "healthy" else f"No heartbeat for ⟨a:{at:.1f}⟩."
    return NodeRow(
        name=name,
        uid=f"uid-{name}",
        state=State(state),
        because=because,
        since=Epoch(at),
        kubelet=agent(state),
        kube_proxy=agent(),
        container_runtime=agent(),
        zone="a",
        pods_used=7,
        pods_max=110,
    )


def component(kind: str = "kube-scheduler", state: str = "healthy") -> ComponentRow:
    return ComponentRow(
        kind=kind, plane="control", state=State(state), because="Its lease is renewed in time.", since=AT - 60, line="lease 1 s old"
    )


def full_frame(nodes: int = 3, *, at: float = AT) -> Frame:
    """The first frame of a collector."""
    plane = PlaneRow(state=State.HEALTHY, because="", since=Epoch(at))
    return Frame(
        at=Epoch(at),
        full=True,
        cluster=ClusterRow(server="https://127.0.0.1:6443", version="v1.36.2", heard_at=Epoch(at), control=plane, data=plane),
        components=[component()],
        nodes={f"node-{number}": node(f"node-{number}") for number in range(nodes)},
        attention=[],
    )


def silent_frame(name: str, *, at: float = AT + 1) -> Frame:
    """A node whose kubelet fell silent."""
    return Frame(
        at=Epoch(at),
        nodes={name: node(name, "down", at=at)},
        attention=[
            AttentionRow(
                key=f"node/{name}",
                kind="Node",
                name=name,
                title=f"{name} · kubelet",
                state=State.DOWN,
                because="No heartbeat.",
                since=Epoch(at),
            )
        ],
        changes=[
            ChangeRow(
                subject_kind="Node",
                subject=name,
                agent="kubelet",
                before=State.HEALTHY,
                after=State.DOWN,
                because="No heartbeat.",
                at=Epoch(at),
            )
        ],
    )


class Collecting:
    """Writes frames of one cluster as its collector does, and gives the delta to publish for each."""

    def __init__(self, slug: str = "prod") -> None:
        self.cluster = Cluster.objects.create(slug=slug, name=slug, source="demo")
        self.id: int = self.cluster.pk
        self.epoch = services.take(self.id)
        self.offset = 0

    def flush(self, frame: Frame) -> Delta:
        """Store the frame as the next offset."""
        frame = services.flush(self.id, self.epoch, self.offset + 1, frame)
        self.offset += 1
        return delta_of(frame, epoch=self.epoch, offset=self.offset, previous=self.offset - 1)
