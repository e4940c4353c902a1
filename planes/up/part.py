"""One supervised process: started through the launcher, its lines taken, started again when it ends by itself, stopped in order."""

import asyncio
import os
import random
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from planes.structs.backoff import Backoff
from planes.structs.time_tokens import duration
from planes.up.health import EVERY, SILENT, Alive, PartHealth, Silence
from planes.up.output import LogFile, Output, Say

#: Seconds: the first wait before a part that ended is started again at most, any at most, and any at least.
FIRST_S, LIMIT_S, FLOOR_S = 0.25, 15.0, 0.1
#: A part that ran for so long has recovered: its next end counts as the first again.
RECOVERED_S = 30.0
_LINE_LIMIT = 256 * 1024  # bytes; a longer line is cut
#: Names the descriptor through which a part says that it lives.
BEATS_FD = "PLANEWATCH_BEATS_FD"
_LAUNCHER = Path(__file__).with_name("child.py")


@dataclass(frozen=True)
class Recipe:
    """What a part is. `ready` tells whether a started part does its work now; None: it is taken for ready at once."""

    name: str
    title: str  # for people: "the watch worker"
    command: Sequence[str]
    environ: Mapping[str, str] = field(default_factory=dict)  # beside our own
    descriptors: tuple[int, ...] = ()
    ready: Callable[[], Awaitable[bool]] | None = None
    alive: Alive | None = None  # asked again and again once it runs; None: `ready` is, where there is one
    beats: bool = False  # it says by itself that it lives: a byte a second through the descriptor that BEATS_FD names
    grace: float = 3.0  # seconds from SIGTERM to SIGKILL
    ignore: str = ""  # lines that look serious and are not: a regular expression
    directory: Path | None = None


class Part:
    """Runs a recipe until `stop`. `settled` is set once the part was ready, `failed` when it ended `patience` times before that."""

    def __init__(self, recipe: Recipe, log_dir: Path, say: Say, *, patience: int = 3, rng: random.Random | None = None) -> None:
        self.recipe = recipe
        self.settled = asyncio.Event()
        self.failed = asyncio.Event()
        self.ended_with = ""
        self.restarts = 0
        self._say = say
        self._output = Output(recipe.name, LogFile(log_dir / f"{recipe.name}.log"), say, ignore=recipe.ignore)
        self._patience = patience
        rng = rng or random.Random()  # noqa: S311 (spreads restarts; guards nothing)
        self._backoff = Backoff(rng, first=FIRST_S, cap=LIMIT_S, floor=FLOOR_S)
        self._process: asyncio.subprocess.Process | None = None
        self._silence: Silence | None = None
        self._since = time.time()
        self._hung = ""
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """The running process, if there is one."""
        return self._process.pid if self._process is not None and self._process.returncode is None else None

    @property
    def tail(self) -> str:
        """The last telling line."""
        return self._output.tail

    def health(self) -> PartHealth:
        """As `manage.py status` tells it."""
        state, since = "works", self._since
        if self.pid is None:
            state = "ended"
        elif self._silence is None or not self._silence.known:
            state = "starting"
        elif (lasts := self._silence.lasts(time.monotonic())) > SILENT:
            state, since = "silent", time.time() - lasts
        return PartHealth(self.recipe.name, self.recipe.title, state, round(since, 1))

    def start(self) -> None:
        """Start it and keep it running."""
        self._task = asyncio.create_task(self._keep(), name=f"part {self.recipe.name}")

    async def stop(self) -> None:
        """SIGTERM, and SIGKILL after the grace; returns when nothing of the part is left."""
        self._stopping.set()
        self._output.muted = True
        if self._task is None:
            return
        self._signal(signal.SIGTERM)
        done, _ = await asyncio.wait({self._task}, timeout=self.recipe.grace)
        if not done:
            self.kill()
            await asyncio.wait({self._task}, timeout=2)

    def kill(self) -> None:
        """End it and all that it started, at once."""
        self._stopping.set()
        if self._process is not None:
            _kill_group(self._process.pid)

    async def _keep(self) -> None:
        while not self._stopping.is_set():
            begun = time.monotonic()
            await self._run()
            if self._stopping.is_set():
                return
            self.restarts += 1
            if not self.settled.is_set() and self.restarts >= self._patience:
                self.failed.set()
                return
            if time.monotonic() - begun >= RECOVERED_S:
                self._backoff.succeeded()
            wait = self._backoff.failed()
            why = f" Its last line: {self.tail}" if self.tail and not self.settled.is_set() else ""
            self._say(f"{self.recipe.title} {self.ended_with}; it restarts in {duration(wait)}.{why}")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), wait)

    async def _run(self) -> None:
        """One life of the process. Its output comes through a pipe of our own: asyncio would not tell that the process has ended
        as long as any process that it had started holds the pipe."""
        reader, source = await self._reader()
        beats = _Beats() if self.recipe.beats else None
        self._since, self._hung = time.time(), ""
        try:
            self._process = process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-E",
                "-S",
                str(_LAUNCHER),
                str(os.getpid()),
                *self.recipe.command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=source.write_end,
                stderr=asyncio.subprocess.STDOUT,
                env={**os.environ, **self.recipe.environ, **({BEATS_FD: str(beats.write_end)} if beats else {})},
                cwd=self.recipe.directory,
                pass_fds=(*self.recipe.descriptors, *((beats.write_end,) if beats else ())),
                start_new_session=True,  # a ctrl-C in the terminal reaches `up` alone, which stops the parts in their order
            )
        finally:
            os.close(source.write_end)
            if beats:
                os.close(beats.write_end)
        self._silence = Silence(time.monotonic())
        reading = asyncio.create_task(self._read(reader))
        waiting = asyncio.create_task(self._await_ready())
        looking = asyncio.create_task(self._look_after(process, self._silence, beats))
        try:
            if self._stopping.is_set():  # stopped in the very moment of starting
                self._signal(signal.SIGTERM)
            code = await process.wait()
            self._since = time.time()
            self.ended_with = (
                self._hung or f"ended by signal {-code} ({signal.Signals(-code).name})" if code < 0 else f"ended with code {code}"
            )
        finally:
            waiting.cancel()
            looking.cancel()
            if beats:
                beats.close()
            _kill_group(process.pid)  # what it has left behind
            # The pipe ends when the last process that holds it has gone.
            await asyncio.wait({reading, waiting, looking}, timeout=2)
            reading.cancel()
            source.transport.close()
            self._output.end()

    async def _reader(self) -> tuple[asyncio.StreamReader, "_Source"]:
        read_end, write_end = os.pipe()
        reader = asyncio.StreamReader(limit=_LINE_LIMIT)
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(read_end, "rb", buffering=0)
        )
        return reader, _Source(transport, write_end)

    async def _read(self, reader: asyncio.StreamReader) -> None:
        while True:
            try:
                line = await reader.readline()
            except ValueError:  # longer than the limit; the reader has dropped what it held
                continue
            if not line:
                return
            self._output.line(line)

    async def _await_ready(self) -> None:
        wait = 0.02
        while self.recipe.ready is not None and not await self.recipe.ready():
            await asyncio.sleep(wait)
            wait = min(0.2, wait * 1.3)
        self.settled.set()

    async def _look_after(self, process: asyncio.subprocess.Process, silence: Silence, beats: "_Beats | None") -> None:
        """Ask it for as long as it runs; kill it when it has been silent for too long."""
        alive = beats.came if beats else self.recipe.alive or self.recipe.ready
        while alive is not None and process.returncode is None:
            silence.look(await alive(), time.monotonic())
            if silence.is_too_long(time.monotonic()) and not self._stopping.is_set():
                self._hung = f"did not answer for {duration(round(silence.lasts(time.monotonic())))} and was ended"
                _kill_group(process.pid)  # also what is stopped
                return
            await asyncio.sleep(EVERY)
        if alive is None:
            silence.known = True

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.send_signal(number)


class _Beats:
    """What a part says of itself, once a second, through a pipe. A pipe needs no disk, and ends with the part."""

    def __init__(self) -> None:
        self._read_end, self.write_end = os.pipe()
        os.set_blocking(self._read_end, False)

    async def came(self) -> bool:
        """Whether it said something since it was last asked."""
        try:
            return bool(os.read(self._read_end, 4096))
        except BlockingIOError:
            return False

    def close(self) -> None:
        os.close(self._read_end)


@dataclass(frozen=True)
class _Source:
    transport: asyncio.ReadTransport
    write_end: int


def _kill_group(leader: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)
