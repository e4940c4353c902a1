"""What axe-core finds on a page that keeps a reader out."""

from pathlib import Path

from django.conf import settings
from playwright.sync_api import Page

AXE = Path(settings.BASE_DIR) / "node_modules" / "axe-core" / "axe.min.js"


def axe(page: Page, part: str = "html") -> list[str]:
    """Every violation in a part of the page, in the dark theme and in the light one, each with the elements it is about."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[str] = []
    for theme in ("dark", "light"):
        page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
        page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        assert page.evaluate("matchMedia('(prefers-color-scheme: light)').matches") is (theme == "light")
        found += page.evaluate(
            """([part, theme]) => axe.run(part).then(r => r.violations.map(
                 v => `${theme}: ${v.id}: ${v.nodes.map(n => n.html).slice(0, 3).join(' ')}`))""",
            [part, theme],
        )
    return found
