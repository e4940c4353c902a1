"""The page of certificates, its CSV, its calendar and the API: the first end large, each with what fails then."""

import csv
import io
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from icalendar import Calendar
from msgspec.structs import replace
from pytest_django import DjangoAssertNumQueries

from dashboard import tokens
from dashboard.presenters.certificates import line, months, time_left
from planes.assess.certificates import standing
from planes.components.certificates import ways_of
from planes.models import Survey
from planes.structs.certificates import Certificate
from planes.structs.moments import Epoch
from planes.structs.rows import Frame
from planes.structs.survey import CertificateRow, GapRow, Held, SurveyRow, Untold
from tests.dashboard.rows import AT, Collecting

DAY = 86_400.0


def row(held: Held, name: str, days: float | None = None, *, closed: bool = True, untold: Untold | None = None) -> CertificateRow:
    """One that ends so many days after AT, with a comma, a semicolon and more than a line in its subject."""
    subject = "a, b; c\\d " + "é" * 60
    of = () if days is None else (Certificate(subject, "ca", AT - 300 * DAY, AT + days * DAY, f"{name}{days}"),)
    return CertificateRow(held, name, of, untold=untold, lead={one.mark: 7 * DAY for one in of}, closed=closed)


@pytest.fixture
def member(visitor: User, collecting: Collecting, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr("time.time", lambda: AT + 1.0)
    client = Client()
    client.force_login(visitor)
    return client


def held(collecting: Collecting, *of: CertificateRow, gaps: tuple[GapRow, ...] = ()) -> None:
    collecting.flush(Frame(at=Epoch(AT), survey=SurveyRow(of, gaps=gaps)))


def shown(client: Client) -> str:
    return " ".join(client.get("/c/prod/certificates/").content.decode().split())


@pytest.mark.any_database
def test_the_first_end_stands_first_with_what_fails_then(member: Client, collecting: Collecting) -> None:
    held(
        collecting, row(Held.SERVING, "cp-1", 90), row(Held.WEBHOOK, "gate", 30), row(Held.API_SERVICE, "v1.x", untold=Untold.ROOTS)
    )
    page = shown(member)
    assert page.index("webhook gate") < page.index("kube-apiserver cp-1") < page.index("API service v1.x")
    assert "refuses what it would have sent there (failurePolicy Fail)" in page
    assert "The API server trusts the roots of its own system." in page
    assert "2 certificates in 3 lines" in page


def test_two_serving_certificates_at_one_address_say_which_they_are(member: Client, collecting: Collecting) -> None:
    address = ("https://10.0.0.1:6443",)
    shared = [replace(row(Held.SERVING, "", days), where=address) for days in (90, 200)]
    held(collecting, *shared, replace(row(Held.SERVING, "cp-1", 300), where=("10.0.0.1",)))
    told = [one.where for one in member.get("/c/prod/certificates/").context["page"].lines]
    assert [", SHA-256 " in one for one in told] == [True, True, False]


@pytest.mark.parametrize(
    ("distribution", "says"),
    [
        ("kubeadm", "Renew it on each node of the control plane: kubeadm certs renew apiserver. Then restart"),
        ("EKS", "EKS holds the certificates of the control plane and renews them."),
        ("Talos", "Talos renews the certificates of control plane and kubelets by itself."),
        ("", ""),
    ],
)
def test_how_a_serving_certificate_is_renewed_goes_by_the_distribution(distribution: str, says: str) -> None:
    serving = row(Held.SERVING, "cp-1", 90)
    told = line(serving, standing(serving, AT), ways_of(distribution), AT, blind=False)
    assert told.renew.startswith(says)
    assert bool(told.renew) is bool(says)


@pytest.mark.any_database
def test_what_is_over_comes_first_and_is_counted(member: Client, collecting: Collecting) -> None:
    held(collecting, row(Held.CLIENT, "c", 3), row(Held.WEBHOOK, "gate", -3, closed=False), row(Held.SERVING, "", 200))
    page = member.get("/c/prod/certificates/").context["page"]
    told = [(one.title, one.left, one.over) for one in page.lines]
    assert told[0] == ("webhook gate", "ended 3 d ago", True)
    assert told[1][0] == "Planewatch’s own client"
    assert page.first is page.lines[0]
    assert "failurePolicy Ignore" in page.first.fails


def test_what_renews_itself_does_not_stand_first(member: Client, collecting: Collecting) -> None:
    token = CertificateRow(Held.TOKEN, "the token", expires=Epoch(AT + 60), renewed="the sign-in plugin")
    held(collecting, token, row(Held.WEBHOOK, "gate", 30))
    page = member.get("/c/prod/certificates/").context["page"]
    assert ([one.held for one in page.lines], page.first.title) == (["token", "webhook"], "webhook gate")
    held(collecting, token)
    assert member.get("/c/prod/certificates/").context["page"].first.renew == "Renewed by the sign-in plugin."


@pytest.mark.any_database
def test_while_nobody_vouches_for_it_no_certificate_is_called_good(
    member: Client, collecting: Collecting, monkeypatch: pytest.MonkeyPatch
) -> None:
    held(collecting, row(Held.SERVING, "cp-1", 90))
    monkeypatch.setattr("time.time", lambda: AT + 600.0)
    page = member.get("/c/prod/certificates/").context["page"]
    assert ([one.state for one in page.lines], page.verdict) == (["unknown"], "as they were when last seen")
    assert [one["state"] for one in member.get("/api/v1/c/prod/certificates").json()["certificates"]] == ["unknown"]


@pytest.mark.any_database
def test_what_could_not_be_read_and_what_never_can_is_said(member: Client, collecting: Collecting) -> None:
    assert "Nothing was looked at yet." in shown(member)
    held(collecting, gaps=(GapRow("apiservices", "APIServices", f"reads have failed for ⟨a:{AT - 60:.1f}⟩", True),))
    page = shown(member)
    assert "No certificate has been seen." in page
    assert "what is shown of them is the last known" in page
    assert "Planewatch never reads Secrets." in page


def test_what_another_version_wrote_is_not_looked_at(member: Client, collecting: Collecting) -> None:
    held(collecting, row(Held.SERVING, "cp-1", 90))
    Survey.objects.update(row=b'{"certificates":[{"held":"something new"}]}')
    assert "Nothing was looked at yet." in shown(member)


@pytest.mark.any_database
def test_no_cluster_no_certificates(member: Client) -> None:
    for address in ("certificates/", "certificates.csv", "certificates.ics"):
        assert member.get(f"/c/nowhere/{address}").status_code == 404
    assert member.get("/c/prod/certificates.ics?when=now").status_code == 400


@pytest.mark.any_database
def test_the_calendar_has_an_event_for_each_end_whose_name_stays(member: Client, collecting: Collecting) -> None:
    held(
        collecting, row(Held.SERVING, "cp-1", 90), row(Held.WEBHOOK, "gate", 30), row(Held.API_SERVICE, "v1.x", untold=Untold.ROOTS)
    )
    first = member.get("/c/prod/certificates.ics")
    assert first["Content-Type"] == "text/calendar; charset=utf-8"
    assert all(len(line) <= 75 for line in first.content.split(b"\r\n")), "lines are folded at 75 octets"
    events = Calendar.from_ical(first.content).events
    ends = [datetime.fromtimestamp(AT + days * DAY, UTC) for days in (30, 90)]
    assert [one.start for one in events] == ends
    assert str(events[0]["summary"]).endswith("webhook gate, CA bundle ends")
    assert {one.stamp for one in events} == {datetime.fromtimestamp(AT + 1, UTC)}
    serving, webhook = row(Held.SERVING, "cp-1", 90), row(Held.WEBHOOK, "gate", 30)
    held(collecting, replace(serving, name="", where=("10.0.0.1",)), webhook, replace(webhook, count=2, closed=False))
    again = Calendar.from_ical(member.get("/c/prod/certificates.ics").content).events
    assert [one["uid"] for one in again] == [one["uid"] for one in events]
    assert len({str(one["uid"]) for one in events}) == 2


@pytest.mark.any_database
def test_the_calendar_opens_to_a_token_of_its_cluster(member: Client, visitor: User, collecting: Collecting) -> None:
    held(collecting, row(Held.SERVING, "cp-1", 90))
    assert Client().get("/c/prod/certificates.ics").status_code == 302, "a person signs in"
    token, other = tokens.make(visitor, "calendar", [collecting.id]), tokens.make(visitor, "other", [collecting.id + 1])
    assert Client(headers={"Authorization": f"Bearer {token}"}).get("/c/prod/certificates.ics").status_code == 200
    assert Client(headers={"Authorization": f"Bearer {other}"}).get("/c/prod/certificates.ics").status_code == 404
    assert member.get(f"/c/prod/certificates.ics?token={token}").status_code == 400


def test_the_csv_has_a_row_for_each_certificate(member: Client, collecting: Collecting) -> None:
    held(collecting, row(Held.SERVING, "cp-1", 90), row(Held.TOKEN, "t", untold=Untold.UNSAID))
    found = list(csv.DictReader(io.StringIO(member.get("/c/prod/certificates.csv").content.decode())))
    assert [(one["what"], one["state"]) for one in found] == [
        ("kube-apiserver cp-1", "healthy"),
        ("Planewatch’s own token", "not_observable"),
    ]
    assert float(found[0]["seconds_left"]) == pytest.approx(90 * DAY - 1)


def test_the_page_asks_as_much_of_many_certificates_as_of_one(
    member: Client, collecting: Collecting, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    held(collecting, *(row(Held.WEBHOOK, f"w{one}", 30 + one) for one in range(200)))
    member.get("/c/prod/certificates/")
    with django_assert_num_queries(4 if connection.vendor == "postgresql" else 2):  # the cluster, what was found, and who asks
        assert len(member.get("/c/prod/certificates/").context["page"].lines) == 200


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (3 * 365.25 * DAY, "3 years"),
        (2 * 365.25 * DAY - 1, "730 d"),
        (2 * DAY, "2 d"),
        (2 * DAY - 60, "1 d 23 h"),
        (59.0, "59 s"),
        (-3 * DAY, "ended 3 d ago"),
    ],
)
def test_how_long_it_goes_on_is_told_in_its_own_size(seconds: float, said: str) -> None:
    assert time_left(seconds) == said


def test_the_scale_names_each_month_and_the_year_where_it_begins() -> None:
    told = months(datetime(2026, 11, 24, 14, 0, tzinfo=UTC).timestamp())
    assert [one.name for one in told] == [
        *("Nov", "Dec", "Jan", "Feb", "Mar", "Apr", "May"),
        *("Jun", "Jul", "Aug", "Sep", "Oct", "Nov"),
    ]
    assert [one.year for one in told if one.year] == ["2026", "2027"]
