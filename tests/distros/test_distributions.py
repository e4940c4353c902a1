"""Which distribution a cluster is said to be, and what is said to be seen and hidden of it."""

import pytest

from tests.distros.living import Told


@pytest.mark.case("28")
def test_slow_leases_of_a_single_node_openshift_are_healthy_all_the_time(told: Told) -> None:
    for leader in ("kube-controller-manager", "kube-scheduler"):
        assert told.states(leader) == {"healthy"}
        lease = told.evidence(leader, "lease")
        assert lease is not None
        assert "renewed within 270 s" in lease.should_be


@pytest.mark.case("31")
def test_a_cluster_that_elects_by_endpoints_is_judged_by_its_pods(told: Told) -> None:
    assert told.states("kube-controller-manager") == told.states("kube-scheduler") == {"healthy"}
