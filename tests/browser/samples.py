"""Generated samples: an hour of scrapes of an API server that is busy but well."""

import random

from planes.structs.rows import SampleRow
from tests.sampling import sample_row


def series(now: float, count: int = 115, *, every: float = 31.0, seed: int = 5) -> list[SampleRow]:
    """So many scrapes until just before `now`; the first knows no rates yet."""
    chance = random.Random(seed)
    made = [sample_row(round(now - 4.0 - every * (count - 1), 1), inflight=21.0)] if count else []
    load = 1.0
    for at in range(1, count):
        load += 0.25 * (1.0 - load) + chance.uniform(-0.12, 0.12)
        made.append(
            sample_row(
                round(now - 4.0 - every * (count - 1 - at), 1),
                requests=round(1284 * load, 2),
                p99=round(0.038 * (0.8 + 0.2 * load) + chance.uniform(-0.004, 0.004), 4),
                error_ratio=0.004 if at == 71 else 0.0,
                inflight=float(max(4, round(23 * load + chance.uniform(-5, 5)))),
                etcd_requests=round(118 * load, 2),
                etcd_p99=0.0044,
            )
        )
    return made
