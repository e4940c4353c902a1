"""From scrapes to samples: one a scrape that told a figure, none while scraping fails, so that a gap in the charts is a gap in what
was observed."""

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
        values = tuple(_digits(one.sampled(rates), one.digits) for one in FIGURES)
        return [(round(rates.at + offset, 1), *values)] if any(value is not None for value in values) else []


def sample_row(at: float, **values: float | None) -> SampleRow:
    """A sample by the keys of its figures; the others were not observed."""
    unknown = values.keys() - {one.key for one in FIGURES}
    if unknown:
        raise KeyError(f"no figure is called {', '.join(sorted(unknown))}")
    return (at, *(values.get(one.key) for one in FIGURES))


def value_of(row: SampleRow, key: str) -> float | None:
    """A figure's value in a sample, or its moment by the key "at"; None where it was not observed."""
    place = 0 if key == "at" else 1 + next(at for at, one in enumerate(FIGURES) if one.key == key)
    return row[place] if place < len(row) else None


def _digits(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
