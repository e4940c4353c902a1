"""What the documents say must be there."""

import re
from pathlib import Path

import pytest
from django.core.management import load_command_class

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_within_the_repository_leads_somewhere(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text())
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_every_option_of_up_stands_in_the_readme() -> None:
    parser = load_command_class("planes", "up").create_parser("manage.py", "up")
    said = (ROOT / "README.md").read_text()
    ours = {
        option
        for action in parser._actions
        for option in action.option_strings
        if option.startswith("--") and action.dest not in DJANGOS
    }
    assert {option for option in ours if f"`{option}" not in said} == set()


#: Options that Django gives every command.
DJANGOS = {"help", "version", "verbosity", "settings", "pythonpath", "traceback", "no_color", "force_color", "skip_checks"}


def test_every_make_target_in_the_documents_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {
        name
        for document in DOCUMENTS
        for line in re.findall(r"`make ([a-z -]+)[`A-Z]|^make ([a-z-]+)", document.read_text(), re.MULTILINE)
        for name in " ".join(line).split()
    }
    assert named <= targets, named - targets
    assert {"run", "test", "lint"} <= named
