"""All parts together: what may start at once does, and they stop in order: web, workers, demo, Valkey."""

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from planes.up import health
from planes.up.health import PartHealth
from planes.up.output import Say
from planes.up.part import Part, Recipe
from planes.up.refusal import Exit, RefusalError

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
#: A part that was never ready within so many seconds is told of; it may still come.
_SLOW_S = 20.0
#: Signals closer together are one: `timeout` and some shells send theirs to the process and then to its group.
_ONE_CTRL_C_S = 0.3


class Supervisor:
    """Starts parts in the order in which `start` is called, and stops them by `stage`, highest first. How they are stands in
    `data_dir` for as long as they run, where one is given."""

    def __init__(self, log_dir: Path, say: Say, data_dir: Path | None = None) -> None:
        self._data_dir = data_dir
        self._log_dir = log_dir
        self._say = say
        self._stages: dict[int, list[Part]] = {}
        self._asked_to_stop = asyncio.Event()
        self._failed: asyncio.Queue[Part] = asyncio.Queue()
        self._watching: set[asyncio.Task[None]] = set()
        self._asked_at = 0.0

    def start(self, recipe: Recipe, *, stage: int) -> Part:
        """Start a part and keep it running."""
        part = Part(recipe, self._log_dir, self._say)
        self._stages.setdefault(stage, []).append(part)
        part.start()
        watching = asyncio.create_task(self._watch(part))
        self._watching.add(watching)
        watching.add_done_callback(self._watching.discard)
        return part

    async def settled(self, part: Part) -> None:
        """Wait until the part works. Says so when that takes long."""
        if not await _within(part.settled.wait(), _SLOW_S):
            self._say(f"{part.recipe.title} is slow to start; its log is {self._log_dir / part.recipe.name}.log.")
            await part.settled.wait()

    async def run(self, begin: Callable[[], Awaitable[None]]) -> Exit:
        """Carry out `begin`, then run until asked to stop or a part will not start; stops everything on the way out."""
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            loop.add_signal_handler(number, self._stop_asked)
        beginning = asyncio.ensure_future(begin())
        stopping = asyncio.create_task(self._asked_to_stop.wait())
        failing = asyncio.create_task(self._failed.get())
        telling = asyncio.create_task(self._tell_health())
        try:
            await asyncio.wait({beginning, stopping, failing}, return_when=asyncio.FIRST_COMPLETED)
            if beginning.done():
                await beginning  # raises what it could not do
                await asyncio.wait({stopping, failing}, return_when=asyncio.FIRST_COMPLETED)
            if failing.done():
                raise _refusal(failing.result(), self._log_dir)
            return Exit.STOPPED
        finally:
            for task in (beginning, stopping, failing, telling, *self._watching):
                task.cancel()
            await self._stop_all()
            if self._data_dir is not None:
                health.path(self._data_dir).unlink(missing_ok=True)

    def _stop_asked(self) -> None:
        now = time.monotonic()
        if not self._asked_to_stop.is_set():
            self._asked_at = now
            self._say("Stopping. Press ctrl-C again to kill what is still running.")
            self._asked_to_stop.set()
        elif now - self._asked_at > _ONE_CTRL_C_S:
            for part in self._parts():
                part.kill()

    async def _stop_all(self) -> None:
        begun = time.monotonic()
        for stage in sorted(self._stages, reverse=True):
            await asyncio.gather(*(part.stop() for part in self._stages[stage]))
        if self._asked_to_stop.is_set():
            self._say(f"Stopped after {time.monotonic() - begun:.1f} s.")

    async def _watch(self, part: Part) -> None:
        await part.failed.wait()
        self._failed.put_nowait(part)

    async def _tell_health(self) -> None:
        """Write down how the parts are, whenever that has changed and every other second."""
        said: tuple[PartHealth, ...] | None = None
        said_at = 0.0
        while self._data_dir is not None:
            now = tuple(part.health() for part in self._parts())
            if now != said or time.monotonic() - said_at >= health.REFRESH:
                await asyncio.to_thread(health.write, self._data_dir, now)
                said, said_at = now, time.monotonic()
            await asyncio.sleep(health.EVERY)

    def _parts(self) -> list[Part]:
        return [part for parts in self._stages.values() for part in parts]


def _refusal(part: Part, log_dir: Path) -> RefusalError:
    last = f": {part.tail.rstrip('.')}" if part.tail else f"; it {part.ended_with}"
    return RefusalError(
        f"{part.recipe.title} does not start{last}.",
        f"All of its output is in {log_dir / part.recipe.name}.log.",
        Exit.FAILED,
    )


async def _within(waiting: Awaitable[object], seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await waiting
    except TimeoutError:
        return False
    return True
