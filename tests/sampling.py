"""Samples by the keys of their figures, as tests write and read them."""

from planes.components.registry import FIGURES
from planes.structs.rows import SampleRow


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
