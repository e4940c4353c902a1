"""Where this distribution keeps its components, asked once when the cluster first answers."""

import logging
from collections.abc import Awaitable, Callable

import msgspec

from planes.kube.errors import FaultError
from planes.kube.link import Link
from planes.structs.events import FaultKind
from planes.structs.feeds import OPENSHIFT, namespaces

logger = logging.getLogger(__name__)

#: The API group by which OpenShift and its like are known.
OPENSHIFT_GROUP = "config.openshift.io"

LIMIT = 5.0
#: Seconds between the attempts; after the last one the common places must do.
ATTEMPTS = (0.5, 2.0)


class _Group(msgspec.Struct):
    name: str = ""


class _Groups(msgspec.Struct):
    groups: list[_Group] = []


async def openshift_namespaces(link: Link, sleep: Callable[[float], Awaitable[None]]) -> tuple[str, ...]:
    """Those of OpenShift's namespaces that exist; empty for every other distribution. Raises nothing."""
    for wait in (*ATTEMPTS, None):
        try:
            return await _openshift_namespaces(link)
        except (FaultError, msgspec.DecodeError) as exc:
            if wait is None or (isinstance(exc, FaultError) and exc.fault.kind is FaultKind.FORBIDDEN):
                logger.info("Which API groups are served cannot be told; only the common namespaces are watched")
                return ()
        await sleep(wait)
    return ()


async def _openshift_namespaces(link: Link) -> tuple[str, ...]:
    answer = await link.ask("/apis", limit=LIMIT)
    groups = msgspec.json.decode(answer.body, type=_Groups)
    if not any(group.name == OPENSHIFT_GROUP for group in groups.groups):
        return ()
    return tuple([name for name in namespaces(OPENSHIFT) if await _exists(link, name)])


async def _exists(link: Link, name: str) -> bool:
    try:
        await link.ask(f"/api/v1/namespaces/{name}", limit=LIMIT)
    except FaultError as exc:
        if exc.fault.kind is FaultKind.NOT_SERVED:
            return False
        if exc.fault.kind is not FaultKind.FORBIDDEN:
            raise
    return True
