"""Every test asserts something: itself, or by a helper that does."""

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
Function = ast.FunctionDef | ast.AsyncFunctionDef
#: What raises if something is not as it should be, wherever it stands. The others wait for a condition within a limit.
ASSERTING = {"raises", "warns", "expect", "until", "holds", "all_hold"}


def _functions(tree: ast.AST) -> list[Function]:
    return [node for node in ast.walk(tree) if isinstance(node, Function)]


def _called(function: ast.AST) -> set[str]:
    """The names of everything that it calls."""
    calls = [node.func for node in ast.walk(function) if isinstance(node, ast.Call)]
    return {
        call.attr if isinstance(call, ast.Attribute) else call.id for call in calls if isinstance(call, ast.Attribute | ast.Name)
    }


def _asserts(function: ast.AST) -> bool:
    return any(isinstance(node, ast.Assert) for node in ast.walk(function))


def silent(name: str, source: str) -> list[str]:
    """The tests of this file that can fail by no assertion: neither their own, nor of a helper in the same file, nor by a name that
    is known to assert."""
    functions = _functions(ast.parse(source))
    asserting = ASSERTING | {one.name for one in functions if _asserts(one)}
    while more := {one.name for one in functions if one.name not in asserting and _called(one) & asserting}:
        asserting |= more
    tests = [one for one in functions if one.name.startswith("test_")]
    return [f"{name}::{one.name}" for one in tests if not (_asserts(one) or _called(one) & asserting)]


def test_every_test_asserts_something() -> None:
    files = sorted(TESTS.rglob("test_*.py"))
    assert files
    assert [one for path in files for one in silent(str(path.relative_to(TESTS)), path.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("print(1)", True),
        ("assert 1", False),
        ("with pytest.raises(ValueError):\n        int('a')", False),
        ("helper()", False),
        ("deeper()", False),
        ("harmless()", True),
    ],
)
def test_what_asserts_nothing_is_found(body: str, found: bool) -> None:
    helpers = "def helper():\n    assert 1\ndef deeper():\n    helper()\ndef harmless():\n    print(1)\n"
    assert silent("test_a.py", f"{helpers}def test_a():\n    {body}\n") == (["test_a.py::test_a"] if found else [])
