"""What figures are, in words: over which time they are taken, and within which bound."""

import json
from dataclasses import dataclass
from functools import cache

from django.conf import settings

from planes.components import registry
from planes.components.rate_figures import METRICS
from planes.structs.rows import ComponentRow
from planes.structs.thresholds import Thresholds


@dataclass(frozen=True, slots=True)
class FigureLine:
    title: str
    value: str
    about: str  # what it is, with its value; empty of a fact that is no figure
    at: float | None  # when it was scraped, epoch seconds; None of what no scrape tells


@cache
def _abouts() -> dict[str, str]:
    return registry.figure_abouts(Thresholds(**settings.BOUNDS))


def figure_abouts() -> str:
    """Of each figure what it is, with "…" for its value, as JSON: the picture fills in the values (static/js/tips.js)."""
    return json.dumps(_abouts(), ensure_ascii=False)


def figure_lines(row: ComponentRow) -> tuple[FigureLine, ...]:
    """A component's facts, in their order."""
    scraped = max((line.at for line in row.evidence if line.source == METRICS and line.at is not None), default=None)
    sampled = {one.fact for one in registry.FIGURES}
    return tuple(
        FigureLine(title, value, _abouts().get(title, "").replace("…", value, 1), scraped if title in sampled else None)
        for title, value in row.facts.items()
    )
