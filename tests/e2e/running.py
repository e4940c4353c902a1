"""A real `manage.py up`, as a person would start it, in a data directory and a home of its own."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import msgspec

from planes.store.status import Status
from tests.e2e.forking import Commands, Done
from tests.services import dies_with_us
from tests.up.processes import descendants, lives

ROOT = Path(__file__).parents[2]
#: Seconds that a start may take on a busy machine, migrations and demo cluster included.
PATIENCE = 60.0
#: Seconds that a bare `manage.py check` takes on two cores that have nothing else to do.
AT_REST = 1.2
Seen = TypeVar("Seen")


def until(look: Callable[[], Seen], what: str, *, within: float) -> Seen:
    """The first thing seen that is true, within a time limit."""
    end = time.monotonic() + within
    pause = threading.Event()
    while not (seen := look()):
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not happen within {within:g} s")
        pause.wait(0.1)
    return seen


class Up:
    """Started on entering, stopped on leaving; `said` are its lines so far."""

    def __init__(self, *options: str, environ: dict[str, str] | None = None, root: Path = ROOT) -> None:
        self._root = root
        self.home = Path(tempfile.mkdtemp(prefix="pwup-"))
        self.data_dir = self.home / "data"
        self.said: list[str] = []
        # Nothing of the tests' own surroundings: an empty home, no kubeconfig, no services.
        kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "PYTHONPATH", "VIRTUAL_ENV")}
        self.environ = {**kept, "HOME": str(self.home), "PLANEWATCH_DATA_DIR": str(self.data_dir), **(environ or {})}
        self.patience = PATIENCE  # seconds that a start may take
        self._options = options
        self._process: subprocess.Popen[str] | None = None
        self._reading: threading.Thread | None = None
        self._commands: Commands | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def start(self) -> None:
        """Start it and wait for its address."""
        self.launch()
        until(lambda: self._link() or self.code is not None, "the address", within=self.patience)
        if self.code is not None:
            raise AssertionError(f"manage.py up ended with {self.code}:\n" + "\n".join(self.said))

    def restart(self, *options: str) -> None:
        """After its end, with these options besides."""
        self._options = (*self._options, *options)
        self.start()

    def launch(self) -> None:
        """Start it and wait for nothing."""
        self.said.clear()
        self._close_commands()  # what they have read of the settings may be another's
        self._process = subprocess.Popen(
            [sys.executable, "manage.py", "up", *self._options],
            cwd=self._root,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            preexec_fn=dies_with_us(signal.SIGTERM),  # workers that ctrl-C ends tidy nothing up
        )
        self._reading = threading.Thread(target=self._read, args=(self._process,), daemon=True)
        self._reading.start()

    @property
    def pid(self) -> int:
        """Of `manage.py up` itself."""
        assert self._process is not None
        return self._process.pid

    @property
    def code(self) -> int | None:
        """Its exit code, once it has ended."""
        return self._process.poll() if self._process is not None else None

    @property
    def link(self) -> str:
        """The one-time sign-in link."""
        return self._link()

    @property
    def address(self) -> str:
        """Scheme, host and port."""
        return self._link().partition("/signin/")[0]

    def wait(self, within: float) -> int:
        """Wait for its end; the exit code. All that it said has then been read."""
        assert self._process is not None
        assert self._reading is not None
        code = self._process.wait(within)
        self._reading.join(within)
        return code

    def stop(self, *, within: float = 15.0) -> int:
        """ctrl-C; the exit code."""
        os.kill(self.pid, signal.SIGINT)
        return self.wait(within)

    def close(self) -> None:
        """Stop it, and whatever is left of it, and remove its directory."""
        if self._process is not None and self._process.poll() is None:
            family = descendants(self._process.pid)
            self._process.send_signal(signal.SIGTERM)
            try:
                self.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(10)
                for one in family:
                    if lives(one):
                        os.kill(one, signal.SIGKILL)
        if self._reading is not None:
            self._reading.join(10)
        self._close_commands()
        shutil.rmtree(self.home, ignore_errors=True)

    def manage(self, *words: str, codes: tuple[int, ...] = (0,), line: str = "") -> str:
        """Another command of manage.py, on the same data directory; what it said."""
        done = self.command(*words, line=line)
        assert done.returncode in codes, f"manage.py {' '.join(words)} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
        return done.stdout

    def command(self, *words: str, line: str = "", environ: dict[str, str] | None = None) -> Done:
        """Another command of manage.py, however it ends: in a fork of a process that has imported it, but of another tree than ours
        in a process of its own."""
        if self._root != ROOT:
            return self.process(*words, line=line, environ=environ)
        if self._commands is None:
            self._commands = Commands(self.environ)
        return self._commands.run(words, line, environ)

    def process(self, *words: str, line: str = "", environ: dict[str, str] | None = None) -> Done:
        """The same in a process of its own, as a person would run it."""
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=self._root,
            env={**self.environ, **(environ or {})},
            input=f"{line}\n",
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def pace(self) -> float:
        """How many times longer than at rest this machine takes now, at least 1: by a bare `manage.py check`, the yardstick of what
        is promised in seconds."""
        begun = time.monotonic()
        done = self.process("check")
        assert done.returncode == 0, done.stderr
        return max(1.0, (time.monotonic() - begun) / AT_REST)

    def _close_commands(self) -> None:
        if self._commands is not None:
            self._commands.close()
            self._commands = None

    def feed(self, line: str, *words: str) -> str:
        """Another command that reads one line; what it said."""
        return self.manage(*words, line=line)

    def status(self) -> Status:
        """`manage.py status --json`, whatever it says of the clusters."""
        return msgspec.json.decode(self.manage("status", "--json", codes=(0, 1, 2, 3)), type=Status)

    def part(self, word: str) -> int:
        """The process of the part whose command line has this word."""

        def look() -> int:
            for process in descendants(self.pid):
                try:
                    words = Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")
                except (FileNotFoundError, ProcessLookupError):
                    continue
                if any(word.encode() in one for one in words) and b"child.py" not in b" ".join(words):
                    return process
            return 0

        return until(look, f"a process of {word}", within=20)

    def log(self, name: str) -> str:
        """What a part has written."""
        path = self.data_dir / "log" / f"{name}.log"
        return path.read_text() if path.exists() else ""

    def _link(self) -> str:
        found = re.search(r"https?://\S+/signin/\S+", "\n".join(self.said))
        return found[0] if found else ""

    def _read(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        with process.stdout:
            for line in process.stdout:
                self.said.append(line.rstrip("\n"))
