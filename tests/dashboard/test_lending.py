"""Threads that are kept from one request to the next."""

import asyncio
import threading

from asgiref.sync import ThreadSensitiveContext, sync_to_async

from dashboard.lending import Threads


async def thread_of(threads: Threads, together: asyncio.Barrier | None = None) -> set[int]:
    """In which threads a request is worked on, as Django does it: in a context of its own within."""
    async with threads.lent(), ThreadSensitiveContext():
        first = await sync_to_async(threading.get_ident)()
        if together is not None:
            await together.wait()
        return {first, await sync_to_async(threading.get_ident)()}


async def test_one_after_the_other_are_worked_on_in_one_thread() -> None:
    threads = Threads("request")
    first, second = await thread_of(threads), await thread_of(threads)
    assert first == second
    assert len(first) == 1
    assert threads.made == 1


async def test_those_that_come_together_have_a_thread_each_and_give_it_back() -> None:
    threads = Threads("request")
    together = asyncio.Barrier(5)
    used = await asyncio.gather(*(thread_of(threads, together) for _ in range(5)))
    assert len(set.union(*used)) == 5, "none is shared"
    assert all(len(one) == 1 for one in used)
    await asyncio.gather(*(thread_of(threads) for _ in range(5)))
    assert threads.made == 5


async def test_a_request_that_fails_gives_its_thread_back() -> None:
    threads = Threads("request")

    async def fail() -> None:
        async with threads.lent():
            raise ConnectionResetError

    for _ in range(3):
        await asyncio.gather(fail(), return_exceptions=True)
    assert threads.made == 1


async def test_threads_that_were_begun_are_lent_first() -> None:
    threads = Threads("request")
    threads.begin(3)
    together = asyncio.Barrier(3)
    await asyncio.gather(*(thread_of(threads, together) for _ in range(3)))
    assert threads.made == 3
