"""One list-and-watch against real sockets: what each answer leads to, and that none of them makes a hot loop.

`step` waits for nothing itself, it says how long to wait; so a test asks for many steps and adds up what they say.
"""

import json
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from planes.kube.feeds import Part, parts
from planes.kube.link import Link
from planes.kube.reflector import PAGE, Reflector
from planes.structs.events import Changed, Failed, FaultKind, Gone, Heard, Listed
from planes.structs.feeds import FEEDS, Feed, Place
from planes.structs.objects import Node, NodeLease, Pod
from tests.kube.conftest import Clock, Events
from tests.replay import Recording, Reply, Request, Script, listing, load, reply, serve, status, stream

LinkTo = Callable[..., Awaitable[Link]]

NODES = parts()[Feed.NODES][0]
LEASES = parts()[Feed.NODE_LEASES][0]


def node(name: str, version: str = "7") -> dict[str, object]:
    return {"metadata": {"name": name, "uid": f"uid-{name}", "resourceVersion": version}}


def event(kind: str, item: object) -> dict[str, object]:
    return {"type": kind, "object": item}


def answering(lists: Iterable[Reply], watches: Iterable[Reply]) -> Script:
    """One answer after the other; the last of each stays."""
    waiting = {False: list(lists), True: list(watches)}

    async def script(request: Request) -> Reply:
        left = waiting[request.watch]
        return left.pop(0) if len(left) > 1 else left[0]

    return script


def nodes(*names: str, **options: str) -> Reply:
    return listing("Node", [node(name) for name in names], **options)


def limited(part: Part, **limits: float) -> Part:
    return replace(part, of=replace(part.of, **limits))  # type: ignore[arg-type]  # seconds by name


async def steps(reflector: Reflector, events: Events, count: int) -> list[float]:
    return [await reflector.step(events) for _ in range(count)]


def waits_grow(waits: list[float], failures: int) -> None:
    """The sum is what no hot loop reaches: with full jitter each wait is half its bound on average."""
    assert all(wait >= 0.2 for wait in waits)
    assert sum(waits) > failures * 0.5


async def test_a_list_in_pages_is_told_once_and_whole(link_to: LinkTo, events: Events, rng: random.Random) -> None:
    pages = [nodes("a", "b", token="next one"), nodes("c", version="200")]
    async with serve(answering(pages, [stream()])) as server:
        await Reflector(NODES, await link_to(server), rng=rng).step(events)
        first, second = server.asked("/api/v1/nodes", watch=False)
        (watch,) = server.asked(watch=True)
    assert [type(one) for one in events.all] == [Listed, Heard, Heard]
    listed = events.of(Listed)[0]
    assert [item.metadata.name for item in listed.items if isinstance(item, Node)] == ["a", "b", "c"]
    assert (first.query, second.query) == ({"limit": str(PAGE)}, {"limit": str(PAGE), "continue": "next one"})
    assert first.headers["accept-encoding"] == "gzip"
    assert watch.query["resourceVersion"] == "200"
    assert watch.query["allowWatchBookmarks"] == "true"
    assert 300 <= int(watch.query["timeoutSeconds"]) <= 600


async def test_changes_arrive_in_order_and_the_next_watch_goes_on_from_the_last(link_to: LinkTo, events: Events) -> None:
    watched = stream(
        event("ADDED", node("b", "8")),
        event("MODIFIED", node("a", "9")),
        event("DELETED", node("b", "10")),
        event("BOOKMARK", {"kind": "Node", "metadata": {"resourceVersion": "50"}, "spec": {"containers": None}, "status": {}}),
    )
    async with serve(answering([nodes("a")], [watched, stream()])) as server:
        reflector = Reflector(NODES, await link_to(server))
        await steps(reflector, events, 2)
        assert [one.query["resourceVersion"] for one in server.asked(watch=True)] == ["100", "50"]
        assert len(server.asked(watch=False)) == 1
    assert [type(one) for one in events.all] == [Listed, Heard, Changed, Changed, Gone, Heard, Heard, Heard, Heard]


async def test_the_recorded_watch_decodes_as_a_fresh_decode_of_each_object(link_to: LinkTo, events: Events) -> None:
    part = Part(FEEDS[Feed.PODS], Place("team-0"))
    lines = next(one["lines"] for one in load("watch") if one.get("lines"))
    changes = [line["object"] for _, line in lines if line["type"] == "MODIFIED"]
    async with serve(Recording("watch")) as server:
        reflector = Reflector(limited(part, quiet=0.5), await link_to(server))
        await reflector.step(events)
    assert [type(one) for one in events.all[:2]] == [Listed, Heard]
    got = [change.item for change in events.of(Changed)]
    assert len(got) == len(changes) == 22
    for item, raw in zip(got, changes, strict=True):
        assert isinstance(item, Pod)
        assert item.metadata.name == raw["metadata"]["name"]
        assert item.spec.nodeName == raw["spec"]["nodeName"]
        assert [one.type for one in item.status.conditions] == [one["type"] for one in raw["status"]["conditions"]]
    assert len(events.of(Heard)) == 3  # opened, and two bookmarks


async def test_a_list_keeps_the_conditions_of_those_pods_only_that_are_not_bound(link_to: LinkTo, events: Events) -> None:
    def pod(name: str, node: str) -> dict[str, object]:
        scheduled = {"type": "PodScheduled", "status": "False"}
        return {"metadata": {"name": name}, "spec": {"nodeName": node}, "status": {"phase": "Running", "conditions": [scheduled]}}

    listed = listing("Pod", [pod("bound", "node-1"), pod("waiting", "")])
    async with serve(answering([listed], [stream()])) as server:
        await Reflector(Part(FEEDS[Feed.PODS], Place()), await link_to(server)).step(events)
    bound, waiting = (item for item in events.of(Listed)[0].items if isinstance(item, Pod))
    assert (bound.status.conditions, bound.status.phase) == ([], "Running")
    assert [one.type for one in waiting.status.conditions] == ["PodScheduled"]


async def test_gone_as_a_status_on_a_page_begins_the_list_anew(link_to: LinkTo, events: Events) -> None:
    expired = reply(next(one["body"] for one in load("errors") if one["status"] == 410), 410)
    lists = [nodes("a", token="t"), expired, nodes("a", "b")]
    async with serve(answering(lists, [stream()])) as server:
        await Reflector(NODES, await link_to(server)).step(events)
        assert "continue" not in server.asked(watch=False)[2].query
    assert len(events.of(Listed)[0].items) == 2
    assert not events.faults()


async def test_a_list_whose_pages_always_end_in_between_is_asked_for_at_once(link_to: LinkTo, events: Events) -> None:
    expired = reply(next(one["body"] for one in load("errors") if one["status"] == 410), 410)
    lists = [nodes("a", token="t"), expired, nodes("a", token="u"), expired, nodes("a", "b")]
    async with serve(answering(lists, [stream()])) as server:
        await Reflector(NODES, await link_to(server)).step(events)
        limits = [one.query["limit"] for one in server.asked(watch=False)]
    assert limits == [str(PAGE)] * 4 + ["0"]
    assert len(events.of(Listed)[0].items) == 2
    assert not events.faults()


async def test_a_list_that_is_never_new_enough_is_told_as_a_fault(link_to: LinkTo, events: Events) -> None:
    expired = reply(next(one["body"] for one in load("errors") if one["status"] == 410), 410)
    async with serve(answering([expired] * 3, [])) as server:
        wait = await Reflector(NODES, await link_to(server)).step(events)
    assert [fault.kind for fault in events.faults()] == [FaultKind.EXPIRED]
    assert wait >= 0.2


async def test_gone_as_an_event_under_status_200_lists_anew(link_to: LinkTo, events: Events, clock: Clock) -> None:
    error = next(line for one in load("errors") if one.get("lines") for _, line in one["lines"])
    assert error["type"] == "ERROR"
    async with serve(answering([nodes("a"), nodes("a", "b", version="300")], [stream(error), stream()])) as server:
        await steps(Reflector(NODES, await link_to(server), clock=clock), events, 2)
        assert [one.query["resourceVersion"] for one in server.asked(watch=True)] == ["100", "300"]
    assert [len(one.items) for one in events.of(Listed)] == [1, 2]
    assert not events.faults()


async def test_gone_again_and_again_is_no_hot_loop(link_to: LinkTo, events: Events, rng: random.Random) -> None:
    error = event("ERROR", {"kind": "Status", "code": 410, "reason": "Expired", "message": "too old resource version"})
    async with serve(answering([nodes("a")], [stream(error)])) as server:
        waits = await steps(Reflector(NODES, await link_to(server), rng=rng), events, 8)
    waits_grow(waits, 8)


async def test_a_server_that_closes_at_once_is_no_hot_loop(link_to: LinkTo, events: Events, rng: random.Random) -> None:
    async with serve(answering([nodes("a")], [stream()])) as server:
        waits = await steps(Reflector(NODES, await link_to(server), rng=rng), events, 10)
        assert len(server.requests) == 11
    waits_grow(waits, 10)
    assert max(waits) > 5.0
    assert not events.faults()


async def test_a_watch_that_lived_goes_on_at_once(link_to: LinkTo, events: Events, clock: Clock) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield json.dumps(event("MODIFIED", node("a"))).encode() + b"\n"
        await events.until(lambda got: got.of(Changed))
        clock.now += 400

    async with serve(answering([nodes("a")], [Reply(chunks=chunks())])) as server:
        (wait,) = await steps(Reflector(NODES, await link_to(server), clock=clock), events, 1)
    assert wait <= 0.5


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (
            status(
                403, "Forbidden", 'nodes is forbidden: User "u" cannot list resource "nodes" in API group "" at the cluster scope'
            ),
            FaultKind.FORBIDDEN,
        ),
        (status(404, "NotFound"), FaultKind.NOT_SERVED),
    ],
)
async def test_what_is_missing_is_asked_for_about_once_a_minute(
    link_to: LinkTo, events: Events, answer: Reply, kind: FaultKind, rng: random.Random
) -> None:
    async with serve(answering([answer, answer, nodes("a")], [stream()])) as server:
        waits = await steps(Reflector(NODES, await link_to(server), rng=rng), events, 3)
    assert [fault.kind for fault in events.faults()] == [kind, kind]
    assert all(45 <= wait <= 75 for wait in waits[:2])
    assert [type(one) for one in events.all] == [Failed, Failed, Listed, Heard, Heard]


async def test_where_only_listing_is_permitted_listing_goes_on(link_to: LinkTo, events: Events) -> None:
    refused = status(
        403, "Forbidden", 'nodes is forbidden: User "u" cannot watch resource "nodes" in API group "" at the cluster scope'
    )
    async with serve(answering([nodes("a"), nodes("a", "b")], [refused])) as server:
        await steps(Reflector(NODES, await link_to(server)), events, 2)
    assert [type(one) for one in events.all] == [Listed, Failed, Listed, Failed]
    assert "may not watch nodes" in events.faults()[0].message


async def test_being_throttled_waits_as_long_as_told(link_to: LinkTo, events: Events, clock: Clock) -> None:
    async with serve(answering([status(429, "TooManyRequests", Retry_After="9")], [stream()])) as server:
        (wait,) = await steps(Reflector(NODES, await link_to(server), clock=clock), events, 1)
    assert 9.0 <= wait <= 9.0 * 1.2
    failed = events.of(Failed)[0]
    assert failed.fault.kind is FaultKind.THROTTLED
    assert failed.retry_at == failed.at + wait


@pytest.mark.parametrize("code", [500, 502, 503, 504])
async def test_server_errors_are_told_and_tried_again_with_backoff(
    link_to: LinkTo, events: Events, code: int, rng: random.Random
) -> None:
    async with serve(answering([status(code, "InternalError")], [stream()])) as server:
        waits = await steps(Reflector(NODES, await link_to(server), rng=rng), events, 8)
        assert len(server.requests) == 8
    assert {fault.kind for fault in events.faults()} == {FaultKind.SERVER_ERROR}
    waits_grow(waits, 8)


async def test_a_version_that_the_server_does_not_know_yet_is_given_up(link_to: LinkTo, events: Events) -> None:
    ahead = reply(next(one["body"] for one in load("errors") if one["status"] == 504), 504)
    async with serve(answering([nodes("a"), nodes("b", version="5")], [ahead, stream()])) as server:
        await steps(Reflector(NODES, await link_to(server)), events, 2)
    assert [fault.kind for fault in events.faults()] == [FaultKind.SERVER_ERROR]
    assert [one.resource_version for one in events.of(Listed)] == ["100", "5"]


async def test_a_list_that_hangs_is_told_after_its_limit(link_to: LinkTo, events: Events) -> None:
    async with serve(answering([Reply(fate="hang")], [stream()])) as server:
        await steps(Reflector(limited(NODES, list_limit=0.2), await link_to(server)), events, 1)
    assert [fault.kind for fault in events.faults()] == [FaultKind.HANGING]


async def test_silence_opens_the_watch_anew_without_alarm(link_to: LinkTo, events: Events) -> None:
    async with serve(answering([nodes("a")], [stream(then="hang")])) as server:
        await steps(Reflector(limited(NODES, quiet=0.2), await link_to(server)), events, 2)
        assert (len(server.asked(watch=True)), len(server.asked(watch=False))) == (2, 1)
    assert not events.faults()


async def test_silence_where_there_never_is_any_is_checked_by_a_list(link_to: LinkTo, events: Events) -> None:
    lease = {"metadata": {"name": "n", "uid": "u"}, "spec": {"renewTime": "2026-11-22T16:29:43.971100Z"}}
    lists = [listing("Lease", [lease]), Reply(fate="hang")]
    part = limited(LEASES, quiet=0.2, list_limit=0.2)
    async with serve(answering(lists, [stream(then="hang")])) as server:
        await steps(Reflector(part, await link_to(server)), events, 2)
    assert [type(one) for one in events.all] == [Listed, Heard, Failed]
    assert events.faults()[0].kind is FaultKind.HANGING


async def test_another_server_address_lists_anew(link_to: LinkTo, events: Events, tmp_path: Path) -> None:
    async with serve(answering([nodes("a")], [stream()])) as old, serve(answering([nodes("b")], [stream()])) as new:
        link = await link_to(old)
        reflector = Reflector(NODES, link)
        await reflector.step(events)
        new.write_kubeconfig(tmp_path)
        await link.reload()
        await reflector.step(events)
        assert len(new.asked(watch=False)) == 1
    assert [item.metadata.name for one in events.of(Listed) for item in one.items if isinstance(item, Node)] == ["a", "b"]


async def test_one_odd_object_neither_hides_the_others_nor_all_of_itself(
    link_to: LinkTo, events: Events, caplog: pytest.LogCaptureFixture
) -> None:
    odd = node("odd") | {"status": "up", "spec": {"unschedulable": True}}
    nameless = {"metadata": {"name": 7}}
    watched = stream(event("MODIFIED", odd), event("MODIFIED", nameless), event("MODIFIED", node("b")))
    async with serve(answering([listing("Node", [node("a"), odd, nameless])], [watched])) as server:
        await Reflector(NODES, await link_to(server)).step(events)
    listed = [item for item in events.of(Listed)[0].items if isinstance(item, Node)]
    assert [item.metadata.name for item in listed] == ["a", "odd"]
    assert listed[1].spec.unschedulable
    assert listed[1].status.conditions == []
    changed = [change.item for change in events.of(Changed) if isinstance(change.item, Node)]
    assert [item.metadata.name for item in changed] == ["odd", "b"]
    assert "the object odd is not as documented; left out: status" in caplog.text
    assert not events.faults()


async def test_an_object_without_what_we_read_has_defaults(link_to: LinkTo, events: Events) -> None:
    async with serve(answering([listing("Lease", [{"metadata": {"name": "n"}}])], [stream()])) as server:
        await Reflector(LEASES, await link_to(server)).step(events)
    (item,) = events.of(Listed)[0].items
    assert isinstance(item, NodeLease)
    assert item.spec.renewTime is None


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"kind":"NodeList","metadata":{},"items":[{"meta', FaultKind.GARBLED),
        (b"", FaultKind.GARBLED),
        (b'{"hello":1}', FaultKind.NOT_KUBERNETES),
        (b'{"kind":"Node","metadata":{},"items":[]}', FaultKind.NOT_KUBERNETES),
        (b"[]", FaultKind.NOT_KUBERNETES),
        (b"<html>", FaultKind.NOT_KUBERNETES),
        (b"\xff\xfe", FaultKind.NOT_KUBERNETES),
    ],
)
async def test_answers_that_are_no_list(link_to: LinkTo, events: Events, body: bytes, kind: FaultKind) -> None:
    async with serve(answering([Reply(body=body)], [stream()])) as server:
        await steps(Reflector(NODES, await link_to(server)), events, 1)
    assert [type(one) for one in events.all] == [Failed]
    assert events.faults()[0].kind is kind


async def test_a_watch_cut_in_mid_line_goes_on_from_the_last_whole_one(link_to: LinkTo, events: Events) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield json.dumps(event("MODIFIED", node("a", "11"))).encode() + b'\n{"type":"MODIF'

    async with serve(answering([nodes("a")], [Reply(chunks=chunks(), fate="cut"), stream()])) as server:
        await steps(Reflector(NODES, await link_to(server)), events, 2)
        assert server.asked(watch=True)[1].query["resourceVersion"] == "11"
    assert len(events.of(Changed)) == 1
    assert not events.faults()


async def test_a_line_that_is_no_event_is_told_and_lists_anew(link_to: LinkTo, events: Events) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"not json\n"

    async with serve(answering([nodes("a")], [Reply(chunks=chunks()), stream()])) as server:
        await steps(Reflector(NODES, await link_to(server)), events, 2)
    assert [fault.kind for fault in events.faults()] == [FaultKind.GARBLED]
    assert len(events.of(Listed)) == 2


async def test_lines_that_arrive_in_pieces_are_put_together(link_to: LinkTo, events: Events) -> None:
    text = b"".join(json.dumps(event("MODIFIED", node(f"n{index}"))).encode() + b"\n" for index in range(20))

    async def chunks() -> AsyncIterator[bytes]:
        for at in range(0, len(text), 7):
            yield text[at : at + 7]

    async with serve(answering([nodes("a")], [Reply(chunks=chunks())])) as server:
        await Reflector(NODES, await link_to(server)).step(events)
    got = [change.item.metadata.name for change in events.of(Changed) if isinstance(change.item, Node)]
    assert got == [f"n{index}" for index in range(20)]
