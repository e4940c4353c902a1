"""Judging one cluster again and again: what is dirty or due is judged, changes are announced, and what changed becomes a frame.

Pure: the caller gives both clocks. Call `frame` at least once a second; a longer gap is taken for a pause of our own.
"""

from collections.abc import Iterable

from planes.assess import attention
from planes.assess.baseline import Baseline
from planes.assess.changes import Changes
from planes.assess.check_history import CheckHistory
from planes.assess.cluster_summary import ClusterSummary
from planes.assess.component_assessor import ComponentAssessor
from planes.assess.full_disruption import FullDisruption
from planes.assess.gauge_sampling import GaugeSampler
from planes.assess.node_assessor import NodeAssessor
from planes.assess.node_sampling import NodeSampler
from planes.assess.node_states import why_last_known
from planes.assess.rows import attention_row, shown_state
from planes.assess.sampling import Sampler
from planes.assess.survey import Surveyor
from planes.cache.cluster import ClusterCache
from planes.components.agents import observe_scene
from planes.components.registry import AGENT_KINDS, title_of
from planes.components.verdict_builder import plural
from planes.components.view import ClusterView
from planes.structs.events import Graced, Paused, Tidied
from planes.structs.feeds import FEEDS, Feed
from planes.structs.moments import NEVER, Epoch, Mono
from planes.structs.observations import NodeScene
from planes.structs.rows import (
    AttentionRow,
    ClusterRow,
    ComponentRow,
    Frame,
    NodeRow,
)
from planes.structs.thresholds import DEFAULT, Thresholds
from planes.structs.time_tokens import to_epoch
from planes.structs.verdicts import State

#: How often what was deleted is dropped from memory, and how long it is kept before.
_TIDY, _KEPT = 60.0, 3600.0


class Assessor:
    """Judges one cache. `slug` names the cluster in changes that concern all of it."""

    def __init__(
        self, cache: ClusterCache, *, thresholds: Thresholds = DEFAULT, baseline: Baseline | None = None, slug: str = ""
    ) -> None:
        self.cache = cache
        self.baseline = baseline if baseline is not None else Baseline()
        self.baseline_changed = False
        self.cache.recent.take_over(self.baseline.recent, self.baseline.transitions)
        self._handed_on = self.cache.recent.version
        self._thresholds = thresholds
        self._slug = slug
        self._disruption = FullDisruption()
        self._view = ClusterView(cache, thresholds)
        self._nodes = NodeAssessor(self._view, thresholds)
        self._summary = ClusterSummary(cache, thresholds)
        self._sampler = Sampler()
        self._node_sampler = NodeSampler()
        self._checks = CheckHistory()
        self._gauges = GaugeSampler()
        self._surveyor = Surveyor(thresholds)
        self._components = ComponentAssessor(self._view, self._nodes, thresholds)
        self._changes = Changes(slug)
        self._cluster: ClusterRow | None = None
        self._attention: list[AttentionRow] | None = None
        self._scene: NodeScene | None = None
        self._last: Mono | None = None
        self._offset = 0.0
        self._started: Mono | None = None
        self._tidied = NEVER
        self._sent_full = False

    def restore(
        self,
        components: Iterable[ComponentRow],
        nodes: Iterable[NodeRow],
        cluster: ClusterRow | None = None,
        seen_at: Epoch | None = None,
    ) -> None:
        """Begin with what was last known: states and their `since` go on, and nothing is announced for what is as it was. To be
        called before the first frame. `seen_at`: until when that was known to hold."""
        self._components.seen_at = self._nodes.seen_at = self.cache.recent.seen_at = seen_at
        self._components.reasons = dict(self.baseline.reasons)
        self._components.restored = {row.kind: row for row in components}
        self._nodes.restored = {row.name: row for row in nodes}
        self._summary.restore(cluster)

    def beats(self, now: Mono, wall: Epoch) -> dict[str, float]:
        """Node name -> epoch seconds at which its lease was last seen to be renewed."""
        return self.cache.beats(wall - now)

    def paused(self, gap: float, now: Mono) -> None:
        """We ourselves stood still for `gap` seconds until `now`. To be called before the events that waited meanwhile are applied;
        `frame` finds out by itself what nobody told it."""
        self.cache.apply(Paused(gap, now))
        self._summary.paused(gap, now)
        self._last = now

    def frame(self, now: Mono, wall: Epoch, *, full: bool = False) -> Frame:
        """What changed since the frame before; everything, if `full`. The first frame with anything in it is full."""
        self._tick(now, wall)
        offset, view = self._offset, self._view
        self.baseline_changed = self.baseline.learn(self.cache, offset) or self.baseline_changed
        if self.cache.recent.version != self._handed_on:
            self._handed_on = self.cache.recent.version
            self.baseline.hand_on(self.cache, offset, now)
            self.baseline_changed = True
        disruption = self._disruption.look(self.cache, now, self._thresholds)
        if disruption.grace:
            self.cache.apply(Graced(disruption.grace, now))
        view.look(now, offset, self.baseline.known(), disruption)
        view.nobody_watches = self._nobody_watches()
        scene = observe_scene(view)
        anew, self._scene = scene != self._scene, scene
        dirty = self.cache.take_dirty()
        self._components.stirred = self._components.stirred or dirty.components
        rows, gone = self._nodes.judge(dirty, scene, anew, now, offset)
        listed = self.cache.reach.feeds[Feed.NODES].listed_at is not None
        if listed and (self._nodes.restored or self._nodes.last_known):
            # Whoever is not in the list is no more; whoever is, is judged by now.
            gone += [name for name in self._nodes.restored if name not in self.cache.nodes]
            self._nodes.restored = {}
            self._nodes.last_known = {}
            self._nodes.counts_changed = True
        elif self._nodes.restored and not listed and anew and not scene.waiting:
            self._nodes.remember(to_epoch(why_last_known(scene), offset), offset, now)
            rows = {**rows, **self._nodes.last_known}
        told, self._nodes.changes = self._nodes.changes, []
        view.unheard = self._nodes.unheard
        components, gone_kinds, more = self._components.judge(scene, anew, now, offset)
        if self._components.reasons != self.baseline.reasons:
            self.baseline.reasons, self.baseline_changed = self._components.reasons, True
        changes = self._changes.of_disruption(disruption, now, offset) + more + self._changes.of_agents(told, now, offset)
        planes = self._summary.planes(self._nodes, self._components, now, offset)
        attention_rows = self._attend(now, offset)
        cluster = self._summary.row(view, planes, now, offset, self._cluster)
        self._nodes.counts_changed = False
        whole = full or not self._sent_full
        if whole and not full and self._holds_back(now, scene):
            return Frame(at=Epoch(now + offset))
        frame = Frame(at=Epoch(now + offset), full=whole, changes=changes, samples=self._sampler.look(view.rates, offset))
        frame.node_samples = self._node_sampler.look(self.cache, scene, self._nodes.states, now, offset)
        frame.node_samples += self._gauges.look(view, scene, now, offset)
        frame.checks = self._checks.look(self.cache, offset)
        frame.survey = self._surveyor.look(view, now, offset, full=whole)
        if whole:
            self._sent_full = self._components.settled = True
            frame.components = list(self._components.rows.values())
            frame.nodes = {name: one.row for name, one in self._nodes.states.items()} | self._nodes.last_known
            frame.attention = attention_rows
            frame.cluster = cluster
        else:
            frame.components, frame.gone_components = components, gone_kinds
            frame.nodes, frame.gone_nodes = rows, gone
            frame.attention = attention_rows if attention_rows != self._attention else None
            frame.cluster = cluster if cluster is not self._cluster else None
        self._attention, self._cluster = attention_rows, cluster
        return frame

    # --- time -----------------------------------------------------------------------------------------------------------------

    def _tick(self, now: Mono, wall: Epoch) -> None:
        if self._started is None:
            self._started = now
            self._offset = wall - now
        elif abs(wall - now - self._offset) > 2.0:  # our own clock was set
            self._offset = wall - now
        if self._last is not None and now - self._last > self._thresholds.pause:
            self.paused(now - self._last, now)
        self._last = now
        if now - self._tidied > _TIDY:
            self._tidied = now
            self.cache.apply(Tidied(now - _KEPT, now))

    def _holds_back(self, now: Mono, scene: NodeScene) -> bool:
        """After a restart the store holds what was last known; nothing is sent before there is more to say than "waiting"."""
        if not (self._components.restored or self._nodes.restored or self._nodes.last_known):
            return False
        if self._started is None or now - self._started >= self._thresholds.settle:
            return False
        if scene.unreachable and not scene.waiting:
            return False
        feeds = self.cache.reach.feeds
        settled = all(feeds[one].listed_at is not None or feeds[one].fault is not None for one, of in FEEDS.items() if of.awaited)
        return not (settled and "/livez" in self.cache.reach.health)

    def _nobody_watches(self) -> str:
        """The controller manager is what turns Ready to Unknown; as of the frame before, does it not work?"""
        memory = self._components.memories.get("kube-controller-manager")
        return (
            "the controller manager, which would notice it, is down"
            if memory and memory.state is State.DOWN and not memory.held
            else ""
        )

    # --- attention ------------------------------------------------------------------------------------------------------------

    def _attend(self, now: Mono, offset: float) -> list[AttentionRow]:
        entries = attention.group(self._nodes.troubles(), self._thresholds)
        for kind, memory in self._components.memories.items():
            state, _ = shown_state(memory)
            if kind in AGENT_KINDS or state not in (State.DOWN, State.DEGRADED):
                continue
            entries.append(
                attention.Entry(
                    key=f"component:{kind}",
                    kind="Component",
                    name=kind,
                    title=title_of(kind),
                    state=state,
                    because=memory.shown.because,
                    since=memory.since,
                )
            )
        scene, silence = self._scene, self._view.disruption
        if silence.suspicion:
            count = len(self._nodes.states)
            since = silence.since if silence.since is not None else now
            because = f"No heartbeat arrives from any node. {silence.suspicion}"
            title = f"{plural(count, 'node')} silent together"
            entries.append(
                attention.Entry(
                    key="cluster:silence",
                    kind="Cluster",
                    name=self._slug,
                    title=title,
                    state=State.UNKNOWN,
                    because=because,
                    since=since,
                    count=count,
                )
            )
        server = self._components.memories.get("kube-apiserver")
        if (
            scene is not None
            and scene.unreachable
            and not scene.waiting
            and server is not None
            and shown_state(server)[0] is State.UNKNOWN
        ):
            since = scene.unreachable_since if scene.unreachable_since is not None else now
            title = "the cluster cannot be seen"
            entries.append(
                attention.Entry(
                    key="cluster:unseen",
                    kind="Cluster",
                    name=self._slug,
                    title=title,
                    state=State.UNKNOWN,
                    because=scene.unreachable,
                    since=since,
                )
            )
        return [attention_row(one, offset) for one in attention.order(entries)]
