"""A small disk of its own for a directory, so that it can be filled to the brim."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

MEGABYTES = 256


@contextmanager
def mounted(place: Path) -> Iterator[bool]:
    """A tmpfs there, where one may be mounted; whether it is."""
    words = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", str(place)]
    try:
        done = subprocess.run(words, capture_output=True, check=False).returncode == 0
    except OSError:
        done = False
    try:
        yield done
    finally:
        if done:
            subprocess.run(["umount", "-l", str(place)], capture_output=True, check=False)


@cache
def needs_a_disk() -> str:
    """Why none can be filled here; empty where it can."""
    with tempfile.TemporaryDirectory(prefix="pwdisk-") as directory, mounted(Path(directory)) as done:
        return "" if done else "no file system can be mounted here"
