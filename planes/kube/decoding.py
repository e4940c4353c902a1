"""Bytes of lists and watch lines into the Structs of planes.structs.objects.

The fast way decodes a whole page or line at once. Only when that fails is the page taken apart object by object, and an object
field by field: what cannot be read is left at its default, so one odd object never hides the others, nor all of itself.
"""

import logging
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import msgspec

from planes.kube.answers import Status
from planes.kube.errors import FaultError, garbled, not_kubernetes

logger = logging.getLogger(__name__)

T = TypeVar("T", bound=msgspec.Struct)

CHANGES = frozenset({"ADDED", "MODIFIED", "DELETED"})


class ListMeta(msgspec.Struct):
    """Of a list: its version, and where its next page begins."""

    resourceVersion: str = ""
    continue_: str = msgspec.field(default="", name="continue")


class _RawList(msgspec.Struct):
    kind: str
    metadata: ListMeta = msgspec.field(default_factory=ListMeta)
    items: list[msgspec.Raw] | None = None


class _RawLine(msgspec.Struct):
    type: str
    object: msgspec.Raw


class _Version(msgspec.Struct):
    resourceVersion: str = ""


class _Versioned(msgspec.Struct):
    metadata: _Version = msgspec.field(default_factory=_Version)


@dataclass(frozen=True)
class Page(Generic[T]):
    items: list[T]
    resource_version: str
    token: str  # continue token of the next page, "" at the last


class Line(msgspec.Struct, Generic[T], gc=False):
    """One watch event. `item` is None when the object could not be read or is none of ours."""

    type: str
    item: T | None
    resource_version: str = ""
    status: Status | None = None  # of an ERROR


class Codec(Generic[T]):
    """Decoders for one kind of object, made once: making them costs more than using them."""

    def __init__(self, kind: type[T]) -> None:
        items: Any = list[kind]  # type: ignore[valid-type] # made at run time
        meta = ("metadata", ListMeta, msgspec.field(default_factory=ListMeta))
        page = msgspec.defstruct("Page", [("kind", str), ("items", items), meta])
        line = msgspec.defstruct("Line", [("type", str), ("object", kind)])
        self._kind = kind
        self._page = msgspec.json.Decoder(page)
        self._line = msgspec.json.Decoder(line)
        self._whole = msgspec.json.Decoder(kind)
        self._parts = {field.encode_name: (field.name, msgspec.json.Decoder(field.type)) for field in msgspec.structs.fields(kind)}
        self._told: set[str] = set()

    def page(self, body: bytes, path: str, server: str) -> Page[T]:
        """One page of a list. Raises `FaultError` when the answer is no list at all."""
        try:
            fast: Any = self._page.decode(body)
        except msgspec.ValidationError:
            return self._slow_page(body, path, server)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise self._not_json(body, path, server) from None
        if not fast.kind.endswith("List"):
            raise not_kubernetes(server, "JSON that is not a Kubernetes list")
        return Page(fast.items, fast.metadata.resourceVersion, fast.metadata.continue_)

    def line(self, raw: bytes, path: str) -> Line[T]:
        """One line of a watch. Raises `FaultError` (GARBLED) when it is not a watch event."""
        try:
            fast: Any = self._line.decode(raw)
        except msgspec.ValidationError:
            return self._slow_line(raw, path)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise garbled(path, "a line of the watch is not JSON") from None
        if fast.type in CHANGES:
            return Line(fast.type, fast.object, fast.object.metadata.resourceVersion)
        return self._slow_line(raw, path)

    def _slow_line(self, raw: bytes, path: str) -> Line[T]:
        try:
            line = msgspec.json.decode(raw, type=_RawLine)
            if line.type == "ERROR":
                return Line("ERROR", None, status=msgspec.json.decode(line.object, type=Status))
            version = msgspec.json.decode(line.object, type=_Versioned).metadata.resourceVersion
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise garbled(path, "a line of the watch is not a watch event") from None
        return Line(line.type, self.salvage(line.object, path) if line.type in CHANGES else None, version)

    def _slow_page(self, body: bytes, path: str, server: str) -> Page[T]:
        try:
            page = msgspec.json.decode(body, type=_RawList)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise not_kubernetes(server, "JSON that is not a Kubernetes list") from None
        if not page.kind.endswith("List"):
            raise not_kubernetes(server, "JSON that is not a Kubernetes list")
        read = (self.salvage(raw, path) for raw in page.items or ())
        return Page([item for item in read if item is not None], page.metadata.resourceVersion, page.metadata.continue_)

    def salvage(self, raw: msgspec.Raw, path: str) -> T | None:
        """What can be read of one object: all of it, else those of its parts that can be. None without readable metadata."""
        try:
            return self._whole.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError):
            pass
        try:
            parts = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
        except (msgspec.DecodeError, UnicodeDecodeError):
            parts = {}
        read: dict[str, Any] = {}
        for name, (attribute, decoder) in self._parts.items():
            if name in parts:
                try:
                    read[attribute] = decoder.decode(parts[name])
                except (msgspec.DecodeError, UnicodeDecodeError):
                    continue
        name = getattr(read.get("metadata"), "name", "")
        self._tell(path, name, [part for part in self._parts if part in parts and part not in read])
        return self._kind(**read) if name else None

    def _tell(self, path: str, name: str, lost: list[str]) -> None:
        key = f"{path} {name}"
        if key not in self._told and len(self._told) < 1000:
            self._told.add(key)
            logger.warning(
                "%s: the object %s is not as documented; left out: %s", path, name or "without a name", ", ".join(lost) or "all"
            )

    def _not_json(self, body: bytes, path: str, server: str) -> FaultError:
        head = body[:1024].lstrip()
        if head.startswith(b"{"):
            return garbled(path, "the JSON breaks off or is malformed")
        if not head:
            return garbled(path, "it is empty")
        return not_kubernetes(server, "with a web page" if head.startswith(b"<") else "with something that is not JSON")
