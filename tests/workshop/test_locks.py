"""What is installed: the lock for working holds all that the lock for running does."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def pinned(name: str) -> dict[str, str]:
    """Names in lower case, and versions."""
    text = (ROOT / name).read_text()
    return dict(re.findall(r"^([a-z0-9-]+)(?:\[[^\]]*\])?==(\S+)", text, re.MULTILINE))


def test_all_that_runs_is_there_for_tests_and_checks_in_the_same_version() -> None:
    running, working = pinned("requirements.lock"), pinned("requirements-dev.lock")
    assert running
    assert running.items() - working.items() == set()
