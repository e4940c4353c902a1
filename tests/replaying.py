"""Recorded exchanges as events: what planes.kube would have told, had it watched that server, on a faked clock.

Times are the recording's own seconds plus `START`. Bodies are decoded with the very types that the reflector uses.
"""

import gzip
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from planes.structs.events import (
    Changed,
    Check,
    Fault,
    FaultKind,
    Gone,
    Health,
    Heard,
    Listed,
    Metrics,
    Sample,
    Server,
    SourceEvent,
)
from planes.structs.feeds import FEEDS, Feed
from planes.structs.moments import Epoch, Mono
from planes.structs.objects import Item

RECORDINGS = Path(__file__).parent / "recordings"
#: Our monotonic clock at a recording's beginning, and the wall clock then.
START = Mono(1000.0)
WALL = Epoch(1_795_370_000.0)

_PATHS = (
    ("/api/v1/nodes", Feed.NODES),
    ("/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases", Feed.NODE_LEASES),
    ("/apis/coordination.k8s.io/v1/namespaces/kube-system/leases", Feed.SYSTEM_LEASES),
    ("/api/v1/namespaces/kube-system/pods", Feed.SYSTEM_PODS),
    ("/api/v1/pods", Feed.PODS),
    ("/apis/apps/v1/namespaces/kube-system/daemonsets", Feed.DAEMON_SETS),
    ("/apis/apps/v1/namespaces/kube-system/deployments", Feed.DEPLOYMENTS),
    ("/api/v1/events", Feed.EVENTS),
    ("/apis/discovery.k8s.io/v1/namespaces/default/endpointslices", Feed.APISERVER_ENDPOINTS),
    ("/apis/discovery.k8s.io/v1/namespaces/kube-system/endpointslices", Feed.SYSTEM_ENDPOINTS),
    ("/apis/apiregistration.k8s.io/v1/apiservices", Feed.API_SERVICES),
    ("/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations", Feed.VALIDATING_WEBHOOKS),
    ("/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations", Feed.MUTATING_WEBHOOKS),
)


@dataclass(frozen=True)
class Recording:
    """One file, its exchanges as they are."""

    name: str
    exchanges: list[dict[str, Any]]


@cache
def load(name: str) -> Recording:
    """A recording by its name ("healthy")."""
    with gzip.open(RECORDINGS / f"{name}.json.gz") as file:
        return Recording(name, json.load(file)["exchanges"])


def feed_of(path: str) -> Feed | None:
    """The feed that a path belongs to."""
    bare = path.partition("?")[0]
    if bare.startswith("/api/v1/namespaces/team-") and bare.endswith("/pods"):
        return Feed.PODS
    return next((feed for prefix, feed in _PATHS if bare == prefix), None)


def decode(feed: Feed, item: object) -> Item:
    """One object of a feed, through bytes, as the reflector does."""
    return msgspec.convert(item, FEEDS[feed].struct, strict=False)


def events(name: str, *, lists: bool = True, feeds: Iterable[Feed] | None = None) -> list[SourceEvent]:
    """A recording's events in the order of their times. `lists`: LIST bodies too, each as a complete list; a watch that began
    without a LIST of its own begins with one made of its first ADDED events."""
    return list(_events(name, lists, frozenset(feeds) if feeds is not None else None))


@cache
def _events(name: str, lists: bool, wanted: frozenset[Feed] | None) -> tuple[SourceEvent, ...]:
    made: list[SourceEvent] = []
    for exchange in load(name).exchanges:
        told = list(_events_of(exchange, lists, wanted))
        if "&continue=" in exchange["path"] and told and isinstance(made[-1], Listed) and isinstance(told[0], Listed):
            page = made.pop()
            assert isinstance(page, Listed)
            told = [Listed(page.feed, [*page.items, *told[0].items], "", told[0].at)]
        made += told
    return tuple(sorted(made, key=lambda event: event.at))


def _events_of(exchange: dict[str, Any], lists: bool, wanted: frozenset[Feed] | None) -> Iterator[SourceEvent]:
    path, at, took = exchange["path"], START + exchange["at"], exchange.get("took") or 0.0
    bare = path.partition("?")[0]
    if bare in ("/livez", "/readyz"):
        yield _health(bare, exchange, at + took)
    elif bare == "/version" and exchange["status"] == 200:
        yield Server(at + took, exchange["body"]["gitVersion"], exchange["body"]["platform"])
    elif bare == "/metrics" and exchange["status"] == 200:
        yield _metrics(exchange["body"], at + took, took)
    feed = feed_of(path)
    if feed is None or (wanted is not None and feed not in wanted):
        return
    if exchange.get("lines"):
        yield from _watched(feed, exchange, lists)
    elif lists and exchange["status"] == 200 and "limit=1&" not in path and not path.endswith("limit=1"):
        items = [decode(feed, item) for item in exchange["body"].get("items") or []]
        yield Listed(feed, items, "", at + took)


def _watched(feed: Feed, exchange: dict[str, Any], lists: bool) -> Iterator[SourceEvent]:
    first: list[Item] = []
    pending = lists and "resourceVersion=" not in exchange["path"].replace("resourceVersion=0", "")
    began = START + exchange["at"]
    for seconds, line in exchange["lines"]:
        at, kind, item = START + seconds, line["type"], line["object"]
        if pending and kind == "ADDED" and seconds - exchange["at"] < 0.5:
            first.append(decode(feed, item))
            began = at
            continue
        if pending and first:
            yield Listed(feed, first, "", began)
        pending = False
        if kind in ("ADDED", "MODIFIED"):
            yield Changed(feed, decode(feed, item), at)
        elif kind == "DELETED":
            yield Gone(feed, decode(feed, item), at)
        elif kind == "BOOKMARK":
            yield Heard(feed, at)
    if pending and first:
        yield Listed(feed, first, "", began)


def _health(path: str, exchange: dict[str, Any], at: float) -> Health:
    took = exchange.get("took") or 0.0
    if exchange["status"] is None:
        fault = Fault(FaultKind.REFUSED, "The server refuses connections.")
        return Health(path, Mono(at), took, fault=fault)
    checks = []
    for line in str(exchange["body"]).splitlines():
        if line.startswith(("[+]", "[-]")):
            checks.append(Check(line[3:].split(" ")[0], line.startswith("[+]")))
    return Health(path, Mono(at), took, exchange["status"], tuple(checks))


def _metrics(body: str, at: float, took: float) -> Metrics:
    families: dict[str, list[Sample]] = {}
    instance = None
    for line in body.splitlines():
        if line.startswith("#") or not line:
            continue
        head, _, value = line.rpartition(" ")
        name, _, rest = head.partition("{")
        labels = []
        for pair in rest.rstrip("}").split('",') if rest else ():
            key, _, text = pair.partition('="')
            labels.append((key, text.rstrip('"')))
        if name == "process_start_time_seconds":
            instance = float(value)
        families.setdefault(name, []).append(Sample(tuple(labels), float(value)))
    return Metrics(Mono(at), took, instance, {name: tuple(samples) for name, samples in families.items()})
