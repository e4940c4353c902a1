"""`manage.py doctor` as a person and a script meet it: what it chooses, what it prints where, and how it ends."""

import asyncio
import json
from io import StringIO
from pathlib import Path

import pytest
import yaml
from django.conf import LazySettings
from django.core.management import CommandError, call_command

from planes.components.rbac import manifest
from planes.demo.access import PLANEWATCH
from planes.demo.build import Shape
from planes.demo.serving import Demo, Options
from planes.store.clusters import Declaration, declare
from planes.up.choice import SERVICE_ACCOUNT
from planes.up.examined import examined
from planes.up.refusal import RefusalError
from tests.up.inventory import profile, provider_file, put


def run(*arguments: str) -> tuple[int, str, str]:
    """Exit code, standard output, standard error."""
    out, err = StringIO(), StringIO()
    try:
        call_command("doctor", *arguments, stdout=out, stderr=err)
    except SystemExit as ended:
        return int(ended.code or 0), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: LazySettings) -> Path:
    """A machine without any kubeconfig."""
    for name in ("KUBECONFIG", "KUBERNETES_SERVICE_HOST"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    settings.DATA_DIR = tmp_path / "data"
    settings.UP_KUBECONFIGS, settings.UP_CONTEXTS, settings.UP_DEMO = [], [], False
    return tmp_path


def kubeconfig(path: Path, *names: str) -> Path:
    contexts = [{"name": name, "context": {"cluster": name, "user": name}} for name in names]
    clusters = [{"name": name, "cluster": {"server": "https://127.0.0.1:1"}} for name in names]
    users = [{"name": name, "user": {"token": "t"}} for name in names]
    config = {"kind": "Config", "current-context": names[0], "contexts": contexts, "clusters": clusters, "users": users}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(config))
    return path


async def test_a_cluster_that_is_well_ends_with_0(tmp_path: Path) -> None:
    demo = Demo(Options(tmp_path, shape=Shape(nodes=3, pods=9, seed=7), story=False))
    await demo.start()
    try:
        code, out, err = await asyncio.to_thread(run, "--kubeconfig", str(demo.kubeconfig))
        assert (code, out.splitlines()[-1]) == (0, "All is well: Planewatch can see everything it needs.")
        assert err.splitlines()[0] == "Signing in …"
        code, out, _ = await asyncio.to_thread(run, "--kubeconfig", str(demo.kubeconfig), "--json")
        assert (code, json.loads(out)["exit"], json.loads(out)["user"]) == (0, 0, "planewatch")
        demo.cluster.troubles.revoked = True
        code, out, _ = await asyncio.to_thread(run, "--kubeconfig", str(demo.kubeconfig))
        assert code == 1
        assert "rights are missing." in out.splitlines()[-1]
    finally:
        await demo.stop()


def test_nobody_listening_ends_with_2(nowhere: Path) -> None:
    code, out, err = run("--kubeconfig", str(kubeconfig(nowhere / "one", "prod")))
    assert code == 2
    assert "https://127.0.0.1:1 refuses the connection: nothing listens there." in out
    assert "Traceback" not in out + err


@pytest.mark.parametrize("arguments", [["--kubeconfig", "/nowhere/at/all"], ["--context", "unknown"], []])
def test_what_cannot_be_chosen_ends_with_3_and_one_sentence(nowhere: Path, arguments: list[str]) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (3, "")
    assert len(err.splitlines()) == 1
    code, out, _ = run(*arguments, "--json")
    assert (code, json.loads(out)["exit"]) == (3, 3)
    assert json.loads(out)["fault"]["message"]


def test_the_rights_need_no_cluster(nowhere: Path) -> None:
    assert run("--rbac") == (0, manifest(), "")
    code, out, _ = run("--rbac", "--user", "alice", "--openshift")
    subjects = [one["subjects"][0]["name"] for one in yaml.safe_load_all(out) if "subjects" in one]
    assert (code, set(subjects)) == (0, {"alice"})
    assert "openshift-kube-scheduler" in out


def test_two_ways_of_naming_a_cluster_are_one_too_many(nowhere: Path) -> None:
    with pytest.raises(CommandError, match="not allowed with argument"):
        run("--in-cluster", "--kubeconfig", "x")


def test_the_choice_is_that_of_up(nowhere: Path) -> None:
    usual = kubeconfig(nowhere / ".kube" / "config", "prod", "stage")
    found = examined(None, None, False, None)
    assert (found.context, found.kubeconfig, found.why) == ("prod", str(usual), "context 'prod', the current one of ~/.kube/config")
    assert examined(None, "stage", False, None).context == "stage"
    other = kubeconfig(nowhere / "other", "lab")
    assert examined(str(other), None, False, None).context == "lab"


def test_the_demo_cluster_is_examined_where_it_runs_and_nothing_else_is_there(nowhere: Path) -> None:
    with pytest.raises(RefusalError, match="no demo cluster runs"):
        examined(None, None, False, None)
    running = kubeconfig(nowhere / "data" / "demo" / "kubeconfig", "demo")
    assert examined(None, None, False, None).kubeconfig == str(running)


def test_in_the_cluster_is_asked_for_by_name(nowhere: Path) -> None:
    assert not SERVICE_ACCOUNT.exists()
    assert examined(None, None, True, None).in_cluster
    code, out, _ = run("--in-cluster")
    assert code == 3
    assert "This process is not in a pod with a ServiceAccount" in out


@pytest.mark.django_db
def test_a_watched_cluster_is_named_by_its_slug(nowhere: Path) -> None:
    declare([Declaration("kubeconfig", "Prod one", "/a/kubeconfig", "prod")])
    found = examined(None, None, False, "prod-one")
    assert (found.kubeconfig, found.context, found.in_cluster) == ("/a/kubeconfig", "prod", False)
    code, _, err = run("--cluster", "unknown")
    assert code == 3
    assert err == "No watched cluster has the slug 'unknown'. These are watched: prod-one.\n"


async def test_a_hub_is_examined_for_its_profiles(tmp_path: Path, settings: LazySettings) -> None:
    inventory = tmp_path / "inventory"
    inventory.mkdir()
    put(inventory, profile("a", display="Shop\x1b[31m"))
    put(inventory, profile("b", provider="google"))
    file = provider_file(tmp_path / "providers.json", {})
    demo = Demo(Options(tmp_path / "hub", shape=Shape(nodes=3, pods=9, seed=7), story=False, profiles=inventory))
    await demo.start()
    try:
        settings.UP_KUBECONFIGS = [str(demo.kubeconfig)]
        asked = ["--cluster-profiles", "demo/fleet", "--clusterprofile-provider-file", str(file)]
        code, out, _ = await asyncio.to_thread(run, *asked)
        assert (code, out.splitlines()[-1]) == (1, "2 ClusterProfiles; there is a way to 1 of their clusters.")
        assert "○ fleet/b (b)" in out
        assert "\x1b" not in out
        (inventory / "b.json").unlink()
        async with asyncio.timeout(20):
            while code != 0:
                code, out, _ = await asyncio.to_thread(run, *asked, "--json")
        assert [one["watched"] for one in json.loads(out)["profiles"]] == [True]
        demo.app.tokens[demo.token] = PLANEWATCH
        code, out, _ = await asyncio.to_thread(run, *asked)
        assert code == 1
        assert 'User "planewatch" may not list clusterprofiles.multicluster.x-k8s.io in the namespace fleet.' in out
        assert 'resources ["clusterprofiles"]' in out
        code, out, err = await asyncio.to_thread(run, "--cluster-profiles", "nowhere")
        assert (code, out) == (3, "")
        assert "names no context" in err
    finally:
        await demo.stop()
