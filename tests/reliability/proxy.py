"""A way between two programs that can be told to swallow all that is sent over it, as a router does that has lost its way."""

import asyncio
import contextlib
import threading


class Way:
    """Listens on a port of 127.0.0.1 and passes everything on, or swallows it: what is sent vanishes, new connections are taken and
    never answered, and nobody is told. Runs in a thread of its own."""

    def __init__(self, target: int) -> None:
        self.port = 0
        self._open = asyncio.Event()
        self._open.set()
        self._target = target
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()
        assert self._ready.wait(10)

    def swallow(self, swallows: bool) -> None:
        """From now on, or no longer."""
        self._loop.call_soon_threadsafe(self._open.clear if swallows else self._open.set)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    def _run(self) -> None:
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._taken, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        await asyncio.sleep(0)

    async def _taken(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.CancelledError):  # asyncio would log it of each connection
            await self._pass(reader, writer)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._open.is_set():
            await self._open.wait()
            writer.close()  # whoever waited on it has long given up
            return
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.close()
            return
        ways = [asyncio.create_task(self._copy(reader, back)), asyncio.create_task(self._copy(there, writer))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            writer.close()
            back.close()

    async def _copy(self, source: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(65536):
                if not self._open.is_set():
                    continue
                to.write(data)
                await to.drain()
            await self._open.wait()  # nor is an end told
