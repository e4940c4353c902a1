"""Our own clock over every step: whatever the transport promises, a step that shows no sign of life for too long is cancelled."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Protocol

from planes.structs.time_tokens import duration

#: Seconds between looks, and how long a step that neither has a `patience` of its own nor shows signs of life may take.
LOOK_EVERY, PATIENCE = 5.0, 120.0
#: Seconds in which a cancelled step should end; one that does not is left to itself.
ENDING = 2.0


class Living(Protocol):
    """A stepper whose steps go on for long: `signs` grows while one lives; without any for `patience` seconds it does not."""

    signs: int
    patience: float


class OverstayedError(Exception):
    """The step was cancelled. `seconds`: for so long it had shown no sign of life."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"no sign of life for {duration(seconds)}")
        self.seconds = seconds


async def watched(step: Coroutine[Any, Any, float], living: Living | None) -> float:
    """What `step` returns or raises; `OverstayedError` if it has to be cancelled. Time is counted in looks, so that a pause of our
    own process is no step's fault."""
    task = asyncio.ensure_future(step)
    patience = living.patience if living is not None else PATIENCE
    looks, signs = 0, -1
    try:
        while not task.done():
            await asyncio.wait((task,), timeout=LOOK_EVERY)
            now = living.signs if living is not None else 0
            looks, signs = (looks + 1, signs) if now == signs else (0, now)
            if not task.done() and looks * LOOK_EVERY >= patience:
                raise OverstayedError(looks * LOOK_EVERY)
        return task.result()
    finally:
        task.cancel()
        await asyncio.wait((task,), timeout=ENDING)
