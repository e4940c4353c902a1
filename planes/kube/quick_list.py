"""One look at a cluster instead of watching it: the first page of each feed whose lists are short or whose beginning will do."""

from collections.abc import Iterable
from urllib.parse import quote

from planes.kube.decoding import Codec
from planes.kube.errors import FaultError
from planes.kube.feeds import Part
from planes.kube.link import Link
from planes.structs.events import TYPES, Failed, Feed, Listed, SourceEvent

LIMIT = 5.0
#: Objects of one page. A node has 8 kB, a pod 6 kB.
PAGE = 200
#: Pods of components by their labels, so that of a large cluster's kube-system only they come.
_SYSTEM_PODS = (
    "component",
    "k8s-app in (kube-proxy,kube-dns,metrics-server,cilium,anetd,calico-node,kube-router,cloud-controller-manager)",
)
#: Looked at. Pods of everywhere, events and deployments are many, and tell nothing about what can be seen.
FEEDS = (
    Feed.NODES,
    Feed.NODE_LEASES,
    Feed.SYSTEM_LEASES,
    Feed.EXTRA_LEASES,
    Feed.SYSTEM_PODS,
    Feed.DAEMON_SETS,
    Feed.APISERVER_ENDPOINTS,
    Feed.SYSTEM_ENDPOINTS,
    Feed.API_SERVICES,
)


async def look(link: Link, feed: Feed, parts: Iterable[Part]) -> SourceEvent:
    """What the feed holds now, or why it cannot be listed; parts that are not essential may fail. Raises nothing."""
    codec = Codec(TYPES[feed])
    items: list[object] = []
    at = 0.0
    for part in parts:
        for path in _pages(part):
            try:
                answer = await link.ask(path, limit=LIMIT)
                items += codec.page(answer.body, path, link.server).items
            except FaultError as exc:
                if part.essential:
                    return Failed(feed, exc.fault, link.now(), link.now() + LIMIT)
                break
            at = answer.at
    return Listed(feed, items, "", at or link.now())


def _pages(part: Part) -> list[str]:
    path = part.list_path(PAGE, "")
    if part.feed is Feed.SYSTEM_PODS and part.essential:
        return [f"{path}&labelSelector={quote(selector, safe='')}" for selector in _SYSTEM_PODS]
    return [path]
