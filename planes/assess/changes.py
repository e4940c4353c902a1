"""Announced changes as rows: those of one cause and moment are tied together, and what concerns all nodes is told once.

What is told of a change was true when it was announced: its ages are written out, and do not run on."""

from collections.abc import Iterable

from planes.assess.node_states import AgentChange
from planes.components.said import TOGETHER
from planes.structs.moments import Epoch, Mono
from planes.structs.observations import DisruptionSeen
from planes.structs.rows import ChangeRow
from planes.structs.time_tokens import lasting_since, render
from planes.structs.verdicts import State

#: Changes of one cause within so many seconds belong together.
_TOGETHER = 60.0


def led_of(because: str, offset: float, at: float) -> Epoch | None:
    """Since when it had been so that is told of a change at `at` (epoch seconds), by the moment that its words hold; None: they
    hold none, or no earlier one. `offset` leads from our monotonic to epoch seconds."""
    since = lasting_since(because)
    return Epoch(round(since + offset, 1)) if since is not None and since + offset < at else None


class Changes:
    """Tells changes of one cluster; `slug` names it in those that concern all of it."""

    def __init__(self, slug: str) -> None:
        self._slug = slug
        self._groups: dict[str, tuple[str, Mono]] = {}
        self._silence_since: Mono | None = None

    def of_agents(self, told: Iterable[AgentChange], now: Mono, offset: float) -> list[ChangeRow]:
        """Announced changes of nodes' agents, those of one cause and moment tied together."""
        made: list[ChangeRow] = []
        for one in sorted(told, key=lambda change: (change.since, change.node, change.agent)):
            group = self._group(one, now, offset)
            at = round(one.since + offset, 1)
            made.append(
                ChangeRow(
                    subject_kind="Node",
                    subject=one.node,
                    agent=one.agent,
                    before=one.before,
                    after=one.after,
                    because=render(one.because, now),
                    at=Epoch(at),
                    group=group,
                    led=led_of(one.because, offset, at),
                )
            )
        return made

    def _group(self, one: AgentChange, now: Mono, offset: float) -> str:
        key = f"{one.agent}:{one.cause or 'recovered'}:{one.after.value}"
        name, last = self._groups.get(key, ("", 0.0))
        if not name or now - last > _TOGETHER:
            name = f"{key}:{one.since + offset:.0f}"
        self._groups[key] = (name, now)
        return name

    def of_disruption(self, disruption: DisruptionSeen, now: Mono, offset: float) -> list[ChangeRow]:
        """That all nodes fell silent together, and that it is over, is told once and not by each of them."""
        if bool(disruption.suspicion) == (self._silence_since is not None):
            return []
        if disruption.suspicion:
            self._silence_since, told = now, render(disruption.suspicion, now)
            led = led_of(disruption.suspicion, offset, now + offset)
            return [self._of_all("healthy", "unknown", f"{TOGETHER} {told}", now + offset, led)]
        self._silence_since = None
        return [self._of_all("unknown", "healthy", "Heartbeats from nodes arrive again.", now + offset)]

    def _of_all(self, before: str, after: str, because: str, at: float, led: Epoch | None = None) -> ChangeRow:
        return ChangeRow(
            subject_kind="Cluster",
            subject=self._slug,
            agent="",
            before=State(before),
            after=State(after),
            because=because,
            at=Epoch(round(at, 1)),
            led=led,
        )
