"""Which Chromium the browser tests drive, and how it is started."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Literal, TypedDict

from playwright import async_api, sync_api
from playwright.sync_api import Browser, ViewportSize, sync_playwright

# Playwright's own five seconds are too few for a page that has a fifth of a core.
sync_api.expect.set_options(timeout=20_000)
async_api.expect.set_options(timeout=20_000)

FLAGS = [
    "--no-sandbox",  # tests may run as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Small(TypedDict):
    """Of a context or a page."""

    viewport: ViewportSize
    reduced_motion: Literal["reduce"]


#: For pages of which words, classes and colours are looked at: a sixth of the pixels of a desk's, none of them on its way.
SMALL: Small = {"viewport": {"width": 800, "height": 500}, "reduced_motion": "reduce"}

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
