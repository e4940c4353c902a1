"""One of three API servers behind the balancer is unwell, and the balancer does not notice: it is dead, hangs, or has lost etcd.

Then its lists from the cache are as they were, its watches open and say nothing, whatever needs etcd fails after a while,
and so does its own check of etcd. The other two are well, and every connection goes to one of the three.
"""

import asyncio
import random
import ssl

SERVERS = 3
#: Seconds after which an API server gives up on etcd.
GIVES_UP = 3.0
_TIMED_OUT = (
    b'{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"etcdserver: request timed out","code":500}\n'
)
_CHECKS = b"[+]ping ok\n[+]log ok\n[-]etcd failed: reason withheld\n[+]poststarthook/start-apiextensions-controllers ok\n"


class Unwell:
    """The one of three. `how`: "dead" (every connection is reset), "hangs" (nothing is ever answered), or "has lost etcd", where
    `freeze` comes first and `answer` tells what it says."""

    def __init__(self, how: str, rng: random.Random) -> None:
        self.how = how
        self._rng = rng
        self._lists: dict[str, bytes] = {}

    def takes(self) -> bool:
        """Whether the balancer gives a connection to it."""
        return self._rng.randrange(SERVERS) == 0

    async def freeze(self, heads: dict[str, bytes], port: int, towards: ssl.SSLContext) -> None:
        """Remember the lists of these paths as they are now. `heads`: a request of each path."""
        for path, head in heads.items():
            reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=towards)
            rest = head.split(b"\r\n", 1)[1].replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
            writer.write(f"GET {path}?resourceVersion=0 HTTP/1.1\r\n".encode() + rest)
            self._lists[path] = await reader.read(-1)
            writer.transport.abort()

    async def answer(self, line: str) -> bytes | None:
        """All bytes of the answer to a request; None: a watch, on which nothing comes."""
        target = line.split(" ")[1]
        path, _, query = target.partition("?")
        if "watch=1" in query:
            return None
        if path in ("/livez", "/readyz", "/healthz"):
            return _plain(_CHECKS, "text/plain")
        if "resourceVersion=0" in query and path in self._lists:
            return self._lists[path]
        await asyncio.sleep(GIVES_UP)
        return _plain(_TIMED_OUT, "application/json")


def _plain(body: bytes, kind: str) -> bytes:
    head = f"HTTP/1.1 500 Told\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return head.encode() + body
