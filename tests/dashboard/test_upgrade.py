"""The page of an upgrade and the API: what is to be seen to first, with how much was seen."""

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from planes.structs.moments import Epoch
from planes.structs.rows import Frame
from planes.structs.survey import DeprecatedApi, GapRow, HookRow, RunRow, SurveyRow
from tests.dashboard.rows import AT, Collecting

FOUND = SurveyRow(
    versions=("v1.36.2",),
    runs=(
        RunRow("kube-controller-manager", "v1.36.2", 3, ("a", "b", "c")),
        RunRow("kube-scheduler", "v1.36.2", 3, ("a", "b", "c")),
        RunRow("kube-proxy", "v1.36.2", 5, ("a", "b", "c")),
        RunRow("kubelet", "v1.33.1", 2, ("<old>", "older")),
        RunRow("kubelet", "v1.36.2", 3, ("a", "b", "c")),
    ),
    deprecated=(DeprecatedApi("policy", "v1beta1", "podsecuritypolicies", removed="1.37"),),
    scraped=2,
    scraped_at=Epoch(AT),
    servers=3,
    hooks=(HookRow("gate", "w", "ns/svc", 1, ("pods: create",)), HookRow("calm", "calm", "ns/svc", 1)),
    hooks_open=4,
    gaps=(GapRow("nodes", "Nodes", "not permitted"),),
)


@pytest.fixture
def member(visitor: User, collecting: Collecting, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr("time.time", lambda: AT + 1.0)
    client = Client()
    client.force_login(visitor)
    return client


def shown(client: Client, collecting: Collecting, found: SurveyRow = FOUND) -> str:
    collecting.flush(Frame(at=Epoch(AT), survey=found))
    return " ".join(client.get("/c/prod/upgrade/").content.decode().split())


@pytest.mark.any_database
def test_what_is_to_be_seen_to_comes_first_and_is_counted(member: Client, collecting: Collecting) -> None:
    page = shown(member, collecting)
    assert "Upgrade to 1.37" in page
    assert "2 things to see to first, 1 may stand in the way" in page
    assert page.index("v1.33.1") < page.index("can go to 1.37")
    assert page.index("is 4 minor versions older than 1.37, and at most 3 may be: upgrade it first.") > 0


@pytest.mark.any_database
def test_each_part_says_how_much_was_seen_and_what_was_not(member: Client, collecting: Collecting) -> None:
    page = shown(member, collecting)
    assert "Told by 2 of 3 API servers" in page
    assert "who asks cannot be told from here" in page
    assert "1 webhook of failurePolicy Fail with an answering backend" in page
    assert "4 of failurePolicy Ignore" in page
    assert "5 nodes seen" in page
    assert "Nodes: not permitted." in page


@pytest.mark.any_database
def test_nodes_left_behind_lead_to_the_table_of_nodes(member: Client, collecting: Collecting) -> None:
    page = shown(member, collecting)
    assert 'href="/c/prod/nodes/?q=version%3Av1.33.1"' in page
    assert "&lt;old&gt;" in page


@pytest.mark.any_database
def test_without_a_version_nothing_is_said_of_versions(member: Client, collecting: Collecting) -> None:
    assert "Nothing was looked at yet." in " ".join(member.get("/c/prod/upgrade/").content.decode().split())
    page = shown(member, collecting, SurveyRow())
    assert "No version of an API server is known." in page
    assert "No API server’s metrics have been read" in page
    assert member.get("/api/v1/c/prod/upgrade").json()["target"] is None


@pytest.mark.any_database
def test_a_component_whose_pods_are_not_seen_is_not_called_fine(member: Client, collecting: Collecting) -> None:
    shown(member, collecting, SurveyRow(versions=("v1.36.2",)))
    told = member.get("/api/v1/c/prod/upgrade").json()
    assert told["weight"] == "untold"
    assert [one["kind"] for one in told["versions"] if one["weight"] == "untold"] == [
        "kube-controller-manager",
        "kube-scheduler",
        "kube-proxy",
    ]


@pytest.mark.any_database
def test_the_api_says_the_same_and_an_unknown_cluster_has_neither(member: Client, collecting: Collecting) -> None:
    shown(member, collecting)
    told = member.get("/api/v1/c/prod/upgrade").json()
    assert (told["weight"], told["target"]) == ("blocks", {"version": "1.37", "under_way": False})
    assert [one["weight"] for one in told["apis"]] == ["blocks"]
    assert [one["version"] for one in told["left_behind"]] == ["v1.33.1"]
    assert member.get("/c/nowhere/upgrade/").status_code == member.get("/api/v1/c/nowhere/upgrade").status_code == 404


def test_two_queries_are_enough(member: Client, collecting: Collecting, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    shown(member, collecting)
    with django_assert_num_queries(4 if connection.vendor == "postgresql" else 2):  # the cluster, what was found, and who asks
        assert member.get("/c/prod/upgrade/?fragment=1").status_code == 200
