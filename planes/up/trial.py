"""A cluster is tried before it is watched: `manage.py doctor` examines it in a process of its own, and what it says is kept in
files that every web process reads, until the cluster is kept or a quarter of an hour is over.

In the data directory: `trials/<id>/` with trial.json (what is tried), kubeconfig (only where one was pasted), said (what is being
done), report.json, ended (the exit code). A pasted kubeconfig that is kept goes to `kubeconfigs/`. Only
its owner may read any of it.
"""

import os
import re
import secrets
import shutil
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import msgspec

from planes.doctor.report import Report
from planes.store.clusters import Declaration
from planes.up.pasted import CONTEXT

#: Seconds for which a trial is remembered, and within which its process must have ended (it bounds itself by 30 s).
KEPT, LIMIT = 900.0, 50.0
#: So many are examined at once.
AT_ONCE = 2
_ID = re.compile(r"[0-9a-f]{16}")
_running = threading.BoundedSemaphore(AT_ONCE)


class BusyError(Exception):
    """Too many are being tried; the sentence says so."""


class Tried(msgspec.Struct, frozen=True):
    """What is tried. `source` as models.Cluster.Source; `pasted`: its kubeconfig lies in the trial's own directory."""

    source: str
    name: str
    kubeconfig: str = ""
    context: str = ""
    pasted: bool = False
    began: float = 0.0  # epoch seconds


class Trial(msgspec.Struct, frozen=True):
    """A trial as it stands. `said`: what was being done, line by line. `report`: what was found, once it has ended; None with
    `ended`: it ended without any."""

    tried: Tried
    said: tuple[str, ...]
    ended: bool
    report: Report | None


def begin(data_dir: Path, base_dir: Path, tried: Tried, kubeconfig: bytes = b"") -> str:
    """Examine it; returns the trial's id. `base_dir`: where manage.py is. `kubeconfig`: what was pasted. Raises BusyError and
    OSError."""
    sweep(data_dir)
    if not _running.acquire(blocking=False):
        raise BusyError(f"{AT_ONCE} clusters are being tried already. Try again in a few seconds.")
    try:
        trial = secrets.token_hex(8)
        place = _place(data_dir, trial)
        place.mkdir(mode=0o700, parents=True)
        config, context = tried.kubeconfig, tried.context
        if kubeconfig:
            config, context = str(place / "kubeconfig"), CONTEXT
            _write(place / "kubeconfig", kubeconfig)
        _write(
            place / "trial.json", msgspec.json.encode(msgspec.structs.replace(tried, pasted=bool(kubeconfig), began=time.time()))
        )
        command = [sys.executable, "manage.py", "doctor", "--json"]
        command += ["--in-cluster"] if tried.source == "in-cluster" else ["--kubeconfig", config, "--context", context]
        with _opened(place / "said") as said, _opened(place / "report.json") as report:
            process = subprocess.Popen(  # noqa: S603 -- our own command; names and paths are arguments of their own
                command, cwd=base_dir, stdin=subprocess.DEVNULL, stdout=report, stderr=said, start_new_session=True
            )
    except BaseException:
        _running.release()
        raise
    threading.Thread(target=_wait, args=(process, place), name=f"trial {trial}", daemon=True).start()
    return trial


def _wait(process: "subprocess.Popen[bytes]", place: Path) -> None:
    try:
        try:
            code = process.wait(LIMIT)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait()
        with suppress(OSError):  # swept away meanwhile
            _write(place / "ended", str(code).encode())
    finally:
        _running.release()


def look(data_dir: Path, trial: str) -> Trial | None:
    """None if there is none of that id, or no more."""
    if _ID.fullmatch(trial) is None:
        return None
    place = _place(data_dir, trial)
    try:
        tried = msgspec.json.decode((place / "trial.json").read_bytes(), type=Tried)
        said = (place / "said").read_text(encoding="utf-8", errors="replace")
    except (OSError, msgspec.DecodeError):
        return None
    # A web process that was killed writes no end.
    ended = (place / "ended").exists() or time.time() - tried.began > LIMIT + 10.0
    report = None
    if ended:
        with suppress(OSError, msgspec.DecodeError):
            report = msgspec.json.decode((place / "report.json").read_bytes(), type=Report)
    return Trial(tried, tuple(line for line in said.splitlines() if line.strip()), ended, report)


def keep(data_dir: Path, trial: str) -> Declaration | None:
    """What is to be watched; None if there is no such trial any more. A pasted kubeconfig is moved to where it stays. Raises
    OSError."""
    found = look(data_dir, trial)
    if found is None:
        return None
    tried = found.tried
    if not tried.pasted:
        shutil.rmtree(_place(data_dir, trial), ignore_errors=True)
        return Declaration(tried.source, tried.name, tried.kubeconfig, tried.context)
    place = pasted_in(data_dir)
    place.mkdir(mode=0o700, exist_ok=True)
    kept = place / trial
    (_place(data_dir, trial) / "kubeconfig").replace(kept)
    shutil.rmtree(_place(data_dir, trial), ignore_errors=True)
    return Declaration(tried.source, tried.name, str(kept), CONTEXT)


def pasted_in(data_dir: Path) -> Path:
    """Where kubeconfigs stay that were pasted."""
    return data_dir / "kubeconfigs"


def drop_pasted(data_dir: Path, kubeconfig: str) -> None:
    """Remove a kubeconfig that was pasted, whose cluster is to be watched no longer; others are nobody's business here."""
    path = Path(kubeconfig)
    if path.parent == pasted_in(data_dir) and _ID.fullmatch(path.name) is not None:
        path.unlink(missing_ok=True)


def sweep(data_dir: Path) -> None:
    """Forget trials that are over."""
    with suppress(OSError):
        for place in (data_dir / "trials").iterdir():
            with suppress(OSError):
                if time.time() - place.stat().st_mtime > KEPT:
                    shutil.rmtree(place, ignore_errors=True)


def _place(data_dir: Path, trial: str) -> Path:
    return data_dir / "trials" / trial


def _write(path: Path, content: bytes) -> None:
    """For the owner alone from the first moment on."""
    with _opened(path) as file:
        file.write(content)


def _opened(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
