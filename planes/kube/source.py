"""One cluster as a stream of events: everything that is asked of it, under one roof.

`ClusterSource.run` signs in, asks the probes for ever and, once the cluster has answered for the first time, lists and watches
every feed. A defect in one of these loops is told as such and leaves the others alone; cancelling `run` ends all of it.
"""

import asyncio
import contextlib
import logging
import os
import random
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from planes.kube import discovery, feeds
from planes.kube.backoff import FaultBackoff
from planes.kube.clock import monotonic
from planes.kube.connect import Target
from planes.kube.errors import FaultError
from planes.kube.faltering import Faltering
from planes.kube.identity import AGAIN, AnotherError, Identity, everything_fails
from planes.kube.kubeconfig import default_kubeconfig
from planes.kube.link import Link, open_link
from planes.kube.merging import Merger
from planes.kube.metrics import MetricsProbe, UsageProbe
from planes.kube.metrics_apart import Advertised, ApartProbe
from planes.kube.probes import HealthProbe, VersionProbe
from planes.kube.reflector import Reflector
from planes.kube.watchdog import Living, OverstayedError, watched
from planes.kube.webhooks import SETTLE, EndpointsProbe, References
from planes.structs.answers import was_heard
from planes.structs.events import Connection, Failed, Fault, FaultKind, Health, Metrics, Server, SourceEvent, Usage
from planes.structs.feeds import Feed
from planes.structs.moments import Mono

logger = logging.getLogger(__name__)

Emit = Callable[[SourceEvent], Awaitable[None]]
Sleep = Callable[[float], Awaitable[None]]

#: Closing connections may take this long when stopping, in seconds.
CLOSING = 1.5
#: The kubeconfig is looked at this often, so that corrected credentials work without a restart, in seconds.
LOOK_EVERY = 5.0


def _as_it_is(emit: Emit) -> Emit:
    return emit


class _Stepper(Protocol):
    def step(self, emit: Emit) -> Coroutine[Any, Any, float]: ...


@dataclass
class _Loop:
    """One thing that is asked for ever: how to begin it, how to tell a defect in it, and what its events pass through."""

    name: str
    make: Callable[[], _Stepper]
    fault: Callable[[Mono, float], SourceEvent]
    heard: Callable[[Emit], Emit] = _as_it_is
    sleep: Sleep | None = None
    living: Callable[[Any], Living | None] = lambda _: None  # what shows that a step lives, where steps last
    defect: str = ""  # the last one, so that it is logged once
    overstayed: int = 0  # steps that the watchdog had to cancel


class _ReceiverError(Exception):
    """What `emit` raised: the receiver's trouble, which ends the source instead of being tried again."""


class ClusterSource:
    """The events of one cluster. `clock` is monotonic seconds, `wall` epoch seconds; both, `sleep` and `rng` are for tests. With
    `identity`, nothing of another cluster is ever told, only that it is another. `answering` runs beside all else while it is the
    right one and has answered: it may ask what it likes."""

    def __init__(
        self,
        target: Target,
        *,
        clock: Callable[[], Mono] = monotonic,
        wall: Callable[[], float] = time.time,
        sleep: Sleep = asyncio.sleep,
        rng: random.Random | None = None,
        identity: Identity | None = None,
        answering: Callable[[Link], Coroutine[None, None, None]] | None = None,
    ) -> None:
        self._target = target
        self._answering = answering
        self._identity = identity
        self._clock = clock
        self._wall = wall
        self._sleep = sleep
        self._rng = rng or random.Random()  # noqa: S311 - jitter, not cryptography
        self._answered = asyncio.Event()
        self._references = References()
        self._advertised = Advertised()
        self._away = False
        self._back = asyncio.Event()

    async def run(self, emit: Emit) -> None:
        """Tell `emit` all that happens, until cancelled. Raises what `emit` raises, and nothing else."""
        while True:
            link = await self._connect(emit)
            try:
                await self._live(link, emit)
            except AnotherError as exc:
                await self._until_it_is_the_same(link, emit, exc.fault)
            finally:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(CLOSING):
                        await link.close()

    async def _until_it_is_the_same(self, link: Link, emit: Emit, fault: Fault) -> None:
        """What answers is another cluster. Say so, and nothing else, until it is ours again: then all is listed anew."""
        assert self._identity is not None
        self._answered = asyncio.Event()
        seen = _written(self._target, link)
        while True:
            for event in everything_fails(fault, self._clock()):
                await emit(event)
            await self._sleep(AGAIN)
            try:
                if (now := _written(self._target, link)) != seen:
                    seen = now
                    await link.reload()
                if await self._identity.ask(link, last=True):
                    return
            except FaultError:
                continue
            except AnotherError as exc:
                fault = exc.fault

    async def _live(self, link: Link, emit: Emit) -> None:
        told = self._told(emit, link)
        try:
            async with asyncio.TaskGroup() as tasks:
                for loop in self._probes(link):
                    tasks.create_task(self._repeat(loop, told))
                tasks.create_task(self._look_at_kubeconfig(link))
                await self._answered.wait()
                if self._answering is not None:
                    tasks.create_task(self._answering(link))
                for loop in (*self._scrapes(link), *await self._feeds(link, told)):
                    tasks.create_task(self._repeat(loop, told))
        except BaseExceptionGroup as group:
            # Not `except*`: what is raised inside it comes out as a group again on Python 3.11.2.
            received, _ = group.split(_ReceiverError)
            if received is None:
                raise
            raise _cause(received) from None

    async def _connect(self, emit: Emit) -> Link:
        """A link, however long it takes. What keeps us from one is told each time."""
        backoff = FaultBackoff(self._rng)
        while True:
            try:
                return await open_link(self._target, clock=self._clock, wall=self._wall)
            except FaultError as exc:
                fault = exc.fault
            except Exception:
                logger.exception("Signing in to a cluster failed on a bug")
                fault = _defect()
            await emit(Connection(self._clock(), fault=fault))
            await self._sleep(backoff.failed(fault))

    def _told(self, emit: Emit, link: Link) -> Emit:
        """`emit`, noting on the way what this source itself must know."""

        async def told(event: SourceEvent) -> None:
            if self._identity is not None:
                try:
                    await self._identity.check(event, link)
                except AnotherError as exc:
                    raise _ReceiverError from exc
            first = not self._answered.is_set() and _is_answer(event)
            self._references.note(event)
            self._advertised.note(event)
            self._note_outage(event)
            try:
                if first:
                    await emit(Connection(self._clock(), link.server))
                await emit(event)
            except Exception as exc:
                raise _ReceiverError from exc
            if first:
                self._answered.set()

        return told

    def _note_outage(self, event: SourceEvent) -> None:
        """An API server that comes back may be another version: /version is asked at once then."""
        if isinstance(event, Health):
            away = not was_heard(event)
            if self._away and not away:
                self._back.set()
            self._away = away

    # --- the loops -------------------------------------------------------------------------------------------------------

    async def _repeat(self, loop: _Loop, emit: Emit) -> None:
        """Step for ever. A defect is logged with its traceback, told, and answered with a fresh start after a wait."""
        backoff = FaultBackoff(self._rng)
        stepper: _Stepper | None = None
        heard = loop.heard(emit)
        while True:
            try:
                stepper = stepper or loop.make()
                wait = await watched(stepper.step(heard), loop.living(stepper))
                backoff.succeeded()
            except _ReceiverError:
                raise
            except OverstayedError as exc:
                loop.overstayed += 1
                log = logger.warning if loop.overstayed == 1 else logger.info
                log("%s: %s though its time was up; restarted (%d so far)", loop.name, exc, loop.overstayed)
                stepper, wait = None, backoff.failed()
            except Exception as exc:
                if loop.defect != (defect := repr(exc)):
                    logger.exception("%s failed on a bug", loop.name)
                loop.defect, stepper = defect, None
                wait = backoff.failed(_defect())
                await heard(loop.fault(self._clock(), wait))
            await (loop.sleep or self._sleep)(wait)

    def _probes(self, link: Link) -> list[_Loop]:
        """They ask whether or not the cluster answers, because that is what they tell."""

        def health(path: str) -> _Loop:
            return _Loop(
                path,
                lambda: HealthProbe(path, link, clock=self._clock, rng=self._rng),
                lambda at, _: Health(path, at, 0.0, fault=_defect()),
            )

        version = _Loop(
            "/version",
            lambda: VersionProbe(link, clock=self._clock, rng=self._rng),
            lambda at, _: Server(at, fault=_defect()),
            sleep=self._until_back,
        )
        return [health("/livez"), health("/readyz"), version]

    def _scrapes(self, link: Link) -> list[_Loop]:
        return [
            _Loop(
                "/metrics",
                lambda: MetricsProbe(link, clock=self._clock, rng=self._rng),
                lambda at, _: Metrics(at, 0.0, fault=_defect()),
            ),
            _Loop(
                "/metrics of each",
                lambda: ApartProbe(self._advertised, link, dials=self._target.dials, clock=self._clock, rng=self._rng),
                lambda at, _: Metrics(at, 0.0, fault=_defect(), apart=True),
            ),
            _Loop(
                Feed.NODE_METRICS,
                lambda: UsageProbe(link, clock=self._clock, rng=self._rng),
                lambda at, _: Usage(at, fault=_defect()),
            ),
            _Loop(
                Feed.WEBHOOK_ENDPOINTS,
                lambda: EndpointsProbe(self._references, link, clock=self._clock, rng=self._rng),
                lambda at, wait: Failed(Feed.WEBHOOK_ENDPOINTS, _defect(), at, at + wait),
                sleep=self._until_references_change,
            ),
        ]

    async def _feeds(self, link: Link, emit: Emit) -> list[_Loop]:
        found = await discovery.discover(link, self._sleep)
        if found.served is not None:
            await emit(found.served)
        watched = feeds.parts(found.namespaces)
        return [loop for feed, parts in watched.items() for loop in self._loops_of(feed, parts, link)]

    def _loops_of(self, feed: Feed, parts: list[feeds.Part], link: Link) -> list[_Loop]:
        merger = Merger(feed, [part.name for part in parts]) if len(parts) > 1 else None
        return [self._loop_of(part, merger, link) for part in parts]

    def _loop_of(self, part: feeds.Part, merger: Merger | None, link: Link) -> _Loop:
        def heard(emit: Emit) -> Emit:
            passed = emit if merger is None else merger.emit_for(part.name, part.essential, emit)
            return Faltering(part.name).noting(passed) if part.essential else passed

        def living(reflector: Reflector) -> Living:
            return reflector

        return _Loop(
            part.name,
            lambda: Reflector(part, link, clock=self._clock, rng=self._rng),
            lambda at, wait: Failed(part.feed, _defect(), at, at + wait),
            heard=heard,
            living=living,
        )

    async def _until_back(self, wait: float) -> None:
        self._back.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait):
                await self._back.wait()

    async def _until_references_change(self, wait: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait):
                await self._references.changed.wait()
                await self._sleep(SETTLE)

    async def _look_at_kubeconfig(self, link: Link) -> None:
        """Sign in anew when the kubeconfig, or a certificate or key that it names, has changed on the disk, so that corrected and
        renewed credentials work without a restart."""
        if self._target.in_cluster:
            return
        seen = _written(self._target, link)
        while True:
            await self._sleep(LOOK_EVERY)
            now = _written(self._target, link)
            changed = any(seen.get(path, when) != when for path, when in now.items())
            seen = now
            if not changed:
                continue
            try:
                await link.reload()
                if self._identity is not None:
                    self._identity.suspect()
            except FaultError as exc:
                logger.warning("The kubeconfig has changed and cannot be used; the old one stays in use: %s", exc.fault.message)


def _is_answer(event: SourceEvent) -> bool:
    """The API server itself has answered a probe: from now on listing makes sense."""
    return isinstance(event, Health | Server) and was_heard(event)


def _written(target: Target, link: Link) -> dict[str, float]:
    """When each file of the kubeconfig, and each that it names, was last written; 0.0 for one that is not there."""
    path = target.kubeconfig or default_kubeconfig()
    return {part: _mtime(Path(part).expanduser()) for part in (*path.split(os.pathsep), *link.files) if part}


def _mtime(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _defect() -> Fault:
    return Fault(FaultKind.INTERNAL, "Planewatch has a bug here.", "The log has the details; please report it.")


def _cause(group: BaseExceptionGroup[_ReceiverError]) -> BaseException:
    found: BaseException = group
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    return found.__cause__ or found
