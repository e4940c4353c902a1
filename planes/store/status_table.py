"""A status as a table for people at a terminal. Pure: a Status in, text out."""

import unicodedata

import msgspec

from planes.components.registry import title_of
from planes.store.status import AttentionStatus, ClusterStatus, ComponentStatus, Status
from planes.structs.time_tokens import duration

#: A shape for each state, as in the picture: said by shape, word and colour.
_SHAPES = {
    "healthy": "●",
    "degraded": "▲",
    "down": "◆",
    "unknown": "◌",
    "not_observable": "○",
    "cordoned": "‖",
    "leaving": "→",
    "joining": "+",
}
_COLOURS = {
    "healthy": "32",
    "degraded": "33",
    "down": "31",
    "unknown": "37",
    "not_observable": "90",
    "cordoned": "35",
    "leaving": "95",
    "joining": "94",
}
#: Nodes that are listed one by one; the rest is a number.
_LISTED = 20


def table(status: Status, now: float, *, colour: bool) -> str:
    """All clusters, one after the other. `now` is epoch seconds; without `colour` there are no escape codes."""
    troubles = [f"Planewatch: {clean(one)}" for one in status.troubles]
    return "\n\n".join(["\n".join(troubles)] * bool(troubles) + [_cluster(cluster, now, colour) for cluster in status.clusters])


def _cluster(cluster: ClusterStatus, now: float, colour: bool) -> str:
    about = [cluster.version, cluster.distribution, cluster.server]
    age = f"collected {duration(cluster.age_s)} ago" if cluster.age_s is not None else "" if cluster.late else "never collected"
    lines = [" · ".join(clean(part) for part in (f"{cluster.name} ({cluster.slug})", *about, age) if part)]
    if cluster.late:
        lines.append(f"  {_state('unknown', colour)}  Not live: {clean(cluster.late)}")
    for name, title in (("control", "Control plane"), ("data", "Data plane")):
        plane = cluster.planes[name]
        lines += ["", f"  {_state(plane.state, colour)}  {title}: {clean(plane.because)}"]
        lines += [_component(one, now, colour) for one in cluster.components if one.plane == name]
    addons = [one for one in cluster.components if one.plane not in cluster.planes]
    if addons:
        lines += ["", "  Add-ons", *(_component(one, now, colour) for one in addons)]
    counts = ", ".join(f"{count} {_word(state)}" for state, count in cluster.nodes.by_state.items())
    lines += ["", f"  Nodes: {cluster.nodes.total}" + (f" ({counts})" if counts else "")]
    lines += [_node(one, now, colour) for one in cluster.attention[:_LISTED]]
    if len(cluster.attention) > _LISTED:
        lines.append(f"    and {len(cluster.attention) - _LISTED} more that are not healthy; --json has them all.")
    if cluster.missing:
        lines += ["", *(f"  Missing: {clean(one)}" for one in cluster.missing)]
    return "\n".join(lines)


def _component(one: ComponentStatus, now: float, colour: bool) -> str:
    return f"    {_state(one.state, colour)}  {clean(title_of(one.kind)):<26}{duration(now - one.since):>10}  {clean(one.because)}"


def _node(one: AttentionStatus, now: float, colour: bool) -> str:
    agents = ", ".join(f"{title_of(agent)} {_word(state)}" for agent, state in one.agents.items() if state != "healthy")
    said = " · ".join(part for part in (agents, clean(one.because)) if part)
    return f"    {_state(one.state, colour)}  {clean(one.name):<26}{duration(now - one.since):>10}  {said}"


def _state(state: str, colour: bool) -> str:
    text = f"{_SHAPES.get(state, '?')} {_word(state):<14}"
    return f"\x1b[{_COLOURS.get(state, '0')}m{text}\x1b[0m" if colour else text


def _word(state: str) -> str:
    return state.replace("_", " ")


def as_json(status: Status) -> str:
    """All clusters as JSON, with what could drive a terminal or reorder its line escaped: the same JSON to whoever parses it."""
    text = msgspec.json.encode(status).decode()
    return "".join(_escaped(char) if ord(char) > 126 and _is_unseen(char) else char for char in text)


def _escaped(char: str) -> str:
    """As JSON has it: a character beyond U+FFFF is two."""
    units = char.encode("utf-16-be")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))


def clean(text: str) -> str:
    """What a cluster says may hold anything; a terminal gets no control characters from it."""
    return "".join(" " if _is_unseen(char) else char for char in text)


def _is_unseen(char: str) -> bool:
    """Control and format characters (bidirectional ones among them), surrogates, and the separators that begin another line."""
    return unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
