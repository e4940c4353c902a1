"""An event loop whose waits take no time: when nothing is ready, its clock jumps to the next timer.

Sockets are real, and both of their ends live in this loop, so whatever was sent has arrived when a select finds nothing more to
do. Work in threads is waited for in real time. Quarter hours of a cluster's life pass in seconds, whatever else the machine does.
"""

import asyncio
import selectors
import time
from asyncio import SelectorEventLoop
from collections.abc import Callable
from concurrent.futures import Executor
from typing import TypeVar, TypeVarTuple, Unpack

_T = TypeVar("_T")
_Ts = TypeVarTuple("_Ts")

#: Real seconds in which what was sent over the loopback interface surely arrives; it mostly has when `send` returns.
GRACE = 0.0002
#: Real seconds between looks at whether a thread has finished.
THREADS = 0.02
#: Real seconds after which a loop without timers, threads and anything to read is stuck: both ends are in it, so nothing can come.
STUCK = 15.0


class _Selector(selectors.DefaultSelector):
    """Never waits for time to pass: tells the loop to jump instead."""

    def __init__(self) -> None:
        super().__init__()
        self.jump: Callable[[float], None] = lambda _: None
        self.threads = 0
        self._moved = time.monotonic()

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready: list[tuple[selectors.SelectorKey, int]] = super().select(0)
        if ready or timeout is not None or self.threads:
            self._moved = time.monotonic()
        elif time.monotonic() - self._moved > STUCK:
            raise RuntimeError("Everything in this loop waits for something that cannot happen any more.")
        if ready or timeout == 0:
            return ready
        if timeout is None or self.threads:
            return super().select(THREADS)
        time.sleep(GRACE)  # epoll waits for whole milliseconds, which were two thirds of a cluster's life
        ready = super().select(0)
        if not ready:
            self.jump(timeout)
        return ready


class JumpingLoop(SelectorEventLoop):
    """`time()` begins at 1,000 s and moves by jumps alone."""

    def __init__(self) -> None:
        self._now = 1000.0
        self._chosen = _Selector()
        self._chosen.jump = self._jump
        super().__init__(self._chosen)

    def time(self) -> float:
        return self._now

    def _jump(self, seconds: float) -> None:
        self._now += seconds

    def run_in_executor(self, executor: Executor | None, func: Callable[[Unpack[_Ts]], _T], *args: *_Ts) -> "asyncio.Future[_T]":
        self._chosen.threads += 1
        future: asyncio.Future[_T] = super().run_in_executor(executor, func, *args)
        future.add_done_callback(self._finished)
        return future

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:  # noqa: ASYNC109  asyncio's own
        """Without the limit that newer Pythons set, five minutes of this clock: they pass in no time, before any thread can end."""
        await super().shutdown_default_executor()

    def _finished(self, _: "asyncio.Future[_T]") -> None:
        self._chosen.threads -= 1
