"""The ways in which the way to a cluster breaks: each breaks it for some time and mends it again."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass

from planes.demo.certificates import Authority
from tests.chaos.proxy import WELL, Manners
from tests.chaos.scene import Chaos

Breakage = Callable[[Chaos], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class Way:
    """One way. `blames`: the API server itself may be told of as red, for it does not answer as it should. `family`: ways that
    differ in a figure alone share a row of the table. `asleep`: seconds in which we stand still. `prepare` is done before the
    scene settles. `halves`: what works for a part, so that it may be told as degraded, and not as down."""

    name: str
    broken: Breakage
    blames: bool = False
    asleep: float = 0.0
    family: str = ""
    halves: tuple[str, ...] = ()
    prepare: Breakage | None = None


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


def failing(fault: str, seconds: float) -> Breakage:
    """The API server itself fails, and so does every lease."""

    async def broken(scene: Chaos) -> None:
        scene.demo.faults.inject(fault)
        await scene.live(seconds)
        scene.demo.faults.heal(fault)

    return broken


def resetting(every: float, seconds: float = 60.0, share: float = 1.0) -> Breakage:
    """All connections, or a share of them, are reset again and again; so is that share of the new ones."""

    async def broken(scene: Chaos) -> None:
        scene.proxy.manners = Manners(reset_share=share if share < 1.0 else 0.0)
        for _ in range(int(seconds / every)):
            scene.proxy.reset(share)
            await scene.live(every)
        scene.proxy.manners = WELL

    return broken


def flickering(manners: Manners, on: float, off: float, seconds: float = 60.0) -> Breakage:
    """The manners come and go."""

    async def broken(scene: Chaos) -> None:
        for _ in range(int(seconds / (on + off))):
            scene.proxy.manners = manners
            await scene.live(on)
            scene.proxy.manners = WELL
            await scene.live(off)

    return broken


def rewriting(every: float = 6.0, seconds: float = 120.0) -> Breakage:
    """The kubeconfig is written again and again."""

    async def broken(scene: Chaos) -> None:
        for turn in range(int(seconds / every)):
            scene.rewrite_kubeconfig(f"# {turn}\n")
            await scene.live(every)

    return broken


SPOILT = ("half-written", "empty", "gone", "of another context")


def spoiling(how: str, seconds: float = 20.0) -> Breakage:
    """The kubeconfig is of no use for a while, and everything that was open is reset: who is signed in goes on by what it has."""

    async def broken(scene: Chaos) -> None:
        scene.spoil_kubeconfig(how)
        scene.proxy.reset()
        await scene.live(seconds)
        scene.rewrite_kubeconfig()

    return broken


def swapping(seconds: float = 20.0) -> Breakage:
    """Another authority's certificate."""

    async def broken(scene: Chaos) -> None:
        scene.proxy.swap_certificate(Authority.create())
        scene.proxy.reset()
        await scene.live(seconds)
        scene.proxy.swap_certificate()

    return broken


def nameless(seconds: float = 30.0) -> Breakage:
    """The API server's name does not resolve."""

    async def broken(scene: Chaos) -> None:
        scene.loop.resolves = False
        for part in (11.0, seconds - 11.0):  # for 10 s it is still remembered
            scene.proxy.reset()
            await scene.live(part)
        scene.loop.resolves = True

    return broken


def tokenless(seconds: float = 20.0) -> Breakage:
    """The token was rotated, and the kubeconfig is late."""

    async def broken(scene: Chaos) -> None:
        scene.refuse_token()
        scene.proxy.reset()
        await scene.live(seconds)
        scene.give_token()

    return broken


async def asks_for_certificates(scene: Chaos) -> None:
    """The way lets nobody through without a client certificate, and we have one."""
    authority = Authority.create()
    scene.give_certificate(authority)
    await scene.live(6.0)  # until it is noticed
    await scene.proxy.want_certificate(authority)


def refused_certificate(seconds: float = 20.0) -> Breakage:
    """The client certificate was rotated, and the kubeconfig is late."""

    async def broken(scene: Chaos) -> None:
        authority = Authority.create()
        await scene.proxy.want_certificate(authority)
        await scene.live(seconds)
        scene.give_certificate(authority)

    return broken


def suspended(seconds: float) -> Breakage:
    """Our machine sleeps. When it wakes, what was open is half-open."""

    async def broken(scene: Chaos) -> None:
        scene.loop.suspend(seconds)
        scene.proxy.manners = Manners(old=True, mute=True)
        await scene.live(60.0)
        scene.proxy.manners = WELL

    return broken


def spoiling_one(how: str, seconds: float = 60.0) -> Breakage:
    """One of three API servers is unwell, and the balancer does not notice; what was open begins anew on one of them."""

    async def broken(scene: Chaos) -> None:
        await scene.proxy.spoil_one_of_three(how)
        scene.proxy.reset()
        await scene.live(seconds)
        scene.proxy.mend_it()

    return broken


def compacting(every: float, seconds: float = 60.0) -> Breakage:
    """etcd is compacted again and again: watches and continue tokens are too old."""

    async def broken(scene: Chaos) -> None:
        for _ in range(int(seconds / every)):
            scene.demo.faults.inject("watch-expired")
            await scene.live(every)

    return broken


def one_after_the_other(*breakages: Breakage) -> Breakage:
    """All of them, without a pause."""

    async def broken(scene: Chaos) -> None:
        for one in breakages:
            await one(scene)

    return broken


_GONE = b'{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old resource version"}}\n'
_HTML = b"<!DOCTYPE html><html><head><title>Sign in to the guests' network</title></head><body>...</body></html>"
_BUSY = b'{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"TooManyRequests","code":429,"message":"busy"}'
_WATCH = "watch=1"
_PROBES = ("/livez", "/readyz", "/version")


def _busy(seconds: int, only: str = _WATCH, status: int = 429) -> Manners:
    return Manners(only=only, status=status, body=_BUSY, headers=(f"Retry-After: {seconds}",))


def _on_watches() -> Iterator[Way]:
    yield Way(name="watches end at once", broken=behaving(Manners(only=_WATCH, end_at_once=True)))
    yield Way(name="watches end at once, for 5 min", broken=behaving(Manners(only=_WATCH, end_at_once=True), 300.0))
    for seconds in (1.0, 3.0, 4.5, 6.0, 12.0):
        manners = Manners(only=_WATCH, cut_after=seconds)
        yield Way(name=f"watches cut after {seconds:g} s", broken=behaving(manners), family="watches cut after 1 to 12 s")
    yield Way(name="watches cut after 29 s", broken=behaving(Manners(only=_WATCH, cut_after=29.0), 90.0))
    yield Way(name="watches cut in the middle of a line", broken=behaving(Manners(only=_WATCH, cut_at=3000)))
    yield Way(name="watches held back", broken=behaving(Manners(only=_WATCH, hold=True), reset=False))
    yield Way(name="new watches held back", broken=behaving(Manners(only=_WATCH, hold=True)))
    yield Way(name="watches held back for 7 s, let through for 7 s", broken=flickering(Manners(only=_WATCH, hold=True), 7.0, 7.0))
    yield Way(name="heads of watches held back", broken=behaving(Manners(only=_WATCH, hold_head=True)))
    for size in (4, 16, 256):
        manners = Manners(only=_WATCH, hold_until=size << 10)
        yield Way(name=f"watches buffered by {size} kB", broken=behaving(manners), family="watches buffered by 4 to 256 kB")
    yield Way(name="watches half-open", broken=behaving(Manners(only=_WATCH, mute=True), reset=False))
    yield Way(name="watches drip, 2 bytes a second", broken=behaving(Manners(only=_WATCH, drip=0.5), reset=False))
    yield Way(name="watches drip, 1 kB a second", broken=behaving(Manners(only=_WATCH, drip=1.0, drop=1024)))
    yield Way(name="410 on every watch", broken=behaving(Manners(only=_WATCH, status=200, body=_GONE)))
    yield Way(name="502 on every watch", broken=behaving(Manners(only=_WATCH, status=502)))
    for seconds in (1, 30, 600):
        manners = _busy(seconds)
        family = "429 on every watch, to be tried again after 1 to 600 s"
        yield Way(name=f"429 on every watch, Retry-After {seconds}", broken=behaving(manners), family=family)
    yield Way(name="503 on every watch, Retry-After 60", broken=behaving(_busy(60, status=503)))
    yield Way(name="a web page on every watch", broken=behaving(Manners(only=_WATCH, status=200, body=_HTML, kind="text/html")))


def _on_paths() -> Iterator[Way]:
    for seconds in (10.0, 30.0, 70.0):
        manners = Manners(only="/leases", status=403)
        yield Way(name=f"leases 403 for {seconds:g} s", broken=behaving(manners, seconds), family="leases 403 for 10 to 70 s")
    yield Way(name="node leases held back", broken=behaving(Manners(only="kube-node-lease", mute=True), reset=False))
    yield Way(name="leaders' leases 500", broken=behaving(Manners(only="kube-system/leases", status=500)))
    yield Way(name="only health is answered, the rest never", broken=behaving(Manners(but=_PROBES, mute=True)), blames=True)
    yield Way(name="only health is answered, the rest 502", broken=behaving(Manners(but=_PROBES, status=502)), blames=True)
    yield Way(name="only leases are answered", broken=behaving(Manners(but=("/leases",), mute=True)), blames=True)
    yield Way(name="only lists are answered", broken=behaving(Manners(only=_WATCH, status=404)))
    yield Way(name="health is not answered", broken=behaving(Manners(only="/livez", mute=True)), blames=True)


def _on_lists() -> Iterator[Way]:
    but = (_WATCH, *_PROBES)
    yield Way(name="lists come 25 s late", broken=behaving(Manners(but=but, late=25.0)), blames=True)
    busy = Manners(but=but, status=429, body=_BUSY, headers=("Retry-After: 7",))
    yield Way(name="429 on every list", broken=behaving(busy), blames=True)
    yield Way(name="lists cut in the middle", broken=behaving(Manners(but=but, cut_at=1500)), blames=True)


def _on_everything() -> Iterator[Way]:
    yield Way(name="all half-open", broken=behaving(Manners(mute=True), reset=False), blames=True)
    yield Way(name="old connections half-open", broken=behaving(Manners(old=True, mute=True), reset=False), blames=True)
    yield Way(name="all drip, 20 bytes a second", broken=behaving(Manners(drip=0.5, drop=10)), blames=True)
    for late in (2.0, 6.0, 12.0):
        yield Way(
            name=f"answers come {late:g} s late",
            broken=behaving(Manners(late=late)),
            blames=True,
            family="answers come 2 to 12 s late",
        )
    for every in (2.0, 5.0, 9.0):
        yield Way(name=f"reset every {every:g} s", broken=resetting(every), blames=True, family="reset every 2 to 9 s")
    for how in ("has lost etcd", "is dead", "hangs"):
        broken = spoiling_one(how.removeprefix("is "))
        yield Way(name=f"one of three API servers {how}", broken=broken, blames=True, halves=("etcd", "kube-apiserver"))
    yield Way(name="etcd is compacted every 3 s", broken=compacting(3.0))
    yield Way(name="half of the connections reset every 3 s", broken=resetting(3.0, share=0.5), blames=True)
    yield Way(
        name="a web page for everything for 30 s",
        broken=behaving(Manners(status=200, body=_HTML, kind="text/html"), 30.0),
        blames=True,
    )
    redirect = Manners(status=302, headers=("Location: https://portal.example/",))
    yield Way(name="redirected to a portal for 30 s", broken=behaving(redirect, 30.0), blames=True)
    yield Way(name="429 on everything for 30 s", broken=behaving(_busy(5, only=""), 30.0), blames=True)
    yield Way(name="503 on everything for 30 s", broken=behaving(_busy(5, only="", status=503), 30.0), blames=True)
    yield Way(name="API server hangs for 30 s", broken=failing("apiserver-hang", 30.0), blames=True)
    yield Way(name="our machine sleeps for 5 min", broken=suspended(300.0), blames=True, asleep=300.0)
    for seconds in range(8, 31):
        family = "the way refuses for 8 to 30 s"
        yield Way(name=f"the way refuses for {seconds} s", broken=refusing(float(seconds)), blames=True, family=family)
    for seconds in range(8, 31):
        family = "API server down for 8 to 30 s"
        broken = failing("apiserver-down", float(seconds))
        yield Way(name=f"API server down for {seconds} s", broken=broken, blames=True, family=family)


def _on_credentials() -> Iterator[Way]:
    yield Way(name="kubeconfig rewritten every 6 s", broken=rewriting())
    for how in SPOILT:
        yield Way(name=f"kubeconfig {how} for 20 s", broken=spoiling(how), blames=True)
    yield Way(name="kubeconfig rewritten twice", broken=rewriting(6.0, 12.0))
    for seconds in (20.0, 40.0):
        yield Way(
            name=f"401 for {seconds:g} s", broken=behaving(Manners(status=401), seconds), blames=True, family="401 for 20 to 40 s"
        )
        yield Way(
            name=f"token rotated {seconds:g} s late", broken=tokenless(seconds), blames=True, family="token rotated 20 to 40 s late"
        )
    for seconds in (20.0, 40.0):
        yield Way(
            name=f"client certificate rotated {seconds:g} s late",
            broken=refused_certificate(seconds),
            blames=True,
            family="client certificate rotated 20 to 40 s late",
            prepare=asks_for_certificates,
        )
    yield Way(name="another authority for 20 s", broken=swapping(), blames=True)
    yield Way(name="the name does not resolve for 30 s", broken=nameless(), blames=True)


def _in_turn() -> Iterator[Way]:
    restart = one_after_the_other(refusing(6.0), behaving(Manners(status=500), 4.0, reset=False), refusing(3.0))
    yield Way(name="refused, 500, refused again", broken=restart, blames=True)
    portal = one_after_the_other(nameless(10.0), behaving(Manners(status=200, body=_HTML, kind="text/html"), 10.0))
    yield Way(name="no name, then a web page", broken=portal, blames=True)


def all_ways() -> dict[str, Way]:
    """By name, in the order of the table."""
    made = (*_on_watches(), *_on_paths(), *_on_lists(), *_on_everything(), *_on_credentials(), *_in_turn())
    return {one.name: one for one in made}


WAYS = all_ways()
