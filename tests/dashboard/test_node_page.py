"""A node's page: what kind of node it is, and what its conditions say."""

import re
import time

import msgspec
from django.contrib.auth.models import User
from django.template.loader import render_to_string
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from dashboard import presenters
from planes.store.selectors import NodeDetail
from planes.structs.moments import Epoch
from planes.structs.rows import ConditionRow, Frame
from planes.structs.verdicts import State
from tests.dashboard import scene_nodes
from tests.dashboard.rows import Collecting
from tests.dashboard.test_presenters import AT, head


def test_a_condition_of_which_nothing_is_known_has_no_colour() -> None:
    row = msgspec.structs.replace(scene_nodes.node(7, AT, {}), conditions=(ConditionRow("Odd", "True", "Because", "It is odd"),))
    page = presenters.node_page(NodeDetail(head(), row, ()), None)
    assert [line.state for line in page.conditions] == [""]
    shown = render_to_string("parts/node.html", {"page": page, "now": AT})
    odd = shown[shown.index("<b>Odd</b>") - 80 : shown.index("<b>Odd</b>")]
    assert "<li><div" in odd
    assert "glyph" not in odd


def test_what_kind_of_node_it_is_stands_among_its_marks() -> None:
    row = msgspec.structs.replace(scene_nodes.node(7, AT, {}), traits=("virtual node (virtual-kubelet)",))
    assert presenters.node_page(NodeDetail(head(), row, ()), None).marks[0] == "virtual node (virtual-kubelet)"


def test_for_how_long_a_node_leaves_is_told_once() -> None:
    row = scene_nodes.node(7, AT, {})
    said = f"Leaving for ⟨a:{AT - 300:.1f}⟩: Karpenter is removing it (taint karpenter.sh/disrupted). Its silence is expected."
    row = msgspec.structs.replace(row, kubelet=msgspec.structs.replace(row.kubelet, state=State.LEAVING, because=said))
    shown = render_to_string("parts/node.html", {"page": presenters.node_page(NodeDetail(head(), row, ()), None), "now": AT})
    kubelet, proxy = shown.split('data-panel="kubelet"')[1].split('data-panel="kube-proxy"')
    assert '<p class="because"><span class="if-late">When last seen: </span>Leaving <span class="age-word">for </span>' in kubelet
    assert '<p class="because"><span class="muted"><span class="age-word">for' in proxy


def test_pods_of_a_node_that_leaves_are_as_last_reported() -> None:
    row = scene_nodes.node(7, AT, {})
    row = msgspec.structs.replace(row, kubelet=msgspec.structs.replace(row.kubelet, state=State.LEAVING))
    assert "leaving" in presenters.node_page(NodeDetail(head(), row, ()), None).pods_last_known


def test_pods_that_were_not_listed_yet_are_not_said_to_be_none() -> None:
    row = msgspec.structs.replace(scene_nodes.node(7, AT, {}), pods=(), pods_used=0)
    told = head()
    for seen, said in ((0, "No pod of this cluster has been seen yet."), (9, "No pod runs here.")):
        cluster = msgspec.structs.replace(told, row=msgspec.structs.replace(told.row, pods=seen))
        page = presenters.node_page(NodeDetail(cluster, row, ()), None)
        shown = render_to_string("parts/node.html", {"page": page, "now": AT})
        assert said in shown
        assert ("Pods · 0" in shown, page.capacity[0].figure) == (
            (True, "0 of 110") if seen else (False, "110, usage not observed")
        )


def test_a_node_that_went_keeps_its_page(
    visitor: User, collecting: Collecting, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    browser = Client()
    browser.force_login(visitor)
    there = browser.get("/c/prod/nodes/node-1/").content.decode()
    assert "gone" not in re.findall(r"<h1>.*?</h1>", there)[0]
    collecting.flush(Frame(at=Epoch(time.time()), full=False, gone_nodes=["node-1"]))
    with django_assert_max_num_queries(17):  # on PostgreSQL up to two more: who asks is in the same database
        answer = browser.get("/c/prod/nodes/node-1/")
    shown = answer.content.decode()
    assert answer.status_code == 200
    assert '<h1>node-1 <span class="state-word">gone</span> <span class="last">(was healthy)</span>' in shown
    assert "?at=2" in shown
    assert 'href="/c/prod/nodes/node-2/"' in shown
    assert "<html" not in browser.get("/c/prod/nodes/node-1/?fragment=1").content.decode()
    assert browser.get("/c/prod/nodes/never-was/").status_code == 404
