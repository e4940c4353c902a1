"""Many judged as one: the three agents over all nodes, the data plane, the control plane. Each says the arithmetic."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from planes.components.said import NO_NODES
from planes.structs.moments import Mono
from planes.structs.thresholds import Thresholds
from planes.structs.verdicts import SEVERITY, Evidence, State, Verdict

_WORDS = {State.NOT_OBSERVABLE: "not observable"}

Counts = Mapping[State, int]
#: None of whom is held.
_NONE: Mapping[str, Counts] = {}


def word(state: State) -> str:
    """The state as people read it."""
    return _WORDS.get(state, state.value)


def arithmetic(counts: Counts, what: str, held: Counts | None = None) -> str:
    """ "117 of 120 nodes healthy, 1 degraded, 1 still shown as degraded". `held`: how many of each state are better by now."""
    total, held = sum(counts.values()), held or {}
    parts = [f"{counts.get(State.HEALTHY, 0) + counts.get(State.CORDONED, 0):,} of {total:,} {what} healthy"]
    for state in (State.DEGRADED, State.DOWN, State.UNKNOWN, State.LEAVING, State.JOINING, State.NOT_OBSERVABLE):
        better = held.get(state, 0)
        if counts.get(state, 0) > better:
            parts.append(f"{counts[state] - better:,} {word(state)}")
        if better:
            parts.append(f"{better:,} still shown as {word(state)}")
    return ", ".join(parts)


def whole(counts: Counts, zones: Mapping[str, Counts], thresholds: Thresholds) -> tuple[State, str]:
    """The state of the whole, and the zone that decided it, if one did.

    Down: half of what can be seen is down, or a whole zone is. Unknown: a quarter or more cannot be known and nothing
    is known to be bad. Leaving or joining: half of what can be seen is, for then too little is left to be called healthy.
    """
    seen = sum(number for state, number in counts.items() if state is not State.NOT_OBSERVABLE)
    if not seen:
        return State.NOT_OBSERVABLE, ""
    down, bad = counts.get(State.DOWN, 0), counts.get(State.DOWN, 0) + counts.get(State.DEGRADED, 0)
    unknown = counts.get(State.UNKNOWN, 0)
    if down and down >= thresholds.rollup_down * seen:
        return State.DOWN, ""
    if down and len(zones) > 1:
        for zone, one in sorted(zones.items()):
            if zone and one.get(State.DOWN, 0) == sum(one.values()) >= thresholds.zone_least:
                return State.DOWN, zone
    if bad:
        return State.DEGRADED, ""
    if unknown and unknown >= thresholds.rollup_unknown * seen:
        return State.UNKNOWN, ""
    leaving, joining = counts.get(State.LEAVING, 0), counts.get(State.JOINING, 0)
    if leaving + joining and leaving + joining >= thresholds.rollup_passing * seen:
        return (State.LEAVING if leaving >= joining else State.JOINING), ""
    return State.HEALTHY, ""


def agents(
    kind: str,
    counts: Counts,
    zones: Mapping[str, Counts],
    sample: Mapping[State, str],
    thresholds: Thresholds,
    at: Mono,
    held: Mapping[str, Counts] = _NONE,
) -> Verdict:
    """One of the agents over all nodes. `sample`: one node's reason for each state, which explains the whole when all share it.
    `held`: by zone, how many of each state are better by now than they are shown."""
    total = sum(counts.values())
    should_be = "healthy on every node"
    if not total:
        return Verdict(
            state=State.NOT_OBSERVABLE,
            because=NO_NODES,
            evidence=(Evidence(kind, "no nodes", should_be, State.NOT_OBSERVABLE, "nodes", at),),
        )
    state, zone = whole(counts, zones, thresholds)
    better = _total(held)
    text = arithmetic(counts, "nodes", better)
    evidence = [Evidence(f"{kind} on nodes", text, should_be, state, "all nodes", at)]
    if len(zones) > 1:
        for name, one in sorted(zones.items()):
            alone, _ = whole(one, {}, thresholds)  # by the same arithmetic: one node of ten that is down is no lost zone
            evidence.append(
                Evidence(f"zone {name or 'none'}", arithmetic(one, "nodes", held.get(name)), should_be, alone, "all nodes", at)
            )
    because = text + "."
    if zone:
        because = f"All nodes of zone {zone} are {_down(zones[zone], held.get(zone))}. {because}"
    elif state in (State.UNKNOWN, State.NOT_OBSERVABLE) and counts.get(state, 0) == total:
        because = sample.get(state, because)
    line = f"{counts.get(State.HEALTHY, 0):,} of {total:,} healthy"
    if better:
        line += f", {sum(better.values()):,} held"
    if state is State.NOT_OBSERVABLE:
        line = "not observable"
    return Verdict(state=state, because=because, evidence=tuple(evidence), line=line, cause="nodes")


def _total(held: Mapping[str, Counts]) -> Counter[State]:
    """How many of each state are held, in all zones."""
    total: Counter[State] = Counter()
    for one in held.values():
        total.update(one)
    return total


def _down(zone: Counts, held: Counts | None) -> str:
    """How the nodes of a zone are that are all shown as down."""
    better = held.get(State.DOWN, 0) if held else 0
    if not better:
        return "down"
    return "still shown as down" if better == sum(zone.values()) else "down or still shown as down"


def data_plane(
    counts: Counts,
    zones: Mapping[str, Counts],
    sample: Mapping[State, str],
    thresholds: Thresholds,
    held: Mapping[str, Counts] = _NONE,
) -> tuple[State, str]:
    """The data plane: the nodes as a whole. `held`: by zone, how many of each state are well by now: they need nobody."""
    total = sum(counts.values())
    if not total:
        return State.NOT_OBSERVABLE, NO_NODES
    state, zone = whole(counts, zones, thresholds)
    better = _total(held)
    need = counts.get(State.DOWN, 0) + counts.get(State.DEGRADED, 0) - sum(better.values())
    said = [f"All nodes of zone {zone} are {_down(zones[zone], held.get(zone))}"] if zone else []
    if need:
        said.append(f"{need:,} of {total:,} {'node' if total == 1 else 'nodes'} {'needs' if need == 1 else 'need'} attention")
    if better:
        said.append(_held(better, "" if need else f" of {total:,} {'node' if total == 1 else 'nodes'}"))
    if said:
        return state, "; ".join(said)
    if state in (State.UNKNOWN, State.NOT_OBSERVABLE):
        return state, sample.get(state, arithmetic(counts, "nodes"))
    return state, arithmetic(counts, "nodes")


def _held(better: Counts, of: str) -> str:
    """ "3 of 12 nodes are still shown as down", "1 is still shown as degraded, 2 as down"."""
    found = [(better[state], state) for state in (State.DEGRADED, State.DOWN) if better.get(state)]
    (first, state), *others = found
    text = f"{first:,}{of} {'is' if first == 1 else 'are'} still shown as {word(state)}"
    return ", ".join([text, *(f"{number:,} as {word(one)}" for number, one in others)])


def control_plane(
    components: Sequence[tuple[str, State, str]], held: Collection[str] = (), coming: Collection[str] = ()
) -> tuple[State, str]:
    """The control plane: the worst of its components, each given as (kind, state, because), the most harmful first. All that are
    down or degraded are named, the worst first. `held`: those that are better by now, and are shown so only until that has lasted;
    they are named after the others of their state. `coming`: those that are worse by now, and are not shown so yet."""
    counts = Counter(state for _, state, _ in components)
    bad = sorted(
        (one for one in components if one[1] in (State.DOWN, State.DEGRADED)), key=lambda one: (-SEVERITY[one[1]], one[0] in held)
    )
    if bad:
        return State(bad[0][1]), " · ".join(
            f"{kind} is {'still shown as ' if kind in held else ''}{word(one)}" for kind, one, _ in bad
        )
    if counts.get(State.UNKNOWN):
        found = [(kind, because) for kind, one, because in components if one is State.UNKNOWN]
        return State.UNKNOWN, found[0][1] if len(found) > 1 else f"{found[0][0]} is unknown: {found[0][1]}"
    late = [kind for kind, one, _ in components if one is State.HEALTHY and kind in coming]
    if late:
        return State.HEALTHY, f"still shown as healthy: {', '.join(late)}"
    if counts.get(State.HEALTHY):
        hidden = counts.get(State.NOT_OBSERVABLE, 0)
        return (
            State.HEALTHY,
            "every component is healthy" if not hidden else f"{counts[State.HEALTHY]} healthy, {hidden} not observable",
        )
    return State.NOT_OBSERVABLE, "none of it can be observed"
