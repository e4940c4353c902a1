"""The snapshot, node and clusters API: for who is signed in, with ETags, compressed, encoded once for all."""

import asyncio
import gzip
import json
import time
from http import HTTPStatus

import msgspec
import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, OperationalError
from django.test import AsyncClient, Client
from pytest_django import Settings

from dashboard import pulses
from dashboard.answers import takes_gzip
from dashboard.snapshots import Snapshots
from dashboard.views import api
from planes.live import wire
from planes.live.stream import VALKEY_AWAY, Peek, Stream
from planes.management.commands.status import found
from planes.models import Cluster
from planes.store import selectors
from planes.store.freshness import LATE_AFTER
from planes.store.status import collect_status
from tests.dashboard.conftest import in_thread
from tests.dashboard.rows import AT, Collecting, full_frame, silent_frame
from tests.services import Valkey

SNAPSHOT = "/api/v1/c/prod/snapshot"
ADDRESSES = (SNAPSHOT, "/api/v1/c/prod/nodes/node-1", "/api/v1/clusters")


@pytest.fixture(autouse=True)
def _nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "_snapshots", Snapshots())


@pytest.fixture
def browser(transactional_db: None, visitor: User, collecting: Collecting) -> Client:
    client = Client()
    client.force_login(visitor)
    return client


def assert_a_problem(status: int, kind: str, content: bytes, expected: int) -> None:
    """One sentence in the form of RFC 9457, under the name that it had before as well."""
    assert (status, kind) == (expected, "application/problem+json")
    said = json.loads(content)
    assert (said["type"], said["title"], said["status"]) == ("about:blank", HTTPStatus(status).phrase, status)
    assert said["detail"] == said["error"]
    assert said["detail"].endswith(".")


@pytest.mark.any_database
@pytest.mark.parametrize("address", ADDRESSES)
def test_who_is_not_signed_in_gets_401_and_one_sentence(collecting: Collecting, address: str) -> None:
    response = Client().get(address)
    assert response.status_code == 401
    assert_a_problem(response.status_code, response["Content-Type"], response.content, 401)
    assert "node-1" not in response.content.decode()


@pytest.mark.any_database
@pytest.mark.parametrize("address", ADDRESSES)
def test_the_api_only_reads(browser: Client, address: str) -> None:
    response = browser.post(address)
    assert response.status_code == 405
    assert response["Allow"] == "GET, HEAD"


@pytest.mark.any_database
@pytest.mark.parametrize("address", ["/api/v1/c/nowhere/snapshot", "/api/v1/c/prod/nodes/node-99", "/api/v1/nothing"])
def test_what_is_not_there_is_404_with_a_sentence(browser: Client, address: str) -> None:
    response = browser.get(address)
    assert_a_problem(response.status_code, response["Content-Type"], response.content, 404)


@pytest.mark.any_database
def test_a_snapshot_holds_the_whole_picture(browser: Client) -> None:
    response = browser.get(SNAPSHOT)
    assert response["Content-Type"] == "application/json"
    snapshot = msgspec.json.decode(response.content, type=wire.Snapshot)
    assert (snapshot.v, snapshot.epoch, snapshot.o, snapshot.slug) == (1, "1", 1, "prod")
    assert snapshot.nodes["name"] == ["node-0", "node-1", "node-2"]
    assert {len(column) for column in snapshot.nodes.values()} == {3}
    assert [component.kind for component in snapshot.components] == ["kube-scheduler"]


@pytest.mark.any_database
def test_a_snapshot_that_the_browser_has_is_304_until_something_changes(browser: Client, collecting: Collecting) -> None:
    first = browser.get(SNAPSHOT)
    again = browser.get(SNAPSHOT, headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    assert again.content == b""
    for response in (first, again):
        assert response["Cache-Control"] == "private, no-cache"
        assert {"Accept-Encoding", "Cookie"} <= {name.strip() for name in response["Vary"].split(",")}
        assert response["ETag"] == first["ETag"]
    collecting.flush(silent_frame("node-1"))
    changed = browser.get(SNAPSHOT, headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
    assert changed["ETag"] != first["ETag"]


@pytest.mark.any_database
def test_a_snapshot_is_compressed_for_who_takes_gzip(browser: Client, collecting: Collecting) -> None:
    collecting.flush(full_frame(200))
    plain, zipped = browser.get(SNAPSHOT), browser.get(SNAPSHOT, headers={"Accept-Encoding": "br, gzip"})
    assert "Content-Encoding" not in plain
    assert zipped["Content-Encoding"] == "gzip"
    assert zipped["Content-Length"] == str(len(zipped.content))
    assert gzip.decompress(zipped.content) == plain.content
    assert len(zipped.content) * 5 < len(plain.content)


@pytest.mark.parametrize(
    ("accepted", "takes"),
    [
        ("gzip", True),
        ("br;q=1.0, GZIP;q=0.8", True),
        ("*", True),
        ("", False),
        ("identity", False),
        ("gzip;q=0", False),
        ("gzip; q=0.0", False),
        ("gzip;q=0, *", False),
        ("*;q=0", False),
    ],
)
def test_accept_encoding_is_read_as_the_standard_says(accepted: str, takes: bool) -> None:
    assert takes_gzip(accepted) is takes


@pytest.mark.django_db(transaction=True)
async def test_many_who_ask_at_once_cost_one_encoding(collecting: Collecting) -> None:
    snapshots = Snapshots()
    found = await asyncio.gather(*(snapshots.get("prod") for _ in range(20)))
    assert snapshots.encoded == 1
    assert len({id(one) for one in found}) == 1
    await snapshots.get("prod")
    assert snapshots.encoded == 1
    await in_thread(collecting.flush)(silent_frame("node-1"))
    await snapshots.get("prod")
    assert snapshots.encoded == 2


@pytest.mark.django_db(transaction=True)
async def test_one_who_goes_away_does_not_take_the_snapshot_from_the_others(collecting: Collecting) -> None:
    snapshots = Snapshots()
    first, second = (asyncio.create_task(snapshots.get("prod")) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    encoded = await asyncio.wait_for(second, 10)
    assert encoded is not None


@pytest.mark.django_db(transaction=True)
async def test_a_snapshot_that_failed_is_tried_again(collecting: Collecting, monkeypatch: pytest.MonkeyPatch) -> None:
    snapshots = Snapshots()

    def fails(slug: str) -> None:
        raise DatabaseError("disk I/O error")

    with monkeypatch.context() as patched:
        patched.setattr(selectors, "snapshot", fails)
        with pytest.raises(DatabaseError):
            await snapshots.get("prod")
    assert await snapshots.get("prod") is not None


def test_a_database_that_is_away_is_503_with_a_sentence(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> None:
        raise OperationalError("connection refused by 10.0.0.7")

    monkeypatch.setattr(selectors, "clusters", fails)
    response = browser.get("/api/v1/clusters")
    assert_a_problem(response.status_code, response["Content-Type"], response.content, 503)
    page = browser.get("/")
    assert page.status_code == 503
    assert b"The database does not answer" in page.content
    for content in (response.content, page.content):
        assert b"10.0.0.7" not in content


def test_clusters_are_told_with_the_labels_by_which_the_page_groups_them(browser: Client) -> None:
    Cluster.objects.update(told=b'{"region":"eu","environment":"test"}', labels=b'{"environment":"prod"}')
    expected = {"region": "eu", "environment": "prod"}
    assert [one["labels"] for one in browser.get("/api/v1/clusters").json()["clusters"]] == [expected]
    assert browser.get("/api/v1/c/prod").json()["labels"] == expected


@pytest.mark.any_database
@pytest.mark.django_db(transaction=True)
async def test_a_node_comes_with_its_last_heartbeat(collecting: Collecting, visitor: User, valkey: str, settings: Settings) -> None:
    settings.REDIS_URL = valkey
    stream = Stream(valkey)
    await stream.heartbeats(collecting.id, {"node-1": AT + 3})
    await stream.aclose()
    client = AsyncClient()
    await client.aforce_login(visitor)
    known = (await client.get("/api/v1/c/prod/nodes/node-1")).json()
    unknown = (await client.get("/api/v1/c/prod/nodes/node-2")).json()
    pulses.peek().close()
    assert (known["name"], known["kubelet"]["state"], known["beat"]) == ("node-1", "healthy", AT + 3)
    assert unknown["beat"] is None


@pytest.mark.any_database
def test_clusters_are_cards_that_stay_the_same_until_a_fact_changes(browser: Client, collecting: Collecting) -> None:
    first = browser.get("/api/v1/clusters")
    (card,) = first.json()["clusters"]
    assert (card["slug"], card["nodes"]) == ("prod", 3)
    assert browser.get("/api/v1/clusters", headers={"If-None-Match": first["ETag"]}).status_code == 304
    collecting.flush(silent_frame("node-1"))
    changed = browser.get("/api/v1/clusters", headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200


@pytest.mark.any_database
def test_a_card_says_that_its_collector_is_silent_as_the_pages_and_status_do(browser: Client, collecting: Collecting) -> None:
    (card,) = browser.get("/api/v1/clusters").json()["clusters"]  # nobody has vouched for it since AT, years ago
    (said,) = collect_status(pulses.peek().pulse, time.time()).clusters
    assert (card["control"]["state"], card["data"]["state"]) == ("unknown", "unknown")
    assert (card["control"]["last"], card["nodes_healthy"], card["nodes"]) == ("healthy", 0, 3)
    assert (card["late"]["cause"], card["late"]["since"]) == ("collector", AT)
    assert said.planes["control"].state == card["control"]["state"]


@pytest.mark.any_database
def test_while_valkey_is_silent_the_api_says_what_open_pages_say_whatever_is_stored(
    browser: Client, collecting: Collecting, own_valkey: Valkey, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.REDIS_URL = own_valkey.url
    mono = 0.0
    peek = Peek(own_valkey.url, lambda: mono)
    monkeypatch.setattr(pulses, "peek", lambda: peek)

    def told(seconds: float) -> tuple[str, str]:
        """The state that a card tells, and why a snapshot is late, at so many seconds, when it is stored once more."""
        nonlocal mono
        mono = seconds
        collecting.flush(full_frame(at=time.time()))
        (card,) = browser.get("/api/v1/clusters").json()["clusters"]
        late = browser.get("/api/v1/c/prod/snapshot").json()["late"]
        return card["control"]["state"], late["brief"] if late else ""

    assert told(0.0) == ("healthy", "")
    own_valkey.kill()
    assert told(4.9) == ("healthy", ""), "it may just be starting again"
    assert told(5.1) == ("unknown", VALKEY_AWAY)
    own_valkey.start()
    assert told(60.0) == ("healthy", "")
    peek.close()


@pytest.mark.any_database
def test_status_asks_a_silent_valkey_again_until_open_pages_would_be_late(collecting: Collecting, own_valkey: Valkey) -> None:
    mono = 0.0

    def wait(seconds: float) -> None:
        nonlocal mono
        mono += seconds

    collecting.flush(full_frame(at=time.time()))
    own_valkey.kill()
    peek = Peek(own_valkey.url, lambda: mono)
    (said,) = found(peek, None, wait).clusters
    assert LATE_AFTER < mono < LATE_AFTER + 2
    assert said.late.startswith(VALKEY_AWAY)
    before = mono
    collecting.flush(full_frame(at=AT))
    assert found(Peek(own_valkey.url, lambda: mono), None, wait).clusters[0].late
    assert mono == before, "what is late anyhow is said at once"


@pytest.mark.any_database
def test_snapshot_and_node_say_that_they_are_not_the_present_as_the_card_does(browser: Client, collecting: Collecting) -> None:
    (card,) = browser.get("/api/v1/clusters").json()["clusters"]  # nobody has vouched for it since AT, years ago
    for address in ("/api/v1/c/prod/snapshot", "/api/v1/c/prod/nodes/node-1"):
        first = browser.get(address)
        assert first.json()["late"] == card["late"]
        assert browser.get(address, headers={"If-None-Match": first["ETag"]}).status_code == 304
        collecting.flush(full_frame(at=time.time()))
        again = browser.get(address, headers={"If-None-Match": first["ETag"]})
        assert (again.status_code, again.json()["late"]) == (200, None)
        collecting.flush(full_frame(at=AT))


@pytest.mark.any_database
def test_a_card_that_is_the_present_has_no_lateness(browser: Client, collecting: Collecting) -> None:
    now = time.time()
    collecting.flush(full_frame(at=now))
    (card,) = browser.get("/api/v1/clusters").json()["clusters"]
    assert card["late"] is None
    assert (card["control"]["state"], card["nodes_healthy"]) == ("healthy", 3)


def applied(snapshot: wire.Snapshot, deltas: list[wire.Delta]) -> dict[str, object]:
    """What a browser that has the snapshot and takes the deltas knows, as plain values to compare."""
    names = [str(name) for name in snapshot.nodes["name"]]
    nodes = dict(zip(names, map(list, zip(*snapshot.nodes.values(), strict=True)), strict=True))
    components = {component.kind: component for component in snapshot.components}
    cluster, attention, changes, offset = snapshot.cluster, snapshot.attention, list(snapshot.changes), snapshot.o
    for delta in deltas:
        assert delta.prev == offset
        offset = delta.o
        cluster = delta.u.cluster or cluster
        components |= {component.kind: component for component in delta.u.components}
        nodes |= {str(values[0]): list(values) for values in delta.u.nodes}
        attention = attention if delta.u.attention is None else delta.u.attention
        changes = [*reversed(delta.u.changes), *changes]
        for kind in delta.x.components:
            del components[kind]
        for name in delta.x.nodes:
            del nodes[name]
    return {"o": offset, "cluster": cluster, "c": components, "n": nodes, "a": attention, "changes": changes}


def test_a_snapshot_and_the_deltas_after_it_equal_a_fresh_snapshot(browser: Client, collecting: Collecting) -> None:
    before = msgspec.json.decode(browser.get(SNAPSHOT).content, type=wire.Snapshot)
    frames = [
        silent_frame("node-1"),
        silent_frame("node-2", at=AT + 2),
        full_frame(2, at=AT + 3),  # node-2 is gone, node-1 is well
        silent_frame("node-0", at=AT + 4),
    ]
    sent = [msgspec.json.encode(collecting.flush(frame)) for frame in frames]
    deltas = [msgspec.json.decode(data, type=wire.Delta) for data in sent]
    after = msgspec.json.decode(browser.get(SNAPSHOT).content, type=wire.Snapshot)
    assert applied(before, deltas) == applied(after, [])
    assert after.nodes["name"] == ["node-0", "node-1"]
