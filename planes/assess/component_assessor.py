"""Judging components: when something was told that may change one, else about once a second, for a bound may have passed."""

from collections import Counter
from dataclasses import replace
from math import inf

from planes.assess import hysteresis, rollup
from planes.assess.changes import led_of
from planes.assess.node_assessor import NodeAssessor
from planes.assess.node_states import ELSEWHERE, why_last_known
from planes.assess.rows import because_of, component_row, instances_of
from planes.components.registry import AGENT_KINDS, COMPONENTS, rank
from planes.components.said import NO_NODES
from planes.components.spec import Plane
from planes.components.verdict_builder import Judged, away_verdict, feed_gap, harm
from planes.components.view import ClusterView
from planes.structs.moments import Epoch, Mono
from planes.structs.observations import NodeScene
from planes.structs.rows import ChangeRow, ComponentRow
from planes.structs.thresholds import Thresholds
from planes.structs.time_tokens import render
from planes.structs.verdicts import Evidence, State, Verdict

#: Components are judged no more seldom than this, in seconds.
_JUDGED = 0.9


class ComponentAssessor:
    """All components of one cluster, roll-ups of the agents among them.

    `restored` are the rows that were stored before a restart. Who assesses sets `stirred` when something was told that may change a
    component at once, and `settled` once a full frame was sent: before that they are judged in every frame.
    """

    def __init__(self, view: ClusterView, nodes: NodeAssessor, thresholds: Thresholds) -> None:
        self._view = view
        self._nodes = nodes
        self._thresholds = thresholds
        self.memories: dict[str, hysteresis.Memory] = {}
        self.rows: dict[str, ComponentRow] = {}
        self.restored: dict[str, ComponentRow] = {}
        self.seen_at: Epoch | None = None  # until when `restored` was known to hold
        self.reasons: dict[str, str] = {}  # by kind, for which cause it was announced as bad, and was before a restart
        self.stirred = True
        self.settled = False
        self._causes: dict[str, str] = {}
        self._rollups: dict[str, Judged] = {}
        self._judged_at: Mono | None = None
        self._next: Mono | None = None  # the first bound that passes by itself
        self._disruption = ("", "")

    def _judge_all(self, scene: NodeScene, now: Mono, anew: bool) -> dict[str, tuple[str, Judged]]:
        """Every component that is shown in this cluster: its plane, and what is said of it."""
        if self._nodes.counts_changed or anew or not self._rollups:
            for index, kind in enumerate(AGENT_KINDS):
                self._rollups[kind] = Judged(verdict=self._rollup(index, kind, scene, now))
        made = {kind: (Plane.DATA.value, self._rollups[kind]) for kind in AGENT_KINDS}
        for one in COMPONENTS:
            judged = one.look(self._view, now, self._thresholds)
            if judged is not None:
                made[one.kind] = (one.plane.value, judged)
        return dict(sorted(made.items(), key=lambda item: rank(item[0])))

    def _rollup(self, index: int, kind: str, scene: NodeScene, now: Mono) -> Verdict:
        counts, zones, sample = self._nodes.counts(index)
        if self._nodes.last_known:
            counts = Counter({State.UNKNOWN: len(self._nodes.last_known)})
            sample = {State.UNKNOWN: why_last_known(scene)}
        if not counts:
            return self.without_nodes(kind, scene, now)
        verdict = rollup.agents(kind, counts, zones, sample, self._thresholds, now, self._nodes.held(index))
        if scene.unreachable and verdict.state is State.UNKNOWN:
            return Verdict(
                state=State.UNKNOWN,
                because=scene.unreachable,
                evidence=verdict.evidence,
                line=verdict.line,
                cause="unreachable",
                waiting=scene.waiting,
            )
        return replace(verdict, ripe=Mono(inf)) if self._nodes.is_unripe(index) else verdict

    def without_nodes(self, kind: str, scene: NodeScene, now: Mono) -> Verdict:
        """No node is known: there are none, or they cannot be seen."""
        if scene.unreachable:
            return away_verdict((scene.unreachable, scene.unreachable_since, scene.waiting))
        gap = feed_gap(scene.nodes, "nodes", "readable", now, self._thresholds)
        if gap is not None:
            waiting = gap.state is State.UNKNOWN and scene.nodes.fault is None
            return Verdict(
                state=gap.state, because=f"Nodes cannot be read: {gap.now}.", evidence=(gap,), cause="hidden", waiting=waiting
            )
        line = Evidence(kind, "no nodes", "nodes", State.NOT_OBSERVABLE, "nodes", now)
        return Verdict(state=State.NOT_OBSERVABLE, because=NO_NODES, evidence=(line,), line="no nodes", cause="hidden")

    def judge(
        self, scene: NodeScene, anew: bool, now: Mono, offset: float
    ) -> tuple[list[ComponentRow], list[str], list[ChangeRow]]:
        """Judge them all, if anything was told that may change one of them, else about once a second. Rows that changed, kinds that
        are gone, and changes to announce. `anew`: the scene is another."""
        if not self._is_due(now, anew):
            return [], [], []
        judged = self._judge_all(scene, now, anew)
        changed: list[ComponentRow] = []
        changes: list[ChangeRow] = []
        for kind, (plane, one) in judged.items():
            memory = self.memories.get(kind)
            if memory is None:
                memory = self._begin(kind, one.verdict, now, offset)
            else:
                self._step(kind, plane, memory, one.verdict, now, offset, changes)
            before = self.rows.get(kind)
            instances = instances_of(one, before if before is not None else self.restored.get(kind))
            row = component_row(kind, plane, memory, one.verdict, instances, one.facts, offset, before)
            if row is not before:
                self.rows[kind] = row
                changed.append(row)
        self._next = self._first_bound([one.verdict for _, one in judged.values()], now)
        gone = [kind for kind in self.rows if kind not in judged]
        for kind in gone:
            del self.rows[kind], self.memories[kind]
        self.rows = dict(sorted(self.rows.items(), key=lambda item: rank(item[0])))
        self.reasons = {kind: memory.reasons[-1] for kind, memory in self.memories.items() if memory.reasons}
        return changed, gone, changes

    def held(self) -> frozenset[str]:
        """Those that are better by now than they are shown."""
        return frozenset(kind for kind, memory in self.memories.items() if memory.held)

    def coming(self) -> frozenset[str]:
        """Those that are worse by now than they are shown."""
        return frozenset(kind for kind, memory in self.memories.items() if memory.coming)

    def is_unripe(self) -> bool:
        """Whether one of the control plane was degraded or down before a restart, and is not known since."""
        return any(self.memories[kind].awaits_worse for kind, row in self.rows.items() if row.plane == Plane.CONTROL.value)

    def by_harm(self) -> list[ComponentRow]:
        """All rows, those first whose cause does the most harm now."""
        return sorted(self.rows.values(), key=lambda row: harm(self.memories[row.kind].shown.cause))

    def _is_due(self, now: Mono, anew: bool) -> bool:
        """Whether they are to be judged in this frame: what is told again and again changes nothing of them at once."""
        disruption = (self._view.disruption.suspicion, self._view.disruption.blocked)
        passed = self._next is not None and now >= self._next
        calm = self._judged_at is not None and now - self._judged_at < _JUDGED and disruption == self._disruption and not passed
        if calm and self.settled and not (anew or self.stirred or self._nodes.counts_changed or self._nodes.last_known):
            return False
        self._judged_at, self._disruption, self.stirred = now, disruption, False
        return True

    def _first_bound(self, verdicts: list[Verdict], now: Mono) -> Mono | None:
        """When a verdict or what is held back of one may turn by the passing of time alone."""
        dues = [one.due for one in verdicts] + [hysteresis.due(memory) for memory in self.memories.values()]
        return min((due for due in dues if due is not None and due > now), default=None)

    def _begin(self, kind: str, verdict: Verdict, now: Mono, offset: float) -> hysteresis.Memory:
        old = self.restored.get(kind)
        if old is None:
            memory = hysteresis.begin(verdict, now)
            self._causes[kind] = verdict.cause
        else:
            seen_at = None if self.seen_at is None else Mono(self.seen_at - offset)
            last, reason = State(old.last) if old.last else None, self.reasons.get(kind, "")
            memory = hysteresis.restored(old.state, Mono(old.since - offset), last, now, seen_at, reason)
            hysteresis.step(memory, verdict, now, self._thresholds)
        self.memories[kind] = memory
        return memory

    def _step(
        self, kind: str, plane: str, memory: hysteresis.Memory, verdict: Verdict, now: Mono, offset: float, changes: list[ChangeRow]
    ) -> None:
        known = memory.known
        change = hysteresis.step(memory, verdict, now, self._thresholds)
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
        because, at = because_of(memory), round(change.since + offset, 1)
        changes.append(
            ChangeRow(
                subject_kind="Component",
                subject=kind,
                agent="",
                before=before,
                after=change.after,
                because=render(because, now),
                at=Epoch(at),
                about=memory.shown.about,
                led=led_of(because, offset, at),
            )
        )
