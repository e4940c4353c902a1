"""That blindness is noticed: readers keep their client, steps are watched over, silence is asked about, useless watches end."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import pytest

from planes.kube import guarding, watch_trial, watchdog
from planes.kube.errors import FaultError
from planes.kube.faltering import SELDOM, Faltering
from planes.kube.feeds import Part, parts
from planes.kube.guarding import HELD_BACK
from planes.kube.link import Link
from planes.kube.reflector import BEHIND, USELESS, WATCH_AGAIN, Reflector
from planes.structs.events import Changed, Failed, Fault, FaultKind, Heard, Listed, Polled
from planes.structs.feeds import Feed
from planes.structs.moments import Mono
from tests.kube.conftest import Clock, Events
from tests.replay import Reply, Request, listing, serve, status, stream

LinkTo = Callable[..., Awaitable[Link]]

LEASES = parts()[Feed.NODE_LEASES][0]
NODES = parts()[Feed.NODES][0]


def lease(second: int, name: str = "n") -> dict[str, object]:
    return {
        "metadata": {"name": name, "uid": f"uid-{name}", "resourceVersion": str(100 + second)},
        "spec": {"holderIdentity": name, "leaseDurationSeconds": 40, "renewTime": f"2026-11-22T16:29:{second:02d}.000000Z"},
    }


def quick(part: Part, rhythm: float = 0.1, **limits: float) -> Part:
    return replace(part, of=replace(part.of, rhythm=rhythm, **limits))  # type: ignore[arg-type]  # seconds by name


def lists_that_go_on() -> Callable[[], Reply]:
    second = 0

    def answer() -> Reply:
        nonlocal second
        second += 1
        return listing("Lease", [lease(second)], version=str(100 + second))

    return answer


async def test_a_client_is_closed_when_its_last_reader_has_left(link_to: LinkTo) -> None:
    go_on = asyncio.Event()

    async def chunks() -> AsyncIterator[bytes]:
        yield b"first\n"
        await go_on.wait()
        yield b"second\n"

    async with serve(_always(Reply(chunks=chunks()))) as server:
        link = await link_to(server)
        async with link.stream("/watch", opening=5, quiet=5) as answer:
            assert await anext(answer) == b"first\n"
            old = link._held.access.client  # what must stay open is not to be seen from outside
            for _ in range(3):  # a kubeconfig that is written again and again
                await link.reload()
            session = old.rest_client.pool_manager
            assert session is not None
            assert not session.closed
            go_on.set()
            assert await anext(answer) == b"second\n"
        assert session.closed


async def test_the_end_of_another_connection_explains_nothing_of_ours(link_to: LinkTo) -> None:
    asked = asyncio.Event()

    async def script(request: Request) -> Reply:
        asked.set()
        return Reply(fate="hang" if request.path == "/hangs" else "cut")

    async with serve(script) as server:
        link = await link_to(server)
        hangs = asyncio.create_task(link.ask("/hangs", limit=0.8))
        await asked.wait()
        with pytest.raises(FaultError) as cut:
            await link.ask("/is-cut", limit=0.5)
        with pytest.raises(FaultError) as hung:
            await hangs
    assert (cut.value.fault.kind, hung.value.fault.kind) == (FaultKind.CLOSED, FaultKind.HANGING)


def _always(answer: Reply) -> Callable[[Request], Awaitable[Reply]]:
    async def script(_request: Request) -> Reply:
        return answer

    return script


async def test_a_silent_watch_of_leases_is_asked_about_beside_it(link_to: LinkTo, events: Events) -> None:
    async def script(request: Request) -> Reply:
        return stream(then="hang") if request.watch else listing("Lease", [lease(1)])

    async with serve(script) as server:
        step = asyncio.create_task(Reflector(quick(LEASES), await link_to(server)).step(events))
        await events.until(lambda got: len(got.of(Listed)) >= 4)
        assert len(server.asked(watch=True)) == 1  # the lists say the same: the watch is silent because all is
        step.cancel()
        await asyncio.gather(step, return_exceptions=True)
    assert not events.of(Polled)
    assert [one.proof for one in events.of(Heard)] == [False]


@pytest.mark.parametrize("then", ["head", "nothing"])
async def test_a_watch_that_is_held_back_is_found_out_and_polled_instead(
    link_to: LinkTo, events: Events, then: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guarding, "SELDOM", 0.1)
    monkeypatch.setattr(guarding, "UNDER_WAY", 0.1)
    answer = lists_that_go_on()

    async def script(request: Request) -> Reply:
        if request.watch:
            return stream(then="hang") if then == "head" else Reply(fate="hang")
        return answer()

    async with serve(script) as server:
        link = await link_to(server)
        reflector = Reflector(quick(LEASES), link)
        await reflector.step(events)
        assert [one.why for one in events.of(Polled)] == [HELD_BACK] == [link.blind]
        wait = await reflector.step(events)
        assert 0.05 < wait < 0.2
        assert server.asked(watch=False)[-1].query == {"resourceVersion": "0"}
        assert len(server.asked(watch=True)) == 1
        await Reflector(NODES, link).step(events)  # what holds one watch back holds the others
    assert [one.feed for one in events.of(Polled)] == [Feed.NODE_LEASES, Feed.NODES]


@pytest.mark.parametrize(
    "answer",
    [
        stream(),
        Reply(fate="cut"),
        status(502, "BadGateway"),
        stream({"type": "ERROR", "object": {"kind": "Status", "code": 410, "reason": "Expired", "message": "too old"}}),
    ],
    ids=["ends", "is cut", "502", "410"],
)
async def test_watches_that_are_of_no_use_are_given_up_and_tried_again(
    link_to: LinkTo, events: Events, clock: Clock, answer: Reply
) -> None:
    async def script(request: Request) -> Reply:
        return answer if request.watch else listing("Lease", [lease(1)])

    async with serve(script) as server:
        reflector = Reflector(LEASES, await link_to(server), clock=clock)
        for _ in range(USELESS + 3):
            await reflector.step(events)
        tried = len(server.asked(watch=True))
        assert [bool(one.why) for one in events.of(Polled)] == [True]
        before = len(events.of(Listed))
        await reflector.step(events)
        assert (len(server.asked(watch=True)), len(events.of(Listed))) == (tried, before + 1)
        clock.now += WATCH_AGAIN + 1
        await reflector.step(events)
        assert len(server.asked(watch=True)) > tried


async def test_a_watch_that_works_again_ends_polling(link_to: LinkTo, events: Events, clock: Clock) -> None:
    works = False

    async def chunks() -> AsyncIterator[bytes]:
        yield json.dumps({"type": "MODIFIED", "object": lease(3)}).encode() + b"\n"
        await events.until(lambda got: got.of(Changed))
        clock.now += 30.0

    async def script(request: Request) -> Reply:
        return (Reply(chunks=chunks()) if works else stream()) if request.watch else listing("Lease", [lease(1)])

    async with serve(script) as server:
        reflector = Reflector(LEASES, await link_to(server), clock=clock)
        for _ in range(USELESS):
            await reflector.step(events)
        works = True
        clock.now += WATCH_AGAIN + 1
        await reflector.step(events)
    assert [bool(one.why) for one in events.of(Polled)] == [True, False]


async def test_an_older_cache_of_another_api_server_is_no_news(link_to: LinkTo, events: Events) -> None:
    answers = [listing("Lease", [lease(9)], version="109"), listing("Lease", [lease(9)], version="109")]
    answers += [listing("Lease", [lease(2)], version="102")]

    async def script(request: Request) -> Reply:
        return stream() if request.watch else answers.pop(0)

    async with serve(script) as server:
        reflector = Reflector(LEASES, await link_to(server))
        for _ in range(USELESS + 1):
            await reflector.step(events)
        told = len(events.of(Listed))
        await reflector.step(events)
    assert len(events.of(Listed)) == told == 2


async def test_versions_that_went_back_for_good_are_asked_of_etcd_and_believed(link_to: LinkTo, events: Events) -> None:
    before, restored = listing("Lease", [lease(9)], version="109"), listing("Lease", [lease(2)], version="102")
    is_restored = False

    async def script(request: Request) -> Reply:
        return stream() if request.watch else restored if is_restored else before

    async with serve(script) as server:
        reflector = Reflector(LEASES, await link_to(server))
        for _ in range(USELESS + 1):
            await reflector.step(events)
        is_restored = True
        for _ in range(BEHIND + 1):
            await reflector.step(events)
        asked = [one.query for one in server.asked(watch=False)][-BEHIND - 1 :]
        assert len(events.of(Listed)) == 3
        await reflector.step(events)
    assert asked == [{"resourceVersion": "0"}] * BEHIND + [{"limit": "500"}]
    assert [one.resource_version for one in events.of(Listed)] == ["109", "109", "102", "102"]


async def test_a_right_that_was_there_is_asked_for_again_soon_at_first(link_to: LinkTo, events: Events) -> None:
    refused = status(403, "Forbidden", 'leases is forbidden: User "u" cannot list resource "leases"')
    answers = [listing("Lease", [lease(1)])]

    async def script(request: Request) -> Reply:
        return refused if request.watch or not answers else answers.pop(0)

    async with serve(script) as server:
        reflector = Reflector(LEASES, await link_to(server))
        waits = [await reflector.step(events) for _ in range(17)]
    assert all(3.0 <= wait <= 6.0 for wait in waits[:15])
    assert all(wait >= 45.0 for wait in waits[15:])


class _Stuck:
    signs = 0
    patience = 0.3


async def test_a_step_without_a_sign_of_life_is_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchdog, "LOOK_EVERY", 0.1)
    ended = asyncio.Event()

    async def step() -> float:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        return 0.0

    with pytest.raises(watchdog.OverstayedError, match="no sign of life"):
        await watchdog.watched(step(), _Stuck())
    assert ended.is_set()


async def test_a_step_that_shows_signs_of_life_may_take_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchdog, "LOOK_EVERY", 0.05)
    living = _Stuck()
    living.patience = 0.1

    async def step() -> float:
        for _ in range(6):
            await asyncio.sleep(0.05)
            living.signs += 1
        return 7.0

    assert await watchdog.watched(step(), living) == 7.0


def failed(at: float, feed: Feed = Feed.NODE_LEASES) -> Failed:
    return Failed(feed, Fault(FaultKind.CLOSED, "It was closed."), Mono(at), Mono(at + 1))


async def test_a_feed_that_falters_gets_one_line_and_one_when_it_is_back(caplog: pytest.LogCaptureFixture, events: Events) -> None:
    caplog.set_level(logging.INFO)
    emit = Faltering("nodes").noting(events)
    opened = Heard(Feed.NODE_LEASES, Mono(102.0), proof=False)
    for event in (failed(100.0), failed(101.0), opened, Heard(Feed.NODE_LEASES, Mono(107.0))):
        await emit(event)
    for second in range(5):  # it flickers: no more lines for a while
        await emit(failed(110.0 + 2 * second))
        await emit(Heard(Feed.NODE_LEASES, Mono(111.0 + 2 * second)))
    await emit(failed(100.0 + SELDOM))
    assert [record.message for record in caplog.records] == [
        "nodes falters: It was closed.",
        "nodes is back after 7 s, in which 2 questions failed",
        "nodes falters: It was closed. (the 6th time since this was last said)",
    ]


async def test_a_feed_that_may_be_silent_for_long_is_back_when_its_watch_opens(
    caplog: pytest.LogCaptureFixture, events: Events
) -> None:
    emit = Faltering("nodes").noting(events)
    await emit(failed(100.0, Feed.NODES))
    await emit(Heard(Feed.NODES, Mono(103.0), proof=False))
    assert caplog.records[-1].message == "nodes is back after 3 s, in which 1 question failed"


@pytest.mark.parametrize(("code", "after"), [(429, "30"), (503, "60"), (429, "86400")])
async def test_a_watch_that_is_put_off_for_long_is_not_waited_for(
    link_to: LinkTo, events: Events, clock: Clock, code: int, after: str
) -> None:
    async def script(request: Request) -> Reply:
        return status(code, "Busy", Retry_After=after) if request.watch else listing("Lease", [lease(1)])

    async with serve(script) as server:
        reflector = Reflector(LEASES, await link_to(server), clock=clock)
        assert await reflector.step(events) < 1.0
        await reflector.step(events)
        assert len(server.asked(watch=True)) == 1
    assert [type(one) for one in events.all] == [Listed, Polled, Listed]
    assert ("busy" if code == 429 else "503") in events.of(Polled)[0].why


async def test_where_lists_are_answered_and_watches_are_not_found_lists_are_asked(link_to: LinkTo, events: Events) -> None:
    async def script(request: Request) -> Reply:
        return status(404, "NotFound") if request.watch else listing("Node", [])

    async with serve(script) as server:
        reflector = Reflector(NODES, await link_to(server))
        for _ in range(2):
            await reflector.step(events)
    assert [type(one) for one in events.all] == [Listed, Polled, Listed]


# --- what the doctor tries ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("watch", "goes_on", "delivers", "why"),
    [
        (stream({"type": "MODIFIED", "object": lease(3)}), True, True, ""),
        (stream({"type": "MODIFIED", "object": lease(3)}, then="hang"), True, True, ""),
        (stream(), True, False, "they end at once"),
        (stream(then="hang"), True, False, HELD_BACK),
        (stream(then="hang"), False, None, "nothing changed within"),
        (Reply(fate="hang"), True, False, "gives no answer"),
        (status(502, "BadGateway"), True, False, "502"),
    ],
    ids=["delivers", "goes on", "ends at once", "held back", "nothing to tell", "no answer", "refused"],
)
async def test_a_watch_that_is_tried_delivers_or_it_is_said_why_not(
    link_to: LinkTo, watch: Reply, goes_on: bool, delivers: bool | None, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch_trial, "OPENING", 0.3)
    monkeypatch.setattr(watch_trial, "WAITS", 0.2)
    answer = lists_that_go_on() if goes_on else lambda: listing("Lease", [lease(1)])

    async def script(request: Request) -> Reply:
        return watch if request.watch else answer()

    async with serve(script) as server:
        trial = await watch_trial.try_watch(await link_to(server), LEASES)
    assert trial.delivers is delivers
    assert why in trial.why


async def test_where_no_lease_is_there_no_watch_can_be_tried(link_to: LinkTo) -> None:
    async def script(request: Request) -> Reply:
        return listing("Lease", [])

    async with serve(script) as server:
        assert await watch_trial.try_watch(await link_to(server), LEASES) == watch_trial.Trial(None, "there are no leases to watch")
