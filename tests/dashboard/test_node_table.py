"""The table of nodes: sorted, filtered, a page at a time, and honest when nobody vouches for it."""

import csv
import io
from dataclasses import replace

import pytest
from django.test import Client

from dashboard import node_pages
from dashboard.node_pages import asked
from dashboard.presenters.node_table import RARE, SORTS, natural, node_lines, ordered, tally
from planes.live.wire import Lateness, NodeCells
from planes.models import Cluster
from planes.store import clusters, services
from planes.structs.moments import Epoch
from planes.structs.rows import Frame
from tests.store.rows import NOW, node

ONE = NodeCells(
    name="node-1",
    state="healthy",
    kubelet="healthy",
    kube_proxy="healthy",
    container_runtime="healthy",
    because="It is well.",
    since=100.0,
    zone="a",
    pool="general",
    instance_type="m6i",
    control_plane=False,
    cordoned=False,
    pods_used=20,
    pods_max=110,
    cpu=0.1,
    memory=0.5,
    version="v1.35.10",
    runtime_version="containerd://2.1.4",
    created=10.0,
)
TWO = ONE._replace(name="node-2", state="degraded", cpu=0.9, zone="b", since=200.0, pods_used=30, version="v1.9.0", created=50.0)
TEN = ONE._replace(name="node-10", state="down", cpu=None, zone="", since=300.0, pods_used=3, version="v1.36.2", created=None)


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("state", "node-10 node-2 node-1"),
        ("-state", "node-1 node-2 node-10"),
        ("name", "node-1 node-2 node-10"),
        ("-name", "node-10 node-2 node-1"),
        ("since", "node-10 node-2 node-1"),
        ("cpu", "node-1 node-2 node-10"),
        ("-cpu", "node-2 node-1 node-10"),
        ("zone", "node-1 node-2 node-10"),
        ("-zone", "node-2 node-1 node-10"),
        ("-pods", "node-2 node-1 node-10"),
        ("version", "node-2 node-1 node-10"),
        ("age", "node-2 node-1 node-10"),
        ("-age", "node-1 node-2 node-10"),
        ("pool", "node-1 node-2 node-10"),
        ("-pool", "node-1 node-2 node-10"),
    ],
)
def test_what_was_not_observed_comes_last_and_names_decide_between_equals(sort: str, names: str) -> None:
    assert " ".join(one.name for one in ordered([TEN, TWO, ONE], sort)) == names


@pytest.mark.parametrize("sort", SORTS)
def test_by_every_column_all_nodes_are_listed(sort: str) -> None:
    assert {one.name for one in ordered([TEN, TWO, ONE], sort)} == {"node-1", "node-2", "node-10"}


def test_numbers_in_names_are_numbers() -> None:
    names = ["node-10", "Node-9", "node-9a", "7", "eu", "node-010"]
    assert sorted(names, key=natural) == ["7", "eu", "Node-9", "node-9a", "node-10", "node-010"]


def test_a_healthy_node_needs_no_reason_and_a_figure_tells_how_full_it_is() -> None:
    one, two = node_lines([ONE._replace(memory=0.95), TWO._replace(memory=1.2)], None)
    assert (one.because, two.because) == ("", "It is well.")
    assert (one.cpu, one.cpu_level, one.memory, one.memory_level) == (10, "fair", 95, "full")
    assert (two.cpu, two.cpu_level, two.memory, two.memory_level) == (90, "high", 100, "full")
    (ten,) = node_lines([TEN], None)
    assert (ten.cpu, ten.cpu_level) == (None, "fair")


def test_of_a_collector_that_is_silent_every_node_is_unknown_and_says_what_it_was() -> None:
    late = Lateness("collector", "Its collector last reported some time ago.", 100.0)
    (line,) = node_lines([TWO], late)
    assert (line.state, line.last, line.kubelet, line.proxy, line.runtime) == ("unknown", "degraded", *["unknown"] * 3)


def test_what_a_cluster_that_does_not_answer_is_judged_to_be_stands() -> None:
    late = Lateness("cluster", "Its API server last answered some time ago.", 100.0)
    assert node_lines([TWO], late) == node_lines([TWO], None)


def test_a_state_of_a_newer_version_is_unknown() -> None:
    (line,) = node_lines([ONE._replace(state="splendid", kubelet="splendid")], None)
    assert (line.state, line.kubelet) == ("unknown", "unknown")
    assert tally([ONE, TWO, TEN, ONE._replace(state="splendid")]) == [
        ("down", 1),
        ("degraded", 1),
        ("unknown", 1),
        ("healthy", 1),
    ]


@pytest.mark.parametrize(
    ("query", "columns", "expected"),
    [
        ({}, [], ""),
        ({"q": " zone:b \n down "}, [], "q=zone%3Ab+down"),
        ({"sort": "-cpu", "size": "25"}, [], "sort=-cpu&size=25"),
        ({"sort": "--cpu", "size": "7", "page": "x"}, ["nonsense"], ""),
        ({"sort": "colour", "size": "-1"}, [], ""),
        ({}, ["pods,zone", "age"], "columns=zone%2Cpods%2Cage"),
        ({}, ["pods", "zone"], "columns=zone%2Cpods"),
    ],
)
def test_an_address_that_makes_no_sense_goes_on_working_without_it(
    query: dict[str, str], columns: list[str], expected: str
) -> None:
    assert asked(query, columns).address() == expected


def test_without_a_choice_what_is_rarely_read_is_left_out() -> None:
    assert set(asked({}, []).columns).isdisjoint(RARE)
    assert asked({}, ["type"]).columns == ("type",)


def test_another_page_another_order_and_another_state_keep_the_rest_of_the_address() -> None:
    one = replace(asked({"q": "zone:b state:down", "sort": "cpu", "page": "3"}, []))
    assert one.page == 3
    assert one.address(page="4") == "q=zone%3Ab+state%3Adown&sort=cpu&page=4"
    assert one.address(sort="-cpu") == "q=zone%3Ab+state%3Adown&sort=-cpu"


@pytest.fixture
def cluster(db: None) -> Cluster:
    found = clusters.declare([clusters.Declaration("kubeconfig", "Prod", "/etc/kube", "prod")])[0]
    names = [f"node-{number}" for number in range(60)]
    nodes = {name: node(name, "down" if name == "node-7" else "healthy") for name in names}
    services.flush(found.pk, services.take(found.pk), 1, Frame(at=Epoch(NOW), full=True, nodes=nodes))
    return found


def test_the_worst_are_on_the_first_page_and_the_next_begins_where_it_ends(cluster: Cluster, admin_client: Client) -> None:
    first = admin_client.get("/c/prod/nodes/").content.decode()
    assert "60 nodes" in first
    assert "1 to 50 of 60" in first
    assert first.index("/nodes/node-7/") < first.index("/nodes/node-0/") < first.index("/nodes/node-10/")
    assert "/nodes/node-59/" not in first
    second = admin_client.get("/c/prod/nodes/", {"page": "2"}).content.decode()
    assert "51 to 60 of 60" in second
    assert "/nodes/node-59/" in second
    beyond = admin_client.get("/c/prod/nodes/", {"page": "99"}).content.decode()
    assert "51 to 60 of 60" in beyond


def test_a_query_finds_and_says_of_how_many(cluster: Cluster, admin_client: Client) -> None:
    text = admin_client.get("/c/prod/nodes/", {"q": "state:down"}).content.decode()
    assert "1 node <span" in text
    assert "of 60 nodes" in text
    none = admin_client.get("/c/prod/nodes/", {"q": "nonesuch"}).content.decode()
    assert "No node matches." in none
    assert "Show all 60" in none


def test_the_file_has_every_node_that_is_meant_and_every_column(cluster: Cluster, admin_client: Client) -> None:
    answer = admin_client.get("/c/prod/nodes.csv", {"q": "node-5", "sort": "name"})
    head, *rows = csv.reader(io.StringIO(answer.content.decode()))
    assert tuple(head) == node_pages.SHEET
    assert [row[0] for row in rows] == ["node-5", *(f"node-5{number}" for number in range(10))]
    assert answer["Content-Disposition"] == 'attachment; filename="nodes-prod.csv"'


@pytest.mark.parametrize("address", ["/c/nowhere/nodes/", "/c/nowhere/nodes.csv"])
def test_of_an_unknown_cluster_nothing_is_listed(cluster: Cluster, admin_client: Client, address: str) -> None:
    answer = admin_client.get(address)
    assert answer.status_code == 404
    assert "There is no cluster" in answer.content.decode()


@pytest.mark.any_database
@pytest.mark.parametrize("address", ["/c/prod/nodes/", "/c/prod/nodes.csv"])
def test_it_is_for_those_who_are_signed_in(cluster: Cluster, client: Client, address: str) -> None:
    assert client.get(address)["Location"].startswith("/signin/")


def test_a_cluster_without_nodes_says_that_none_was_seen(db: None, admin_client: Client) -> None:
    clusters.declare([clusters.Declaration("kubeconfig", "Empty", "/etc/kube", "empty")])
    assert "No node of this cluster has been seen yet." in admin_client.get("/c/empty/nodes/").content.decode()
