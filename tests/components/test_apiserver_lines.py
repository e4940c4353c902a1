"""The API server line by line: whether it answers, what its checks say, and what else of it is told."""

from dataclasses import replace
from typing import Any

import pytest

from planes.components import kube_apiserver
from planes.components.verdict_builder import Judged
from planes.structs.events import OURS, Check, Fault, FaultKind
from planes.structs.moments import Mono
from planes.structs.observations import Answered, HealthSeen, RatesSeen, ReachSeen
from planes.structs.verdicts import Evidence, State
from planes.structs.workload_observations import ApiServiceSeen, WebhookSeen
from tests.components import making
from tests.components.making import FORBIDDEN, NOW, REACHED, SERVER, THRESHOLDS, failing, feed, health

SOURCE = "the collector's requests"


def judged(**spoilt: Any) -> Judged:
    return kube_apiserver.judge(making.apiserver(**spoilt), NOW, THRESHOLDS)


def line(found: Judged, signal: str) -> Evidence:
    (one,) = [one for one in found.verdict.evidence if one.signal == signal]
    return one


def away(kind: FaultKind, **spoilt: Any) -> Judged:
    fault = Fault(kind, "It is odd")
    return judged(reach=replace(REACHED, fault=fault, failing_since=NOW - 9, **spoilt))


# --- whether it answers ---------------------------------------------------------------------------------------------------------


def test_one_that_answers_says_so_and_falls_due_when_it_was_not_heard_for_thirty_seconds() -> None:
    found = judged(livez=health(at=NOW), readyz=health("/readyz", at=NOW))
    assert line(found, "answers") == Evidence("answers", "yes", "every request is answered", State.HEALTHY, SOURCE, NOW - 1)
    assert (found.verdict.state, found.verdict.due) == (State.HEALTHY, NOW + 29)


@pytest.mark.parametrize(("age", "state"), [(30.0, State.HEALTHY), (30.1, State.UNKNOWN)])
def test_one_that_was_not_heard_for_thirty_seconds_is_unknown(age: float, state: State) -> None:
    found = judged(reach=ReachSeen(heard_at=NOW - age))
    assert found.verdict.state is state
    if state is State.UNKNOWN:
        assert (found.verdict.cause, found.verdict.because) == (
            "probe-stale",
            f"No word from it for ⟨a:{NOW - age:.1f}⟩.",
        )
        assert line(found, "answers").at == NOW - age


def test_before_the_first_answer_it_is_waited_for() -> None:
    found = judged(reach=ReachSeen())
    assert (found.verdict.state, found.verdict.cause, found.verdict.waiting) == (State.UNKNOWN, "waiting", True)
    assert line(found, "answers").at is None


@pytest.mark.parametrize("kind", sorted(OURS))
def test_a_fault_of_ours_leaves_it_unknown(kind: FaultKind) -> None:
    found = away(kind)
    assert (found.verdict.state, found.verdict.cause, found.verdict.because) == (
        State.UNKNOWN,
        f"ours-{kind.value}",
        "It is odd.",
    )
    assert (found.verdict.due, len(found.verdict.evidence)) == (NOW - 6, 1)
    assert line(found, "answers") == Evidence(
        "answers", f"no, for ⟨a:{NOW - 9:.1f}⟩: It is odd", "every request is answered", State.UNKNOWN, SOURCE, NOW - 1
    )


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        (FaultKind.REFUSED, "It has refused connections"),
        (FaultKind.HANGING, "It has accepted connections without answering"),
        (FaultKind.CLOSED, "It has closed connections without an answer"),
        (FaultKind.SERVER_ERROR, "It, or a proxy in front of it, has answered with nothing but errors"),
        (FaultKind.GARBLED, "It has not answered"),
    ],
)
def test_one_that_does_not_answer_is_down_after_three_seconds(kind: FaultKind, what: str) -> None:
    verdict = away(kind).verdict
    assert (verdict.state, verdict.cause, verdict.hold) == (State.DOWN, f"unreachable-{kind.value}", 3.0)
    assert verdict.because == f"{what} for ⟨a:{NOW - 9:.1f}⟩. Pods keep running; nothing can be read or changed."
    assert (verdict.line, verdict.due) == (f"no answer for ⟨a:{NOW - 9:.1f}⟩", NOW - 6)


def test_one_of_which_open_watches_still_deliver_is_degraded() -> None:
    verdict = away(FaultKind.HANGING, flowing=True).verdict
    assert (verdict.state, verdict.cause, verdict.hold, verdict.line) == (
        State.DEGRADED,
        "half-reachable",
        3.0,
        "new requests fail",
    )
    said = f"New requests have failed for ⟨a:{NOW - 9:.1f}⟩ (It is odd), while open watches still deliver."
    assert verdict.because == said
    assert len(verdict.evidence) > 5, "what its watches tell is told"


@pytest.mark.parametrize(
    ("counts", "ago", "degraded"), [((1,), 2, False), ((1, 1), 2, True), ((2,), 15, True), ((2,), 15.1, False)]
)
def test_two_connections_that_were_not_answered_while_others_were_are_told(
    counts: tuple[int, ...], ago: float, degraded: bool
) -> None:
    told = tuple(Answered(at=Mono(NOW - ago), checks=(), unanswered=count) for count in (0, *counts))
    verdict = judged(livez=health(lately=told)).verdict
    assert (verdict.state, verdict.cause) == ((State.DEGRADED, "some-unanswered") if degraded else (State.HEALTHY, ""))
    assert (verdict.hold, verdict.line) == ((3.0, "some connections hang") if degraded else (0.0, "livez 3/3 · readyz 3/3"))
    assert (verdict.due == NOW + 1) is (ago <= 15), "it is looked at again, though nothing else may happen"
    total = sum(counts) + len(told)
    assert ("answers", f"{sum(counts)} of the last {total} connections were not answered within 2 s, the others were") in {
        (one.signal, one.now) for one in verdict.evidence
    } or not degraded


@pytest.mark.parametrize("reach", [replace(REACHED, fault=Fault(FaultKind.REFUSED, "x")), replace(REACHED, failing_since=NOW - 9)])
def test_a_fault_counts_since_it_began(reach: ReachSeen) -> None:
    assert judged(reach=reach).verdict.state is State.HEALTHY


# --- its checks -----------------------------------------------------------------------------------------------------------------


def test_checks_that_pass_are_counted_on_the_card() -> None:
    assert judged().verdict.line == "livez 3/3 · readyz 3/3"
    assert judged(readyz=health("/readyz", checks=())).verdict.line == "livez 3/3"
    assert line(judged(), "livez").now == "200 in 12 ms, 3 of 3 checks pass"
    assert line(judged(livez=health(checks=(), took=0.5)), "livez").now == "200 in 500 ms"


@pytest.mark.parametrize(
    ("path", "status", "state"),
    [
        ("/livez", 500, State.DOWN),
        ("/livez", 499, State.DEGRADED),
        ("/readyz", 500, State.DEGRADED),
        ("/livez", None, State.DEGRADED),
    ],
)
def test_a_failing_livez_is_down_and_a_failing_readyz_degraded(path: str, status: int | None, state: State) -> None:
    name = path.strip("/")
    failed = health(path, "informer-sync", status=status)
    found = judged(**{name: failed})
    verdict = found.verdict
    assert (verdict.state, verdict.cause, verdict.hold) == (state, f"check-{name}", 3.0)
    assert verdict.because == f"Its {path} check informer-sync (told so) has been failing for ⟨a:{NOW - 6:.1f}⟩."
    assert verdict.line == f"{path}: 1 check fails"
    assert line(found, f"{path}/informer-sync") == Evidence(
        f"{path}/informer-sync", "failed: told so", "ok", state, f"GET {path}/informer-sync", NOW - 2
    )
    assert line(found, name).now == f"{status or 0}: 1 of 3 checks fails: informer-sync (told so)"


def test_several_checks_that_fail_are_named_and_those_without_a_reason_without_one() -> None:
    checks = (Check("a", False), Check("b", False, "told so"), Check("c", True))
    found = judged(readyz=health("/readyz", checks=checks, status=500, failing_since=None))
    assert found.verdict.line == "/readyz: 2 checks fail"
    assert line(found, "/readyz/a").now == "failed"
    assert line(found, "readyz").now == "500: 2 of 3 checks fail: a, b (told so)"
    assert found.verdict.because == f"Its /readyz checks a, b (told so) have been failing for ⟨a:{NOW:.1f}⟩."


def test_an_answer_without_checks_that_is_not_well_is_told() -> None:
    found = judged(livez=health(checks=(), status=503, failing_since=NOW - 6))
    assert (found.verdict.state, found.verdict.line) == (State.DOWN, "/livez fails")
    assert found.verdict.because == f"/livez has been failing for ⟨a:{NOW - 6:.1f}⟩: 503."


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (None, (State.UNKNOWN, "waiting", True, "Waiting for the first answer of /livez.")),
        (health(at=NOW - 30.1), (State.UNKNOWN, "probe-stale", False, f"/livez last answered ⟨a:{NOW - 30.1:.1f}⟩ ago.")),
        (health(at=NOW - 30.0), (State.HEALTHY, "", False, "It answers, and every check passes.")),
        (health(fault=FORBIDDEN, status=403, checks=()), (State.HEALTHY, "", False, "It answers, and every check passes.")),
    ],
)
def test_a_check_that_is_waited_for_or_too_old_leaves_it_unknown(
    seen: HealthSeen | None, expected: tuple[State, str, bool, str]
) -> None:
    verdict = judged(livez=seen).verdict
    assert (verdict.state, verdict.cause, verdict.waiting, verdict.because) == expected


def test_where_no_check_may_be_read_nothing_is_said_of_its_health() -> None:
    hidden = health(fault=FORBIDDEN, status=403, checks=())
    verdict = judged(livez=hidden, readyz=replace(hidden, path="/readyz")).verdict
    assert verdict.state is State.NOT_OBSERVABLE
    assert verdict.because.startswith("It answers; what its own checks say is not permitted; needs get on /livez")


def test_each_probe_falls_due_when_its_answer_is_too_old() -> None:
    reach = replace(REACHED, heard_at=NOW + 900)
    assert judged(reach=reach, livez=health(at=NOW - 5), readyz=health("/readyz", at=NOW - 2)).verdict.due == NOW + 25
    assert judged(reach=reach, livez=health(at=NOW - 2), readyz=health("/readyz", at=NOW - 5)).verdict.due == NOW + 25


# --- load ---------------------------------------------------------------------------------------------------------------------


def test_load_and_what_was_refused_are_shown() -> None:
    rates = RatesSeen(
        at=NOW - 3,
        requests=10.0,
        inflight_reading=4.4,
        inflight_mutating=2.0,
        terminations=0.256,
        rejected=1.5,
        webhook_fail_open=0.0,
    )
    found = judged(rates=rates)
    assert line(found, "in flight").now == "4 reading, 2 mutating"
    told = [line(found, one).now for one in ("terminated requests", "rejected by priority and fairness", "webhooks failed open")]
    assert told == ["0.26/s", "1.50/s", "0.00/s"]
    assert {line(found, one).state for one in ("in flight", "terminated requests")} == {State.HEALTHY}
    for half in (replace(rates, inflight_reading=None), replace(rates, inflight_mutating=None)):
        assert line(judged(rates=half), "in flight").state is State.NOT_OBSERVABLE
    assert line(judged(rates=replace(rates, rejected=None)), "rejected by priority and fairness").now == "not among the metrics"


# --- webhooks -------------------------------------------------------------------------------------------------------------------


def hook(name: str = "guard", age: float = 60.0, ready: int | None = 0, *, closed: bool = True) -> WebhookSeen:
    return WebhookSeen(name=name, fails_closed=closed, service="a/guard", ready=ready, since=NOW - age)


@pytest.mark.parametrize(
    ("hooks", "text", "state"),
    [
        ((), "none", State.HEALTHY),
        ((hook(ready=2),), "1 ok", State.HEALTHY),
        ((hook(ready=2), hook("b", ready=None)), "1 of 2 ok, endpoints of 1 not visible", State.HEALTHY),
        ((hook(closed=False),), "1 of 1 failing: guard (Ignore), so requests pass unchecked", State.HEALTHY),
        ((hook(age=5.0),), "1 of 1 failing: guard (Fail)", State.HEALTHY),
        ((hook(age=90.0), hook("b", closed=False)), "2 of 2 failing: guard (Fail), b (Ignore)", State.DEGRADED),
    ],
)
def test_webhooks_that_nobody_answers_for_are_named(hooks: tuple[WebhookSeen, ...], text: str, state: State) -> None:
    found = judged(webhooks=hooks)
    assert (line(found, "webhooks").now, line(found, "webhooks").state) == (text, state)
    assert found.verdict.state is state


def unavailable(name: str, age: float) -> ApiServiceSeen:
    return ApiServiceSeen(name=name, available=False, reason="", since=NOW - age)


@pytest.mark.parametrize(
    ("changes", "about"),
    [
        ({"webhooks": (hook(age=90.0),)}, "webhook guard"),
        ({"webhooks": (hook(age=90.0), hook("b", closed=False), hook("c", age=1.0))}, "webhook guard"),
        ({"webhooks": (hook(age=90.0), hook("b", age=80.0))}, ""),
        ({"webhooks": (hook(age=1.0),)}, ""),
        ({"api_services": (unavailable("v1.a", 400.0), unavailable("v1.b", 10.0))}, "API service v1.a"),
        ({"api_services": (unavailable("v1.a", 400.0), unavailable("v1.b", 390.0))}, ""),
        ({"api_services": (unavailable("v1.a", 400.0),), "webhooks": (hook(age=90.0),)}, ""),
        ({"webhooks": (hook(age=90.0),), "server": replace(SERVER, certificate_left=0.0)}, ""),
        ({}, ""),
    ],
)
def test_one_part_is_named_only_where_it_is_all_that_is_wrong(changes: dict[str, Any], about: str) -> None:
    assert judged(**changes).verdict.about == about


@pytest.mark.parametrize(("over", "state"), [(0.0, State.HEALTHY), (0.1, State.DEGRADED)])
def test_a_webhook_that_fails_closed_may_have_nobody_behind_it_for_a_while(over: float, state: State) -> None:
    age = THRESHOLDS.webhook_unready + over
    verdict = judged(webhooks=(hook(age=age), hook("later", age - 5))).verdict
    assert verdict.state is state
    if state is State.DEGRADED:
        said = f"Webhook guard (failurePolicy Fail) has had no ready endpoint in a/guard for ⟨a:{NOW - age:.1f}⟩"
        assert verdict.because == f"{said}: the requests it checks are refused."


def test_of_webhooks_without_anybody_behind_them_five_are_named() -> None:
    text = line(judged(webhooks=tuple(hook(name) for name in "abcdef")), "webhooks").now
    assert text == "6 of 6 failing: " + ", ".join(f"{name} (Fail)" for name in "abcde") + " and 1 more"


@pytest.mark.parametrize(("name", "signal"), [("webhooks_feed", "webhooks"), ("api_services_feed", "API services")])
def test_what_may_not_be_read_turns_nothing(name: str, signal: str) -> None:
    found = judged(**{name: failing(FORBIDDEN, NOW - 5, signal)})
    assert (found.verdict.state, line(found, signal).state) == (State.HEALTHY, State.NOT_OBSERVABLE)


# --- facts ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hooks", "told"),
    [
        ((hook(ready=1), hook("b", ready=2)), "2 ok"),
        ((hook(ready=1), hook("b", ready=0)), "1 of 2 failing"),
        ((hook(ready=1), hook("b", ready=0, closed=False), hook("c", ready=None)), "1 of 3 failing"),
        ((hook(ready=1), hook("b", ready=None)), "1 of 2 ok"),
    ],
)
def test_of_webhooks_it_is_told_how_many_work_or_fail(hooks: tuple[WebhookSeen, ...], told: str) -> None:
    assert judged(webhooks=hooks).facts["webhooks"] == told


def test_of_api_services_it_is_told_how_many_are_available_or_not() -> None:
    one = ApiServiceSeen(name="a", available=True, reason="", since=NOW - 5)
    assert judged(api_services=(one, replace(one, name="b"))).facts["API services"] == "2 ok"
    assert judged(api_services=(one, replace(one, name="b", available=False))).facts["API services"] == "1 of 2 unavailable"


@pytest.mark.parametrize(("servers", "fact", "limit"), [(0, "6 / 600", "600"), (1, "6 / 600", "600"), (3, "6 / 1,800", "1,800")])
def test_requests_in_flight_stand_beside_what_as_many_api_servers_admit(servers: int, fact: str, limit: str) -> None:
    rates = RatesSeen(at=NOW - 3, requests=10.0, inflight_reading=4.0, inflight_mutating=2.0, inflight_of=servers)
    found = judged(rates=rates)
    assert found.facts["in flight"] == fact
    assert line(found, "in flight").should_be == f"fewer than {limit} (the default limit)"


def test_its_facts_are_what_was_observed() -> None:
    facts = judged(readyz=health("/readyz", "etcd")).facts
    assert (facts["version"], facts["livez"], facts["readyz"], facts["etcd"]) == ("v1.36.2", "3/3", "2/3", "fails")
    assert (facts["certificate"], facts["webhooks"], facts["API services"]) == ("200 d", "none", "none")
    assert judged().facts["etcd"] == "ok"
    assert judged(server=replace(SERVER, certificate_left=0.0)).facts["certificate"] == "expired"
    bare = judged(livez=None, readyz=None, server=replace(SERVER, certificate_left=None), webhooks_feed=feed(listed_at=None)).facts
    assert not {"livez", "readyz", "etcd", "certificate", "webhooks"} & set(bare)
