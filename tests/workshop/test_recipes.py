"""CONTRIBUTING.md's recipes, each held to its example: what the example touched is what the recipe lists, and no other file knows of
it."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
#: By a word of the recipe's heading: how many files it promises, and what its example is known by in the sources.
EXAMPLES = {
    "a feed that is read already": (3, r"restarted_at"),
    "a new feed": (6, r"CSI|csi_"),
    "A component": (3, r"konnectivity"),
    "A figure with its chart": (4, r"flowcontrol_rejected|last_rejected|\brejected="),
}
#: Labels by which a quick list finds pods, and documentation's own words, tell of kinds without being a part of them.
SOURCES = ("planes/**/*.py", "dashboard/**/*.py", "static/js/**/*.js")


def recipe(heading: str) -> list[str]:
    """The files that a recipe lists, in its order."""
    (part,) = [part for part in re.split(r"\n(?=\*\*)", TEXT) if part.startswith("**") and heading in part.splitlines()[0]]
    return re.findall(r"^\d+\. `([^`]+)`", part, re.MULTILINE)


def touched(pattern: str) -> set[str]:
    """The product's sources that know of an example. The demo cluster is what is watched, not what watches."""
    found = {
        path.relative_to(ROOT).as_posix()
        for sources in SOURCES
        for path in ROOT.glob(sources)
        if re.search(pattern, path.read_text(encoding="utf-8"))
    }
    return {one for one in found if not one.startswith("planes/demo/")}


@pytest.mark.parametrize("heading", EXAMPLES)
def test_a_recipe_lists_as_many_files_as_it_promises(heading: str) -> None:
    count, _ = EXAMPLES[heading]
    assert len(recipe(heading)) == count
    assert f"({count} files" in next(line for line in TEXT.splitlines() if line.startswith("**") and heading in line)


@pytest.mark.parametrize("heading", EXAMPLES)
def test_its_example_touched_those_files_and_no_others(heading: str) -> None:
    _, pattern = EXAMPLES[heading]
    assert touched(pattern) == set(recipe(heading))
