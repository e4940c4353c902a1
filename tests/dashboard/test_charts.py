"""Charts of a component's page: the same values as a table, in the time that the address names."""

import re
import time

import pytest
from django.contrib.auth.models import User
from django.test import Client

from dashboard.presenters.words import figure_text
from planes.components.spec import Form
from planes.structs.moments import Epoch
from planes.structs.node_samples import NodeSamplesRow, block_of
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
    page = member.get("/c/prod/kube-scheduler/").content.decode()
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
