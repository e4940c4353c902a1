"""The work of who leads, from both sides of each bound: pods that are decided about, generations that are observed."""

from typing import Any

import pytest

from planes.components import kube_controller_manager, kube_scheduler
from planes.components.verdict_builder import VerdictBuilder
from planes.structs.verdicts import State, Verdict
from planes.structs.workload_observations import UndecidedSeen, WorkloadSeen
from tests.components import making
from tests.components.making import BROKEN, FORBIDDEN, NOW, THRESHOLDS, failing, feed, lease
from tests.components.test_leading_bounds import lagging


def undecided(age: float | None, sighted: float | None = None, **spoilt: Any) -> tuple[Verdict, bool]:
    waits = UndecidedSeen(
        count=0 if age is None else 2,
        oldest=None if age is None else NOW - age,
        sighted=None if sighted is None else NOW - sighted,
        names=("a/b", "a/c"),
    )
    builder = VerdictBuilder()
    builder.enough()
    seen = making.leader(undecided=waits, **spoilt)
    decided = kube_scheduler._check_undecided(builder, seen, NOW, THRESHOLDS)
    return builder.verdict(good=""), decided


@pytest.mark.parametrize(
    ("age", "sighted", "spoilt", "expected"),
    [
        (None, None, {}, (State.HEALTHY, True, None, None)),
        (30.0, None, {}, (State.HEALTHY, False, NOW, NOW)),
        (30.1, None, {}, (State.DEGRADED, False, NOW - 0.1, None)),
        (90.0, 3.0, {}, (State.HEALTHY, False, NOW, NOW)),  # created long ago, and seen only now
        (90.0, 3.1, {}, (State.DEGRADED, False, NOW - 0.1, None)),
        (30.1, 30.1, {}, (State.DEGRADED, False, NOW - 0.1, None)),
        (90.0, None, {"writes_blocked": "etcd is down"}, (State.HEALTHY, False, NOW - 60, None)),
        (90.0, None, {"lease": None, "pods": ()}, (State.HEALTHY, False, NOW - 60, None)),  # it does not lead
        (90.0, None, {"lease": None}, (State.DEGRADED, False, NOW - 60, None)),
        (90.0, None, {"lease": lease(gone_at=NOW), "pods": ()}, (State.HEALTHY, False, NOW - 60, None)),
        (90.0, None, {"lease": lease(released_at=NOW), "pods": ()}, (State.HEALTHY, False, NOW - 60, None)),
        (90.0, None, {"pods": ()}, (State.DEGRADED, False, NOW - 60, None)),
    ],
)
def test_a_scheduler_that_leads_decides_within_thirty_seconds(
    age: float | None, sighted: float | None, spoilt: dict[str, Any], expected: tuple[State, bool, float | None, float | None]
) -> None:
    verdict, decided = undecided(age, sighted, **spoilt)
    told = (verdict.state, decided, *(None if one is None else round(one, 3) for one in (verdict.due, verdict.ripe)))
    assert told == (*expected[:2], *(None if one is None else round(one, 3) for one in expected[2:]))


@pytest.mark.parametrize("pods_all", [None, feed(listed_at=None), failing(FORBIDDEN, NOW - 90)])
def test_where_pods_are_not_seen_nobody_knows_whether_they_are_decided_about(pods_all: Any) -> None:
    assert undecided(None, pods_all=pods_all)[1] is False


def lag(*behind: WorkloadSeen, **spoilt: Any) -> tuple[Verdict, bool]:
    builder = VerdictBuilder()
    builder.enough()
    told = {"workloads": feed("deployments"), **spoilt}
    seen = making.leader("kube-controller-manager", lagging=behind, **told)
    keeps_up = kube_controller_manager._check_lag(builder, seen, NOW, THRESHOLDS)
    return builder.verdict(good=""), keeps_up


@pytest.mark.parametrize(
    ("behind", "spoilt", "expected"),
    [
        ((), {}, (State.HEALTHY, True, None, None)),
        ((lagging(60.0),), {}, (State.HEALTHY, True, NOW, NOW)),
        ((lagging(60.1),), {}, (State.DEGRADED, False, NOW - 0.1, None)),
        ((lagging(60.0),), {"writes_blocked": "etcd is down"}, (State.HEALTHY, True, NOW, NOW)),
        ((lagging(60.1),), {"writes_blocked": "etcd is down"}, (State.HEALTHY, False, NOW - 0.1, None)),
        ((lagging(10.0), lagging(90.0, "api")), {}, (State.DEGRADED, False, NOW - 30, None)),
        ((lagging(90.0),), {"templates": True}, (State.HEALTHY, False, None, None)),
        ((), {"workloads": None}, (State.HEALTHY, False, None, None)),
        ((lagging(90.0),), {"workloads": failing(BROKEN, NOW - 90)}, (State.HEALTHY, False, None, None)),
    ],
)
def test_a_controller_manager_takes_notice_within_a_minute(
    behind: tuple[WorkloadSeen, ...], spoilt: dict[str, Any], expected: tuple[State, bool, float | None, float | None]
) -> None:
    verdict, keeps_up = lag(*behind, **spoilt)
    told = (verdict.state, keeps_up, *(None if one is None else round(one, 3) for one in (verdict.due, verdict.ripe)))
    assert told == (*expected[:2], *(None if one is None else round(one, 3) for one in expected[2:]))
