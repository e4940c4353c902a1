"""The pages of incidents and their reports: what was first, what followed and why, from what is on record alone."""

import base64
import hashlib
import re

import msgspec
import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from dashboard import incident_pages, incident_reports, notes, tokens
from dashboard.models import IncidentNote
from dashboard.presenters import incidents as told
from dashboard.then import iso
from planes.models import Cluster, Component, Transition
from planes.store import clusters, incidents, selectors, services
from planes.store.selectors import ClusterHead
from planes.structs.history import Span
from planes.structs.incidents import Incident, Spell, Step
from planes.structs.moments import Epoch
from planes.structs.rows import ChangeRow, Frame
from planes.structs.verdicts import State
from tests.store.rows import full

NOW = 1_780_000_000.0
HEALTHY, DEGRADED, DOWN = State.HEALTHY, State.DEGRADED, State.DOWN
HOSTILE = "<b>slow</b> | *p99* [x](y)"


def change(ago: float, subject: str, before: State, after: State, because: str = "x", agent: str = "") -> ChangeRow:
    return ChangeRow("Node" if agent else "Component", subject, agent, before, after, because, Epoch(NOW - ago))


TOLD = (
    change(4000, "etcd", HEALTHY, DEGRADED, HOSTILE),
    change(3980, "kube-apiserver", HEALTHY, DEGRADED, "Writes take 2.8 s."),
    change(3960, "kube-scheduler", HEALTHY, DEGRADED),
    change(3950, "kube-scheduler", DEGRADED, DOWN, "Its lease is frozen."),
    change(3930, "kube-scheduler", DOWN, HEALTHY),
    change(3800, "kube-apiserver", DEGRADED, HEALTHY),
    change(3700, "etcd", DEGRADED, HEALTHY),
    change(3000, "gone.example", HEALTHY, DOWN, "It fell silent.", agent="kubelet"),
)


@pytest.fixture
def cluster(db: None) -> Cluster:
    found = clusters.declare(_declared())[0]
    epoch = services.take(found.pk)
    services.flush(found.pk, epoch, 1, msgspec.structs.replace(full(), changes=[]))
    services.flush(found.pk, epoch, 2, Frame(at=Epoch(NOW), changes=list(TOLD)))
    services.touch(found.pk, epoch, NOW, span=Span(Epoch(NOW - 5000), Epoch(NOW)))
    return found


@pytest.fixture
def browser(visitor: User, cluster: Cluster) -> Client:
    client = Client()
    client.force_login(visitor)
    return client


def incident(cluster: Cluster) -> Incident:
    """The one that began with etcd."""
    return incidents.of_clusters(cluster.slug)[0].incidents[-1]


def test_incidents_are_found_in_the_record_and_one_without_an_end_on_it_is_not_open(cluster: Cluster) -> None:
    (record,) = incidents.of_clusters("prod")
    lines = [told.line(one, record, NOW) for one in record.incidents]
    assert [(one.title, one.status, one.lasted) for one in lines] == [
        ("kubelet of gone.example was down", "over; its end is not on record", "not on record"),
        ("etcd was degraded, and 2 things followed", "closed", "5 min"),
    ]
    assert told.mean_to_heal(record.incidents, NOW) == "Mean time to heal in the last 30 days: 5 min, of 1 incident."


def test_what_was_found_is_remembered_until_something_else_is_on_record(
    cluster: Cluster, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    before = incidents.of_clusters("prod")[0].incidents
    with django_assert_num_queries(7):  # the cluster, what they are found in, the spans; no change is read again
        assert incidents.of_clusters("prod")[0].incidents is before
    Transition.objects.filter(subject="etcd", after="healthy").delete()
    (last,) = [one for one in incidents.of_clusters("prod")[0].incidents if len(one.steps) == 3]
    assert last.ended is None, "its end is no longer on record"
    Component.objects.create(cluster=cluster, kind="konnectivity", plane="control", state="down", since=NOW)
    assert incidents.of_clusters("prod")[0].incidents is not before


def test_a_page_tells_each_step_with_its_words_and_its_reason(cluster: Cluster, browser: Client) -> None:
    name = incident(cluster).id
    page = browser.get(f"/c/prod/incidents/{name}/").content.decode()
    assert "20\u00a0s after etcd. The API server cannot work without etcd" in page
    assert "20\u00a0s after API server. The scheduler renews its lease" in page or "20\u00a0s after kube-apiserver." in page
    assert "Its lease is frozen." in page  # what was said of the worst
    assert "&lt;b&gt;slow&lt;/b&gt;" in page
    assert page.count("picture.svg?at=") == 6  # before, during, after, each in two themes
    assert "100\u00a0%" in page


@pytest.mark.any_database
@pytest.mark.parametrize("address", ["/incidents/", "/c/prod/incidents/", "/c/prod/incidents/?fragment=1"])
def test_lists_lead_to_each_incident(cluster: Cluster, browser: Client, address: str) -> None:
    page = browser.get(address).content.decode()
    for one in incidents.of_clusters("prod")[0].incidents:
        assert f"/c/prod/incidents/{one.id}/" in page


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/c/prod/incidents/20200101T000000Z-etcd/", "There is no such incident on record"),
        ("/c/prod/incidents/%3Cb%3E/report.md", "There is no such incident on record"),
        ("/c/prod/incidents/x/report.html", "There is no such incident on record"),
        ("/c/nowhere/incidents/", "There is no cluster"),
        ("/c/nowhere/incidents/x/report.html", "There is no cluster"),
    ],
)
def test_what_is_not_there_is_said_to_be_missing(cluster: Cluster, browser: Client, address: str, said: str) -> None:
    response = browser.get(address)
    assert response.status_code == 404
    assert said in response.content.decode()


@pytest.mark.any_database
def test_a_report_needs_nothing_beside_it(cluster: Cluster) -> None:
    head, (record, one) = _read(cluster)
    page = incident_pages.page_of(head, record, one, NOW)
    shot = page.pictures[0]
    body = incident_reports.html(
        page,
        [
            incident_reports.drawn(shot.when, shot.at, b"<svg/>"),
            incident_reports.drawn("after", NOW, None, "The painter is busy."),
        ],
        "https://watch.example/c/prod/incidents/x/",
        NOW,
    )
    assert f"data:image/svg+xml;base64,{base64.b64encode(b'<svg/>').decode()}" in body
    assert "This picture could not be drawn: The painter is busy." in body
    assert "&lt;b&gt;slow&lt;/b&gt;" in body
    # Nothing is fetched, and nothing runs.
    assert not re.search(r"<(?:script|link|iframe)|(?:src|href)=\"(?!data:)", body)
    assert "2026-05-28 19:20:00 UTC" in body  # when it began; its zone is named


@pytest.mark.any_database
def test_the_report_by_its_address_holds_every_picture_and_may_show_its_own_style(cluster: Cluster, browser: Client) -> None:
    response = browser.get(f"/c/prod/incidents/{incident(cluster).id}/report.html")
    body = response.content.decode()
    assert body.count('src="data:image/svg+xml;base64,') == 3
    style = re.search(r"<style>(.*?)</style>", body, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in response["Content-Security-Policy"]
    assert response["Content-Disposition"].startswith("inline; ")


@pytest.mark.any_database
def test_text_of_a_cluster_is_no_markup_in_markdown(cluster: Cluster, browser: Client) -> None:
    response = browser.get(f"/c/prod/incidents/{incident(cluster).id}/report.md?download")
    body = response.content.decode()
    assert response["Content-Disposition"].startswith("attachment; ")
    assert r"\<b\>slow\</b\> \| \*p99\* \[x\](y)" in body
    rows = [line for line in body.splitlines() if line.startswith("| 2026-")]
    assert [len(re.findall(r"(?<!\\)\|", row)) for row in rows] == [7, 7, 7]


@pytest.mark.parametrize(
    ("spans", "ended", "expected"),
    [
        ([(0, 1000)], 300, "100 %"),
        ([(0, 150), (159, 1000)], 300, "100 %"),  # the pause between two notes of one collector is no gap
        ([(0, 150), (160, 1000)], 300, "95.0 %"),
        ([(200, 1000)], 300, "50.0 %"),
        ([(0, 250)], 300, "75.0 %"),
        ([], 300, "0.0 %"),
        ([(0, 1000)], None, ""),  # its end is not on record
    ],
)
def test_the_share_that_was_watched_is_of_its_own_time(
    spans: list[tuple[float, float]], ended: float | None, expected: str
) -> None:
    spell = Spell(("Component", "etcd", ""), Epoch(100), None if ended is None else Epoch(ended), False, DOWN, "x")
    one = Incident("x", (Step((spell,)),))
    assert told.observed(one, [Span(Epoch(began), Epoch(last)) for began, last in spans], 1000.0) == expected


@pytest.mark.any_database
def test_a_bar_shows_each_state_for_as_long_as_it_was(cluster: Cluster) -> None:
    one = incident(cluster)
    began, ended = told.window(one, NOW)
    scheduler = told.steps(one, began, ended, NOW)[2]
    whole = ended - began
    assert [(block.state, block.width) for block in scheduler.blocks] == [
        ("degraded", f"{10 / whole:.3%}"),
        ("down", f"{20 / whole:.3%}"),
    ]


WRITTEN = "The backup wrote to the same volume.\n<script>alert(1)</script> | \u202e*moved* it."


@pytest.mark.any_database
def test_a_note_is_plain_text_with_its_author_and_stands_in_both_reports(cluster: Cluster, browser: Client, visitor: User) -> None:
    address = f"/c/prod/incidents/{incident(cluster).id}/"
    answer = browser.post(address, {"text": WRITTEN})
    assert (answer.status_code, answer["Location"]) == (302, f"{address}#notes-title")
    said = "The backup wrote to the same volume.\n&lt;script&gt;alert(1)&lt;/script&gt; | *moved* it."
    for page in (browser.get(address), browser.get(f"{address}?fragment=1"), browser.get(f"{address}report.html")):
        assert said in page.content.decode()
        assert f"<b>{visitor.get_username()}</b>" in page.content.decode()
    assert r"\<script\>alert(1)\</script\> \| \*moved\* it." in browser.get(f"{address}report.md").content.decode()


def test_one_takes_away_ones_own_notes_and_no_others(
    cluster: Cluster, browser: Client, visitor: User, django_user_model: type[User]
) -> None:
    address = f"/c/prod/incidents/{incident(cluster).id}/"
    other = Client()
    other.force_login(django_user_model.objects.create_user("jonas"))
    browser.post(address, {"text": "Mine."})
    note = str(IncidentNote.objects.get().pk)
    assert 'name="delete"' not in other.get(address).content.decode()
    for wrong in (note, "", "x", "9" * 400):
        assert other.post(address, {"delete": wrong}).status_code == 302
    assert "Mine." in other.get(address).content.decode()
    visitor_page = browser.get(address).content.decode()
    assert f'name="delete" value="{note}"' in visitor_page
    assert browser.post(address, {"delete": note}).status_code == 302
    assert not IncidentNote.objects.exists()


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("text", "said"),
    [("", "needs some words"), (" \n\u200b ", "needs some words"), ("x" * (notes.LONGEST_NOTE + 1), "at most 4,000 characters")],
)
def test_a_note_that_cannot_be_kept_is_given_back_with_the_reason(cluster: Cluster, browser: Client, text: str, said: str) -> None:
    answer = browser.post(f"/c/prod/incidents/{incident(cluster).id}/", {"text": text})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert said in page
    assert text.strip() in page
    assert not IncidentNote.objects.exists()


def test_notes_of_an_incident_have_an_end_in_number(cluster: Cluster, browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notes, "MOST_NOTES", 1)
    address = f"/c/prod/incidents/{incident(cluster).id}/"
    assert [browser.post(address, {"text": text}).status_code for text in ("one", "two")] == [302, 400]


@pytest.mark.parametrize(
    ("address", "said"), [("/c/prod/incidents/x/", "There is no such incident"), ("/c/nowhere/incidents/x/", "There is no cluster")]
)
def test_nothing_is_noted_about_what_is_not_there(cluster: Cluster, browser: Client, address: str, said: str) -> None:
    answer = browser.post(address, {"text": "x"})
    assert (answer.status_code, said in answer.content.decode()) == (404, True)
    assert not IncidentNote.objects.exists()


@pytest.mark.any_database
def test_nobody_writes_who_is_not_signed_in(cluster: Cluster) -> None:
    assert Client().post(f"/c/prod/incidents/{incident(cluster).id}/", {"text": "x"})["Location"].startswith("/signin/")
    assert not IncidentNote.objects.exists()


def test_links_and_notes_stay_with_an_incident_that_turns_out_to_have_begun_earlier(cluster: Cluster, browser: Client) -> None:
    address = f"/c/prod/incidents/{incident(cluster).id}/"
    browser.post(address, {"text": "Seen before."})
    for at, before, after in ((NOW - 4200, "healthy", "degraded"), (NOW - 4050, "degraded", "healthy")):
        row = {"subject_kind": "Component", "subject": "etcd", "agent": "", "because": "x", "group": ""}
        Transition.objects.create(cluster=cluster, before=before, after=after, at=at, **row)
    joined = incident(cluster)
    page = browser.get(address)
    assert page.status_code == 200
    assert len(joined.steps) == 4
    assert joined.id not in address
    assert "Seen before." in page.content.decode()


def test_the_api_tells_the_same_step_by_step_a_page_at_a_time(cluster: Cluster, browser: Client) -> None:
    page = browser.get("/api/v1/c/prod/incidents?limit=1").json()
    assert [one["title"] for one in page["incidents"]] == ["kubelet of gone.example was down"]
    assert (page["count"], page["healing"], page["since"]) == (2, {"incidents": 0, "mean": None, "longest": None}, NOW - 5000)
    following = browser.get(f"/api/v1/c/prod/incidents?limit=1&cursor={page['next']}").json()
    (item,) = following["incidents"]
    assert following["next"] is None
    assert (item["title"], item["state"], item["goes_on"], item["began"], item["ended"], item["steps"], item["nodes"]) == (
        "etcd was degraded, and 2 things followed", "down", False, NOW - 4000, NOW - 3700, 3, 0,
    )  # fmt: skip
    everywhere = browser.get("/api/v1/incidents?state=over").json()
    assert [one["id"] for one in everywhere["incidents"]] == [page["incidents"][0]["id"], item["id"]]
    assert browser.get("/api/v1/incidents?state=open").json()["incidents"] == []

    browser.post(f"/c/prod/incidents/{item['id']}/", {"text": WRITTEN})
    whole = browser.get(f"/api/v1/c/prod/incidents/{item['id']}").json()
    assert [(one["what"], one["state"], one["to"], one["tie"], one["seconds"]) for one in whole["steps"]] == [
        ("etcd", "degraded", None, "", 0.0),
        (whole["steps"][1]["what"], "degraded", 0, "cannot work without", 20.0),
        (whole["steps"][2]["what"], "down", 1, "cannot work without", 20.0),
    ]
    assert [one["subject"] for one in whole["steps"][2]["spells"]] == ["kube-scheduler"]
    assert whole["steps"][2]["because"] == "Its lease is frozen."
    assert (whole["observed"], whole["notes"][0]["text"]) == ("100 %", WRITTEN.replace("\u202e", ""))
    report = browser.get(f"/api/v1/c/prod/incidents/{item['id']}/report").json()
    assert report["markdown"].startswith("# etcd was degraded, and 2 things followed\n")
    assert "](/c/prod/?at=" in report["markdown"]


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("tail", "status"), [("/x", 404), ("/x/report", 404), ("?state=x", 400), ("?cursor=x", 400), ("?at=1", 400)]
)
def test_the_api_says_what_is_wrong_with_what_was_asked_of_incidents(
    cluster: Cluster, browser: Client, tail: str, status: int
) -> None:
    answer = browser.get(f"/api/v1/c/prod/incidents{tail}")
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")


def test_a_token_knows_of_incidents_of_its_own_clusters_alone(cluster: Cluster, visitor: User) -> None:
    (other,) = [one for one in clusters.declare([*_declared(), _another()]) if one.slug == "other"]
    token = tokens.make(visitor, "report", [other.pk])

    program, name = Client(headers={"Authorization": f"Bearer {token}"}), incident(cluster).id
    assert program.get("/api/v1/incidents").json()["incidents"] == []
    assert [program.get(f"/api/v1/c/prod/incidents{tail}").status_code for tail in ("", f"/{name}", f"/{name}/report")] == [404] * 3


@pytest.mark.parametrize(
    ("address", "led"),
    [
        ("/c/prod/changes/?range=all", 7),  # each change of the three; the node's incident is another
        ("/changes/?range=all", 7),
        ("/c/prod/changes/?range=all&kind=kubelet", 0),
        (f"/c/prod/?at={iso(NOW - 3950)}", 1),
        (f"/c/prod/?at={iso(NOW - 3705)}", 1),
        (f"/c/prod/?at={iso(NOW - 4025)}", 1),  # the picture of before
        (f"/c/prod/?at={iso(NOW - 4040)}", 0),
        (f"/c/prod/?at={iso(NOW - 3680)}", 0),
        ("/c/prod/incidents/?kind=kube-scheduler", 1),
        ("/c/prod/incidents/?kind=kubelet", 0),
        ("/c/prod/incidents/?node=gone.example", 0),
        ("/incidents/?kind=etcd&node=gone.example", 0),
    ],
)
def test_changes_moments_and_subjects_lead_to_the_incident_that_they_belong_to(
    cluster: Cluster, browser: Client, address: str, led: int
) -> None:
    page = browser.get(address)
    assert page.status_code == 200
    assert page.content.decode().count(f'href="/c/prod/incidents/{incident(cluster).id}/"') == led


@pytest.mark.parametrize("query", ["kind=x", "node=" + "x" * 254, "node=%00"])
def test_a_filter_of_incidents_that_makes_no_sense_is_refused_in_a_sentence(cluster: Cluster, browser: Client, query: str) -> None:
    for address in ("/incidents/", "/c/prod/incidents/"):
        answer = browser.get(f"{address}?{query}")
        assert (answer.status_code, "This list cannot be shown" in answer.content.decode()) == (400, True)


def _declared() -> list[clusters.Declaration]:
    return [clusters.Declaration("kubeconfig", "Prod", "/etc/kube", "prod")]


def _another() -> clusters.Declaration:
    return clusters.Declaration("kubeconfig", "Other", "/etc/kube", "other")


def _read(cluster: Cluster) -> tuple[ClusterHead, tuple[incidents.Record, Incident]]:
    head = selectors.cluster(cluster.slug)
    found = incident_pages.found_in(cluster.slug, incident(cluster).id)
    assert head is not None
    assert found is not None
    return head, found


@pytest.mark.any_database
def test_one_webhook_that_was_all_that_was_wrong_is_named_as_the_cause(cluster: Cluster, browser: Client) -> None:
    fell = change(900, "kube-apiserver", HEALTHY, DEGRADED, "Webhook policy.example.org has had no ready endpoint.")
    fell = msgspec.structs.replace(fell, about="webhook policy.example.org", led=Epoch(NOW - 930))
    epoch = services.take(cluster.pk)
    services.flush(cluster.pk, epoch, 1, Frame(at=Epoch(NOW), changes=[fell, change(800, "kube-apiserver", DEGRADED, HEALTHY)]))
    (record,) = incidents.of_clusters("prod")
    one = record.incidents[0]
    title = "kube-apiserver was degraded by webhook policy.example.org"
    assert (told.title(one), one.steps[0].led) == (title, NOW - 930)
    page = browser.get(f"/c/prod/incidents/{one.id}/").content.decode()
    assert f"{title}</h1>" in page
    assert "<dt>cause</dt><dd>webhook policy.example.org</dd>" in page
    assert "It was first; when it was told, webhook policy.example.org was all that was wrong with it." in page.replace("\xa0", " ")
    report = browser.get(f"/c/prod/incidents/{one.id}/report.md").content.decode()
    assert "- Cause: webhook policy.example.org, all that was wrong with it when it was told" in report
    assert "- Cause:" not in browser.get(f"/c/prod/incidents/{record.incidents[-1].id}/report.md").content.decode()
