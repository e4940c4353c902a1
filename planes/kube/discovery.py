"""What this API server serves, and where its distribution keeps its components: asked once when the cluster first answers."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import msgspec

from planes.kube.errors import FaultError
from planes.kube.link import Link
from planes.structs.events import FaultKind, Served
from planes.structs.feeds import OPENSHIFT, namespaces, seldom
from planes.structs.moments import Mono

logger = logging.getLogger(__name__)

#: The API group by which OpenShift is known.
OPENSHIFT_GROUP = "config.openshift.io"

#: Cilium's, and where it says whether it replaces kube-proxy (docs.cilium.io, "Kubernetes without kube-proxy").
CILIUM_GROUP = "cilium.io"
CILIUM_CONFIG = "/api/v1/namespaces/kube-system/configmaps/cilium-config"
_REPLACEMENT = "kube-proxy-replacement"

LIMIT = 5.0
#: Seconds between the attempts; after the last one the common places must do.
ATTEMPTS = (0.5, 2.0)


class _Group(msgspec.Struct):
    name: str = ""


class _ConfigMap(msgspec.Struct):
    data: dict[str, str] = {}


class _Groups(msgspec.Struct):
    groups: list[_Group] = []


@dataclass(frozen=True)
class Found:
    """`served` is None where it could not be asked; `namespaces` are those of OpenShift's that exist, none elsewhere."""

    served: Served | None = None
    namespaces: tuple[str, ...] = ()


async def discover(link: Link, sleep: Callable[[float], Awaitable[None]]) -> Found:
    """Which API groups are served, and which of OpenShift's namespaces exist. Raises nothing."""
    for wait in (*ATTEMPTS, None):
        try:
            return await _discover(link)
        except (FaultError, msgspec.DecodeError) as exc:
            if wait is None or (isinstance(exc, FaultError) and exc.fault.kind is FaultKind.FORBIDDEN):
                logger.info("Which API groups are served is not known; only the common namespaces are watched")
                return Found()
        await sleep(wait)
    return Found()


async def _discover(link: Link) -> Found:
    answer = await link.ask("/apis", limit=LIMIT)
    groups = frozenset(group.name for group in msgspec.json.decode(answer.body, type=_Groups).groups)
    settings = await _cilium(link) if CILIUM_GROUP in groups else frozenset[str]()
    served = Served(groups, Mono(answer.at), settings)
    if OPENSHIFT_GROUP not in groups:
        return Found(served)
    return Found(served, tuple([name for name in namespaces(OPENSHIFT) if seldom(name) or await _exists(link, name)]))


async def _cilium(link: Link) -> frozenset[str]:
    """What Cilium was told about kube-proxy. Nothing where that may not be read: it is no right that is asked for, and without it
    nothing is claimed."""
    try:
        answer = await link.ask(CILIUM_CONFIG, limit=LIMIT)
    except FaultError:
        return frozenset()
    value = msgspec.json.decode(answer.body, type=_ConfigMap).data.get(_REPLACEMENT)
    return frozenset({f"{_REPLACEMENT}={value}"}) if value else frozenset()


async def _exists(link: Link, name: str) -> bool:
    try:
        await link.ask(f"/api/v1/namespaces/{name}", limit=LIMIT)
    except FaultError as exc:
        if exc.fault.kind is FaultKind.NOT_SERVED:
            return False
        if exc.fault.kind is not FaultKind.FORBIDDEN:
            raise
    return True
