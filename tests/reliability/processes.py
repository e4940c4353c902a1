"""Programs that are kept running, as systemd would: what ends is started again after a second."""

import os
import signal
import subprocess
import threading
from pathlib import Path
from typing import BinaryIO

from tests.e2e.running import ROOT
from tests.services import dies_with_us

AGAIN = 1.0


class Kept:
    """One program. Its output goes into a file."""

    def __init__(self, words: list[str], log: Path, environ: dict[str, str], user: tuple[int, int] | None = None) -> None:
        self.log = log
        self.held = False  # it is not started again for now
        self._words, self._environ, self._user = words, environ, user
        self._ending = threading.Event()
        self._process = self._begin()
        self._thread = threading.Thread(target=self._keep, daemon=True)
        self._thread.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def close(self) -> None:
        self._ending.set()
        for number in (signal.SIGCONT, signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
            if self._process.poll() is not None:
                break
            self._process.send_signal(number)
            try:
                self._process.wait(0.1 if number is signal.SIGCONT else 5)
            except subprocess.TimeoutExpired:
                continue
        self._thread.join(10)

    def _begin(self) -> "subprocess.Popen[bytes]":
        with self.log.open("ab") as out:
            return self._popen(out)

    def _popen(self, out: BinaryIO) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            self._words,
            cwd=ROOT if self._user is None else self.log.parent,
            env=self._environ,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            user=self._user[0] if self._user else None,
            group=self._user[1] if self._user else None,
            extra_groups=[] if self._user else None,
            start_new_session=True,
            preexec_fn=dies_with_us(signal.SIGKILL),
        )

    def _keep(self) -> None:
        while not self._ending.is_set():
            if self._process.poll() is not None and not self.held:
                self._ending.wait(AGAIN)
                if not self._ending.is_set():
                    self._process = self._begin()
            self._ending.wait(0.2)


def stop_tree(pids: list[int], number: int) -> None:
    """A signal for each that is still there."""
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue
