"""Which instance of a component led when: each failover once, none that did not happen."""

import msgspec
import pytest

from planes.models import Cluster
from planes.store import failovers, services
from planes.store.stored import Stored
from planes.structs.moments import Epoch
from planes.structs.rows import ComponentRow, Frame, InstanceRow
from tests.store.rows import NOW, component

KIND = "kube-scheduler"


def led_by(leader: str, *, restarts: int = 0) -> ComponentRow:
    row = component(KIND, instances=("a", "b"))
    changed = [msgspec.structs.replace(one, leader=one.name == leader, restarts=restarts) for one in row.instances]
    return msgspec.structs.replace(row, instances=tuple(changed))


class Telling:
    """Flushes a frame after the other; `anew`: as another collector does, which remembers nothing."""

    def __init__(self, cluster: Cluster, epoch: int) -> None:
        self.cluster, self.epoch, self.offset, self.stored = cluster, epoch, 0, Stored()

    def __call__(self, at: float, row: ComponentRow, *, anew: bool = False) -> None:
        self.offset += 1
        self.stored = Stored() if anew else self.stored
        frame = Frame(at=Epoch(NOW + at), full=anew, components=[row])
        services.flush(self.cluster.pk, self.epoch, self.offset, frame, stored=self.stored)

    def told(self) -> list[tuple[float, str, str]]:
        return [(one.at - NOW, one.name, one.before) for one in failovers.failovers(self.cluster.pk, KIND)]


@pytest.fixture
def tell(cluster: Cluster, epoch: int) -> Telling:
    return Telling(cluster, epoch)


def test_who_led_first_is_told_and_each_failover_once(tell: Telling) -> None:
    tell(0, led_by("a"))
    tell(10, led_by("a", restarts=1))
    tell(20, led_by("b", restarts=1))
    tell(30, led_by("b", restarts=2))
    assert tell.told() == [(20, "b", "a"), (0, "a", "")]


@pytest.mark.parametrize(("after", "told"), [("b", [(20, "b", "a"), (0, "a", "")]), ("a", [(20, "a", "a"), (0, "a", "")])])
def test_a_time_without_a_leader_ends_with_who_leads_then(tell: Telling, after: str, told: list[tuple[float, str, str]]) -> None:
    tell(0, led_by("a"))
    tell(10, led_by("nobody"))
    tell(20, led_by(after))
    assert tell.told() == told


def test_a_collector_that_begins_anew_tells_of_no_failover_that_did_not_happen(tell: Telling) -> None:
    tell(0, led_by("a"))
    tell(60, led_by("a"), anew=True)
    assert tell.told() == [(0, "a", "")]
    tell(90, led_by("b"), anew=True)
    assert tell.told() == [(90, "b", "a"), (0, "a", "")]


def test_so_many_are_listed_and_the_last_of_them_still_says_from_whom(tell: Telling) -> None:
    for turn in range(failovers.LISTED + 2):
        tell(turn, led_by("ab"[turn % 2]))
    told = tell.told()
    assert len(told) == failovers.LISTED
    assert told[-1][2] != ""


def named(leader: str, host: str, *others: str) -> ComponentRow:
    first = InstanceRow(name=leader, host=host, leader=True)
    rest = [InstanceRow(name=name, host=name.removeprefix("pod-")) for name in others]
    return msgspec.structs.replace(component(KIND), instances=(first, *rest))


def test_a_leader_whose_pod_comes_into_sight_or_goes_out_of_it_has_not_changed(tell: Telling) -> None:
    tell(0, named("cp-1_b81c", "cp-1"))
    tell(10, named("pod-cp-1", "cp-1", "pod-cp-2"))
    assert tell.told() == [(0, "pod-cp-1", "")]
    tell(20, named("cp-1_b81c", "cp-1"))
    tell(30, named("pod-cp-1", "cp-1"))
    assert tell.told() == [(0, "pod-cp-1", "")]


@pytest.mark.parametrize(
    ("leader", "host"),
    [("pod-cp-2", "cp-2"), ("cp-1_c92d", "cp-1"), ("cp-10_b81c", "cp-10"), ("cp-1_b81d", "")],
)
def test_another_host_or_another_holder_on_the_same_is_another_leader(tell: Telling, leader: str, host: str) -> None:
    tell(0, named("cp-1_b81c", "cp-1"))
    tell(10, named(leader, host))
    assert tell.told() == [(10, leader, "cp-1_b81c"), (0, "cp-1_b81c", "")]


def test_two_pods_of_one_host_may_follow_each_other(tell: Telling) -> None:
    tell(0, named("pod-a", "cp-1"))
    tell(10, named("pod-b", "cp-1"))
    assert tell.told() == [(10, "pod-b", "pod-a"), (0, "pod-a", "")]
