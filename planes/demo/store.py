"""What the simulated API server keeps: a table a resource, one revision counter, and a window of changes for watches.

Records are immutable: a change replaces a record by another with a higher revision. So a page of a list can be served from the
state at its first page, and a watch event shows the object as it was, by holding references instead of copies.
"""

import asyncio
from bisect import bisect_left, insort
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

import msgspec

from planes.demo.template import Body

#: What the changes that are kept for watches may amount to, a table, in bytes as they are encoded.
LOG_BYTES = 8 << 20

ChangeType = Literal["ADDED", "MODIFIED", "DELETED"]


class Record(Protocol):
    """One object at one revision. `encode` gives its JSON without kind and apiVersion, as in the items of a list."""

    @property
    def name(self) -> str: ...
    @property
    def namespace(self) -> str: ...
    @property
    def revision(self) -> int: ...
    def labels(self) -> dict[str, str]: ...
    def field(self, path: str) -> str | None:
        """The value of a field that field selectors may name; None if this kind has no such selector."""

    def encode(self) -> bytes: ...
    def at(self, revision: int) -> "Record": ...


class Doc(msgspec.Struct, frozen=True):
    """An object kept as the plain body that goes over the wire: for the few kinds of which there are few."""

    name: str
    namespace: str
    revision: int
    body: Body

    @classmethod
    def of(cls, body: Body) -> "Doc":
        meta = body["metadata"]
        return cls(meta["name"], meta.get("namespace", ""), 0, body)

    def labels(self) -> dict[str, str]:
        labels: dict[str, str] = self.body["metadata"].get("labels", {})
        return labels

    def field(self, path: str) -> str | None:
        value: object = self.body
        for part in path.split("."):
            value = value.get(part, "") if isinstance(value, dict) else ""
        return str(value)

    def encode(self) -> bytes:
        meta = self.body["metadata"]
        return msgspec.json.encode({**self.body, "metadata": {**meta, "resourceVersion": str(self.revision)}})

    def at(self, revision: int) -> "Doc":
        return Doc(self.name, self.namespace, revision, self.body)


@dataclass(frozen=True, slots=True)
class Resource:
    """How a kind is served: its group ("" for the core), version, names and scope."""

    group: str
    version: str
    plural: str
    kind: str
    namespaced: bool
    short_names: tuple[str, ...] = ()

    @property
    def api_version(self) -> str:
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def qualified(self) -> str:
        """As error messages name it: "leases.coordination.k8s.io", "nodes"."""
        return f"{self.plural}.{self.group}" if self.group else self.plural


class Change(NamedTuple):
    revision: int
    type: ChangeType
    record: Record
    previous: Record | None


def key_of(record: Record) -> str:
    """The order of lists: by namespace, then by name."""
    return f"{record.namespace}/{record.name}" if record.namespace else record.name


class Table:
    """All objects of one resource. A watch goes by sequence numbers of the log of changes and waits for `signal`."""

    def __init__(self, resource: Resource, store: "Store", window: int) -> None:
        self.resource = resource
        self._store = store
        self._window = window  # changes kept for watches, like the capacity of a real watch cache
        self._rows: dict[str, Record] = {}
        self._keys: list[str] = []
        self._log: list[Change] = []
        self._sizes: list[int] = []  # of the changes, bytes as they are encoded
        self._bytes = 0
        self._base = 0  # sequence number of _log[0]
        self.floor = store.revision  # watches from revisions below have expired
        self._signal: asyncio.Event | None = None

    def __len__(self) -> int:
        return len(self._rows)

    def get(self, key: str) -> Record | None:
        return self._rows.get(key)

    def load(self, records: Iterable[Record]) -> None:
        """Objects that were there before anybody watched. Each gets a revision of its own."""
        for record in records:
            self._store.revision += 1
            self._rows[key_of(record)] = record.at(self._store.revision)
        self._keys = sorted(self._rows)
        self.floor = self._store.revision

    def put(self, record: Record) -> None:
        """Create or replace."""
        key = key_of(record)
        self._store.revision += 1
        written = record.at(self._store.revision)
        previous = self._rows.get(key)
        self._rows[key] = written
        if previous is None:
            insort(self._keys, key)
        self._append(Change(written.revision, "ADDED" if previous is None else "MODIFIED", written, previous))

    def remove(self, key: str) -> None:
        previous = self._rows.pop(key, None)
        if previous is None:
            return
        del self._keys[bisect_left(self._keys, key)]
        self._store.revision += 1
        gone = previous.at(self._store.revision)
        self._append(Change(gone.revision, "DELETED", gone, previous))

    def records(self, namespace: str = "") -> list[Record]:
        """In the order of lists."""
        keys = self._keys
        if namespace:
            keys = keys[bisect_left(keys, namespace + "/") : bisect_left(keys, namespace + "0")]
        return [self._rows[key] for key in keys]

    def sequence(self, after_revision: int) -> int | None:
        """Where a watch that has seen everything up to `after_revision` goes on; None if that has expired."""
        if after_revision < self.floor:
            return None
        return self._base + bisect_left(self._log, after_revision + 1, key=lambda change: change.revision)

    def changes(self, sequence: int) -> list[Change] | None:
        """What has happened since; None if the watch has fallen out of the window."""
        if sequence < self._base:
            return None
        return self._log[sequence - self._base :]

    def signal(self) -> asyncio.Event:
        """Set at the next change. Take it before reading `changes`, so that none is missed in between."""
        if self._signal is None:
            self._signal = asyncio.Event()
        return self._signal

    def expire(self) -> None:
        """Forget all changes, as a compaction does: every watch from before now is too old."""
        self._base += len(self._log) + 1  # one more, so that a watch that is up to date is told as well
        self._log.clear()
        self._sizes.clear()
        self._bytes = 0
        self.floor = self._store.revision
        self._wake()

    def _append(self, change: Change) -> None:
        self._log.append(change)
        self._sizes.append(len(change.record.encode()))
        self._bytes += self._sizes[-1]
        cut = len(self._log) - self._window if len(self._log) > 2 * self._window else 0
        if self._bytes > LOG_BYTES:
            # Half of it at once, so that it is seldom done; the newest change stays, however long it is.
            left = self._bytes - sum(self._sizes[:cut])
            while left > LOG_BYTES // 2 and cut < len(self._log) - 1:
                left -= self._sizes[cut]
                cut += 1
        if cut:
            self.floor = self._log[cut - 1].revision
            self._base += cut
            self._bytes -= sum(self._sizes[:cut])
            del self._log[:cut], self._sizes[:cut]
        self._wake()

    def _wake(self) -> None:
        if self._signal is not None:
            self._signal.set()
            self._signal = None


class Store:
    """The tables, by group and plural name."""

    def __init__(self, first_revision: int = 1000) -> None:
        self.first_revision = first_revision
        self.revision = first_revision
        self._tables: dict[tuple[str, str], Table] = {}

    def add(self, resource: Resource, window: int = 4000) -> Table:
        table = Table(resource, self, window)
        self._tables[resource.group, resource.plural] = table
        return table

    def table(self, plural: str, group: str = "") -> Table:
        return self._tables[group, plural]

    def find(self, group: str, version: str, plural: str) -> Table | None:
        table = self._tables.get((group, plural))
        return table if table is not None and table.resource.version == version else None

    def tables(self) -> list[Table]:
        return list(self._tables.values())
