"""Was the API server heard? The one answer to it."""

from planes.structs.events import (
    OURS,
    Changed,
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

#: What only an API server says of itself, by whichever way it came (a watch tells of 410 under HTTP 200).
_REFUSALS = frozenset({FaultKind.FORBIDDEN, FaultKind.NOT_SERVED, FaultKind.THROTTLED, FaultKind.EXPIRED})


def was_heard(said: SourceEvent | Fault | None) -> bool:
    """Whether this came from the API server itself. A fault is asked about by itself too; None is no fault.

    Whatever it answers as asked was heard, a /readyz of status 500 among it: that is its own word, check by check, and comes as a
    Health without a fault. A refusal (403, 404, 410, 429, another 4xx) was heard as well: whoever refuses is there. A 5xx was not:
    load balancers and gateways say 502, 503 and 504 in the name of an API server that is gone, and so may whoever proxies for it.
    That is no proof that it is gone, either; the probes tell, which go on. An answer that breaks off may have been cut by whatever
    stands between. Nothing of what lies on our own side or on the way (OURS: DNS, TLS, credentials, a sign-in page) is its word.
    """
    match said:
        case None | Listed() | Changed() | Gone() | Heard() | Served():
            return True
        case Polled():
            return False  # our own decision
        case Failed() | Health() | Server() | Metrics() | Usage() | Connection():
            return was_heard(said.fault)
        case Fault():
            return said.kind in _REFUSALS or (said.status is not None and said.status < 500 and said.kind not in OURS)
