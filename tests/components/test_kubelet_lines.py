"""What is told of a kubelet line by line: while it reports, while it is silent, and where nobody would notice its end."""

from dataclasses import replace

import pytest

from planes.components import container_runtime, kubelet
from planes.structs.events import Fault, FaultKind
from planes.structs.moments import Mono
from planes.structs.observations import ConditionSeen, CSIDriverSeen, NodeObservation, NodeScene
from planes.structs.verdicts import Evidence, State, Verdict
from tests.components.making import FORBIDDEN, NOW, THRESHOLDS, condition, failing, feed, lease, node, scene

CONDITIONS = ("MemoryPressure", "DiskPressure", "PIDPressure")
HIDDEN = failing(FORBIDDEN, NOW - 90, "leases/kube-node-lease")


def judged(seen: NodeObservation, common: NodeScene | None = None, *, silent: bool = False) -> Verdict:
    return kubelet.judge(seen, common or scene(), silent, NOW, THRESHOLDS)


def said(**conditions: ConditionSeen) -> NodeObservation:
    seen = node()
    return replace(seen, conditions={**seen.conditions, **conditions})


def lines(verdict: Verdict) -> dict[str, tuple[str, State, float | None]]:
    return {one.signal: (one.now, one.state, one.at) for one in verdict.evidence}


def test_one_that_reports_is_told_as_it_reports() -> None:
    verdict = judged(said(NetworkUnavailable=condition("False")))
    assert [one.signal for one in verdict.evidence] == ["node lease", "Ready", *CONDITIONS, "flips of Ready", "version skew"]
    assert all(one.state is State.HEALTHY for one in verdict.evidence)
    assert (verdict.state, verdict.because) == (State.HEALTHY, "Its heartbeat is on time and it reports Ready.")


def test_what_a_silent_one_said_is_last_known() -> None:
    seen = said(NetworkUnavailable=condition("True"), MemoryPressure=condition("True"))
    found = lines(judged(replace(seen, lease=lease(41.0, 40.0)), silent=True))
    last = {
        "Ready": "True",
        "MemoryPressure": "True",
        "DiskPressure": "False",
        "PIDPressure": "False",
        "NetworkUnavailable": "True",
    }
    for signal, status in last.items():
        assert found[signal] == (f"last known: {status}", State.UNKNOWN, NOW - 100)
    bare = lines(judged(node(41.0, conditions={}), silent=True))
    assert bare["Ready"] == ("never reported", State.UNKNOWN, None)
    assert not set(CONDITIONS) & set(bare)


def test_what_kubernetes_says_of_a_silent_one_is_news() -> None:
    seen = replace(said(Ready=condition("Unknown", "It stopped posting")), lease=lease(41.0, 40.0))
    found = lines(judged(seen, silent=True))
    assert found["Ready"] == (f"Unknown for ⟨a:{NOW - 100:.1f}⟩: It stopped posting", State.DOWN, NOW - 100)
    assert found["MemoryPressure"][0] == "False"


def test_where_nobody_would_notice_its_end_all_that_it_said_is_last_known() -> None:
    verdict = judged(node(lease=None), scene(leases=HIDDEN, nobody_watches="the controller manager is down"))
    found = lines(verdict)
    assert (verdict.state, verdict.cause) == (State.UNKNOWN, "unwatched")
    assert found["Ready"] == ("last known: True", State.UNKNOWN, NOW - 100)
    for kind in CONDITIONS:
        assert found[kind] == ("last known: False", State.UNKNOWN, NOW - 100)
    assert found["flips of Ready"][1] is State.HEALTHY


def test_where_nodes_may_not_be_read_nothing_is_told_of_what_they_say() -> None:
    verdict = judged(node(), scene(nodes=failing(FORBIDDEN, NOW - 90, "nodes")))
    assert [one.signal for one in verdict.evidence] == ["Ready", "node lease", "version skew"]
    assert verdict.because == "Its heartbeat is on time; whether it reports Ready cannot be read now."


@pytest.mark.parametrize(
    ("seen", "common", "because"),
    [
        (node(), scene(), "Its heartbeat is on time and it reports Ready."),
        (
            said(Ready=condition("False", "PLEG is not healthy")),
            scene(),
            "Its heartbeat is on time and it reports trouble with its container runtime.",
        ),
        (node(lease=None), scene(leases=HIDDEN), "It reports Ready; its heartbeat cannot be seen."),
        (
            node(lease=None, status_beat=NOW - 9),
            scene(),
            "It renews no lease but writes its status, and it reports Ready.",
        ),
    ],
)
def test_what_a_healthy_one_rests_on(seen: NodeObservation, common: NodeScene, because: str) -> None:
    verdict = judged(seen, common)
    assert (verdict.state, verdict.because) == (State.HEALTHY, because)


def test_one_that_has_not_said_whether_it_is_ready_is_unknown() -> None:
    verdict = judged(node(conditions={}))
    assert (verdict.state, verdict.cause, verdict.because) == (
        State.UNKNOWN,
        "no-ready",
        "It has not reported whether it is ready.",
    )
    found = lines(verdict)
    assert found["Ready"] == ("never reported", State.UNKNOWN, NOW - 50)
    for kind in CONDITIONS:
        assert found[kind] == ("not reported", State.NOT_OBSERVABLE, None)


def test_its_short_line_is_its_heartbeat_and_else_what_it_says() -> None:
    assert judged(node()).line.startswith("heartbeat on time")
    hidden = scene(leases=HIDDEN)
    assert judged(node(lease=None), hidden).line == "Ready"
    runtime = replace(said(Ready=condition("False", "PLEG is not healthy")), lease=None)
    assert judged(runtime, hidden).line == "reports trouble with its container runtime"
    assert judged(replace(runtime, lease=lease(1.0, 40.0))).line.startswith("heartbeat on time")


@pytest.mark.parametrize(
    ("message", "reason", "because"),
    [
        ("it is odd", "R", "it is odd"),
        ("", "KubeletNotReady", "KubeletNotReady"),
        ("", "", "no reason given"),
    ],
)
def test_one_that_is_not_ready_for_a_reason_of_its_own_is_degraded(message: str, reason: str, because: str) -> None:
    verdict = judged(said(Ready=condition("False", message, reason)))
    assert (verdict.state, verdict.cause, verdict.hold) == (State.DEGRADED, "not-ready", 1.0)
    assert verdict.because == f"It has reported not ready for ⟨a:{NOW - 100:.1f}⟩: {because}."
    assert verdict.line == f"not ready: {reason}".removesuffix(": ")
    assert lines(verdict)["Ready"][0] == f"False: {message or reason}".removesuffix(": ")


@pytest.mark.parametrize(("kind", "what"), [("MemoryPressure", "memory"), ("DiskPressure", "disk"), ("PIDPressure", "process ids")])
def test_pressure_holds_for_a_second_and_what_is_not_known_of_it_turns_nothing(kind: str, what: str) -> None:
    verdict = judged(said(**{kind: condition("True", "short")}))
    assert (verdict.state, verdict.cause, verdict.hold) == (State.DEGRADED, "pressure", 1.0)
    assert verdict.because == f"Its node has been short of {what} for ⟨a:{NOW - 100:.1f}⟩; pods may be evicted."
    assert lines(verdict)[kind] == (f"True for ⟨a:{NOW - 100:.1f}⟩: short", State.DEGRADED, NOW - 100)
    odd = judged(said(**{kind: condition("Odd")}))
    assert (odd.state, lines(odd)[kind]) == (State.HEALTHY, ("Odd", State.UNKNOWN, NOW - 100))


@pytest.mark.parametrize(
    ("status", "message", "reason", "because"),
    [
        ("True", "no route", "R", "The node's network is not set up: no route."),
        ("True", "", "NoRouteCreated", "The node's network is not set up: NoRouteCreated."),
        ("False", "", "", None),
        ("Unknown", "", "", None),
    ],
)
def test_a_network_that_is_not_set_up_is_told(status: str, message: str, reason: str, because: str | None) -> None:
    verdict = judged(said(NetworkUnavailable=condition(status, message, reason)))
    if because is None:
        assert verdict.state is State.HEALTHY
        assert "NetworkUnavailable" not in lines(verdict)
    else:
        assert (verdict.state, verdict.cause, verdict.hold, verdict.because) == (State.DEGRADED, "network", 1.0, because)


@pytest.mark.parametrize(
    ("ages", "state", "due"),
    [
        ((), State.HEALTHY, None),
        ((900.0,), State.HEALTHY, 0.001),
        ((900.1,), State.HEALTHY, None),
        ((800.0, 10.0), State.HEALTHY, 100.001),
        ((800.0, 400.0, 10.0), State.DEGRADED, 100.001),
        ((901.0, 400.0, 10.0), State.HEALTHY, 500.001),
    ],
)
def test_flips_of_ready_count_within_their_window_and_it_is_looked_at_when_one_leaves_it(
    ages: tuple[float, ...], state: State, due: float | None
) -> None:
    seen = node(lease=None, ready_flips=tuple(NOW - age for age in ages))
    verdict = judged(seen, scene(leases=HIDDEN))
    recent = [age for age in ages if age <= 900.0]
    at = NOW - recent[-1] if recent else NOW - 50
    assert lines(verdict)["flips of Ready"] == (str(len(recent)), state, at)
    assert verdict.state is state
    assert verdict.due == (None if due is None else pytest.approx(NOW + due, abs=1e-6))


def test_drivers_are_told_with_how_many_volumes_each_may_attach() -> None:
    common = scene(csi=feed("csinodes"))
    drivers = (CSIDriverSeen(name="a", volumes=1), CSIDriverSeen(name="b", volumes=None))
    (line,) = [one for one in judged(node(csi_drivers=drivers), common).evidence if one.signal == "CSI drivers"]
    assert line == Evidence(
        "CSI drivers",
        "a (up to 1 volume), b",
        "those that its pods' volumes need",
        State.HEALTHY,
        "CSINode node-0",
        NOW - 50,
    )
    (line,) = [one for one in judged(node(), common).evidence if one.signal == "CSI drivers"]
    assert (line.state, line.now, line.at) == (State.NOT_OBSERVABLE, "it has no CSINode", None)
    assert "CSI drivers" not in lines(judged(node(csi_drivers=drivers)))


@pytest.mark.parametrize("fault", [FORBIDDEN, Fault(FaultKind.SERVER_ERROR, "the server answers 500")])
def test_drivers_that_cannot_be_read_are_shown_as_not_observable_and_change_nothing_else(fault: Fault) -> None:
    verdict = judged(node(), scene(csi=failing(fault, NOW - 90, "csinodes")))
    assert verdict.state is State.HEALTHY
    assert "CSI drivers" in lines(verdict)


def test_what_stands_for_a_node_of_another_cluster_tells_nothing_of_its_own() -> None:
    verdict = judged(node(placeholder=True))
    assert (verdict.state, verdict.line, verdict.cause) == (State.NOT_OBSERVABLE, "placeholder", "placeholder")
    assert lines(verdict) == {"node lease": ("a placeholder has none of its own", State.NOT_OBSERVABLE, None)}
    own = judged(node(own_version=True, kubelet_version="v1.1.0"))
    assert (own.state, lines(own)["version skew"][1]) == (State.HEALTHY, State.NOT_OBSERVABLE)


def test_all_silent_together_are_told_with_since_when() -> None:
    for since, told in ((NOW - 20, NOW - 20), (None, NOW)):
        verdict = judged(node(), scene(silence="etcd is suspected.", silence_since=since))
        (line,) = verdict.evidence
        assert (line.now, line.at) == (f"not renewed for ⟨a:{told:.1f}⟩, like all others", since)
        assert (verdict.state, verdict.cause) == (State.UNKNOWN, "all-silent")
        assert verdict.because == "All nodes fell silent together. etcd is suspected."


def test_a_cluster_that_is_away_is_told_before_anything_else() -> None:
    away = scene(unreachable="It is away.", unreachable_since=NOW - 5, waiting=True, silence="x")
    verdict = judged(node(placeholder=True), away)
    assert (verdict.state, verdict.cause, verdict.because, verdict.waiting) == (State.UNKNOWN, "unreachable", "It is away.", True)
    assert verdict.evidence[0].at == NOW - 5


# --- the container runtime ------------------------------------------------------------------------------------------------------


def runtime(seen: NodeObservation, *, silent: bool = False, common: NodeScene | None = None) -> Verdict:
    return container_runtime.judge(seen, common or scene(), silent, NOW, THRESHOLDS)


@pytest.mark.parametrize(
    ("message", "state", "cause", "line"),
    [
        ("container runtime is down", State.DOWN, "runtime-down", "container runtime is down"),
        ("PLEG is not healthy: x", State.DEGRADED, "pleg", "PLEG is not healthy"),
        ("container runtime network not ready: y", State.DEGRADED, "network-not-ready", "container runtime network not ready"),
        ("Runtime network not ready", State.DEGRADED, "network-not-ready", "runtime network not ready"),
        ("cni plugin not initialized", State.DEGRADED, "network-not-ready", "CNI plugin not initialized"),
        ("container runtime not ready", State.DEGRADED, "runtime-not-ready", "container runtime not ready"),
        (
            "container runtime status check may not have completed yet",
            State.DEGRADED,
            "runtime-not-checked",
            "container runtime status check may not have completed",
        ),
        ("rpc error: x", State.DEGRADED, "runtime-error", "rpc error"),
    ],
)
def test_a_runtime_is_as_its_kubelet_says(message: str, state: State, cause: str, line: str) -> None:
    verdict = runtime(said(Ready=condition("False", message)))
    assert (verdict.state, verdict.cause, verdict.hold, verdict.line) == (state, cause, 1.0, line)
    effect = " Containers keep running; none can be started or stopped." if state is State.DOWN else ""
    assert verdict.because.endswith(f" for ⟨a:{NOW - 100:.1f}⟩: {message}.{effect}")
    assert lines(verdict)["Ready message"] == (message, state, NOW - 100)
    assert container_runtime.speaks_of_runtime(message)
    assert container_runtime.is_down(message) is (state is State.DOWN)


def test_what_is_said_of_anything_else_is_nothing_against_it() -> None:
    verdict = runtime(said(Ready=condition("False", "", "KubeletNotReady")))
    assert (verdict.state, verdict.because, verdict.line) == (
        State.HEALTHY,
        "Its kubelet reports no problem with it.",
        "containerd://2.1.0",
    )
    assert lines(verdict)["Ready message"] == ("KubeletNotReady (not about the runtime)", State.HEALTHY, NOW - 100)
    assert not container_runtime.speaks_of_runtime("")
    assert not container_runtime.is_down("")


@pytest.mark.parametrize(
    ("seen", "silent", "expected"),
    [
        (node(), False, (State.HEALTHY, "", "containerd://2.1.0", "Its kubelet uses it and reports Ready.")),
        (
            node(runtime_version=""),
            False,
            (State.NOT_OBSERVABLE, "hidden", "not observable", "Its node reports no container runtime of its own."),
        ),
        (
            replace(said(Ready=condition("False", "odd")), runtime_version=""),
            False,
            (State.NOT_OBSERVABLE, "hidden", "not observable", "Its node reports no container runtime of its own."),
        ),
        (node(conditions={}), False, (State.UNKNOWN, "no-ready", "", "Its kubelet has reported nothing yet.")),
        (node(), True, (State.UNKNOWN, "kubelet-silent", "", "Its kubelet is silent, so its state is unknown.")),
        (
            node(placeholder=True),
            False,
            (State.NOT_OBSERVABLE, "hidden", "not observable", "Its node reports no container runtime of its own."),
        ),
    ],
)
def test_a_runtime_of_which_less_is_told(seen: NodeObservation, silent: bool, expected: tuple[State, str, str, str]) -> None:
    verdict = runtime(seen, silent=silent)
    assert (verdict.state, verdict.cause, verdict.line, verdict.because) == expected


@pytest.mark.parametrize(
    ("ready", "last"),
    [
        (condition("True", "m", "r"), "m"),
        (condition("True", "", "r"), "r"),
        (condition("True"), "True"),
    ],
)
def test_the_last_word_on_a_runtime_is_what_its_kubelet_said_last(ready: ConditionSeen, last: str) -> None:
    found = lines(runtime(said(Ready=ready), silent=True))
    assert found["Ready message"] == (f"last known: {last}", State.UNKNOWN, NOW - 100)
    assert found["runtime version"] == ("containerd://2.1.0", State.HEALTHY, Mono(NOW - 50))
    assert lines(runtime(node(runtime_version="")))["runtime version"][:2] == ("not reported", State.NOT_OBSERVABLE)


def test_what_detectors_warn_of_counts_while_the_kubelet_reports() -> None:
    seen = said(ContainerRuntimeUnhealthy=condition("True", "it hangs"))
    assert runtime(seen).state is State.DEGRADED
    assert runtime(seen, silent=True).state is State.UNKNOWN
    assert runtime(seen, common=scene(silence="x.")).cause == "all-silent"
    assert runtime(seen, common=scene(unreachable="x.")).cause == "unreachable"
    assert runtime(seen, common=scene(nodes=failing(FORBIDDEN, NOW - 90, "nodes"))).state is State.DEGRADED
