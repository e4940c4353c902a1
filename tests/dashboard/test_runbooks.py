"""Runbooks: whose they are, where they lead, and what is refused."""

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from pytest_django import Settings

from dashboard import runbooks
from tests.dashboard.rows import Collecting

BOOKS = runbooks.read(["etcd=https://wiki.example/etcd?a=b", "* = https://wiki.example/{cluster}/{kind}"])


@pytest.mark.parametrize(
    ("kind", "cluster", "leads"),
    [
        ("etcd", "prod", "https://wiki.example/etcd?a=b"),
        ("kubelet", "prod", "https://wiki.example/prod/kubelet"),
        ("node", "a b/c", "https://wiki.example/a%20b%2Fc/node"),
    ],
)
def test_a_kind_has_its_own_runbook_or_that_of_all(kind: str, cluster: str, leads: str) -> None:
    assert runbooks.address(BOOKS, kind, cluster) == leads


def test_where_there_is_none_nothing_is_linked() -> None:
    assert runbooks.address(runbooks.read(["etcd=https://wiki.example"]), "dns", "prod") == ""


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("https://wiki.example", "is not of the form kind=address"),
        ("kubelett=https://wiki.example", "did you mean kubelet?"),
        ("xyz=https://wiki.example", "is no kind; there are"),
        ("etcd=javascript:alert(1)", "no address"),
        ("etcd=//wiki.example", "no address"),
        ("etcd=https://", "no address"),
        ("etcd=https://[wiki", "no address"),
        ("etcd=https://wiki.example/a b", "no address"),
        ("etcd=https://wiki.example/{node}", "{node} is not known"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(entry: str, said: str) -> None:
    with pytest.raises(ImproperlyConfigured) as caught:
        runbooks.read([entry])
    assert said in str(caught.value)


def test_pages_of_components_and_nodes_link_to_it(visitor: User, collecting: Collecting, settings: Settings) -> None:
    settings.RUNBOOKS = {"*": "https://wiki.example/{cluster}/{kind}?a=1&b=2"}
    browser = Client()
    browser.force_login(visitor)
    for page, kind in (("kube-scheduler", "kube-scheduler"), ("nodes/node-1", "node")):
        shown = browser.get(f"/c/prod/{page}/").content.decode()
        assert f'href="https://wiki.example/prod/{kind}?a=1&amp;b=2"' in shown
    settings.RUNBOOKS = {}
    assert "Runbook" not in browser.get("/c/prod/kube-scheduler/").content.decode()
