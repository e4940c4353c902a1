"""`manage.py demo` as a person runs it: a real process, its files, its sentences, and how it stops."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

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
def test_serve_says_one_line_and_stops_within_two_seconds(served: Served, number: signal.Signals) -> None:
    assert re.fullmatch(
        rf"Demo cluster of 6 nodes and 40 pods listens on https://127\.0\.0\.1:\d+; kubeconfig: {served.data}/demo/kubeconfig\n",
        served.line,
    )
    assert (served.data / "demo" / "kubeconfig").exists()
    started = time.monotonic()
    served.process.send_signal(number)
    assert served.process.wait(timeout=10) == 0
    assert time.monotonic() - started < 2
    assert served.process.stdout is not None
    assert served.process.stdout.read() == ""
    assert not (served.data / "demo" / "kubeconfig").exists()


def test_faults_are_listed_injected_and_healed_from_another_process(served: Served) -> None:
    listed = manage("list", data=served.data)
    assert listed.returncode == 0
    assert "kubelet-silent" in listed.stdout
    assert "active" not in listed.stdout
    assert (
        manage("inject", "kubelet-silent", "--node", "node-02", data=served.data).stdout
        == "kubelet-silent is active on node-02 now.\n"
    )
    assert "[active: node-02]" in manage("list", data=served.data).stdout
    unknown = manage("inject", "kubelet-silant", data=served.data)
    assert unknown.returncode == 1
    assert unknown.stderr.startswith("CommandError: There is no fault named 'kubelet-silant'. Did you mean kubelet-silent")
    assert manage("heal", "--all", data=served.data).stdout == "kubelet-silent is healed on node-02.\n"
    nothing = manage("heal", data=served.data)
    assert (nothing.returncode, nothing.stderr) == (1, "CommandError: Say which fault to heal, or --all.\n")


def test_a_second_demo_in_the_same_directory_is_refused(served: Served) -> None:
    second = manage("serve", "--nodes", "3", data=served.data)
    sentence = f"CommandError: A demo cluster runs in {served.data}/demo already; stop it, or say another --dir.\n"
    assert (second.returncode, second.stderr) == (1, sentence)
    assert manage("list", data=served.data).returncode == 0


def test_a_port_in_use_is_one_sentence(served: Served, tmp_path: Path) -> None:
    taken = manage("serve", "--port", str(served.port), "--nodes", "3", "--dir", str(tmp_path / "other"), data=tmp_path)
    assert (taken.returncode, taken.stderr) == (1, f"CommandError: Port {served.port} cannot be used: address already in use.\n")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("list",), "No demo cluster runs in {data}/demo; start one with: manage.py demo serve --dir {data}/demo"),
        (("inject", "cordon"), "No demo cluster runs in {data}/demo; start one with: manage.py demo serve --dir {data}/demo"),
        (("serve", "--nodes", "0"), "--nodes is 0; it must lie between 1 and 10000."),
        (("serve", "--nodes", "3", "--pods", "5000"), "--pods is 5000; 3 nodes take between 0 and 300."),
        (("serve", "--pod-changes", "0"), "--pod-changes is 0; it must be above 0 and at most 1000 a second."),
    ],
)
def test_mistakes_are_one_sentence(tmp_path: Path, words: tuple[str, ...], sentence: str) -> None:
    said = manage(*words, data=tmp_path)
    assert (said.returncode, said.stderr) == (1, f"CommandError: {sentence.format(data=tmp_path)}\n")


def test_a_directory_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    said = manage("serve", "--nodes", "3", "--dir", str(tmp_path / "file" / "demo"), data=tmp_path)
    assert (said.returncode, said.stderr) == (1, f"CommandError: The demo cannot run in {tmp_path}/file/demo: not a directory.\n")
