"""The picture of a moment in the past, by its address: page, JSON and file say what is remembered, and what is not."""

import json
import re
from datetime import UTC, datetime

import msgspec
import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dashboard import notes, wanted_changes
from dashboard.models import Bookmark
from dashboard.then import iso, then
from planes.models import Cluster
from planes.store import clusters, moments, selectors, services, walks
from planes.store.moments import Around
from planes.structs.history import Span
from planes.structs.moments import Epoch
from planes.structs.rows import ChangeRow, Frame
from planes.structs.verdicts import State
from tests.store import rows

NOW = 1_780_000_000.0
WELL, DOWN = State.HEALTHY, State.DOWN


def change(ago: float, subject: str, before: State, after: State, *, agent: str = "") -> ChangeRow:
    return ChangeRow(
        subject_kind="Node" if agent else "Component",
        subject=subject,
        agent=agent,
        before=before,
        after=after,
        because=f"{subject} became {after.value}.",
        at=Epoch(NOW - ago),
    )


TOLD = (
    change(4000.0, "kube-scheduler", WELL, DOWN),
    change(3000.0, "node-1", WELL, DOWN, agent="kubelet"),
    change(2000.0, "kube-scheduler", DOWN, WELL),
    change(500.0, "node-1", DOWN, WELL, agent="kubelet"),
)


def whole() -> Frame:
    """A scheduler and two nodes, as they have been for long."""
    replace, long_ago = msgspec.structs.replace, Epoch(NOW - 9000)
    agent = replace(rows.agent(), since=long_ago)
    agents = {"kubelet": agent, "kube_proxy": agent, "container_runtime": agent}
    nodes = {name: replace(rows.node(name), since=long_ago, created=long_ago, **agents) for name in ("node-1", "node-2")}
    scheduler = replace(rows.component("kube-scheduler"), since=Epoch(NOW - 2000))
    return replace(rows.full(), at=Epoch(NOW), components=[scheduler], nodes=nodes, attention=[], changes=[])


@pytest.fixture
def cluster(db: None) -> Cluster:
    found = clusters.declare([clusters.Declaration("kubeconfig", "Prod", "/etc/kube", "prod")])[0]
    epoch = services.take(found.pk)
    services.flush(found.pk, epoch, 1, whole())
    services.flush(found.pk, epoch, 2, Frame(at=Epoch(NOW), changes=list(TOLD)))
    services.touch(found.pk, epoch, NOW - 2500, span=Span(Epoch(NOW - 5000), Epoch(NOW - 2500)))
    services.touch(found.pk, epoch, NOW, span=Span(Epoch(NOW - 2200), Epoch(NOW)))
    return Cluster.objects.get(pk=found.pk)


@pytest.fixture
def browser(visitor: User, cluster: Cluster) -> Client:
    client = Client()
    client.force_login(visitor)
    return client


def at(ago: float) -> str:
    return datetime.fromtimestamp(NOW - ago, UTC).isoformat().replace("+00:00", "Z")


@pytest.mark.parametrize(
    ("ago", "scheduler", "kubelet"),
    [(4500.0, "healthy", "healthy"), (3500.0, "down", "healthy"), (2600.0, "down", "down"), (1000.0, "healthy", "down")],
)
def test_a_snapshot_of_the_past_says_what_each_was_then(cluster: Cluster, ago: float, scheduler: str, kubelet: str) -> None:
    found = moments.snapshot("prod", NOW - ago)
    assert found is not None
    assert {row.kind: row.state.value for row in found.components}["kube-scheduler"] == scheduler
    code = found.nodes["kubelet"][found.nodes["name"].index("node-1")]
    assert code == {"healthy": 0, "down": 2}[kubelet]
    assert found.past is not None
    assert found.past.watched
    assert [one.at <= NOW - ago for one in found.changes] == [True] * len(found.changes)


@pytest.mark.any_database
def test_of_two_changes_in_one_moment_the_one_that_was_announced_last_holds(cluster: Cluster) -> None:
    """Both 1,500 s ago: the kubelet was degraded for no time between."""
    twice = [
        change(1500.0, "node-2", WELL, State.DEGRADED, agent="kubelet"),
        change(1500.0, "node-2", State.DEGRADED, DOWN, agent="kubelet"),
        change(1500.0, "node-2", WELL, State.DEGRADED, agent="kube-proxy"),
        change(1400.0, "node-2", DOWN, WELL, agent="kubelet"),
    ]
    services.flush(cluster.pk, cluster.epoch, 3, Frame(at=Epoch(NOW), changes=twice))

    def was(ago: float) -> tuple[object, object, object]:
        found = moments.snapshot("prod", NOW - ago)
        assert found is not None
        place = found.nodes["name"].index("node-2")
        return found.nodes["kubelet"][place], found.nodes["proxy"][place], found.nodes["because"][place]

    assert was(1501.0) == (0, 0, "")
    assert was(1500.0) == (2, 1, "node-2 became down.")
    assert was(1450.0) == (2, 1, "node-2 became down.")
    assert was(1300.0) == (0, 1, "node-2 became degraded.")


def test_what_is_compared_of_a_moment_is_what_its_picture_shows(cluster: Cluster) -> None:
    for ago in (4500.0, 3500.0, 2600.0, 2300.0, 1000.0):
        shown, compared = moments.snapshot("prod", NOW - ago), moments.picture("prod", NOW - ago)
        assert shown is not None
        assert compared is not None
        near, past = compared
        assert past is not None
        assert near == moments.around("prod", NOW - ago)
        assert (past.cluster, past.components, past.attention) == (shown.cluster, shown.components, shown.attention)
        assert [one.name for one in past.nodes] == shown.nodes["name"]
    assert moments.picture("prod", NOW - 6000) == (moments.around("prod", NOW - 6000), None)
    assert moments.picture("nowhere", NOW) is None


def test_it_knows_the_changes_around_it(cluster: Cluster) -> None:
    assert moments.around("prod", NOW - 3500) == Around(
        oldest=NOW - 5000, watched=True, nearest=None, previous=NOW - 4000, following=NOW - 3000
    )
    gap = moments.around("prod", NOW - 2300)
    assert gap is not None
    assert (gap.watched, gap.nearest) == (False, NOW - 2200)
    assert moments.around("nowhere", NOW) is None


@pytest.mark.any_database
def test_the_page_says_loudly_that_it_is_the_past_and_leads_back(browser: Client) -> None:
    page = browser.get(f"/c/prod/?at={at(3500)}").content.decode()
    assert "This is the past:" in page
    assert 'data-key="l"' in page
    assert f'data-at="{NOW - 3500:.3f}"' in page
    assert "previous change" in page
    assert iso(NOW - 4000).replace(":", "%3A") in page
    assert "is-live" not in page
    assert "kube-scheduler became down." in page


def test_where_nobody_watched_the_nearest_moment_is_offered(browser: Client) -> None:
    page = browser.get(f"/c/prod/?at={at(2300)}").content.decode()
    assert "Nobody watched then: nothing is known of this moment." in page
    assert iso(NOW - 2200).replace(":", "%3A") in page


def test_the_moments_that_are_offered_can_be_shown_wherever_in_a_tenth_of_a_second_watching_began(cluster: Cluster) -> None:
    cluster.watched.all().delete()
    for began, ended in ((5000.04, 2500.06), (2400.03, 2400.01), (2200.04, 0.0)):  # seconds ago; that in the middle holds no tenth
        cluster.watched.create(began=NOW - began, ended=NOW - ended)
    before, early, late = (moments.around("prod", NOW - ago) for ago in (6000.0, 2480.0, 2300.0))
    for near, offered in ((before, "oldest"), (early, "nearest"), (late, "nearest")):
        assert near is not None
        shown = wanted_changes.moment({"at": iso(getattr(near, offered))}, "at")
        assert shown is not None
        there = moments.around("prod", shown)
        assert there is not None
        assert there.watched
        assert there.oldest is not None
        assert shown >= there.oldest


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("moment", "status", "said"),
    [
        ("soon", 400, "at= is a moment such as 2026-11-22T14:05Z."),
        ("2026-13-41", 400, "at= is a moment such as"),
        ("", 400, "at= has to lie in the past."),
        ("2099-01-01T00:00Z", 400, "at= has to lie in the past."),
        (at(5001.0), 404, f"What is remembered begins on {datetime.fromtimestamp(NOW - 5000, UTC):%-d %b %Y, %H:%M:%S} UTC."),
    ],
)
def test_a_moment_that_cannot_be_shown_says_what_can(browser: Client, moment: str, status: int, said: str) -> None:
    response = browser.get("/c/prod/", {"at": moment})
    assert response.status_code == status
    assert said in response.content.decode()
    assert 'href="/c/prod/"' in response.content.decode()


@pytest.mark.any_database
def test_a_moment_may_be_given_in_any_zone(browser: Client) -> None:
    east = datetime.fromtimestamp(NOW - 3500, UTC).replace(tzinfo=None).isoformat() + "+00:00"
    assert f'data-at="{NOW - 3500:.3f}"' in browser.get("/c/prod/", {"at": east}).content.decode()
    assert browser.get("/c/nowhere/", {"at": at(10)}).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_json_and_the_file_say_the_same(browser: Client) -> None:
    told = json.loads(browser.get(f"/api/v1/c/prod/snapshot?at={at(3500)}").content)
    assert told["past"]["watched"] is True
    assert {row["kind"]: row["state"] for row in told["components"]}["kube-scheduler"] == "down"
    drawn = browser.get(f"/c/prod/picture.svg?at={at(3500)}").content.decode()
    assert "the past, as it is remembered" in drawn
    assert "kube-scheduler" in drawn
    for address in ("/api/v1/c/prod/snapshot", "/c/prod/picture.svg"):
        for moment in ("soon", "2099-01-01"):
            assert browser.get(f"{address}?at={moment}").status_code == 400


def test_the_bar_keeps_to_the_present_and_steps_keep_what_else_was_asked(cluster: Cluster) -> None:
    near, head = moments.around("prod", NOW - 100), selectors.cluster("prod")
    assert near is not None
    assert head is not None
    told = then(head, NOW - 100, near, {"at": "x", "group": "pool", "lens": "15m"}, NOW)
    assert (told.ended, told.began) == (NOW, NOW - 900)
    assert told.previous is not None
    assert told.previous.query == f"?group=pool&at={iso(NOW - 500).replace(':', '%3A')}&lens=15m"
    assert (told.previous.said, told.following) == ("6 min 40 s before", None)
    assert told.place == "88.89%"
    assert [one.name for one in told.lenses if one.chosen] == ["15m"]
    control, data = told.tracks
    assert {piece.state for piece in control.pieces} == {"healthy"}
    assert {piece.state for piece in data.pieces} > {"healthy"}


@pytest.mark.parametrize(
    ("lens", "ago", "ended", "x", "width"),
    [
        ("2h", 3000.0, 0.0, 100 - 2 / 24 * 100, 2 / 24 * 100),  # both end now
        ("2h", 86_400.0, 43_200.0, 50 - 1 / 24 * 100, 2 / 24 * 100),  # the moment lies in the middle of both
        ("2h", 10_000.0, 0.0, 100 - (10_000 + 3_600) / 864, 2 / 24 * 100),
        ("15m", 100.0, 0.0, 100 - 15 / 1440 * 100, 15 / 1440 * 100),
    ],
)
def test_below_less_than_a_day_stands_the_day_with_that_part_marked(
    cluster: Cluster, lens: str, ago: float, ended: float, x: float, width: float
) -> None:
    near, head = moments.around("prod", NOW - ago), selectors.cluster("prod")
    assert near is not None
    assert head is not None
    day = then(head, NOW - ago, near, {"lens": lens}, NOW).day
    assert day is not None
    assert (day.began, day.ended) == (NOW - ended - 86_400, NOW - ended)
    assert (day.x, day.width) == (f"{x:.2f}%", f"{width:.2f}%")
    if ended == 0.0:
        assert "down" in {one.state for one in day.tracks[0].pieces}


@pytest.mark.parametrize("lens", ["24h", "7d", "30d"])
def test_a_day_or_more_has_no_day_below_it(cluster: Cluster, lens: str) -> None:
    near, head = moments.around("prod", NOW - 3000), selectors.cluster("prod")
    assert near is not None
    assert head is not None
    assert then(head, NOW - 3000, near, {"lens": lens}, NOW).day is None


def test_what_came_after_is_told_newest_first_and_a_group_by_its_first_and_their_number(cluster: Cluster) -> None:
    """A hundred nodes fell silent one second after the other from 400 s ago; a batch ends among them."""
    group = [
        msgspec.structs.replace(change(400.0 - n, f"node-{n + 10}", WELL, DOWN, agent="kubelet"), group="silent")
        for n in range(100)
    ]
    services.flush(cluster.pk, cluster.epoch, 3, Frame(at=Epoch(NOW), changes=group))
    after = moments.changes_after(cluster.pk, NOW - 2000, moments.AFTER)
    assert [one.at - NOW for one in after] == [*range(-393, -401, -1), -500]
    assert [one.more for one in after] == [92, *[0] * 8]
    few = moments.changes_after(cluster.pk, NOW - 304, moments.AFTER)
    assert [(round(one.at - NOW), one.more) for one in few] == [(-301, 0), (-302, 0), (-303, 0)]
    assert moments.changes_after(cluster.pk, NOW - 301, moments.AFTER) == []


def test_the_bar_says_in_words_what_has_room_and_where_an_incident_was(cluster: Cluster) -> None:
    """In two hours: the scheduler was down from 4,000 to 2,000 s ago, and nobody watched for 300 s of it."""
    near, head = moments.around("prod", NOW - 3000), selectors.cluster("prod")
    assert near is not None
    assert head is not None
    told = then(head, NOW - 3000, near, {}, NOW)
    control, _ = told.tracks
    assert [(one.state, one.said) for one in control.pieces] == [
        ("", ""), ("healthy", "healthy"), ("down", "down"), ("", ""), ("down", ""), ("healthy", "healthy"),
    ]  # fmt: skip
    whole = told.ended - told.began
    assert [(one.x, one.width, one.title) for one in told.spans] == [
        (f"{(NOW - 3000 - told.began) / whole:.2%}", f"{2500 / whole:.2%}", "kubelet of node-1 was down"),
        (f"{(NOW - 4000 - told.began) / whole:.2%}", f"{2000 / whole:.2%}", "kube-scheduler was down"),
    ]
    assert [one.title for one in told.incidents] == ["kubelet of node-1 was down", "kube-scheduler was down"]


@pytest.mark.parametrize(("after", "words"), [(0.0, ("healthy", "healthy")), (600.0, ("", ""))])
def test_what_is_so_now_stands_beside_the_way_back_unless_nobody_vouches_for_it(
    cluster: Cluster, after: float, words: tuple[str, str]
) -> None:
    near, head = moments.around("prod", NOW - 3000), selectors.cluster("prod")
    assert near is not None
    assert head is not None
    now = then(head, NOW - 3000, near, {}, NOW + after).now
    assert (now.control, now.data) == words


@pytest.mark.parametrize(("began", "ended"), [(4000.0, 0.0), (2500.0, 100.0), (600.0, -50.0), (5000.0, 4500.0)])
def test_what_was_walked_once_is_cut_to_each_window_and_goes_on_over_what_is_new(
    cluster: Cluster, began: float, ended: float
) -> None:
    def asked() -> tuple[moments.Tracks, int]:
        with CaptureQueriesContext(connection) as queries:
            found = moments.tracks("prod", NOW - began, NOW - ended, ("kubelet", "kube-proxy"))
        return found, sum('"before"' in one["sql"] and "'Node'" in one["sql"] for one in queries)

    fresh, reads = asked()
    assert reads == 1
    walks.forget()
    moments.tracks("prod", NOW - 9000, NOW - 1000, ("kubelet", "kube-proxy"))
    assert asked() == (fresh, 0)
    services.flush(
        cluster.pk, cluster.epoch, 3, Frame(at=Epoch(NOW), changes=[change(-10.0, "node-1", WELL, DOWN, agent="kubelet")])
    )
    continued, reads = asked()
    assert reads == 0
    walks.forget()
    assert asked() == (continued, 1)


def test_from_the_present_a_link_leads_to_a_minute_ago_with_a_day_below_it(cluster: Cluster, browser: Client) -> None:
    answer = browser.get("/c/prod/past/")
    assert re.fullmatch(r"/c/prod/\?at=20\d\d-[0-9T:.-]+Z&lens=24h", answer["Location"])
    assert browser.get("/c/nowhere/past/").status_code == 404


MARKED = "Failover of <cp-1>"


def test_a_moment_that_is_kept_is_in_the_bar_and_on_its_page_and_leads_back(cluster: Cluster, browser: Client) -> None:
    answer = browser.post("/c/prod/bookmarks/", {"name": f"  {MARKED} \u202e", "at": at(3500)})
    assert (answer.status_code, answer["Location"]) == (302, f"/c/prod/?at={iso(NOW - 3500)}")
    said = "<b>Failover of &lt;cp-1&gt;</b>, "
    assert said in browser.get(f"/c/prod/?at={at(3000)}").content.decode()
    assert said not in browser.get(f"/c/prod/?at={at(1000)}&lens=15m").content.decode(), "it lies beyond what the bar shows"
    page = browser.get("/c/prod/bookmarks/").content.decode()
    assert f'href="/c/prod/?at={iso(NOW - 3500).replace(":", "%3A")}"><b>Failover of &lt;cp-1&gt;</b>' in page


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("name", "moment", "said"),
    [
        ("", at(3500), "needs a name"),
        ("x" * 101, at(3500), "needs a name"),
        (MARKED, "", "a moment in the past"),
        (MARKED, "soon", "at= is a moment such as"),
        (MARKED, "2099-01-01", "a moment in the past"),
        (MARKED, at(9000), "Nothing is remembered of that moment"),
    ],
)
def test_a_moment_that_cannot_be_kept_is_given_back_with_the_reason(
    cluster: Cluster, browser: Client, name: str, moment: str, said: str
) -> None:
    answer = browser.post("/c/prod/bookmarks/", {"name": name, "at": moment})
    assert (answer.status_code, said in answer.content.decode()) == (400, True)
    assert f'value="{moment}"' in answer.content.decode()
    assert not Bookmark.objects.exists()


def test_one_deletes_ones_own_bookmarks_and_there_is_an_end_to_their_number(
    cluster: Cluster, browser: Client, django_user_model: type[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notes, "MOST_BOOKMARKS", 1)
    other = Client()
    other.force_login(django_user_model.objects.create_user("jonas"))
    answers = [browser.post("/c/prod/bookmarks/", {"name": MARKED, "at": at(3500)}).status_code for _ in range(2)]
    assert answers == [302, 400]
    kept = Bookmark.objects.get().pk
    assert 'name="delete"' not in other.get("/c/prod/bookmarks/").content.decode()
    for wrong in (kept, "", "x"):
        assert other.post("/c/prod/bookmarks/", {"delete": wrong}).status_code == 302
    assert Bookmark.objects.exists()
    assert browser.post("/c/prod/bookmarks/", {"delete": kept}).status_code == 302
    assert not Bookmark.objects.exists()


def test_there_are_no_bookmarks_of_a_cluster_that_is_not_there(cluster: Cluster, browser: Client) -> None:
    assert browser.get("/c/nowhere/bookmarks/").status_code == 404
    assert browser.post("/c/nowhere/bookmarks/", {"name": MARKED, "at": at(3500)}).status_code == 404
    assert not Bookmark.objects.exists()
