"""Incidents: what hangs together by order and a dependency that is known is one, and nothing else is."""

import pytest
from msgspec.structs import replace

from planes.assess.incidents import FOLLOWS, TOGETHER, incidents
from planes.structs.incidents import Incident, Subject, Tie
from planes.structs.moments import Epoch
from planes.structs.parts import api_service, webhook
from planes.structs.rows import ChangeRow
from planes.structs.verdicts import State

HEALTHY, DEGRADED, DOWN, UNKNOWN = State.HEALTHY, State.DEGRADED, State.DOWN, State.UNKNOWN
CORDONED, HIDDEN = State.CORDONED, State.NOT_OBSERVABLE
T0 = 1_795_527_612.0  # 2026-11-24T13:40:12Z


def change(at: float, who: str, before: State, after: State, group: str = "") -> ChangeRow:
    """`who`: a component's kind, "node/agent", or "*" for all nodes. `at`: seconds after T0."""
    node, _, agent = who.partition("/")
    kind = "Node" if agent else "Cluster" if who == "*" else "Component"
    return ChangeRow(kind, node, agent, before, after, f"{who} is {after}.", Epoch(T0 + at), group)


def spell(who: str, began: float, ended: float | None, state: State = DEGRADED, group: str = "") -> list[ChangeRow]:
    fell = [change(began, who, HEALTHY, state, group)]
    return fell if ended is None else [*fell, change(ended, who, state, HEALTHY)]


def found(*spells: list[ChangeRow], now: dict[Subject, State] | None = None, zones: dict[str, str] | None = None) -> list[Incident]:
    rows = sorted((row for one in spells for row in one), key=lambda row: row.at)
    return incidents(rows, now or {}, zones or {})


def told(one: Incident) -> list[tuple[str, Tie | None, int | None]]:
    """Of each step its first subject, and by what it belongs to which."""
    return [
        (
            "/".join(part for part in step.spells[0].subject[1:] if part),
            step.link.tie if step.link else None,
            step.link.to if step.link else None,
        )
        for step in one.steps
    ]


def test_a_chain_is_one_incident_and_names_what_each_step_follows_from() -> None:
    (one,) = found(
        spell("etcd", 0, 258),
        spell("kube-apiserver", 28, 278),
        [change(43, "kube-scheduler", HEALTHY, DEGRADED), change(53, "kube-scheduler", DEGRADED, DOWN)],
        [change(75, "kube-scheduler", DOWN, HEALTHY)],
        spell("n1/kubelet", 46, 200, group="late"),
        spell("n2/kubelet", 50, 220, group="late"),
    )
    assert told(one) == [
        ("etcd", None, None),
        ("kube-apiserver", Tie.NEEDS, 0),
        ("kube-scheduler", Tie.NEEDS, 1),
        ("n1/kubelet", Tie.AFTER, 1),
    ]
    assert (one.id, one.began, one.ended, one.goes_on) == ("20261124T134012Z-etcd", T0, T0 + 278, False)
    assert one.worst is DOWN
    assert one.nodes == frozenset({"n1", "n2"})
    assert one.steps[2].because == "kube-scheduler is down."  # what was said of the worst
    assert one.steps[3].ended == T0 + 220


@pytest.mark.parametrize(
    ("first", "then", "together"),
    [
        # The other still goes on, or healed at most FOLLOWS before.
        (spell("etcd", 0, 100), spell("kube-apiserver", 99, 120), True),
        (spell("etcd", 0, 100), spell("kube-apiserver", 100 + FOLLOWS, 900), True),
        (spell("etcd", 0, 100), spell("kube-apiserver", 101 + FOLLOWS, 900), False),
        # Near in time and of no known dependency.
        (spell("etcd", 0, 100), spell("dns", 1, 100), False),
        (spell("kube-scheduler", 0, 100), spell("kube-controller-manager", 0, 100), False),
        (spell("etcd", 0, 100), spell("n1/kubelet", 1, 100), False),
        # Told in the other order, but within the windows of the rules.
        (spell("kube-apiserver", 0, 500), spell("etcd", TOGETHER, 500), True),
        (spell("kube-apiserver", 0, 500), spell("etcd", TOGETHER + 1, 500), False),
        # What nobody saw to be wrong explains nothing; what it hides belongs to what is wrong.
        (spell("kube-apiserver", 0, 100, UNKNOWN), spell("kube-scheduler", 10, 100, DOWN), False),
        (spell("kube-apiserver", 0, 100, DOWN), spell("kube-scheduler", 10, 100, UNKNOWN), True),
        (spell("kube-apiserver", 0, 100, DOWN), spell("*", 40, 100, UNKNOWN), True),
        # One node's agents, and not another's.
        (spell("n1/container-runtime", 0, 100, DOWN), spell("n1/kubelet", 10, 100), True),
        (spell("n1/container-runtime", 0, 100, DOWN), spell("n2/kubelet", 10, 100), False),
        (spell("n1/kubelet", 0, 100, DOWN), spell("n1/kube-proxy", 1, 100, UNKNOWN), True),
        # A runtime that nobody saw to be wrong explains nothing; what is known of a node is told through its kubelet.
        (spell("n1/container-runtime", 0, 300, DOWN), spell("n1/kubelet", TOGETHER + 1, 300), True),
        (spell("n1/container-runtime", 0, 300, UNKNOWN), spell("n1/kubelet", TOGETHER + 1, 300), False),
        (spell("n1/kubelet", 0, 300, UNKNOWN), spell("n1/kube-proxy", TOGETHER + 1, 300), True),
        # The same again.
        (spell("etcd", 0, 100), spell("etcd", 100 + FOLLOWS, 300), True),
        (spell("etcd", 0, 100), spell("etcd", 101 + FOLLOWS, 300), False),
        (spell("n1/kubelet", 0, 100, DOWN), spell("n1/kubelet", 100 + FOLLOWS, 300), True),
        (spell("n1/kubelet", 0, 100, DOWN), spell("n1/kubelet", 101 + FOLLOWS, 300), False),
        # It goes on for as long as one of several nodes does.
        ([*spell("n1/kubelet", 0, 5, DOWN, "g"), *spell("n2/kubelet", 1, 200, DOWN, "g")], spell("n2/kubelet", 210, 300), True),
    ],
)
def test_two_steps_belong_together_when_they_are_near_and_a_dependency_is_known(
    first: list[ChangeRow], then: list[ChangeRow], together: bool
) -> None:
    made = found(first, then)
    assert any(len(one.steps) == 2 for one in made) is together


@pytest.mark.parametrize(
    ("zones", "apart", "count"),
    [
        ({"n1": "a", "n2": "a"}, TOGETHER, 1),
        ({"n1": "a", "n2": "a"}, TOGETHER + 1, 2),
        ({"n1": "a", "n2": "b"}, 1, 2),
        ({}, 1, 2),  # whose zone is not known is in no zone together
    ],
)
def test_nodes_of_one_zone_that_fail_in_one_moment_belong_together(zones: dict[str, str], apart: float, count: int) -> None:
    made = found(spell("n1/kubelet", 0, 500, DOWN), spell("n2/kubelet", apart, 500, DOWN), zones=zones)
    assert len(made) == count


def test_a_group_over_two_zones_is_one_step_but_ties_no_third_node_by_zone() -> None:
    made = found(
        spell("n1/kubelet", 0, 90, DOWN, "g"),
        spell("n2/kubelet", 1, 90, DOWN, "g"),
        spell("n3/kube-proxy", 2, 90),
        zones={"n1": "a", "n2": "b", "n3": "a"},
    )
    assert [len(one.steps[-1].spells) for one in made] == [1, 2]


@pytest.mark.parametrize(
    ("rows", "now", "count", "open_", "ended"),
    [
        (spell("etcd", 0, None), {("Component", "etcd", ""): DEGRADED}, 1, True, None),
        # Its end is not on record: it is well now, or it has gone. Neither is told to go on.
        (spell("etcd", 0, None), {("Component", "etcd", ""): HEALTHY}, 1, False, None),
        (spell("n1/kubelet", 0, None, DOWN), {}, 1, False, None),
        # Healed into what is nobody's trouble.
        ([*spell("etcd", 0, None), change(9, "etcd", DEGRADED, HIDDEN)], {}, 1, False, T0 + 9),
        ([*spell("n1/kubelet", 0, None), change(9, "n1/kubelet", DEGRADED, CORDONED)], {}, 1, False, T0 + 9),
        # Nothing was observed to be wrong.
        (spell("kube-apiserver", 0, 50, UNKNOWN), {}, 0, False, None),
        # Bad when the record begins: its beginning is not known, so it is not told.
        ([change(0, "etcd", DOWN, HEALTHY)], {}, 0, False, None),
        ([change(0, "etcd", UNKNOWN, DOWN)], {}, 0, False, None),
        # A roll-up is the sum of what is told of each node.
        (spell("kubelet", 0, 9), {}, 0, False, None),
        ([*spell("kubelet", 0, 9), *spell("etcd", 20, 30)], {}, 1, False, T0 + 30),
        # What is told of all nodes goes on until it is told to be over.
        (spell("*", 0, None, DOWN), {}, 1, True, None),
        ([], {}, 0, False, None),
    ],
)
def test_an_incident_goes_on_only_while_something_of_it_is_known_to(
    rows: list[ChangeRow], now: dict[Subject, State], count: int, open_: bool, ended: float | None
) -> None:
    made = found(rows, now=now)
    assert len(made) == count
    assert [(one.goes_on, one.ended) for one in made] == [(open_, ended)] * count


def test_the_strongest_dependency_counts_and_of_equals_the_nearest() -> None:
    (one,) = found(
        spell("kube-apiserver", 0, 20),
        spell("etcd", 25, 300),  # together, told in the other order
        spell("kube-apiserver", 30, 300),  # the same again, but rather: cannot work without etcd
        spell("kube-scheduler", 40, 300),
    )
    assert told(one)[2:] == [("kube-apiserver", Tie.NEEDS, 1), ("kube-scheduler", Tie.NEEDS, 2)]


def test_what_it_cannot_work_without_counts_more_than_what_is_nearer() -> None:
    (one,) = found(spell("etcd", 0, 300), spell("kube-apiserver", 5, 20), spell("kube-apiserver", 30, 300))
    assert told(one)[1:] == [("kube-apiserver", Tie.NEEDS, 0)] * 2


def test_of_two_that_it_may_follow_from_it_follows_from_the_nearer() -> None:
    (one,) = found(spell("kube-apiserver", 0, 20), spell("kube-apiserver", 30, 300), spell("n1/kubelet", 42, 300))
    assert told(one)[1:] == [("kube-apiserver", Tie.AFTER, 0), ("n1/kubelet", Tie.AFTER, 1)]
    assert [step.link.seconds for step in one.steps if step.link] == [30.0, 12.0]


def test_a_step_is_told_by_its_place_in_its_own_incident() -> None:
    new, _ = found(spell("coredns", 0, 300), spell("etcd", 5, 300), spell("kube-apiserver", 9, 300))
    assert told(new) == [("etcd", None, None), ("kube-apiserver", Tie.NEEDS, 0)]


def test_a_spell_keeps_each_state_and_what_was_said_when_it_first_was_at_its_worst() -> None:
    later = replace(change(30, "etcd", DEGRADED, DOWN), because="etcd is down once more.")
    rows = [change(0, "etcd", HEALTHY, DEGRADED), change(10, "etcd", DEGRADED, DOWN), change(20, "etcd", DOWN, DEGRADED), later]
    (one,) = found(rows)
    (kept,) = one.steps[0].spells
    assert kept.turns == ((T0, DEGRADED), (T0 + 10, DOWN), (T0 + 20, DEGRADED), (T0 + 30, DOWN))
    assert (kept.worst, kept.because) == (DOWN, "etcd is down.")


@pytest.mark.parametrize(("others", "belongs"), [(49, True), (50, False)])
def test_of_nodes_the_fifty_newest_are_looked_at_and_all_components(others: int, belongs: bool) -> None:
    between = [row for index in range(others) for row in spell(f"m{index}/kube-proxy", 1 + index / 10, 300)]
    made = found(spell("n1/container-runtime", 0, 300, DOWN), between, spell("n1/kubelet", 90, 300))
    assert any(len(one.steps) == 2 for one in made) is belongs
    made = found(spell("kube-apiserver", 0, 300), between, spell("kube-scheduler", 90, 300))
    assert ("kube-scheduler", Tie.NEEDS, 0) in [step for one in made for step in told(one)]


def test_a_lease_and_a_rule_take_a_minute_at_most() -> None:
    assert (FOLLOWS, TOGETHER) == (60.0, 60.0)


def test_incidents_come_newest_first_and_keep_their_names_while_they_grow() -> None:
    old, new = spell("n.1.example/kubelet", 0, 5, DOWN), spell("etcd", 5000, 5100)
    before = [one.id for one in found(old, new)]
    after = [one.id for one in found(old, new, spell("kube-apiserver", 5010, 5300))]
    assert before == after == ["20261124T150332Z-etcd", "20261124T134012Z-n.1.example.kubelet"]


WEBHOOK, METRICS, OTHER = webhook("policy.example.org"), api_service("v1beta1.metrics.k8s.io"), api_service("v1.example.org")


@pytest.mark.parametrize(
    ("about", "then", "apart", "tie"),
    [
        # A webhook may refuse what others write; what only reads, and what stands behind the API server, it does not touch.
        (WEBHOOK, "kube-scheduler", 10, Tie.AFTER),
        (WEBHOOK, "kube-controller-manager", 10, Tie.AFTER),
        (WEBHOOK, "n1/kubelet", 10, Tie.AFTER),
        (WEBHOOK, "metrics-server", 10, None),
        # Others write on while an API service is away; only what answers for it has to do with it.
        (OTHER, "kube-scheduler", 10, None),
        (OTHER, "metrics-server", 10, None),
        (OTHER, "n1/kubelet", 10, None),
        (METRICS, "kube-scheduler", 10, None),
        (METRICS, "metrics-server", 10, Tie.AFTER),
        # Without one part that is to blame, all of the API server is.
        ("", "kube-scheduler", 10, Tie.NEEDS),
        ("", "metrics-server", 10, Tie.NEEDS),
        # In the other order, within the windows of the rules.
        (WEBHOOK, "kube-scheduler", -10, Tie.TOGETHER),
        (OTHER, "kube-scheduler", -10, None),
    ],
)
def test_of_an_api_server_with_one_failing_part_only_what_passes_through_that_part_follows(
    about: str, then: str, apart: float, tie: Tie | None
) -> None:
    server = [replace(row, about=about if row.after is DEGRADED else "") for row in spell("kube-apiserver", 0, 500)]
    made = found(server, spell(then, apart, 500))
    assert [step.link.tie for one in made for step in one.steps if step.link] == ([] if tie is None else [tie])
    assert [step.about for one in made for step in one.steps if step.spells[0].subject[1] == "kube-apiserver"] == [about]


def test_an_api_service_that_goes_with_what_stands_behind_it_follows_from_that() -> None:
    server = [replace(row, about=METRICS if row.after is DEGRADED else "") for row in spell("kube-apiserver", 400, 900)]
    (one,) = found(spell("metrics-server", 0, 900, DOWN), server)
    assert told(one) == [("metrics-server", None, None), ("kube-apiserver", Tie.NEEDS, 0)]


@pytest.mark.parametrize(
    ("abouts", "about"),
    [([WEBHOOK], WEBHOOK), ([WEBHOOK, WEBHOOK], WEBHOOK), ([WEBHOOK, ""], ""), (["", WEBHOOK], ""), ([WEBHOOK, OTHER], "")],
)
def test_a_part_is_to_blame_only_if_it_was_all_that_was_told_from_beginning_to_end(abouts: list[str], about: str) -> None:
    turns = [replace(change(at, "kube-apiserver", DEGRADED, DEGRADED), about=one) for at, one in enumerate(abouts)]
    turns[0] = replace(turns[0], before=HEALTHY)
    (one,) = found([*turns, change(90, "kube-apiserver", DEGRADED, HEALTHY)])
    assert one.steps[0].about == about


def test_since_when_it_had_been_so_is_that_of_the_words_which_are_told() -> None:
    fell = replace(change(0, "etcd", HEALTHY, DEGRADED), led=Epoch(T0 - 40))
    worse = replace(change(10, "etcd", DEGRADED, DOWN), led=Epoch(T0 - 20))
    assert found([fell, worse])[0].steps[0].led == T0 - 20
    assert found([fell, replace(worse, led=Epoch(T0 + 5))])[0].steps[0].led is None, "it was told before"
    assert found([fell])[0].steps[0].led == T0 - 40
