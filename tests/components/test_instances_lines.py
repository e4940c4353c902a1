"""Instances of the API server line by line: what identity, endpoint and pod of each say, and what follows from them."""

from dataclasses import replace
from typing import Any

import pytest

from planes.components import apiserver_instances
from planes.components.verdict_builder import Instance, VerdictBuilder
from planes.structs.lease_seen import LeaseSeen
from planes.structs.moments import Mono
from planes.structs.observations import ApiServerObservation, IdentitySeen, PodSeen
from planes.structs.verdicts import Evidence, State, Verdict
from planes.structs.workload_observations import EndpointSeen, EndpointsSeen
from tests.components import making
from tests.components.making import BROKEN, FORBIDDEN, NOW, SERVER, THRESHOLDS, failing, feed, lease, pod


def identity(host: str = "a", age: float = 1.0, address: str = "", node: str = "", **spoilt: Any) -> IdentitySeen:
    made = lease(age, 3600.0, name=f"apiserver-{host}")
    return IdentitySeen(lease=replace(made, **spoilt), host=host, address=address, node=node)


def ends(*addresses: str, ready: bool = True) -> EndpointsSeen:
    listed = tuple(EndpointSeen(address=one, ready=ready) for one in addresses)
    return EndpointsSeen(endpoints=listed, since=NOW - 100, seen_at=NOW - 90)


def checked(**spoilt: Any) -> tuple[Verdict, tuple[Instance, ...]]:
    """What the instances alone say of an API server that answers."""
    builder = VerdictBuilder()
    found = apiserver_instances.check(builder, making.apiserver(**spoilt), NOW, THRESHOLDS)
    builder.enough()
    return builder.verdict(good=""), found


def lines(verdict: Verdict) -> dict[str, tuple[str, State, float | None]]:
    return {one.signal: (one.now, one.state, one.at) for one in verdict.evidence}


def told(*found: Instance) -> list[tuple[str, str, State, str]]:
    return [(one.name, one.host, one.state, one.because) for one in found]


# --- the identity ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("age", "state", "due"), [(1.0, State.HEALTHY, NOW + 29), (30.0, State.HEALTHY, NOW), (30.1, State.DOWN, None)]
)
def test_an_identity_is_renewed_within_thirty_seconds(age: float, state: State, due: float | None) -> None:
    verdict, found = checked(identities=(identity(age=age, node="a"),))
    assert [one.state for one in found] == [state]
    assert verdict.due == due
    text, line, at = lines(verdict)["identity of a"]
    if state is State.HEALTHY:
        assert (text, line, at) == (f"renewed ⟨a:{NOW - age:.1f}⟩ ago", State.HEALTHY, NOW - age)
        assert verdict.state is State.HEALTHY
    else:
        assert (text, line, at) == (f"not renewed for ⟨a:{NOW - age:.1f}⟩", State.DEGRADED, NOW - age)
        assert (verdict.state, verdict.cause) == (State.DEGRADED, "instance-lost")
        assert verdict.because == f"The API server on a has not renewed its identity lease for ⟨a:{NOW - age:.1f}⟩."
        assert told(*found) == [("a", "a", State.DOWN, f"Its identity lease has not been renewed for ⟨a:{NOW - age:.1f}⟩.")]


@pytest.mark.parametrize(
    ("made", "unseen"),
    [
        ({"fresh_since": NOW - 30}, False),
        ({"fresh_since": NOW - 32.5}, True),  # after a gap nothing is waited for
        ({"fresh_since": NOW - 29}, False),
    ],
)
def test_an_identity_that_was_not_seen_for_a_while_is_neither_good_nor_bad(made: dict[str, Any], unseen: bool) -> None:
    verdict, found = checked(identities=(identity(**made),))
    text, state, _ = lines(verdict)["identity of a"]
    assert (state is State.UNKNOWN) is unseen
    if unseen:
        assert text == f"nothing seen for ⟨a:{NOW - 1:.1f}⟩"
        why = "Identity leases could not be read for a while, and this one has not been seen renewed since."
        assert told(*found) == [("a", "a", State.UNKNOWN, why)]
    assert verdict.state is State.HEALTHY


OLD: dict[str, Any] = {"confirmed": False, "stale_on_arrival": True, "first_at": NOW - 5}


@pytest.mark.parametrize(
    ("age", "spoilt", "shown", "ripe"),
    [
        (5.0, {}, False, NOW + 25),
        (5.0, {"endpoints": ends("10.0.0.1")}, True, NOW + 25),
        (5.0, {"endpoints": ends("10.0.0.9")}, False, NOW + 25),
        (5.0, {"pods": (pod("kube-apiserver-a", "a"),)}, True, NOW + 25),
        (30.0, {"endpoints": ends("10.0.0.1")}, True, NOW),
        (30.1, {"endpoints": ends("10.0.0.1")}, False, None),  # then it is lost, and no longer old at first sight
    ],
)
def test_an_identity_that_was_old_when_first_seen_counts_where_something_else_is_seen_of_its_server(
    age: float, spoilt: dict[str, Any], shown: bool, ripe: float | None
) -> None:
    verdict, _ = checked(identities=(identity("a", age, "10.0.0.1", **OLD),), **spoilt)
    found = lines(verdict).get("identity of a")
    assert (found is not None and found[:2] == ("already old when first seen", State.UNKNOWN)) is shown
    assert verdict.ripe == ripe
    late, _ = checked(identities=(identity("a", age, "10.0.0.1"),), **spoilt)
    assert late.ripe is None


def test_while_nothing_can_be_written_an_identity_that_is_not_renewed_proves_nothing() -> None:
    verdict, found = checked(identities=(identity(age=90.0, node="a"),), writes_blocked="etcd is down")
    text = f"not renewed for ⟨a:{NOW - 90:.1f}⟩; cannot be judged while etcd is down"
    assert lines(verdict)["identity of a"] == (text, State.UNKNOWN, NOW - 90)
    assert (verdict.state, [one.state for one in found]) == (State.HEALTHY, [State.UNKNOWN])


def test_a_deleted_identity_tells_nothing_and_its_endpoint_what_it_tells() -> None:
    verdict, found = checked(identities=(identity("a", 90.0, "10.0.0.1", gone_at=NOW - 5),), endpoints=ends("10.0.0.1"))
    assert "identity of a" not in lines(verdict)
    assert [one.state for one in found] == [State.HEALTHY]


def test_without_any_identity_that_is_said() -> None:
    verdict, _ = checked()
    assert lines(verdict)["identity leases"] == ("none", State.NOT_OBSERVABLE, NOW - 1)
    assert "identity leases" not in lines(checked(identities=(identity(),))[0])
    hidden, _ = checked(leases=failing(FORBIDDEN, NOW - 5, "leases/kube-system"), identities=(identity(),))
    assert lines(hidden)["identity leases"][0].startswith("permission lost")
    assert "identity of a" not in lines(hidden)


# --- endpoints ------------------------------------------------------------------------------------------------------------------


def test_endpoints_are_counted_and_none_ready_is_degraded() -> None:
    verdict, _ = checked(endpoints=ends("10.0.0.1", "10.0.0.2"))
    assert lines(verdict)["endpoints"] == ("2 of 2 ready: 10.0.0.1, 10.0.0.2", State.HEALTHY, NOW - 90)
    verdict, found = checked(endpoints=ends("10.0.0.1", ready=False))
    assert lines(verdict)["endpoints"] == ("0 of 1 ready: 10.0.0.1", State.DEGRADED, NOW - 90)
    assert (verdict.state, verdict.cause, verdict.hold) == (State.DEGRADED, "no-endpoints", 1.0)
    assert verdict.because == "The kubernetes Service has no ready endpoint: pods cannot reach the API server through it."
    assert [one.state for one in found] == [State.UNKNOWN]
    unread, found = checked(endpoints=ends("10.0.0.1"), endpoints_feed=failing(BROKEN, NOW - 16))
    assert (lines(unread)["endpoints"][1], found) == (State.UNKNOWN, ())


def test_a_server_that_is_not_listed_is_told_as_such_unless_it_is_lost_or_known_by_its_pod_alone() -> None:
    here, away = identity("a", 1.0, "10.0.0.1"), identity("b", 1.0, "10.0.0.2")
    verdict, _ = checked(identities=(here, away), endpoints=ends("10.0.0.1"))
    assert lines(verdict)["endpoint of b"] == ("not listed", State.NOT_OBSERVABLE, None)
    assert "endpoint of a" not in lines(verdict)
    lost = identity("b", 90.0, "10.0.0.2", node="b")
    verdict, _ = checked(identities=(here, lost), endpoints=ends("10.0.0.1"))
    assert "endpoint of b" not in lines(verdict)
    verdict, _ = checked(identities=(here,), pods=(pod("kube-apiserver-b", "b"),), endpoints=ends("10.0.0.1"))
    assert "endpoint of b" not in lines(verdict)


def test_an_address_is_a_nodes_by_the_names_of_hosts_or_by_the_slice() -> None:
    by_host, found = checked(pods=(pod("kube-apiserver-a", "a"),), endpoints=ends("10.0.0.1"), hosts={"10.0.0.1": "a"})
    assert told(*found) == [("kube-apiserver-a", "a", State.HEALTHY, "")]
    listed = EndpointsSeen(endpoints=(EndpointSeen(address="10.0.0.1", ready=False, node="a"),), since=NOW - 100, seen_at=NOW - 90)
    _, found = checked(pods=(pod("kube-apiserver-a", "a"),), endpoints=listed)
    assert [one.host for one in found] == ["a"]
    assert lines(by_host)["pod"][1] is State.HEALTHY


# --- pods -----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("made", "identities", "expected"),
    [
        (pod("p", "a"), (), (State.HEALTHY, "")),
        (pod("p", "a", ready=False, reason="Odd"), (), (State.DEGRADED, f"Odd for ⟨a:{NOW - 500:.1f}⟩.")),
        (pod("p", "a", ready=False), (identity(),), (State.DEGRADED, f"Not ready for ⟨a:{NOW - 500:.1f}⟩.")),
        (
            pod("p", "a", ready=False),
            (identity(age=90.0),),
            (State.DOWN, f"Its identity lease has not been renewed for ⟨a:{NOW - 90:.1f}⟩."),
        ),
        (pod("p", "a", silent=True), (identity(),), (State.HEALTHY, "")),  # it renews its identity: it is heard
        (pod("p", "a", silent=True, ready=False), (identity(),), (State.HEALTHY, "")),
        (
            pod("p", "a", silent=True),
            (),
            (State.UNKNOWN, "No word from its kubelet; this is the last known state."),
        ),
        (
            pod("p", "a", silent=True, returning=True),
            (),
            (State.UNKNOWN, "Its node has only just come back; this is the last known state."),
        ),
    ],
)
def test_what_a_servers_pod_adds_to_its_identity(
    made: PodSeen, identities: tuple[IdentitySeen, ...], expected: tuple[State, str]
) -> None:
    verdict, found = checked(pods=(made,), identities=identities)
    assert [(one.name, one.host, one.state, one.because) for one in found] == [("p", "a", *expected)]
    if expected[0] is State.DEGRADED:
        assert (verdict.state, verdict.cause, verdict.hold) == (State.DEGRADED, "pod-not-ready", 1.0)
        assert verdict.because == f"p: {expected[1]}".replace("Not ready", "not ready")


def test_a_pod_that_is_ready_vouches_for_an_identity_that_was_not_seen() -> None:
    _, found = checked(pods=(pod("p", "a"),), identities=(identity(fresh_since=NOW - 90),))
    assert told(*found) == [("p", "a", State.HEALTHY, "")]


@pytest.mark.parametrize(
    ("pods", "versions", "version", "restarts"),
    [
        ((pod("p", "a", version="v1.35.1", restarts=3),), ("v1.36.2",), "v1.35.1", 3),
        ((), ("v1.36.2",), "v1.36.2", None),
        ((), (), "v1.36.2", None),
        ((), ("v1.35.1", "v1.36.2"), "", None),  # nobody tells which of them it runs
    ],
)
def test_a_server_runs_its_pods_version_or_the_one_that_all_run(
    pods: tuple[PodSeen, ...], versions: tuple[str, ...], version: str, restarts: int | None
) -> None:
    _, found = checked(pods=pods, identities=(identity(),), server=replace(SERVER, versions=versions))
    assert [(one.version, one.restarts, one.leader) for one in found] == [(version, restarts, False)]


# --- versions -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("versions", "state", "text"),
    [
        (("v1.36.2",), State.HEALTHY, "v1.36.2"),
        (("v1.35.9", "v1.36.2"), State.HEALTHY, "v1.35.9, v1.36.2"),
        (("v1.34.9", "v1.36.2"), State.DEGRADED, "v1.34.9, v1.36.2"),
        (("v1.36.2", "v2.36.0"), State.DEGRADED, "v1.36.2, v2.36.0"),
        (("odd",), State.NOT_OBSERVABLE, "odd"),
        ((), State.NOT_OBSERVABLE, "not known"),
    ],
)
def test_api_servers_run_versions_within_one_minor_of_each_other(versions: tuple[str, ...], state: State, text: str) -> None:
    verdict, _ = checked(server=replace(SERVER, version=versions[-1] if versions else "", versions=versions))
    assert lines(verdict)["versions"] == (text, state, NOW - 1)
    assert verdict.state is (State.DEGRADED if state is State.DEGRADED else State.HEALTHY)


def test_an_upgrade_names_every_minor_that_is_seen() -> None:
    def said(*versions: str) -> str:
        return apiserver_instances.upgrade(making.apiserver(server=replace(SERVER, version=versions[-1], versions=versions)))

    assert said("v1.36.1", "v1.36.2") == ""
    assert said("v1.35.1", "v1.36.2") == "API servers of 1.35 and 1.36: an upgrade is under way."
    assert said("v1.34.0", "v1.35.1", "v1.36.2") == "API servers of 1.34, 1.35 and 1.36: an upgrade is under way."


# --- feeds ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["leases", "endpoints_feed", "pods_feed"])
def test_each_feed_is_looked_at_when_it_may_have_a_gap_and_one_that_was_never_told_is_awaited(name: str) -> None:
    verdict, _ = checked(**{name: feed(failing_since=NOW - 5)})
    assert verdict.due == NOW + 10
    never, _ = checked(**{name: feed(listed_at=None)})
    assert never.ripe == float("inf")
    assert {one.now for one in never.evidence if one.state is State.UNKNOWN} == {"waiting for the first answer"}


# --- which of two identities, and who took whose place --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "newer"),
    [
        (lease(5.0), lease(9.0), True),
        (lease(9.0), lease(5.0), False),
        (lease(5.0), lease(5.0), False),
        (lease(9.0), lease(5.0, confirmed=False, stale_on_arrival=True), True),
        (lease(5.0, confirmed=False, stale_on_arrival=True), lease(9.0), False),
        (lease(5.0, confirmed=False), lease(9.0), True),  # it was not old when first seen
    ],
)
def test_the_newer_of_two_identities_is_the_one_that_was_renewed_last_and_not_old_when_first_seen(
    one: LeaseSeen, other: LeaseSeen, newer: bool
) -> None:
    assert apiserver_instances._newer(one, other) is newer


def of(first: float, age: float = 90.0, name: str = "x") -> IdentitySeen:
    return identity(name, age, first_at=NOW - first)


@pytest.mark.parametrize(
    ("stopped", "live", "replaced"),
    [
        ((of(9000),), (of(60, 1.0),), {"apiserver-x"}),
        ((of(9000),), (of(9000, 1.0),), set()),
        ((of(9000),), (of(90 + 3600, 1.0),), set()),  # began an hour before it stopped: for a scale-up
        ((of(9000),), (of(90 + 3599, 1.0),), {"apiserver-x"}),
        ((of(100),), (of(100, 1.0),), set()),
        ((of(100),), (of(99, 1.0),), {"apiserver-x"}),
        ((of(9000, 95.0, "x"), of(9000, 90.0, "y")), (of(60, 1.0),), {"apiserver-x"}),  # one for one
        ((of(9000, 95.0, "x"), of(9000, 90.0, "y")), (of(60, 1.0), of(50, 1.0)), {"apiserver-x", "apiserver-y"}),
    ],
)
def test_a_server_that_began_within_an_hour_before_another_stopped_took_its_place(
    stopped: tuple[IdentitySeen, ...], live: tuple[IdentitySeen, ...], replaced: set[str]
) -> None:
    assert apiserver_instances._replaced(list(stopped), list(live)) == replaced


def observed(**spoilt: Any) -> ApiServerObservation:
    return making.apiserver(**spoilt)


@pytest.mark.parametrize(
    ("found", "hosts"),
    [
        (observed(identities=(identity("b"), identity("a"))), ["a", "b"]),
        (observed(identities=(identity("x"),), hosts={"x": "node-1"}), ["node-1"]),
        (observed(identities=(identity(""),)), ["apiserver-"]),
        (observed(pods=(pod("p", ""),)), ["p"]),
    ],
)
def test_servers_are_told_apart_by_the_hosts_on_which_they_run(found: ApiServerObservation, hosts: list[str]) -> None:
    builder = VerdictBuilder()
    assert [one.host for one in apiserver_instances.check(builder, found, Mono(NOW), THRESHOLDS)] == hosts


def test_the_line_of_a_lost_server_names_its_lease() -> None:
    verdict, _ = checked(identities=(identity(age=90.0, node="a"),))
    (line,) = [one for one in verdict.evidence if one.signal == "identity of a"]
    assert (line.source, line.should_be) == ("lease kube-system/apiserver-a", "renewed within 30 s")
    assert isinstance(line, Evidence)
