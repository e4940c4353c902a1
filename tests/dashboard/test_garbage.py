"""When all is looked through, when only what is new, and that what has gone is found."""

import gc
import subprocess
import sys
import weakref
from collections.abc import Iterator

import pytest

from dashboard.garbage import AT_LEAST, CAME, IN_ANY_CASE, WENT, Garbage


@pytest.fixture
def garbage() -> Iterator[Garbage]:
    before = gc.get_threshold()
    one = Garbage()
    one.look(open_now=0, ended=0, now=AT_LEAST)
    yield one
    gc.set_threshold(*before)
    gc.freeze()  # as it was: tests/conftest.py sets aside what a worker has imported


class Ring:
    """Goes only when it is looked for."""

    def __init__(self) -> None:
        self.itself = self


@pytest.mark.parametrize(
    ("open_now", "ended", "after", "frozen_anew", "through_all"),
    [
        (CAME - 1, 0, AT_LEAST - 0.1, False, False),
        (CAME, 0, 0.1, True, False),
        (0, 0, AT_LEAST, True, False),
        (0, WENT - 1, 0.1, False, False),
        (0, WENT, 0.1, False, False),
        (0, IN_ANY_CASE * WENT, 0.1, True, True),
        (WENT, 2 * WENT - 1, AT_LEAST, True, False),
        (WENT, 2 * WENT * IN_ANY_CASE - 1, AT_LEAST, True, False),
        (WENT, 2 * WENT * IN_ANY_CASE, 0.1, True, True),
    ],
)
def test_what_is_due(garbage: Garbage, open_now: int, ended: int, after: float, frozen_anew: bool, through_all: bool) -> None:
    fresh = [Ring()]
    assert gc.is_tracked(fresh)
    assert garbage.look(open_now=open_now, ended=ended, now=AT_LEAST + after) is through_all
    assert any(one is fresh for one in gc.get_objects()) is not frozen_anew, "what is set aside is listed no more"


def test_all_is_looked_through_once_no_more_are_going(garbage: Garbage) -> None:
    for second in range(5):
        assert not garbage.look(open_now=3000 - 600 * second, ended=600 * second, now=AT_LEAST + second)
    assert not garbage.look(open_now=0, ended=3000, now=AT_LEAST + 5.0)
    assert not garbage.look(open_now=0, ended=3000, now=2 * AT_LEAST + 4.9)
    assert garbage.look(open_now=0, ended=3000, now=2 * AT_LEAST + 5.0)


def test_what_went_is_found_once_many_have(garbage: Garbage) -> None:
    ring = Ring()
    left = weakref.ref(ring)
    garbage.look(open_now=CAME, ended=0, now=AT_LEAST)
    del ring
    garbage.look(open_now=CAME, ended=WENT - 1, now=3 * AT_LEAST)
    assert left() is not None, "it was set aside"
    garbage.look(open_now=CAME, ended=WENT, now=4 * AT_LEAST)
    assert left() is not None, "more are going"
    garbage.look(open_now=CAME, ended=WENT, now=5 * AT_LEAST)
    assert left() is None


def test_nothing_of_the_start_is_looked_through_again() -> None:
    words = "import gc, dashboard.garbage as it; it.Garbage().begin(); print(gc.get_freeze_count() > 1000, *gc.get_threshold())"
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "2000", "20", "1000000"]
