"""The hunt for mutants: which changes are made of a source, and which are said to be equivalent."""

import ast
from dataclasses import replace

import pytest

from tests.bench.hunting import ROOT, Quarry
from tests.bench.mutate import EQUIVALENT, Claim, claims
from tests.bench.mutation import mutants


def changes(source: str) -> list[str]:
    return [one.what for one in mutants(ast.parse(source))]


@pytest.mark.parametrize(
    ("source", "made"),
    [
        ("a < b", ["Lt → LtE", "Lt → GtE"]),
        ("at + gap", ["Add → Sub"]),
        ("kind in known.pods", ["In → NotIn"]),
        ("one.fault is None", ["Is → IsNot"]),
        ("if a and b:\n    pass", ["turned condition", "And → Or"]),
        ("if not a:\n    pass", ["without `not`"]),
        ("f(x=1)", ["without the call", "without x=", "1 → 2"]),
        ("self.a = b", ["assigns None"]),
        ("self.a = None", []),  # it does already
        ("self.a = False", ["False → True"]),  # to a condition None is no other
        ("State.DOWN", ["DOWN → DEGRADED"]),
        ("T = TypeVar('T', bound=X)", []),  # for type checkers
        ("class A(Struct, gc=False): ...", []),  # for the memory
        ("a = zip(b, c, strict=True)", []),  # an invariant
        ("class A(Struct, frozen=True): ...", ["True → False"]),
        ("'words' + more", []),
        ("a = 1e18", []),  # one more is no other number
    ],
)
def test_a_source_is_changed_in_small_ways(source: str, made: list[str]) -> None:
    assert sorted(changes(source)) == sorted(made)


def test_a_mutant_knows_the_function_that_holds_it() -> None:
    source = "A = 1\nclass B:\n    C = 2\n    def d(self):\n        def e():\n            return 3\ndef f():\n    return 4\n"
    assert [(one.function, one.what) for one in mutants(ast.parse(source))] == [
        ("", "1 → 2"),
        ("", "2 → 3"),
        ("B.d", "3 → 4"),
        ("f", "4 → 5"),
    ]


def test_what_is_equivalent_is_told_by_file_function_and_change_and_not_by_the_number_of_its_line() -> None:
    (claim,) = claims("# a comment\n\nx/y.py · f · Gt → GtE · if here > 0\n    Because of this\n    and of that.\n")
    assert claim == Claim("x/y.py", "f", "Gt → GtE", "if here > 0", "Because of this and of that.")
    file = "tests/workshop/test_mutation.py"
    tree = ast.parse((ROOT / file).read_text())
    mutant = next(one for one in mutants(tree) if one.function == "changes" or one.function.startswith("test_every"))
    quarry = Quarry(ROOT / file, tree, mutant)
    fitting = Claim(file, mutant.function, mutant.what, "", "")
    assert fitting.fits(quarry)
    for other in (claim, replace(fitting, function="f"), replace(fitting, what="1 → 2"), replace(fitting, line="another line")):
        assert not other.fits(quarry)


def test_every_claim_has_its_reason() -> None:
    assert all(one.reason for one in claims(EQUIVALENT.read_text()))
