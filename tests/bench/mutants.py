"""Mutation testing of planes/rules: `python -m tests.bench.mutants [--words] [--at-least 90] [module ...]`.

The tests run once while it is noted which lines each of them reaches. Then every mutant lives in a fork of that same process, its
function's code exchanged in place, and meets the tests that reach its line, the quickest first, until one fails. What stands at the
level of a module (bounds, tables) is mutated in a process that imports everything anew.
"""

import argparse
import ast
import gc
import importlib
import importlib.machinery
import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import coverage
import hypothesis
import pytest
from _pytest.runner import runtestprotocol

from tests.bench.mutation import FUNCTIONS, LOGIC, WORDS, Mutant, mutants

RULES = Path(__file__).resolve().parents[2] / "planes" / "rules"
TESTS = ["tests/components", "tests/assess"]
#: A test that takes longer is left out of the hunt; seconds of processor time.
SLOW = 0.1
#: A mutant that needs more has an endless loop; seconds of processor time.
LIMIT = 20

#: hypothesis is imported before pytest could rewrite its assertions, which is of no matter here.
PYTEST = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-W", "ignore::pytest.PytestAssertRewriteWarning"]

SURVIVED, KILLED, ENDLESS, UNREACHED = "survived", "killed", "endless", "unreached"


class Hunt:
    """A pytest plugin that runs the tests once to learn what they reach, and then hunts."""

    def __init__(self, modules: list[str], words: bool) -> None:
        self.modules, self.words = modules, words
        self.found: dict[str, list[tuple[Mutant, str]]] = {}
        self._took: list[float] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        recorder = coverage.Coverage(data_file=None, include=[f"{RULES}/*"], config_file=False)
        for number, item in enumerate(session.items):
            started = time.process_time()
            with recorder.collect():
                recorder.switch_context(str(number))
                reports = runtestprotocol(item, log=False, nextitem=None)
            self._took.append(time.process_time() - started)
            if any(report.failed for report in reports):
                raise pytest.UsageError(f"{item.nodeid} fails before anything was mutated")
        self._lines = recorder.get_data()
        gc.freeze()
        for module in self.modules:
            self.found[module] = list(self._hunt(module, session.items))
            say(f"{module}: {len(self.found[module])} mutants met their tests")
        return True

    def _hunt(self, module: str, items: list[pytest.Item]) -> Iterator[tuple[Mutant, str]]:
        path = RULES / f"{module}.py"
        tree = ast.parse(path.read_text())
        reached = self._lines.contexts_by_lineno(str(path))
        for mutant in mutants(tree):
            if (mutant.kind == WORDS and not self.words) or not mutant.function:
                continue
            first, last = mutant.lines
            reaching = {int(one) for line in range(first, last + 1) for one in reached.get(line, ()) if one}
            chosen = sorted((one for one in reaching if self._took[one] <= SLOW), key=self._took.__getitem__)
            if not chosen:
                yield mutant, UNREACHED
                continue
            exchanged = _exchanged(tree, mutant, importlib.import_module(f"planes.rules.{module}"))
            yield mutant, _in_a_fork(partial(_passes, [items[one] for one in chosen], exchanged))


def _passes(items: list[pytest.Item], exchange: Callable[[], None]) -> bool:
    exchange()
    return not any(report.failed for item in items for report in runtestprotocol(item, log=False, nextitem=None))


def _exchanged(tree: ast.Module, mutant: Mutant, module: Any) -> Callable[[], None]:
    """What puts the mutated function's code in place of the original's, wherever that was imported to."""
    *owner, name = mutant.function.split(".")
    body = tree.body
    holder = module
    for one in owner:
        body = next(part.body for part in body if isinstance(part, ast.ClassDef) and part.name == one)
        holder = getattr(holder, one)
    definition = next(part for part in body if isinstance(part, FUNCTIONS) and part.name == name)
    decorators, definition.decorator_list = definition.decorator_list, []
    with _Mutated(mutant):
        code = compile(ast.fix_missing_locations(ast.Module([definition], [])), module.__file__, "exec")
    definition.decorator_list = decorators
    made: dict[str, Any] = dict(vars(module))
    exec(code, made)  # noqa: S102 -- our own source, with one change
    mutated: FunctionType = made[name]
    original = vars(holder)[name]

    def put() -> None:
        if hasattr(original, "cache_clear"):
            original.cache_clear()
        plain = getattr(original, "fget", None) or getattr(original, "__wrapped__", None) or getattr(original, "__func__", original)
        plain.__code__, plain.__defaults__, plain.__kwdefaults__ = mutated.__code__, mutated.__defaults__, mutated.__kwdefaults__

    return put


class _Mutated:
    """The tree of a module with one change in it, for as long as this is entered."""

    def __init__(self, mutant: Mutant) -> None:
        self._mutant, self._before = mutant, getattr(mutant.node, mutant.field)

    def __enter__(self) -> None:
        setattr(self._mutant.node, self._mutant.field, self._mutant.value)

    def __exit__(self, *_: object) -> None:
        setattr(self._mutant.node, self._mutant.field, self._before)


def _in_a_fork(passes: Callable[[], bool]) -> str:
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGXCPU, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + LIMIT, resource.RLIM_INFINITY))
        silent = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silent, 1)
        os.dup2(silent, 2)
        survived = False
        try:
            survived = passes()
        finally:
            os._exit(0 if survived else 1)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return ENDLESS if os.WTERMSIG(status) == signal.SIGXCPU else KILLED
    return SURVIVED if os.WEXITSTATUS(status) == 0 else KILLED


def _hunt_at_module_level(module: str, words: bool) -> Iterator[tuple[Mutant, str]]:
    """The mutants outside functions. To be called before anything has imported the rules."""
    path = RULES / f"{module}.py"
    tree = ast.parse(path.read_text())
    for mutant in mutants(tree):
        if (mutant.kind == WORDS and not words) or mutant.function:
            continue
        with _Mutated(mutant):
            code = compile(ast.fix_missing_locations(tree), str(path), "exec")
        yield mutant, _in_a_fork(partial(_passes_anew, str(path), code))


def _passes_anew(path: str, code: CodeType) -> bool:
    load = importlib.machinery.SourceFileLoader.get_code

    def get_code(self: importlib.machinery.SourceFileLoader, fullname: str) -> CodeType | None:
        return code if self.path == path else load(self, fullname)

    loader: Any = importlib.machinery.SourceFileLoader
    loader.get_code = get_code  # the mutant instead of the file
    return pytest.main([*PYTEST, "-x", "tests/components"]) == pytest.ExitCode.OK


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _tell(found: dict[str, list[tuple[Mutant, str]]], kind: str) -> float:
    """The table of one kind of mutants, and who survived. Returns the percentage killed."""
    say(f"\n{'module':<24}{'mutants':>9}{KILLED:>9}{ENDLESS:>9}{SURVIVED:>10}{UNREACHED:>11}{'%':>8}   ({kind})")
    fates = {module: [fate for mutant, fate in of if mutant.kind == kind] for module, of in found.items()}
    for module, of in [*fates.items(), ("all", [fate for one in fates.values() for fate in one])]:
        dead = of.count(KILLED) + of.count(ENDLESS)
        share = 100 * dead / len(of) if of else 100.0
        counts = f"{of.count(KILLED):>9}{of.count(ENDLESS):>9}{of.count(SURVIVED):>10}{of.count(UNREACHED):>11}"
        say(f"{module:<24}{len(of):>9}{counts}{share:>8.1f}")
    for module, of_module in found.items():
        source = (RULES / f"{module}.py").read_text().splitlines()
        for mutant, fate in of_module:
            if mutant.kind == kind and fate in {SURVIVED, UNREACHED}:
                say(f"{module}.py:{mutant.line}: {mutant.what} ({fate}): {source[mutant.line - 1].strip()[:100]}")
    return share


def main() -> int:
    """Hunt, tell, and fail if fewer than asked are killed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.mutants")
    parser.add_argument("module", nargs="*", default=sorted(path.stem for path in RULES.glob("[a-z]*.py")))
    parser.add_argument("--words", action="store_true", help="mutate the words that people read, too")
    parser.add_argument("--inside", action="store_true", help="mutate functions only, not what stands at the level of a module")
    parser.add_argument("--at-least", type=float, default=90.0, metavar="PERCENT")
    asked = parser.parse_args()
    hypothesis.settings.register_profile("mutants", database=None, derandomize=True)
    hypothesis.settings.load_profile("mutants")
    outside = {module: [] if asked.inside else list(_hunt_at_module_level(module, asked.words)) for module in asked.module}
    hunt = Hunt(asked.module, asked.words)
    if pytest.main([*PYTEST, *TESTS], plugins=[hunt]) not in (0, 5):
        return 2
    found = {module: outside[module] + hunt.found[module] for module in asked.module}
    if asked.words:
        _tell(found, WORDS)
    return 0 if _tell(found, LOGIC) >= asked.at_least else 1


if __name__ == "__main__":
    sys.exit(main())
