"""Looking at real processes from outside."""

import asyncio
from collections.abc import Callable
from pathlib import Path


def lives(process: int) -> bool:
    """Whether the process exists and is not merely waiting to be reaped."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def descendants(process: int) -> list[int]:
    """All processes below this one."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
        children.setdefault(parent, []).append(int(entry.name))
    found, ahead = [], [process]
    while ahead:
        below = children.get(ahead.pop(), [])
        found += below
        ahead += below
    return found


async def until(holds: Callable[[], bool], what: str, *, within: float = 15.0) -> None:
    """Wait for a condition, for a limited time."""
    try:
        async with asyncio.timeout(within):
            while not holds():  # noqa: ASYNC110 - a process tells nobody what it has become
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise AssertionError(f"{what} did not happen within {within:g} s") from None
