"""An agent over all nodes in bars: versions and their skew, ages of heartbeats, zones and pools; of 5,000 nodes, too."""

import pytest

from dashboard.presenters.rollup import MOST, Bar, rollup
from planes.live.wire import NodeCells
from planes.structs.thresholds import Thresholds
from tests.dashboard.test_node_table import ONE

SERVER = "v1.36.2"
BOUNDS = Thresholds()


def nodes(*states: str, zone: str = "a", pool: str = "general") -> list[NodeCells]:
    return [ONE._replace(name=f"{zone}-{pool}-{at}", kubelet=state, zone=zone, pool=pool) for at, state in enumerate(states)]


def said(bars: tuple[Bar, ...]) -> list[tuple[str, str, str]]:
    return [(one.title, one.count, one.said) for one in bars]


def drawn(bars: tuple[Bar, ...]) -> list[list[tuple[str, str, str]]]:
    return [[(part.x, part.width, part.state) for part in one.parts] for one in bars]


def test_versions_stand_newest_first_each_with_its_skew() -> None:
    versions = {"v1.35.9": 40, "v1.36.2": 20, "v1.37.0": 1, "v1.32.4": 2, "v1.9.1": 1, "": 3}
    bars = rollup("kubelet", [], versions, SERVER, BOUNDS).versions
    assert said(bars) == [
        ("v1.37.0", "1", "1 minor version newer than the API server"),
        ("v1.36.2", "20", "the API server's minor version"),
        ("v1.35.9", "40", "1 minor version older than the API server"),
        ("v1.32.4", "2", "4 minor versions older than the API server"),
        ("v1.9.1", "1", "27 minor versions older than the API server"),
        ("not told", "3", ""),
    ]
    assert [one[0][2] for one in drawn(bars)] == ["degraded", "", "", "degraded", "degraded", ""]
    assert drawn(bars)[1:3] == [[("0.000%", "50.000%", "")], [("0.000%", "100.000%", "")]]
    assert [one.query for one in bars][:2] == ["version:v1.37.0", "version:v1.36.2"]


@pytest.mark.parametrize(("kind", "oldest"), [("kubelet", "v1.33.0"), ("kube-proxy", "v1.33.0")])
def test_a_version_is_bad_from_the_bound_of_its_rule_on(kind: str, oldest: str) -> None:
    bars = rollup(kind, [], {oldest: 1, "v1.32.0": 1}, SERVER, BOUNDS).versions
    assert [one[0][2] for one in drawn(bars)] == ["", "degraded"]


def test_versions_of_runtimes_are_of_their_own_projects() -> None:
    bars = rollup("container-runtime", [], {"containerd://1.7.9": 2, "containerd://2.1.4": 5, "cri-o://1.35.2": 1}, SERVER, BOUNDS)
    assert said(bars.versions) == [("containerd://2.1.4", "5", ""), ("containerd://1.7.9", "2", ""), ("cri-o://1.35.2", "1", "")]


def test_many_versions_are_cut_and_counted() -> None:
    bars = rollup("kubelet", [], {f"v1.36.{patch}": 2 for patch in range(MOST + 3)}, SERVER, BOUNDS).versions
    assert len(bars) == MOST + 1
    assert said(bars)[-1] == ("3 versions more", "6", "")


@pytest.mark.parametrize(
    ("age", "title"),
    [(-3.0, "0 to 5 s"), (5.0, "0 to 5 s"), (5.1, "5 to 10 s"), (25.0, "15 to 25 s"), (40.0, "25 to 40 s"), (40.1, "over 40 s")],
)
def test_a_heartbeat_is_counted_by_its_age_and_drawn_in_the_state_of_its_kubelet(age: float, title: str) -> None:
    """A lease may be of other seconds than 40: its age alone makes nobody red."""
    pair = nodes("healthy", "degraded")
    ages = rollup("kubelet", pair, {}, SERVER, BOUNDS, beats={one.name: 1000.0 - age for one in pair}, now=1000.0).ages
    assert [(bar.title, bar.count, bar.said) for bar in ages if bar.count != "0"] == [(title, "2", "1 degraded")]
    assert [[part.state for part in bar.parts] for bar in ages if bar.parts] == [["degraded", "healthy"]]


def test_whose_heartbeat_was_not_seen_is_counted_apart_and_without_any_there_are_no_ages() -> None:
    pair = nodes("healthy", "unknown")
    ages = rollup("kubelet", pair, {}, SERVER, BOUNDS, beats={pair[0].name: 1000.0}, now=1000.0).ages
    assert [(bar.title, bar.count) for bar in ages if bar.count != "0"] == [("0 to 5 s", "1"), ("not seen", "1")]
    assert rollup("kubelet", pair, {}, SERVER, BOUNDS, beats=None).ages == ()
    assert rollup("kube-proxy", pair, {}, SERVER, BOUNDS, beats={"a": 1.0}).ages == ()


def test_zones_stand_worst_first_each_as_a_stack_of_its_states() -> None:
    cells = [
        *nodes(*["healthy"] * 10, zone="a"),
        *nodes("down", "degraded", *["healthy"] * 3, zone="b"),
        *nodes("degraded", "healthy", zone="c"),
        *nodes("healthy", zone=""),
    ]
    bars = rollup("kubelet", cells, {}, SERVER, BOUNDS).zones
    assert said(bars) == [
        ("b", "5", "1 down · 1 degraded"),
        ("c", "2", "1 degraded"),
        ("no zone", "1", ""),
        ("a", "10", ""),
    ]
    assert drawn(bars)[0] == [("0.000%", "10.000%", "down"), ("10.000%", "10.000%", "degraded"), ("20.000%", "30.000%", "healthy")]
    assert [one.query for one in bars] == ["zone:b -kubelet:healthy", "zone:c -kubelet:healthy", "", ""]


def test_of_one_zone_and_one_pool_there_is_nothing_to_tell_apart() -> None:
    one = rollup("kubelet", nodes("healthy", "down"), {}, SERVER, BOUNDS)
    assert (one.zones, one.pools) == ((), ())


def test_one_bad_node_of_thousands_is_drawn_and_pools_beyond_the_most_are_counted() -> None:
    cells = nodes("down", *["healthy"] * 4999, pool="big")
    for number in range(MOST + 4):
        cells += nodes("healthy", pool=f"p{number:02}")
    bars = rollup("kubelet", cells, {}, SERVER, BOUNDS).pools
    assert said(bars)[0] == ("big", "5,000", "1 down")
    assert drawn(bars)[0] == [("0.000%", "0.500%", "down"), ("0.500%", "99.500%", "healthy")]
    assert len(bars) == MOST + 1
    assert said(bars)[-1] == ("5 pools more", "5", "")
