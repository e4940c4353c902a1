"""Instances of the API server: which there are, which of them are lost, and in which versions they run."""

from dataclasses import replace
from typing import Any

import pytest

from planes.components import kube_apiserver
from planes.structs.observations import ApiServerObservation, IdentitySeen
from planes.structs.verdicts import State, Verdict
from planes.structs.workload_observations import EndpointSeen, EndpointsSeen
from tests.components import making
from tests.components.making import NOW, SERVER, THRESHOLDS, lease, pod


def api(**spoilt: object) -> Verdict:
    return kube_apiserver.judge(making.apiserver(**spoilt), NOW, THRESHOLDS).verdict


def identity(host: str, age: float, address: str = "", **spoilt: object) -> IdentitySeen:
    made = lease(age, 3600.0, name=f"apiserver-{host}")
    return IdentitySeen(lease=replace(made, **spoilt), host=host, address=address)  # type: ignore[arg-type]  # test data


def endpoints(*addresses: str) -> EndpointsSeen:
    return EndpointsSeen(
        endpoints=tuple(EndpointSeen(address=one, ready=True) for one in addresses), since=NOW - 100, seen_at=NOW - 100
    )


def instances(seen: ApiServerObservation) -> dict[str, State]:
    return {one.host: one.state for one in kube_apiserver.judge(seen, NOW, THRESHOLDS).instances}


@pytest.mark.parametrize(("age", "expected"), [(30.0, State.HEALTHY), (30.1, State.DEGRADED)])
def test_an_identity_frozen_for_30_s_while_its_endpoint_remains_is_degraded(age: float, expected: State) -> None:
    found = (identity("a", 1.0, "10.0.0.1"), identity("b", age, "10.0.0.2"))
    assert api(identities=found, endpoints=endpoints("10.0.0.1", "10.0.0.2")).state is expected


def test_a_lost_replica_is_one_instance_down_and_not_the_whole() -> None:
    gone = replace(identity("c", 31.0, "10.0.0.3"), node="c")
    found = (identity("a", 1.0, "10.0.0.1"), identity("b", 1.0, "10.0.0.2"), gone)
    seen = making.apiserver(identities=found, endpoints=endpoints("10.0.0.1", "10.0.0.2"))
    assert kube_apiserver.judge(seen, NOW, THRESHOLDS).verdict.state is State.DEGRADED
    assert instances(seen) == {"a": State.HEALTHY, "b": State.HEALTHY, "c": State.DOWN}


def test_servers_that_were_replaced_are_not_lost() -> None:
    """As many new ones began shortly before two stopped; no Node, no pod and no endpoint of these is left."""
    old = tuple(identity(name, 45.0, first_at=NOW - 9000) for name in ("old-1", "old-2"))
    new = tuple(identity(name, 1.0, first_at=NOW - 65) for name in ("new-1", "new-2"))
    for listed in (endpoints("192.0.2.100"), endpoints("192.0.2.1", "192.0.2.2"), None):
        seen = making.apiserver(identities=(*old, *new), endpoints=listed)
        assert kube_apiserver.judge(seen, NOW, THRESHOLDS).verdict.state is State.HEALTHY
        assert instances(seen) == {"new-1": State.HEALTHY, "new-2": State.HEALTHY}


@pytest.mark.parametrize(
    ("began", "listed", "lost"),
    [
        ((), None, 2),
        ((), 3, 2),
        ((), 2, 1),
        ((), 1, 0),
        ((65.0,), None, 1),
        ((65.0,), 3, 1),
        ((65.0, 20.0), 3, 0),
        ((9000.0, 9000.0), 3, 0),  # they live beside them all the time: as many live as are listed
        ((9000.0, 9000.0), 4, 1),
        ((9000.0, 9000.0), None, 2),
        ((3700.0, 3700.0), None, 2),  # they began long before: for a scale-up, not in their place
    ],
)
def test_of_servers_that_stopped_as_many_are_lost_as_are_listed_and_not_replaced(
    began: tuple[float, ...], listed: int | None, lost: int
) -> None:
    old = tuple(identity(f"old-{age:.0f}", age, first_at=NOW - 9000) for age in (40.0, 45.0))
    new = tuple(identity(f"new-{index}", 1.0, first_at=NOW - age) for index, age in enumerate(began))
    lives = identity("lives", 1.0, first_at=NOW - 9000)
    ends = endpoints(*(f"192.0.2.{index}" for index in range(listed))) if listed is not None else None
    found = instances(making.apiserver(identities=(*old, lives, *new), endpoints=ends))
    assert sum(state is State.DOWN for state in found.values()) == lost
    if lost == 1 and not began:
        assert found["old-40"] is State.DOWN, "the one that stopped last"


def test_a_server_known_by_its_pod_alone_counts_as_one_that_lives() -> None:
    lost = identity("b", 45.0, "192.0.2.2", first_at=NOW - 9000)
    found = (identity("a", 1.0, "192.0.2.1", first_at=NOW - 9000), lost)
    pods = (pod("kube-apiserver-c", "c"),)
    seen = making.apiserver(identities=found, pods=pods, endpoints=endpoints("192.0.2.1", "192.0.2.9"))
    assert instances(seen) == {"a": State.HEALTHY, "c": State.HEALTHY}, "as many live as are listed"
    seen = making.apiserver(identities=found, pods=pods, endpoints=endpoints("192.0.2.1", "192.0.2.8", "192.0.2.9"))
    assert instances(seen) == {"a": State.HEALTHY, "b": State.DOWN, "c": State.HEALTHY}


def test_a_server_that_is_listed_counts_as_lost_before_one_of_which_nothing_remains() -> None:
    """Three are listed, one lives: the two that are missing are the one that is listed, and the last of the others to stop."""
    found = (
        identity("a", 1.0, "192.0.2.1", first_at=NOW - 9000),
        identity("b", 90.0, "192.0.2.2", first_at=NOW - 9000),
        identity("c", 60.0, first_at=NOW - 9000),
        identity("d", 45.0, first_at=NOW - 9000),
    )
    seen = making.apiserver(identities=found, endpoints=endpoints("192.0.2.1", "192.0.2.2", "192.0.2.7"))
    assert {host for host, state in instances(seen).items() if state is State.DOWN} == {"b", "d"}


def test_one_that_began_at_the_very_moment_at_which_the_old_one_did_took_nobodys_place() -> None:
    old, beside = identity("old", 45.0, first_at=NOW - 300), identity("beside", 1.0, first_at=NOW - 300)
    assert instances(making.apiserver(identities=(old, beside)))["old"] is State.DOWN
    began = identity("new", 1.0, first_at=NOW - 299)
    assert "old" not in instances(making.apiserver(identities=(old, began)))


@pytest.mark.parametrize(
    ("spoilt", "lost"),
    [
        ({"node": "cp-1"}, True),
        ({"node": "cp-1", "leaving": True}, False),
        ({}, False),
    ],
)
def test_a_server_whose_node_remains_is_lost_unless_the_node_is_leaving_and_another_began(
    spoilt: dict[str, Any], lost: bool
) -> None:
    old = replace(identity("cp-1", 45.0, first_at=NOW - 9000), **spoilt)
    found = (old, identity("cp-2", 1.0, first_at=NOW - 300))
    seen = making.apiserver(identities=found, endpoints=endpoints("192.0.2.2"))
    assert (instances(seen).get("cp-1") is State.DOWN) is lost
    alone = making.apiserver(identities=(old, identity("cp-2", 1.0, first_at=NOW - 9000)), endpoints=endpoints("192.0.2.2"))
    assert (instances(alone).get("cp-1") is State.DOWN) is bool(spoilt), "nobody began in its place"


def test_a_stopped_server_with_a_pod_or_an_endpoint_is_lost_whoever_began() -> None:
    old, new = identity("cp-1", 45.0, "192.0.2.1", first_at=NOW - 9000), identity("cp-2", 1.0, "192.0.2.2", first_at=NOW - 65)
    by_endpoint = making.apiserver(identities=(old, new), endpoints=endpoints("192.0.2.1", "192.0.2.2"))
    by_pod = making.apiserver(identities=(old, new), pods=(pod("kube-apiserver-cp-1", "cp-1"),), endpoints=endpoints("192.0.2.2"))
    for seen in (by_endpoint, by_pod):
        assert instances(seen)["cp-1"] is State.DOWN


@pytest.mark.parametrize("addresses", [("fd00::1", "fd00::2"), ("172.20.0.1",), ("10.0.0.1", "10.0.0.2", "10.0.0.3")])
def test_without_identities_and_pods_every_listed_address_is_an_instance_called_by_it(addresses: tuple[str, ...]) -> None:
    judged = kube_apiserver.judge(making.apiserver(endpoints=endpoints(*addresses)), NOW, THRESHOLDS)
    assert tuple(one.name for one in judged.instances) == addresses


def test_beside_pods_an_address_that_none_of_them_has_is_no_instance() -> None:
    seen = making.apiserver(pods=(pod("kube-apiserver-cp-1", "cp-1"),), endpoints=endpoints("192.0.2.1", "192.0.2.2"))
    assert list(instances(seen)) == ["cp-1"]


def test_of_two_identities_of_a_host_the_one_that_was_renewed_counts() -> None:
    """Until 1.27 each start made an identity with a name of its own."""
    old = identity("cp-1", 1.0, name="a", confirmed=False, stale_on_arrival=True, changed_at=NOW - 0.5)
    new = identity("cp-1", 1.0, name="b")
    for found in ((old, new), (new, old)):
        assert instances(making.apiserver(identities=found)) == {"cp-1": State.HEALTHY}


def test_the_lingering_identity_of_a_server_replaced_is_no_instance() -> None:
    found = (identity("a", 1.0, "10.0.0.1"), identity("old", 900.0, "10.0.0.9"))
    seen = making.apiserver(identities=found, endpoints=endpoints("10.0.0.1"))
    assert kube_apiserver.judge(seen, NOW, THRESHOLDS).verdict.state is State.HEALTHY
    assert instances(seen) == {"a": State.HEALTHY}


def test_an_identity_old_at_first_sight_without_an_endpoint_is_no_instance() -> None:
    old = identity("old", 5.0, "10.0.0.9", confirmed=False, stale_on_arrival=True)
    seen = making.apiserver(identities=(identity("a", 1.0, "10.0.0.1"), old), endpoints=endpoints("10.0.0.1"))
    assert instances(seen) == {"a": State.HEALTHY}


def test_an_identity_its_endpoint_and_its_pod_are_one_instance() -> None:
    seen = making.apiserver(
        identities=(identity("cp-1.example", 1.0, "10.0.0.1"),),
        endpoints=endpoints("10.0.0.1"),
        pods=(pod("kube-apiserver-cp-1", "cp-1"),),
        hosts={"cp-1.example": "cp-1"},
    )
    assert instances(seen) == {"cp-1": State.HEALTHY}


def test_api_servers_two_minors_apart_are_degraded() -> None:
    def of(version: str) -> State:
        return api(pods=(pod("kube-apiserver-a", "a"), pod("kube-apiserver-b", "b", version=version))).state

    assert of("v1.35.1") is State.HEALTHY
    assert of("v1.34.1") is State.DEGRADED


def test_while_api_servers_of_two_minors_are_seen_an_upgrade_is_under_way() -> None:
    def said(*versions: str) -> str:
        server = replace(SERVER, version=versions[-1], versions=tuple(sorted(versions)))
        return api(server=server).because

    assert (
        said("v1.26.11", "v1.27.8") == "It answers, and every check passes. API servers of 1.26 and 1.27: an upgrade is under way."
    )
    assert said("v1.27.8", "v1.27.9") == said("v1.27.8") == "It answers, and every check passes."
