"""Asking the API server how it is: /livez and /readyz check by check, and /version.

A probe is one finite step, as a reflector's is; source.py repeats them. Steps of one probe follow each other, so a slow answer
delays the next question and never piles up on it.
"""

import asyncio
import random
import re
from collections.abc import Awaitable, Callable

import msgspec

from planes.kube.answers import Answer, clock_skew
from planes.kube.clock import monotonic
from planes.kube.errors import FaultError, not_kubernetes
from planes.kube.link import Link
from planes.structs.events import Check, Fault, FaultKind, Health, Server, SourceEvent
from planes.structs.moments import Mono

Emit = Callable[[SourceEvent], Awaitable[None]]

#: Seconds between two questions, and for one answer.
HEALTH_EVERY, HEALTH_LIMIT = 2.0, 5.0
#: Where no answer came within so many seconds another connection is tried, and after so many more a third.
ELSEWHERE_AFTER = (2.0, 1.0)
#: What fails at once is asked again so soon, seconds, so many times in a row: another connection may lead to another API server.
AGAIN_EVERY, AGAIN = 0.5, 4
_AT_ONCE = frozenset({FaultKind.REFUSED, FaultKind.CLOSED, FaultKind.SERVER_ERROR})
VERSION_EVERY, VERSION_LIMIT = 60.0, 5.0
#: After a failure /version is asked again sooner, in seconds.
VERSION_AGAIN = 5.0
#: A failing check's reason is asked again after so many seconds. One is asked a step, so that the next health answer is
#: not held up: a check whose store is away takes seconds to fail.
REASON_EVERY, REASON_LIMIT, MOST_REASONS = 20.0, 3.0, 1

_LINE = re.compile(r"^\[([+-])\](\S+) (.*)$", re.MULTILINE)
_REASON_PREFIX = re.compile(r"^internal server error: ")


def checks_in(text: str) -> list[Check]:
    """The checks of a verbose answer, in its order; none where it is none."""
    return [Check(name, sign == "+") for sign, name, _ in _LINE.findall(text)]


class HealthProbe:
    """/livez or /readyz, with ?verbose.

    Of several API servers behind one address, one that hangs or is dead takes some of the connections and not the others
    [signals.md: "behind a load balancer each request may reach another instance"]. So one connection that fails is not yet
    everyone's answer: others are tried while it is waited for, or soon after it."""

    def __init__(self, path: str, link: Link, *, clock: Callable[[], Mono] = monotonic, rng: random.Random | None = None) -> None:
        self._path = path
        self._link = link
        self._clock = clock
        self._rng = rng or random.Random()  # noqa: S311 - jitter, not cryptography
        self._reasons: dict[str, tuple[Mono, str]] = {}
        self._fails = False  # the last answer was not well: the next is asked on a connection of its own, which may lead elsewhere
        self._refused = 0  # how many times in a row it failed at once

    async def step(self, emit: Emit) -> float:
        """Ask once. Returns the seconds to wait before the next step."""
        started = self._clock()
        try:
            answer, unanswered = await self._ask()
            checks = self._checks(answer)
        except FaultError as exc:
            self._fails = True
            return await self._failed(exc.fault, started, emit)
        self._fails, self._refused = not all(check.ok for check in checks), 0
        (self._link.doubted.add if self._fails else self._link.doubted.discard)(self._path)
        await emit(self._health(answer, checks, unanswered))
        if await self._learn_reasons(checks):
            await emit(self._health(answer, checks))
        return self._wait(started)

    async def _ask(self) -> tuple[Answer, int]:
        """The first answer, and how many connections had been waited for in vain until it came. Raises the `FaultError` of the
        first connection where no other was answered by then."""
        asked: list[asyncio.Task[Answer]] = []
        try:
            for patience in (*ELSEWHERE_AFTER, HEALTH_LIMIT):
                one = self._link.get(f"{self._path}?verbose", limit=HEALTH_LIMIT, accept="*/*", last=self._fails or bool(asked))
                asked.append(asyncio.create_task(one))
                answered = await _first_answered(asked, patience)
                if answered is not None:
                    return answered.result(), sum(not before.done() for before in asked[: asked.index(answered)])
            return await asked[0], 0
        finally:
            for task in asked:
                task.cancel()
            await asyncio.gather(*asked, return_exceptions=True)

    async def _failed(self, fault: Fault, started: Mono, emit: Emit) -> float:
        if fault.kind is FaultKind.INTERNAL:
            return 0.1  # we stood still: the answer says nothing about the server, so ask again instead of telling
        now = self._clock()
        await emit(Health(self._path, now, now - started, fault.status, fault=fault))
        self._refused = self._refused + 1 if fault.kind in _AT_ONCE and fault.retry_after is None else 0
        if 0 < self._refused <= AGAIN:
            return AGAIN_EVERY * self._rng.uniform(0.8, 1.2)
        return max(self._wait(started), fault.retry_after or 0.0)

    def _wait(self, started: Mono) -> float:
        """A question every HEALTH_EVERY seconds, however long the answers take, but never one upon the other."""
        return max(0.2, HEALTH_EVERY * self._rng.uniform(0.9, 1.1) - (self._clock() - started))

    def _checks(self, answer: Answer) -> list[Check]:
        """The lines of a verbose answer. Raises `FaultError` when it is not a health answer."""
        text = answer.body.decode(errors="replace")
        checks = checks_in(text)
        if checks or (answer.status == 200 and text.strip() == "ok"):
            return checks
        if answer.status == 200:
            raise not_kubernetes(
                self._link.server, "with a web page" if text.lstrip().startswith("<") else f"{self._path} in other words"
            )
        raise self._link.fault_of(answer)

    def _health(self, answer: Answer, checks: list[Check], unanswered: int = 0) -> Health:
        told = tuple(
            check if check.ok else Check(check.name, False, self._reasons.get(check.name, (0.0, ""))[1]) for check in checks
        )
        return Health(self._path, Mono(answer.at), answer.took, answer.status, told, unanswered=unanswered)

    async def _learn_reasons(self, checks: list[Check]) -> bool:
        """Ask the failing checks one by one why. True when something new was learnt."""
        failing = [check.name for check in checks if not check.ok]
        self._reasons = {name: known for name, known in self._reasons.items() if name in failing}
        now, learnt = self._clock(), False
        due = [name for name in failing if now - self._reasons.get(name, (float("-inf"), ""))[0] >= REASON_EVERY]
        for name in due[:MOST_REASONS]:
            old = self._reasons.get(name, (0.0, ""))[1]
            reason = await self._reason(name) or old
            self._reasons[name] = (self._clock(), reason)
            learnt = learnt or reason != old
        return learnt

    async def _reason(self, name: str) -> str:
        try:
            answer = await self._link.get(f"{self._path}/{name}", limit=REASON_LIMIT, accept="*/*", last=True)
        except FaultError:
            return ""
        if answer.status != 500 or "html" in answer.content_type:
            return ""
        text = _REASON_PREFIX.sub("", answer.body.decode(errors="replace").strip())
        return "" if text.endswith("reason withheld") else text.partition("\n")[0][:300]


async def _first_answered(asked: list[asyncio.Task[Answer]], patience: float) -> asyncio.Task[Answer] | None:
    """The first of them to end within so many seconds. Where any but the very first fails, it is left out."""
    ends = asyncio.get_running_loop().time() + patience
    while (left := ends - asyncio.get_running_loop().time()) > 0:
        await asyncio.wait([one for one in asked if not one.done()], timeout=left, return_when=asyncio.FIRST_COMPLETED)
        for one in asked:
            if one.done() and (one is asked[0] or one.exception() is None):
                return one
    return None


class _Version(msgspec.Struct):
    gitVersion: str
    platform: str = ""


class VersionProbe:
    """/version, and what its answer tells by the way: the server's clock and its certificate."""

    def __init__(self, link: Link, *, clock: Callable[[], Mono] = monotonic, rng: random.Random | None = None) -> None:
        self._link = link
        self._clock = clock
        self._rng = rng or random.Random()  # noqa: S311 - jitter, not cryptography

    async def step(self, emit: Emit) -> float:
        """Ask once. Returns the seconds to wait before the next step."""
        try:
            answer = await self._link.ask("/version", limit=VERSION_LIMIT, last=True)
            server = self._server(answer)
        except FaultError as exc:
            await emit(Server(self._clock(), fault=exc.fault))
            return max(VERSION_AGAIN * self._rng.uniform(0.8, 1.2), exc.fault.retry_after or 0.0)
        await emit(server)
        return VERSION_EVERY * self._rng.uniform(0.9, 1.1)

    def _server(self, answer: Answer) -> Server:
        try:
            version = msgspec.json.decode(answer.body, type=_Version)
        except (msgspec.DecodeError, UnicodeDecodeError):
            page = answer.body.lstrip().startswith(b"<")
            raise not_kubernetes(self._link.server, "with a web page" if page else "/version in other words") from None
        shown = self._link.certificate()
        return Server(
            Mono(answer.at),
            version.gitVersion,
            version.platform,
            shown.ends if shown is not None else None,
            clock_skew(answer),
            certificate_not_before=shown.begins if shown is not None else None,
            certificate=shown,
            credentials=self._link.credentials(),
        )
