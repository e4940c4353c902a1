"""What a package declares, for what holds of all of it: its structs, and what stands where a field of one is left out."""

import dataclasses
import importlib
import pkgutil
from collections.abc import Iterable, Iterator
from types import ModuleType
from typing import Any

import msgspec


def structs_of(module: ModuleType) -> list[Any]:
    """The kinds of msgspec.Struct that a module itself declares."""
    found = [one for one in vars(module).values() if isinstance(one, type) and issubclass(one, msgspec.Struct)]
    return [one for one in found if one.__module__ == module.__name__]


def all_structs(package: ModuleType) -> list[Any]:
    """The same of every module of a package."""
    modules = (importlib.import_module(f"{package.__name__}.{one.name}") for one in pkgutil.iter_modules(package.__path__))
    return [kind for module in modules for kind in structs_of(module)]


def thawed(kinds: Iterable[Any]) -> set[str]:
    """The names of those of these structs that can be changed once they are made."""
    return {kind.__name__ for kind in kinds if not kind.__struct_config__.frozen}


def said(kinds: Iterable[Any]) -> dict[str, object]:
    """What stands where a field is left out ("Kind.field"), if that is not nothing. Structs and dataclasses."""
    return {name: value for kind in kinds for name, value in _defaults(kind) if not is_nothing(value)}


def _defaults(kind: Any) -> Iterator[tuple[str, object]]:
    missing = (msgspec.NODEFAULT, dataclasses.MISSING)
    fields = msgspec.structs.fields(kind) if issubclass(kind, msgspec.Struct) else dataclasses.fields(kind)
    for one in fields:
        if one.default_factory not in missing:
            yield f"{kind.__name__}.{one.name}", one.default_factory()
        elif one.default not in missing:
            yield f"{kind.__name__}.{one.name}", one.default


def is_nothing(value: object) -> bool:
    """Empty, or made of what is empty."""
    if isinstance(value, msgspec.Struct):
        return all(is_nothing(getattr(value, name)) for name in value.__struct_fields__)
    if dataclasses.is_dataclass(value):
        return all(is_nothing(getattr(value, one.name)) for one in dataclasses.fields(value))
    return not value
