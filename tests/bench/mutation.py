"""What a mutant is: one small change of the source that a test should notice.

Comparisons move their bound by the least step, conditions turn round, `and` becomes `or`, a number grows by one, a state becomes
its neighbour, a call that stands alone vanishes, a keyword argument falls back to its default. Words that people read are left
alone: tests/components/sentences hold those. So is what only type checkers read, and what only saves memory (`gc=False`,
`__slots__`) or states an invariant (`strict=True`).
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)

_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
}
_STATES = {
    "DOWN": "DEGRADED",
    "DEGRADED": "DOWN",
    "UNKNOWN": "HEALTHY",
    "HEALTHY": "UNKNOWN",
    "NOT_OBSERVABLE": "UNKNOWN",
    "CORDONED": "UNKNOWN",
    "LEAVING": "JOINING",
    "JOINING": "LEAVING",
}
#: Arguments that save memory, or state that two things are of one length.
_NO_MATTER = {"gc", "strict"}
#: Fields of a node in which nothing is decided.
_NOT_LOGIC = {"annotation", "returns", "decorator_list", "bases", "type_params"}
_NAMES = {"min": "max", "max": "min", "any": "all", "all": "any"}


@dataclass(frozen=True)
class Mutant:
    """Set `field` of `node` to `value`, and the source is mutated. `function` is the outermost function that holds it, by name
    ("Weighing.good"); empty at the level of the module. `lines` are those of the statement."""

    line: int
    lines: tuple[int, int]
    what: str
    function: str
    node: ast.AST
    field: str
    value: Any


def mutants(tree: ast.Module) -> Iterator[Mutant]:
    """Every mutant of one module, in the order of its source."""
    yield from _within(tree, "", (0, 0))


def _within(node: ast.AST, function: str, lines: tuple[int, int]) -> Iterator[Mutant]:
    if isinstance(node, ast.stmt):
        header = node.body[0].lineno - 1 if isinstance(node, ast.If | ast.For | ast.While | ast.With | ast.Try) else node.end_lineno
        lines = (node.lineno, max(node.lineno, header or node.lineno))
    for what, holder, field, value in _changes(node):
        yield Mutant(getattr(node, "lineno", lines[0]), lines, what, function, holder, field, value)
    outer = isinstance(node, ast.Module | ast.ClassDef)
    for name, below in ast.iter_fields(node):
        if name in _NOT_LOGIC or _is_slots(node):
            continue
        for child in below if isinstance(below, list) else [below]:
            if not isinstance(child, ast.AST) or _is_docstring(child) or _is_of_types(child):
                continue
            inside = function
            if outer and isinstance(child, (*FUNCTIONS, ast.ClassDef)):
                inside = f"{function}.{child.name}" if function else child.name
            at_module = isinstance(node, ast.ClassDef) and not isinstance(child, FUNCTIONS)
            yield from _within(child, "" if at_module and not isinstance(child, ast.ClassDef) else inside, lines)


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_slots(node: ast.AST) -> bool:
    return isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "__slots__"


def _is_of_types(node: ast.AST) -> bool:
    """Whether only a type checker reads it, or it is one of the arguments that change no result."""
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id == "TypeVar"
    return isinstance(node, ast.keyword) and node.arg in _NO_MATTER


def _changes(node: ast.AST) -> Iterator[tuple[str, ast.AST, str, Any]]:
    match node:
        case ast.Compare(ops=ops):
            for index, op in enumerate(ops):
                for other in _COMPARISONS[type(op)]:
                    yield _arrow(op, other()), node, "ops", [*ops[:index], other(), *ops[index + 1 :]]
        case ast.BoolOp(op=bool_op):
            swapped = ast.Or() if isinstance(bool_op, ast.And) else ast.And()
            yield _arrow(bool_op, swapped), node, "op", swapped
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield "without `not`", node, "operand", _negated(operand)
        case ast.BinOp() | ast.AugAssign() if type(node.op) in _ARITHMETIC and not _is_text(node):
            turned = _ARITHMETIC[type(node.op)]()
            yield _arrow(node.op, turned), node, "op", turned
        case ast.Constant(value=bool(truth)):
            yield f"{truth} → {not truth}", node, "value", not truth
        case ast.Constant(value=int() | float() as number) if number + 1 != number:
            yield f"{number} → {number + 1}", node, "value", number + 1
        case ast.Attribute(value=ast.Name(id="State"), attr=state) if state in _STATES:
            yield f"{state} → {_STATES[state]}", node, "attr", _STATES[state]
        case ast.Call(func=ast.Name(id=name)) if name in _NAMES:
            yield f"{name} → {_NAMES[name]}", node.func, "id", _NAMES[name]
        case ast.Expr(value=ast.Call()):
            yield "without the call", node, "value", ast.Constant(None)
        case ast.Assign(targets=[ast.Attribute()], value=value) if not _is_none_already(value):
            yield "assigns None", node, "value", ast.Constant(None)
    if isinstance(node, ast.If | ast.IfExp | ast.While) and not _turns_itself(node.test):
        yield "turned condition", node, "test", _negated(node.test)
    if isinstance(node, ast.comprehension):
        for index, test in enumerate(node.ifs):
            if not _turns_itself(test):
                yield "turned condition", node, "ifs", [*node.ifs[:index], _negated(test), *node.ifs[index + 1 :]]
    if isinstance(node, ast.Call):
        for index, keyword in enumerate(node.keywords):
            if keyword.arg in _NO_MATTER:
                continue
            yield f"without {keyword.arg}=", node, "keywords", [*node.keywords[:index], *node.keywords[index + 1 :]]
    if isinstance(node, ast.For | ast.While | ast.If):
        for index, statement in enumerate(node.body):
            if isinstance(statement, ast.Break | ast.Continue):
                turned_jump = ast.Pass() if isinstance(statement, ast.Break) else ast.Break()
                yield _arrow(statement, turned_jump), node, "body", [*node.body[:index], turned_jump, *node.body[index + 1 :]]


def _is_none_already(value: ast.expr) -> bool:
    """None and False are the same to a condition."""
    return isinstance(value, ast.Constant) and (value.value is None or value.value is False)


def _negated(test: ast.expr) -> ast.expr:
    return ast.UnaryOp(ast.Not(), test)


def _turns_itself(test: ast.expr) -> bool:
    """Whether another change turns this condition round already."""
    return (isinstance(test, ast.Compare) and len(test.ops) == 1) or (
        isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)
    )


def _is_text(node: ast.BinOp | ast.AugAssign) -> bool:
    sides = [node.value] if isinstance(node, ast.AugAssign) else [node.left, node.right]
    return any(
        isinstance(side, ast.JoinedStr) or (isinstance(side, ast.Constant) and isinstance(side.value, str)) for side in sides
    )


def _arrow(before: ast.AST, after: ast.AST) -> str:
    return f"{type(before).__name__} → {type(after).__name__}"
