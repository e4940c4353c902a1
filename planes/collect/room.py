"""How many clusters this process collects: as many as it has room for, whatever it is asked."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

#: What one worker has room for unless it is said otherwise (PLANEWATCH_CLUSTERS_PER_WORKER).
PLACES = 60

_lock = threading.Lock()
_taken = 0


@contextmanager
def place(places: int) -> Iterator[bool]:
    """Whether one of `places` is free; it is taken for as long as this lasts."""
    global _taken
    with _lock:
        free = _taken < places
        _taken += free
    try:
        yield free
    finally:
        with _lock:
            _taken -= free
