"""The table of a node's pods: which are meant and in which order, as the address says."""

from urllib.parse import parse_qs

import pytest
from django.contrib.auth.models import User
from django.test import Client

from dashboard.presenters.pods import ALL_PODS, PodsAsked, pod_line, pod_table, pods_asked
from planes.structs.moments import Epoch
from planes.structs.rows import PodRow
from tests.dashboard.rows import Collecting

PODS = [
    pod_line(one)
    for one in (
        PodRow("web", "gateway", "Running", 1, 1, 3, created=Epoch(300.0)),
        PodRow("data", "kafka-2", "Running", 0, 1, 9, "CrashLoopBackOff", Epoch(100.0), "StatefulSet kafka"),
        PodRow("data", "job-1", "Succeeded", 0, 1, 0, created=Epoch(200.0)),
        PodRow("app", "new", "Pending", 0, 0, 0),
    )
]


def names(asked: PodsAsked) -> list[str]:
    return [line.name for line in pod_table(PODS, asked).lines]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("", ["new", "kafka-2", "job-1", "gateway"]),  # those that are not ready first
        ("namespace", ["new", "job-1", "kafka-2", "gateway"]),
        ("-namespace", ["gateway", "kafka-2", "job-1", "new"]),
        ("pod", ["gateway", "job-1", "kafka-2", "new"]),
        ("phase", ["new", "kafka-2", "gateway", "job-1"]),
        ("reason", ["kafka-2", "new", "job-1", "gateway"]),  # those that have one first
        ("-restarts", ["kafka-2", "gateway", "new", "job-1"]),
        ("owner", ["kafka-2", "new", "job-1", "gateway"]),  # those that have one first
        ("age", ["new", "kafka-2", "job-1", "gateway"]),
    ],
)
def test_pods_stand_in_the_order_that_was_asked_for(sort: str, expected: list[str]) -> None:
    assert names(PodsAsked(sort=sort)) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("KAFKA", ["kafka-2"]),
        ("data", ["kafka-2", "job-1"]),
        ("data/kafka", ["kafka-2"]),
        ("crash data", ["kafka-2"]),
        ("crash web", []),
        ("not-ready", ["new", "kafka-2"]),
        ("succeeded", ["job-1"]),
        ("statefulset", ["kafka-2"]),
    ],
)
def test_every_word_narrows_the_pods(query: str, expected: list[str]) -> None:
    assert names(PodsAsked(query)) == expected


def test_what_makes_no_sense_is_left_out() -> None:
    assert pods_asked({"pods": "  a   b " + "x" * 500, "sort": "-nonsense"}).sort == ""
    assert pods_asked({}) == ALL_PODS
    assert len(pods_asked({"pods": "x" * 500}).query) == 200


def test_a_heading_turns_its_own_order_round_and_keeps_the_filter() -> None:
    table = pod_table(PODS, PodsAsked("data", "-restarts"))
    held = {head.title: (head.sorted, parse_qs(head.href)) for head in table.headings}
    assert held["Restarts"] == ("descending", {"pods": ["data"], "sort": ["restarts"]})
    assert held["Namespace"] == ("", {"pods": ["data"], "sort": ["namespace"]})
    assert table.found == 2


@pytest.mark.parametrize(("sort", "said"), [("age", "descending"), ("-age", "ascending")])
def test_the_age_is_told_as_what_it_is_the_oldest_first(sort: str, said: str) -> None:
    assert next(head.sorted for head in pod_table(PODS, PodsAsked(sort=sort)).headings if head.title == "Age") == said


def test_a_page_that_is_renewed_keeps_what_was_asked_for(visitor: User, collecting: Collecting) -> None:
    browser = Client()
    browser.force_login(visitor)
    shown = browser.get("/c/prod/nodes/node-1/?pods=kube-system&sort=-restarts").content.decode()
    assert 'data-fragment="?pods=kube-system&amp;sort=-restarts&amp;fragment=1"' in shown
