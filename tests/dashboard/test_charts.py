"""Charts of a component's page: the same values as a table, in the time that the address names."""

import re
import time

import pytest
from django.contrib.auth.models import User
from django.test import Client

from dashboard.presenters.words import figure_text
from planes.components.spec import Form
from planes.structs.moments import Epoch
from planes.structs.node_samples import OF_COMPONENTS, NodeSamplesRow, block_of
from planes.structs.rows import Frame
from tests.dashboard.rows import Collecting, component, node
from tests.sampling import sample_row

pytestmark = pytest.mark.any_database


@pytest.fixture
def member(visitor: User) -> Client:
    client = Client()
    client.force_login(visitor)
    return client


@pytest.mark.parametrize(
    ("form", "value", "text"),
    [
        (Form.COUNT, 0.0, "0"),
        (Form.COUNT, 0.43, "0.43"),
        (Form.COUNT, 3.24, "3.2"),
        (Form.COUNT, 1284.4, "1,284"),
        (Form.MILLISECONDS, 0.038, "38 ms"),
        (Form.MILLISECONDS, 0.0042, "4.2 ms"),
        (Form.MILLISECONDS, 0.9995, "1.0 s"),
        (Form.MILLISECONDS, 0.0, "0 ms"),
        (Form.PERCENT, 0.004, "0.4 %"),
        (Form.PERCENT, 0.0004, "0.04 %"),
        (Form.PERCENT, 0.0, "0.0 %"),
        (Form.SECONDS, 0.0, "0 s"),
        (Form.SECONDS, 0.4, "0.4 s"),
        (Form.SECONDS, 454.0, "7 min 34 s"),
        (Form.SECONDS, 11_100.0, "3 h 5 min"),
        (Form.BYTES, 2.0**29, "512 MiB"),
        (Form.BYTES, 7.6 * 2**30, "7.6 GiB"),
    ],
)
def test_a_value_is_written_as_the_charts_write_it(form: Form, value: float, text: str) -> None:
    assert figure_text(form, value) == text


def test_a_page_has_the_values_of_its_charts_as_a_table(member: Client, collecting: Collecting) -> None:
    now = time.time()
    began = (now // 600 - 2) * 600
    scrapes = [sample_row(at=began + at, p99=value) for at, value in ((0, 0.020), (5, 0.040), (500, 0.5))]
    collecting.flush(Frame(at=Epoch(now), components=[component("kube-apiserver")], samples=scrapes))
    page = member.get("/c/prod/kube-apiserver/?range=1h").content.decode()
    assert 'data-figures="/api/v1/c/prod/components/kube-apiserver/figures?range=1h"' in page
    text = re.sub(r"<[^>]+>|\s", " ", page.partition('id="charts-values"')[2]).replace("\xa0", " ")
    assert re.search(r"500 ms .* 30 ms +20 ms to 40 ms", text)
    assert "not observed" in text
    assert 'href="?range=7d#charts"' in page
    assert "uPlot" in page


def test_a_page_of_what_has_no_figures_has_no_charts_and_loads_no_library(member: Client, collecting: Collecting) -> None:
    collecting.flush(Frame(at=Epoch(time.time()), components=[component("dns")]))
    page = member.get("/c/prod/dns/").content.decode()
    assert "uPlot" not in page
    assert "charts" not in page


def test_a_time_that_makes_no_sense_is_refused_in_words(member: Client, collecting: Collecting) -> None:
    answer = member.get("/c/prod/kube-scheduler/?range=1y")
    assert answer.status_code == 400
    assert "range= is one of: 1h, 24h, 7d, 30d." in answer.content.decode()


def test_a_node_has_charts_of_its_own_for_the_last_hour(member: Client, collecting: Collecting) -> None:
    now = time.time()
    name = "node-1"
    rows = [
        NodeSamplesRow(Epoch(now - ago), block_of(name), {name: {"heartbeat": age, "memory": 256}})
        for ago, age in ((180, 4), (120, 6), (60, 8))
    ]
    collecting.flush(Frame(at=Epoch(now), nodes={name: node(name)}, node_samples=rows))
    page = member.get(f"/c/prod/nodes/{name}/").content.decode()
    assert f'data-figures="/api/v1/c/prod/nodes/{name}/figures?range=1h"' in page
    text = re.sub(r"<[^>]+>|\s", " ", page.partition('id="charts-values"')[2]).replace("\xa0", " ")
    assert "8 s" in text
    assert "2 GiB" in text
    told = member.get(f"/api/v1/c/prod/nodes/{name}/figures?range=1h").json()
    assert [one["key"] for one in told["figures"]] == ["heartbeat", "pods", "cpu", "memory"]
    assert [value for value in told["figures"][0]["mean"] if value is not None] == [4.0, 6.0, 8.0]
    assert set(told["figures"][1]["mean"]) == {None}


def test_what_is_looked_at_rather_than_scraped_has_charts_too(member: Client, collecting: Collecting) -> None:
    now = time.time()
    rows = [
        NodeSamplesRow(Epoch(now - ago), OF_COMPONENTS, {"kube-scheduler": {"undecided": count, "renewed": 12}})
        for ago, count in ((180, 0), (120, 3), (60, 5))
    ]
    collecting.flush(Frame(at=Epoch(now), components=[component()], node_samples=rows))
    page = member.get("/c/prod/kube-scheduler/?range=1h").content.decode()
    assert "pods without a decision" in page
    told = member.get("/api/v1/c/prod/components/kube-scheduler/figures?range=1h").json()
    by_key = {one["key"]: [value for value in one["mean"] if value is not None] for one in told["figures"]}
    assert by_key == {"undecided": [0.0, 3.0, 5.0], "oldest_undecided": [], "unbound": [], "renewed": [1.2, 1.2, 1.2]}


def test_a_node_that_went_keeps_its_charts_of_the_hour_before(member: Client, collecting: Collecting) -> None:
    now = time.time()
    name, went = "node-1", now - 7200
    row = NodeSamplesRow(Epoch(went - 300), block_of(name), {name: {"pods": 7}})
    collecting.flush(Frame(at=Epoch(went - 300), nodes={name: node(name)}, node_samples=[row]))
    collecting.flush(Frame(at=Epoch(went), gone_nodes=[name]))
    page = member.get(f"/c/prod/nodes/{name}/").content.decode()
    address = re.search(r'data-figures="([^"]+)"', page)
    assert address is not None
    told = member.get(address[1].replace("&amp;", "&")).json()
    assert (told["began"], told["ended"]) == (pytest.approx(went - 3600, abs=0.1), pytest.approx(went, abs=0.1))
    assert [value for value in told["figures"][1]["mean"] if value is not None] == [7.0]
    assert member.get(f"/c/prod/nodes/{name}/?range=1y").status_code == 400
    assert member.get("/api/v1/c/prod/nodes/node-77/figures").status_code == 404
