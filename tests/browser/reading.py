"""What axe-core finds on a page that keeps a reader out."""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from django.conf import settings
from playwright.sync_api import Page

#: Defines `axe` in a page.
AXE = (Path(settings.BASE_DIR) / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
_COLOURS = ("color-contrast", "link-in-text-block")
#: The rules of axe-core that look at colours: all others find the same in either theme.
BY_COLOUR = {"runOnly": {"type": "rule", "values": _COLOURS}}
#: Takes a part of the page and which rules, gives the violations, each with the elements it is about. To keep of each rule what it
#: found well too, with a selector for every element, takes longer than to look. To load style sheets and media beforehand serves
#: rules about sound, which no page has, and an experimental one.
LOOK = """([part, rules]) => axe.run(part, { resultTypes: ['violations'], selectors: false, preload: false, ...rules }).then(
    found => found.violations.map(one => `${one.id}: ${one.nodes.map(node => node.html).slice(0, 3).join(' ')}`))"""

Theme = Literal["dark", "light"]


def axe(page: Page, part: str = "html", *, first: Callable[[], None]) -> list[str]:
    """Every violation in a part of the page: by all rules in the dark theme, and by those about colours in the light one too.
    `first` comes before each look at colours, so that the page is not late meanwhile, and has other colours."""
    page.evaluate(AXE)
    return [*_look(page, part, "dark", {}, first), *_look(page, part, "light", BY_COLOUR, first)]


def _look(page: Page, part: str, theme: Theme, rules: object, first: Callable[[], None]) -> list[str]:
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # or a colour is looked at on its way to another
    assert page.evaluate("matchMedia('(prefers-color-scheme: light)').matches") is (theme == "light")
    first()
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return [f"{theme}: {one}" for one in page.evaluate(LOOK, [part, rules])]
