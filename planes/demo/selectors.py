"""Label and field selectors, as far as a collector uses them: equality, inequality, sets and existence."""

import re
from collections.abc import Callable

from planes.demo.store import Record

Match = Callable[[Record], bool]

_SET = re.compile(r"^\s*(\S+)\s+(in|notin)\s+\(([^)]*)\)\s*$")


#: What each kind can be selected by besides its name and namespace.
FIELDS = {
    "pods": {"spec.nodeName", "status.phase"},
    "nodes": {"spec.unschedulable"},
    "events": {
        *(f"involvedObject.{name}" for name in ("kind", "namespace", "name", "uid", "apiVersion", "fieldPath")),
        "reason",
        "type",
        "source",
        "reportingComponent",
    },
}


class SelectorError(ValueError):
    """The selector cannot be read, or names a field that this kind does not select by."""


def matcher(plural: str, labels: str, fields: str) -> Match | None:
    """What both selectors together let through of a kind; None if they let everything through. Raises SelectorError."""
    tests = [_label(part) for part in _split(labels)] + [_field(plural, part) for part in _split(fields)]
    if not tests:
        return None
    return lambda record: all(test(record) for test in tests)


def _split(selector: str) -> list[str]:
    return [part for part in re.split(r",(?![^(]*\))", selector) if part.strip()]


def _label(part: str) -> Match:
    found = _SET.match(part)
    if found:
        key, values = found[1], {value.strip() for value in found[3].split(",")}
        if found[2] == "in":
            return lambda record: record.labels().get(key) in values
        return lambda record: record.labels().get(key) not in values
    if "!=" in part:
        key, _, value = (word.strip() for word in part.partition("!="))
        return lambda record: record.labels().get(key) != value
    if "=" in part:
        key, _, value = (word.strip() for word in part.replace("==", "=").partition("="))
        return lambda record: record.labels().get(key) == value
    key = part.strip()
    if key.startswith("!"):
        return lambda record: key[1:] not in record.labels()
    return lambda record: key in record.labels()


def _field(plural: str, part: str) -> Match:
    unequal = "!=" in part
    path, sign, value = (word.strip() for word in part.replace("==", "=").partition("!=" if unequal else "="))
    if not sign:
        raise SelectorError(f"invalid selector: '{part}'; can't understand '{part}'")
    if path not in {"metadata.name", "metadata.namespace"} | FIELDS.get(plural, set()):
        raise SelectorError(f"field label not supported: {path}")
    return lambda record: (_value(record, path) == value) != unequal


def _value(record: Record, path: str) -> str | None:
    if path == "metadata.name":
        return record.name
    return record.namespace if path == "metadata.namespace" else record.field(path)
