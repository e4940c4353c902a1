"""The rows of the page of changes: days, brackets of incidents, and groups that are whole whatever is between."""

import msgspec
import pytest

from dashboard.presenters.change_log import IncidentLink, LogLine, log_lines
from dashboard.presenters.changes import change_lines
from dashboard.presenters.log_rows import LANES, DayLine, Row, rows
from planes.models import Cluster
from planes.store import changes, clusters, services
from planes.store.changes import Found, Wanted
from planes.structs.history import Span
from planes.structs.moments import Epoch
from planes.structs.rows import ChangeRow, Frame
from planes.structs.verdicts import State
from tests.store.rows import full

NOW = 1_780_000_000.0  # Thursday 28 May 2026, 20:26:40 UTC
MIDNIGHT = 1_779_926_400.0


def change(at: float, subject: str, after: State = State.DOWN, group: str = "") -> ChangeRow:
    before = State.HEALTHY if after is not State.HEALTHY else State.DOWN
    agent = "kubelet" if subject.startswith("node-") else ""
    return ChangeRow("Node" if agent else "Component", subject, agent, before, after, "x", Epoch(at), group)


def found(*told: ChangeRow, slug: str = "prod") -> list[Found]:
    return [Found(len(told) - number, slug, slug.title(), row) for number, row in enumerate(told)]


def bracketed(
    parts: dict[str, IncidentLink], *subjects: str, first_page: bool = True, older: bool = False, at: float = NOW
) -> list[Row]:
    """A change a second of these subjects, the newest first, as rows without the day."""
    told = found(*(change(at - place, subject) for place, subject in enumerate(subjects)))
    lines = log_lines(told, (), first_page=first_page, older=older, part_of=lambda _, row: parts.get(row.subject))
    return rows(lines, NOW, first_page=first_page, older=older)[1:]


def drawn(of: list[Row]) -> list[str]:
    return [
        " ".join(f"{tie.lane}:{tie.part}{'>' if tie.incident else ''}" for tie in sorted(row.ties, key=lambda tie: tie.lane))
        for row in of
    ]


def incident(name: str, began: float = NOW - 100, ended: float = NOW) -> IncidentLink:
    return IncidentLink(name, f"{name} was down", began, ended)


ONE, TWO = incident("one"), incident("two")


def test_each_day_of_utc_begins_with_its_heading_and_another_year_is_named() -> None:
    told = found(change(MIDNIGHT + 1, "etcd"), change(MIDNIGHT - 1, "etcd"), change(MIDNIGHT - 200 * 86_400, "etcd"))
    made = rows(log_lines(told, (), first_page=True, older=False), NOW, first_page=True, older=False)
    assert [one.line.title if isinstance(one.line, DayLine) else "line" for one in made] == [
        "Thursday 28 May", "line", "Wednesday 27 May", "line", "Sunday 9 November 2025", "line",
    ]  # fmt: skip


def test_a_span_that_nobody_watched_stands_on_the_day_on_which_it_ended() -> None:
    spans = (Span(Epoch(MIDNIGHT - 500), Epoch(MIDNIGHT - 50)), Span(Epoch(MIDNIGHT + 50), Epoch(NOW)))
    told = found(change(MIDNIGHT - 60, "etcd"))
    made = rows(log_lines(told, spans, first_page=True, older=False), NOW, first_page=True, older=False)
    assert [type(one.line).__name__ for one in made] == ["DayLine", "GapLine", "DayLine", "LogLine"]


def test_a_bracket_ties_the_changes_of_an_incident_and_passes_what_is_not_of_it() -> None:
    made = bracketed({"a": ONE}, "x", "a", "x", "a", "a", "x")
    assert drawn(made) == ["", "0:first", "0:by", "0:own>", "0:last>", ""]
    assert [(one.opens, one.below) for one in made][:2] == [(None, 0), (ONE, 2)]
    assert [one.tied for one in made] == [False, False, False, True, True, False]


def test_one_change_of_an_incident_needs_no_bracket() -> None:
    made = bracketed({"a": ONE}, "a", "x")
    assert drawn(made) == ["", ""]
    assert made[0].opens is None


@pytest.mark.parametrize(
    ("ended", "first_page", "corner"),
    [(NOW, True, "first"), (float("inf"), True, "own"), (NOW, False, "first"), (NOW + 0.1, False, "own")],
)
def test_a_bracket_has_no_corner_where_the_incident_goes_on_or_newer_changes_of_it_are_on_another_page(
    ended: float, first_page: bool, corner: str
) -> None:
    made = bracketed({"a": incident("one", ended=ended)}, "a", "a", first_page=first_page)
    assert drawn(made) == [f"0:{corner}", "0:last>"]


@pytest.mark.parametrize(
    ("began", "older", "corner"),
    [(NOW - 1, False, "last"), (NOW - 50, False, "last"), (NOW - 1, True, "last"), (NOW - 1.1, True, "own")],
)
def test_a_bracket_has_no_corner_where_older_changes_of_the_incident_are_on_another_page(
    began: float, older: bool, corner: str
) -> None:
    assert drawn(bracketed({"a": incident("one", began=began)}, "a", "a", older=older)) == ["0:first", f"0:{corner}>"]


def test_incidents_at_one_time_have_brackets_beside_each_other_and_a_lane_that_is_free_is_used_again() -> None:
    parts = {"a": ONE, "b": TWO, "c": incident("three")}
    assert drawn(bracketed(parts, "a", "b", "a", "c", "b", "c")) == [
        "0:first", "0:by 1:first", "0:last> 1:by", "0:first 1:by", "0:by 1:last>", "0:last>",
    ]  # fmt: skip


def test_where_there_is_no_room_for_a_bracket_a_change_still_leads_to_its_incident() -> None:
    names = [f"n{number}" for number in range(LANES + 1)]
    made = bracketed({name: incident(name) for name in names}, *names, *names)
    assert {tie.lane for one in made for tie in one.ties} == set(range(LANES))
    without = made[LANES]
    assert isinstance(without.line, LogLine)
    assert (without.line.incident, without.tied, without.opens) == (incident(names[-1]), False, None)


def test_what_happened_together_is_one_line_though_something_else_happened_between() -> None:
    told = (
        change(NOW, "node-2", group="g"),
        change(NOW - 5, "etcd"),
        change(NOW - 9, "node-1", group="g"),
        change(NOW - 10, "node-3", State.HEALTHY, group="g"),
    )
    assert [(one.title, one.first_at) for one in change_lines(told, 10)] == [
        ("node-2, node-1 · kubelet", NOW - 9), ("etcd", None), ("node-3 · kubelet", None),
    ]  # fmt: skip
    group, *others = [one for one in log_lines(found(*told), (), first_page=True, older=False) if isinstance(one, LogLine)]
    assert [part.title for part in group.parts] == ["node-2 · kubelet", "node-1 · kubelet"]
    assert (group.id, group.count, len(others)) == (2, 2, 2)


@pytest.fixture
def cluster(db: None) -> Cluster:
    """Ten nodes fall silent within ten seconds, and etcd is down between."""
    one = clusters.declare([clusters.Declaration("kubeconfig", "Prod", "/etc/kube", "prod")])[0]
    epoch = services.take(one.pk)
    services.flush(one.pk, epoch, 1, msgspec.structs.replace(full(), changes=[]))
    told = [change(NOW - 100 + number, f"node-{number}", group="g") for number in range(10)]
    services.flush(one.pk, epoch, 2, Frame(at=Epoch(NOW), changes=[*told[:5], change(NOW - 95.5, "etcd"), *told[5:]]))
    return one


def test_a_line_tells_of_its_whole_group_whatever_its_page_holds_of_it(cluster: Cluster) -> None:
    wanted, place, titles = Wanted(slug="prod", began=NOW - 3_600), None, []
    while True:
        page = changes.page(wanted, place, 4, whole_groups=True)
        titles += [(one.title, one.first_at) for one in change_lines([one.row for one in page.found], 10)]
        place = page.older
        if place is None:
            break
    assert titles == [
        ("node-9, node-8, node-7 and 7 more · kubelet", NOW - 100),
        ("node-5, node-4, node-3 and 7 more · kubelet", NOW - 100),
        ("etcd", None),
        ("node-2, node-1, node-0 and 7 more · kubelet", NOW - 100),
    ]
    # Lists that are read by programs tell change by change.
    assert all(one.row.more == 0 for one in changes.page(wanted, None, 4).found)
