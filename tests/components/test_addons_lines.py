"""Add-ons line by line: endpoints, replicas, their API, and what none of their kubelets vouches for."""

from dataclasses import replace
from typing import Any

import pytest

from planes.components import addons, kube_apiserver, metrics_server
from planes.components import dns as dns_component
from planes.components.spec import Component
from planes.components.verdict_builder import Judged
from planes.structs.observations import AddonObservation, PodSeen
from planes.structs.verdicts import State
from planes.structs.workload_observations import ApiServiceSeen, EndpointSeen, EndpointsSeen, WorkloadSeen
from tests.components import making
from tests.components.making import BROKEN, FORBIDDEN, NOW, SERVER, THRESHOLDS, failing, feed, pod
from tests.components.telling import dns


def ends(*ready: bool) -> EndpointsSeen:
    listed = tuple(EndpointSeen(address=f"10.0.0.{number}", ready=one) for number, one in enumerate(ready))
    return EndpointsSeen(endpoints=listed, since=NOW - 60, seen_at=NOW - 9)


def work(ready: int, desired: int) -> WorkloadSeen:
    return WorkloadSeen(
        kind="Deployment", namespace="kube-system", name="coredns", app="kube-dns", desired=desired, ready=ready, seen_at=NOW - 7
    )


def judged(**spoilt: Any) -> Judged:
    return addons.judge(dns(**spoilt), NOW, THRESHOLDS, "DNS")


def lines(found: Judged) -> dict[str, tuple[str, State, float | None]]:
    return {one.signal: (one.now, one.state, one.at) for one in found.verdict.evidence}


HOMELESS = pod("coredns-2", ready=False, homeless_since=1795348800.0)


# --- endpoints ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ready", "text", "state", "at"),
    [
        ((True, True), "2 of 2 ready", State.HEALTHY, NOW - 9),
        ((True, False), "1 of 2 ready", State.HEALTHY, NOW - 9),
        ((False, False), f"none ready for ⟨a:{NOW - 60:.1f}⟩", State.DOWN, NOW - 60),
        ((), f"none ready for ⟨a:{NOW - 60:.1f}⟩", State.DOWN, NOW - 60),
    ],
)
def test_an_add_on_answers_while_any_of_its_endpoints_is_ready(ready: tuple[bool, ...], text: str, state: State, at: float) -> None:
    found = judged(endpoints=ends(*ready), workload=None)
    assert lines(found)["endpoints"] == (text, state, at)
    assert found.verdict.state is state
    if state is State.DOWN:
        assert (found.verdict.cause, found.verdict.hold, found.verdict.line) == ("no-endpoints", 3.0, "no ready endpoint")
        assert found.verdict.because == f"No ready DNS endpoint for ⟨a:{NOW - 60:.1f}⟩."
    else:
        assert (found.verdict.line, found.verdict.because) == (text, "It is ready.")


# --- replicas -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("made", "endpoints", "pods", "expected"),
    [
        (work(2, 2), None, (), (State.HEALTHY, State.HEALTHY, "2 of 2 ready")),
        (work(3, 2), None, (), (State.HEALTHY, State.HEALTHY, "3 of 2 ready")),
        (work(1, 2), None, (), (State.DEGRADED, State.DEGRADED, "1 of 2 ready")),
        (work(0, 2), None, (), (State.DOWN, State.DOWN, "0 of 2 ready")),
        # Whatever its replicas are, it is not down while some endpoint answers.
        (work(0, 2), ends(True, False), (), (State.DEGRADED, State.DEGRADED, "0 of 2 ready")),
        (work(0, 2), ends(False), (), (State.DOWN, State.DOWN, "0 of 2 ready")),
        # A replica that fits on no node is capacity.
        (work(1, 2), None, (HOMELESS,), (State.HEALTHY, State.HEALTHY, "1 of 2 ready, no node fits the rest")),
        (work(1, 3), None, (HOMELESS,), (State.DEGRADED, State.DEGRADED, "1 of 3 ready")),
        (work(0, 1), None, (HOMELESS,), (State.DOWN, State.DOWN, "0 of 1 ready")),
        # Scaled to zero.
        (work(0, 0), None, (), (State.NOT_OBSERVABLE, State.NOT_OBSERVABLE, "none wanted")),
        (work(1, 0), None, (), (State.NOT_OBSERVABLE, State.NOT_OBSERVABLE, "none wanted")),
    ],
)
def test_replicas_are_counted_against_those_wanted(
    made: WorkloadSeen, endpoints: EndpointsSeen | None, pods: tuple[PodSeen, ...], expected: tuple[State, State, str]
) -> None:
    found = judged(workload=made, endpoints=endpoints, pods=pods)
    assert lines(found)["replicas"] == (expected[2], expected[1], NOW - 7)
    assert found.verdict.state is expected[0]
    (line,) = [one for one in found.verdict.evidence if one.signal == "replicas"]
    assert line.source == "Deployment kube-system/coredns"


@pytest.mark.parametrize(
    ("ready", "said"),
    [
        (0, "0 of 3 replicas are ready."),
        (1, "1 of 3 replicas is ready."),
        (2, "2 of 3 replicas are ready."),
    ],
)
def test_replicas_that_are_lacking_are_said(ready: int, said: str) -> None:
    verdict = judged(workload=work(ready, 3), endpoints=None).verdict
    assert (verdict.because, verdict.cause, verdict.hold, verdict.line) == (said, "replicas", 3.0, f"{ready} of 3 ready")


def test_what_it_answers_is_on_its_card_and_else_its_replicas() -> None:
    assert judged(endpoints=ends(True), workload=work(2, 2)).verdict.line == "1 of 1 ready"
    assert judged(endpoints=None, workload=work(2, 2)).verdict.line == "2 of 2 ready"
    assert judged(endpoints=None, workload=work(1, 2), pods=(HOMELESS,)).verdict.line == "1 of 2 ready"
    assert judged(endpoints=None, workload=work(0, 0), pods=()).verdict.because == "It is scaled to zero."


@pytest.mark.parametrize(
    ("made", "pods", "said"),
    [
        (work(2, 2), (HOMELESS,), "It is ready."),
        (None, (HOMELESS,), "It is ready."),
        (work(1, 2), (), "It is ready."),
        (
            work(1, 2),
            (HOMELESS,),
            "It answers. 1 of 2 replicas has been unschedulable since 22 November 2026, 12:00 UTC: no node fits.",
        ),
        (
            work(1, 3),
            (HOMELESS, replace(HOMELESS, homeless_since=1795348800.0 - 3600)),
            "It answers. 2 of 3 replicas have been unschedulable since 22 November 2026, 11:00 UTC: no node fits.",
        ),
    ],
)
def test_what_is_said_of_one_that_is_well(made: WorkloadSeen | None, pods: tuple[PodSeen, ...], said: str) -> None:
    assert addons._good(dns(workload=made, pods=pods)) == said


# --- its API --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("component", "effect"),
    [
        (dns_component.COMPONENT, "New connections by name fail; open ones keep working."),
        (metrics_server.COMPONENT, "kubectl top and autoscaling by CPU or memory stand still."),
    ],
)
def test_one_that_is_away_says_what_that_means(component: Component[AddonObservation], effect: str) -> None:
    seen = dns(endpoints=ends(False))
    said = f"No ready {component.title} endpoint for ⟨a:{NOW - 60:.1f}⟩. {effect}"
    assert component.judge(seen, NOW, THRESHOLDS).verdict.because == said
    away = ApiServiceSeen(name="v1beta1.metrics.k8s.io", available=False, reason="", since=NOW - 5)
    assert component.judge(dns(api_service=away), NOW, THRESHOLDS).verdict.because.endswith(f"{NOW - 5:.1f}⟩. {effect}")


def test_its_api_is_available_or_away() -> None:
    one = ApiServiceSeen(name="v1beta1.metrics.k8s.io", available=True, reason="", since=NOW - 5)
    found = judged(api_service=one)
    assert (lines(found)["API service"], found.verdict.state) == (("available", State.HEALTHY, NOW - 5), State.HEALTHY)
    found = judged(api_service=replace(one, available=False, reason="MissingEndpoints"))
    assert lines(found)["API service"] == (f"unavailable for ⟨a:{NOW - 5:.1f}⟩: MissingEndpoints", State.DOWN, NOW - 5)
    assert (found.verdict.state, found.verdict.cause, found.verdict.hold) == (State.DOWN, "apiservice", 3.0)
    assert found.verdict.because == f"Its API v1beta1.metrics.k8s.io has been unavailable for ⟨a:{NOW - 5:.1f}⟩."
    assert "API service" not in lines(judged())


# --- what is not seen -----------------------------------------------------------------------------------------------------------


def test_of_pods_alone_nobody_knows_whether_it_answers() -> None:
    verdict = judged(workload=None, endpoints=None).verdict
    said = "Neither its Service nor its Deployment is visible; its pods alone do not show whether it answers."
    assert (verdict.state, verdict.because) == (State.NOT_OBSERVABLE, said)


@pytest.mark.parametrize(
    ("spoilt", "state", "cause"),
    [
        ({"endpoints_feed": failing(BROKEN, NOW - 16)}, State.UNKNOWN, "feed-stale"),
        ({"endpoints_feed": failing(BROKEN, NOW - 16), "endpoints": None}, State.HEALTHY, ""),
        ({"endpoints_feed": failing(FORBIDDEN, NOW - 16)}, State.HEALTHY, ""),
        ({"workloads": failing(BROKEN, NOW - 16)}, State.HEALTHY, ""),
        ({"workloads": failing(FORBIDDEN, NOW - 16), "endpoints": None}, State.NOT_OBSERVABLE, "hidden"),
        ({"workloads": feed(listed_at=None), "endpoints": None}, State.UNKNOWN, "waiting"),
        ({"endpoints_feed": feed(listed_at=None), "endpoints": None, "workload": None}, State.UNKNOWN, "waiting"),
    ],
)
def test_what_cannot_be_read_weighs_as_much_as_it_would_decide(spoilt: dict[str, Any], state: State, cause: str) -> None:
    verdict = judged(**spoilt).verdict
    assert (verdict.state, verdict.cause) == (state, cause)


@pytest.mark.parametrize(
    ("pods", "unheard", "said"),
    [
        ((pod("a", silent=True),), "", "No word from the kubelets of its pods, so its state is unknown."),
        ((pod("a", silent=True), pod("b")), "", None),
        ((), "", None),
        (
            (),
            "No kubelet in this cluster reports.",
            "Its readiness is as last reported. No kubelet in this cluster reports.",
        ),
        ((pod("a"),), "All are silent.", "Its readiness is as last reported. All are silent."),
    ],
)
def test_readiness_is_last_known_when_none_of_its_kubelets_is_heard(
    pods: tuple[PodSeen, ...], unheard: str, said: str | None
) -> None:
    verdict = judged(pods=pods, unheard=unheard).verdict
    if said is None:
        assert verdict.state is State.HEALTHY
    else:
        assert (verdict.state, verdict.cause, verdict.because) == (State.UNKNOWN, "kubelet-silent", said)


def test_its_instances_are_its_pods_by_name_also_while_the_api_server_is_away() -> None:
    pods = (pod("b"), pod("a"))
    assert [one.name for one in judged(pods=pods).instances] == ["a", "b"]
    away = judged(pods=pods, reach=replace(making.REACHED, heard_at=NOW - 99))
    assert ([one.name for one in away.instances], away.verdict.cause) == (["a", "b"], "unreachable")


@pytest.mark.parametrize(("left", "told"), [(0.5, "less than 5 min"), (0.0, "expired"), (-1.0, "expired")])
def test_a_certificate_is_over_at_its_very_end(left: float, told: str) -> None:
    seen = making.apiserver(server=replace(SERVER, certificate_left=left))
    assert kube_apiserver.judge(seen, NOW, THRESHOLDS).facts["certificate"] == told
