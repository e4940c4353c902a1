"""Pages of one Chromium that tests share, one after the other.

A page in a context of its own fetches and compiles some sixty scripts; one that has shown the same site before has them, and costs
half. What a page keeps is taken from it in between: where the pointer is, what is stored, the media that it imitates.
"""

from collections import defaultdict
from typing import Literal, TypedDict, Unpack

from playwright.sync_api import Browser, Page
from playwright.sync_api import Error as PlaywrightError

from tests.browser.house import empty


class Options(TypedDict, total=False):
    """Of a context; those that can be changed on a page are no part of it."""

    has_touch: bool
    java_script_enabled: bool


class Asked(Options, total=False):
    """Of a page, beside its size."""

    init: str
    alone: bool
    color_scheme: Literal["light", "dark"]
    reduced_motion: Literal["reduce", "no-preference"]


class Lender:
    """Lends pages; what is lent twice at once is two pages, each with storage of its own."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._idle: defaultdict[str, list[Page]] = defaultdict(list)
        self._lent: dict[Page, str] = {}

    def page(
        self,
        size: tuple[int, int],
        *,
        init: str = "",
        alone: bool = False,
        color_scheme: Literal["light", "dark"] = "light",
        reduced_motion: Literal["reduce", "no-preference"] = "no-preference",
        **options: Unpack[Options],
    ) -> Page:
        """One that shows nothing. `size` in CSS pixels, `init` a script that runs before all others; `alone`: nobody had it before
        or will have it afterwards, so that the test may add scripts and listeners to it."""
        kind = f"{init} {options}"
        if alone or not self._idle[kind]:
            page = self._browser.new_context(**options).new_page()
            if init:
                page.add_init_script(init)
        else:
            page = self._idle[kind].pop()
        self._lent[page] = "" if alone else kind
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.emulate_media(color_scheme=color_scheme, reduced_motion=reduced_motion)
        return page

    def beside(self, page: Page) -> Page:
        """Another tab of the same context. Neither is lent again."""
        self._lent[page] = ""
        return page.context.new_page()

    def take_back(self, page: Page, *, well: bool) -> None:
        """To lend it again, unless something was wrong with it. `page` has left what it showed before anybody else sees it."""
        kind = self._lent.pop(page, "")
        if kind and well and _emptied(page):
            self._idle[kind].append(page)
        else:
            page.context.close()


def _emptied(page: Page) -> bool:
    """Whether it shows and keeps nothing any more."""
    try:
        page.goto(empty())
        page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
        page.mouse.move(-10, -10)
    except PlaywrightError:
        return False
    return not page.is_closed()
