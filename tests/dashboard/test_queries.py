"""What every page asks of the database: so many queries, of a small cluster and of one that is ten times as large."""

from asyncio import iscoroutinefunction

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dashboard.urls import urlpatterns
from planes.store import incidents, services, walks
from planes.structs.history import Span
from planes.structs.moments import Epoch
from planes.structs.rows import ChangeRow, Frame
from planes.structs.verdicts import State
from tests.dashboard.rows import AT, Collecting, full_frame
from tests.dashboard.test_database_away import OF_SCREENS, address

#: Queries of each page, when nothing of it is remembered. Addresses of the API: test_rest.py; what is drawn apart is drawn from a
#: snapshot.
QUERIES = {
    "clusters": 3,
    "cluster": 8,
    "day": 12,
    "nodes": 2,
    "nodes-csv": 2,
    "node": 11,
    "cluster-changes": 6,
    "cluster-changes-atom": 5,
    "cluster-changes-csv": 5,
    "uptime": 10,
    "uptime-csv": 10,
    "certificates": 2,
    "certificates-csv": 2,
    "certificates-ics": 2,
    "upgrade": 2,
    "past": 1,
    "bookmarks": 1,
    "cluster-incidents": 9,
    "open-incidents": 9,
    "incident-markdown": 9,
    "incident": 9,
    "incidents": 9,
    "changes": 7,
    "changes-atom": 4,
    "changes-csv": 4,
    "component": 12,
    "compare": 1,
    "wall": 3,
    "wall_cluster": 8,
    "search": 16,
    "tokens": 1,
    "signin": 0,
    "manage-clusters": 2,
    "manage-cluster": 2,
    "add-cluster": 2,
}
#: Of an instance: test_instance_page.py; of a comparison: test_compare.py. The others answer nothing that is read.
ELSEWHERE = frozenset({"acknowledge", "instance", "signin-link", "signout", "try-cluster"})
#: More where accounts, with their notes, bookmarks and tokens, are in the same database: who asks takes two, what they wrote one.
WHO = 3


@pytest.fixture
def browser(visitor: User, collecting: Collecting) -> Client:
    """Of an operator."""
    visitor.is_staff = True
    visitor.save()
    services.touch(collecting.id, collecting.epoch, AT, span=Span(Epoch(AT - 1000), AT))
    client = Client()
    client.force_login(visitor)
    return client


def told(nodes: int) -> list[ChangeRow]:
    """Each node's kubelet was down for a minute, one after the other, and etcd between."""
    made = []
    for number in range(nodes):
        for after, before, state in ((0, State.HEALTHY, State.DOWN), (60, State.DOWN, State.HEALTHY)):
            at = Epoch(AT - 900 + number + after)
            made.append(ChangeRow("Node", f"node-{number + 1}", "kubelet", before, state, "Silent.", at, f"{state}"))
            made.append(ChangeRow("Component", "etcd", "", before, state, "Slow.", at))
    return made


def asked(browser: Client, name: str) -> int:
    """How many queries a page takes of which nothing is remembered."""
    where = address(name)
    if "/incidents/" in where:
        where = where.replace("/node-1/", f"/{incidents.of_clusters('prod')[0].incidents[0].id}/")
    incidents.forget()
    walks.forget()
    with CaptureQueriesContext(connection) as queries:
        answer = browser.get(where)
        answer.getvalue() if answer.streaming else answer.content
    assert answer.status_code in (200, 302), name
    return len(queries)


def test_each_page_takes_so_many_queries_however_many_nodes_and_changes_there_are(browser: Client, collecting: Collecting) -> None:
    pages = {
        str(one.name)
        for one in urlpatterns
        if not str(one.pattern).startswith(("api/", *OF_SCREENS)) and not iscoroutinefunction(one.callback)
    }
    assert pages - ELSEWHERE == set(QUERIES)
    who = WHO if connection.vendor == "postgresql" else 0
    for nodes in (3, 30):
        collecting.flush(full_frame(nodes))
        collecting.flush(Frame(at=AT, changes=told(nodes)))
        took = {name: asked(browser, name) for name in QUERIES}
        assert {name: count for name, count in took.items() if count > QUERIES[name] + who} == {}
