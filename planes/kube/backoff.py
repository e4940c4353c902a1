"""How long to wait before asking a cluster again: bounded by what went wrong."""

import random

from planes.structs.backoff import Backoff
from planes.structs.events import Fault, FaultKind

BASE = 0.8
CAP = 30.0
#: A right or an API that is missing may come later, so it is asked for now and then.
MISSING = 60.0
#: One that was there and is gone may be back soon: for so many failures it is asked for so often, seconds.
RETRACTED, RETRACTED_FOR = 12.0, 50
FLOOR = 0.2

#: Faults that end at once when the server is back, so that waiting long after them costs the viewer, not the server.
_SHORT = {
    FaultKind.REFUSED: 5.0,
    FaultKind.CLOSED: 5.0,
    FaultKind.HANGING: 5.0,
    FaultKind.UNREACHABLE: 5.0,
    FaultKind.NAME: 5.0,
    FaultKind.TLS: 5.0,
    FaultKind.NOT_KUBERNETES: 5.0,
    FaultKind.CREDENTIALS: 8.0,  # rotated late, as a rule; signing in anew has a bound of its own
    FaultKind.UNAUTHENTICATED: 8.0,  # the same, seen from the other side
    FaultKind.INTERNAL: 30.0,
    FaultKind.SERVER_ERROR: 10.0,
}


class FaultBackoff:
    """Waits of one loop. `failed` gives the next wait in seconds; `succeeded` starts over."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._backoff = Backoff(rng, first=BASE, cap=CAP, floor=FLOOR)
        self._soon = 0  # how often a right that is gone is asked for soon

    def succeeded(self) -> None:
        self._backoff.succeeded()
        self._soon = RETRACTED_FOR

    def failed(self, fault: Fault | None = None) -> float:
        """Seconds to wait after one more failure, or, without a fault, after an end that came too soon."""
        wait = self._backoff.failed(_SHORT.get(fault.kind) if fault is not None else None)
        if fault is not None and fault.kind in (FaultKind.FORBIDDEN, FaultKind.NOT_SERVED):
            soon, self._soon = fault.kind is FaultKind.FORBIDDEN and self._soon > 0, self._soon - 1
            return self._rng.uniform(0.75, 1.25) * (RETRACTED if soon else MISSING)
        if fault is not None and fault.retry_after is not None:
            # Not before the server wants it, and not all of us at the same moment.
            wait = fault.retry_after + self._rng.uniform(0.0, 0.2) * max(fault.retry_after, 1.0)
        return wait
