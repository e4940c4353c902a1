"""docs/signals.md, made of the declarations beside this module: what each state rests on, with every bound."""

from collections.abc import Iterable, Iterator

from planes.components import distribution
from planes.components.registry import KINDS
from planes.components.spec import Kind, Signal
from planes.structs import rights, thresholds

_BEGIN = """# Signals

What each component is judged by. This file is written by `manage.py signals --write` from the declarations that the rules use \
themselves; change those, not this.

A state is never more than its evidence. Each page of a component or node shows the lines that its state rests on: the signal, \
what it is now, what it should be, who told it, and how long ago. The worst line decides; a line that cannot be had never counts \
against a component.

| state | means |
| --- | --- |
| healthy | fresh evidence says that it works |
| degraded | it works with a fault, or will not for much longer |
| down | it does not do its work |
| unknown | it could be seen and cannot be now: the last known state and its age are told |
| not observable | it cannot be seen here: not permitted, not served, or not run as a part of its own. Never red |
| cordoned | a node taken out on purpose. Not unhealthy |
| leaving | a node that is being removed, shut down or repaired, as it said before it fell silent. No action is needed for a while |
| joining | a new node that is not set up yet. No action is needed for a while |

A worse state is announced once it has held for its time, a better one likewise, so that nothing flaps at a bound. What is \
better is said at once, and that its state is held, and until when. Silence is measured on Planewatch's own clock, by when a \
lease was last seen to change: the cluster's clock may be off without changing any state. Time in which Planewatch itself stood \
still counts against nobody. While all nodes are silent at once, what they have in common is suspected, and no single node is \
called down.
"""
_BOUNDS = """
## Bounds

Each is a setting: `PLANEWATCH_BOUND_` and its name in capitals, for example `PLANEWATCH_BOUND_ERROR_RATIO=0.05`. A value beyond \
its range, a name that does not exist and bounds that contradict each other are refused at the start.

| bound | default | unit | range | of | says | source |
| --- | --- | --- | --- | --- | --- | --- |
"""
_HIDDEN = """
## What cannot be seen where

A distribution is named only where something proves it, and nothing is taken to be managed where pods of the control plane \
are seen. Some run a part of the control plane inside another process, or keep it to themselves. It is then *not observable*, and \
never red. What was seen once and then stops is another matter: that is remembered for each cluster.

| distribution | known by | runs its control plane | what would show controller manager and scheduler | \
why no kube-proxy is seen | documented in |
| --- | --- | --- | --- | --- | --- |
"""


def handbook() -> str:
    """The whole document."""
    parts = [_BEGIN, *(_component(one) for one in KINDS), _BOUNDS, *_bounds(), _HIDDEN, *_distributions()]
    return "".join(parts)


def _component(one: Kind) -> str:
    lines = [f"\n## {one.title}", "", "| state | when |", "| --- | --- |"]
    lines += [
        f"| {state} | {_cell(_upper(when))}. |"
        for state, when in (
            ("healthy", one.healthy),
            ("degraded", one.degraded),
            ("down", one.down),
            ("unknown", one.unknown),
            ("not observable", one.hidden),
        )
    ]
    lines += ["", "| signal | what is looked at | what it may turn | bounds | source |", "| --- | --- | --- | --- | --- |"]
    lines += [_signal(signal) for signal in one.signals]
    lacks = list(dict.fromkeys(right.lack() for name in one.rights for right in rights.RIGHTS if right.name == name))
    lines += ["", "What a missing right costs:", "", *(f"- {lack}" for lack in lacks), ""]
    return "\n".join(lines)


def _signal(one: Signal) -> str:
    turns = [
        f"**{state}**: {when}" for state, when in (("degraded", one.degraded), ("down", one.down), ("unknown", one.unknown)) if when
    ]
    found = ", ".join(f"[`{name}`](#bounds)" for name in one.thresholds)
    name = one.name.replace("{", "⟨").replace("}", "⟩")
    return f"| {name} | {_cell(one.says)} | {_cell('; '.join(turns)) or 'nothing'} | {found} | {_cell(one.source)} |"


def _bounds() -> Iterable[str]:
    for one in thresholds.declared():
        values = f"| `{one.name}` | {one.default:g} | {one.unit} | {one.low:g} to {one.high:,g} "
        yield f"{values}| {one.component} | {_cell(_upper(one.says))}. | {one.source} |\n"


def _distributions() -> Iterator[str]:
    for one in distribution.declared():
        marks = "; ".join(f"{mark}" for mark in one.marks)
        marks += f", with {' or '.join(f'{mark}' for mark in one.beside)}" if one.beside else ""
        marks += f", without {' and '.join(f'{mark}' for mark in one.unless)}" if one.unless else ""
        runs = one.elsewhere or "as pods"
        cells = (one.name, marks, runs, one.more, one.proxy, one.source)
        yield f"| {' | '.join(_cell(cell) for cell in cells)} |\n"


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "\\<")
