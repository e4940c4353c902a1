"""A client of the demo's API server: plain HTTP, nothing of Planewatch in it."""

import asyncio
import gzip
import ssl
from types import TracebackType
from typing import Any

import aiohttp
import msgspec

LONGEST = 60.0  # seconds that any single wait of a test may take
Json = dict[str, Any]


class Answer(msgspec.Struct):
    status: int
    headers: dict[str, str]
    raw: bytes  # as it came over the wire

    @property
    def body(self) -> bytes:
        return gzip.decompress(self.raw) if self.headers.get("Content-Encoding") == "gzip" else self.raw

    @property
    def json(self) -> Json:
        body: Json = msgspec.json.decode(self.body)
        return body

    @property
    def text(self) -> str:
        return self.body.decode()


class Watching:
    """An open watch."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self.response = response

    async def event(self) -> Json | None:
        """The next event; None when the server has ended the stream."""
        line = await asyncio.wait_for(self.response.content.readline(), LONGEST)
        if not line:
            return None
        event: Json = msgspec.json.decode(line)
        return event

    async def events(self, count: int) -> list[Json]:
        found: list[Json] = []
        for _ in range(count):
            event = await self.event()
            assert event is not None, f"The watch ended after {len(found)} of {count} events."
            found.append(event)
        return found

    async def rest(self) -> list[Json]:
        """All that comes until the server ends the stream."""
        found: list[Json] = []
        while (event := await self.event()) is not None:
            found.append(event)
        return found

    async def until(self, type_: str) -> list[Json]:
        """Events up to the first of a type, that one included."""
        found: list[Json] = []
        while True:
            event = await self.event()
            assert event is not None, f"The watch ended without {type_}."
            found.append(event)
            if event["type"] == type_:
                return found

    def close(self) -> None:
        self.response.close()


class Client:
    def __init__(self, url: str, token: str, context: ssl.SSLContext) -> None:
        self._url = url
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._session = aiohttp.ClientSession(
            headers=headers,
            connector=aiohttp.TCPConnector(ssl=context),
            read_bufsize=1 << 22,
            auto_decompress=False,
            timeout=aiohttp.ClientTimeout(total=LONGEST),
        )

    async def __aenter__(self) -> "Client":
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._session.close()

    async def get(self, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Answer:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self._session.request(method, self._url + path, headers=sent, data=body) as response:
            return Answer(response.status, dict(response.headers), await response.read())

    async def get_within(self, path: str, seconds: float) -> Answer:
        """As `get`, but a TimeoutError when there is no answer in time."""
        return await asyncio.wait_for(self.get(path), seconds)

    async def names(self, path: str) -> list[str]:
        answer = await self.get(path)
        assert answer.status == 200, answer.text
        return [item["metadata"]["name"] for item in answer.json["items"]]

    async def watch(self, path: str) -> Watching:
        joiner = "&" if "?" in path else "?"
        response = await self._session.get(f"{self._url}{path}{joiner}watch=1", timeout=aiohttp.ClientTimeout(total=None))
        assert response.status == 200, await response.text()
        return Watching(response)
