"""What nobody should ask, and somebody will: every page answers with the right status and a sentence that helps, and no text of a
cluster becomes markup."""

from urllib.parse import quote

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from msgspec.structs import replace

from dashboard.urls import urlpatterns
from planes.models import Cluster
from planes.store import services
from planes.structs.history import Span
from planes.structs.moments import Epoch
from planes.structs.rows import InstanceRow
from planes.structs.verdicts import State
from tests.dashboard.rows import AT, Collecting, component, full_frame, node

#: Every page below /c/<cluster>/, by name.
OF_A_CLUSTER = sorted(
    str(one.name) for one in urlpatterns if str(one.pattern).startswith("c/<slug:slug>/") and one.name != "acknowledge"
)  # which is no page: a button's answer, dashboard/views/walls.py
#: Names as Kubernetes allows them, and as nobody should give them.
NAMES = (
    "ip-10-0-0-1.eu-west-1.compute.internal",
    "a." * 126 + "a",
    "kube-system:scheduler",
    "knoten-größe",
    "ノード",
    "<script>alert(1)</script>",
    "a b%2F&c",
    "‮txt.exe",
)
#: Pages that take a moment or a stretch of time, with the parameter.
OF_TIME = (
    "/c/prod/?at={}",
    "/c/prod/uptime/?from={}",
    "/c/prod/uptime.csv?to={}",
    "/c/prod/changes/?from={}",
    "/c/prod/changes.csv?to={}",
    "/c/prod/changes.atom?from={}",
    "/changes/?to={}",
    "/c/prod/kube-scheduler/?from={}",
    "/api/v1/c/prod/changes?from={}",
    "/api/v1/c/prod/uptime?to={}",
    "/api/v1/c/prod/components/kube-scheduler/figures?from={}",
)
MALFORMED = ("soon", "2026-13-45", "2026-11-22T25:00Z", "-1", "1e400", "NaN", "9" * 300, "2026-11-22T14:05+99:00", "\x00", "١٢")


@pytest.fixture
def browser(visitor: User, collecting: Collecting) -> Client:
    collecting.flush(full_frame(2))
    services.touch(collecting.id, collecting.epoch, AT, span=Span(Epoch(AT - 1000), AT))
    client = Client()
    client.force_login(visitor)
    return client


def address(name: str, slug: str) -> str:
    (pattern,) = [one for one in urlpatterns if one.name == name]
    given = {place: {"slug": slug, "kind": "kube-scheduler"}.get(place, "x") for place in pattern.pattern.converters}
    return reverse(name, kwargs=given)


@pytest.mark.parametrize("name", OF_A_CLUSTER)
def test_each_page_of_a_cluster_that_is_not_there_or_not_any_more_says_which_are(browser: Client, name: str) -> None:
    Collecting("gone")
    Cluster.objects.filter(slug="gone").update(enabled=False)
    for slug in ("nowhere", "gone"):
        answer = browser.get(address(name, slug))
        said = answer.content.decode()
        assert answer.status_code == 404, said[:300]
        assert "There is no cluster" in said
        if answer["Content-Type"].startswith("text/html"):
            assert f"“{slug}”" in said
            assert 'href="/c/prod/"' in said


@pytest.mark.parametrize("name", NAMES)
def test_names_of_any_form_open_their_page_and_are_no_markup_anywhere(browser: Client, collecting: Collecting, name: str) -> None:
    frame = full_frame(0)
    labels = {"größe": "<i>groß</i>", "app.kubernetes.io/名": "ノ"}
    frame.nodes = {name: replace(node(name, "down"), because=f"<img src=x> {name}", labels=labels, zone=name[:63])}
    frame.components = [replace(component(), because=f"<img src=x> {name}", instances=(InstanceRow(name, state=State.HEALTHY),))]
    collecting.flush(frame)
    quoted = quote(name, safe="")
    for path in (
        "/c/prod/",
        "/c/prod/nodes/",
        f"/c/prod/nodes/{quoted}/",
        f"/c/prod/kube-scheduler/{quoted}/",
        f"/search/?q={quoted}",
    ):
        answer = browser.get(path)
        said = answer.content.decode()
        assert answer.status_code == 200, path
        assert "<img src=x>" not in said
        assert "<script>alert" not in said
        assert "<i>groß" not in said
    assert browser.get(f"/api/v1/c/prod/nodes/{quoted}/detail").json()["node"]["name"] == name


@pytest.mark.parametrize("name", [NAMES[5], NAMES[7], "x" * 2_000, "a/../b", "%"])
def test_names_that_are_not_there_lead_to_what_is(browser: Client, name: str) -> None:
    quoted = quote(name, safe="")
    for path, offered in (
        (f"/c/prod/nodes/{quoted}/", "/c/prod/nodes/node-1/"),
        (f"/c/prod/kube-scheduler/{quoted}/", ""),
        (f"/c/prod/incidents/{quoted}/", ""),
    ):
        answer = browser.get(path)
        said = answer.content.decode()
        assert answer.status_code == 404, path
        assert "<script>alert" not in said
        assert "<h1" in said
        assert offered in said


@pytest.mark.parametrize("path", OF_TIME)
def test_a_moment_that_is_none_is_refused_in_a_sentence(browser: Client, path: str) -> None:
    for moment in MALFORMED:
        answer = browser.get(path.format(quote(moment)))
        assert answer.status_code == 400, (moment, answer.content[:200])
        said = answer.content.decode()
        # The API bounds a parameter before it reads it.
        assert "is a moment such as 2026-11-22T14:05Z" in said or (path.startswith("/api/") and ("NUL" in said or len(moment) > 40))


@pytest.mark.parametrize("path", OF_TIME)
def test_a_moment_in_another_zone_is_the_same_moment_and_years_are_no_harm(browser: Client, path: str) -> None:
    same = {browser.get(path.format(quote(moment))).status_code for moment in ("2026-05-28T20:20:00Z", "2026-05-28T22:20:00+02:00")}
    assert same == {200}
    for moment in ("1980-01-01", "2019-06-01T00:00Z", "2099-12-31"):
        answer = browser.get(path.format(moment))
        assert answer.status_code in (200, 400, 404), moment
        assert answer.status_code == 200 or any(
            said in answer.content.decode()
            for said in ("is a moment such as", "future", "still to come", "past", "is remembered", "later")
        ), answer.content.decode()[:400]
