"""The instances of leaders and of the state store: who leads, who is known from the lease alone, and how many make a quorum."""

from dataclasses import replace
from typing import Any

import pytest

from planes.components import etcd, leader
from planes.components.pod_lines import instance_of, pod_line
from planes.components.verdict_builder import Instance, VerdictBuilder
from planes.structs.lease_seen import LeaseSeen
from planes.structs.observations import PodSeen
from planes.structs.verdicts import Evidence, State, Verdict
from tests.components import making
from tests.components.making import NOW, SERVER, THRESHOLDS, health, lease, pod


def instances(made: LeaseSeen | None, *pods: PodSeen) -> list[tuple[str, str, bool, State]]:
    found = leader.instances(making.leader(lease=made, pods=pods), NOW, THRESHOLDS)
    return [(one.name, one.host, one.leader, one.state) for one in found]


@pytest.mark.parametrize(
    ("made", "state"),
    [
        (lease(20.0), State.HEALTHY),
        (lease(20.1), State.UNKNOWN),
        (lease(1.0, in_grace=True), State.UNKNOWN),
        (lease(1.0, confirmed=False), State.HEALTHY),
        (lease(1.0, confirmed=False, stale_on_arrival=True), State.UNKNOWN),
        (lease(1.0, stale_on_arrival=True), State.HEALTHY),
        (lease(1.0, fresh_since=NOW - 20.1), State.UNKNOWN),
    ],
)
def test_a_holder_that_is_none_of_the_pods_is_known_from_its_lease_while_that_is_renewed(made: LeaseSeen, state: State) -> None:
    elsewhere = pod("kube-scheduler-node-9", "node-9")
    assert instances(made, elsewhere) == [
        ("node-0_1234", "node-0", True, state),
        ("kube-scheduler-node-9", "node-9", False, State.HEALTHY),
    ]
    (first, _) = leader.instances(making.leader(lease=made, pods=(elsewhere,)), NOW, THRESHOLDS)
    assert first.because == "Known from its lease alone."


def test_one_pod_on_the_holders_host_leads_and_no_other() -> None:
    two = (pod("b", "node-0"), pod("a", "node-0"), pod("c", "node-1"))
    assert [one[:3] for one in instances(lease(), *two)] == [
        ("a", "node-0", True),
        ("b", "node-0", False),
        ("c", "node-1", False),
    ]
    named = lease(holder="kube-scheduler-abc_1234")
    assert [one[:3] for one in instances(named, pod("kube-scheduler-abc", "node-7"))] == [("kube-scheduler-abc", "node-7", True)]
    bare = lease(holder="node-1")
    assert [one[:3] for one in instances(bare, pod("a", "node-1"))] == [("a", "node-1", True)]


@pytest.mark.parametrize("made", [None, lease(gone_at=NOW - 1), lease(holder="", released_at=NOW - 1)])
def test_without_a_holder_nobody_leads(made: LeaseSeen | None) -> None:
    assert [one[:3] for one in instances(made, pod("a", ""))] == [("a", "", False)]


# --- a pod ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("made", "text", "state", "because"),
    [
        (pod("p"), "ready", State.HEALTHY, ""),
        (pod("p", ready=False), f"not ready for ⟨a:{NOW - 500:.1f}⟩", State.DEGRADED, f"Not ready for ⟨a:{NOW - 500:.1f}⟩."),
        (pod("p", ready=False, reason="Odd"), f"Odd for ⟨a:{NOW - 500:.1f}⟩", State.DEGRADED, f"Odd for ⟨a:{NOW - 500:.1f}⟩."),
        (
            pod("p", ready=False, homeless_since=0.0),
            "unschedulable: no node fits",
            State.NOT_OBSERVABLE,
            "Unschedulable: no node fits.",
        ),
        (
            pod("p", ready=False, homeless_since=1795348800.0),
            "unschedulable since 22 November 2026, 12:00 UTC: no node fits",
            State.NOT_OBSERVABLE,
            "Unschedulable since 22 November 2026, 12:00 UTC: no node fits.",
        ),
        (
            pod("p", silent=True),
            "last known: ready; no word from its kubelet",
            State.UNKNOWN,
            "No word from its kubelet; this is the last known state.",
        ),
        (
            pod("p", silent=True, ready=False, reason="Odd"),
            "last known: Odd; no word from its kubelet",
            State.UNKNOWN,
            "No word from its kubelet; this is the last known state.",
        ),
        (
            pod("p", silent=True, ready=False),
            "last known: not ready; no word from its kubelet",
            State.UNKNOWN,
            "No word from its kubelet; this is the last known state.",
        ),
        (
            pod("p", silent=True, ready=False, returning=True),
            "last known: ready; its node has only just come back",
            State.UNKNOWN,
            "Its node has only just come back; this is the last known state.",
        ),
    ],
)
def test_a_pod_as_a_line_and_as_an_instance(made: PodSeen, text: str, state: State, because: str) -> None:
    assert pod_line(made) == Evidence("pod", text, "ready", state, "pod kube-system/p", NOW - 100)
    assert instance_of(made) == Instance(
        name="p", host="node-0", leader=False, state=state, because=because, version="v1.36.2", restarts=0
    )
    assert instance_of(made, leader=True).leader


# --- versions -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "state"),
    [("v1.36.2", State.HEALTHY), ("v1.35.0", State.HEALTHY), ("v1.34.9", State.DEGRADED), ("v1.37.0", State.DEGRADED)],
)
def test_a_leader_is_at_most_one_minor_older_than_the_api_server_and_never_newer(version: str, state: State) -> None:
    builder = VerdictBuilder()
    builder.enough()
    leader.check_versions(builder, making.leader(pods=(pod("p", version=version),), server=SERVER), THRESHOLDS)
    verdict = builder.verdict(good="")
    (line,) = verdict.evidence
    assert (line.state, verdict.state, line.source, line.at) == (state, state, "image of p", NOW - 100)
    if state is State.DEGRADED:
        assert (verdict.cause, verdict.because.startswith("p runs v")) == ("skew", True)


# --- members of the state store -------------------------------------------------------------------------------------------------


def store(*ready: bool, **spoilt: Any) -> Verdict:
    pods = tuple(pod(f"etcd-{number}", f"node-{number}", ready=one, **spoilt) for number, one in enumerate(ready))
    return etcd.judge(making.etcd(pods=pods), NOW, THRESHOLDS).verdict


@pytest.mark.parametrize(
    ("ready", "said"),
    [
        ((True, True, False), "2 of 3 members are ready; not ready: etcd-2. It keeps working while 2 are."),
        ((True, False, False), "1 of 3 members is ready; not ready: etcd-1, etcd-2. It needs 2 to work."),
        ((False,), "0 of 1 member is ready; not ready: etcd-0. It needs 1 to work."),
        ((True, True, False, False), "2 of 4 members are ready; not ready: etcd-2, etcd-3. It needs 3 to work."),
        (
            (True, True, True, False, False),
            "3 of 5 members are ready; not ready: etcd-3, etcd-4. It keeps working while 3 are.",
        ),
    ],
)
def test_more_than_half_of_the_members_make_a_quorum(ready: tuple[bool, ...], said: str) -> None:
    verdict = store(*ready)
    assert (verdict.state, verdict.cause, verdict.hold, verdict.because) == (State.DEGRADED, "member-not-ready", 1.0, said)


def test_members_of_kubelets_that_are_not_heard_are_not_counted_out() -> None:
    assert store(True, False, silent=True).state is State.HEALTHY
    assert "(Odd)" in store(True, False, reason="Odd").because


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0.0, "0 B"),
        (1023.0, "1,023 B"),
        (1024.0, "1 KiB"),
        (1024.0**2, "1 MiB"),
        (412 * 1024.0**2, "412 MiB"),
        (1536 * 1024.0**2, "1.5 GiB"),
        (5000 * 1024.0**3, "5,000.0 GiB"),
    ],
)
def test_bytes_are_told_as_people_read_them(count: float, text: str) -> None:
    assert etcd.size(count) == text


def test_a_checks_failure_is_told_since_it_began_and_for_its_reason() -> None:
    failed = health("/livez", "etcd")
    for seen, since in ((failed, NOW - 6), (replace(failed, failing_since=None), NOW - 2)):
        verdict = etcd.judge(making.etcd(livez=seen), NOW, THRESHOLDS).verdict
        (line,) = [one for one in verdict.evidence if one.signal == "/livez/etcd"]
        assert (line.now, line.state) == (f"failed for ⟨a:{since:.1f}⟩: told so", State.DOWN)
        assert (verdict.state, verdict.cause, verdict.hold, verdict.line) == (State.DOWN, "etcd-check", 3.0, "/livez/etcd fails")
