"""When the API server was last heard, by our wall clock."""

from planes.collect.last_contact import LastContact
from planes.collect.parts import Clocks
from planes.structs.events import Failed, Fault, FaultKind, Health, Heard
from planes.structs.feeds import Feed
from planes.structs.moments import Epoch, Mono


def test_the_newest_answer_counts_and_silence_does_not() -> None:
    contact = LastContact(Clocks(mono=lambda: Mono(20.0), wall=lambda: Epoch(1_020.0)))
    before = contact.at
    contact.hear(Heard(Feed.NODES, Mono(7.0)))
    contact.hear(Health("/readyz", Mono(5.0), 0.1, status=500))
    contact.hear(Failed(Feed.NODES, Fault(FaultKind.SERVER_ERROR, "x", status=503), Mono(9.0), Mono(10.0)))
    assert (before, contact.at) == (None, 1_007.0)
    contact.hear(Failed(Feed.NODES, Fault(FaultKind.FORBIDDEN, "x", status=403), Mono(12.0), Mono(13.0)))
    after = contact.at
    assert after == 1_012.0
