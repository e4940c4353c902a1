"""The way to a cluster breaks: nothing red is said of what is well; what is dead is told. All ways: tests/bench/bench_chaos.py."""

from pathlib import Path

import pytest

from tests.chaos.living import Lived, live_through
from tests.chaos.proxy import Manners
from tests.chaos.ways import SPOILT, Way, behaving, one_after_the_other, refusing, spoiling

pytestmark = [pytest.mark.timeout(180), pytest.mark.usefixtures("judged_seldom")]

#: For `make test` one minute each is too long.
HELD_BACK = Way(name="watches held back", broken=behaving(Manners(only="watch=1", hold=True), 25.0, reset=False))
REFUSED = Way(name="refused", broken=refusing(13.0), blames=True)


UNREADABLE = Way(name="unreadable", broken=one_after_the_other(*(spoiling(how, 7.0) for how in SPOILT)), blames=True)


def lived(way: Way, when: str, directory: Path) -> Lived:
    found = live_through(way.name, when, directory, way)
    assert found.faltered, "one line in the log when a feed falters"
    return found


def test_two_dead_behind_watches_that_are_held_back_are_told_and_nothing_else(tmp_path: Path) -> None:
    found = lived(HELD_BACK, "fault during", tmp_path)
    assert not found.wrong, found
    assert found.polled


def test_two_that_died_before_the_way_refused_are_told_and_nothing_else(tmp_path: Path) -> None:
    found = lived(REFUSED, "fault before", tmp_path)
    assert not found.wrong, found
    assert found.back, "and one when it is back"


def test_a_kubeconfig_that_is_of_no_use_for_a_while_turns_nothing_red(tmp_path: Path) -> None:
    found = live_through(UNREADABLE.name, "no fault", tmp_path, UNREADABLE)
    assert not found.wrong, found
