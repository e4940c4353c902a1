"""WATCH: a stream of events, one JSON object a line.

Semantics as the API server documents them: without a resource version, or with "0", the stream begins with a made-up ADDED for
everything there is; with one, it goes on after it, or says ERROR 410 under HTTP 200 if that has expired. Changes that arrive
together are sent together, which is what keeps 500 renewals a second cheap.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable

import msgspec

from planes.demo.clock import Clock
from planes.demo.cluster import Cluster
from planes.demo.replies import Reply, Request, refusal, status_body
from planes.demo.selectors import Match, SelectorError, matcher
from planes.demo.store import Change, Record, Table
from planes.demo.template import Body

GATHER = 0.025  # seconds for which changes are gathered before they are sent
BOOKMARK = 60.0  # between two bookmarks
LAST_BOOKMARK = 2.0  # before a watch ends by its time limit
DEFAULT_LIFE = (1800.0, 3600.0)
A_BATCH = 500  # events sent at once, so that no watch keeps the others waiting

_NODE_INFO = (
    "machineID", "systemUUID", "bootID", "kernelVersion", "osImage", "containerRuntimeVersion", "kubeletVersion",
    "kubeProxyVersion", "operatingSystem", "architecture",
)  # fmt: skip


class Watch:
    """One watch. `events` yields what to send; whoever reads it stops when the client has gone."""

    def __init__(self, cluster: Cluster, table: Table, namespace: str, request: Request) -> None:
        self._clock: Clock = cluster.clock
        self._cluster = cluster
        self._table = table
        self._namespace = namespace
        query = request.query
        self._match: Match | None = matcher(table.resource.plural, query.get("labelSelector", ""), query.get("fieldSelector", ""))
        self._version = query.get("resourceVersion", "")
        self._from = int(self._version or 0)
        initial = query.get("sendInitialEvents", "").lower()
        self._initial = initial == "true" or (self._from == 0 and initial != "false")
        self._bookmarks = query.get("allowWatchBookmarks", "").lower() in {"true", "1"}
        limit = float(query.get("timeoutSeconds") or 0)
        self._life = limit or cluster.noise.uniform(*DEFAULT_LIFE)
        self._head = b'{"kind":"%b","apiVersion":"%b",' % (table.resource.kind.encode(), table.resource.api_version.encode())

    async def events(self, stalled: Callable[[], bool]) -> AsyncGenerator[bytes]:
        """Lines to send. While `stalled` says so, nothing is: the server hangs."""
        started = self._clock.mono()
        ends = started + self._life
        mark = started + BOOKMARK * self._cluster.noise.uniform(0.9, 1.1)
        marked_last = False
        store_revision = self._cluster.store.revision
        if self._initial:
            sequence = self._table.sequence(store_revision)
            records = [record for record in self._table.records(self._namespace) if self._sees(record)]
            for begin in range(0, len(records), A_BATCH):
                yield b"".join([self._line(b"ADDED", record) for record in records[begin : begin + A_BATCH]])
            if self._bookmarks:
                yield self._bookmark(store_revision, {"k8s.io/initial-events-end": "true"})
        else:
            sequence = self._table.sequence(self._from)
        if sequence is None:
            message = f"too old resource version: {self._from} ({self._table.floor})"
            yield _error(410, "Expired", message)
            return
        while True:
            signal = self._table.signal()
            changes = None if stalled() else self._table.changes(sequence)
            now = self._clock.mono()
            if changes:
                for begin in range(0, len(changes), A_BATCH):
                    lines = b"".join([self._event(change) for change in changes[begin : begin + A_BATCH]])
                    if lines:
                        yield lines
                sequence += len(changes)
            elif changes is None and not stalled():
                yield _error(410, "Expired", "The resourceVersion for the provided watch is too old.")
                return
            if now >= ends:
                return
            last = self._life > LAST_BOOKMARK and not marked_last and now >= ends - LAST_BOOKMARK
            if self._bookmarks and not stalled() and (now >= mark or last):
                marked_last = marked_last or last
                mark = now + BOOKMARK
                if not self._table.changes(sequence):
                    yield self._bookmark(self._cluster.store.revision)
            wait = min(mark, ends if marked_last else max(ends - LAST_BOOKMARK, now + 0.05), ends) - now
            try:
                await asyncio.wait_for(signal.wait(), max(0.01, min(wait, 1.0)))
                await asyncio.sleep(GATHER)
            except TimeoutError:
                continue

    def _sees(self, record: Record) -> bool:
        if self._namespace and record.namespace != self._namespace:
            return False
        return self._match is None or self._match(record)

    def _event(self, change: Change) -> bytes:
        """The event as this watch sees it: an object that leaves its selection is DELETED to it, one that enters ADDED."""
        now = self._sees(change.record)
        if self._match is None or change.previous is None:
            return self._line(change.type.encode(), change.record) if now else b""
        before = self._sees(change.previous)
        if change.type == "DELETED":
            return self._line(b"DELETED", change.record) if before else b""
        if now:
            return self._line(b"MODIFIED" if before else b"ADDED", change.record)
        return self._line(b"DELETED", change.previous.at(change.revision)) if before else b""

    def _line(self, kind: bytes, record: Record) -> bytes:
        return b'{"type":"%b","object":%b%b}\n' % (kind, self._head, record.encode()[1:])

    def _bookmark(self, revision: int, annotations: dict[str, str] | None = None) -> bytes:
        meta: Body = {"resourceVersion": str(revision)}
        if annotations:
            meta["annotations"] = annotations
        body: Body = {"kind": self._table.resource.kind, "apiVersion": self._table.resource.api_version, "metadata": meta}
        body |= _empty(self._table.resource.kind)
        return msgspec.json.encode({"type": "BOOKMARK", "object": body}) + b"\n"


def _empty(kind: str) -> Body:
    """What an object of a kind looks like when nothing is set: bookmarks are such objects."""
    if kind == "Node":
        info = dict.fromkeys(_NODE_INFO, "")
        return {"spec": {}, "status": {"daemonEndpoints": {"kubeletEndpoint": {"Port": 0}}, "nodeInfo": info}}
    if kind == "Pod":
        return {"spec": {"containers": None}, "status": {}}
    return {"spec": {}} if kind in {"Lease", "Namespace", "Service", "APIService"} else {}


def _error(code: int, reason: str, message: str) -> bytes:
    return msgspec.json.encode({"type": "ERROR", "object": status_body(code, reason, message)}) + b"\n"


def open_watch(cluster: Cluster, table: Table, namespace: str, request: Request) -> Watch | Reply:
    """The watch that was asked for, or why not."""
    try:
        watch = Watch(cluster, table, namespace, request)
    except SelectorError as error:
        return refusal(400, "BadRequest", str(error))
    except ValueError:
        return refusal(400, "BadRequest", "invalid resource version or time limit")
    return watch
