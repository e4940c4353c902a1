"""`manage.py clusters`: what is watched is said and changed, each in a sentence."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django import Settings

from planes.models import Cluster
from planes.up.refusal import Exit

pytestmark = pytest.mark.django_db

KUBECONFIG = """
apiVersion: v1
kind: Config
current-context: prod
clusters: [{name: c, cluster: {server: "https://127.0.0.1:1"}}]
users: [{name: u, user: {token: secret-token}}]
contexts:
- {name: prod, context: {cluster: c, user: u}}
- {name: "te\u202est", context: {cluster: c, user: u}}
"""


@pytest.fixture(autouse=True)
def place(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Path:
    settings.DATA_DIR = tmp_path / "data"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("KUBECONFIG", raising=False)
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    (tmp_path / "config").write_text(KUBECONFIG)
    return tmp_path / "config"


def clusters(*words: str, code: int = 0) -> str:
    out, err = StringIO(), StringIO()
    if code:
        with pytest.raises(SystemExit) as ended:
            call_command("clusters", *words, stdout=out, stderr=err)
        assert ended.value.code == code
    else:
        call_command("clusters", *words, stdout=out, stderr=err)
    return out.getvalue() + err.getvalue()


def test_a_context_is_added_listed_and_removed(place: Path) -> None:
    assert clusters("list").strip() == "No cluster is watched. `manage.py clusters add` adds one."
    assert clusters("add", "--kubeconfig", str(place)).strip() == "prod is watched."
    head, row = clusters("list").splitlines()
    assert head.split() == ["slug", "name", "context", "kubeconfig", "collected"]
    assert row.split() == ["prod", "prod", "prod", str(place), "never"]
    assert "secret-token" not in row
    assert clusters("remove", "prod").strip() == "prod is no longer watched."
    assert not Cluster.objects.filter(enabled=True)


def test_every_context_can_be_added_and_none_drives_the_terminal(place: Path) -> None:
    assert len(clusters("add", "--kubeconfig", str(place), "--all-contexts").splitlines()) == 2
    assert "\u202e" not in clusters("list")


def test_what_was_added_stays_when_up_declares_its_own(place: Path) -> None:
    from planes.store.clusters import declare
    from planes.up import datadir

    clusters("add", "--kubeconfig", str(place))
    declare([], datadir.identity(place.parent / "data"))
    assert Cluster.objects.filter(enabled=True).count() == 1


@pytest.mark.parametrize("does", ["remove", "accept"])
def test_an_unknown_slug_is_said(does: str) -> None:
    assert "No watched cluster has the slug 'nope'" in clusters(does, "nope", code=Exit.USAGE)


def test_without_any_kubeconfig_nothing_is_added_and_no_demo_either() -> None:
    assert "There is no kubeconfig" in clusters("add", code=Exit.USAGE)
    assert not Cluster.objects.exists()


def test_a_kubeconfig_that_is_not_there_is_said(tmp_path: Path) -> None:
    said = clusters("add", "--kubeconfig", str(tmp_path / "missing"), code=Exit.USAGE)
    assert "missing" in said
    assert "Traceback" not in said


def test_a_cluster_is_accepted(place: Path) -> None:
    clusters("add", "--kubeconfig", str(place))
    Cluster.objects.update(identity="one")
    assert clusters("accept", "prod").strip() == "prod is now the cluster its context leads to."
    assert Cluster.objects.get().identity == ""
