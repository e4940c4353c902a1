"""The last 24 hours at the foot of a cluster's picture: a part of its own, drawn from what is remembered, and nothing made up."""

import re
import time

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from dashboard.day import day
from planes.models import Watched
from planes.store import selectors
from planes.structs.moments import Epoch
from planes.structs.rows import ChangeRow, Frame
from planes.structs.verdicts import State
from tests.dashboard.rows import Collecting

HOUR = 3600.0


@pytest.fixture
def member(visitor: User) -> Client:
    client = Client()
    client.force_login(visitor)
    return client


def watched(collecting: Collecting, began: float, ended: float) -> None:
    Watched.objects.create(cluster=collecting.cluster, began=began, ended=ended)


def test_the_picture_asks_for_it_by_itself_and_no_wall_and_no_past_does(member: Client, collecting: Collecting) -> None:
    watched(collecting, time.time() - HOUR, time.time())
    assert 'data-hours="/c/prod/day/"' in member.get("/c/prod/").content.decode()
    assert "data-hours" not in member.get("/wall/prod/").content.decode()
    past = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 60))
    assert "data-hours" not in member.get(f"/c/prod/?at={past}").content.decode()


def test_both_planes_are_told_and_each_moment_that_is_remembered_can_be_gone_to(member: Client, collecting: Collecting) -> None:
    now = time.time()
    watched(collecting, now - 7 * HOUR, now)
    row = ChangeRow("Component", "kube-scheduler", "", State.DOWN, State.HEALTHY, "", Epoch(now - HOUR))
    collecting.flush(Frame(at=Epoch(now), changes=[row]))
    page = member.get("/c/prod/day/").content.decode()
    assert len(re.findall(r'href="\?at=[0-9TZ:.-]+&amp;lens=24h"', page)) == 2  # 6 and 3 hours ago
    assert page.count('class="is-off"') == 6
    text = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert re.search(r"control plane, the last 24 hours: 14\.2\d % healthy, down for 6 h", text)
    assert "data plane, the last 24 hours:" in text


def test_it_ends_with_what_was_noted_last_and_where_nobody_watches_any_more_with_now(collecting: Collecting) -> None:
    now = time.time()
    head = selectors.cluster("prod")
    assert head is not None
    assert (day(head, now).oldest, day(head, now).ended) == (None, now)
    watched(collecting, now - HOUR, now - 10.0)
    assert day(head, now).ended == now - 10.0
    assert day(head, now).tracks[0].line.pieces[-1].state != ""
    later = now + HOUR
    assert day(head, later).ended == later
    assert day(head, later).tracks[0].line.pieces[-1].state == ""


def test_it_costs_a_few_queries(
    member: Client, collecting: Collecting, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(14):
        assert member.get("/c/prod/day/").status_code == 200
    assert member.get("/c/nowhere/day/").status_code == 404
