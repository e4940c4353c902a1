"""Label and field selectors, as far as a collector uses them: equality, inequality, sets and existence."""

import re
from collections.abc import Callable

from planes.demo.store import Record

Match = Callable[[Record], bool]

_SET = re.compile(r"^\s*(\S+)\s+(in|notin)\s+\(([^)]*)\)\s*$")


class SelectorError(ValueError):
    """The selector cannot be read, or names a field that this kind does not select by."""


def matcher(labels: str, fields: str, known_fields: Callable[[Record, str], str | None]) -> Match | None:
    """What both selectors together let through; None if they let everything through."""
    tests = [_label(part) for part in _split(labels)] + [_field(part, known_fields) for part in _split(fields)]
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


def _field(part: str, known_fields: Callable[[Record, str], str | None]) -> Match:
    unequal = "!=" in part
    path, sign, value = (word.strip() for word in part.replace("==", "=").partition("!=" if unequal else "="))
    if not sign:
        raise SelectorError(f"invalid selector: '{part}'; can't understand '{part}'")

    def test(record: Record) -> bool:
        found = known_fields(record, path)
        if found is None:
            raise SelectorError(f"field label not supported: {path}")
        return (found == value) != unequal

    return test


def field_of(record: Record, path: str) -> str | None:
    if path == "metadata.name":
        return record.name
    if path == "metadata.namespace":
        return record.namespace
    return record.field(path)
