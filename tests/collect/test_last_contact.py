"""Which events are an answer of the API server, and which only tell of silence."""

import pytest

from planes.collect.last_contact import heard_at
from planes.structs.events import Connection, Failed, Fault, FaultKind, Health, Heard, Listed, Metrics, Server, SourceEvent, Usage
from planes.structs.feeds import Feed


def failed(kind: FaultKind, status: int | None) -> Failed:
    return Failed(Feed.NODES, Fault(kind, "x", status=status), 7.0, 8.0)


@pytest.mark.parametrize(
    "event",
    [
        Listed(Feed.NODES, [], "1", 7.0),
        Heard(Feed.NODES, 7.0),
        Health("/readyz", 7.0, 0.1, status=500),
        Server(7.0),
        Metrics(7.0, 0.1),
        Usage(7.0),
        Connection(7.0),
        failed(FaultKind.FORBIDDEN, 403),
        failed(FaultKind.NOT_SERVED, 404),
        failed(FaultKind.EXPIRED, 410),
        failed(FaultKind.THROTTLED, 429),
    ],
)
def test_an_answer_is_heard_also_when_it_is_a_refusal(event: SourceEvent) -> None:
    assert heard_at(event) == 7.0


@pytest.mark.parametrize(
    "event",
    [
        failed(FaultKind.REFUSED, None),
        failed(FaultKind.HANGING, None),
        failed(FaultKind.SERVER_ERROR, 503),
        failed(FaultKind.NOT_KUBERNETES, 200),
        Health("/livez", 7.0, 3.0, fault=Fault(FaultKind.HANGING, "x")),
        Connection(7.0, fault=Fault(FaultKind.NAME, "x")),
        Usage(7.0, fault=Fault(FaultKind.CLOSED, "x")),
    ],
)
def test_silence_and_the_words_of_strangers_are_not_heard(event: SourceEvent) -> None:
    assert heard_at(event) is None
