"""Asking a cluster for what a page wants to know now: a closed table of lists, each bounded, all with rights that are used anyway.

Lists by name instead of single objects, because list is the right that watching needs as well: nothing more is asked of whoever
grants rights. What may not be read, or is not answered, is said in that part's place; the others are told.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar
from urllib.parse import quote

import msgspec
import yaml

from planes.components import found_node, found_parts, found_pods
from planes.kube.decoding import Codec
from planes.kube.errors import FaultError
from planes.kube.link import Link
from planes.kube.probes import checks_in
from planes.kube.redaction import without_secrets
from planes.structs import objects
from planes.structs.events import Check, FaultKind
from planes.structs.feeds import FEEDS, Feed
from planes.structs.lookups import About, Found, FoundPart, Lookup, WaitingPod

#: Seconds for one list.
LIMIT = 2.0
#: Objects of one list at most.
MOST = 1000
#: Seconds from the question on, within which it is asked who is behind services.
BEHIND = 2.0
#: Services of which it is asked which pods are behind them.
SERVICES = 20
#: Characters of an object as YAML, and of any other text.
LONGEST, LONGEST_LINE = 200_000, 2_000

Kind = TypeVar("Kind", bound=objects.Item)
_DIGEST = re.compile(r"(sha256:[0-9a-f]{64})")


class _RawList(msgspec.Struct):
    items: list[dict[str, object]] = []


class _Asking:
    """Lists of one cluster."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._until = asyncio.get_running_loop().time() + BEHIND

    async def listed(
        self, feed: Feed, shape: type[Kind], *, namespace: str = "", fields: str = "", labels: str = ""
    ) -> tuple[list[Kind], bool]:
        """Objects of a feed's kind, and whether there are more than were read. Raises `FaultError`."""
        path = _path(feed, namespace, fields, labels)
        answer = await self._link.ask(path, limit=LIMIT)
        page = Codec(shape).page(answer.body, path, self._link.server)
        return page.items, bool(page.token)

    async def behind(self, services: Iterable[objects.ServiceRef | None]) -> dict[tuple[str, str], tuple[str, ...]]:
        """The pods behind the first SERVICES of some services. Of one whose endpoints cannot be read none are told, nor any
        where it takes too long: what was asked about is told without them."""
        named = sorted({(one.namespace, one.name) for one in services if one is not None and one.namespace and one.name})[:SERVICES]
        try:
            async with asyncio.timeout_at(self._until):
                told = await asyncio.gather(*(self._behind(*one) for one in named))
        except TimeoutError:
            return {}
        return dict(zip(named, told, strict=True))

    async def _behind(self, namespace: str, name: str) -> tuple[str, ...]:
        try:
            read, _ = await self.listed(
                Feed.WEBHOOK_ENDPOINTS, objects.EndpointSlice, namespace=namespace, labels=f"kubernetes.io/service-name={name}"
            )
        except FaultError:
            return ()
        return found_parts.pods_behind(read)

    async def checks(self, path: str) -> list[Check]:
        """Of /livez or /readyz, also of one that fails. Raises `FaultError` where the answer lists none."""
        answer = await self._link.get(f"{path}?verbose", limit=LIMIT, accept="*/*")
        checks = checks_in(answer.body.decode(errors="replace"))
        if not checks and answer.status != 200:
            raise self._link.fault_of(answer)
        return checks

    async def raw(self, feed: Feed, name: str) -> bytes:
        """The list that holds the one object of this name, or none. Raises `FaultError`."""
        return (await self._link.ask(_path(feed, "", f"metadata.name={name}"), limit=LIMIT)).body


def _path(feed: Feed, namespace: str, fields: str, labels: str = "") -> str:
    selected = f"&fieldSelector={quote(fields, safe='')}" if fields else ""
    selected += f"&labelSelector={quote(labels, safe='')}" if labels else ""
    return f"{FEEDS[feed].path(namespace)}?limit={MOST}{selected}"


async def look_up(asked: Lookup, link: Link, now: Callable[[], float]) -> Found:
    """The answer to a question. Never raises `FaultError`: what cannot be read is said."""
    asking = _Asking(link)
    if asked.about is About.NODE:
        parts = await _node(asking, asked.name)
    else:
        makers = (*COMPONENTS.get(asked.name, ()), _events)
        told = await asyncio.gather(*(_said(maker, asking, asked.name) for maker in makers))
        parts = tuple(one for several in told for one in several)
    return Found(now(), tuple(_shown(one) for one in parts))


Parts = tuple[FoundPart, ...]
_Maker = Callable[[_Asking, str], Awaitable[Parts]]


async def _node(asking: _Asking, name: str) -> Parts:
    (whole, about), pods = await asyncio.gather(_object(asking, name), _pods(asking, name))
    if isinstance(pods, FoundPart):
        return (*about, pods)
    read, cut = pods
    if whole is None:
        return (*about, found_pods.owners(read, cut=cut))
    status = whole.status
    asked = found_pods.requests(read, status.capacity, status.allocatable, cut=cut)
    return (asked, about[0], found_pods.owners(read, cut=cut), *about[1:])


async def _object(asking: _Asking, name: str) -> tuple[found_node.WholeNode | None, Parts]:
    try:
        body = await asking.raw(Feed.NODES, name)
    except FaultError as error:
        return None, (_lack("object", "The object", error),)
    try:
        found = msgspec.json.decode(body, type=_RawList).items
        if not found:
            return None, (FoundPart("object", "The object", none="The cluster has no node of this name now."),)
        whole = msgspec.convert(found[0], found_node.WholeNode)
    except msgspec.DecodeError:
        return None, (FoundPart("object", "The object", lack="What the API server answers cannot be read."),)
    return whole, (*found_node.parts(whole), *_yaml({"apiVersion": "v1", "kind": "Node", **found[0]}))


async def _pods(asking: _Asking, node: str) -> tuple[list[found_pods.OwnedPod], bool] | FoundPart:
    try:
        return await asking.listed(Feed.PODS, found_pods.OwnedPod, fields=f"spec.nodeName={node}")
    except FaultError as error:
        return _lack("owners", "Owners of its pods", error)


def _yaml(whole: dict[str, object]) -> Parts:
    """The object, and its managedFields apart, for they are longer than all else."""
    meta = whole.get("metadata")
    fields = meta.pop("managedFields", None) if isinstance(meta, dict) else None
    parts = [FoundPart("yaml", "Object as YAML", text=_dumped(whole), about="Without managedFields, which are below.", folded=True)]
    if fields:
        parts.append(FoundPart("managed", "managedFields as YAML", text=_dumped(fields), folded=True))
    return tuple(parts)


def _dumped(value: object) -> str:
    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=120)


async def _undecided(asking: _Asking, _: str) -> Parts:
    pods, cut = await asking.listed(Feed.PODS, WaitingPod, fields="status.phase=Pending")
    return found_parts.undecided(pods, cut=cut), found_parts.homeless(pods, cut=cut)


async def _lagging(asking: _Asking, _: str) -> Parts:
    (sets, more), (deployments, still) = await asyncio.gather(
        asking.listed(Feed.DAEMON_SETS, objects.DaemonSet), asking.listed(Feed.DEPLOYMENTS, objects.Deployment)
    )
    return (found_parts.lagging(sets, deployments, cut=more or still),)


async def _lease(asking: _Asking, kind: str) -> Parts:
    read, _ = await asking.listed(Feed.SYSTEM_LEASES, objects.Lease, namespace="kube-system", fields=f"metadata.name={kind}")
    return (found_parts.lease(read, f"kube-system/{kind}"),)


async def _apiserver_endpoints(asking: _Asking, _: str) -> Parts:
    read, _more = await asking.listed(Feed.APISERVER_ENDPOINTS, objects.EndpointSlice, namespace="default")
    return (found_parts.endpoints(read, "default/kubernetes"),)


async def _dns_endpoints(asking: _Asking, _: str) -> Parts:
    read, _more = await asking.listed(Feed.SYSTEM_ENDPOINTS, objects.EndpointSlice, namespace="kube-system")
    return (found_parts.endpoints(read, "kube-system/kube-dns"),)


async def _checks(asking: _Asking, _: str) -> Parts:
    live, ready = await asyncio.gather(asking.checks("/livez"), asking.checks("/readyz"))
    return found_parts.checks("/livez", live), found_parts.checks("/readyz", ready)


async def _webhooks(asking: _Asking, _: str) -> Parts:
    (checking, more), (changing, still) = await asyncio.gather(
        asking.listed(Feed.VALIDATING_WEBHOOKS, objects.WebhookConfiguration),
        asking.listed(Feed.MUTATING_WEBHOOKS, objects.WebhookConfiguration),
    )
    read = [*(("validating", one) for one in checking), *(("mutating", one) for one in changing)]
    behind = await asking.behind(hook.clientConfig.service for _, one in read for hook in one.webhooks)
    return (found_parts.webhooks(read, behind, cut=more or still),)


async def _api_services(asking: _Asking, _: str) -> Parts:
    read, cut = await asking.listed(Feed.API_SERVICES, objects.APIService)
    behind = await asking.behind(one.spec.service for one in read)
    return (found_parts.api_services(read, behind, cut=cut),)


async def _events(asking: _Asking, kind: str) -> Parts:
    read, cut = await asking.listed(Feed.EVENTS, objects.Event, namespace="kube-system")
    return (found_parts.events(kind, read, cut=cut),)


#: What is asked about each kind besides its events.
COMPONENTS: dict[str, tuple[_Maker, ...]] = {
    "kube-apiserver": (_checks, _webhooks, _api_services, _apiserver_endpoints),
    "kube-scheduler": (_undecided, _lease),
    "kube-controller-manager": (_lagging, _lease),
    "cloud-controller-manager": (_lease,),
    "dns": (_dns_endpoints,),
}
_TITLES: dict[_Maker, tuple[str, str]] = {
    _undecided: ("undecided", "Pods that wait for a decision"),
    _lagging: ("lagging", "Workloads that no controller has noticed"),
    _lease: ("lease", "Lease"),
    _apiserver_endpoints: ("endpoints", "Endpoints of default/kubernetes"),
    _dns_endpoints: ("endpoints", "Endpoints of kube-system/kube-dns"),
    _checks: ("checks", "Checks of /livez and /readyz"),
    _webhooks: ("webhooks", "Webhooks"),
    _api_services: ("apiservices", "API services"),
    _events: ("events", "Events in kube-system"),
}


async def _said(maker: _Maker, asking: _Asking, kind: str) -> Parts:
    try:
        return await maker(asking, kind)
    except FaultError as error:
        return (_lack(*_TITLES[maker], error),)


def _lack(key: str, title: str, error: FaultError) -> FoundPart:
    fault = error.fault
    said = "Not permitted: " if fault.kind is FaultKind.FORBIDDEN else ""
    return FoundPart(key, title, lack=f"{said}{fault.message}", remedy=fault.remedy)


#: What others have written as they liked. Names, addresses and holders of leases are what explains, and may look like secrets.
_WRITTEN = ("annotations", "yaml", "managed", "events", "homeless", "apiservices", "webhooks", "cordon")


def _shown(part: FoundPart) -> FoundPart:
    """As it may leave: what others wrote without what is a secret or looks like one, and of bounded length."""
    if part.key not in _WRITTEN:
        return part
    lines = tuple(msgspec.structs.replace(one, text=_safe(one.text, LONGEST_LINE)) for one in part.lines)
    text = _safe(part.text, LONGEST)
    return msgspec.structs.replace(part, lines=lines, text=text, cut=part.cut or len(part.text) > LONGEST)


def _safe(text: str, longest: int) -> str:
    """Digests of images are no secrets, though they look like one."""
    kept = "".join(one if place % 2 else without_secrets(one, []) for place, one in enumerate(_DIGEST.split(text)))
    return kept if len(kept) <= longest else f"{kept[:longest]}…"
