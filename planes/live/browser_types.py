"""The wire's declarations as the browser's types: the text of static/js/wire-types.js, which tsc holds every page's script to.

A struct becomes a typedef of its name. What is left out where it has its default may be missing; all else always comes, as null if
need be. What is an array on the wire becomes a tuple whose places bear the names of the fields or columns.
"""

from collections.abc import Iterable

from msgspec import inspect, json

from planes.live import wire
from planes.structs.rows import SampleRow

_WIDTH = 132

#: What is asked for by HTTP, and what comes over WebSockets.
_ROOTS = (wire.Message, wire.Snapshot, wire.NodeReport)

_HEAD = """\
/**
 * What comes over the wire. Made from the declarations in planes/live/wire.py and planes/structs/rows.py by
 * `manage.py wire_types --write`: change those, not this. Times are epoch seconds of the server's clock; texts may hold time
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

_NODE = inspect.type_info(wire.NodeValues)
_SAMPLE = inspect.type_info(SampleRow)


class NoCounterpartError(TypeError):
    """A message holds what has no name in the browser."""


class Writer:
    """Names each type once, those that others are made of first."""

    def __init__(self) -> None:
        self.typedefs: dict[str, str] = {}

    def said(self, kind: inspect.Type) -> str:
        """A type in TypeScript's words."""
        if isinstance(kind, inspect.TupleType) and kind == _NODE:
            return self._named("NodeValues", self._tuple(zip(wire.NODE_COLUMNS, kind.item_types, strict=True)))
        if isinstance(kind, inspect.VarTupleType) and kind == _SAMPLE:
            # Its time, then a value for each figure of static/js/registry.js.
            return self._named("SampleRow", f"[at: number, ...figures: ({self.said(kind.item_type)})[]]")
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
                return " | ".join(json.encode(value).decode() for value in kind.values)
            case inspect.EnumType():
                return self._named(kind.cls.__name__, " | ".join(json.encode(one.value).decode() for one in kind.cls))
            case inspect.StructType():
                return self._named(kind.cls.__name__, self._struct(kind))
        if type(kind) not in _SIMPLE:
            raise NoCounterpartError(f"{kind} has no counterpart in the browser.")
        return _SIMPLE[type(kind)]

    def _tuple(self, places: Iterable[tuple[str, inspect.Type]]) -> str:
        return f"[{', '.join(f'{name}: {self.said(item)}' for name, item in places)}]"

    def _struct(self, kind: inspect.StructType) -> str:
        if kind.array_like:
            return self._tuple((field.encode_name, field.type) for field in kind.fields)
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
