"""The page that compares: what is asked by its address, by its form, and what is answered where that makes no sense."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils.html import escape
from pytest_django import DjangoAssertNumQueries

from dashboard import tokens
from planes.models import Cluster
from planes.store import services
from planes.structs.history import Span
from planes.structs.moments import Epoch
from planes.structs.rows import Frame
from tests.dashboard.rows import AT, Collecting, full_frame, node

NOW = AT + 100
THEN = "2026-05-28T20:27:20Z"  # 40 s after AT


@pytest.fixture
def member(visitor: User, collecting: Collecting, monkeypatch: pytest.MonkeyPatch) -> Client:
    """The cluster prod, watched from AT on, one of whose nodes fell silent just now, and another cluster."""
    monkeypatch.setattr("time.time", lambda: NOW)
    client = Client()
    client.force_login(visitor)
    services.touch(collecting.id, collecting.epoch, NOW, span=Span(Epoch(AT), Epoch(NOW)))
    collecting.flush(Frame(at=Epoch(NOW - 1), nodes={"node-1": node("node-1", "down", at=NOW - 2)}))
    other = Cluster.objects.create(slug="other", name="<other>", source=Cluster.Source.KUBECONFIG)
    services.flush(other.pk, services.take(other.pk), 1, full_frame(2, at=Epoch(NOW - 1)))
    return client


def shown(client: Client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, response.content[:500]
    return " ".join(response.content.decode().split())


def test_two_clusters_the_differences_first(member: Client) -> None:
    page = shown(member, "/compare/?a=prod&b=other")
    assert page.index("nodes down") < page.index("The same in both")
    assert escape("<other>") in page
    assert "<other>" not in page
    assert "Nodes, one by one" not in page, "nodes of two clusters are not each other"


def test_two_moments_of_one_cluster_node_by_node(member: Client) -> None:
    page = shown(member, f"/compare/?a=prod@{THEN}&b=prod")
    assert "Nodes, one by one" in page
    assert page.index("node-1") > page.index("Nodes, one by one")
    assert f'href="/c/prod/?at={THEN}"' in page
    assert "not kept" in page


@pytest.mark.any_database
def test_the_same_twice_has_no_difference(member: Client) -> None:
    assert "No difference" in shown(member, "/compare/?a=other&b=other")


@pytest.mark.any_database
def test_without_both_there_is_a_choice(member: Client) -> None:
    for address in ("/compare/", "/compare/?a=prod", "/compare/?b=other"):
        page = shown(member, address)
        assert 'name="a_at"' in page
        assert "Choose two clusters" in page
    assert '<option value="prod" selected>' in shown(member, "/compare/?a=prod")


@pytest.mark.any_database
def test_the_moments_of_the_form_move_into_the_address(member: Client) -> None:
    response = member.get(f"/compare/?a=prod&a_at={THEN}&b=prod&b_at=")
    assert (response.status_code, response["Location"]) == (302, f"/compare/?a=prod@{THEN}&b=prod")


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("query", "status", "says"),
    [
        ("a=prod&b=nowhere", 404, "There is no cluster"),
        ("a=prod@yesterday&b=prod", 400, "is a moment such as"),
        ("a=prod@2099-01-01T00:00Z&b=prod", 400, "has to lie in the past"),
        ("a=prod@2020-01-01T00:00Z&b=prod", 404, "What is remembered of"),
        ("a=other@2020-01-01T00:00Z&b=prod", 404, "was not watched until now"),
        (f"a={'x' * 101}&b=prod", 400, "is a cluster as its address names it"),
        ("a=%00&b=prod", 400, "is a cluster as its address names it"),
        ("a=prod@2026-05-28T20:27:20%2B02:00&b=prod@", 404, "What is remembered of"),
    ],
)
def test_what_makes_no_sense_is_answered_with_what_does(member: Client, query: str, status: int, says: str) -> None:
    assert says in shown(member, f"/compare/?{query}", status)


@pytest.mark.any_database
def test_of_a_cluster_that_nobody_vouches_for_nothing_is_the_same(member: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", lambda: NOW + 600)
    page = shown(member, "/compare/?a=prod&b=other")
    assert "No difference" in page
    assert "Its states are not known now." in page
    assert "The same in both ·" not in page


def test_the_api_says_the_same(member: Client) -> None:
    told = member.get("/api/v1/c/prod/compare?to=other").json()
    assert {one["outcome"] for one in told["pairs"]} == {"differs", "same", "untold"}  # no distribution is known of either
    assert [(one["key"], one["a"]["value"], one["b"]["value"]) for one in told["pairs"] if one["key"] == "down"] == [
        ("down", "1", "0")
    ]
    for query, status in (
        ("to=nowhere", 404),
        ("to=prod@soon", 400),
        ("to=@now", 400),
        ("at=2020-01-01", 404),
        ("at=2099-01-01", 400),
    ):
        assert member.get(f"/api/v1/c/prod/compare?{query}").status_code == status, query
    assert member.get("/api/v1/c/nowhere/compare").status_code == 404
    then = member.get(f"/api/v1/c/prod/compare?at={THEN}").json()
    assert (then["a_at"], then["b_at"], [one["cluster"] for one in then["clusters"]]) == (AT + 40, None, ["prod"])


def test_a_token_of_one_cluster_compares_it_to_no_other(member: Client, visitor: User, collecting: Collecting) -> None:
    token = tokens.make(visitor, "one", [collecting.id])
    one = Client(headers={"Authorization": f"Bearer {token}"})
    assert one.get("/api/v1/c/prod/compare").status_code == 200
    assert one.get("/api/v1/c/prod/compare?to=other").status_code == 404


def test_a_comparison_asks_so_much_and_no_more(member: Client, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_max_num_queries(40):
        assert "not kept" in shown(member, f"/compare/?a=prod@{THEN}&b=prod@{THEN}")
