"""Finding something in all clusters: what is found opens by its address, on a page of its own and for programs."""

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from msgspec.structs import replace

from dashboard import pulses, tokens
from planes.live.stream import Peek
from planes.structs.moments import Epoch
from planes.structs.rows import InstanceRow, PodRow
from planes.structs.verdicts import State
from tests.dashboard.rows import AT, Collecting, component, full_frame, node, silent_frame


@pytest.fixture
def browser(visitor: User, collecting: Collecting, monkeypatch: pytest.MonkeyPatch) -> Client:
    peek = Peek(settings.REDIS_URL, lambda: 0.0)
    peek.answered()
    monkeypatch.setattr(pulses, "peek", lambda: peek)
    frame = full_frame(3)
    pods = (PodRow("shop", "cart-<b>1", "Running", 1, 1, 0),)
    frame.nodes["node-1"] = replace(node("node-1"), address="10.0.0.7", labels={"team": "Pay & go"}, pods=pods)
    frame.components = [replace(component(), instances=(InstanceRow("sched-a"),))]
    collecting.flush(frame)
    client = Client()
    client.force_login(visitor)
    return client


@pytest.mark.parametrize(
    ("text", "kind", "address"),
    [
        ("prod", "cluster", "/c/prod/"),
        ("kube-scheduler", "component", "/c/prod/kube-scheduler/"),
        ("sched-a", "instance", "/c/prod/kube-scheduler/sched-a/"),
        ("NODE-1", "node", "/c/prod/nodes/node-1/"),
        ("team=pay", "label", "/c/prod/nodes/?q=label%3Ateam%3DPay+%26+go"),
        ("v1.36", "version", "/c/prod/nodes/?q=version%3Av1.36.2"),
        ("10.0.0.7", "address", "/c/prod/nodes/node-1/"),
        ("shop/cart", "pod", "/c/prod/nodes/node-1/#pods-title"),
    ],
)
def test_what_is_found_opens_by_its_address(browser: Client, text: str, kind: str, address: str) -> None:
    answer = browser.get("/api/v1/search", {"q": text}).json()
    group = answer["groups"][0]
    assert (group["kind"], group["found"][0]["address"]) == (kind, address)
    assert browser.get(address).status_code == 200
    page = browser.get("/search/", {"q": text}).content.decode()
    assert f'href="{address.replace("&", "&amp;")}"' in page


@pytest.mark.parametrize("text", ["incident", "kubelet of node-1", "was", "20260528T202640Z"])
def test_an_incident_is_found_by_its_title_its_id_and_what_it_is_called(browser: Client, collecting: Collecting, text: str) -> None:
    ill, well = silent_frame("node-1", at=AT), silent_frame("node-1", at=AT)
    healed = replace(ill.changes[0], before=State.DOWN, after=State.HEALTHY, at=Epoch(AT + 60))
    well.changes = [*ill.changes, healed]
    collecting.flush(well)
    groups = browser.get("/api/v1/search", {"q": text}).json()["groups"]
    (group,) = [one for one in groups if one["kind"] == "incident"]
    (one,) = group["found"]
    address = "/c/prod/incidents/20260528T202640Z-node-1.kubelet/"
    assert (one["name"], one["address"]) == ("kubelet of node-1 was down", address)
    assert one["about"] == "closed, began 2026-05-28 20:26 UTC"
    assert browser.get(address).status_code == 200
    assert f'href="{address}"' in browser.get("/search/", {"q": text}).content.decode()


@pytest.mark.any_database
def test_nothing_is_markup_and_what_is_late_is_told_as_last_known(browser: Client) -> None:
    page = browser.get("/search/", {"q": "cart-<b>1"}).content.decode()
    assert "cart-&lt;b&gt;1" in page
    assert "<b>1" not in page
    assert "as last known" in page, "its collector was last heard years ago"
    answer = browser.get("/api/v1/search", {"q": "node-1"}).json()
    assert (answer["late"]["cause"], answer["as_of"], answer["clusters"][0]["cluster"]) == ("collector", AT, "prod")


@pytest.mark.any_database
def test_nothing_is_found_with_a_sentence_and_without_a_text_there_is_the_field_alone(browser: Client) -> None:
    assert "Nothing that is watched is called “zzz”." in browser.get("/search/?q=zzz").content.decode()
    for address in ("/search/", "/search/?q=", "/search/?q=%20%00", "/search/?q=" + "x" * 5_000):
        assert browser.get(address).status_code == 200
    assert "Nothing" not in browser.get("/search/?q=%20").content.decode()
    assert browser.get("/api/v1/search").json()["groups"] == []
    assert browser.get("/api/v1/search?q=" + "x" * 382).status_code == 400
    assert Client().get("/search/?q=prod").status_code == 302


def test_a_token_finds_nothing_in_clusters_that_it_does_not_open(browser: Client, visitor: User) -> None:
    other = Collecting("other")
    other.flush(full_frame(1))
    token = tokens.make(visitor, "of one", [other.id])
    answer = Client().get("/api/v1/search?q=node-", headers={"Authorization": f"Bearer {token}"}).json()
    assert {one["cluster"] for group in answer["groups"] for one in group["found"]} == {"other"}
    assert [one["cluster"] for one in answer["clusters"]] == ["other"]
