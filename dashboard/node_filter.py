"""What is typed to find nodes: the language of the picture (static/js/filter.js; both are held to tests/js/filters.json).

Every word must match: in the name, the zone, the pool, the instance type, a version, the role, or as the beginning of a state.
"zone:b" looks in one place only, "-" before a word turns it round, "not-healthy" is whatever needs somebody.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from planes.live.wire import NodeCells

Test = Callable[[NodeCells], bool]

_PLACED = re.compile(r"([a-z-]+):(.*)", re.DOTALL)
_UNFINISHED = re.compile(r"[a-z-]+:")
#: Columns of text, by the names that people give them.
_PLACES: dict[str, tuple[str, ...]] = {
    "name": ("name",),
    "node": ("name",),
    "zone": ("zone",),
    "pool": ("pool",),
    "type": ("instance_type",),
    "version": ("version", "runtime_version"),
}
_ANYWHERE = ("name", "zone", "pool", "instance_type", "version", "runtime_version")
#: Columns of states.
_STATES = {
    "state": "state",
    "kubelet": "kubelet",
    "proxy": "kube_proxy",
    "kube-proxy": "kube_proxy",
    "runtime": "container_runtime",
}
_SICK = ("not-healthy", "nothealthy", "unhealthy", "sick")
#: What needs nobody.
_WELL = ("healthy", "not_observable", "leaving", "joining")
#: More words than anybody types.
_WORDS = 50


@dataclass(frozen=True, slots=True)
class NodeFilter:
    """`labels` are those that are asked for, as "key" or "key=beginning of a value"."""

    words: tuple[str, ...]
    labels: tuple[str, ...]

    def test(self, labelled: Mapping[str, Collection[str]]) -> Test:
        """Whether a node is meant. `labelled`: by what was asked, the names of the nodes that carry it."""
        tests = [_turned(word, labelled) for word in self.words]
        return lambda cells: all(test(cells) for test in tests)


def node_filter(query: str) -> NodeFilter:
    """Of what was typed. A place without a text says nothing yet: it is still being typed."""
    words, labels = [], []
    for word in query.lower().split()[:_WORDS]:
        plain = word[1:] if word.startswith("-") and len(word) > 1 else word
        if plain == "-" or _UNFINISHED.fullmatch(plain):
            continue
        words.append(word)
        if plain.startswith("label:"):
            labels.append(plain.removeprefix("label:"))
    return NodeFilter(tuple(words), tuple(labels))


def _turned(word: str, labelled: Mapping[str, Collection[str]]) -> Test:
    if word.startswith("-") and len(word) > 1:
        test = _test(word[1:], labelled)
        return lambda cells: not test(cells)
    return _test(word, labelled)


def _test(word: str, labelled: Mapping[str, Collection[str]]) -> Test:
    match = _PLACED.fullmatch(word)
    place, text = (match[1], match[2]) if match else ("", "")
    if place == "label":
        names = labelled.get(text, ())
        return lambda cells: cells.name in names
    if columns := _PLACES.get(place):
        return lambda cells: _within(cells, columns, text)
    if column := _STATES.get(place):
        return lambda cells: (
            _in_state(getattr(cells, column), text) or (place == "runtime" and _within(cells, ("runtime_version",), text))
        )
    if place == "role":
        return lambda cells: _in_role(cells, text)
    return lambda cells: _within(cells, _ANYWHERE, word) or _in_state(cells.state, word) or _in_role(cells, word)


def _within(cells: NodeCells, columns: tuple[str, ...], text: str) -> bool:
    return any(text in getattr(cells, column).lower() for column in columns)


def _in_state(state: str, text: str) -> bool:
    if text in _SICK:
        return state not in _WELL
    return state.replace("_", "-").startswith(text) or state.startswith(text)


def _in_role(cells: NodeCells, text: str) -> bool:
    return role_of(cells).replace(" ", "-").startswith(text) or (text == "cordoned" and cells.cordoned)


def role_of(cells: NodeCells) -> str:
    """As it is read."""
    return "control plane" if cells.control_plane else "worker"
