"""`make test` runs every part whatever another says, tells how long each took, and fails if any failed. Ctrl-C ends all."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests import parts
from tests.parts import Part, Run
from tests.services import until
from tests.up.processes import lives

TESTS = Path(__file__).parents[1]
GOOD = (sys.executable, "-S", "-c", "")
BAD = (sys.executable, "-S", "-c", "raise SystemExit(3)")
MEET = """
import pathlib, sys, time
mine, theirs = map(pathlib.Path, sys.argv[1:])
print("first", mine.name, flush=True)
mine.touch()
end = time.monotonic() + 20
while not theirs.exists():
    assert time.monotonic() < end
    time.sleep(0.01)
print("last", mine.name)
"""
LEAVE = """
import os, subprocess, sys
words = [sys.executable, "-S", "-c", sys.argv[1], str(os.getpid())]
subprocess.Popen(words, stdout=subprocess.PIPE, start_new_session=True).stdout.readline()
os._exit(0)
"""
LEFT = """
import os, sys, time
while time.process_time() < 0.5:
    pass
print("computed", flush=True)
while os.getppid() == int(sys.argv[1]):
    time.sleep(0.01)
"""
STAY = """
import sys
from tests import parts
from tests.parts import Part

touch = "import os, pathlib, sys, time; pathlib.Path(sys.argv[1], str(os.getpid())).touch(); time.sleep(60)"
stay = (sys.executable, "-S", "-c", touch, sys.argv[1])
parts.computing = lambda: [Part(name, "stays", (stay, stay)) for name in "abc"]
parts.BESIDE = Part("d", "stays", (stay,))
try:
    parts.main([])
except KeyboardInterrupt:
    sys.exit(130)
"""


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "computing", lambda: [Part("a", "is well", (GOOD,)), Part("b", "is not", (BAD, GOOD))])
    monkeypatch.setattr(parts, "BESIDE", Part("c", "says a word", ((sys.executable, "-S", "-c", "print('meanwhile')"),)))


@pytest.mark.usefixtures("few")
def test_all_parts_run_and_one_that_failed_fails_the_whole(capsys: pytest.CaptureFixture[str]) -> None:
    assert parts.main([]) == 1
    said = capsys.readouterr().out
    assert said.index("== a: is well") < said.index("== b: is not") < said.index("== c: says a word") < said.index("meanwhile")
    lines = [re.sub(r"\d+", "N", re.sub(r" +", " ", line)) for line in said.splitlines()[-4:]]
    assert lines[:3] == ["a N s N s of a core is well", "b N s N s of a core FAILED is not", "c N s N s of a core says a word"]
    assert lines[3].startswith("in all ")


def test_parts_run_beside_each_other_and_each_one_s_words_are_told_together(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Each of the two waits for what the other has written: one after the other, neither would end."""
    words = (sys.executable, "-S", "-c", MEET)
    both = [Part(name, "meets", ((*words, str(tmp_path / name), str(tmp_path / other)),)) for name, other in ("ab", "ba")]
    monkeypatch.setattr(parts, "computing", lambda: both)
    assert parts.main(["a", "b"]) == 0
    said = [line for line in capsys.readouterr().out.splitlines() if line.startswith(("first", "last"))]
    assert said == ["first a", "last a", "first b", "last b"]


def test_what_interrupts_ends_every_part_and_all_that_it_has_started(tmp_path: Path) -> None:
    """The parts have groups of their own, so that ctrl-C comes to them once, from here."""
    running = subprocess.Popen([sys.executable, "-c", STAY, str(tmp_path)], cwd=TESTS.parent, stdout=subprocess.DEVNULL)
    try:
        until(lambda: len(list(tmp_path.iterdir())) == 3, "two parts and the one beside them")
        running.send_signal(signal.SIGINT)
        assert running.wait(50) == 130  # who does not end by ctrl-C is killed after 60 s
    finally:
        running.kill()
        running.wait(20)
    begun = [int(one.name) for one in tmp_path.iterdir()]
    assert len(begun) == 3, "the third waits for its turn, and no second command is begun"
    assert [one for one in begun if lives(one)] == []


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nobody is told of what is left behind")
def test_what_a_part_leaves_behind_when_it_ends_is_waited_for_and_counted_as_its_own() -> None:
    """A process in a session of its own that has computed for half a second, and ends once its parent has."""
    run = Run(Part("a", "leaves", ((sys.executable, "-S", "-c", LEAVE, LEFT),)), None)
    run.show()
    run.end()
    assert not run.failed
    assert run.computed >= 0.5


@pytest.mark.parametrize(("ends", "code"), [("raise SystemExit(3)", 3), ("os.kill(os.getpid(), 9)", 137), ("", 0)])
def test_a_command_that_is_counted_tells_how_it_has_ended(ends: str, code: int) -> None:
    words = [sys.executable, "-S", "-E", str(TESTS / "adopting.py"), sys.executable, "-S", "-c", f"import os\n{ends}"]
    assert subprocess.run(words, check=False, timeout=30).returncode == code


@pytest.mark.usefixtures("few")
def test_named_parts_run_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert parts.main(["a"]) == 0
    assert "is not" not in capsys.readouterr().out


@pytest.mark.usefixtures("few")
def test_an_unknown_part_is_answered_with_those_that_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert parts.main(["d"]) == 64
    assert capsys.readouterr().err == "There is no part d; there are a, b, c.\n"


@pytest.mark.parametrize(
    ("mark", "folders"), [("browser", {"browser", "dashboard", "e2e"}), ("faults", {"faults"}), ("e2e", {"e2e"})]
)
def test_no_test_has_a_mark_where_no_part_looks_for_it(mark: str, folders: set[str]) -> None:
    marked = {path.relative_to(TESTS).parts[0] for path in TESTS.rglob("test_*.py") if f"pytest.mark.{mark}" in path.read_text()}
    assert marked - {"workshop"} == folders
