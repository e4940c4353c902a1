"""Incidents as pages and reports tell them: titles, steps with their reasons, bars on one axis, figures."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import floor

from dashboard.presenters.change_log import Block, gaps, unwatched_blocks
from dashboard.presenters.history import NOTED_WITHIN
from dashboard.presenters.words import counted, severity
from planes.components.registry import title_of
from planes.store.incidents import Record
from planes.structs.history import Span
from planes.structs.incidents import Incident, Spell, Step
from planes.structs.time_tokens import duration
from planes.structs.verdicts import State

#: Nodes of a step that are named.
NAMED = 3
#: Seconds before an incident whose picture is that of before, and after it; and in which others are told of as near.
BEFORE, AFTER, NEAR = 30.0, 10.0, 1_800.0
#: The figures are of so many seconds, in words: 30 days.
MONTH = 30 * 86_400.0
_VERBS = {State.DEGRADED: "degraded", State.DOWN: "down", State.UNKNOWN: "unknown"}


@dataclass(frozen=True, slots=True)
class StepLine:
    """`number`: 0 of the first. `lasted`: what is known of its length, in words. `node`, `component`: set where it has a page."""

    number: int
    at: float
    what: str
    state: str
    lasted: str
    because: str
    why: str
    control: bool
    node: str
    component: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class IncidentLine:
    """One of a list. `id`, `slug`: of its page. `ended`: epoch seconds; None while it goes on, or without an end on record."""

    id: str
    slug: str
    cluster: str
    title: str
    state: str
    status: str
    goes_on: bool
    began: float
    ended: float | None
    lasted: str
    first: str
    nodes: int


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture of the cluster at a moment, epoch seconds."""

    when: str
    at: float


def line(one: Incident, record: Record, now: float) -> IncidentLine:
    """`now`: epoch seconds."""
    return IncidentLine(
        id=one.id,
        slug=record.slug,
        cluster=record.cluster,
        title=title(one),
        state=one.worst.value,
        status=status(one),
        goes_on=one.goes_on,
        began=one.began,
        ended=one.ended,
        lasted=lasted(one.began, one.ended, now, goes_on=one.goes_on),
        first=who(one.steps[0]),
        nodes=len(one.nodes),
    )


def title(one: Incident) -> str:
    """ "etcd was degraded, and 3 things followed"; of one that goes on, in the present. Where one webhook or API service was all
    that was wrong with the first: "kube-apiserver was degraded by webhook policy.example.org"."""
    first = one.steps[0]
    verb = ("are" if first.goes_on else "were") if len(first.spells) > 1 else ("is" if first.goes_on else "was")
    more = len(one.steps) - 1
    rest = "" if not more else ", and one thing followed" if more == 1 else f", and {more} things followed"
    by = f" by {first.about}" if first.about else ""
    return f"{who(first)} {verb} {_VERBS[first.worst]}{by}{rest}"


def status(one: Incident) -> str:
    """Open, closed, or that no end is on record."""
    return "open" if one.goes_on else "closed" if one.ended is not None else "over; its end is not on record"


def who(step: Step) -> str:
    """The subject of a step, or how many there are."""
    kind, subject, agent = step.spells[0].subject
    if kind == "Cluster":
        return "heartbeats of all nodes"
    if kind != "Node":
        return title_of(subject)
    nodes = list(dict.fromkeys(spell.subject[1] for spell in step.spells))
    return f"{title_of(agent)} of {nodes[0]}" if len(nodes) == 1 else f"{title_of(agent)} of {counted(len(nodes), 'node')}"


def named(step: Step) -> str:
    """The nodes of a step with several, the first by name."""
    nodes = list(dict.fromkeys(spell.subject[1] for spell in step.spells))
    if step.spells[0].subject[0] != "Node" or len(nodes) < 2:
        return ""
    more = len(nodes) - NAMED
    return ", ".join(nodes[:NAMED]) + (f" and {more:,} more" if more > 0 else "")


def lasted(began: float, ended: float | None, now: float, *, goes_on: bool) -> str:
    """How long something took, as far as that is on record."""
    if goes_on:
        return f"{duration(now - began)} so far"
    return "not on record" if ended is None else duration(ended - began)


def steps(one: Incident, began: float, ended: float, now: float) -> list[StepLine]:
    """In order; bars from `began` to `ended`, epoch seconds."""
    return [_step(number, step, one, (began, ended), now) for number, step in enumerate(one.steps)]


def _step(number: int, step: Step, of: Incident, window: tuple[float, float], now: float) -> StepLine:
    kind, subject, _ = step.spells[0].subject
    alone = len({spell.subject[1] for spell in step.spells}) == 1
    said = named(step)
    return StepLine(
        number=number,
        at=step.began,
        what=who(step),
        state=step.worst.value,
        lasted=lasted(step.began, step.ended, now, goes_on=step.goes_on),
        because=f"{step.because} ({said})" if said else step.because,
        why=_why(step, of),
        control=kind != "Node",
        node=subject if kind == "Node" and alone else "",
        component=subject if kind == "Component" else "",
        blocks=tuple(_bars(step, window, now)),
    )


def _why(step: Step, of: Incident) -> str:
    if step.link is None:
        return f"It was first; when it was told, {step.about} was all that was wrong with it." if step.about else "It was first."
    before = of.steps[step.link.to]
    if step.link.seconds < 1:
        return f"In the same moment as {who(before)}. {step.link.words}"
    return f"{duration(step.link.seconds)} after {who(before)}. {step.link.words}"


def _bars(step: Step, window: tuple[float, float], now: float) -> Iterable[Block]:
    """The mildest first, so that the worst of several is drawn over them."""
    began, ended = window
    parts: dict[State, list[tuple[float, float]]] = {}
    for spell in step.spells:
        for first, last, state in _stretches(spell, now):
            parts.setdefault(state, []).append((first, last))
    for state in sorted(parts, key=lambda one: severity(one.value)):
        for first, last in _joined(parts[state]):
            left, width = max(first, began), min(last, ended) - max(first, began)
            whole = ended - began
            yield Block(f"{(left - began) / whole:.3%}", "0", f"{max(width / whole, 0.004):.3%}", "100%", state.value)


def _stretches(spell: Spell, now: float) -> Iterable[tuple[float, float, State]]:
    """Of one whose end is not on record, what came before its last change; that change is drawn as a moment."""
    last = spell.turns[-1][0] if spell.turns else spell.began
    end = now if spell.goes_on else last if spell.ended is None else spell.ended
    for place, (at, state) in enumerate(spell.turns):
        yield at, spell.turns[place + 1][0] if place + 1 < len(spell.turns) else end, state


def _joined(parts: list[tuple[float, float]]) -> list[tuple[float, float]]:
    made: list[tuple[float, float]] = []
    for began, ended in sorted(parts):
        if made and began <= made[-1][1]:
            made[-1] = (made[-1][0], max(made[-1][1], ended))
        else:
            made.append((began, ended))
    return made


def window(one: Incident, now: float) -> tuple[float, float]:
    """What the axis shows, epoch seconds: a tenth more on either side; it never goes beyond the present."""
    turns = [at for step in one.steps for spell in step.spells for at, _ in spell.turns]
    ends = [spell.ended for step in one.steps for spell in step.spells if spell.ended is not None]
    last = now if one.goes_on else max([*turns, *ends])
    room = max(30.0, (last - one.began) / 10)
    return one.began - room, min(now, last + room)


def unwatched(spans: Sequence[Span], began: float, ended: float) -> tuple[Block, ...]:
    """What nobody watched of the axis."""
    return tuple(unwatched_blocks([one for one in spans if one.ended >= began], began, ended))


def observed(one: Incident, spans: Sequence[Span], now: float) -> str:
    """The share of its time that was watched, never rounded up; empty where its end is not on record."""
    ended = now if one.goes_on else one.ended
    if ended is None or ended <= one.began:
        return ""
    lost = [(gap.began, gap.ended) for gap in gaps(spans)]
    lost.append((float("-inf"), spans[0].began if spans else float("inf")))
    if spans and now - spans[-1].ended > NOTED_WITHIN:
        lost.append((spans[-1].ended, now))
    share = 1 - sum(max(0.0, min(last, ended) - max(first, one.began)) for first, last in lost) / (ended - one.began)
    return "100 %" if share >= 1 else f"{max(0, floor(share * 1000)) / 10:.1f} %"


def shots(one: Incident, now: float) -> list[Shot]:
    """The moments whose pictures are shown: before, when most of its steps were there at once, after."""
    edges = [step.began for step in one.steps]
    busiest = max(edges, key=lambda at: sum(_there(step, at) for step in one.steps))
    made = [Shot("before", one.began - BEFORE), Shot("during", busiest + 1.0)]
    if not one.goes_on and one.ended is not None and one.ended + AFTER <= now:
        made.append(Shot("after", one.ended + AFTER))
    return [shot for shot in made if shot.at <= now]


def _there(step: Step, at: float) -> int:
    return sum(spell.began <= at and (spell.goes_on or (spell.ended or spell.began) >= at) for spell in step.spells)


def healed_within(found: Sequence[Incident], now: float) -> list[float]:
    """How many seconds those took that began in the last 30 days and have an end on record. `now`: epoch seconds."""
    return [one.ended - one.began for one in found if one.ended is not None and one.began >= now - MONTH]


def mean_to_heal(found: Sequence[Incident], now: float) -> str:
    """Of those that began in the last 30 days and have an end on record; it says of how many."""
    took = healed_within(found, now)
    if not took:
        return "No incident of the last 30 days has an end on record."
    longest = f"; the longest took {duration(max(took))}" if len(took) > 1 else ""
    return (
        f"Mean time to heal in the last 30 days: {duration(sum(took) / len(took))}, of {counted(len(took), 'incident')}{longest}."
    )
