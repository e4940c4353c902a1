"""All clusters for people: grouped, ordered, filtered; as cards or as rows."""

import pytest

from dashboard.presenters.cards import CardPlane, ClusterCard, WallCard
from dashboard.presenters.fleet import ALL_ROWS_FROM, ROWS_FROM, Dayful, Fleet, FleetAsked, fleet, fleet_asked
from planes.live.wire import Lateness

#: So a plane is told that is well.
WELL = CardPlane("healthy", "healthy", "All is well.", 1.0)


def plane(state: str) -> CardPlane:
    return WELL if state == "healthy" else CardPlane(state, f"a thing is {state}", f"a thing is {state}.", 1.0)


def card(name: str, control: str = "healthy", data: str = "healthy", nodes: int = 3, late: Lateness | None = None) -> ClusterCard:
    told = WallCard(name, name.title(), plane(control), plane(data), nodes, nodes, 0, "", version="v1.36.2", distribution="kubeadm")
    return ClusterCard(told, told.control, told.data, late, 1.0, 1.0, 1, 1, full=f"arn:{name}")


PROD, TEST, EDGE = card("prod", data="down", nodes=120), card("test", nodes=400), card("edge", control="unknown")
LABELS = {"prod": {"environment": "production", "region": "eu"}, "test": {"environment": "staging", "region": "eu"}}


def names(shown: Fleet) -> list[tuple[str, list[str]]]:
    return [(group.name, [one.card.card.slug for one in group.entries if one.shown]) for group in shown.groups if group.shown]


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ({}, FleetAsked()),
        (
            {"order": "nodes", "show": "rows", "state": "down", "q": "  eu   prod "},
            FleetAsked("", "nodes", "rows", "down", "eu prod"),
        ),
        ({"order": "nonsense", "show": "<b>", "state": "fine", "group": "x" * 99}, FleetAsked("x" * 63)),
        ({"q": "y" * 300}, FleetAsked(words="y" * 200)),
    ],
)
def test_an_address_says_what_is_asked_for_and_nonsense_is_as_usual(query: dict[str, str], asked: FleetAsked) -> None:
    assert fleet_asked(query) == asked


def test_an_address_holds_only_what_is_not_as_usual() -> None:
    assert FleetAsked().but() == ""
    assert FleetAsked("region", "name", "rows", "down", "a b&c").but() == "group=region&order=name&show=rows&state=down&q=a+b%26c"
    assert FleetAsked(state="down").but(state="") == ""


def test_clusters_are_grouped_by_the_usual_label_the_worst_group_and_cluster_first() -> None:
    shown = fleet([TEST, EDGE, PROD], LABELS, FleetAsked())
    assert (shown.by, shown.keys) == ("environment", ("environment", "region"))
    assert names(shown) == [("production", ["prod"]), ("", ["edge"]), ("staging", ["test"])]
    assert [group.said for group in shown.groups] == ["a thing is down", "a thing is unknown", "1 healthy"]


@pytest.mark.parametrize(
    ("asked", "groups"),
    [
        (FleetAsked(group="region"), [("eu", ["prod", "test"]), ("", ["edge"])]),
        (FleetAsked(group="none"), [("", ["prod", "edge", "test"])]),
        (FleetAsked(group="none", order="name"), [("", ["edge", "prod", "test"])]),
        (FleetAsked(group="none", order="nodes"), [("", ["test", "prod", "edge"])]),
        (FleetAsked(group="environment", order="name"), [("production", ["prod"]), ("staging", ["test"]), ("", ["edge"])]),
        (FleetAsked(group="no such label"), [("production", ["prod"]), ("", ["edge"]), ("staging", ["test"])]),
        (FleetAsked(group="none", state="down"), [("", ["prod"])]),
        (FleetAsked(group="none", words="EU"), [("", ["prod", "test"])]),
        (FleetAsked(group="none", words="region=eu staging"), [("", ["test"])]),
        (FleetAsked(group="none", words="arn:edge"), [("", ["edge"])]),
        (FleetAsked(group="none", words="v1.36 kubeadm"), [("", ["prod", "edge", "test"])]),
        (FleetAsked(words="nothing of the kind"), []),
        (FleetAsked(words="prod", state="healthy"), []),
    ],
)
def test_what_is_asked_for_is_shown_in_the_order_asked_for(asked: FleetAsked, groups: list[tuple[str, list[str]]]) -> None:
    assert names(fleet([TEST, EDGE, PROD], LABELS, asked)) == groups


def test_what_is_not_asked_for_is_there_unseen_and_counted() -> None:
    shown = fleet([TEST, EDGE, PROD], LABELS, FleetAsked(state="down", group="none"))
    assert (shown.shown, shown.total, len(shown.groups[0].entries)) == (1, 3, 3)
    assert [(one.state, one.count, one.query) for one in shown.tally] == [
        ("down", 1, "group=none"),
        ("unknown", 1, "group=none&state=unknown"),
        ("healthy", 1, "group=none&state=healthy"),
    ]


@pytest.mark.parametrize(
    ("count", "show", "rows"),
    [
        (ROWS_FROM, "", False),
        (ROWS_FROM + 1, "", True),
        (ROWS_FROM + 1, "cards", False),
        (1, "rows", True),
        (1, "", False),
    ],
)
def test_a_group_of_more_than_a_dozen_is_rows_unless_told_otherwise(count: int, show: str, rows: bool) -> None:
    shown = fleet([card(f"c{one:02}") for one in range(count)], {}, FleetAsked(show=show))
    assert [group.rows for group in shown.groups] == [rows]


def test_of_hundreds_every_group_is_rows() -> None:
    cards = [card(f"c{one:03}") for one in range(ALL_ROWS_FROM + 1)]
    labels = {one.card.slug: {"env": str(number // 5)} for number, one in enumerate(cards)}
    assert {group.rows for group in fleet(cards, labels, FleetAsked()).groups} == {True}
    assert {group.rows for group in fleet(cards[1:], labels, FleetAsked()).groups} == {False}


def test_without_clusters_there_are_no_groups() -> None:
    assert fleet([], {}, FleetAsked()).groups == ()


def test_a_day_is_that_of_the_worse_plane_with_gaps_where_nobody_watched() -> None:
    now = 1_780_000_000.0 // 120 * 120 + 60
    ended, hour = now + 60, 3_600.0
    day = Dayful(
        sky=((ended - 24 * hour, "healthy"), (ended - 12 * hour, ""), (ended - 6 * hour, "healthy")),
        ground=((ended - 24 * hour, "healthy"), (ended - 12 * hour, ""), (ended - 6 * hour, "down"), (ended - 3 * hour, "healthy")),
    )
    (entry,) = fleet([card("prod")], {}, FleetAsked(), {"prod": day}, now).groups[0].entries
    assert [(one.x, one.width, one.state) for one in entry.day] == [
        ("0.00%", "50.00%", "healthy"),
        ("50.00%", "25.00%", ""),
        ("75.00%", "12.50%", "down"),
        ("87.50%", "12.50%", "healthy"),
    ]
    assert fleet([card("prod")], {}, FleetAsked(), {"prod": day}, now + 59).groups[0].entries[0].day == entry.day
    assert fleet([card("prod")], {}, FleetAsked(), {}, now).groups[0].entries[0].day == ()
