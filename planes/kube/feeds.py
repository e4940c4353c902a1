"""What is listed and watched: the parts of every feed, as requests.

A feed has one part, or several when a distribution keeps its objects in more namespaces than one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

from planes.structs.feeds import FEEDS, Declaration, Feed, Place


@dataclass(frozen=True)
class Part:
    """One list-and-watch. `essential` parts make their feed fail; of the others a fault is only logged."""

    of: Declaration
    place: Place

    @property
    def feed(self) -> Feed:
        return self.of.feed

    @property
    def essential(self) -> bool:
        return not self.place.only

    @property
    def path(self) -> str:
        return self.of.path(self.place.namespace)

    @property
    def name(self) -> str:
        return self.path + (f"?{self.place.fields}" if self.place.fields else "")

    def list_path(self, page: int, token: str = "", labels: str = "", *, cached: bool = False) -> str:
        """`resourceVersion` stays unset: only then are pages honoured, and the answer is as new as etcd. `cached`: from the API
        server's memory, in one page. `page` 0: all at once."""
        if cached:
            return f"{self.path}?resourceVersion=0{self._selector()}"
        rest = f"&labelSelector={quote(labels, safe='')}" if labels else ""
        rest += f"&continue={quote(token, safe='')}" if token else ""
        return f"{self.path}?limit={page}{self._selector()}{rest}"

    def watch_path(self, version: str, seconds: int) -> str:
        return (
            f"{self.path}?watch=1&allowWatchBookmarks=true&resourceVersion={quote(version, safe='')}"
            f"&timeoutSeconds={seconds}{self._selector()}"
        )

    def _selector(self) -> str:
        return f"&fieldSelector={quote(self.place.fields, safe='')}" if self.place.fields else ""


def parts(existing: Iterable[str] = ()) -> dict[Feed, list[Part]]:
    """Every feed that is watched in a cluster, with its parts. `existing` are the namespaces there of those that only some
    distributions have."""
    there = set(existing)
    found = {
        feed: [Part(one, place) for place in one.places if not place.only or place.namespace in there]
        for feed, one in FEEDS.items()
        if not one.every
    }
    return {feed: listed for feed, listed in found.items() if listed}
