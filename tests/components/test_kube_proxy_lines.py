"""kube-proxy of one node line by line: its pod, its restarts, its versions, and where it has no pod."""

from dataclasses import replace
from typing import Any

import pytest

from planes.components import kube_proxy
from planes.structs.moments import Mono
from planes.structs.observations import NodeObservation, NodeScene, PodSeen, ProxyScene
from planes.structs.verdicts import Evidence, State, Verdict
from tests.components.making import BROKEN, FORBIDDEN, NOW, THRESHOLDS, condition, failing, feed, node, pod, scene

POD = pod("kube-proxy-abc", "node-0")
MISSING = ProxyScene(wanted=3, everywhere=True, pods_seen=True, seen_before=True)


def judged(seen: NodeObservation, common: NodeScene | None = None, *, silent: bool = False) -> Verdict:
    return kube_proxy.judge(seen, common or scene(), silent, NOW, THRESHOLDS)


def with_pod(seen: PodSeen, ready: str = "True", message: str = "", age: float = 100.0, **spoilt: Any) -> NodeObservation:
    return node(proxies=(seen,), conditions={"Ready": condition(ready, message, age=age)}, **spoilt)


def lines(verdict: Verdict) -> dict[str, tuple[str, State, float | None]]:
    return {one.signal: (one.now, one.state, one.at) for one in verdict.evidence}


def short(verdict: Verdict) -> tuple[State, str, float, str]:
    return verdict.state, verdict.cause, verdict.hold, verdict.line


# --- with a pod -----------------------------------------------------------------------------------------------------------------


def test_one_that_is_well_says_so_line_by_line() -> None:
    verdict = judged(node())
    assert short(verdict) == (State.HEALTHY, "", 0.0, "pod ready")
    assert verdict.because == "Its pod on this node is ready."
    assert lines(verdict) == {
        "pod": ("ready", State.HEALTHY, NOW - 500),
        "restarts": ("0 in all, 0 within 15 min", State.HEALTHY, NOW - 500),
        "version skew": (lines(verdict)["version skew"][0], State.HEALTHY, NOW - 500),
        "skew to kubelet": ("v1.36.2, kubelet v1.36.2", State.HEALTHY, NOW - 500),
    }


def test_a_pod_that_is_not_ready_says_why_and_for_how_long() -> None:
    for reason, said, line in (("CrashLoopBackOff", ": CrashLoopBackOff.", "CrashLoopBackOff"), ("", ".", "pod not ready")):
        verdict = judged(with_pod(replace(POD, ready=False, reason=reason)))
        assert short(verdict) == (State.DEGRADED, "pod-not-ready", 1.0, line)
        goes_on = "Rules already set keep working; changes to Services do not arrive."
        assert verdict.because == f"Its pod has not been ready for ⟨a:{NOW - 500:.1f}⟩{said} {goes_on}"


@pytest.mark.parametrize(
    ("seen", "chosen"),
    [
        ((replace(POD, name="a", ready=False), replace(POD, name="b")), "b"),
        ((replace(POD, name="b"), replace(POD, name="a", seen_at=NOW)), "a"),
        ((replace(POD, name="a"), replace(POD, name="b")), "b"),
        ((replace(POD, name="z", terminating=True), POD), "kube-proxy-abc"),
        ((replace(POD, name="z", phase="Succeeded"), POD), "kube-proxy-abc"),
        ((replace(POD, name="z", phase="Failed"), POD), "kube-proxy-abc"),
    ],
)
def test_of_several_pods_the_one_that_works_counts_and_else_the_newest(seen: tuple[PodSeen, ...], chosen: str) -> None:
    (line,) = [one for one in judged(node(proxies=seen)).evidence if one.signal == "skew to kubelet"]
    assert line.source == f"image of {chosen}"


@pytest.mark.parametrize(
    ("ready", "message", "age", "counted_out", "due"),
    [
        ("False", "odd", 100.0, True, None),
        ("Unknown", "", 100.0, True, None),
        ("True", "", 15.0, True, NOW),
        ("True", "", 5.0, True, NOW + 10),
        ("True", "", 15.1, False, None),
    ],
)
def test_a_pod_whose_containers_run_is_counted_out_with_its_node_and_for_a_while_after(
    ready: str, message: str, age: float, counted_out: bool, due: float | None
) -> None:
    verdict = judged(with_pod(replace(POD, ready=False, containers_ready=True), ready, message, age))
    assert short(verdict)[0] is (State.HEALTHY if counted_out else State.DEGRADED)
    assert verdict.due == due
    if counted_out:
        assert verdict.line == "containers ready"
    bare = node(proxies=(replace(POD, ready=False, containers_ready=True),), conditions={})
    assert judged(bare).state is State.DEGRADED, "nobody said that its node is not ready"


@pytest.mark.parametrize(
    ("seen", "common", "silent", "cause", "why"),
    [
        (with_pod(POD), scene(), True, "kubelet-silent", "Its kubelet is silent"),
        (
            with_pod(POD, "False", "container runtime is down"),
            scene(),
            False,
            "runtime-unseen",
            "The container runtime is down, so the kubelet cannot see its pod",
        ),
        (
            with_pod(replace(POD, ready=False, containers_ready=True)),
            scene(nodes=failing(BROKEN, NOW - 5, "nodes")),
            False,
            "feed-stale",
            "Its node cannot be read, and may be why its pod counts as not ready",
        ),
    ],
)
def test_a_pod_that_nobody_looks_after_is_last_known(
    seen: NodeObservation, common: NodeScene, silent: bool, cause: str, why: str
) -> None:
    verdict = judged(seen, common, silent=silent)
    assert (verdict.state, verdict.cause) == (State.UNKNOWN, cause)
    assert verdict.because == f"{why}; its state is unknown. Rules already set keep working."
    assert lines(verdict)["pod"][1:] == (State.UNKNOWN, NOW - 500)


@pytest.mark.parametrize(
    ("seen", "last"),
    [
        (POD, "ready"),
        (replace(POD, ready=False, containers_ready=True), "ready"),
        (replace(POD, ready=False, reason="Odd"), "Odd"),
        (replace(POD, ready=False), "not ready"),
    ],
)
def test_how_a_pod_was_last_known(seen: PodSeen, last: str) -> None:
    assert lines(judged(with_pod(seen), silent=True))["pod"][0] == f"last known: {last}; its kubelet is silent"


def test_a_pod_that_is_ready_or_whose_containers_are_not_needs_no_word_of_its_node() -> None:
    unread = scene(nodes=failing(BROKEN, NOW - 5, "nodes"))
    assert judged(with_pod(POD), unread).state is State.HEALTHY
    assert judged(with_pod(replace(POD, ready=False)), unread).state is State.DEGRADED
    up = with_pod(POD, "True", "container runtime is down")
    assert judged(up).state is State.HEALTHY, "that was before"


@pytest.mark.parametrize(
    ("ages", "state", "due"),
    [
        ((), State.HEALTHY, None),
        ((900.0, 10.0), State.HEALTHY, 0.001),
        ((900.1, 10.0), State.HEALTHY, 890.001),
        ((900.0, 500.0, 10.0), State.DEGRADED, 0.001),
        ((900.1, 500.0, 10.0), State.HEALTHY, 400.001),
    ],
)
def test_three_restarts_within_a_quarter_of_an_hour_are_too_many(ages: tuple[float, ...], state: State, due: float | None) -> None:
    verdict = judged(with_pod(replace(POD, restarts=7, restarted_at=tuple(NOW - age for age in ages))))
    recent = [age for age in ages if age <= 900.0]
    at = NOW - recent[-1] if state is State.DEGRADED else NOW - 500
    assert lines(verdict)["restarts"] == (f"7 in all, {len(recent)} within 15 min", state, at)
    assert verdict.state is state
    assert verdict.due == (None if due is None else pytest.approx(NOW + due, abs=1e-6))


@pytest.mark.parametrize(
    ("version", "kubelet", "state"),
    [
        ("v1.36.0", "v1.33.0", State.HEALTHY),
        ("v1.36.0", "v1.32.0", State.DEGRADED),
        ("v1.33.0", "v1.36.0", State.HEALTHY),
        ("v1.24.0", "v1.26.0", State.HEALTHY),
        ("v1.24.0", "v1.27.0", State.DEGRADED),  # two minors before 1.25
        ("", "v1.36.0", State.NOT_OBSERVABLE),
        ("v1.36.0", "", State.NOT_OBSERVABLE),
    ],
)
def test_it_keeps_within_three_minors_of_its_kubelet(version: str, kubelet: str, state: State) -> None:
    seen = with_pod(replace(POD, version=version), kubelet_version=kubelet)
    verdict = judged(seen, scene(server_version=version))
    text, found, at = lines(verdict)["skew to kubelet"]
    assert (text, found) == (f"{version or 'not known'}, kubelet {kubelet or 'not known'}", state)
    assert at == (None if state is State.NOT_OBSERVABLE else NOW - 500)
    own = judged(replace(seen, own_version=True), scene(server_version=version))
    assert lines(own)["skew to kubelet"][1] is State.NOT_OBSERVABLE


def test_it_says_by_how_much_it_differs_from_its_kubelet() -> None:
    verdict = judged(with_pod(replace(POD, version="v1.24.0"), kubelet_version="v1.27.1"), scene(server_version="v1.24.0"))
    assert verdict.because == "It runs v1.24.0 beside a kubelet of v1.27.1: more than 2 minor versions apart."
    (line,) = [one for one in verdict.evidence if one.signal == "skew to kubelet"]
    assert line.should_be == "within 2 minor versions of its kubelet"


def test_what_cannot_be_seen_is_said_before_anything_of_its_pod() -> None:
    seen = said_bad = node(conditions={"Ready": condition("True"), "KubeProxyUnhealthy": condition("True", "it hangs")})
    assert judged(seen).state is State.DEGRADED
    assert judged(said_bad, silent=True).state is State.UNKNOWN
    assert judged(node(), scene(unreachable="x.")).cause == "unreachable"
    assert judged(node(), scene(silence="x.")).cause == "all-silent"
    stale = judged(node(), scene(pods=failing(BROKEN, NOW - 16, "pods/kube-system")))
    assert (stale.state, stale.cause) == (State.UNKNOWN, "feed-stale")
    assert stale.because.startswith("Its pod cannot be read: ")
    assert judged(node(), scene(pods=failing(FORBIDDEN, NOW - 16, "pods/kube-system"))).state is State.NOT_OBSERVABLE
    assert judged(node(), scene(pods=feed(failing_since=NOW - 5))).due == NOW + 10


# --- without a pod --------------------------------------------------------------------------------------------------------------


def without(scene_of: ProxyScene, *, silent: bool = False, **spoilt: Any) -> Verdict:
    return judged(node(proxies=spoilt.pop("proxies", ()), **spoilt), scene(proxy=scene_of), silent=silent)


@pytest.mark.parametrize(
    ("age", "state", "cause"),
    [(60.0, State.UNKNOWN, "pod-awaited"), (60.1, State.DOWN, "pod-missing"), (900.0, State.DOWN, "pod-missing")],
)
def test_a_pod_that_is_wanted_is_missed_after_a_minute(age: float, state: State, cause: str) -> None:
    verdict = without(MISSING, proxy_missing_since=NOW - age)
    assert (verdict.state, verdict.cause) == (state, cause)
    assert lines(verdict)["pod"] == (f"none for ⟨a:{NOW - age:.1f}⟩", state, NOW - age)
    if state is State.DOWN:
        assert (verdict.line, verdict.ripe) == ("no pod", None)
    else:
        assert (verdict.ripe, verdict.due) == (NOW - age + 60, NOW - age + 60)


@pytest.mark.parametrize(
    ("proxies", "since"),
    [
        ((), NOW - 900),
        ((replace(POD, terminating=True, changed_at=NOW - 30),), NOW - 30),
        (
            (replace(POD, terminating=True, changed_at=NOW - 30), replace(POD, phase="Failed", changed_at=NOW - 20)),
            NOW - 20,
        ),
    ],
)
def test_where_it_was_not_seen_to_go_it_is_missed_since_its_last_pod_ended_or_since_the_node_came(
    proxies: tuple[PodSeen, ...], since: Mono
) -> None:
    assert lines(without(MISSING, proxies=proxies))["pod"][2] == since


def test_of_a_silent_node_nobody_knows_whether_a_pod_is_missed() -> None:
    verdict = without(MISSING, silent=True, proxy_missing_since=NOW - 90)
    assert (verdict.state, verdict.cause) == (State.UNKNOWN, "kubelet-silent")
    assert lines(verdict)["pod"] == (f"none for ⟨a:{NOW - 90:.1f}⟩; its kubelet is silent", State.UNKNOWN, NOW - 90)


SOME = replace(MISSING, everywhere=False)


@pytest.mark.parametrize(
    ("common", "spoilt", "state"),
    [
        (SOME, {}, State.NOT_OBSERVABLE),
        (SOME, {"proxy_missing_since": NOW - 90}, State.NOT_OBSERVABLE),  # the DaemonSet has as many as it wants
        (SOME, {"proxy_short": True}, State.NOT_OBSERVABLE),  # this node never had one
        (SOME, {"proxy_short": True, "proxy_missing_since": NOW - 90}, State.DOWN),
        (MISSING, {}, State.DOWN),
        # Nothing of it is seen in this cluster.
        (ProxyScene(), {}, State.NOT_OBSERVABLE),
        (ProxyScene(everywhere=True, seen_before=True), {}, State.DOWN),
        (ProxyScene(everywhere=True, wanted=3), {}, State.DOWN),
        (ProxyScene(everywhere=True, pods_seen=True), {}, State.DOWN),
        # Replaced, unless its pods are there or wanted all the same.
        (ProxyScene(everywhere=True, replaced_by="Cilium", seen_before=True), {}, State.NOT_OBSERVABLE),
        (ProxyScene(everywhere=True, replaced_by="Cilium", pods_seen=True), {}, State.DOWN),
        (ProxyScene(everywhere=True, replaced_by="Cilium", wanted=3), {}, State.DOWN),
    ],
)
def test_where_a_pod_is_missed_and_where_it_is_not(common: ProxyScene, spoilt: dict[str, Any], state: State) -> None:
    assert without(common, **spoilt).state is state


@pytest.mark.parametrize(
    ("replacement", "text"),
    [
        (None, "replaced by Cilium"),
        (pod("cilium-x"), "replaced by Cilium, whose pod here is ready"),
        (pod("cilium-x", ready=False, reason="Odd"), "replaced by Cilium, whose pod here is Odd"),
        (pod("cilium-x", ready=False), "replaced by Cilium, whose pod here is not ready"),
    ],
)
def test_what_replaces_it_is_told_with_its_own_pod(replacement: PodSeen | None, text: str) -> None:
    verdict = without(ProxyScene(replaced_by="Cilium"), replacement=replacement)
    assert (verdict.because, verdict.line) == ("Replaced by Cilium in this cluster.", "replaced by Cilium")
    assert lines(verdict)["pod"] == (text, State.NOT_OBSERVABLE, NOW - 1)


def test_what_hides_it_is_said_and_what_may_replace_it_is_not_proven() -> None:
    hidden = without(ProxyScene(hidden="It runs elsewhere."))
    assert (hidden.because, len(hidden.evidence)) == ("It runs elsewhere.", 1)
    beside = without(ProxyScene(beside="Cilium"))
    assert beside.evidence[1] == Evidence(
        "replacement",
        "not proven: Cilium runs here, which works with or without it",
        "proven, if it is replaced",
        State.NOT_OBSERVABLE,
        "pods/kube-system",
        NOW - 1,
    )
