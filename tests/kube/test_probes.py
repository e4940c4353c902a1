"""Health checks, version, clock and certificate over real sockets, and as recorded."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable

import pytest

from planes.kube.link import Link
from planes.kube.probes import HealthProbe, VersionProbe
from planes.structs.events import FaultKind, Health, Server
from tests.kube.conftest import Clock, Events
from tests.replay import Recording, Reply, Request, load, reply, serve, status

LinkTo = Callable[..., Awaitable[Link]]

FAILING = b"[+]ping ok\n[-]etcd failed: reason withheld\n[+]log excluded: ok\nlivez check failed\n"


def answers(verbose: Reply, **checks: Reply) -> Callable[[Request], Awaitable[Reply | None]]:
    async def script(request: Request) -> Reply | None:
        return verbose if "verbose" in request.query else checks.get(request.path.rsplit("/", 1)[-1])

    return script


async def test_the_recorded_checks_come_one_by_one(link_to: LinkTo, events: Events) -> None:
    async with serve(Recording("healthy")) as server:
        await HealthProbe("/livez", await link_to(server)).step(events)
    (health,) = events.of(Health)
    assert (health.path, health.status, health.fault) == ("/livez", 200, None)
    assert len(health.checks) > 30
    assert all(check.ok for check in health.checks)
    assert {"ping", "etcd"} <= {check.name for check in health.checks}
    assert health.took > 0


async def test_the_recorded_livez_of_a_stopped_etcd_names_the_check(link_to: LinkTo, events: Events) -> None:
    body = next(one["body"] for one in load("etcd-stopped") if one["path"] == "/livez?verbose" and one["status"] == 500)
    async with serve(answers(Reply(500, body.encode(), "text/plain"))) as server:
        await HealthProbe("/livez", await link_to(server)).step(events)
    (health,) = events.of(Health)
    assert [check.name for check in health.checks if not check.ok] == ["etcd"]


async def test_a_failing_check_is_told_at_once_and_its_reason_as_soon_as_it_is_known(link_to: LinkTo, events: Events) -> None:
    why = Reply(500, b"internal server error: error getting data from etcd: context deadline exceeded\n", "text/plain")
    async with serve(answers(Reply(500, FAILING, "text/plain"), etcd=why)) as server:
        probe = HealthProbe("/livez", await link_to(server))
        await probe.step(events)
        await probe.step(events)
        assert len(server.asked("/livez/etcd")) == 1  # the reason is kept for a while
    reasons = [[check.reason for check in health.checks if not check.ok] for health in events.of(Health)]
    assert reasons == [[""], *[["error getting data from etcd: context deadline exceeded"]] * 2]
    assert [(check.name, check.ok) for check in events.of(Health)[0].checks] == [("ping", True), ("etcd", False), ("log", True)]


async def test_a_reason_that_is_withheld_or_not_served_is_none(link_to: LinkTo, events: Events) -> None:
    async with serve(answers(Reply(500, FAILING, "text/plain"), etcd=Reply(500, b"etcd failed: reason withheld"))) as server:
        await HealthProbe("/livez", await link_to(server)).step(events)
    assert len(events.of(Health)) == 1


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (status(401, "Unauthorized"), FaultKind.UNAUTHENTICATED),
        (status(403, "Forbidden", 'forbidden: User "u" cannot get path "/livez"'), FaultKind.FORBIDDEN),
        (Reply(404, b"404 page not found\n", "text/plain"), FaultKind.NOT_SERVED),
        (status(429, "TooManyRequests"), FaultKind.THROTTLED),
        (Reply(503, b"<html>", "text/html"), FaultKind.SERVER_ERROR),
        (Reply(200, b"<html>welcome", "text/html"), FaultKind.NOT_KUBERNETES),
        (Reply(200, b"fine", "text/plain"), FaultKind.NOT_KUBERNETES),
        (Reply(fate="close"), FaultKind.CLOSED),
    ],
)
async def test_what_is_no_health_answer_is_a_fault(link_to: LinkTo, events: Events, answer: Reply, kind: FaultKind) -> None:
    async with serve(answers(answer)) as server:
        wait = await HealthProbe("/livez", await link_to(server)).step(events)
    (health,) = events.of(Health)
    assert health.fault is not None
    assert health.fault.kind is kind
    assert health.checks == ()
    assert 0.2 <= wait <= 2.2


async def test_plain_ok_is_an_answer_without_checks(link_to: LinkTo, events: Events) -> None:
    async with serve(answers(Reply(200, b"ok", "text/plain"))) as server:
        await HealthProbe("/readyz", await link_to(server)).step(events)
    assert (events.of(Health)[0].status, events.of(Health)[0].fault) == (200, None)


async def test_a_probe_asks_every_two_seconds_however_slow_the_answer(link_to: LinkTo, events: Events, clock: Clock) -> None:
    async def script(_request: Request) -> Reply:
        clock.now += 1.5
        return Reply(200, b"ok", "text/plain")

    async with serve(script) as server:
        probe = HealthProbe("/livez", await link_to(server, clock=clock), clock=clock, rng=random.Random(1))
        waits = [await probe.step(events) for _ in range(5)]
    assert all(0.2 <= wait <= 0.71 for wait in waits)


async def test_standing_still_ourselves_is_not_told_as_the_servers_silence(
    link_to: LinkTo, events: Events, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("planes.kube.probes.HEALTH_LIMIT", 0.2)

    async def script(_request: Request) -> Reply:
        clock.now += 60
        return Reply(fate="hang")

    async with serve(script) as server:
        wait = await HealthProbe("/livez", await link_to(server, clock=clock), clock=clock).step(events)
    assert events.all == []
    assert wait < 1


@pytest.mark.parametrize(("hanging", "answered", "unanswered"), [(0, True, 0), (1, True, 1), (2, True, 2), (3, False, 0)])
async def test_while_one_connection_hangs_two_others_are_tried(
    link_to: LinkTo, events: Events, monkeypatch: pytest.MonkeyPatch, hanging: int, answered: bool, unanswered: int
) -> None:
    monkeypatch.setattr("planes.kube.probes.HEALTH_LIMIT", 0.6)
    monkeypatch.setattr("planes.kube.probes.ELSEWHERE_AFTER", (0.1, 0.1))
    asked = 0

    async def script(_request: Request) -> Reply:
        nonlocal asked
        asked += 1
        return Reply(fate="hang") if asked <= hanging else Reply(200, b"ok", "text/plain")

    async with serve(script) as server:
        await HealthProbe("/livez", await link_to(server)).step(events)
    (health,) = events.of(Health)
    assert (health.fault is None, health.unanswered) == (answered, unanswered)
    assert answered or (health.fault is not None and health.fault.kind is FaultKind.HANGING)
    assert asked == min(hanging + 1, 3)


async def test_one_that_is_only_slow_answers_for_itself_and_another_that_fails_is_left_out(
    link_to: LinkTo, events: Events, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("planes.kube.probes.ELSEWHERE_AFTER", (0.05, 0.05))
    asked = 0

    async def script(_request: Request) -> Reply:
        nonlocal asked
        asked += 1
        if asked > 1:
            return Reply(fate="close") if asked == 2 else Reply(fate="hang")
        await asyncio.sleep(0.3)
        return Reply(200, b"ok", "text/plain")

    async with serve(script) as server:
        await HealthProbe("/livez", await link_to(server)).step(events)
    (health,) = events.of(Health)
    assert (health.fault, health.status, health.unanswered) == (None, 200, 0)
    assert asked >= 3


async def test_what_fails_at_once_is_asked_again_soon_four_times(link_to: LinkTo, events: Events) -> None:
    fails = True

    async def script(_request: Request) -> Reply:
        return Reply(fate="close") if fails else Reply(200, b"ok", "text/plain")

    async with serve(script) as server:
        probe = HealthProbe("/livez", await link_to(server))
        waits = [await probe.step(events) for _ in range(6)]
        assert [wait <= 0.6 for wait in waits] == [True] * 4 + [False] * 2
        fails = False
        assert await probe.step(events) > 1.5
        fails = True
        assert await probe.step(events) <= 0.6, "after a good answer it begins anew"


async def test_version_tells_the_clock_and_the_certificate_too(link_to: LinkTo, events: Events) -> None:
    async with serve(Recording("healthy"), days=3) as server:
        server.date_offset = -600
        wait = await VersionProbe(await link_to(server)).step(events)
    (seen,) = events.of(Server)
    assert (seen.git_version, seen.platform, seen.fault) == ("v1.36.2", "linux/amd64", None)
    assert seen.clock_skew == pytest.approx(-600, abs=2)
    assert seen.certificate_not_after == pytest.approx(time.time() + 3 * 86400, abs=60)
    assert seen.certificate_not_before is not None
    assert seen.certificate_not_before <= time.time()
    assert 54 <= wait <= 66


async def test_each_look_at_the_version_ends_its_connection_so_that_the_next_shows_the_certificate_of_then(
    link_to: LinkTo, events: Events
) -> None:
    """Connections that are kept open go on showing the certificate of long ago."""
    async with serve(Recording("healthy"), days=3) as server:
        link = await link_to(server)
        await HealthProbe("/livez", link).step(events)
        await VersionProbe(link).step(events)
        ends = [(request.path, request.headers.get("connection", "")) for request in server.requests]
    assert ends == [("/livez", ""), ("/version", "close")]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (reply({"hello": 1}), FaultKind.NOT_KUBERNETES),
        (reply(["a"]), FaultKind.NOT_KUBERNETES),
        (Reply(200, b"<html>", "text/html"), FaultKind.NOT_KUBERNETES),
        (Reply(fate="close"), FaultKind.CLOSED),
    ],
)
async def test_a_version_that_cannot_be_had_is_a_fault_and_asked_again_soon(
    link_to: LinkTo, events: Events, answer: Reply, kind: FaultKind
) -> None:
    async def script(_request: Request) -> Reply:
        return answer

    async with serve(script) as server:
        wait = await VersionProbe(await link_to(server)).step(events)
    (seen,) = events.of(Server)
    assert seen.fault is not None
    assert seen.fault.kind is kind
    assert 4 <= wait <= 6
