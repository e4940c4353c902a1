"""The page of uptime and its CSV: of the cluster, both planes and each component, with what was watched beside each share."""

import csv
import io
import re

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from planes.store import services
from planes.structs.history import Span
from planes.structs.moments import Epoch
from planes.structs.rows import ChangeRow, Frame
from planes.structs.verdicts import State
from tests.dashboard.rows import AT, Collecting, component

NOW = AT + 100
DAY = 86_400.0


@pytest.fixture
def member(visitor: User, collecting: Collecting, monkeypatch: pytest.MonkeyPatch) -> Client:
    """Twelve hours before NOW the cluster was watched, but for two; the scheduler was down for half an hour of them."""
    monkeypatch.setattr("time.time", lambda: NOW)
    client = Client()
    client.force_login(visitor)
    turns = ((NOW - 7200, State.HEALTHY, State.DOWN), (NOW - 5400, State.DOWN, State.HEALTHY))
    changes = [
        ChangeRow(
            subject_kind="Component", subject="kube-scheduler", before=before, after=after, because="x", at=Epoch(at), agent=""
        )
        for at, before, after in turns
    ]
    collecting.flush(Frame(at=Epoch(NOW - 12), changes=changes))
    for began, ended in ((NOW - DAY / 2, NOW - DAY / 4), (NOW - DAY / 4 + 7200, NOW - 4)):
        services.touch(collecting.id, collecting.epoch, NOW, span=Span(Epoch(began), Epoch(ended)))
    return client


def rows(text: str) -> dict[str, dict[str, str]]:
    return {row["what"]: row for row in csv.DictReader(io.StringIO(text))}


def test_a_plane_is_down_while_a_component_of_it_is_and_a_window_ends_with_what_was_noted_last(member: Client) -> None:
    table = rows(member.get("/c/prod/uptime.csv").content.decode())
    assert list(table)[:3] == ["cluster", "control plane", "data plane"]
    watched = DAY / 2 - 7200 - 4
    for what in ("cluster", "control plane", "kube-scheduler"):
        assert float(table[what]["down_s"]) == 1800.0, what
        assert float(table[what]["healthy_s"]) == pytest.approx(watched - 1800, abs=0.2), what
        assert float(table[what]["healthy"]) == pytest.approx(1 - 1800 / watched, abs=1e-5), what
    assert float(table["data plane"]["down_s"]) == 0.0
    assert float(table["cluster"]["to"]) == NOW - 4
    assert float(table["cluster"]["not_watched_s"]) == pytest.approx(DAY / 2 + 7200, abs=0.2)
    assert float(table["cluster"]["observed"]) == pytest.approx(watched / (DAY - 4), abs=1e-5)


def test_the_api_says_the_same(member: Client) -> None:
    told = member.get("/api/v1/c/prod/uptime").json()
    found = {one["subject"]: one["seconds"] for one in told["uptimes"]}
    assert list(found) == ["cluster", "control", "data", "kube-scheduler"]
    assert found["control"]["down"] == found["kube-scheduler"]["down"] == 1800.0
    assert found["data"]["down"] == 0.0
    assert sum(found["cluster"].values()) == pytest.approx(told["ended"] - told["began"])
    assert member.get("/api/v1/c/prod/uptime?range=1y").status_code == 400


def test_any_span_may_be_asked_for(member: Client) -> None:
    table = rows(member.get("/c/prod/uptime.csv?from=2000-01-01&to=2000-01-02").content.decode())
    assert {(row["healthy"], row["observed"]) for row in table.values()} == {("", "0.000000")}
    assert member.get("/c/prod/uptime/?range=1y").status_code == 400
    assert member.get("/c/nowhere/uptime/").status_code == 404


def test_the_page_has_the_share_and_how_much_was_watched_beside_it(member: Client) -> None:
    with CaptureQueriesContext(connection) as captured:
        page = member.get("/c/prod/uptime/").content.decode()
    assert len(captured) < 40
    line = page.partition('<th scope="row">control plane</th>')[2].partition("</tr>")[0]
    text = re.sub(r"<[^>]+>|\s", " ", line).replace("\xa0", " ").split("  ")
    assert [one.strip() for one in text if one.strip()] == ["94.99 %", "–", "30 min", "–", "–", "41.66 %"]
    assert 'href="/c/prod/kube-scheduler/"' in page


def test_an_agent_is_as_its_nodes_were_though_no_change_of_the_whole_is_kept(member: Client, collecting: Collecting) -> None:
    """Of three nodes two lose their kubelet for ten minutes: more than half, so the whole is down."""
    changes = [
        ChangeRow("Node", f"node-{number}", "kubelet", before, after, "x", Epoch(at))
        for number in (0, 1)
        for at, before, after in ((NOW - 3600, State.HEALTHY, State.DOWN), (NOW - 3000, State.DOWN, State.HEALTHY))
    ]
    collecting.flush(Frame(at=Epoch(NOW - 12), components=[component("kubelet")], changes=changes))
    table = rows(member.get("/c/prod/uptime.csv").content.decode())
    told = {what: float(table[what]["down_s"]) for what in ("kubelet", "data plane", "control plane", "cluster")}
    assert told == {"kubelet": 600.0, "data plane": 600.0, "control plane": 1800.0, "cluster": 2400.0}
    assert table["kubelet"]["observed"] == table["cluster"]["observed"]
    page = member.get("/c/prod/kubelet/").content.decode()
    assert "down for 10\u00a0min" in page.partition('id="history-title"')[2].partition("</ol>")[0]
