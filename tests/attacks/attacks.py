"""Attacks from outside, each with what must hold meanwhile and after it."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from websockets.exceptions import InvalidStatus

from tests.attacks.speaking import PASSWORD, Probing, Target, asked, closed, probing, said, status
from tests.attacks.viewers import Viewer, view

#: Seconds within which /healthz answers whatever happens, and while passwords are tried; within which the end of a session is seen
#: everywhere.
HEALTHY, HEALTHY_AT_SIGN_IN, SEEN = 0.2, 0.1, 5.0


@dataclass(frozen=True)
class Found:
    """What an attack showed: a sentence, whether all held, and how /healthz was answered meanwhile, with its bound in seconds."""

    said: str
    held: bool
    probes: Probing | None = None
    within: float = HEALTHY


Attack = Callable[[Target], Coroutine[Any, Any, Found]]
ATTACKS: dict[str, Attack] = {}


def attack(name: str) -> Callable[[Attack], Attack]:
    """Enter it into the table under this name."""

    def enter(one: Attack) -> Attack:
        ATTACKS[name] = one
        return one

    return enter


async def _wrong_passwords(target: Target, number: int) -> Found:
    form = await target.form()
    async with probing(target) as probes:
        answers = await asyncio.gather(
            *(
                target.post("/signin/", form, of="127.0.5.1", username=f"guessed{one % 7}", password=f"wrong{one}")
                for one in range(number)
            )
        )
    looked_at = sum(b"Wrong name or password" in answer for answer in answers)
    return Found(
        f"{looked_at} of {number} were looked at, the others refused at once",
        all(status(answer) in (200, 503) for answer in answers) and looked_at <= 70 and not probes.failed,
        probes,
        HEALTHY_AT_SIGN_IN,
    )


@attack("100 wrong passwords at once")
async def hundred(target: Target) -> Found:
    return await _wrong_passwords(target, 100)


@attack("200 wrong passwords at once")
async def two_hundred(target: Target) -> Found:
    return await _wrong_passwords(target, 200)


@attack("wrong passwords from an address that others share")
async def shared_address(target: Target) -> Found:
    name = await target.account()
    form = await target.form()
    for one in range(12):
        await target.post("/signin/", form, of="127.0.0.4", username="nobody", password=f"wrong{one}")
    begun = time.monotonic()
    answer = await target.post("/signin/", await target.form(), of="127.0.0.4", username=name, password=PASSWORD)
    return Found(f"another account of it signs in within {time.monotonic() - begun:.1f} s", status(answer) == 302)


@attack("wrong passwords for one account from 30 addresses")
async def one_account(target: Target) -> Found:
    name = await target.account()
    form = await target.form()
    await asyncio.gather(
        *(target.post("/signin/", form, of=f"127.0.1.{one}", username=name, password="wrong") for one in range(1, 31))
    )
    begun = time.monotonic()
    answer = await target.post("/signin/", await target.form(), of="127.0.2.1", username=name, password=PASSWORD)
    return Found(f"its owner signs in, after {time.monotonic() - begun:.1f} s", status(answer) == 302)


@attack("a sign-in link used twice")
async def link_twice(target: Target) -> Found:
    link = (await asyncio.to_thread(target.up.manage, "signin", "--url", "http://127.0.0.1")).strip()
    path = link.removeprefix("http://127.0.0.1")
    form = await target.form(path=path)
    answers = [await target.post(path, form) for _ in range(2)]
    return Found("it signs in once", [status(answer) for answer in answers] == [302, 410])


@attack("a body of 200 MB, its length told")
async def large_body(target: Target) -> Found:
    answer = await said(target.port, asked("POST", "/signin/", "Content-Length: 200000000"))
    return Found("413 before a byte of it is read", status(answer) == 413)


@attack("a body of 200 MB of untold length, 10 at once")
async def chunked_body(target: Target) -> Found:
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    head = asked("POST", "/c/demo/", "Transfer-Encoding: chunked")
    async with probing(target) as probes:
        answers = await asyncio.gather(*(said(target.port, head, *[chunk] * 3200) for _ in range(10)))
    cut = sum(status(answer) in (0, 413) for answer in answers)
    return Found(f"{cut} of 10 are cut off at 64 kB", cut == 10 and not probes.failed, probes)


@attack("a body that does not come")
async def no_body(target: Target) -> Found:
    begun = time.monotonic()
    answer = await said(target.port, asked("POST", "/signin/", "Content-Length: 10"), b"abc")
    return Found(f"408 after {time.monotonic() - begun:.0f} s", status(answer) == 408)


@attack("a request that tells its length in two ways")
async def smuggling(target: Target) -> Found:
    head = asked("POST", "/signin/", "Content-Length: 4", "Transfer-Encoding: chunked").replace(b"Connection: close\r\n", b"")
    answer = await said(target.port, head, b"0\r\n\r\n" + asked("GET", "/healthz"))
    return Found("400, and what follows is not read", status(answer) == 400 and answer.count(b"HTTP/1.1") == 1)


@attack("a head of which a byte comes each second")
async def slow_head(target: Target) -> Found:
    begun = time.monotonic()
    await said(target.port, *[bytes([one]) for one in asked("GET", "/")], pause=1.0)
    took = time.monotonic() - begun
    return Found(f"closed after {took:.0f} s", took < 20)


@attack("2,000 connections that say nothing, beside 3,000 viewers")
async def half_open(target: Target) -> Found:
    cookie = await target.session(await target.account())
    viewers: list[Viewer] = []
    for first in range(0, 3000, 100):
        viewers += await asyncio.gather(
            *(view(target.port, "/ws/c/demo/", cookie, of=f"127.0.3.{number % 250 + 1}") for number in range(first, first + 100))
        )
    await asyncio.sleep(2)
    async with probing(target) as probes:
        silent = [
            await asyncio.open_connection("127.0.0.1", target.port, local_addr=(f"127.0.4.{number % 250 + 1}", 0))
            for number in range(2000)
        ]
        await asyncio.sleep(5)
        page = await said(target.port, asked("GET", "/signin/"))
    stay = sum(one.opened.result() and not one.lost and one.messages > 0 for one in viewers)
    for one in viewers:
        one.close()
    for _, writer in silent:
        writer.close()
    held = stay == 3000 and status(page) == 200 and not probes.failed
    return Found(f"{stay} viewers go on, and a page is answered", held, probes)


def _log(target: Target) -> int:
    return len(target.up.log("web"))


@attack("1,000 requests by a name that is not ours")
async def wrong_name(target: Target) -> Found:
    before = _log(target)
    answers = [await said(target.port, asked("GET", "/", host="evil.example")) for _ in range(1000)]
    grown = _log(target) - before
    friendly = all(status(answer) == 400 and b"PLANEWATCH_ALLOWED_HOSTS" in answer for answer in answers)
    return Found(f"each gets a page that says so; the log grows by {grown / 1000:.1f} kB", friendly and grown < 5_000)


@attack("sockets of addresses that there are not, 100 of them")
async def unknown_sockets(target: Target) -> Found:
    cookie = await target.session(await target.account())
    before = _log(target)
    codes = []
    for number in range(100):
        async with target.socket(f"/ws/zzz/{number}/", cookie) as socket:
            codes.append(await closed(socket))
    grown = _log(target) - before
    return Found(f"closed with 4404; the log grows by {grown / 1000:.1f} kB", set(codes) == {4404} and grown < 5_000)


@attack("300 viewers that are lost at once")
async def mass_loss(target: Target) -> Found:
    cookie = await target.session(await target.account())
    before = _log(target)
    sockets = [await target.socket("/ws/c/demo/", cookie) for _ in range(300)]
    for socket in sockets:
        socket.transport.abort()
    async with probing(target) as probes:
        await asyncio.sleep(5)
    grown = _log(target) - before
    return Found(f"the log grows by {grown / 1000:.1f} kB", grown < 5_000 and not probes.failed, probes)


@attack("a socket that a page of another site opens")
async def other_origin(target: Target) -> Found:
    cookie = await target.session(await target.account())
    upgrade = ("Upgrade: websocket", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13")
    head = asked("GET", "/ws/c/demo/", f"Cookie: {cookie}", *upgrade, "Origin: http://evil.example")
    answer = await said(target.port, head.replace(b"Connection: close", b"Connection: Upgrade"))
    return Found("403", status(answer) == 403)


@attack("a socket without a session")
async def no_session(target: Target) -> Found:
    try:
        async with target.socket("/ws/c/demo/", "planewatch_session=x") as socket:
            code = await closed(socket)
    except InvalidStatus:
        code = 0
    return Found("closed with 4401", code == 4401)


@attack("a form of another site")
async def other_form(target: Target) -> Found:
    cookie = await target.session(await target.account())
    kind = "Content-Type: application/x-www-form-urlencoded"
    answer = await said(
        target.port, asked("POST", "/signout/", f"Cookie: {cookie}", kind, "Origin: http://evil.example", body=b"a=b")
    )
    still = await said(target.port, asked("GET", "/", f"Cookie: {cookie}"))
    return Found("403, and nothing is changed", status(answer) == 403 and status(still) == 200)


@attack("signing in on the way to another site")
async def next_elsewhere(target: Target) -> Found:
    name = await target.account()
    answer = await target.post("/signin/", await target.form(), username=name, password=PASSWORD, next="https://evil.example/")
    return Found("leads to this one", status(answer) == 302 and b"evil.example" not in answer)


async def _until_closed(target: Target, end: Callable[[str, str], Awaitable[object]]) -> Found:
    name = await target.account()
    cookie = await target.session(name)
    async with target.socket("/ws/c/demo/", cookie) as socket, target.socket("/ws/wall/", cookie) as wall:
        begun = time.monotonic()
        await end(name, cookie)
        begun_after = time.monotonic()
        codes = [await closed(socket), await closed(wall)]
        took = time.monotonic() - min(begun_after, begun + SEEN)
    return Found(f"its open pages are closed after {max(0.0, took):.1f} s", codes == [4401, 4401] and took <= SEEN)


@attack("signing out elsewhere")
async def signed_out(target: Target) -> Found:
    async def end(_: str, cookie: str) -> None:
        await target.post("/signout/", await target.form(cookie, "/"))

    return await _until_closed(target, end)


@attack("an account that is switched off")
async def switched_off(target: Target) -> Found:
    return await _until_closed(target, lambda name, _: asyncio.to_thread(target.up.manage, "users", "off", name))


@attack("an account that gets another password")
async def other_password(target: Target) -> Found:
    return await _until_closed(
        target, lambda name, _: asyncio.to_thread(target.up.feed, "another horse battery", "users", "password", name)
    )


@attack("a socket that talks")
async def talkative(target: Target) -> Found:
    cookie = await target.session(await target.account())
    async with target.socket("/ws/c/demo/", cookie) as socket:
        with contextlib.suppress(Exception):
            for _ in range(50):
                await socket.send("x" * 100)
        code = await closed(socket)
    return Found("closed with 1008", code == 1008)


@attack("one person asks for 40 pictures of 4K at once")
async def many_pictures(target: Target) -> Found:
    greedy, other = [await target.session(await target.account()) for _ in range(2)]
    path = "/c/demo/picture.png?w=3840&h=2160"
    async with probing(target) as probes:
        asking = [asyncio.create_task(said(target.port, asked("GET", path, f"Cookie: {greedy}"))) for _ in range(40)]
        await asyncio.sleep(0.3)
        begun = time.monotonic()
        page = await said(target.port, asked("GET", "/c/demo/", f"Cookie: {other}"))
        took = time.monotonic() - begun
        picture = await said(target.port, asked("GET", "/c/demo/picture.svg", f"Cookie: {other}"))
        drawn = sum(status(answer) == 200 for answer in await asyncio.gather(*asking))
    return Found(
        f"{drawn} are drawn; another's page takes {took:.1f} s, and that one gets a picture",
        status(page) == 200 and status(picture) == 200 and took < 2 and 0 < drawn < 20 and not probes.failed,
        probes,
    )


@attack("a viewer that reads nothing, 200 of them")
async def deaf(target: Target) -> Found:
    cookie = await target.session(await target.account())
    async with probing(target) as probes:
        asking = asked("GET", "/api/v1/c/demo/snapshot", f"Cookie: {cookie}")
        open_ones = []
        for _ in range(200):
            reader, writer = await asyncio.open_connection("127.0.0.1", target.port, limit=1024)
            writer.write(asking)
            reader._transport.pause_reading()  # type: ignore[attr-defined]  # no public way to read nothing
            open_ones.append(writer)
        await asyncio.sleep(3)
        for writer in open_ones:
            writer.transport.abort()
    return Found("others are answered", not probes.failed, probes)
