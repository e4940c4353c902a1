"""How tests of this folder wait for what a page comes to only after seconds."""

from collections.abc import Sequence

from playwright.async_api import Page
from playwright.async_api import TimeoutError as PlaywrightTimeoutError

#: Milliseconds between one look and the next.
_EVERY = 250


async def all_hold(page: Page, conditions: Sequence[str], patience: float) -> None:
    """Wait until all of JavaScript's conditions hold at once, for at most `patience` milliseconds; says which do not, and of which
    page. The page looks by itself: of each look of `expect` that is in vain Playwright keeps what a screen reader would be told of
    the page, which takes many times as long as all that the page does meanwhile."""
    try:
        await page.wait_for_function(f"() => {' && '.join(f'({one})' for one in conditions)}", polling=_EVERY, timeout=patience)
    except PlaywrightTimeoutError:
        wrong = [one for one in conditions if not await page.evaluate(f"() => !!({one})")]
        said = await page.locator("body").inner_text()
        raise AssertionError(f"{page.url}: {wrong or 'not all at once'} within {patience / 1000:g} s. {said[:600]}") from None
