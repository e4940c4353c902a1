"""One Chromium for all tests of this folder (in each worker), and word of what failed."""

from collections.abc import Generator, Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.lending import Lender
from tests.browser.pages_shots import Served, served
from tests.browser.stage import Standing, failed
from tests.chromium import chromium

#: The names of the fixtures of the test that comes next.
_following: pytest.StashKey[list[str]] = pytest.StashKey()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Of the folder, not of the session: Playwright's own event loop would be in the way of tests elsewhere that have one."""
    with chromium() as running:
        yield running


@pytest.fixture(scope="package")
def lender(browser: Browser) -> Lender:
    """Lends the pages of that Chromium."""
    return Lender(browser)


@pytest.fixture(scope="package")
def _standing(lender: Lender) -> Iterator[Standing]:
    one = Standing(lender)
    yield one
    one.leave()


@pytest.fixture
def standing(_standing: Standing, request: pytest.FixtureRequest) -> Iterator[Standing]:
    """A page of the tests that only look at pictures, as long as one follows the other: it would compute beside all others."""
    yield _standing
    _standing.looked_at(request.node.name)
    if "standing" not in request.node.stash[_following]:
        _standing.leave()


@pytest.fixture(scope="package")
def product() -> Iterator[Served]:
    """The product with six stored clusters, one in each state. Tests that use it share a worker (xdist_group "product"), and leave
    it as it was."""
    with served(6) as running:
        yield running


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        failed.add(item.name)
    return report


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    item.stash[_following] = list(getattr(nextitem, "fixturenames", ()))
