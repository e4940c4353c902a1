"""A case file as a server answers from it: lists, watches, probes and figures, with leases renewed live.

    async with serve(Replayed(Case.load("34"), wall), wall=wall) as server: …

Keys of a case (tests/distros/cases/*.json): `source` (where the objects are from), `gaps` (what it lacked and was filled in),
`version`, `livez` and `readyz` (names of checks), `metrics` (a file beside it, or none: 404), `groups` (further API groups that are
served), `namespaces` (further ones that exist), `objects` (resource to list, as the API serves them), `configmaps` (those that
exist, "namespace/name"), `context` (the kubeconfig's), `absent` (resources answered with 404), `versions` (/version answers with
each in turn, as behind a balancer in an upgrade) and `grow_only` (pattern and step: what a scrape adds to the lines of /metrics
that it matches). Of an object `_from` is when it is made, and `_then` lists what it turns into, as [seconds, merge patch]; of a
lease `_every` is how often it is renewed and `_until` until when, in seconds after the start. `fault` is what was said wrongly of
it once, `should` what is to be said.
"""

import asyncio
import json
import re
import zlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.replay import Reply, Request, listing, reply, status

CASES = Path(__file__).parent / "cases"
#: When the cases begin, epoch seconds: 2026-11-26 12:00, a day after their youngest objects were made.
BEGINNING = datetime(2026, 11, 26, 12, tzinfo=UTC).timestamp()
#: Groups that every API server has.
_GROUPS = (
    "apps",
    "coordination.k8s.io",
    "discovery.k8s.io",
    "apiregistration.k8s.io",
    "admissionregistration.k8s.io",
    "storage.k8s.io",
)
#: Where a resource stands under another name in `objects`.
_ALIASES = {"validatingwebhookconfigurations": "validating", "mutatingwebhookconfigurations": "mutating"}
_SET = re.compile(r"^\s*(\S+)\s+in\s+\(([^)]*)\)\s*$")
#: Seconds between two bookmarks of a watch.
_BOOKMARKS = 60.0
#: Resource versions are milliseconds since the beginning, after this.
_FIRST_VERSION = 1000

Object = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """One file. `said` is all of it as it stands there."""

    name: str
    said: Object

    @classmethod
    def load(cls, name: str) -> "Case":
        """By its name or the number that it begins with. Raises `LookupError`."""
        found = [path for path in sorted(CASES.glob("*.json")) if path.stem == name or path.stem.partition("-")[0] == name]
        if len(found) != 1:
            raise LookupError(f"there is no case {name}, or more than one")
        return cls(found[0].stem, json.loads(found[0].read_text(encoding="utf-8")))

    @property
    def number(self) -> str:
        return self.name.partition("-")[0]

    @property
    def context(self) -> str:
        return str(self.said.get("context") or "replay")

    def objects(self, resource: str) -> list[Object]:
        """Those of a resource, by its plural."""
        found: list[Object] = self.said["objects"].get(_ALIASES.get(resource, resource), [])
        return found


def names() -> list[str]:
    """Every case."""
    return sorted(path.stem for path in CASES.glob("*.json"))


@dataclass
class Replayed:
    """The script of a server that begins at once. `wall`: epoch seconds now."""

    case: Case
    wall: Callable[[], float]
    changed: dict[tuple[str, str, str], Object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._begun = self.wall()
        self._versions = 0
        self._scrapes = 0
        self._metrics = (CASES / Path(self.case.said["metrics"]).name).read_text("utf-8") if self.case.said.get("metrics") else ""

    async def __call__(self, request: Request) -> Reply | None:
        if request.method != "GET":
            return status(403, "Forbidden", "nothing but reading is replayed")
        parts = request.path.strip("/").split("/")
        if parts[0] in ("livez", "readyz"):
            return self._health(parts)
        match request.path:
            case "/version":
                return self._version()
            case "/metrics":
                return self._scrape()
            case "/apis":
                groups = [*_GROUPS, *self.case.said.get("groups", ())]
                return reply({"kind": "APIGroupList", "apiVersion": "v1", "groups": [{"name": name} for name in groups]})
        return self._api(request, parts)

    # --- probes ---------------------------------------------------------------------------------------------------------------

    def _health(self, parts: list[str]) -> Reply:
        checks = self.case.said.get(parts[0]) or ["ping"]
        if len(parts) == 1:
            text = "".join(f"[+]{name} ok\n" for name in checks) + f"{parts[0]} check passed\n"
            return Reply(200, text.encode(), "text/plain; charset=utf-8")
        known = "/".join(parts[1:]) in checks
        return Reply(200, b"ok", "text/plain; charset=utf-8") if known else status(404, "NotFound", "no such check")

    def _version(self) -> Reply:
        versions = self.case.said.get("versions") or [self.case.said["version"]]
        version = versions[self._versions % len(versions)]
        self._versions += 1
        return reply({"gitVersion": version, "platform": "linux/amd64"})

    def _scrape(self) -> Reply:
        if not self._metrics:
            return status(404, "NotFound", "the server could not find the requested resource")
        self._scrapes += 1
        lines = [self._grown(line) for line in self._metrics.splitlines()]
        return Reply(200, "\n".join([*lines, ""]).encode(), "text/plain; version=0.0.4")

    def _grown(self, line: str) -> str:
        for pattern, step in self.case.said.get("grow_only", ()):
            if not line.startswith("#") and re.search(pattern, line):
                head, _, value = line.rpartition(" ")
                return f"{head} {float(value) + step * self._scrapes}"
        return line

    # --- objects --------------------------------------------------------------------------------------------------------------

    def _api(self, request: Request, parts: list[str]) -> Reply | None:
        rest = parts[2:] if parts[0] == "api" else parts[3:]
        namespace = ""
        if rest[:1] == ["namespaces"]:
            if len(rest) == 2:
                return self._namespace(rest[1])
            namespace, rest = (rest[1], rest[2:]) if len(rest) > 2 else ("", rest)
        if not rest or rest[0] in self.case.said.get("absent", ()):
            return None
        if parts[:2] == ["apis", "metrics.k8s.io"] and not self.case.objects("nodemetrics"):
            return None
        resource = "nodemetrics" if parts[:2] == ["apis", "metrics.k8s.io"] else rest[0]
        if len(rest) > 1:
            return self._one(resource, namespace, rest[1])
        chosen = [one for one in self.case.objects(resource) if _fits(one, namespace, request)]
        if request.watch:
            return Reply(chunks=self._watch(chosen, request))
        now = self._now()
        items = [self._at(one, now) for one in chosen if one.get("_from", 0.0) <= now]
        return listing("", items, version=_version_at(now))

    def _namespace(self, name: str) -> Reply | None:
        there = name in ("default", "kube-system", "kube-public", "kube-node-lease", *self.case.said.get("namespaces", ()))
        return reply({"kind": "Namespace", "apiVersion": "v1", "metadata": {"name": name}}) if there else None

    def _one(self, resource: str, namespace: str, name: str) -> Reply | None:
        if resource == "configmaps":
            if (found := self._object(resource, namespace, name)) is not None:
                return reply(found)
            there = f"{namespace}/{name}" in str(self.case.said.get("configmaps") or "").split()
            meta = {"name": name, "namespace": namespace}
            return reply({"kind": "ConfigMap", "apiVersion": "v1", "metadata": meta, "data": {}}) if there else None
        found = self._object(resource, namespace, name)
        return reply(found) if found is not None else None

    def _object(self, resource: str, namespace: str, name: str) -> Object | None:
        now = self._now()
        for one in self.case.objects(resource):
            meta = one["metadata"]
            if meta["name"] == name and meta.get("namespace", "") == namespace and one.get("_from", 0.0) <= now:
                return self._at(one, now)
        return None

    def _now(self) -> float:
        return self.wall() - self._begun

    def _at(self, one: Object, now: float) -> Object:
        """An object as it is so many seconds after the beginning."""
        made = {key: value for key, value in one.items() if not key.startswith("_")}
        if "_every" in one:
            renewed = max((at for at in _renewals(one, now)), default=_first(one))
            made["spec"] = {**one["spec"], "renewTime": _micro(self._begun + renewed)}
        changed = 0.0 if "_every" not in one else renewed
        for at, patch in one.get("_then", ()):
            if at <= now:
                made, changed = _merged(made, patch), max(changed, float(at))
        made["metadata"] = {**made["metadata"], "resourceVersion": _version_at(max(changed, float(one.get("_from", 0.0))))}
        return made

    async def _watch(self, chosen: list[Object], request: Request) -> AsyncIterator[bytes]:
        told = (int(request.query.get("resourceVersion") or _FIRST_VERSION) - _FIRST_VERSION) / 1000
        end = self._now() + float(request.query.get("timeoutSeconds") or 300)
        bookmark = self._now() + _BOOKMARKS
        while (now := self._now()) < end:
            upcoming = min([bookmark, end, *(_next(one, told) for one in chosen)])
            if upcoming > now:
                await asyncio.sleep(upcoming - now + 0.001)
                continue
            for one in chosen:
                if (at := _next(one, told)) <= now:
                    kind = "ADDED" if at == one.get("_from") else "MODIFIED"
                    yield _line(kind, self._at(one, now))
            told = now
            if bookmark <= now:
                bookmark = now + _BOOKMARKS
                meta = {"resourceVersion": _version_at(now)}
                yield _line("BOOKMARK", {"kind": "Bookmark", "apiVersion": "v1", "metadata": meta})


def _line(kind: str, thing: Object) -> bytes:
    return json.dumps({"type": kind, "object": thing}, separators=(",", ":")).encode() + b"\n"


def _version_at(now: float) -> str:
    return str(_FIRST_VERSION + int(now * 1000))


def _micro(epoch: float) -> str:
    return datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _first(one: Object) -> float:
    """When a lease is renewed for the first time: not all at the same moment. What is made later is renewed when it is made."""
    if "_from" in one:
        return float(one["_from"])
    return -float(one["_every"]) * (zlib.crc32(one["metadata"]["name"].encode()) % 100) / 100


def _renewals(one: Object, until: float) -> list[float]:
    """When a lease was renewed, up to now."""
    every, first = float(one["_every"]), _first(one)
    last = min(until, float(one.get("_until", until)))
    return [first + every * number for number in range(int((last - first) // every) + 1)] if last >= first else []


def _next(one: Object, after: float) -> float:
    """When an object changes next, or is made."""
    if one.get("_from", 0.0) > after:
        return float(one["_from"])
    return min(_renewed_next(one, after), *(float(at) for at, _ in one.get("_then", ()) if at > after), float("inf"))


def _renewed_next(one: Object, after: float) -> float:
    if "_every" not in one:
        return float("inf")
    every, first = float(one["_every"]), _first(one)
    at = first + every * max(0, int((after - first) // every) + 1)
    return at if at <= float(one.get("_until", at)) else float("inf")


def _merged(one: Object, patch: Object) -> Object:
    """RFC 7396: a list is replaced, and None removes."""
    made = {**one}
    for key, value in patch.items():
        if value is None:
            made.pop(key, None)
        else:
            made[key] = _merged(made.get(key) or {}, value) if isinstance(value, dict) else value
    return made


def _fits(one: Object, namespace: str, request: Request) -> bool:
    meta = one["metadata"]
    if namespace and meta.get("namespace", "") != namespace:
        return False
    labels = meta.get("labels") or {}
    asked = [part for part in re.split(r",(?![^(]*\))", request.query.get("labelSelector", "")) if part]
    wanted = [part for part in request.query.get("fieldSelector", "").split(",") if part]
    return all(_labelled(labels, part) for part in asked) and all(_holds(one, part) for part in wanted)


def _labelled(labels: Object, part: str) -> bool:
    if (found := _SET.match(part)) is not None:
        return labels.get(found[1]) in {value.strip() for value in found[2].split(",")}
    key, sign, value = part.replace("==", "=").partition("=")
    if key.endswith("!"):
        return bool(labels.get(key[:-1]) != value)
    return bool(labels.get(key) == value) if sign else key in labels


def _holds(one: Object, part: str) -> bool:
    path, _, wanted = part.replace("==", "=").partition("=")
    value: Any = one
    for step in path.rstrip("!").split("."):
        value = value.get(step, "") if isinstance(value, dict) else ""
    return bool(value == wanted) != path.endswith("!")
