"""The recorded exchanges with a real API server, as tests read them."""

import gzip
import json
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent.parent / "recordings"
Exchange = dict[str, Any]


@cache
def exchanges(name: str) -> list[Exchange]:
    with gzip.open(HERE / f"{name}.json.gz", "rt", encoding="utf-8") as file:
        found: list[Exchange] = json.load(file)["exchanges"]
    return found


def first_of_each(name: str) -> list[Exchange]:
    """One exchange of every method, path and status: what comes again has the same shape."""
    seen = set()
    found = []
    for exchange in exchanges(name):
        key = (exchange["method"], exchange["path"], exchange["status"])
        if key not in seen:
            seen.add(key)
            found.append(exchange)
    return found
