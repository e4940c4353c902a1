"""Whether a context still leads to the cluster that it led to before: by the uid of its kube-system namespace, which lives as long
as the cluster does, and which no other has. [https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#uids]

It is asked before anything that a new connection tells is believed: at first, before each list, after anything failed, and now and
then. Where it may not be read nothing is claimed.
"""

import asyncio
from collections.abc import Callable

import msgspec

from planes.kube.clock import monotonic
from planes.kube.errors import FaultError
from planes.kube.link import Link
from planes.structs.events import (
    Changed,
    Failed,
    Fault,
    FaultKind,
    Gone,
    Health,
    Heard,
    Listed,
    Metrics,
    Server,
    SourceEvent,
    Usage,
)
from planes.structs.feeds import FEEDS
from planes.structs.moments import Mono

PATH = "/api/v1/namespaces/kube-system"
LIMIT = 5.0
#: Seconds for which an answer is good for lists, and for anything.
LISTS, ANYTHING = 5.0, 60.0
#: Seconds between two questions while it is another.
AGAIN = 5.0


class _Metadata(msgspec.Struct, frozen=True):
    uid: str = ""


class _Namespace(msgspec.Struct, frozen=True):
    metadata: _Metadata = _Metadata()


class AnotherError(Exception):
    """What answers is another cluster."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


class Identity:
    """Of one cluster. `slug` is what it is called; `known` its uid as it was first seen, "" before."""

    def __init__(self, slug: str, known: str = "", *, clock: Callable[[], Mono] = monotonic) -> None:
        self.known = known
        self._slug = slug
        self._clock = clock
        self._asked_at = float("-inf")
        self._asking = asyncio.Lock()

    def suspect(self) -> None:
        """What is told next may be told by another: it is asked again first."""
        self._asked_at = float("-inf")

    async def check(self, event: SourceEvent, link: Link) -> None:
        """Before `event` is believed. Raises AnotherError."""
        if is_failure(event):
            self.suspect()
            return
        good_for = LISTS if isinstance(event, Listed) else ANYTHING
        async with self._asking:
            if self._clock() - self._asked_at > good_for:
                await self.ask(link)

    async def ask(self, link: Link, *, last: bool = False) -> bool:
        """Whether it is the one that is known; the first is. False where that could not be asked. `last` closes the connection with
        it, so that the next is opened anew. Raises AnotherError."""
        try:
            answer = await link.ask(PATH, limit=LIMIT, last=last)
            uid = msgspec.json.decode(answer.body, type=_Namespace).metadata.uid
        except FaultError as error:
            if error.fault.kind in (FaultKind.FORBIDDEN, FaultKind.NOT_SERVED):
                self._asked_at = self._clock()
            return False
        except msgspec.DecodeError:
            return False
        if uid and self.known and uid != self.known:
            raise AnotherError(self._fault(uid))
        self.known = self.known or uid
        self._asked_at = self._clock()
        return bool(uid)

    def _fault(self, uid: str) -> Fault:
        return Fault(
            FaultKind.ANOTHER,
            "The context of this cluster leads to another cluster than before: the uid of its kube-system namespace was "
            f"{self.known} and is {uid}.",
            f"Correct the kubeconfig, or, if that is intended, run `manage.py clusters accept {self._slug}`.",
        )


def is_failure(event: SourceEvent) -> bool:
    """Something could not be asked: who answers next may be another."""
    if isinstance(event, Failed):
        return event.fault.kind not in (FaultKind.FORBIDDEN, FaultKind.NOT_SERVED)
    if isinstance(event, Health | Server | Metrics | Usage):
        return event.fault is not None
    return not isinstance(event, Listed | Changed | Gone | Heard)


def everything_fails(fault: Fault, at: Mono) -> list[SourceEvent]:
    """As if each question had met this fault: nothing that was said before is the present."""
    retry_at = Mono(at + AGAIN)
    return [
        *(Health(path, at, 0.0, fault=fault) for path in ("/livez", "/readyz")),
        Server(at, fault=fault),
        Metrics(at, 0.0, fault=fault),
        Usage(at, fault=fault),
        *(Failed(feed, fault, at, retry_at) for feed in FEEDS),
    ]
