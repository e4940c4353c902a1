"""The browser's kinds and figures cannot drift from the registry."""

from pathlib import Path

from planes.components.browser_registry import browser_registry

MODULE = Path(__file__).parent.parent.parent / "static" / "js" / "registry.js"


def test_the_module_is_what_the_registry_says() -> None:
    assert MODULE.read_text(encoding="utf-8") == browser_registry(), "run manage.py registry --write"


def test_names_need_no_second_look_for_quotes_and_lines() -> None:
    assert "\\n" not in browser_registry()
    assert all(len(line) < 200 for line in browser_registry().splitlines())
