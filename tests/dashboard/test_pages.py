"""The pages as they come over HTTP: what they say in each state of a cluster, and what they say instead of an unknown address."""

import re
import time
from html import unescape

import msgspec
import pytest
from django.contrib.auth.models import User
from django.template import Context, Template
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from planes.models import Cluster
from planes.structs.moments import Epoch
from planes.structs.rows import ClusterRow, FaultRow, Frame
from planes.structs.time_tokens import ago, until
from tests.dashboard import scene_nodes, scenes
from tests.dashboard.rows import Collecting

NOW = 1_780_000_000.0


@pytest.fixture
def browser(visitor: User) -> Client:
    client = Client()
    client.force_login(visitor)
    return client


def collect(slug: str, wrong: str = "", nodes: int = 6, age: float = 0.0) -> Collecting:
    """A cluster whose last flush is `age` seconds old."""
    collecting = Collecting(slug)
    collecting.flush(scenes.frame(slug, nodes, wrong, time.time() - age))
    return collecting


def text(client: Client, address: str, status: int = 200) -> str:
    """What a page says, tags and superfluous space left out."""
    response = client.get(address)
    assert response.status_code == status
    html = re.sub(r"<(script|style|noscript|svg).*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    html = re.sub(r'<(\w+) class="if-late.*?</\1>', " ", html)  # shown once the page has become late
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)))


# --- the list of clusters and the wall ---------------------------------------------------------------------------------------


@pytest.mark.any_database
def test_without_clusters_the_list_says_how_one_is_added(browser: Client) -> None:
    said = text(browser, "/")
    assert "No cluster is watched yet" in said
    assert ".venv/bin/python manage.py up --demo" in said
    assert "No cluster is watched yet" in text(browser, "/wall/")


@pytest.mark.any_database
@pytest.mark.parametrize("address", ["/", "/wall/"])
def test_each_cluster_is_a_card_of_two_planes(browser: Client, address: str) -> None:
    collect("prod-eu-1", "broken", 120)
    collect("staging", "", 24)
    said = text(browser, address)
    assert "kube-scheduler degraded" in said
    assert "4 of 120 nodes need attention" in said
    assert "116/120" in said
    assert "24/24" in said
    assert "2 clusters" in said
    assert "1 down" in said


@pytest.mark.any_database
@pytest.mark.parametrize("address", ["/", "/wall/"])
def test_an_unreachable_clusters_card_says_why_and_what_to_do(browser: Client, address: str) -> None:
    collect("edge-17", "unreachable", 12)
    said = text(browser, address)
    assert "connecting timed out after 10 s" in said
    assert "Check the way there" in said
    assert "unknown (was healthy)" in said
    assert re.search(r"Next attempt in +1[0-4] s", said)
    assert "no answer for 4 min" in re.sub(" +", " ", said)


@pytest.mark.any_database
def test_a_card_whose_collector_is_away_is_late_and_says_since_when(browser: Client) -> None:
    collect("prod", "", age=90)
    html = browser.get("/").content.decode()
    assert "is-late" in html
    assert "not seen for 1 min 3" in text(browser, "/")


@pytest.mark.any_database
def test_a_cluster_that_was_never_collected_waits(browser: Client) -> None:
    Cluster.objects.create(slug="new", name="new", source="kubeconfig")
    assert "not seen yet" in text(browser, "/")
    assert "is-late" in browser.get("/wall/").content.decode()


def test_disabled_clusters_are_not_shown(browser: Client) -> None:
    collect("prod")
    Cluster.objects.update(enabled=False)
    assert "prod" not in text(browser, "/")
    assert browser.get("/c/prod/").status_code == 404


@pytest.mark.any_database
def test_names_from_a_cluster_are_shown_as_text(browser: Client) -> None:
    collecting = Collecting("prod")
    fault = FaultRow(kind="tls", message="<script>alert(1)</script>", remedy="<b>none</b>", since=Epoch(NOW))
    collecting.flush(Frame(at=Epoch(time.time()), full=True, cluster=ClusterRow(fault=fault), attention=[]))
    html = browser.get("/").content.decode()
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


# --- a component ---------------------------------------------------------------------------------------------------------------


@pytest.mark.any_database
def test_a_component_says_its_state_why_and_the_evidence(browser: Client) -> None:
    collect("prod", "broken", 20)
    said = text(browser, "/c/prod/kube-scheduler/")
    assert "kube-scheduler degraded" in said
    assert "5 pods have waited over 30 s for any decision" in said
    assert "While it is away, pods keep running" in said
    assert "Pods without a decision" in said
    assert "none longer than 30 s" in said
    assert "leader" in said
    assert "kubectl -n kube-system get lease kube-scheduler -o yaml" in said


@pytest.mark.any_database
def test_a_roll_up_links_the_nodes_that_need_somebody(browser: Client) -> None:
    collect("prod", "broken", 120)
    html = browser.get("/c/prod/kubelet/").content.decode()
    assert 'href="/c/prod/nodes/node-90/"' in html
    assert 'href="/c/prod/nodes/node-63/"' not in html  # its runtime is down, its kubelet is well


def test_what_is_hidden_says_what_would_show_it(browser: Client) -> None:
    collect("prod", "managed")
    said = text(browser, "/c/prod/etcd/")
    assert "etcd not observable" in said
    assert "Grant get, list and watch on leases in kube-system" in said


@pytest.mark.any_database
def test_an_unreachable_clusters_component_is_unknown_with_its_last_state(browser: Client) -> None:
    collect("edge-17", "unreachable")
    said = text(browser, "/c/edge-17/kube-scheduler/")
    assert "unknown (was healthy)" in said
    assert "Check the way there" in said
    assert "as last seen" in said


@pytest.mark.any_database
def test_the_fragment_is_the_part_that_changes_and_nothing_else(browser: Client) -> None:
    collect("prod")
    for address in ("/", "/wall/", "/c/prod/etcd/", "/c/prod/nodes/node-1/"):
        fragment = browser.get(f"{address}?fragment=1").content.decode()
        assert "data-panel=" in fragment
        assert "<html" not in fragment, address


# --- a node --------------------------------------------------------------------------------------------------------------------


def test_a_node_shows_its_three_agents_conditions_capacity_pods_and_events(browser: Client) -> None:
    collect("prod", "broken", 120)
    said = text(browser, "/c/prod/nodes/node-88/")
    for words in ("kubelet healthy", "kube-proxy degraded", "container runtime healthy", "CrashLoopBackOff"):
        assert words in said
    assert "DiskPressure True" in said
    assert "of 110" in said
    assert "of 16 cores" in said
    assert "SystemOOM" in said
    assert "Debian GNU/Linux 13 (trixie)" in said
    assert "kubectl describe node node-88" in said


@pytest.mark.any_database
def test_a_node_shows_its_taints_as_kubectl_writes_them(browser: Client) -> None:
    collect("prod", "broken", 120)
    said = text(browser, "/c/prod/nodes/node-90/")
    assert "Conditions and taints" in said
    assert "node.kubernetes.io/unreachable:NoExecute" in said
    assert "and taints" not in text(browser, "/c/prod/nodes/node-91/")


@pytest.mark.any_database
def test_a_silent_nodes_pods_are_said_to_be_last_known(browser: Client) -> None:
    collect("prod", "broken", 120)
    assert "this is what its pods last reported" in text(browser, "/c/prod/nodes/node-90/")
    assert "this is what its pods last reported" not in text(browser, "/c/prod/nodes/node-63/")


def test_hundreds_of_pods_are_all_listed(browser: Client) -> None:
    collecting = Collecting("prod")
    frame = scenes.frame("prod", 0, "", time.time())
    frame.nodes = {"node-1": scene_nodes.node(1, NOW, {}, pods=500)}
    collecting.flush(frame)
    assert browser.get("/c/prod/nodes/node-1/").content.decode().count('data-title="restarts"') == 500


# --- addresses of nothing ------------------------------------------------------------------------------------------------------


@pytest.mark.any_database
def test_an_unknown_cluster_is_answered_with_those_that_exist(browser: Client) -> None:
    collect("prod")
    for address in ("/c/prad/", "/c/prad/etcd/", "/c/prad/nodes/node-1/"):
        assert "There is no cluster “prad” here" in text(browser, address, 404)
    assert 'href="/c/prod/"' in browser.get("/c/prad/").content.decode()
    assert 'href="/wall/prod/"' in browser.get("/wall/prad/").content.decode()


@pytest.mark.any_database
def test_an_unknown_component_is_answered_with_those_that_exist(browser: Client) -> None:
    collect("prod")
    assert "prod has no component “kube-sheduler”" in text(browser, "/c/prod/kube-sheduler/", 404)
    assert 'href="/c/prod/kube-scheduler/"' in browser.get("/c/prod/kube-sheduler/").content.decode()


def test_an_unknown_node_is_answered_with_the_nearest_names(browser: Client) -> None:
    collect("prod", "", 40)
    assert "Of its 40 nodes, these come nearest" in text(browser, "/c/prod/nodes/node-333/", 404)
    assert 'href="/c/prod/nodes/node-33/"' in browser.get("/c/prod/nodes/node-333/").content.decode()


@pytest.mark.any_database
def test_an_unknown_node_of_an_empty_cluster_is_answered_too(browser: Client) -> None:
    collect("prod", "empty")
    assert "Nothing of the kind has been seen yet" in text(browser, "/c/prod/nodes/node-1/", 404)


@pytest.mark.any_database
def test_pages_can_only_be_read(browser: Client) -> None:
    collect("prod")
    for address in ("/", "/wall/", "/c/prod/", "/c/prod/etcd/", "/c/prod/nodes/node-1/"):
        assert browser.post(address).status_code == 405


# --- the tags ------------------------------------------------------------------------------------------------------------------


def render(template: str, **context: object) -> str:
    return Template("{% load planewatch %}" + template).render(Context(context))


def test_ages_in_a_text_run_on_and_the_rest_is_escaped() -> None:
    shown = render("{{ text|ticking:now }}", text=f"<i> for {ago(NOW - 31)}, next in {until(NOW + 90)}", now=NOW)
    moment = 'datetime="2026-05-28T20:26:09Z" title="28 May 2026, 20:26:09 UTC" data-as="since"'
    assert shown == (
        f'&lt;i&gt; <span class="age-word">for </span><time class="age" {moment} data-t="a:{NOW - 31:.1f}">31\u00a0s</time>, '
        f'next in <span class="age" data-t="u:{NOW + 90:.1f}">1\u00a0min\u00a030\u00a0s</span>'
    )


@pytest.mark.parametrize(
    ("name", "first", "second"),
    [
        ("prod", "prod", ""),
        ("prod · us-east-1", "prod", " · us-east-1"),
        ("prod · us-east-1 · 123456789012", "prod", " · us-east-1 · 123456789012"),
        ("customer-production-west-01", "customer-producti", "on-west-01"),
        ("<b>", "&lt;b&gt;", ""),
    ],
)
def test_a_clusters_name_is_cut_where_it_tells_least(name: str, first: str, second: str) -> None:
    assert f"<span>{first}</span><span>{second}</span>" in render("{{ name|called }}", name=name)


def test_a_moment_that_never_was_is_a_dash() -> None:
    assert render("{% age moment now %}{% clock moment %}", moment=None, now=NOW) == "––"


def test_that_watching_began_is_said_only_while_earlier_changes_would_be_remembered() -> None:
    said = [render("{% unchanged since now %}", since=NOW - days * 86_400, now=NOW) for days in (89, 90)]
    assert [one.partition("<")[0] for one in said] == ["No changes since watching began at ", "No changes since "]


def test_what_should_have_been_tried_by_now_is_tried_in_a_moment() -> None:
    assert "a moment" in render("{% left moment now %}", moment=NOW - 1, now=NOW)
    assert "5\u00a0s" in render("{% left moment now %}", moment=NOW + 4.5, now=NOW), "in whole seconds, never too few"


def test_large_numbers_have_separators() -> None:
    assert render("{{ few|number }} {{ many|number }}", few=980, many=1234567) == "980 1,234,567"


def test_a_glyph_has_a_title_unless_a_word_stands_beside_it() -> None:
    assert "<title>not observable</title>" in render('{% glyph "not_observable" %}')
    assert "title" not in render('{% glyph "down" "l" "" %}')
    assert "glyph-unknown" in render('{% glyph "splendid" %}')


@pytest.mark.any_database
def test_a_node_whose_name_no_kubernetes_would_allow_breaks_no_page(browser: Client) -> None:
    """What an API server says is not ours to trust."""
    odd = ("a/b", "../../signout", "x?y#z", "<img src=x>", "  ", "%2e%2e")
    frame = scenes.frame("prod", 6, "", time.time())
    one = next(iter(frame.nodes.values()))
    frame.nodes |= {name: msgspec.structs.replace(one, name=name, uid=name) for name in odd}
    Collecting("prod").flush(frame)
    for page in ("/", "/c/prod/", "/wall/", "/c/prod/kubelet/"):
        assert browser.get(page).status_code == 200
    html = browser.get("/c/prod/").content.decode()
    for name in odd:
        href = reverse("node", args=["prod", name])
        assert f'href="{href}"' in html
        assert browser.get(href).status_code == 200
    assert "<img" not in html


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("state", "shown"),
    [("down", ["prod-eu-1"]), ("cordoned", []), ("nonsense", ["prod-eu-1", "staging"]), ("", ["prod-eu-1", "staging"])],
)
def test_clusters_of_one_state_are_shown_and_the_others_are_kept_live_unseen(browser: Client, state: str, shown: list[str]) -> None:
    collect("prod-eu-1", "broken", 120)
    collect("staging", "", 24)
    html = browser.get("/", {"state": state}).content.decode()
    cards = re.findall(r'<li( hidden)?><article[^>]*data-card="([^"]+)"', html)
    assert [slug for hidden, slug in cards if not hidden] == shown
    assert len(cards) == 2
    assert ("No cluster is cordoned now." in html) == (state == "cordoned")
    assert ('data-fragment="/?state=down&amp;fragment=1"' in html) == (state == "down")


@pytest.mark.parametrize("kind", ["kubelet", "kube-proxy", "container-runtime"])
def test_a_roll_up_tells_versions_and_zones_in_few_queries(
    browser: Client, kind: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    collect("prod", "broken", 120)
    with django_assert_max_num_queries(14):  # on PostgreSQL one more: who asks is in the same database
        said = text(browser, f"/c/prod/{kind}/")
    assert "Versions" in said
    assert "By zone" in said
    assert "eu-1a 40" in said
    assert ("the API server's minor version" in said) is (kind != "container-runtime")
