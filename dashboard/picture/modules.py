"""The pure modules of static/js, joined to one script: QuickJS has no loader, and a build step would be one more thing to run.

It understands what those modules keep to, and tests/dashboard/test_picture_modules.py holds them to it: an import is one line, of
names in braces from a relative path; an export stands before a function, a class or a const of one name.
"""

import re
from pathlib import Path

_IMPORT = re.compile(r'import \{ ([\w, ]+) \} from "(\.{1,2}/[\w./-]+\.js)";')
_EXPORT = re.compile(r"export (?=(?:function|class|const) (\w+))")
_RENAMED = re.compile(r"(\w+) as (\w+)")


class CannotJoinError(Exception):
    """A module that this loader does not understand; its text says where and what."""


def joined(entry: Path) -> str:
    """An expression whose value is what the module `entry` exports. Raises CannotJoinError."""
    order: list[Path] = []
    bodies: dict[Path, str] = {}
    _visit(entry.resolve(), order, bodies, ())
    scripts = [f"const m{at} = (() => {{\n{bodies[module]}\n}})();" for at, module in enumerate(order)]
    return "(() => {\n'use strict';\n" + "\n".join(scripts) + f"\nreturn m{len(order) - 1};\n}})()"


def _visit(module: Path, order: list[Path], bodies: dict[Path, str], above: tuple[Path, ...]) -> None:
    """Put a module after all that it imports."""
    if module in above:
        raise CannotJoinError(f"{module.name} imports itself, by way of {' and '.join(one.name for one in above)}.")
    if module in bodies:
        return
    lines: list[str] = []
    names: list[str] = []
    for number, line in enumerate(module.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("import "):
            found = _IMPORT.fullmatch(line)
            if found is None:
                raise CannotJoinError(f'{module.name}, line {number}: an import is one line, {{ names }} from "./path.js".')
            other = (module.parent / found[2]).resolve()
            _visit(other, order, bodies, (*above, module))
            taken = _RENAMED.sub(r"\1: \2", found[1])
            lines.append(f"const {{ {taken} }} = m{order.index(other)};")
            continue
        if line.startswith("export "):
            exported = _EXPORT.match(line)
            if exported is None:
                raise CannotJoinError(
                    f"{module.name}, line {number}: an export stands before a function, class or const of one name."
                )
            names.append(exported[1])
            line = line.removeprefix("export ")
        lines.append(line)
    lines.append(f"return {{ {', '.join(names)} }};")
    order.append(module)
    bodies[module] = "\n".join(lines)
