"""Everything that a rule can say is expected once: sentences/*.txt hold cases, and below each what it is the first to say.

States, causes and moments of many more cases are in tables/. After a meant change of words,
`python -m tests.components.test_sentences` writes, for each line that is no longer said, the one nearest to it. Read the difference
before you keep it.
"""

import ast
import difflib
import doctest
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.components import telling
from tests.components.test_tables import cases, judged

HERE = Path(__file__).parent
SENTENCES = sorted((HERE / "sentences").glob("*.txt"))
ROOT = HERE.parents[1]
#: These write files that are held to them as wholes: docs/signals.md, static/js/registry.js, and what is applied for the rights.
WRITERS = {"signals_reference.py", "browser_registry.py", "rbac.py"}
RULES = [path for path in sorted((ROOT / "planes" / "components").glob("*.py")) if path.name not in WRITERS]


@pytest.mark.parametrize(("case", "want"), cases(SENTENCES))
def test_what_a_case_says_is_said_word_for_word(case: str, want: str) -> None:
    said = list(telling.in_full(judged(case)))
    assert [line for line in want.splitlines() if line not in said] == []


def pieces(path: Path) -> Iterator[tuple[int, str]]:
    """The words in a module's functions, with their lines: what is constant of each text. Single words are names and keys."""
    for function in (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)):
        docstring = ast.get_docstring(function, clean=False)
        for node in ast.walk(function):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value != docstring:
                text = node.value.strip()
                if " " in text and re.search(r"[a-z]{2}.* .*[a-z]{2}", text):
                    yield node.lineno, text.replace("{", "⟨").replace("}", "⟩")  # as the signals page writes it


def written(path: Path, *, anywhere: bool = False) -> Iterator[str]:
    """The whole sentences that a module's functions write out; `anywhere`: also those that are constants of it."""
    tree = ast.parse(path.read_text())
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    roots: list[ast.AST] = [tree] if anywhere else [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    for node in (node for root in roots for node in ast.walk(root)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield from re.findall(r"[A-Z][^.]{9,}\.(?=\s|$)", node.value)


def expected() -> str:
    """Every text that a test of this room expects; what is declared of signals stands on the signals page."""
    texts = [path.read_text() for path in (*SENTENCES, ROOT / "docs" / "signals.md")]
    for path in HERE.glob("test_*.py"):
        nodes = ast.walk(ast.parse(path.read_text()))
        texts += [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return "\n".join(texts)


def test_every_sentence_of_a_rule_is_expected_somewhere() -> None:
    told = expected()
    missing = [f"{path.name}:{line}: {piece}" for path in RULES for line, piece in pieces(path) if piece not in told]
    assert missing == []


def test_a_sentence_is_written_in_one_module_only() -> None:
    modules = [*RULES, *sorted((ROOT / "planes" / "assess").glob("*.py"))]
    where: dict[str, set[str]] = {}
    for path in modules:
        for sentence in written(path):
            where.setdefault(sentence, set()).add(path.name)
    assert {sentence: sorted(names) for sentence, names in where.items() if len(names) > 1} == {}


def test_what_several_rules_say_is_expected_somewhere() -> None:
    told = expected() + "".join(path.read_text() for path in (ROOT / "tests" / "assess").glob("test_*.py"))
    assert [one for one in written(ROOT / "planes" / "components" / "said.py", anywhere=True) if one not in told] == []


if __name__ == "__main__":
    for path in SENTENCES:
        text = ""
        for row in doctest.DocTestParser().get_examples(path.read_text()):
            said = list(telling.in_full(judged(row.source)))
            lines = [difflib.get_close_matches(line, said, 1, 0.0)[0] for line in row.want.splitlines()]
            text += f">>> {row.source}" + "".join(f"{line}\n" for line in dict.fromkeys(lines)) + "\n"
        path.write_text(text.rstrip() + "\n")
