"""GET and LIST: pages, continue tokens, selectors and resource versions."""

import asyncio
import base64
from collections import OrderedDict
from collections.abc import AsyncIterator
from dataclasses import dataclass

import msgspec

from planes.demo.clock import Clock
from planes.demo.replies import JSON, Reply, Request, refusal
from planes.demo.selectors import SelectorError, matcher
from planes.demo.store import Record, Store, Table, key_of

TOKEN_LIFE = 300.0  # seconds for which a continue token is good
SNAPSHOTS = 16  # paged lists that can be under way at once
TOO_LARGE_WAIT = 3.0  # seconds for which the server waits to catch up with a resource version from the future
AT_ONCE = 500  # objects encoded before others get their turn

_TOO_OLD = (
    "The provided continue parameter is too old to display a consistent list result. You can start a new list without the "
    "continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with "
    "the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the "
    "first chunk was returned and now may show up in the list."
)


class Token(msgspec.Struct, frozen=True):
    """A continue token. rv -1 goes on from the state as it is."""

    v: str
    rv: int
    start: str

    def encode(self) -> str:
        return base64.urlsafe_b64encode(msgspec.json.encode(self)).decode().rstrip("=")


@dataclass(frozen=True)
class _Snapshot:
    records: list[Record]
    taken: float


class Reader:
    """Answers GET and LIST from the store. Keeps the states that paged lists began with, so that their pages agree."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._snapshots: OrderedDict[tuple[str, str, int], _Snapshot] = OrderedDict()

    def expire(self) -> None:
        """Forget the states that paged lists began with: their tokens have expired."""
        self._snapshots.clear()

    def get(self, table: Table, namespace: str, name: str) -> Reply:
        record = table.get(f"{namespace}/{name}" if namespace else name)
        if record is None:
            kind = table.resource
            details = {"name": name, **({"group": kind.group} if kind.group else {}), "kind": kind.plural}
            return refusal(404, "NotFound", f'{kind.qualified} "{name}" not found', details)
        return Reply(200, b'{"kind":"%b","apiVersion":"%b",' % _names(table) + record.encode()[1:])

    async def page(self, table: Table, namespace: str, request: Request) -> Reply:
        query = request.query
        version = query.get("resourceVersion", "")
        try:
            limit = int(query.get("limit") or 0)
            wanted = int(version or 0)
            match = matcher(table.resource.plural, query.get("labelSelector", ""), query.get("fieldSelector", ""))
        except SelectorError as error:
            return refusal(400, "BadRequest", str(error))
        except ValueError:
            return refusal(400, "BadRequest", f"invalid resource version or limit: {version!r}")
        if wanted > self._store.revision:
            await asyncio.sleep(TOO_LARGE_WAIT)
            if wanted > self._store.revision:
                return self._too_large(wanted)
        revision = self._store.revision
        start = ""
        if query.get("continue"):
            found = self._continued(table, namespace, query["continue"])
            if isinstance(found, Reply):
                return found
            records, revision, start = found
        else:
            records = table.records(namespace)
        if version == "0" and not query.get("continue"):
            limit = 0  # served from the cache, which does not page
        if match is not None:
            records = [record for record in records if match(record)]
        first = _position(records, start) if start else 0
        page = records[first : first + limit] if limit else records[first:]
        meta = b'"resourceVersion":"%d"' % revision
        left = len(records) - first - len(page)
        if left and page:
            last = key_of(page[-1])
            if namespace:
                last = last.removeprefix(namespace + "/")
            meta += b',"continue":"%b"' % Token("meta.k8s.io/v1", revision, f"/{last}\0").encode().encode()
            if match is None:
                meta += b',"remainingItemCount":%d' % left
            if not query.get("continue"):
                self._keep(table, namespace, revision, table.records(namespace))
        kind, api_version = _names(table)
        head = b'{"kind":"%bList","apiVersion":"%b","metadata":{%b},"items":[' % (kind, api_version, meta)
        if len(page) <= AT_ONCE:
            return Reply(200, head + b",".join([record.encode() for record in page]) + b"]}\n", JSON)
        return Reply(200, head, JSON, parts=_encode(page))

    def _continued(self, table: Table, namespace: str, given: str) -> tuple[list[Record], int, str] | Reply:
        try:
            token = msgspec.json.decode(base64.urlsafe_b64decode(given + "=" * (-len(given) % 4)), type=Token)
        except (ValueError, msgspec.DecodeError):
            return refusal(400, "BadRequest", "continue key is not valid: illegal base64 data")
        last = token.start.rstrip("\0").removeprefix("/")
        start = (f"{namespace}/{last}" if namespace else last) + "\0"
        if token.rv < 0:
            return table.records(namespace), self._store.revision, start
        if token.rv <= self._store.first_revision:
            return [], token.rv, start  # there was nothing yet
        kept = self._snapshots.get((table.resource.qualified, namespace, token.rv))
        if kept is None or self._clock.mono() - kept.taken > TOKEN_LIFE:
            fresh = Token("meta.k8s.io/v1", -1, f"{last}\0").encode()
            return refusal(410, "Expired", _TOO_OLD, metadata={"continue": fresh})
        return kept.records, token.rv, start

    def _keep(self, table: Table, namespace: str, revision: int, records: list[Record]) -> None:
        self._snapshots[table.resource.qualified, namespace, revision] = _Snapshot(records, self._clock.mono())
        while len(self._snapshots) > SNAPSHOTS:
            self._snapshots.popitem(last=False)

    def _too_large(self, wanted: int) -> Reply:
        message = f"Timeout: Too large resource version: {wanted}, current: {self._store.revision}"
        cause = {"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}
        details = {"causes": [cause], "retryAfterSeconds": 1}
        return refusal(504, "Timeout", message, details, Retry_After="1")


def _names(table: Table) -> tuple[bytes, bytes]:
    return table.resource.kind.encode(), table.resource.api_version.encode()


def _position(records: list[Record], start: str) -> int:
    """The first record at or after `start` in the order of keys."""
    low, high = 0, len(records)
    while low < high:
        middle = (low + high) // 2
        if key_of(records[middle]) < start:
            low = middle + 1
        else:
            high = middle
    return low


async def _encode(records: list[Record]) -> AsyncIterator[bytes]:
    for begin in range(0, len(records), AT_ONCE):
        part = b",".join([record.encode() for record in records[begin : begin + AT_ONCE]])
        yield b"," + part if begin else part
        await asyncio.sleep(0)
    yield b"]}\n"
