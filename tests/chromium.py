"""Which Chromium the browser tests drive, and how it is started."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

FLAGS = [
    "--no-sandbox",  # tests may run as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


#: Chromium without the windows of a desktop comes first: they are drawn even where nobody sees them, for half of a page's CPU time.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


def executable() -> str | None:
    """The machine's own Chromium; None: the one that Playwright has downloaded."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


@contextmanager
def chromium(more: Sequence[str] = ()) -> Iterator[Browser]:
    """A running browser, with more flags."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=[*FLAGS, *more])
        try:
            yield browser
        finally:
            browser.close()
