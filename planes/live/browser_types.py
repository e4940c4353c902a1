"""The wire's declarations as the browser's types: writes static/js/wire-types.js, which tsc then holds every page's script to.

    python -m planes.live.browser_types

A struct becomes a typedef of its name. What is left out where it has its default may be missing; all else always comes, as null if
need be. Structs that are arrays on the wire become tuples whose places bear the fields' names.
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import inspect

from planes.live import wire

PATH = Path(__file__).resolve().parents[2] / "static" / "js" / "wire-types.js"

_WIDTH = 132

#: What is asked for by HTTP, and what comes over WebSockets.
_ROOTS = (wire.Message, wire.Snapshot, wire.NodeReport)

_HEAD = """\
/**
 * What comes over the wire. Made from the declarations in planes/live/wire.py and planes/structs/rows.py by
 * `python -m planes.live.browser_types`: change those, not this. Times are epoch seconds of the server's clock; texts may hold time
 * tokens (ages.js).
 *
"""

_SIMPLE = {
    inspect.AnyType: "unknown",
    inspect.NoneType: "null",
    inspect.BoolType: "boolean",
    inspect.IntType: "number",
    inspect.FloatType: "number",
    inspect.StrType: "string",
}


class NoCounterpartError(TypeError):
    """A message holds what has no name in the browser."""


class Writer:
    """Names each struct once, those that others are made of first."""

    def __init__(self) -> None:
        self.typedefs: dict[str, str] = {}
        self._node = inspect.type_info(wire.NodeValues)

    def said(self, kind: inspect.Type) -> str:
        """A type in TypeScript's words."""
        if kind == self._node:
            return self._named("NodeValues", f"[{', '.join(self._places(kind))}]")
        match kind:
            case inspect.Metadata():
                return self.said(kind.type)
            case inspect.UnionType():
                return " | ".join(dict.fromkeys(map(self.said, kind.types)))
            case inspect.ListType() | inspect.VarTupleType():
                item = self.said(kind.item_type)
                return f"({item})[]" if " | " in item else f"{item}[]"
            case inspect.TupleType():
                return f"[{', '.join(map(self.said, kind.item_types))}]"
            case inspect.DictType():
                return f"Record<{self.said(kind.key_type)}, {self.said(kind.value_type)}>"
            case inspect.LiteralType():
                return " | ".join(msgspec.json.encode(value).decode() for value in kind.values)
            case inspect.StructType():
                return self._named(kind.cls.__name__, self._struct(kind))
        if type(kind) not in _SIMPLE:
            raise NoCounterpartError(f"{kind} has no counterpart in the browser.")
        return _SIMPLE[type(kind)]

    def _places(self, kind: inspect.Type) -> Iterator[str]:
        assert isinstance(kind, inspect.TupleType)
        for name, item in zip(wire.NODE_COLUMNS, kind.item_types, strict=True):
            yield f"{name}: {self.said(item)}"

    def _struct(self, kind: inspect.StructType) -> str:
        if kind.array_like:
            return f"[{', '.join(f'{field.encode_name}: {self.said(field.type)}' for field in kind.fields)}]"
        omits = kind.cls.__struct_config__.omit_defaults
        fields = [f'{kind.tag_field}: "{kind.tag}"'] if kind.tag_field else []
        fields += [
            f"{field.encode_name}{'?' if omits and not field.required else ''}: {self.said(field.type)}" for field in kind.fields
        ]
        return f"{{ {', '.join(fields)} }}"

    def _named(self, name: str, said: str) -> str:
        if self.typedefs.setdefault(name, said) != said:
            raise NoCounterpartError(f"There are two types {name}.")
        return name


def browser_types() -> str:
    """The text of static/js/wire-types.js."""
    writer = Writer()
    message, *_ = [writer.said(root) for root in inspect.multi_type_info(_ROOTS)]
    typedefs = {**writer.typedefs, "Message": message}
    return _HEAD + "".join(map(_typedef, typedefs, typedefs.values())) + " */\n\nexport {};\n"


def _typedef(name: str, said: str) -> str:
    """One typedef, broken between its parts where it is longer than a line."""
    lines, line = [], f" * @typedef {{{said}}} {name}"
    while len(line) > _WIDTH:
        # At a comma; a union alone has none.
        at = line.rfind(", ", 0, _WIDTH) if ", " in line else line.rfind(" |", 0, _WIDTH)
        lines.append(line[: at + 1].rstrip())
        line = f" *   {line[at + 1 :].lstrip()}"
    return "".join(f"{part}\n" for part in (*lines, line))


if __name__ == "__main__":
    PATH.write_text(browser_types(), encoding="utf-8")
