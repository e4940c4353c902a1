"""What concerns all nodes is told once, and again when it is over; what has one cause and moment is tied together."""

from dataclasses import replace

import pytest

from planes.assess.changes import Changes, led_of
from planes.assess.node_states import AgentChange
from planes.structs.moments import Epoch, Mono
from planes.structs.observations import DisruptionSeen
from planes.structs.rows import ChangeRow
from planes.structs.time_tokens import ago, until
from planes.structs.verdicts import State

SILENT = DisruptionSeen(suspicion="etcd is suspected.", since=Mono(86.0))


def change(before: State, after: State, because: str, at: float) -> ChangeRow:
    return ChangeRow(
        subject_kind="Cluster", subject="prod", agent="", before=before, after=after, because=because, at=Epoch(at), group=""
    )


def test_that_all_nodes_fell_silent_is_told_once_when_it_is_noticed_and_once_when_it_is_over() -> None:
    changes = Changes("prod")
    assert changes.of_disruption(DisruptionSeen(), Mono(90.0), 1000.0) == []
    fell = change(State.HEALTHY, State.UNKNOWN, "All nodes fell silent together. etcd is suspected.", 1100.1)
    assert changes.of_disruption(SILENT, Mono(100.06), 1000.0) == [fell]
    assert changes.of_disruption(SILENT, Mono(101.0), 1000.0) == []
    rose = change(State.UNKNOWN, State.HEALTHY, "Heartbeats from nodes arrive again.", 1130.0)
    assert changes.of_disruption(DisruptionSeen(), Mono(130.04), 1000.0) == [rose]
    assert changes.of_disruption(DisruptionSeen(), Mono(131.0), 1000.0) == []


def fell(node: str, since: float, cause: str = "silent", after: State = State.DOWN) -> AgentChange:
    return AgentChange(node, "kubelet", State.HEALTHY, after, "No heartbeat for ⟨a:12.0⟩.", cause, Mono(since))


def test_a_change_of_an_agent_is_told_in_epoch_seconds() -> None:
    (made,) = Changes("prod").of_agents([fell("a", 12.06)], Mono(13.0), 1000.0)
    assert made == ChangeRow(
        subject_kind="Node",
        subject="a",
        agent="kubelet",
        before=State.HEALTHY,
        after=State.DOWN,
        because="No heartbeat for 1 s.",
        at=Epoch(1012.1),
        group="kubelet:silent:down:1012",
        led=Epoch(1012.0),
    )


def test_changes_are_told_in_the_order_in_which_they_began_then_by_node_and_agent() -> None:
    agents = [replace(fell("a", 12.0), agent=agent) for agent in ("kubelet", "container-runtime")]
    told = [fell("c", 11.0), fell("b", 12.0), *agents, fell("d", 10.0)]
    rows = Changes("prod").of_agents(told, Mono(13.0), 1000.0)
    assert [(one.subject, one.agent) for one in rows] == [
        ("d", "kubelet"),
        ("c", "kubelet"),
        ("a", "container-runtime"),
        ("a", "kubelet"),
        ("b", "kubelet"),
    ]


def test_changes_are_tied_together_for_a_minute_after_the_last_of_their_cause() -> None:
    changes = Changes("prod")

    def group(now: float, cause: str = "silent", after: State = State.DOWN) -> str:
        (made,) = changes.of_agents([fell("a", now, cause, after)], Mono(now), 1000.0)
        return made.group

    assert [group(now) for now in (12.0, 72.0, 132.0)] == ["kubelet:silent:down:1012"] * 3
    assert group(133.0, cause="", after=State.HEALTHY) == "kubelet:recovered:healthy:1133"
    assert group(192.5) == "kubelet:silent:down:1192"


def test_a_change_tells_what_was_true_then() -> None:
    """Its ages are those of the moment at which it was announced, and run on neither in the history nor in an open page."""
    told = AgentChange("node-1", "kubelet", State.HEALTHY, State.DOWN, f"No heartbeat for {ago(60.0)}.", "silent", Mono(99.0))
    (row,) = Changes("prod").of_agents([told], Mono(100.0), 1000.0)
    assert (row.because, row.at) == ("No heartbeat for 40 s.", 1099.0)
    blind = DisruptionSeen(suspicion=f"The oldest for {ago(40.0)}.")
    (row,) = Changes("prod").of_disruption(blind, Mono(100.0), 1000.0)
    assert row.because == "All nodes fell silent together. The oldest for 1 min."


@pytest.mark.parametrize(
    ("because", "since"),
    [
        (f"No heartbeat for {ago(30)}; the lease allows 40 s.", 1_030.0),
        (f"Not heard from for at least {ago(20.04)}.", 1_020.0),
        (f"{ago(30)} ago it was well, and it has been so for {ago(40)}.", 1_040.0),
        (f"It restarted {ago(30)} ago.", None),
        (f"It ends in {until(30)}.", None),
        (f"No heartbeat for {ago(55)}.", None),
        ("No heartbeat for 30 s.", None),
    ],
)
def test_since_when_it_was_so_is_told_by_the_moment_for_how_long_it_lasts(because: str, since: float | None) -> None:
    assert led_of(because, 1_000.0, 1_055.0) == since
