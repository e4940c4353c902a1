"""Which events are a word of the API server, and which only tell of silence."""

import pytest

from planes.structs.answers import was_heard
from planes.structs.events import (
    OURS,
    Changed,
    Check,
    Connection,
    Failed,
    Fault,
    FaultKind,
    Gone,
    Health,
    Heard,
    Listed,
    Metrics,
    Polled,
    Served,
    Server,
    SourceEvent,
    Usage,
)
from planes.structs.feeds import Feed
from planes.structs.moments import Mono
from planes.structs.objects import LabelledMeta, Node

NODE = Node(LabelledMeta("a"))


@pytest.mark.parametrize(
    "event",
    [
        Listed(Feed.NODES, [NODE], "1", Mono(7.0)),
        Changed(Feed.NODES, NODE, Mono(7.0)),
        Gone(Feed.NODES, NODE, Mono(7.0)),
        Heard(Feed.NODES, Mono(7.0)),
        Health("/readyz", Mono(7.0), 0.1, 200),
        Health("/readyz", Mono(7.0), 0.1, 500, (Check("etcd", False),)),
        Server(Mono(7.0)),
        Metrics(Mono(7.0), 0.1),
        Usage(Mono(7.0)),
        Connection(Mono(7.0)),
        Served(frozenset(), Mono(7.0)),
    ],
    ids=lambda event: type(event).__name__,
)
def test_what_is_answered_as_asked_was_heard(event: SourceEvent) -> None:
    assert was_heard(event)


@pytest.mark.parametrize(
    ("kind", "status", "heard"),
    [
        (FaultKind.FORBIDDEN, 403, True),
        (FaultKind.NOT_SERVED, 404, True),
        (FaultKind.EXPIRED, 410, True),
        (FaultKind.EXPIRED, None, True),  # in a watch, under HTTP 200
        (FaultKind.THROTTLED, 429, True),
        (FaultKind.SERVER_ERROR, 400, True),  # a Status of the API server, of a kind that has no sentence of its own
        (FaultKind.SERVER_ERROR, 500, False),
        (FaultKind.SERVER_ERROR, 502, False),
        (FaultKind.SERVER_ERROR, 503, False),
        (FaultKind.SERVER_ERROR, 504, False),
        (FaultKind.SERVER_ERROR, None, False),
        (FaultKind.GARBLED, None, False),
        (FaultKind.REFUSED, None, False),
        (FaultKind.HANGING, None, False),
        (FaultKind.CLOSED, None, False),
        (FaultKind.UNAUTHENTICATED, 401, False),
        (FaultKind.NOT_KUBERNETES, 200, False),
        *((kind, None, False) for kind in sorted(OURS)),
    ],
)
def test_a_refusal_was_heard_and_what_a_proxy_may_say_was_not(kind: FaultKind, status: int | None, heard: bool) -> None:
    fault = Fault(kind, "x", status=status)
    told: list[SourceEvent] = [
        Failed(Feed.NODES, fault, Mono(7.0), Mono(8.0)),
        Health("/livez", Mono(7.0), 3.0, status, fault=fault),
        Server(Mono(7.0), fault=fault),
        Metrics(Mono(7.0), 1.0, fault=fault),
        Usage(Mono(7.0), fault=fault),
        Connection(Mono(7.0), fault=fault),
    ]
    assert [was_heard(one) for one in (fault, *told)] == [heard] * 7


def test_every_kind_of_fault_has_an_answer() -> None:
    refusals = {kind for kind in FaultKind if was_heard(Fault(kind, "x"))}
    assert refusals == {FaultKind.FORBIDDEN, FaultKind.NOT_SERVED, FaultKind.THROTTLED, FaultKind.EXPIRED}
    assert was_heard(None)


def test_that_we_ask_in_another_way_is_a_word_of_ours() -> None:
    assert not was_heard(Polled(Feed.NODES, "its watches are cut", Mono(7.0)))
