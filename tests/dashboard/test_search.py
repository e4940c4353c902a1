"""Nodes by label: what the field asks for when somebody types label:key=value."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from msgspec.structs import replace

from planes.store.labels import matches
from tests.dashboard.rows import Collecting, full_frame

pytestmark = pytest.mark.any_database

SEARCH = "/api/v1/c/prod/search"
LABELS = {"kubernetes.io/os": "linux", "team": "Payments", "node.kubernetes.io/exclude": ""}


@pytest.fixture
def browser(transactional_db: None, visitor: User, collecting: Collecting) -> Client:
    frame = full_frame()
    for at, name in enumerate(sorted(frame.nodes)):
        frame.nodes[name] = replace(frame.nodes[name], labels={"team": "a" if at else "b", "kubernetes.io/os": "linux"})
    collecting.flush(frame)
    client = Client()
    client.force_login(visitor)
    return client


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("team", True),
        ("team=pay", True),
        ("TEAM=payments", True),
        ("team=ments", False),
        ("os=linux", True),
        ("kubernetes.io/os=lin", True),
        ("kubernetes.io/arch", False),
        ("exclude", True),
        ("exclude=", True),
        ("tea", False),
    ],
)
def test_a_label_is_found_by_its_key_and_the_beginning_of_its_value(wanted: str, found: bool) -> None:
    assert matches(LABELS, wanted) is found


def test_the_nodes_that_carry_a_label_are_named(browser: Client) -> None:
    assert browser.get(SEARCH, {"label": "team=a"}).json() == {"names": ["node-1", "node-2"]}
    assert browser.get(SEARCH, {"label": "os"}).json() == {"names": ["node-0", "node-1", "node-2"]}
    assert browser.get(SEARCH, {"label": "team=c"}).json() == {"names": []}


@pytest.mark.parametrize("query", ["", "?label=", "?label=" + "x" * 400])
def test_without_a_label_it_is_said_what_to_ask(browser: Client, query: str) -> None:
    response = browser.get(SEARCH + query)
    assert response.status_code == 400
    assert response.json()["error"].endswith(".")


def test_a_cluster_that_is_not_there_is_404(browser: Client) -> None:
    assert browser.get("/api/v1/c/nowhere/search", {"label": "a"}).status_code == 404


def test_who_is_not_signed_in_learns_nothing(collecting: Collecting) -> None:
    assert Client().get(SEARCH, {"label": "team"}).status_code == 401
