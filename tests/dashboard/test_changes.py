"""The page of changes, its feed and its table: what was announced, filtered, and where nobody watched."""

import csv
import io
from xml.etree import ElementTree as ET

import msgspec
import pytest
from django.test import Client

from dashboard import change_feeds, csv_files, wanted_changes
from dashboard.presenters.change_log import BINS, GapLine, LogLine, blocks, log_lines, unwatched_blocks
from dashboard.presenters.changes import change_lines
from dashboard.wanted_changes import WrongError, asked
from planes.models import Cluster
from planes.store import changes, clusters, pruning, services
from planes.store.changes import Dot, Found, Place, Wanted
from planes.structs.history import Span
from planes.structs.moments import Epoch
from planes.structs.rows import ChangeRow, Frame
from planes.structs.verdicts import State
from tests.store.rows import full

NOW = 1_780_000_000.0
ATOM = "{http://www.w3.org/2005/Atom}"


def change(ago: float, subject: str, after: State, *, agent: str = "", because: str = "x", group: str = "") -> ChangeRow:
    kind = "Node" if agent else "Component"
    before = State.HEALTHY if after is not State.HEALTHY else State.DOWN
    return ChangeRow(
        subject_kind=kind,
        subject=subject,
        agent=agent,
        before=before,
        after=after,
        because=because,
        at=Epoch(NOW - ago),
        group=group,
    )


TOLD = (
    change(4000.0, "etcd", State.DOWN),
    change(3000.0, "node-1", State.DOWN, agent="kubelet", group="g"),
    change(2999.0, "node-2", State.DOWN, agent="kubelet", group="g"),
    change(2000.0, "etcd", State.HEALTHY),
    change(1000.0, "kube-proxy", State.DEGRADED),
    change(500.0, "node-1", State.HEALTHY, agent="kubelet"),
)


@pytest.fixture
def cluster(db: None) -> Cluster:
    found = clusters.declare([clusters.Declaration("kubeconfig", "Prod", "/etc/kube", "prod")])[0]
    epoch = services.take(found.pk)
    services.flush(found.pk, epoch, 1, msgspec.structs.replace(full(), changes=[]))
    services.flush(found.pk, epoch, 2, Frame(at=Epoch(NOW), changes=list(TOLD)))
    services.touch(found.pk, epoch, NOW - 2500, span=Span(Epoch(NOW - 5000), Epoch(NOW - 2500)))
    services.touch(found.pk, epoch, NOW, span=Span(Epoch(NOW - 2200), Epoch(NOW)))
    return found


def subjects(wanted: Wanted) -> list[str]:
    """The newest first."""
    return [f"{one.row.subject} {one.row.after}" for one in changes.page(wanted, None, 100).found]


SINCE = NOW - 4500.0


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (
            Wanted(slug="prod", began=SINCE),
            ["node-1 healthy", "kube-proxy degraded", "etcd healthy", "node-2 down", "node-1 down", "etcd down"],
        ),
        (Wanted(slug="prod", plane="control", began=SINCE), ["etcd healthy", "etcd down"]),
        (Wanted(slug="prod", plane="data", began=SINCE), ["node-1 healthy", "kube-proxy degraded", "node-2 down", "node-1 down"]),
        (Wanted(slug="prod", kind="kubelet", began=SINCE), ["node-1 healthy", "node-2 down", "node-1 down"]),
        (Wanted(slug="prod", kind="kube-proxy", began=SINCE), ["kube-proxy degraded"]),
        (Wanted(slug="prod", subject="node-1", began=SINCE), ["node-1 healthy", "node-1 down"]),
        (Wanted(slug="prod", state="down", began=SINCE), ["node-2 down", "node-1 down", "etcd down"]),
        (Wanted(slug="prod", began=NOW - 2000.0, ended=NOW - 500.0), ["kube-proxy degraded", "etcd healthy"]),
        (Wanted(began=SINCE, state="degraded"), ["kube-proxy degraded"]),
        (Wanted(slug="other", began=SINCE), []),
    ],
)
def test_what_is_asked_for_is_found_and_nothing_else(cluster: Cluster, wanted: Wanted, expected: list[str]) -> None:
    assert subjects(wanted) == expected


def test_a_list_goes_on_where_its_page_ended(cluster: Cluster) -> None:
    wanted, seen, place = Wanted(slug="prod", began=SINCE), list[float](), None
    while True:
        page = changes.page(wanted, place, 2)
        assert page.count == 6
        seen += [one.row.at for one in page.found]
        place = page.older
        if place is None:
            break
    assert seen == [one.at for one in reversed(TOLD)]


def test_of_one_that_is_watched_no_longer_nothing_is_listed(cluster: Cluster) -> None:
    clusters.declare([])
    assert subjects(Wanted(began=SINCE)) == []


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"plane": "middle"}, "plane= is one of: control, data."),
        ({"kind": "toaster"}, "kind= is one of: kube-apiserver"),
        ({"state": "fine"}, "state= is one of: healthy"),
        ({"range": "1y"}, "range= is one of: 1h, 24h, 7d, 30d, all."),
        ({"from": "yesterday"}, "from= is a moment such as 2026-11-22T14:05Z."),
        ({"from": "0001-01-01T00:00Z"}, "from= is a moment"),
        ({"to": "9999-12-31T23:59:59Z"}, "to= is a moment"),
        ({"from": "2026-11-22T14:05Z", "to": "2026-11-22T14:05Z"}, "to= has to be later than from=."),
        ({"after": "12"}, "after= is no place in this list"),
        ({"node": "n" * 254}, "node= is the name of a node: at most 253 characters."),
        ({"node": "a\x00b"}, "node= is the name of a node"),
    ],
)
def test_an_address_that_makes_no_sense_is_told_what_would(query: dict[str, str], sentence: str) -> None:
    with pytest.raises(WrongError, match=sentence.split("(")[0].replace("+", r"\+")):
        asked(query, "", NOW)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-22T14:05Z", 1_795_356_300.0),
        ("2026-11-22T14:05", 1_795_356_300.0),
        ("2026-11-22T15:05+01:00", 1_795_356_300.0),
        ("2026-11-22T15:05 01:00", 1_795_356_300.0),
        ("2026-11-22", 1_795_305_600.0),
    ],
)
def test_a_moment_is_utc_unless_it_says_otherwise(text: str, moment: float) -> None:
    assert asked({"from": text}, "", NOW).wanted.began == moment


def test_a_list_that_was_filtered_keeps_its_filter_from_page_to_page() -> None:
    one = asked({"kind": "etcd", "range": "7d", "after": "12.5~7", "fragment": "1"}, "prod", NOW)
    assert one.wanted == Wanted(slug="prod", kind="etcd", began=NOW - 7 * 86_400.0)
    assert one.after == Place(12.5, 7)
    assert one.query(after="1~2") == "kind=etcd&range=7d&after=1~2"
    assert asked({}, "", NOW).wanted.began == NOW - 86_400.0
    assert asked({"range": "all"}, "", NOW).wanted.began is None


def test_a_place_in_a_list_survives_its_address() -> None:
    place = Place(NOW + 0.1, 9)
    assert asked({"after": wanted_changes.place(place)}, "", NOW).after == place


def found(*rows: ChangeRow) -> list[Found]:
    return [Found(number, "prod", "Prod", row) for number, row in enumerate(rows)]


NEWEST_FIRST = found(*reversed(TOLD))
SPANS = (Span(Epoch(NOW - 5000), Epoch(NOW - 2500)), Span(Epoch(NOW - 2200), Epoch(NOW)))


def told(lines: list[LogLine | GapLine]) -> list[str]:
    return [one.line.title if isinstance(one, LogLine) else f"gap of {one.lasted}" for one in lines]


def test_what_happened_together_is_one_line_that_opens_and_a_gap_is_a_line_of_its_own() -> None:
    lines = log_lines(NEWEST_FIRST, SPANS, first_page=True, older=False)
    assert told(lines) == [
        "node-1 · kubelet",
        "kube-proxy",
        "etcd",
        "gap of 5 min",
        "node-2, node-1 · kubelet",
        "etcd",
    ]
    group = lines[4]
    assert isinstance(group, LogLine)
    assert [part.title for part in group.parts] == ["node-2 · kubelet", "node-1 · kubelet"]
    assert [one.plane for one in lines if isinstance(one, LogLine)] == ["data", "data", "control", "data", "control"]


def test_a_gap_beyond_the_page_is_told_on_the_page_where_it_lies() -> None:
    newer, older = NEWEST_FIRST[:2], NEWEST_FIRST[4:]
    assert "gap of 5 min" not in told(log_lines(newer, SPANS, first_page=True, older=True))
    assert "gap of 5 min" not in told(log_lines(older, SPANS, first_page=False, older=False))
    assert told(log_lines([], SPANS, first_page=True, older=False)) == ["gap of 5 min"]


@pytest.mark.parametrize(("began", "lines"), [(-2490.1, []), (-2490.0, ["gap of 10 s"])])
def test_between_two_notes_of_one_collector_there_is_no_gap(began: float, lines: list[str]) -> None:
    spans = (SPANS[0], Span(Epoch(NOW + began), Epoch(NOW)))
    assert told(log_lines([], spans, first_page=True, older=False)) == lines


def test_changes_of_two_clusters_are_never_one_line() -> None:
    row = change(10.0, "node-1", State.DOWN, agent="kubelet", group="g")
    two = [Found(1, "a", "A", row), Found(2, "b", "B", row)]
    assert [one.slug for one in log_lines(two, (), first_page=True, older=False) if isinstance(one, LogLine)] == ["a", "b"]


def test_the_density_stands_on_the_horizon_the_worst_next_to_it() -> None:
    dots = [Dot(50.0, True, "healthy"), Dot(50.0, True, "down"), Dot(50.0, False, "degraded"), Dot(100.0, False, "down")]
    control_down, control_healthy, data = blocks(dots, 0.0, 100.0)
    assert (control_down.state, control_healthy.state, data.state) == ("down", "healthy", "degraded")
    assert float(control_down.y[:-1]) + float(control_down.height[:-1]) == pytest.approx(49.0, abs=0.02)
    assert float(control_healthy.y[:-1]) < float(control_down.y[:-1])
    assert data.y == "51.00%"
    assert control_down.x == f"{(BINS // 2) / BINS:.3%}"
    assert blocks(dots, 100.0, 100.0) == []


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (
            Wanted(slug="prod"),
            [
                (1, True, "down", 1),
                (3, False, "down", 2),
                (5, True, "healthy", 1),
                (7, False, "degraded", 1),
                (8, False, "healthy", 1),
            ],
        ),
        (Wanted(slug="prod", plane="control"), [(1, True, "down", 1), (5, True, "healthy", 1)]),
        (Wanted(slug="prod", state="down"), [(1, True, "down", 1), (3, False, "down", 2)]),
        (Wanted(slug="other"), []),
    ],
)  # fmt: skip
def test_changes_are_counted_in_parts_of_the_time_by_plane_and_state(
    cluster: Cluster, wanted: Wanted, expected: list[tuple[int, bool, str, int]]
) -> None:
    """In parts of 500 s: what is at the beginning of one is in it, what is at the end of all is in none."""
    made = changes.binned(wanted, NOW - 4_500, NOW, 9)
    at = [(NOW - 4_500 + (place + 0.5) * 500, control, state, count) for place, control, state, count in expected]
    assert sorted((one.at, one.control, one.state, one.count) for one in made) == sorted(at)
    assert changes.binned(wanted, NOW, NOW, 9) == []
    assert sum(one.count for one in changes.binned(Wanted(slug="prod"), NOW - 4_000, NOW - 500, 9)) == 5


def test_the_oldest_change_is_that_of_those_that_are_asked_for(cluster: Cluster) -> None:
    assert changes.oldest(Wanted(slug="prod", began=NOW - 4_500)) == NOW - 4_000
    assert changes.oldest(Wanted(slug="prod", state="degraded", began=NOW - 4_500)) == NOW - 1_000
    assert changes.oldest(Wanted(slug="other")) is None


def test_a_thousand_changes_of_a_moment_stay_within_their_half() -> None:
    (block,) = blocks([Dot(1.0, True, "down")] * 1000, 0.0, 100.0)
    assert (block.y, block.height) == ("3.00%", "46.00%")


def test_what_nobody_watched_of_the_densitys_time_is_hatched() -> None:
    spans = (Span(Epoch(20.0), Epoch(40.0)), Span(Epoch(60.0), Epoch(90.0)))
    assert [(one.x, one.width) for one in unwatched_blocks(spans, 0.0, 100.0)] == [("0.000%", "20.000%"), ("40.000%", "20.000%")]
    assert [(one.x, one.width) for one in unwatched_blocks((), 0.0, 100.0)] == [("0.000%", "100.000%")]


def test_the_feed_is_well_formed_whatever_a_cluster_says() -> None:
    row = change(10.0, "node-1", State.DOWN, agent="kubelet", because='<b>&"\x00\x1b\ud800 ok')
    text = change_feeds.atom(found(row), title="A & B", address="https://x/?a=1&b=2", site="https://x", now=NOW)
    feed = ET.fromstring(text.encode())  # noqa: S314  ours
    assert feed.findtext(f"{ATOM}title") == "A & B"
    entry = feed.find(f"{ATOM}entry")
    assert entry is not None
    assert entry.findtext(f"{ATOM}title") == "Prod: node-1 kubelet healthy → down"
    assert entry.findtext(f"{ATOM}summary") == '<b>&"\ufffd\ufffd\ufffd ok'
    assert entry.findtext(f"{ATOM}updated") == "2026-05-28T20:26:30.000Z"
    link = entry.find(f"{ATOM}link")
    assert link is not None
    assert link.get("href") == "https://x/c/prod/nodes/node-1/"


def test_a_cell_is_no_formula_and_a_line_break_stays_in_its_cell() -> None:
    row = change(10.0, "etcd", State.DOWN, because='=HYPERLINK("x")\nand, more')
    head, line = csv.reader(io.StringIO("".join(csv_files.line(one) for one in change_feeds.rows(found(row)))))
    assert tuple(head) == change_feeds.COLUMNS
    assert line[:7] == ["2026-05-28T20:26:30.000Z", "prod", "Component", "etcd", "", "healthy", "down"]
    assert line[7] == '\'=HYPERLINK("x")\nand, more'


PLACES = ("/changes/", "/c/prod/changes/", "/changes.atom", "/c/prod/changes.atom", "/changes.csv", "/c/prod/changes.csv")


@pytest.mark.any_database
@pytest.mark.parametrize("address", PLACES)
def test_it_is_for_those_who_are_signed_in(cluster: Cluster, client: Client, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/signin/")


@pytest.mark.parametrize("address", PLACES)
def test_all_that_is_remembered_is_told_and_a_wrong_filter_is_refused_in_words(
    cluster: Cluster, admin_client: Client, address: str
) -> None:
    answer = admin_client.get(address, {"range": "all"})
    assert answer.status_code == 200
    assert b"node-2" in answer.content
    wrong = admin_client.get(address, {"range": "1y"})
    assert wrong.status_code == 400
    assert b"range= is one of" in wrong.content


@pytest.mark.any_database
@pytest.mark.parametrize("address", PLACES[1::2])
def test_an_unknown_clusters_changes_are_not_found(cluster: Cluster, admin_client: Client, address: str) -> None:
    answer = admin_client.get(address.replace("prod", "no-such"))
    assert answer.status_code == 404
    assert "There is no cluster" in answer.content.decode()


@pytest.mark.parametrize(
    ("asked_for", "said"),
    [
        ({"range": "all", "node": "no-such"}, "No changes that this filter finds since watching began at <time"),
        ({"from": "2026-05-28T19:00Z", "node": "no-such"}, "No changes that this filter finds since watching began at <time"),
        # There are later ones.
        ({"from": "2026-05-28T19:00Z", "to": "2026-05-28T19:10Z"}, "No changes. Watching began <time"),
        # Watched since before, though with a gap.
        ({"from": "2026-05-28T19:50Z", "node": "no-such"}, "No changes that this filter finds. Watching began <time"),
        ({"from": "2026-05-28T20:25Z", "to": "2026-05-28T20:26Z"}, "No changes. Watching began <time"),
    ],
)
def test_a_page_without_changes_says_since_when_it_was_watched(
    cluster: Cluster, admin_client: Client, asked_for: dict[str, str], said: str
) -> None:
    text = admin_client.get("/c/prod/changes/", asked_for).content.decode()
    assert said in text
    assert 'data-clock="1779995000.0"' in text[text.index(said) :]


def test_a_component_has_one_name_in_lists_and_feeds() -> None:
    rows = [change(2.0, "dns", State.DOWN), change(1.0, "node-1", State.DOWN, agent="container-runtime")]
    assert [line.title for line in change_lines(rows, 10)] == ["DNS", "node-1 · container runtime"]
    text = change_feeds.atom(found(*rows), title="x", address="https://x/", site="https://x", now=NOW)
    told = ET.fromstring(text)  # noqa: S314  ours
    titles = [entry.findtext(f"{ATOM}title") for entry in told.iter(f"{ATOM}entry")]
    assert titles == ["Prod: DNS healthy → down", "Prod: node-1 container runtime healthy → down"]


def test_of_a_time_whose_changes_were_too_many_to_be_kept_nothing_is_said_to_be_watched(cluster: Cluster) -> None:
    pruning.changes(before=NOW - 9000, keep=3)
    spans = changes.page(Wanted(slug="prod"), None, 10).spans
    assert spans == (Span(Epoch(NOW - 2999), Epoch(NOW - 2500)), Span(Epoch(NOW - 2200), Epoch(NOW)))
