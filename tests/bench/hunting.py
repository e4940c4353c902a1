"""Hunting the mutants of one room with that room's own tests. To be called in a process that has imported nothing of `planes` yet.

`inside`: the tests run once while it is noted which lines each of them reaches. Then every mutant lives in a fork of that same
process, its function's code exchanged in place, and meets the tests that reach its line until one fails: first those that killed
others of its file, then the quickest.
`anew`: what stands at the level of a module (bounds, tables, declarations), or runs while modules are imported, is mutated in a
fork that imports everything anew; that costs a second or more a mutant. It meets first the tests that are near: those of a file
that is called as the module is, and those that killed others of its mutants. Only what passes all of the room's tests has survived.
"""

import ast
import gc
import importlib
import importlib.machinery
import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import coverage
import hypothesis
import pytest
from _pytest.runner import runtestprotocol

from tests.bench.mutation import FUNCTIONS, Mutant, mutants
from tests.searching import WHOLE

ROOT = Path(__file__).resolve().parents[2]
#: A test that takes longer is left out of the hunt; seconds of processor time.
SLOW = 1.0
#: A mutant that needs so much more for a test than the original has an endless loop; seconds of processor time.
LIMIT = 5.0
#: So much longer may each test take because other things run on the machine.
_BUSY = 4.0
#: All of a room's tests, with everything imported anew.
_ANEW = 180.0
#: So many tests, or files of tests, that are likely to kill a mutant are met before all the others.
_NEAREST = 3

#: Neither Django nor the other rooms' fixtures: the pure rooms' tests need none. hypothesis is imported before pytest could rewrite
#: its assertions, which is of no matter here.
PYTEST = (
    *("-q", "--noconftest", "-o", "addopts=", "-p", "no:django", "-p", "no:cacheprovider", "-p", "no:xdist"),
    *("-W", "ignore::pytest.PytestConfigWarning", "-W", "ignore::pytest.PytestAssertRewriteWarning"),
)

SURVIVED, KILLED, ENDLESS, UNREACHED, BROKEN = "survived", "killed", "endless", "unreached", "broken"
_FATES = {0: SURVIVED, 1: KILLED}


@dataclass(frozen=True)
class Quarry:
    """A mutant and the module that it is one of."""

    path: Path
    tree: ast.Module
    mutant: Mutant

    @property
    def file(self) -> str:
        """ "planes/cache/pods.py"."""
        return self.path.relative_to(ROOT).as_posix()

    @property
    def module(self) -> str:
        """ "planes.cache.pods"."""
        return self.file.removesuffix(".py").replace("/", ".")


@cache
def of_room(room: str) -> list[Quarry]:
    """Every mutant of a room, in the order of its files, as they are at the first call: whoever edits them meanwhile changes no
    hunt that has begun."""
    found: list[Quarry] = []
    for path in sorted((ROOT / "planes" / room).rglob("*.py")):
        tree = ast.parse(path.read_text())
        found += [Quarry(path, tree, one) for one in mutants(tree)]
    return found


# --- inside functions ---------------------------------------------------------------------------------------------------------


def inside(room: str, places: Sequence[int]) -> dict[int, str]:
    """The fate of the mutants at these places of `of_room`; those that stand in no function, or in one that no test reaches, are
    left out."""
    _prepare()
    hunt = _Hunt(room, places)
    told = pytest.main([*PYTEST, f"tests/{room}"], plugins=[hunt])
    if told not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        raise RuntimeError(f"the tests of {room} do not run: {told!r}")
    return hunt.fates


class _Hunt:
    """A pytest plugin that runs the tests once to learn what they reach, and then hunts."""

    def __init__(self, room: str, places: Sequence[int]) -> None:
        self._room, self._places = room, places
        self._took: list[float] = []
        self._killers: dict[str, list[int]] = {}  # by file, the last first
        self.fates: dict[int, str] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        recorder = coverage.Coverage(data_file=None, include=[f"{ROOT}/planes/{self._room}/*"], config_file=False)
        for number, item in enumerate(session.items):
            started = time.process_time()
            with recorder.collect():
                recorder.switch_context(str(number))
                reports = runtestprotocol(item, log=False, nextitem=None)
            self._took.append(time.process_time() - started)
            if any(report.failed for report in reports):
                raise pytest.UsageError(f"{item.nodeid} fails before anything was mutated")
        lines = recorder.get_data()
        gc.freeze()
        quarries = of_room(self._room)
        for place in self._places:
            quarry = quarries[place]
            if not quarry.mutant.function:
                continue
            first, last = quarry.mutant.lines
            reached = lines.contexts_by_lineno(str(quarry.path))
            reaching = {int(one) for line in range(first, last + 1) for one in reached.get(line, ()) if one}
            killers = self._killers.setdefault(quarry.file, [])
            near = [one for one in killers if one in reaching][:_NEAREST]
            quick = sorted((one for one in reaching if self._took[one] <= SLOW), key=self._took.__getitem__)
            if chosen := list(dict.fromkeys(near + quick)):
                met = [(one, session.items[one], LIMIT + _BUSY * self._took[one]) for one in chosen]
                self.fates[place], killer = _in_a_fork(partial(_fails, met, quarry))
                if killer:
                    self._killers[quarry.file] = [int(killer), *(one for one in killers if one != int(killer))]
        return True


def _fails(met: Sequence[tuple[int, pytest.Item, float]], quarry: Quarry, tell: int) -> bool:
    """Whether one of these tests does, each within its seconds of processor time. Tells the number of the one that does."""
    _exchange(quarry)
    for number, item, seconds in met:
        _allow(seconds)
        if any(report.failed for report in runtestprotocol(item, log=False, nextitem=None)):
            os.write(tell, str(number).encode())
            return True
    return False


def _exchange(quarry: Quarry) -> None:
    """Put the mutated function's code in place of the original's, wherever that was imported to, and forget what was cached."""
    module = importlib.import_module(quarry.module)
    *owners, name = quarry.mutant.function.split(".")
    body, holder = quarry.tree.body, module
    for one in owners:
        body = next(part.body for part in body if isinstance(part, ast.ClassDef) and part.name == one)
        holder = getattr(holder, one)
    definition = next(part for part in body if isinstance(part, FUNCTIONS) and part.name == name)
    mutated = _compiled(definition, owners, quarry, dict(vars(module)))
    original = vars(holder)[name]
    plain = original
    for wrapper in ("fget", "func", "__wrapped__", "__func__"):
        plain = getattr(plain, wrapper, None) or plain
    if len(plain.__code__.co_freevars) == len(mutated.__code__.co_freevars):
        plain.__code__, plain.__defaults__, plain.__kwdefaults__ = mutated.__code__, mutated.__defaults__, mutated.__kwdefaults__
    else:  # without its call of super() it closes over nothing any more
        setattr(holder, name, FunctionType(mutated.__code__, vars(module), name, mutated.__defaults__))
    for loaded in [one for at, one in sys.modules.items() if at.startswith("planes.")]:
        for value in vars(loaded).values():
            if callable(getattr(value, "cache_clear", None)):
                value.cache_clear()


def _compiled(definition: Any, owners: Sequence[str], quarry: Quarry, scope: dict[str, Any]) -> FunctionType:
    """The mutated function. It is compiled within classes named as its own, so that `super()` finds what it closes over."""
    decorators, definition.decorator_list = definition.decorator_list, []
    wrapped: ast.stmt = definition
    for owner in reversed(owners):
        wrapped = ast.ClassDef(name=owner, bases=[], keywords=[], body=[wrapped], decorator_list=[])
    with _Mutated(quarry.mutant):
        code = compile(ast.fix_missing_locations(ast.Module([wrapped], [])), str(quarry.path), "exec")
    definition.decorator_list = decorators
    exec(code, scope)  # noqa: S102 -- our own source, with one change
    found: Any = scope[owners[0] if owners else definition.name]
    for one in (*owners[1:], definition.name) if owners else ():
        found = vars(found)[one]
    made: FunctionType = getattr(found, "__func__", found)
    return made


class _Mutated:
    """The tree of a module with one change in it, for as long as this is entered."""

    def __init__(self, mutant: Mutant) -> None:
        self._mutant, self._before = mutant, getattr(mutant.node, mutant.field)

    def __enter__(self) -> None:
        setattr(self._mutant.node, self._mutant.field, self._mutant.value)

    def __exit__(self, *_: object) -> None:
        setattr(self._mutant.node, self._mutant.field, self._before)


# --- while modules are imported -----------------------------------------------------------------------------------------------


def anew(room: str, places: Sequence[int]) -> dict[int, str]:
    """The fate of these mutants where everything is imported anew for each."""
    _prepare()
    quarries = of_room(room)
    fates: dict[int, str] = {}
    near: dict[str, list[str]] = {}
    for place in places:
        quarry = quarries[place]
        known = near.setdefault(quarry.file, _called_alike(quarry, room))
        fates[place], killer = _in_a_fork(partial(_fails_anew, quarry, room, known[:_NEAREST]))
        if killer:
            near[quarry.file] = [killer, *(one for one in known if one != killer)]
    return fates


def _called_alike(quarry: Quarry, room: str) -> list[str]:
    """The files of tests that are called as the module is, relative to the root."""
    found = sorted((ROOT / "tests" / room).glob(f"test_{quarry.path.stem}*.py"))
    return [one.relative_to(ROOT).as_posix() for one in found]


class _Telling:
    """A pytest plugin that tells the file whose test failed, or could not even be imported."""

    def __init__(self, tell: int) -> None:
        self._tell = tell

    def _told(self, report: pytest.CollectReport | pytest.TestReport) -> None:
        if report.failed:
            os.write(self._tell, report.nodeid.partition("::")[0].encode())
            os._exit(1)

    pytest_runtest_logreport = _told
    pytest_collectreport = _told


def _fails_anew(quarry: Quarry, room: str, near: Sequence[str], tell: int) -> bool:
    with _Mutated(quarry.mutant):
        code = compile(ast.fix_missing_locations(quarry.tree), str(quarry.path), "exec")
    load = importlib.machinery.SourceFileLoader.get_code

    def get_code(self: importlib.machinery.SourceFileLoader, fullname: str) -> CodeType | None:
        return code if self.path == str(quarry.path) else load(self, fullname)

    _allow(_ANEW)
    loader: Any = importlib.machinery.SourceFileLoader
    loader.get_code = get_code  # the mutant instead of the file
    plugins = [_Telling(tell)]
    if near and pytest.main([*PYTEST, "-x", *near], plugins=plugins) != pytest.ExitCode.OK:
        return True
    return pytest.main([*PYTEST, "-x", f"tests/{room}"], plugins=plugins) != pytest.ExitCode.OK


def imported(room: str) -> dict[str, set[int]]:
    """The lines of each file of a room that run while it is imported."""
    recorder = coverage.Coverage(data_file=None, include=[f"{ROOT}/planes/{room}/*"], config_file=False)
    with recorder.collect():
        for path in sorted((ROOT / "planes" / room).rglob("*.py")):
            importlib.import_module(path.relative_to(ROOT).as_posix().removesuffix(".py").replace("/", "."))
    lines = recorder.get_data()
    return {path: set(lines.lines(path) or ()) for path in lines.measured_files()}


# --- both ---------------------------------------------------------------------------------------------------------------------


def _prepare() -> None:
    os.chdir(ROOT)
    os.environ[WHOLE] = "whole"
    hypothesis.settings.register_profile("mutants", database=None, derandomize=True, max_examples=25)
    hypothesis.settings.load_profile("mutants")


def _allow(seconds: float) -> None:
    """End this process with SIGXCPU when it has used so much more processor time."""
    resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time() + seconds) + 1, resource.RLIM_INFINITY))


def _in_a_fork(fails: Callable[[int], bool]) -> tuple[str, str]:
    """The fate of what is tried in a process of its own, and what that wrote into the pipe that it was given."""
    told, tell = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(told)
        signal.signal(signal.SIGXCPU, signal.SIG_DFL)
        silent = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silent, 1)
        os.dup2(silent, 2)
        result = 2  # what cannot even be put in place is an error of ours, and killed by nobody
        try:
            result = int(fails(tell))
        finally:
            os._exit(result)
    os.close(tell)
    with os.fdopen(told) as heard:
        killer = heard.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return (ENDLESS if os.WTERMSIG(status) == signal.SIGXCPU else KILLED), killer
    return _FATES.get(os.WEXITSTATUS(status), BROKEN), killer


def at_import(quarries: Sequence[Quarry], places: Sequence[int], lines: dict[str, set[int]]) -> Iterator[int]:
    """Of these, the ones that stand at the level of a module, or in a function that runs while modules are imported."""
    for place in places:
        quarry = quarries[place]
        first, last = quarry.mutant.lines
        if not quarry.mutant.function or lines.get(str(quarry.path), set()) & set(range(first, last + 1)):
            yield place
