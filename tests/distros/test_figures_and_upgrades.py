"""Rollouts and upgrades of API servers, figures that mean what they say, and names, on the clusters of others."""

import pytest

from planes.store.naming import short_names
from tests.distros.living import Told


@pytest.mark.case("10", seconds=330)
def test_failed_health_checks_are_no_errors_of_requests(told: Told) -> None:
    line = told.evidence("kube-apiserver", "errors")
    assert line is not None
    assert (line.now, line.state) == ("0.0 % of requests fail with 5xx", "healthy")
    assert told.states("kube-apiserver") == {"healthy"}
    assert "fail with 5xx." not in told.ever("kube-apiserver")


@pytest.mark.case("12")
def test_an_api_server_known_by_its_endpoint_alone_is_called_by_its_address(told: Told) -> None:
    assert list(told.instances("kube-apiserver")) == ["172.20.0.1"]


@pytest.mark.case("18")
def test_a_cluster_of_eks_is_called_by_its_own_name(told: Told) -> None:
    assert told.case.context.startswith("arn:aws:eks:")
    assert short_names([told.case.context]) == ["ecommerce-production"]


@pytest.mark.case("34", seconds=150)
def test_api_servers_that_were_replaced_are_not_lost(told: Told) -> None:
    assert told.states("kube-apiserver") == {"healthy"}
    assert "has not renewed its identity" not in told.ever()
    assert {one.host for one in told.instances("kube-apiserver").values()} == {"tenant-00-84c5b-ccccc", "tenant-00-84c5b-ddddd"}
    assert [change for change in told.changes if change.subject == "kube-apiserver"] == []


@pytest.mark.case("40", seconds=200)
def test_half_way_through_an_upgrade_all_versions_count_together(told: Told) -> None:
    subjects = ["kube-apiserver", "kube-controller-manager", "kube-scheduler"]
    subjects += [f"{node}/{agent}" for node in ("cp1", "cp2", "cp3", "w1") for agent in ("kubelet", "kube-proxy")]
    assert {subject: told.states(subject) for subject in subjects} == {subject: {"healthy"} for subject in subjects}
    assert "API servers of 1.26 and 1.27: an upgrade is under way" in told.because("kube-apiserver")
    assert "newer than the API server" not in told.ever()
    assert told.cluster.version == "v1.27.8"
