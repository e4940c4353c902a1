"""The bounds, as signals.md and its sources give them; those that are our own rule are in brackets there."""

import dataclasses

import pytest

from planes.structs.thresholds import DEFAULT, ORDERED, Thresholds, contradiction, declared

MINUTE, DAY = 60.0, 1.0  # certificates are counted in days
BOUNDS = {
    # what we see with
    "feed_stale": 15.0,
    "probe_stale": 30.0,
    "settle": 15.0,
    "pause": 5.0,
    "lease_abandoned": 3600.0,  # as long as the identity of a dead API server lingers
    "clock_skew": 2.0,  # "> 2 s warns"
    # announcing
    "hold_probe": 3.0,
    "hold_condition": 1.0,
    "hold_recovery": 3.0,
    "hold_flapping": 5 * MINUTE,
    "group_at": 3.0,
    # kube-apiserver: an identity frozen for more than 30 s; more than 1 % of 5xx or a p99 above 1 s for 5 min
    "identity_frozen": 30.0,
    "error_ratio": 0.01,
    "latency": 1.0,
    "rate_window": 5 * MINUTE,
    "inflight_limit": 400.0 + 200.0,  # --max-requests-inflight and --max-mutating-requests-inflight
    "certificate_warning": 7 * DAY,
    "certificate_share": 0.1,  # "below 10 % of its life, at most 7 d"
    "apiservice_unavailable": 5 * MINUTE,
    "webhook_unready": 30.0,
    # etcd: a p99 above 250 ms
    "etcd_latency": 0.25,
    "etcd_quota": 0.8,
    "etcd_errors": 0.01,
    # leaders: frozen for twice the duration, released for 15 s, 3 transitions in 15 min
    "leader_degraded": 4 / 3,
    "leader_down": 2.0,
    "leader_released": 15.0,
    "leader_handover": 5.0,
    "leader_failovers": 3.0,
    "flap_window": 15 * MINUTE,
    "pod_undecided": 30.0,  # "pods wait > 30 s without any PodScheduled condition"
    "generation_lag": MINUTE,  # "observedGeneration lags > 60 s"
    "leader_skew": 1.0,  # "at most 1 older"
    # kubelet: frozen for 25 s of 40; Kubernetes itself says NotReady only after 50 s; Ready flapping more than twice
    "kubelet_slow": 25.0 / 40.0,
    "kubelet_silent": 1.0,
    "monitor_grace": 50.0,
    "status_heartbeat": 360.0,  # "written only every 5 min when unchanged", and a minute
    "ready_flips": 2.0,
    "kubelet_skew": 3.0,  # "at most 3 minors older"
    "all_silent": 14.0,
    "all_silent_least": 3.0,
    # nodes that come and go: warn at 10 min, critical at 30; joining for 2 min
    "leaving_long": 10 * MINUTE,
    "leaving_stuck": 30 * MINUTE,
    "joining_time": 2 * MINUTE,
    "joining_long": 10 * MINUTE,
    # kube-proxy: no pod for 60 s where the DaemonSet wants one; 3 restarts in 15 min; within 3 minors of its kubelet
    "proxy_missing": MINUTE,
    "pods_counted": 15.0,
    "proxy_restarts": 3.0,
    "proxy_skew": 3.0,
    # roll-ups
    "rollup_down": 0.5,
    "rollup_unknown": 0.25,
    "rollup_passing": 0.5,
    "zone_least": 2.0,
}


@pytest.mark.parametrize("name", sorted(BOUNDS))
def test_a_bound_is_what_its_source_says(name: str) -> None:
    assert getattr(DEFAULT, name) == BOUNDS[name]


def test_every_bound_is_declared_with_what_documentation_shows_of_it() -> None:
    shown = list(declared())
    assert [one.name for one in shown] == [one.name for one in dataclasses.fields(Thresholds)]
    assert {one.name: one.default for one in shown} == BOUNDS
    assert all(one.unit and one.component and one.says and one.source for one in shown)


#: Lowest and highest setting that makes sense, by unit.
RANGES = {
    "of requests": (0.0001, 1.0),  # a share
    "of nodes": (0.01, 1.0),
    "of its lifetime": (0.01, 1.0),
    "of its quota": (0.01, 1.0),
    "minor versions": (0.0, 20.0),
    "× lease duration": (0.1, 10.0),
    "nodes": (1.0, 5_000.0),  # as many as Kubernetes is tested with
    "subjects": (1.0, 5_000.0),
    "requests": (1.0, 1_000_000.0),
    "changes of holder": (1.0, 100.0),
    "restarts": (1.0, 100.0),
    "flips": (0.0, 100.0),
}


def test_a_setting_is_within_what_makes_sense_for_its_unit_and_a_time_within_twenty_times_its_default() -> None:
    for one in declared():
        low, high = RANGES.get(one.unit, (one.default / 20, one.default * 20))
        assert (one.low, one.high) == (low, high), one.name
        assert one.low <= one.default <= one.high


@pytest.mark.parametrize(("lower", "upper"), ORDERED)
def test_a_state_that_would_never_be_reached_is_a_contradiction(lower: str, upper: str) -> None:
    bound = getattr(DEFAULT, upper)
    assert contradiction(dataclasses.replace(DEFAULT, **{lower: bound})) is None
    assert contradiction(dataclasses.replace(DEFAULT, **{lower: bound + 0.1})) == (lower, upper)


def test_what_is_worse_comes_later_in_each_pair() -> None:
    assert contradiction(DEFAULT) is None
    assert set(ORDERED) == {
        ("kubelet_slow", "kubelet_silent"),
        ("leader_degraded", "leader_down"),
        ("leader_handover", "leader_released"),
        ("leaving_long", "leaving_stuck"),
        ("joining_time", "joining_long"),
    }
