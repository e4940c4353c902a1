"""The shape of JSON: which keys are at which path, and of what type the leaves; to hold the demo against a real server."""

from collections import defaultdict
from dataclasses import dataclass, field

#: Objects whose keys are data, not structure.
MAPS = {
    "labels", "annotations", "matchLabels", "data", "capacity", "allocatable", "fieldsV1", "usage", "limits", "requests",
    "selector", "matchExpressions", "features",
}  # fmt: skip


@dataclass
class Shape:
    """What was seen at one path: keys in every instance, keys in any, and types of leaves."""

    seen: int = 0
    always: set[str] = field(default_factory=set)
    ever: set[str] = field(default_factory=set)
    types: set[str] = field(default_factory=set)


def shapes(*values: object) -> dict[str, Shape]:
    """By path, e.g. "items[].spec.containers[]"."""
    found: dict[str, Shape] = defaultdict(Shape)
    for value in values:
        _visit("", value, found)
    return found


def _visit(path: str, value: object, found: dict[str, Shape]) -> None:
    shape = found[path]
    if isinstance(value, dict):
        shape.types.add("object")
        if path.rsplit(".", 1)[-1] in MAPS:
            return
        keys = set(value)
        shape.always = keys if shape.seen == 0 else shape.always & keys
        shape.ever |= keys
        shape.seen += 1
        for key, member in value.items():
            _visit(f"{path}.{key}" if path else key, member, found)
    elif isinstance(value, list):
        shape.types.add("array")
        for member in value:
            _visit(f"{path}[]", member, found)
    else:
        shape.types.add(type(value).__name__)


def differences(real: dict[str, Shape], demo: dict[str, Shape], missing: set[str], extra: set[str]) -> list[str]:
    """How the demo's answer differs in shape. `missing` and `extra` are keys, as "path.key", that one may lack or add."""
    wrong = []
    for path, shape in demo.items():
        if path not in real:
            continue  # a key that was named as extra at its parent already
        known = real[path]
        for key in sorted(known.always - shape.always if shape.seen else set()):
            if not _tolerated(path, key, missing):
                wrong.append(f"{path or '(top)'} lacks {key}")
        for key in sorted(shape.ever - known.ever if known.seen else set()):
            if not _tolerated(path, key, extra):
                wrong.append(f"{path or '(top)'} has {key}, which the real one has not")
        if not shape.types <= known.types | {"NoneType"}:
            wrong.append(f"{path or '(top)'} is {shape.types}, really {known.types}")
    return wrong


def _tolerated(path: str, key: str, names: set[str]) -> bool:
    full = f"{path}.{key}"
    return any(full == name or full.endswith(f".{name}") for name in names)
