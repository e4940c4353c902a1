"""The page of one instance: its state, its own evidence, what is remembered of it, and what is said of one that went."""

import re
import time

import msgspec
import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from dashboard.presenters.instance import own_evidence
from planes.structs.moments import Epoch
from planes.structs.rows import EvidenceRow, Frame, InstanceRow, OwnFiguresRow
from planes.structs.verdicts import State
from tests.dashboard import scenes
from tests.dashboard.rows import Collecting
from tests.dashboard.test_pages import text

ONE = "kube-scheduler-node-1"


@pytest.fixture
def browser(visitor: User) -> Client:
    client = Client()
    client.force_login(visitor)
    return client


def told(collecting: Collecting, *one: InstanceRow | None, at: float, kind: str = "kube-scheduler") -> None:
    """A frame in which the second of three instances is as it is given here: None is not there."""
    frame = scenes.frame("prod", 6, "", at)
    whole = next(row for row in frame.components if row.kind == kind)
    first, second, third = whole.instances
    kept = tuple(row for row in (first, *(one or (second,)), third) if row is not None)
    collecting.flush(
        Frame(at=Epoch(at), full=True, cluster=frame.cluster, components=[msgspec.structs.replace(whole, instances=kept)])
    )


def instance(name: str, **changes: object) -> InstanceRow:
    made = InstanceRow(name=name, host="node-1", state=State.HEALTHY, version="v1.36.2", restarts=2)
    return msgspec.structs.replace(made, **changes)


NAMES = ["ip-10-0-1-7.eu-west-1.compute.internal_1f", "fd00::1", "a/b", "<img src=x>", "%2e%2e", "x" * 253]


@pytest.mark.any_database
def test_an_instance_says_its_state_since_when_why_and_where_it_runs(db: None, browser: Client) -> None:
    collecting, now = Collecting(), time.time()
    told(collecting, at=now - 100)
    told(collecting, instance(ONE, state=State.DEGRADED, because="CrashLoopBackOff for 9 s."), at=now)
    said = text(browser, f"/c/prod/kube-scheduler/{ONE}/").replace("\u00a0", " ")
    about = rf"instance of kube-scheduler on node-1 {ONE} degraded for [\d.]+ s · CrashLoopBackOff for 9 s\."
    assert re.search(about, said)
    assert "version v1.36.2 restarts 2" in said
    assert "healthy → degraded" in said
    assert "came, healthy" in said


@pytest.mark.any_database
def test_one_that_went_keeps_its_page(db: None, browser: Client) -> None:
    collecting, now = Collecting(), time.time()
    told(collecting, at=now - 100)
    told(collecting, None, at=now - 30)
    said = text(browser, f"/c/prod/kube-scheduler/{ONE}/")
    assert f"{ONE} gone (was healthy) since" in said
    assert "went, was healthy" in said
    assert "Evidence" not in said
    assert "for 30" not in said


@pytest.mark.any_database
def test_an_unknown_one_is_answered_with_those_that_exist(db: None, browser: Client) -> None:
    told(Collecting(), at=time.time())
    said = text(browser, "/c/prod/kube-scheduler/nobody/", 404)
    assert "kube-scheduler of prod has no instance “nobody”" in said
    assert ONE in said
    assert "has no component “nothing”" in text(browser, "/c/prod/nothing/nobody/", 404)
    assert "There is no cluster “nowhere” here" in text(browser, "/c/nowhere/kube-scheduler/nobody/", 404)


@pytest.mark.any_database
@pytest.mark.parametrize("name", NAMES)
def test_a_name_of_any_kind_has_an_address(db: None, browser: Client, name: str) -> None:
    told(Collecting(), instance(name), at=time.time())
    href = reverse("instance", args=["prod", "kube-scheduler", name])
    assert f'href="{href}"' in browser.get("/c/prod/kube-scheduler/").content.decode()
    answer = browser.get(href)
    assert answer.status_code == 200
    assert "<img" not in answer.content.decode()


@pytest.mark.any_database
def test_its_own_figures_stand_on_its_page(db: None, browser: Client) -> None:
    own = OwnFiguresRow(facts={"p99": "38 ms"}, at=Epoch(time.time() - 12))
    told(Collecting(), instance("kube-apiserver-node-1", own=own), at=time.time(), kind="kube-apiserver")
    said = text(browser, "/c/prod/kube-apiserver/kube-apiserver-node-1/").replace("\u00a0", " ")
    assert "p99 38 ms Last scraped 12 s ago" in said


def test_the_page_of_one_asks_a_bounded_number_of_queries(
    db: None, browser: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    told(Collecting(), at=time.time())
    browser.get(f"/c/prod/kube-scheduler/{ONE}/")
    # On PostgreSQL one more: who asks is in the same database.
    with django_assert_max_num_queries(10):
        answer = browser.get(f"/c/prod/kube-scheduler/{ONE}/")
    assert answer.status_code == 200


# --- whose evidence is whose --------------------------------------------------------------------------------------------------


def line(signal: str, source: str) -> EvidenceRow:
    return EvidenceRow(signal, "now", "should be", State.HEALTHY, source)


ROWS = (
    line("answers", "the collector's requests"),
    line("lease", "lease kube-system/kube-scheduler"),
    line("identity of cp-1", "lease kube-system/apiserver-abc"),
    line("identity of cp-10", "lease kube-system/apiserver-def"),
    line("pod", "pod kube-system/kube-scheduler-cp-1"),
    line("pod", "pod kube-system/kube-scheduler-cp-10"),
)
PAIR = tuple(InstanceRow(f"kube-scheduler-{host}", host, leader=host == "cp-10") for host in ("cp-1", "cp-10"))


@pytest.mark.any_database
@pytest.mark.parametrize(("at", "lines"), [(0, [2, 4]), (1, [1, 3, 5])])
def test_an_instance_has_the_lines_that_name_it_and_a_leader_those_of_its_lease(at: int, lines: list[int]) -> None:
    assert own_evidence(PAIR[at], ROWS, PAIR) == tuple(ROWS[number] for number in lines)


@pytest.mark.any_database
def test_a_sole_instance_has_all_lines() -> None:
    assert own_evidence(PAIR[0], ROWS, PAIR[:1]) == ROWS


@pytest.mark.any_database
def test_the_page_of_an_api_server_says_whose_checks_are_remembered(db: None, browser: Client) -> None:
    collecting, now = Collecting(), time.time()
    told(collecting, at=now, kind="kube-apiserver")
    several = text(browser, "/c/prod/kube-apiserver/kube-apiserver-node-1/")
    assert "They are remembered for all API servers together" in several
    assert "They stand on the page of kube-apiserver" in several
    frame = scenes.frame("prod", 6, "", now)
    whole = next(row for row in frame.components if row.kind == "kube-apiserver")
    alone = msgspec.structs.replace(whole, instances=whole.instances[:1])
    collecting.flush(Frame(at=Epoch(now + 1), full=True, cluster=frame.cluster, components=[alone]))
    assert "the only API server that is seen" in text(browser, f"/c/prod/kube-apiserver/{whole.instances[0].name}/")
    told(collecting, at=now + 2)
    assert "remembered for all API servers" not in text(browser, f"/c/prod/kube-scheduler/{ONE}/")
