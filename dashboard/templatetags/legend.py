"""Tags of the legend: the states, and what each means."""

from dataclasses import dataclass

from django import template

from dashboard import presenters
from planes.structs.verdicts import State

register = template.Library()

#: docs/architecture.md, "States".
_MEANS = {
    State.HEALTHY: "every signal we have says so, and is fresh",
    State.DEGRADED: "works, and something needs a person",
    State.DOWN: "does not do its job",
    State.UNKNOWN: "we cannot know now; hatched: the last known state",
    State.NOT_OBSERVABLE: "hidden by the provider, or not permitted",
    State.CORDONED: "taken out on purpose: no new pods",
    State.LEAVING: "a node that is being removed: its silence is expected, for a while",
    State.JOINING: "a new node: not ready yet, for a while",
}


@dataclass(frozen=True, slots=True)
class Explained:
    """A state in the legend. `query` finds its nodes (dashboard/node_filter.py)."""

    state: str
    word: str
    query: str
    means: str


@register.inclusion_tag("parts/legend_states.html")
def legend_states(finds: bool = False) -> dict[str, object]:
    """All states; with `finds` each is a button that shows its nodes in the picture."""
    return {"finds": finds, "states": [_explained(state, means) for state, means in _MEANS.items()]}


def _explained(state: State, means: str) -> Explained:
    return Explained(state.value, presenters.word(state.value), f"state:{state.value.replace('_', '-')}", means)
