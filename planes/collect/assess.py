"""Judging one cluster again and again: what is dirty or due is judged, changes are announced, and what changed becomes a frame.

Pure: the caller gives both clocks. Call `frame` at least once a second; a longer gap is taken for a pause of our own.
"""

from collections import Counter
from collections.abc import Iterable

from planes.collect.baseline import Baseline
from planes.collect.cluster import ClusterTeller
from planes.collect.nodewise import ELSEWHERE, AgentChange, Nodewise
from planes.collect.rows import attention_row, because_of, component_row, instances_of, shown_state
from planes.collect.sampling import Sampler
from planes.picture.delta import (
    ADDON_PLANE,
    AGENTS,
    CONTROL_PLANE,
    AttentionRow,
    ChangeRow,
    ClusterRow,
    ComponentRow,
    Frame,
    NodeRow,
)
from planes.picture.events import Feed, Mono
from planes.picture.observing import Observer
from planes.picture.picture import Picture
from planes.rules import addons, announce, apiserver, attention, controller_manager, etcd, rollup, scheduler
from planes.rules.bounds import DEFAULT, Bounds
from planes.rules.observation import NodeScene
from planes.rules.verdict import Evidence, State, Verdict
from planes.rules.weighing import Judged, away_verdict, feed_gap, plural
from planes.rules.wording import to_epoch

#: What is waited for before the first full frame after a restart.
_ESSENTIAL = (Feed.NODES, Feed.NODE_LEASES, Feed.SYSTEM_LEASES, Feed.SYSTEM_PODS)
#: Changes of one cause within so many seconds belong together.
_TOGETHER = 60.0
#: Components are judged when something was told of them, and no more seldom than this, for a bound may have passed.
_JUDGED = 0.9
#: How often what was deleted is dropped from memory, and how long it is kept before.
_TIDY, _KEPT = 60.0, 3600.0


class Assessor:
    """Judges one picture. `slug` names the cluster in changes that concern all of it."""

    def __init__(self, picture: Picture, *, bounds: Bounds = DEFAULT, baseline: Baseline | None = None, slug: str = "") -> None:
        self.picture = picture
        self.baseline = baseline if baseline is not None else Baseline()
        self.baseline_changed = False
        self._bounds = bounds
        self._slug = slug
        self._observer = Observer(picture, bounds)
        self._nodes = Nodewise(self._observer, bounds)
        self._teller = ClusterTeller(picture, bounds)
        self._sampler = Sampler()
        self._memories: dict[str, announce.Memory] = {}
        self._rows: dict[str, ComponentRow] = {}
        self._causes: dict[str, str] = {}
        self._restored: dict[str, ComponentRow] = {}
        self._cluster: ClusterRow | None = None
        self._attention: list[AttentionRow] | None = None
        self._scene: NodeScene | None = None
        self._last: Mono | None = None
        self._offset = 0.0
        self._started: Mono | None = None
        self._tidied: Mono = 0.0
        self._sent_full = False
        self._groups: dict[str, tuple[str, Mono]] = {}
        self._rollups: dict[str, Judged] = {}
        self._ghosts: dict[str, NodeRow] = {}
        self._silence_since: Mono | None = None
        self._judged_at: Mono | None = None
        self._judged_silence: tuple[str, str] = ("", "")

    def restore(self, components: Iterable[ComponentRow], nodes: Iterable[NodeRow], cluster: ClusterRow | None = None) -> None:
        """Begin with what was last known: states and their `since` go on, and nothing is announced for what is as it was. To be
        called before the first frame."""
        self._restored = {row.kind: row for row in components}
        self._nodes.restored = {row.name: row for row in nodes}
        self._teller.restore(cluster)

    def beats(self, now: Mono, wall: float) -> dict[str, float]:
        """Node name -> epoch seconds at which its lease was last seen to be renewed."""
        return self.picture.beats(wall - now)

    def paused(self, gap: float, now: Mono) -> None:
        """We ourselves stood still for `gap` seconds until `now`. To be called before the events that waited meanwhile are applied;
        `frame` finds out by itself what nobody told it."""
        self.picture.paused(gap, now)
        self._teller.paused(gap, now)
        self._last = now

    def frame(self, now: Mono, wall: float, *, full: bool = False) -> Frame:
        """What changed since the frame before; everything, if `full`. The first frame with anything in it is full."""
        self._tick(now, wall)
        offset, observer = self._offset, self._observer
        self.baseline_changed = self.baseline.learn(self.picture) or self.baseline_changed
        observer.look(now, offset, self.baseline.known())
        observer.nobody_watches = self._nobody_watches()
        scene = observer.scene()
        anew, self._scene = scene != self._scene, scene
        rows, gone = self._nodes.judge(scene, anew, now, offset)
        listed = self.picture.reach.feeds[Feed.NODES].listed_at is not None
        if listed and (self._nodes.restored or self._ghosts):
            # Whoever is not in the list is no more; whoever is, is judged by now.
            gone += [name for name in self._nodes.restored if name not in self.picture.nodes]
            self._nodes.restored = {}
            self._ghosts = {}
            self._nodes.counts_changed = True
        elif self._nodes.restored and not listed and anew and not scene.waiting:
            self._ghosts = self._nodes.ghosts(to_epoch(self._ghost_reason(scene), offset), offset, now)
            rows = {**rows, **self._ghosts}
        changes = self._change_rows(now, offset)
        components, gone_kinds, more = self._components(now, offset, anew)
        changes = self._silence_change(now, offset) + more + changes
        planes = self._teller.planes(self._nodes, self._rows, self._ghosts, now, offset)
        attention_rows = self._attend(now, offset)
        cluster = self._teller.row(observer, planes, now, offset, self._cluster)
        self._nodes.counts_changed = False
        whole = full or not self._sent_full
        if whole and not full and self._holds_back(now, scene):
            return Frame(at=now + offset)
        frame = Frame(at=now + offset, full=whole, changes=changes, samples=self._sampler.look(observer.rates, offset))
        if whole:
            self._sent_full = True
            frame.components = list(self._rows.values())
            frame.nodes = {name: one.row for name, one in self._nodes.states.items()} | self._ghosts
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

    def _tick(self, now: Mono, wall: float) -> None:
        if self._started is None:
            self._started = now
            self._offset = wall - now
        elif abs(wall - now - self._offset) > 2.0:  # our own clock was set
            self._offset = wall - now
        if self._last is not None and now - self._last > self._bounds.pause:
            self.paused(now - self._last, now)
        self._last = now
        if now - self._tidied > _TIDY:
            self._tidied = now
            self.picture.forget(now - _KEPT)

    def _holds_back(self, now: Mono, scene: NodeScene) -> bool:
        """After a restart the store holds what was last known; nothing is sent before there is more to say than "waiting"."""
        if not (self._restored or self._nodes.restored or self._ghosts):
            return False
        if self._started is None or now - self._started >= self._bounds.settle:
            return False
        if scene.unreachable and not scene.waiting:
            return False
        feeds = self.picture.reach.feeds
        settled = all(feeds[one].listed_at is not None or feeds[one].fault is not None for one in _ESSENTIAL)
        return not (settled and "/livez" in self.picture.reach.health)

    def _nobody_watches(self) -> str:
        """The controller manager is what turns Ready to Unknown; as of the frame before, does it not work?"""
        memory = self._memories.get("kube-controller-manager")
        return "the controller manager, which would notice it, is down" if memory and memory.state is State.DOWN else ""

    def _ghost_reason(self, scene: NodeScene) -> str:
        if scene.unreachable:
            return scene.unreachable
        fault = scene.nodes.fault
        return f"Nodes cannot be read: {fault.message}" if fault is not None else "Waiting for the list of nodes."

    # --- components -----------------------------------------------------------------------------------------------------------

    def _judge_components(self, now: Mono, anew: bool) -> dict[str, tuple[str, Judged]]:
        observer, bounds, known = self._observer, self._bounds, self.baseline
        made: dict[str, tuple[str, Judged]] = {
            "kube-apiserver": ("control", apiserver.judge(observer.apiserver(), now, bounds)),
            "etcd": ("control", etcd.judge(observer.etcd(), now, bounds)),
            "kube-controller-manager": (
                "control",
                controller_manager.judge(observer.leader("kube-controller-manager"), now, bounds),
            ),
            "kube-scheduler": ("control", scheduler.judge(observer.leader("kube-scheduler"), now, bounds)),
        }
        cloud = "cloud-controller-manager"
        if cloud in known.leases or cloud in known.pods or observer.distribution.managed:
            made[cloud] = ("control", controller_manager.judge(observer.leader(cloud), now, bounds))
        if self._nodes.counts_changed or anew or not self._rollups:
            for index, kind in enumerate(AGENTS):
                self._rollups[kind] = Judged(self._rollup(index, kind, now))
        for kind in AGENTS:
            made[kind] = ("data", self._rollups[kind])
        for one in observer.addons():
            made[one.kind] = (ADDON_PLANE, addons.judge(one, now, bounds))
        return made

    def _rollup(self, index: int, kind: str, now: Mono) -> Verdict:
        counts, zones, sample = self._nodes.counts(index)
        scene = self._scene
        if self._ghosts:
            counts = Counter({State.UNKNOWN: len(self._ghosts)})
            sample = {State.UNKNOWN: self._ghost_reason(scene) if scene is not None else ""}
        if not counts and scene is not None:
            return self._without_nodes(kind, scene)
        verdict = rollup.agents(kind, counts, zones, sample, self._bounds, now)
        if scene is not None and scene.unreachable and verdict.state is State.UNKNOWN:
            return Verdict(
                State.UNKNOWN, scene.unreachable, verdict.evidence, verdict.line, cause="unreachable", waiting=scene.waiting
            )
        return verdict

    def _without_nodes(self, kind: str, scene: NodeScene) -> Verdict:
        """No node is known: there are none, or they cannot be seen."""
        if scene.unreachable:
            return away_verdict((scene.unreachable, scene.unreachable_since, scene.waiting))
        gap = feed_gap(scene.nodes, "nodes", "readable", self._last or 0.0, self._bounds)
        if gap is not None:
            waiting = gap.state is State.UNKNOWN and scene.nodes.fault is None
            return Verdict(gap.state, f"Nodes cannot be seen: {gap.now}.", (gap,), cause="hidden", waiting=waiting)
        line = Evidence(kind, "no nodes", "nodes", State.NOT_OBSERVABLE, "nodes", self._last)
        return Verdict(State.NOT_OBSERVABLE, "There are no nodes.", (line,), "no nodes", cause="hidden")

    def _components(self, now: Mono, offset: float, anew: bool) -> tuple[list[ComponentRow], list[str], list[ChangeRow]]:
        if not self._is_due(now, anew):
            return [], [], []
        judged = self._judge_components(now, anew)
        changed: list[ComponentRow] = []
        changes: list[ChangeRow] = []
        for kind, (plane, one) in judged.items():
            memory = self._memories.get(kind)
            if memory is None:
                memory = self._begin(kind, one.verdict, now, offset)
            else:
                self._step(kind, plane, memory, one.verdict, now, offset, changes)
            before = self._rows.get(kind)
            instances = instances_of(one, before if before is not None else self._restored.get(kind))
            row = component_row(kind, plane, memory, one.verdict, instances, one.facts, offset, before)
            if row is not before:
                self._rows[kind] = row
                changed.append(row)
        gone = [kind for kind in self._rows if kind not in judged]
        for kind in gone:
            del self._rows[kind], self._memories[kind]
        order = {kind: place for place, kind in enumerate((*CONTROL_PLANE, *AGENTS))}
        self._rows = dict(sorted(self._rows.items(), key=lambda item: (order.get(item[0], 99), item[0])))
        return changed, gone, changes

    def _is_due(self, now: Mono, anew: bool) -> bool:
        """Whether components are to be judged in this frame: what is told again and again changes nothing of them at once."""
        picture, silence = self.picture, (self._observer.silence.suspicion, self._observer.silence.blocked)
        calm = self._judged_at is not None and now - self._judged_at < _JUDGED and silence == self._judged_silence
        if calm and self._sent_full and not (anew or picture.stirred or self._nodes.counts_changed or self._ghosts):
            return False
        self._judged_at, self._judged_silence, picture.stirred = now, silence, False
        return True

    def _begin(self, kind: str, verdict: Verdict, now: Mono, offset: float) -> announce.Memory:
        old = self._restored.get(kind)
        if old is None:
            memory = announce.begin(verdict, now)
            self._causes[kind] = verdict.cause
        else:
            memory = announce.restored(State(old.state), old.since - offset, State(old.last) if old.last else None, now)
            announce.step(memory, verdict, now, self._bounds)
        self._memories[kind] = memory
        return memory

    def _step(
        self, kind: str, plane: str, memory: announce.Memory, verdict: Verdict, now: Mono, offset: float, changes: list[ChangeRow]
    ) -> None:
        known = memory.known
        change = announce.step(memory, verdict, now, self._bounds)
        if change is None:
            return
        if plane == "data" and (
            State.NOT_OBSERVABLE not in (change.before, change.after) or State.UNKNOWN in (change.before, change.after)
        ):
            return  # the nodes tell of themselves, but for a right that is taken away from all of them or given back
        before = change.before
        if change.after is State.UNKNOWN:
            self._causes[kind] = verdict.cause
            if verdict.cause in ELSEWHERE:
                return
        elif before is State.UNKNOWN and self._causes.get(kind, "") in ELSEWHERE:
            if known is None or known is change.after:
                return
            before = known
        because = to_epoch(because_of(memory), offset)
        changes.append(ChangeRow("Component", kind, "", before.value, change.after.value, because, round(change.since + offset, 1)))

    # --- changes --------------------------------------------------------------------------------------------------------------

    def _change_rows(self, now: Mono, offset: float) -> list[ChangeRow]:
        """Announced changes of nodes' agents, those of one cause and moment tied together."""
        made: list[ChangeRow] = []
        told, self._nodes.changes = self._nodes.changes, []
        for one in sorted(told, key=lambda change: (change.since, change.node, change.agent)):
            group = self._group(one, now, offset)
            because = to_epoch(one.because, offset)
            at = round(one.since + offset, 1)
            made.append(ChangeRow("Node", one.node, one.agent, one.before.value, one.after.value, because, at, group))
        return made

    def _group(self, one: AgentChange, now: Mono, offset: float) -> str:
        key = f"{one.agent}:{one.cause or 'recovered'}:{one.after.value}"
        name, last = self._groups.get(key, ("", 0.0))
        if not name or now - last > _TOGETHER:
            name = f"{key}:{one.since + offset:.0f}"
        self._groups[key] = (name, now)
        return name

    def _silence_change(self, now: Mono, offset: float) -> list[ChangeRow]:
        """That all nodes fell silent together, and that it is over, is told once and not by each of them."""
        silence = self._observer.silence
        if bool(silence.suspicion) == (self._silence_since is not None):
            return []
        if silence.suspicion:
            self._silence_since = now
            because = f"All nodes fell silent together. {silence.suspicion}"
            return [ChangeRow("Cluster", self._slug, "", "healthy", "unknown", because, round(now + offset, 1))]
        self._silence_since = None
        because = "Heartbeats of nodes arrive again."
        return [ChangeRow("Cluster", self._slug, "", "unknown", "healthy", because, round(now + offset, 1))]

    # --- attention ------------------------------------------------------------------------------------------------------------

    def _attend(self, now: Mono, offset: float) -> list[AttentionRow]:
        entries = attention.group(self._nodes.troubles(), self._bounds)
        for kind, memory in self._memories.items():
            state, _ = shown_state(memory)
            if kind in AGENTS or state not in (State.DOWN, State.DEGRADED):
                continue
            entries.append(attention.Entry(f"component:{kind}", "Component", kind, kind, state, memory.shown.because, memory.since))
        scene, silence = self._scene, self._observer.silence
        if silence.suspicion:
            count = len(self._nodes.states)
            since = silence.since if silence.since is not None else now
            because = f"No heartbeat of any node arrives. {silence.suspicion}"
            title = f"{plural(count, 'node')} silent together"
            entries.append(attention.Entry("cluster:silence", "Cluster", self._slug, title, State.UNKNOWN, because, since, count))
        server = self._memories.get("kube-apiserver")
        if (
            scene is not None
            and scene.unreachable
            and not scene.waiting
            and server is not None
            and shown_state(server)[0] is State.UNKNOWN
        ):
            since = scene.unreachable_since if scene.unreachable_since is not None else now
            title = "the cluster cannot be seen"
            entries.append(attention.Entry("cluster:unseen", "Cluster", self._slug, title, State.UNKNOWN, scene.unreachable, since))
        return [attention_row(one, offset) for one in attention.order(entries)]
