"""One running Planewatch for all tests that leave it as they found it, and a browser that is signed in to it; another one for tests
that start and stop it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Browser, Page

from tests.chromium import SMALL, chromium
from tests.e2e.running import Up, until

DEMO = ("--demo", "--nodes", "12", "--no-story", "--port", "0")
SEVEN = ("kube-apiserver", "etcd", "kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy", "container-runtime")


def _is_stored_healthy(up: Up) -> bool:
    """Whether the rows of all seven components say so, however old they are."""
    path = up.data_dir / "planewatch.sqlite3"
    if not path.exists():
        return False
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=10)) as database:
        try:
            found = {kind for (kind,) in database.execute("SELECT kind FROM planes_component WHERE state = 'healthy'")}
        except sqlite3.OperationalError:  # no tables yet
            return False
    return found.issuperset(SEVEN)


def is_healthy(up: Up) -> bool:
    """Whether `status` says so of all seven components. It is not asked, at half a second of a core, before they are stored so."""
    if not _is_stored_healthy(up):
        return False
    states = {one.kind: one.state for cluster in up.status().clusters for one in cluster.components}
    return all(states.get(kind) == "healthy" for kind in SEVEN)


@pytest.fixture(scope="session")
def up() -> Iterator[Up]:
    """Watching a demo cluster of 12 nodes that breaks only when told to."""
    with Up(*DEMO) as running:
        until(lambda: is_healthy(running), "a healthy cluster", within=60)
        yield running


@pytest.fixture(scope="module")
def browsing() -> Iterator[Browser]:
    """One Chromium for all tests of a module; not of a session, for Playwright's own event loop would be in the way of tests that
    have one."""
    with chromium() as browser:
        yield browser


def signed_in(browsing: Browser, up: Up) -> Page:
    """A page of who has come by a one-time link."""
    page = browsing.new_context(**SMALL).new_page()
    page.goto(up.manage("signin", "--url", up.address).strip())
    page.wait_for_url(lambda url: "/signin" not in url, timeout=15_000)
    return page


@pytest.fixture(scope="module")
def page(browsing: Browser, up: Up) -> Iterator[Page]:
    """The demo cluster's page, drawn and live. It ends with the module: a page that nobody looks at is kept live all the same."""
    page = signed_in(browsing, up)
    page.goto(f"{up.address}/c/demo/")
    page.wait_for_selector("#cluster.is-drawn:not(.is-late)", timeout=15_000)
    yield page
    page.context.close()


@pytest.fixture(scope="session")
def own() -> Iterator[Up]:
    """A Planewatch of the same kind that tests may stop, kill and start again, deep down in the tree of directories: `running` and
    `stopped` see to what they begin with."""
    up = Up(*DEMO)
    up.data_dir = up.home / ("a" * 60) / ("b" * 60)
    up.environ["PLANEWATCH_DATA_DIR"] = str(up.data_dir)
    try:
        yield up
    finally:
        up.close()


@pytest.fixture
def running(own: Up) -> Up:
    """It, running."""
    if own.code is not None or not own.said:
        own.start()
    return own


@pytest.fixture
def stopped(own: Up) -> Up:
    """It, not running, and its directory prepared."""
    if not own.data_dir.exists():
        own.start()
    if own.said and own.code is None:
        own.stop()
    return own
