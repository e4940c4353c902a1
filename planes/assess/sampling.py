"""From scrapes to samples: one a scrape that told a figure, none while scraping fails, so that a gap in the charts is a gap in what
was observed."""

from collections.abc import Iterable

from planes.components.registry import FIGURES
from planes.structs.moments import Mono
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
        return samples_of((rates,), offset)


def samples_of(scraped: Iterable[RatesSeen], offset: float) -> list[SampleRow]:
    """A sample of each scrape that told a figure. `offset` leads from our monotonic to epoch seconds."""
    made: list[SampleRow] = []
    for rates in scraped:
        values = tuple(_digits(one.sampled(rates), one.digits) for one in FIGURES)
        if rates.at is not None and any(value is not None for value in values):
            made.append((round(rates.at + offset, 1), *values))
    return made


def _digits(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
