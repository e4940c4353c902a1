"""What axe-core finds on a page that keeps a reader out."""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from django.conf import settings
from playwright.sync_api import Page

#: Defines `axe` in a page.
AXE = (Path(settings.BASE_DIR) / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
#: The rules of axe-core that look at colours. The others find the same in either theme.
BY_COLOUR = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
#: Takes a part of the page and `runOnly` (null: every rule), gives the violations, each with the elements it is about. To keep of
#: each rule what it found well too, with a selector for every element, takes longer than to look.
LOOK = """([part, runOnly]) => axe.run(part, { resultTypes: ['violations'], selectors: false, ...(runOnly && { runOnly }) }).then(
    found => found.violations.map(one => `${one.id}: ${one.nodes.map(node => node.html).slice(0, 3).join(' ')}`))"""

Theme = Literal["dark", "light"]


def axe(page: Page, part: str = "html", *, first: Callable[[], None] = lambda: None) -> list[str]:
    """Every violation in a part of the page: by every rule in the dark theme, by those about colours in the light one. `first` is
    called before each look."""
    page.evaluate(AXE)
    return _look(page, part, "dark", None, first) + _look(page, part, "light", BY_COLOUR, first)


def _look(page: Page, part: str, theme: Theme, rules: object, first: Callable[[], None]) -> list[str]:
    page.emulate_media(color_scheme=theme)
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert page.evaluate("matchMedia('(prefers-color-scheme: light)').matches") is (theme == "light")
    first()
    return [f"{theme}: {one}" for one in page.evaluate(LOOK, [part, rules])]
