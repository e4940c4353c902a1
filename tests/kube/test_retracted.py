"""How soon a right is asked for that is missing: rarely where it never was, soon where it was just there."""

import random

import pytest

from planes.kube.backoff import MISSING, RETRACTED, RETRACTED_FOR, FaultBackoff
from planes.structs.events import Fault, FaultKind

REFUSED = Fault(FaultKind.FORBIDDEN, "We may not read leases.", status=403)


def between(seconds: float) -> object:
    """Any wait that may come of it, for they are jittered."""
    return pytest.approx(seconds, rel=0.25)


def test_a_right_that_never_was_is_asked_for_now_and_then() -> None:
    backoff = FaultBackoff(random.Random(1))
    assert [backoff.failed(REFUSED) for _ in range(5)] == [between(MISSING)] * 5


def test_one_that_was_there_is_asked_for_soon_for_some_minutes_and_then_rarely() -> None:
    backoff = FaultBackoff(random.Random(1))
    backoff.succeeded()
    assert [backoff.failed(REFUSED) for _ in range(RETRACTED_FOR)] == [between(RETRACTED)] * RETRACTED_FOR
    assert backoff.failed(REFUSED) == between(MISSING)
    backoff.succeeded()
    assert backoff.failed(REFUSED) == between(RETRACTED)


def test_an_api_that_is_not_served_any_more_is_asked_for_rarely() -> None:
    backoff = FaultBackoff(random.Random(1))
    backoff.succeeded()
    assert backoff.failed(Fault(FaultKind.NOT_SERVED, "It is not served.", status=404)) == between(MISSING)
