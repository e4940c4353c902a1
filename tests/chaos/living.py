"""One way in which the way to a cluster breaks, lived through in virtual time: without a fault behind it, with one that begins
while the way is broken, and with one that began before."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from planes.demo.certificates import Authority
from tests.bench.jumping import JumpingLoop
from tests.bench.looking import Turn
from tests.bench.truth import SETTLE, Scene
from tests.chaos.proxy import WELL, Manners, Proxy

RED = ("degraded", "down")
#: A leader that is dead, and a node whose kubelet is.
FAULT = "scheduler-dead"
SUBJECT = "kube-scheduler"
#: What may be red: the way itself is broken.
_THE_WAY = "kube-apiserver"
#: After so many seconds of the end of a breakage all must be live again, and so soon must a fault be told. [the issue's own]
LIVE, TOLD = 20.0, 30.0


class Chaos(Scene):
    """A scene whose source asks through a proxy."""

    proxy: Proxy

    async def begin(self) -> Path:
        """Start the server and the proxy before it."""
        await super().begin()
        self.proxy = Proxy(self.demo.listener.port, self.demo.authority)
        await self.proxy.start()
        path = self.demo.options.directory / "through-the-proxy"
        path.write_text(self.demo.kubeconfig.read_text().replace(f":{self.demo.listener.port}", f":{self.proxy.port}"))
        self.kubeconfig = path
        return path

    async def __aexit__(self, *args: object) -> None:
        await self.proxy.stop()
        await super().__aexit__(*args)


Breakage = Callable[[Chaos], Awaitable[None]]


def behaving(manners: Manners, seconds: float = 60.0, *, reset: bool = True) -> Breakage:
    """The proxy's manners for some time; what was open goes through them from its next request on, or at once."""

    async def broken(scene: Chaos) -> None:
        scene.proxy.manners = manners
        if reset:
            scene.proxy.reset()
        await scene.live(seconds)
        scene.proxy.manners = WELL

    return broken


def refusing(seconds: float) -> Breakage:
    """Nothing listens."""

    async def broken(scene: Chaos) -> None:
        await scene.proxy.refuse()
        await scene.live(seconds)
        await scene.proxy.start()

    return broken


def down(seconds: float) -> Breakage:
    """The API server itself is down, and so is every lease."""

    async def broken(scene: Chaos) -> None:
        scene.demo.faults.inject("apiserver-down")
        await scene.live(seconds)
        scene.demo.faults.heal("apiserver-down")

    return broken


def resetting(every: float, seconds: float = 60.0) -> Breakage:
    """All connections are reset again and again."""

    async def broken(scene: Chaos) -> None:
        for _ in range(int(seconds / every)):
            scene.proxy.reset()
            await scene.live(every)

    return broken


def rewriting(every: float = 6.0, seconds: float = 120.0) -> Breakage:
    """The kubeconfig is written again and again."""

    async def broken(scene: Chaos) -> None:
        text = scene.kubeconfig.read_text()
        for turn in range(int(seconds / every)):
            scene.kubeconfig.write_text(text + f"# {turn}\n")
            await scene.live(every)

    return broken


def swapping(seconds: float = 20.0) -> Breakage:
    """Another authority's certificate."""

    async def broken(scene: Chaos) -> None:
        scene.proxy.swap_certificate(Authority.create())
        scene.proxy.reset()
        await scene.live(seconds)
        scene.proxy.swap_certificate()

    return broken


_GONE = b'{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old resource version"}}\n'
_WATCH = "watch=1"

WAYS: dict[str, Breakage] = {
    "kubeconfig rewritten": rewriting(),
    "watches end at once": behaving(Manners(only=_WATCH, end_at_once=True)),
    "watches cut after 3 s": behaving(Manners(only=_WATCH, cut_after=3.0)),
    "watches held back": behaving(Manners(only=_WATCH, hold=True), reset=False),
    "new watches held back": behaving(Manners(only=_WATCH, hold=True)),
    "heads of watches held back": behaving(Manners(only=_WATCH, hold_head=True)),
    "watches half-open": behaving(Manners(only=_WATCH, mute=True), reset=False),
    "all half-open": behaving(Manners(mute=True), reset=False),
    "watches drip": behaving(Manners(only=_WATCH, drip=0.5), reset=False),
    "410 on every watch": behaving(Manners(only=_WATCH, status=200, body=_GONE)),
    "502 on every watch": behaving(Manners(only=_WATCH, status=502)),
    "reset every 5 s": resetting(5.0),
    "leases 403 for 30 s": behaving(Manners(only="/leases", status=403), 30.0),
    "401 for 20 s": behaving(Manners(status=401), 20.0),
    "another authority for 20 s": swapping(),
    **{f"the way refuses for {seconds} s": refusing(float(seconds)) for seconds in (8, 12, 16, 20)},
    **{f"API server down for {seconds} s": down(float(seconds)) for seconds in range(8, 31)},
}
WHEN = ("no fault", "fault during", "fault before")


@dataclass(frozen=True)
class Lived:
    """What was said."""

    name: str
    when: str
    red: tuple[Turn, ...]  # red without cause
    told_after: float | None  # seconds from the fault until it was told, red or unknown; None: never
    late: tuple[str, ...]  # what was not live again in time after the end
    polled: int  # feeds that were polled
    history: int  # changes of what had no fault

    @property
    def right(self) -> bool:
        told = self.when == "no fault" or (self.told_after is not None and self.told_after <= TOLD)
        return not self.red and not self.late and told


def live_through(name: str, when: str, directory: Path) -> Lived:
    """Break the way, mend it, look."""
    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        return runner.run(_live_through(name, when, directory))


async def _live_through(name: str, when: str, directory: Path) -> Lived:
    async with Chaos(directory) as scene:
        await scene.live(SETTLE)
        watcher, faults = scene.watcher, scene.demo.faults
        before = dict(watcher.states)
        unwell = {one: state for one, state in before.items() if state in RED}
        assert not unwell, unwell
        broken_at, first, written = scene.mono(), len(watcher.turns), len(watcher.changes)
        began = float(broken_at)
        if when == "fault before":
            faults.inject(FAULT)
            await scene.live(5.0)
        breaking = asyncio.ensure_future(WAYS[name](scene))
        if when == "fault during":
            await scene.live(2.0)
            began = scene.mono()
            faults.inject(FAULT)
        polled = 0
        while not breaking.done():
            await scene.live(1.0)
            polled = max(polled, sum(bool(track.polled) for track in scene.cache.reach.feeds.values()))
        breaking.result()
        await scene.live(LIVE)
        fault = when != "no fault"
        late = tuple(
            f"{one} {state}"
            for one, state in watcher.states.items()
            if state != before.get(one, state) and not (fault and one == SUBJECT and state in RED)
        )
        await scene.live(TOLD if fault else 1.0)
        turns = watcher.turns[first:]
        red = tuple(one for one in turns if one.state in RED and one.subject != _THE_WAY and not (fault and one.subject == SUBJECT))
        told = [one.at - began for one in turns if fault and one.subject == SUBJECT and one.state in ("unknown", *RED)]
        ended = watcher.states.get(SUBJECT)
        if fault and ended not in RED:
            late = (*late, f"{SUBJECT} {ended} at the end")
        history = sum(one.subject != SUBJECT and one.subject != _THE_WAY for one in watcher.changes[written:])
        after = next((at for at in told if at >= 0), None)
        return Lived(name, when, red, after, late, polled, history)
