"""The commands that README and docs tell are run as they stand there, as far as they need nothing from outside this machine."""

import re
import shlex

import pytest

from tests.e2e.fixtures import is_healthy
from tests.e2e.running import ROOT, Up, until

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("up")]

OURS = ".venv/bin/python manage.py "
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
#: What is not run here, and why.
ELSEWHERE = {
    "--in-cluster": "wants a pod's ServiceAccount",
    "manage.py up": "is what runs already",
    "manage.py web": "runs until it is told to end; tests/dashboard/test_web_command.py runs it",
    "manage.py migrate": "is what `up` has done",
    "manage.py clusters": "would change what the other tests watch; tests of its own run it",
    "--clusterprofile-provider-file": "wants a provider file; tests/doctor/test_command.py has one",
    "kubectl -n": "wants a cluster",
}
#: What stands for something of the reader's own, and what it is here.
FOR_EXAMPLE = {"prod": "demo", "shop": "demo", "hub/fleet": "demo/fleet"}


def documented() -> list[str]:
    """Every command line of ours, in the order in which one reads them."""
    blocks = [block for document in DOCUMENTS for block in re.findall(r"```sh\n(.*?)```", document.read_text(), re.DOTALL)]
    return [line for block in blocks for line in block.splitlines() if OURS in line]


def runnable(line: str) -> list[str] | None:
    """Its words, without what reads its output; None where it is run elsewhere."""
    if any(part in line for part in ELSEWHERE):
        return None
    words = shlex.split(line.partition(" | ")[0], comments=True)
    assert words[:2] == OURS.split(), line
    return [FOR_EXAMPLE.get(word, word) for word in words[2:]]


def test_commands_are_written_as_one_types_them() -> None:
    loose = [
        (document.name, line)
        for document in DOCUMENTS
        for block in re.findall(r"```sh\n(.*?)```", document.read_text(), re.DOTALL)
        for line in block.splitlines()
        if "manage.py" in line and OURS not in line
    ]
    assert loose == []


def run(up: Up, words: list[str], *, alone: bool) -> None:
    """One of them, to its end: `alone` in a process of its own, as one types it."""
    environ = {"KUBECONFIG": str(up.data_dir / "demo" / "kubeconfig")}
    done = (up.process if alone else up.command)(*words, line="correct horse battery", environ=environ)
    told = f"manage.py {shlex.join(words)} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
    # These two say by their code how the cluster is; whatever it is, it is no fault of the command's.
    assert done.returncode in ((0, 1, 2, 3) if words[0] in ("status", "doctor") else (0,)), told
    assert "Traceback" not in done.stderr, told
    assert done.stdout, told


def test_what_the_documents_tell_to_run_runs(up: Up) -> None:
    commands = [words for line in documented() if (words := runnable(line)) is not None]
    begun: set[str] = set()
    for words in commands:
        run(up, words, alone=words[0] not in begun)
        begun.add(words[0])
    assert {"demo", "status", "doctor", "users"} <= begun
    until(lambda: is_healthy(up), "a healthy cluster again", within=60)
