"""A context that leads to another cluster than before is told as such, and nothing of the other cluster is."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from planes.kube.connect import Target
from planes.kube.identity import ANYTHING, LISTS, PATH, Identity
from planes.kube.link import Link, open_link
from planes.kube.source import ClusterSource
from planes.structs.events import Changed, Failed, Fault, FaultKind, Health, Heard, Listed, Server, SourceEvent, Usage
from planes.structs.feeds import FEEDS, Feed
from planes.structs.objects import Item
from tests.kube.conftest import Clock, Events
from tests.replay import Recording, Reply, Request, reply, serve, status


class Context:
    """What a context leads to: a recorded cluster whose kube-system namespace has this uid; "": it may not be read."""

    def __init__(self, uid: str) -> None:
        self.uid = uid
        self.asked = 0
        self.away = False
        self._recorded = Recording("healthy")

    async def __call__(self, request: Request) -> Reply | None:
        if self.away:
            return Reply(fate="close")
        if request.path == PATH:
            self.asked += 1
            if not self.uid:
                return status(403, "Forbidden")
            return reply({"kind": "Namespace", "metadata": {"name": "kube-system", "uid": self.uid}})
        return await self._recorded.answer(request)


@contextlib.asynccontextmanager
async def collected(context: Context, known: str, events: Events, directory: Path) -> AsyncIterator[Identity]:
    """A source of this cluster, which was known by this uid before; its waits are short."""
    clock = Clock()
    identity = Identity("prod", known, clock=clock)
    async with serve(context) as server:
        path = server.write_kubeconfig(directory)
        source = ClusterSource(Target(str(path)), identity=identity, clock=clock, sleep=clock.sleep)
        task = asyncio.create_task(source.run(events))
        try:
            yield identity
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def nodes_listed(got: Events) -> bool:
    return any(event.feed is Feed.NODES for event in got.of(Listed))


async def test_the_first_that_is_seen_is_the_one(events: Events, tmp_path: Path) -> None:
    async with collected(Context("one"), "", events, tmp_path) as identity:
        await events.until(nodes_listed)
        assert identity.known == "one"


async def test_the_same_as_before_is_listed(events: Events, tmp_path: Path) -> None:
    context = Context("one")
    async with collected(context, "one", events, tmp_path):
        await events.until(nodes_listed)
    assert context.asked


async def test_another_from_the_beginning_is_said_and_not_swapped_in(events: Events, tmp_path: Path) -> None:
    async with collected(Context("two"), "one", events, tmp_path) as identity:
        await events.until(lambda got: {event.feed for event in got.of(Failed)} == set(FEEDS) and got.of(Usage))
    assert {event.fault.kind for event in events.of(Failed)} == {FaultKind.ANOTHER}
    assert not events.of(Listed) + events.of(Changed)
    answers: list[Health | Server | Usage] = [*events.of(Health), *events.of(Server), *events.of(Usage)]
    assert all(event.fault is not None for event in answers)
    said = events.faults()[0]
    assert said.message.endswith("the uid of its kube-system namespace was one and is two.")
    assert "manage.py clusters accept prod" in said.remedy
    assert identity.known == "one"


async def test_when_it_leads_to_the_same_again_all_is_listed_anew(events: Events, tmp_path: Path) -> None:
    context = Context("two")
    async with collected(context, "one", events, tmp_path):
        await events.until(lambda got: got.of(Failed))
        assert not nodes_listed(events)
        context.uid = "one"
        await events.until(nodes_listed)


@pytest.mark.parametrize("away", [True, False], ids=["after an outage", "between two answers"])
async def test_another_that_takes_its_place_meanwhile_is_noticed(events: Events, tmp_path: Path, away: bool) -> None:
    context = Context("one")
    async with collected(context, "one", events, tmp_path):
        await events.until(nodes_listed)
        context.away = away
        if away:
            await events.until(lambda got: got.of(Health)[-1].fault is not None)
        context.uid, context.away = "two", False
        await events.until(lambda got: got.faults() and got.faults()[-1].kind is FaultKind.ANOTHER)
        since = next(
            at for at, event in enumerate(events.all) if isinstance(event, Failed) and event.fault.kind is FaultKind.ANOTHER
        )
        await events.until(lambda got: len(got.all) > since + 3 * len(FEEDS))
    assert not [event for event in events.all[since:] if isinstance(event, Listed | Changed)]


async def test_while_another_is_away_it_is_not_called_ours_again(events: Events, tmp_path: Path) -> None:
    context = Context("two")
    async with collected(context, "one", events, tmp_path):
        await events.until(lambda got: got.of(Failed))
        context.away = True
        before = len(events.all)
        await events.until(lambda got: len(got.all) > before + 3 * len(FEEDS))
    kinds = {event.fault.kind for event in events.all[before:] if isinstance(event, Failed | Health) and event.fault is not None}
    assert kinds == {FaultKind.ANOTHER}


async def test_where_it_may_not_be_read_nothing_is_claimed(events: Events, tmp_path: Path) -> None:
    async with collected(Context(""), "one", events, tmp_path) as identity:
        await events.until(nodes_listed)
        assert identity.known == "one"
    assert not [fault for fault in events.faults() if fault.kind is FaultKind.ANOTHER]


async def test_it_is_asked_before_lists_after_failures_and_else_seldom(clock: Clock, tmp_path: Path) -> None:
    context, identity = Context("one"), Identity("prod", clock=clock)
    listed: Listed[Item] = Listed(Feed.PODS, [], "1", clock.now)
    heard = Heard(Feed.PODS, clock.now)
    failed = Failed(Feed.PODS, Fault(FaultKind.CLOSED, ""), clock.now, clock.now)

    async def asked(event: SourceEvent, link: Link) -> bool:
        before = context.asked
        await identity.check(event, link)
        return context.asked > before

    async with serve(context) as server:
        link = await open_link(Target(str(server.write_kubeconfig(tmp_path))))
        try:
            assert await asked(heard, link), "at first"
            clock.now += LISTS
            assert not await asked(listed, link)
            clock.now += 0.1
            assert await asked(listed, link)
            clock.now += ANYTHING
            assert not await asked(heard, link)
            assert not await asked(failed, link), "it tells nothing of the cluster"
            assert await asked(heard, link), "who answers next may be another"
            clock.now += ANYTHING + 0.1
            assert await asked(heard, link)
        finally:
            await link.close()
