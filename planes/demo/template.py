"""JSON with holes: 150,000 pods differ in a dozen values, so their kilobytes of JSON are kept once and filled when asked for.

A template is built from a plain body in which strings mark the holes:

    "web-{{name}}"         text within a string
    "{{!restarts}}"        the whole value, written as it is given: a number, or JSON
    "{{+status}}": None    further members of this object, given as b',"key":value' or as b"" (never the first member)
"""

import re
from typing import Any

import msgspec

#: The content of one Kubernetes object as it goes over the wire.
Body = dict[str, Any]

_HOLE = re.compile(rb'"\{\{!(\w+)\}\}"|,"\{\{\+(\w+)\}\}":null|\{\{(\w+)\}\}')


class Template:
    """A body encoded once, to be filled many times."""

    __slots__ = ("_format", "_order")

    def __init__(self, body: Body) -> None:
        order: list[str] = []

        def hole(match: "re.Match[bytes]") -> bytes:
            order.append((match[1] or match[2] or match[3]).decode())
            return b"%b"

        text = msgspec.json.encode(body).replace(b"%", b"%%")
        self._format = _HOLE.sub(hole, text)
        self._order = tuple(order)

    def fill(self, values: dict[str, bytes]) -> bytes:
        """The JSON with every hole filled; a value that is missing is a KeyError."""
        return self._format % tuple([values[name] for name in self._order])


def managed_fields(manager: str, api_version: str, body: Body, when: str, subresource: str = "") -> Body:
    """An entry of metadata.managedFields that owns everything in `body`, as server-side tracking writes it."""
    entry: Body = {
        "manager": manager,
        "operation": "Update",
        "apiVersion": api_version,
        "time": when,
        "fieldsType": "FieldsV1",
        "fieldsV1": _owned(body),
    }
    if subresource:
        entry["subresource"] = subresource
    return entry


def _owned(value: object) -> Body:
    if isinstance(value, dict):
        return {f"f:{key}": _owned(member) for key, member in value.items() if "{{" not in key}
    if isinstance(value, list) and value and all(isinstance(item, dict) and ("type" in item or "name" in item) for item in value):
        owned: Body = {}
        for item in value:
            by = "type" if "type" in item else "name"
            owned[f'k:{{"{by}":"{item[by]}"}}'] = {".": {}, **_owned(item)}
        return owned
    return {}


def uid(serial: int) -> str:
    """A UUID that looks random and is always the same for the same serial number."""
    mixed = (serial * 0x9E3779B97F4A7C15F39CC0605CEDC835 + 0x2545F4914F6CDD1D94D049BB133111EB) & ((1 << 128) - 1)
    mixed ^= mixed >> 61
    digits = f"{mixed:032x}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-9{digits[17:20]}-{digits[20:]}"
