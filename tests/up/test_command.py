"""`manage.py up` told to do what cannot be done: one sentence with its remedy, an exit code, no traceback, and nothing left."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django import Settings

from planes.up.refusal import Exit
from tests.e2e.running import ROOT, Up

DEMO = ("--demo", "--nodes", "3", "--no-story")


def refused(*options: str, code: Exit, environ: dict[str, str] | None = None) -> str:
    """Its whole output, which must be short and plain."""
    up = Up(*options, environ=environ)
    try:
        up.launch()
        assert up.wait(30) == code, up.said
        said = "\n".join(up.said)
        assert "Traceback" not in said
        assert up.said[-1].startswith("planewatch: ")
        return said
    finally:
        up.close()


Here = Callable[..., str]


@pytest.fixture
def refused_here(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Here]:
    """As `refused`, without a process: for what is refused by the command's own words, long before anything is started."""
    settings.DATA_DIR = tmp_path / "data"
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("KUBECONFIG", raising=False)
    before = os.umask(0o077)

    def run(*options: str, code: Exit) -> str:
        out, err = StringIO(), StringIO()
        with pytest.raises(SystemExit) as ended:
            call_command("up", *options, stdout=out, stderr=err)
        assert ended.value.code == code
        assert err.getvalue().startswith("planewatch: ")
        return out.getvalue() + err.getvalue()

    yield run
    os.umask(before)


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that another program listens on."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other.getsockname()[1]


def test_a_port_in_use_is_named(refused_here: Here, taken: int) -> None:
    said = refused_here(*DEMO, "--port", str(taken), code=Exit.PLACE)
    assert f"Port {taken} on 127.0.0.1 is in use by another program." in said
    assert "--port" in said


def test_a_missing_kubeconfig_is_named(refused_here: Here, tmp_path: Path) -> None:
    assert f"There is no kubeconfig at {tmp_path}/none." in refused_here("--kubeconfig", str(tmp_path / "none"), code=Exit.USAGE)


@pytest.mark.parametrize("content", ["{", "just words", "[1, 2]", "clusters: 7\n", ""])
def test_a_malformed_kubeconfig_is_said_to_be_one(refused_here: Here, content: str, tmp_path: Path) -> None:
    (tmp_path / "config").write_text(content)
    assert str(tmp_path / "config") in refused_here("--kubeconfig", str(tmp_path / "config"), code=Exit.USAGE)


KUBECONFIG = """
apiVersion: v1
kind: Config
current-context: here
clusters: [{name: c, cluster: {server: "https://127.0.0.1:1"}}]
users: [{name: u, user: {token: very-secret}}]
contexts: [{name: here, context: {cluster: c, user: u}}, {name: there, context: {cluster: c, user: u}}]
"""


def test_an_unknown_context_is_answered_with_those_that_there_are(
    refused_here: Here, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config").write_text(KUBECONFIG)
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "config"))
    said = refused_here("--context", "nowhere", code=Exit.USAGE)
    assert "There is no context 'nowhere'" in said
    assert "here, there" in said
    assert "very-secret" not in said


def test_a_hub_that_is_none_and_a_provider_file_that_is_none_are_named(refused_here: Here, tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text("clusters: [{name: c}]\ncontexts: [{name: hub, context: {cluster: c}}]\n")
    said = refused_here("--kubeconfig", str(config), "--cluster-profiles", "other/fleet", code=Exit.USAGE)
    assert "--cluster-profiles 'other/fleet' names no context" in said
    assert "with one of hub, or in-cluster" in said
    (tmp_path / "providers").write_text("[]")
    asked = [
        "--kubeconfig",
        str(config),
        "--cluster-profiles",
        "hub",
        "--clusterprofile-provider-file",
        str(tmp_path / "providers"),
    ]
    assert "is not a provider file" in refused_here(*asked, code=Exit.USAGE)


def test_a_database_that_cannot_be_reached_is_named_without_its_password() -> None:
    url = "postgresql://ada:very-secret@127.0.0.1:1/planes"
    said = refused(*DEMO, code=Exit.SERVICE, environ={"DATABASE_URL": url})
    assert "The database 'planes' at 127.0.0.1:1 cannot be reached: " in said
    assert "Connection refused" in said
    assert "very-secret" not in said


def test_a_database_of_another_kind_is_refused() -> None:
    assert "mysql" in refused(*DEMO, code=Exit.USAGE, environ={"DATABASE_URL": "mysql://db/planes"})


def test_a_redis_that_cannot_be_reached_is_named_without_its_password(refused_here: Here, settings: Settings) -> None:
    settings.REDIS_URL, settings.REDIS_IS_EMBEDDED = "redis://:very-secret@127.0.0.1:1/0", False
    said = refused_here(*DEMO, code=Exit.SERVICE)
    assert "Redis at 127.0.0.1:1 does not answer" in said
    assert "very-secret" not in said


def test_an_early_option_works_too() -> None:
    assert "Redis at 127.0.0.1:1 does not answer" in refused(*DEMO, "--redis-url", "redis://127.0.0.1:1/0", code=Exit.SERVICE)


def test_a_file_that_is_no_database_is_named() -> None:
    up = Up(*DEMO)
    try:
        up.data_dir.mkdir()
        (up.data_dir / "planewatch.sqlite3").write_text(
            "no database, but a text that is long enough to be taken for something\n" * 20
        )
        up.launch()
        assert up.wait(30) == Exit.PLACE
        assert f"The database {up.data_dir}/planewatch.sqlite3 cannot be used: file is not a database." in up.said[-1]
    finally:
        up.close()


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("setpriv"), reason="needs root, to take root's privilege away")
def test_a_data_directory_that_may_only_be_read_is_named() -> None:
    up = Up(*DEMO)
    try:
        up.data_dir.mkdir(mode=0o500)
        # Root without its privilege to override rights is anybody.
        without = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search", sys.executable, "manage.py", "up", *DEMO]
        done = subprocess.run(without, cwd=ROOT, env=up.environ, capture_output=True, text=True, timeout=30, check=False)
        assert done.returncode in (Exit.USAGE, Exit.PLACE)
        assert f"The data directory {up.data_dir} cannot be" in done.stderr
        assert "Permission denied" in done.stderr
        assert "--data-dir" in done.stderr
        assert "Traceback" not in done.stderr
    finally:
        up.close()


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("mount"), reason="needs root, to mount a small disk")
def test_a_full_disk_is_named() -> None:
    up = Up(*DEMO)
    up.data_dir.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(up.data_dir)], check=False).returncode:
        pytest.skip("this machine does not let even root mount")
    try:
        up.launch()
        assert up.wait(30) == Exit.PLACE
        assert "full" in up.said[-1]
        assert "Traceback" not in "\n".join(up.said)
    finally:
        subprocess.run(["umount", str(up.data_dir)], check=True)
        up.close()
