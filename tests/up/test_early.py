"""Options that must be in the environment before settings are read."""

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
