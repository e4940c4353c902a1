"""What operators do with clusters in the browser; and that nobody else does."""

import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.test import Client
from msgspec.json import encode
from pytest_django import Settings

from dashboard.models import Bookmark
from planes.doctor.report import Report
from planes.models import Cluster
from planes.store import fleet, selectors
from planes.store.clusters import Declaration, declare
from planes.structs.moments import Epoch
from planes.structs.rows import ClusterRow, FaultRow
from planes.up import datadir, trial
from planes.up.hub_words import SAID, Hub, HubState
from tests.replay import Authority

REFUSED = """
apiVersion: v1
kind: Config
clusters: [{name: away, cluster: {server: "https://127.0.0.1:9"}}]
users: [{name: me, user: {token: tell-nobody}}]
contexts: [{name: away, context: {cluster: away, user: me}}, {name: other, context: {cluster: away, user: me}}]
current-context: away
"""


@pytest.fixture
def data(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data directory of its own, and a home with a kubeconfig."""
    home = tmp_path / "home"
    (home / ".kube").mkdir(parents=True)
    (home / ".kube" / "config").write_text(REFUSED)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("KUBECONFIG", raising=False)
    settings.DATA_DIR = tmp_path / "data"
    settings.DATA_DIR.mkdir()
    return tmp_path / "data"


@pytest.fixture
def operator(db: None, data: Path) -> Client:
    client = Client()
    client.force_login(User.objects.create_user("op", is_staff=True))
    declare([Declaration("kubeconfig", "prod", "/x/config", "prod"), Declaration("kubeconfig", "test", "/x/config", "test")])
    return client


PAGES = ["/clusters/", "/clusters/prod/", "/clusters/add/", "/clusters/add/0123456789abcdef/"]


@pytest.mark.parametrize("address", PAGES)
def test_who_is_no_operator_changes_nothing_and_sees_no_way_to(operator: Client, visitor: User, address: str) -> None:
    client = Client()
    client.force_login(visitor)
    for asked in (client.get(address), client.post(address, {"do": "stop", "way": "in-cluster"})):
        assert asked.status_code in (403, 405)
    assert len(selectors.watched()) == 2
    assert b"add a cluster" not in client.get("/").content
    assert b"add a cluster" in operator.get("/").content


@pytest.mark.parametrize("address", PAGES[:3])
def test_each_form_is_refused_without_its_token(operator: Client, address: str) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = operator.cookies
    assert strict.post(address, {"do": "stop"}).status_code in (403, 405)
    assert len(selectors.watched()) == 2


def test_a_cluster_is_called_stopped_watched_again_and_removed(operator: Client) -> None:
    said = {"do": "call", "title": "Shop", "slug": "shop", "labels": "environment=production"}
    assert operator.post("/clusters/prod/", said)["Location"] == "/clusters/shop/"
    assert "Shop" in operator.get("/clusters/").content.decode()
    assert "environment=production" in operator.get("/clusters/shop/").content.decode()
    assert operator.get("/clusters/prod/").status_code == 404
    operator.post("/clusters/shop/", {"do": "stop"})
    assert [one.slug for one in selectors.watched()] == ["test"]
    assert "An operator has stopped it" in operator.get("/clusters/shop/").content.decode()
    operator.post("/clusters/shop/", {"do": "resume"})
    assert len(selectors.watched()) == 2
    unsaid = operator.post("/clusters/shop/", {"do": "remove"})
    assert (unsaid.status_code, len(selectors.watched())) == (400, 2)
    assert "Say whether its history" in unsaid.content.decode()
    Bookmark.objects.create(cluster=Cluster.objects.get(slug="shop").pk, at=1.0, name="then", author="ada")
    operator.post("/clusters/shop/", {"do": "remove", "history": "delete"})
    assert not Bookmark.objects.exists(), "what people wrote goes with the history"
    assert [one.slug for one in selectors.watched()] == ["test"]
    assert fleet.forget() == 1
    assert not Cluster.objects.filter(slug="shop").exists()


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"title": "x", "slug": "Not A Slug", "labels": ""}, "cannot stand in an address"),
        ({"title": "x", "slug": "test", "labels": ""}, "Another cluster has the address"),
        ({"title": "x", "slug": "prod", "labels": "<script>"}, "is no label"),
    ],
)
def test_what_cannot_be_said_is_refused_with_what_was_typed(operator: Client, said: dict[str, str], why: str) -> None:
    answer = operator.post("/clusters/prod/", {"do": "call", **said})
    assert (answer.status_code, why in answer.content.decode()) == (400, True)
    assert 'value="x"' in answer.content.decode()
    assert b"<script>&" not in answer.content
    head = selectors.cluster("prod")
    assert head is not None
    assert (head.name, head.labels) == ("prod", {})


def ended(client: Client, address: str) -> str:
    """The page of a trial once it has ended, which it must within its limit."""
    until = time.monotonic() + trial.LIMIT + 5
    while time.monotonic() < until:
        answer = client.get(address)
        if "Refresh" not in answer.headers:
            return answer.content.decode()
        time.sleep(0.1)
    raise AssertionError("it has not ended in time")


def test_a_cluster_is_tried_before_it_is_watched_and_its_secrets_are_never_shown(operator: Client, data: Path) -> None:
    pasted = {
        "way": "pasted",
        "name": "Shop",
        "server": "https://127.0.0.1:9",
        "ca": Authority().pem.decode(),
        "token": "tell-nobody",
    }
    begun = operator.post("/clusters/add/", pasted)
    address = urlsplit(begun["Location"]).path
    said = ended(operator, address)
    assert "Watch it all the same" in said
    assert "127.0.0.1:9" in said
    assert len(selectors.watched()) == 2, "nothing is saved yet"
    shown = [said, begun.content.decode(), operator.get("/clusters/add/").content.decode()]
    assert operator.post(address)["Location"] == "/clusters/shop/"
    head = selectors.cluster("shop")
    assert head is not None
    kept = Path(head.kubeconfig)
    assert (kept.parent, kept.stat().st_mode & 0o777) == (data / "kubeconfigs", 0o600)
    assert "tell-nobody" in kept.read_text()
    shown += [operator.get(page).content.decode() for page in ("/clusters/", "/clusters/shop/", "/")]
    assert not [page for page in shown if "tell-nobody" in page]
    assert not list((data / "trials").iterdir())
    assert operator.get(address).status_code == 404
    operator.post("/clusters/shop/", {"do": "remove", "history": "keep"})
    assert not kept.exists(), "what was pasted goes with its cluster"


def test_the_page_of_a_cluster_names_the_other_context_that_leads_to_it(operator: Client) -> None:
    first = Cluster.objects.get(slug="prod")
    assert "as well" not in operator.get("/clusters/prod/").content.decode()
    Cluster.objects.filter(slug="test").update(same_as=first, enabled=False)
    page = operator.get("/clusters/prod/").content.decode()
    assert "The context test in the kubeconfig /x/config leads to it as well (test): it is watched once." in page
    assert ">test<" not in operator.get("/clusters/").content.decode()


def test_contexts_of_the_kubeconfig_at_hand_are_offered_and_no_other_file_is_read(operator: Client, data: Path) -> None:
    config = str(data.parent / "home" / ".kube" / "config")
    declare([Declaration("kubeconfig", "away", config, "away")])
    said = operator.get("/clusters/add/").content.decode()
    assert (said.count("watched already"), said.count("Try other")) == (1, 1)
    (data.parent / "elsewhere").write_text(REFUSED)
    for kubeconfig, context in ((str(data.parent / "elsewhere"), "away"), (config, "no-such"), ("/etc/passwd", "x")):
        refused = operator.post("/clusters/add/", {"way": "context", "kubeconfig": kubeconfig, "context": context})
        assert refused.status_code == 400
    assert operator.post("/clusters/add/", {"way": "in-cluster"}).status_code == 400
    assert operator.post("/clusters/add/", {"way": "nonsense"}).status_code == 400
    Path(config).write_text("{{{")
    said = operator.get("/clusters/add/").content.decode()
    assert config in said.partition('class="state-degraded form-error"')[2], "what cannot be read is named"


def test_another_way_to_a_cluster_that_is_watched_is_told_and_makes_no_second_picture(operator: Client, data: Path) -> None:
    Cluster.objects.filter(slug="test").update(identity="uid-of-kube-system")
    report = Report(exit=0, summary="All is well.", uid="uid-of-kube-system")
    place = data / "trials" / "0123456789abcdef"
    place.mkdir(parents=True)
    tried = trial.Tried("kubeconfig", "again", "/y/config", "again", began=time.time())
    for name, content in (("trial.json", encode(tried)), ("said", b""), ("report.json", encode(report)), ("ended", b"0")):
        (place / name).write_bytes(content)
    for answer in (operator.get(f"/clusters/add/{place.name}/"), operator.post(f"/clusters/add/{place.name}/")):
        assert "watched already as" in answer.content.decode()
        assert "Watch it" not in answer.content.decode()
    assert len(selectors.watched()) == 2
    Cluster.objects.filter(slug="test").update(identity="another")
    assert operator.post(f"/clusters/add/{place.name}/")["Location"] == "/clusters/again/"


def test_the_page_says_what_the_hubs_last_said(operator: Client, data: Path, settings: Settings) -> None:
    assert "--cluster-profiles CONTEXT" in operator.get("/clusters/add/").content.decode()
    settings.CLUSTER_PROFILES = ["hub/fleet", "new"]
    place = datadir.hubs(data)
    place.mkdir()
    states = [HubState("hub/fleet", 1_790_000_000.0, 2, ["The object <b>x</b> cannot be read."]), HubState("gone", None, 7, [])]
    (place / SAID).write_bytes(encode(states))
    said = operator.get("/clusters/add/").content.decode()
    assert "2 ClusterProfiles, listed last at 21 Sep 2026" in said
    assert "The object &lt;b&gt;x&lt;/b&gt; cannot be read." in said
    assert "<b>new</b>" in said
    assert "Not listed yet." in said
    assert "gone" not in said
    (place / SAID).write_bytes(b"{")
    assert operator.get("/clusters/add/").status_code == 200


def test_the_page_says_from_where_a_cluster_is_known_and_why_it_cannot_be_seen(
    operator: Client, data: Path, settings: Settings
) -> None:
    settings.CLUSTER_PROFILES = ["hub/fleet"]
    written = datadir.hubs(data) / Hub("hub/fleet").id / "0123456789abcdef"
    pasted = trial.pasted_in(data) / "0123456789abcdef"
    ways = {"prod": ("/x/config", "prod"), "tokyo": (str(written), "fleet/tokyo"), "shop": (str(pasted), "x")}
    declare([Declaration("kubeconfig", name, *way) for name, way in ways.items()])
    fault = FaultRow("credentials", "Not watched: Planewatch has no credential for <b>it</b>.", "Put a command there.", Epoch(1.0))
    Cluster.objects.filter(slug="tokyo").update(row=encode(ClusterRow(fault=fault)))
    page = operator.get("/clusters/tokyo/").content.decode()
    assert "It is known from the ClusterProfile fleet/tokyo of the hub hub/fleet." in page
    assert "Not watched: Planewatch has no credential for &lt;b&gt;it&lt;/b&gt;. Put a command there." in page
    assert "It is watched" not in page
    assert str(data) not in page, "a file of ours says nothing to a person"
    said = operator.get("/clusters/").content.decode()
    assert "Planewatch has no credential for &lt;b&gt;it&lt;/b&gt;." in said
    assert "what was pasted here when it was added" in said
    assert "the context prod in the kubeconfig /x/config" in said
    settings.CLUSTER_PROFILES = []
    assert "the ClusterProfile fleet/tokyo of a hub" in operator.get("/clusters/tokyo/").content.decode()
    operator.post("/clusters/tokyo/", {"do": "stop"})
    assert "Put a command there." not in operator.get("/clusters/tokyo/").content.decode(), "it is not asked, and wants nothing"
