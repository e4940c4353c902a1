"""Numbers of the elected that are remembered: as of now, and none where the feed that they rest on cannot be read."""

from dataclasses import replace

import pytest

from planes.components import cloud_controller_manager, kube_controller_manager, kube_scheduler
from planes.components.spec import Gauge
from planes.structs.observations import FeedSeen, LeaderObservation
from planes.structs.workload_observations import UndecidedSeen, WorkloadSeen
from tests.components.making import FORBIDDEN, NOW, failing, feed, leader


def told(gauges: tuple[Gauge, ...], seen: LeaderObservation) -> dict[str, float | None]:
    return {one.key: one.sampled(seen, NOW) for one in gauges}


def behind(age: float | None) -> WorkloadSeen:
    since = None if age is None else NOW - age
    return WorkloadSeen(
        kind="Deployment", namespace="shop", name="cart", app="cart", desired=2, ready=2, seen_at=NOW, lagging_since=since
    )


def test_the_scheduler_tells_what_waits_for_it_and_whether_it_renews_its_lease() -> None:
    seen = leader(undecided=UndecidedSeen(count=5, oldest=NOW - 90), unbound=8)
    assert seen.lease is not None
    seen = replace(seen, lease=replace(seen.lease, confirmed=True, changed_at=NOW - 2))
    assert told(kube_scheduler.COMPONENT.gauges, seen) == {"undecided": 5, "oldest_undecided": 90, "unbound": 8, "renewed": 2}
    calm = told(kube_scheduler.COMPONENT.gauges, replace(seen, undecided=UndecidedSeen(), unbound=0))
    assert calm == {"undecided": 0, "oldest_undecided": 0, "unbound": 0, "renewed": 2}


@pytest.mark.parametrize("pods", [None, failing(FORBIDDEN, NOW - 90, "pods"), replace(feed("pods"), listed_at=None)])
def test_without_its_pods_nothing_is_told_of_them(pods: FeedSeen | None) -> None:
    seen = replace(leader(undecided=UndecidedSeen(count=5, oldest=NOW - 90), unbound=8), pods_all=pods)
    assert {key: value for key, value in told(kube_scheduler.COMPONENT.gauges, seen).items() if key != "renewed"} == {
        "undecided": None,
        "oldest_undecided": None,
        "unbound": None,
    }


def test_a_lease_tells_its_age_only_while_it_is_seen_and_was_seen_to_be_renewed() -> None:
    (renewed,) = cloud_controller_manager.COMPONENT.gauges
    seen = leader("cloud-controller-manager")
    assert seen.lease is not None
    held = replace(seen.lease, confirmed=True, changed_at=NOW - 20)
    assert renewed.sampled(replace(seen, lease=held), NOW) == 20
    for lease in (None, replace(held, confirmed=False), replace(held, gone_at=NOW - 1)):
        assert renewed.sampled(replace(seen, lease=lease), NOW) is None
    assert renewed.sampled(replace(seen, lease=held, leases=failing(FORBIDDEN, NOW - 90, "leases")), NOW) is None


def test_the_controller_manager_tells_how_many_lag_and_for_how_long() -> None:
    gauges = kube_controller_manager.COMPONENT.gauges[:2]
    seen = leader("kube-controller-manager", lagging=(behind(10), behind(70), behind(None)), workloads=feed("deployments"))
    assert told(gauges, seen) == {"lagging": 2, "lag": 70}
    assert told(gauges, replace(seen, lagging=())) == {"lagging": 0, "lag": 0}
    assert told(gauges, replace(seen, templates=True)) == {"lagging": None, "lag": None}
    assert told(gauges, replace(seen, workloads=None)) == {"lagging": None, "lag": None}
