"""From scrapes to samples: one a scrape that told a figure, none while scraping fails, so that a gap in the charts is a gap in what
was observed."""

from planes.structs.events import Mono
from planes.structs.observations import RatesSeen
from planes.structs.rows import SampleRow


class Sampler:
    """Remembers which scrape was taken last."""

    def __init__(self) -> None:
        self._taken: Mono | None = None

    def look(self, rates: RatesSeen, offset: float) -> list[SampleRow]:
        """The sample of a scrape that was not seen before, else nothing. `offset` leads from our monotonic to epoch seconds."""
        if rates.at is None or rates.at == self._taken:
            return []
        self._taken = rates.at
        reading, mutating = rates.inflight_reading, rates.inflight_mutating
        row = SampleRow(
            at=round(rates.at + offset, 1),
            requests=_digits(rates.last_requests, 2),
            p99=_digits(rates.recent_p99, 4),
            error_ratio=_digits(rates.recent_error_ratio, 5),
            inflight=None if reading is None or mutating is None else _digits(reading + mutating, 1),
            etcd_requests=_digits(rates.last_etcd_requests, 2),
            etcd_p99=_digits(rates.recent_etcd_p99, 4),
        )
        return [row] if any(value is not None for value in (row.requests, row.p99, row.inflight, row.etcd_requests)) else []


def _digits(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
