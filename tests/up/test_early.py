"""Options that must be in the environment before settings are read."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from planes.up.early import take


def test_an_early_option_leaves_the_command_line_and_enters_the_environment() -> None:
    environ: dict[str, str] = {}
    argv = take(
        ["manage.py", "up", "--redis-url", "redis://cache/0", "--port", "8000", "--database-url=postgresql://db/x"], environ
    )
    assert argv == ["manage.py", "up", "--port", "8000"]
    assert environ == {"REDIS_URL": "redis://cache/0", "DATABASE_URL": "postgresql://db/x"}


def test_the_data_directory_becomes_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    environ: dict[str, str] = {}
    take(["manage.py", "status", "--data-dir=here"], environ)
    assert environ["PLANEWATCH_DATA_DIR"] == str(tmp_path / "here")


def test_an_option_outweighs_the_file_that_the_environment_names() -> None:
    environ = {"DATABASE_URL_FILE": "/run/secrets/db", "DATABASE_URL": "postgresql://old/x"}
    take(["manage.py", "up", "--database-url", "postgresql://new/x"], environ)
    assert environ == {"DATABASE_URL": "postgresql://new/x"}


def test_an_option_without_a_value_is_left_for_the_parser_to_complain_of() -> None:
    environ: dict[str, str] = {}
    assert take(["manage.py", "up", "--data-dir"], environ) == ["manage.py", "up", "--data-dir"]
    assert environ == {}


def test_what_follows_two_dashes_is_left_alone() -> None:
    environ: dict[str, str] = {}
    assert take(["manage.py", "x", "--", "--data-dir", "d"], environ) == ["manage.py", "x", "--", "--data-dir", "d"]
    assert environ == {}


SHOWS = """
import os, pathlib, sys
from planes.up.early import hide, take
hide(sys.argv, os.environ)
shown = pathlib.Path("/proc/self/cmdline").read_text() if pathlib.Path("/proc").exists() else " ".join(sys.orig_argv)
print(repr((shown.split("\\0"), take(sys.argv, os.environ)[1:], os.environ.get("DATABASE_URL"), os.environ.get("REDIS_URL"))))
"""


def started(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    script = folder / "shows.py"
    script.write_text(SHOWS)
    environ = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    environ["PYTHONPATH"] = str(Path(__file__).parents[2])
    command = [sys.executable, "-W", "ignore", str(script), *words]
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=True, timeout=30)


def test_an_address_with_a_password_leaves_the_command_line_of_the_process_that_runs(tmp_path: Path) -> None:
    database, cache = "postgresql://u:hunter2@db/x", "redis://:tr0mbone@cache/0"
    done = started(
        tmp_path, "up", f"--database-url={database}", "--redis-url", cache, "--port", "8000", "--", "--database-url", "x"
    )
    shown, kept, *kept_in_environment = ast.literal_eval(done.stdout)
    assert "hunter2" not in " ".join(shown)
    assert "tr0mbone" not in " ".join(shown)
    assert "-W" in shown  # the interpreter's own options stay
    assert kept == ["up", "--port", "8000", "--", "--database-url", "x"]
    assert kept_in_environment == [database, cache]
    assert done.stderr == (
        "planewatch: a password on the command line can be read by every user of this machine; use DATABASE_URL or "
        "DATABASE_URL_FILE and REDIS_URL or REDIS_URL_FILE.\n"
    )


def test_an_address_without_a_password_may_stay_where_it_is(tmp_path: Path) -> None:
    done = started(tmp_path, "up", "--database-url", "postgresql://u@db/x", "--data-dir=/a:b@c")
    assert "postgresql://u@db/x" in ast.literal_eval(done.stdout)[0]
    assert done.stderr == ""


@pytest.mark.parametrize("url", ["postgresql://u:[x@db/x", "postgresql://db/x?user=u&password=hunter2"])
def test_what_may_hold_a_password_is_hidden_too(tmp_path: Path, url: str) -> None:
    done = started(tmp_path, "up", "--database-url", url)
    assert url not in ast.literal_eval(done.stdout)[0]
    assert "a password on the command line" in done.stderr
