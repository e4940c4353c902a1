"""Screenshots of the cluster page: `python -m tests.browser.picture_shots [pattern]` writes build/screenshots/picture/*.png.

To be looked at, not compared: every generated picture at the sizes of a desk, a wall, a portrait wall, a laptop and a phone.
"""

import fnmatch
import os
import sys
import time
from pathlib import Path

import django

from tests.chromium import chromium

SIZES = {"desk": (1920, 1080), "4k": (3840, 2160), "portrait": (1080, 1920), "laptop": (1366, 768), "phone": (390, 844)}
OUT = Path("build/screenshots/picture")


def shoot(pattern: str) -> None:
    """Every picture and size whose name matches, such as "120-broken-desk-dark"."""
    from tests.browser.pictures import PICTURES
    from tests.browser.skies import SKIES
    from tests.browser.stage import Stage

    OUT.mkdir(parents=True, exist_ok=True)
    with chromium() as browser:
        for name, picture in (PICTURES | SKIES).items():
            for size, (width, height) in SIZES.items():
                for theme in ("dark", "light"):
                    title = f"{name}-{size}-{theme}"
                    if not fnmatch.fnmatch(title, pattern):
                        continue
                    context = browser.new_context(
                        viewport={"width": width, "height": height}, color_scheme="dark" if theme == "dark" else "light"
                    )
                    now = time.time()
                    stage = Stage(context.new_page(), picture(now))
                    stage.open()
                    stage.drawn()
                    if name != "empty":
                        stage.pulse(heard={"unreachable": 0.0, "gone": now - 134}.get(name))
                    stage.page.locator("#cluster").evaluate("async () => { await new Promise(done => setTimeout(done, 500)) }")
                    stage.page.screenshot(path=OUT / f"{title}.png", full_page=size == "phone")
                    for complaint in stage.violations:
                        sys.stderr.write(f"{title}: {complaint}\n")
                    context.close()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    # Playwright's synchronous interface keeps a loop in this thread; nothing here touches the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    django.setup()
    shoot(sys.argv[1] if len(sys.argv) > 1 else "*")
