"""`manage.py demo` as a person runs it: a real process, its files, its sentences, and how it stops."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

ROOT = Path(__file__).resolve().parent.parent.parent
START = 30.0  # seconds


def environment(data: Path) -> dict[str, str]:
    """The product's own settings, with a data directory of the test's."""
    kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    return {**kept, "DJANGO_SETTINGS_MODULE": "dashboard.settings", "PLANEWATCH_DATA_DIR": str(data)}


def manage(*words: str, data: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "demo", *words],
        cwd=ROOT,
        env=environment(data),
        capture_output=True,
        text=True,
        timeout=START,
        check=False,
    )


@pytest.fixture
def own_directory(tmp_path: Path, settings: Settings) -> None:
    """Commands of this process keep their files where the test's processes do."""
    settings.DATA_DIR = tmp_path


def said(*words: str) -> str:
    """What the command says when it is run here, in another process than the one that serves."""
    out = StringIO()
    call_command("demo", *words, stdout=out)
    return out.getvalue()


def refused(*words: str) -> str:
    """The sentence with which the command refuses; `manage.py` writes it after "CommandError: " and ends with 1."""
    with pytest.raises(CommandError) as refusal:
        said(*words)
    return str(refusal.value)


@dataclass
class Served:
    process: subprocess.Popen[str]
    line: str
    data: Path

    @property
    def port(self) -> int:
        found = re.search(r"https://127\.0\.0\.1:(\d+)", self.line)
        assert found is not None
        return int(found[1])


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    process = subprocess.Popen(
        [sys.executable, "manage.py", "demo", "serve", "--nodes", "6", "--pods", "40", "--no-story"],
        cwd=ROOT,
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield Served(process, process.stdout.readline(), tmp_path)
    finally:
        process.kill()
        process.wait(timeout=10)
        process.stdout.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serve_says_one_line_and_stops_when_it_is_asked(served: Served, number: signal.Signals) -> None:
    assert re.fullmatch(
        rf"Demo cluster of 6 nodes and 40 pods listens on https://127\.0\.0\.1:\d+; kubeconfig: {served.data}/demo/kubeconfig\n",
        served.line,
    )
    assert (served.data / "demo" / "kubeconfig").exists()
    served.process.send_signal(number)
    assert served.process.wait(timeout=20) == 0
    assert served.process.stdout is not None
    assert served.process.stdout.read() == ""
    assert not (served.data / "demo" / "kubeconfig").exists()


@pytest.mark.usefixtures("own_directory")
def test_faults_are_listed_injected_and_healed_from_another_process(served: Served) -> None:
    listed = said("list")
    assert "kubelet-silent" in listed
    assert "active" not in listed
    assert said("inject", "kubelet-silent", "--node", "node-02") == "kubelet-silent is active on node-02 now.\n"
    assert "[active: node-02]" in said("list")
    # One mistake as a person sees it: the other tests look at the sentence alone.
    unknown = manage("inject", "kubelet-silant", data=served.data)
    assert unknown.returncode == 1
    assert unknown.stderr.startswith("CommandError: There is no fault named 'kubelet-silant'. Did you mean kubelet-silent")
    assert said("heal", "--all") == "kubelet-silent is healed on node-02.\n"
    assert refused("heal") == "Name a fault to heal, or use --all."


@pytest.mark.usefixtures("own_directory")
def test_a_second_demo_in_the_same_directory_is_refused(served: Served) -> None:
    sentence = f"A demo cluster runs in {served.data}/demo already; stop it, or choose another --dir."
    assert refused("serve", "--nodes", "3") == sentence
    assert "kubelet-silent" in said("list"), "the first goes on"


@pytest.mark.usefixtures("own_directory")
def test_a_port_in_use_is_one_sentence(served: Served, tmp_path: Path) -> None:
    sentence = f"Port {served.port} cannot be used: address already in use."
    assert refused("serve", "--port", str(served.port), "--nodes", "3", "--dir", str(tmp_path / "other")) == sentence


@pytest.mark.usefixtures("own_directory")
@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("list",), "No demo cluster runs in {data}/demo; start one with: manage.py demo serve --dir {data}/demo"),
        (("inject", "cordon"), "No demo cluster runs in {data}/demo; start one with: manage.py demo serve --dir {data}/demo"),
        (("serve", "--nodes", "0"), "--nodes is 0; it must be between 1 and 10000."),
        (("serve", "--nodes", "3", "--pods", "5000"), "--pods is 5000; 3 nodes take between 0 and 300."),
        (("serve", "--pod-changes", "0"), "--pod-changes is 0; it must be above 0 and at most 1000 a second."),
    ],
)
def test_mistakes_are_one_sentence(tmp_path: Path, words: tuple[str, ...], sentence: str) -> None:
    assert refused(*words) == sentence.format(data=tmp_path)


@pytest.mark.usefixtures("own_directory")
def test_a_directory_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    directory = tmp_path / "file" / "demo"
    assert refused("serve", "--nodes", "3", "--dir", str(directory)) == f"The demo cannot run in {directory}: not a directory."
