"""From nodes to samples: each node once a minute, a sixteenth of them at a time, so that no flush has the work of all."""

from collections.abc import Mapping

from planes.assess.node_states import NodeState
from planes.cache.cluster import ClusterCache
from planes.components.node_figures import CPU, HEARTBEAT, MEMORY, PODS
from planes.structs.feeds import Feed
from planes.structs.moments import Epoch, Mono
from planes.structs.node_samples import BLOCKS, NodeSamplesRow, NodeValues, block_of
from planes.structs.observations import NodeScene

#: Seconds between two samples of one node.
EVERY = 60.0
#: Kubelets renew their leases every 10 s. A feed of them of which nothing has come for longer tells no age.
_PROVEN = 20.0


class NodeSampler:
    """Remembers which blocks had their turn."""

    def __init__(self) -> None:
        self._turn: int | None = None

    def look(
        self, cache: ClusterCache, scene: NodeScene, states: Mapping[str, NodeState], now: Mono, offset: float
    ) -> list[NodeSamplesRow]:
        """The samples of the blocks whose turn has come. Nothing is sampled while the cluster cannot be asked, or while all nodes
        are silent together. `offset` leads from our monotonic to epoch seconds."""
        turn = int(now / (EVERY / BLOCKS))
        first = turn if self._turn is None else max(self._turn + 1, turn - BLOCKS + 1)
        self._turn = turn
        blocks = {one % BLOCKS for one in range(first, turn + 1)}
        if not blocks or scene.unreachable or scene.silence or not _is_read(cache, Feed.NODES):
            return []
        made: dict[int, dict[str, NodeValues]] = {}
        for name, state in states.items():
            if (block := block_of(name)) in blocks and (values := _values(cache, name, state, now)):
                made.setdefault(block, {})[name] = values
        return [NodeSamplesRow(Epoch(round(now + offset, 1)), block, nodes) for block, nodes in sorted(made.items())]


def _is_read(cache: ClusterCache, feed: Feed) -> bool:
    """Whether a feed can be read just now: a state may wait for its next attempt, a sample need not."""
    track = cache.reach.feeds[feed]
    return track.listed_at is not None and track.fault is None


def _values(cache: ClusterCache, name: str, state: NodeState, now: Mono) -> NodeValues:
    """What is observed of a node. What its kubelet tells is not while that is silent: then it was observed before."""
    values: NodeValues = {}
    lease = cache.node_leases.tracks.get(name)
    until = cache.node_leases.observed(now)
    readable = _is_read(cache, Feed.NODE_LEASES) and now - until <= _PROVEN
    if readable and lease is not None and lease.gone_at is None and lease.confirmed:
        values[HEARTBEAT.key] = HEARTBEAT.sampled(max(0.0, now - lease.changed_at))
    if not state.heard:
        return values
    if _is_read(cache, Feed.PODS):
        values[PODS.key] = PODS.sampled(state.row.pods_used)
    if (used := cache.usage.get(name)) is not None and cache.reach.usage_fault is None:
        values[CPU.key], values[MEMORY.key] = CPU.sampled(used[0]), MEMORY.sampled(used[1])
    return values
