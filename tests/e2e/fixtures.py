"""One running Planewatch for all tests that leave it as they found it, and a browser that is signed in to it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.chromium import chromium
from tests.e2e.running import Up, until

DEMO = ("--demo", "--nodes", "12", "--no-story", "--port", "0")
SEVEN = ("kube-apiserver", "etcd", "kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy", "container-runtime")


def is_healthy(up: Up) -> bool:
    """Whether `status` says so of all seven components."""
    states = {one.kind: one.state for cluster in up.status().clusters for one in cluster.components}
    return all(states.get(kind) == "healthy" for kind in SEVEN)


@pytest.fixture(scope="session")
def up() -> Iterator[Up]:
    """Watching a demo cluster of 12 nodes that breaks only when told to."""
    with Up(*DEMO) as running:
        until(lambda: is_healthy(running), "a healthy cluster", within=60)
        yield running


@pytest.fixture(scope="module")
def page(up: Up) -> Iterator[Page]:
    """The demo cluster's page, signed in by a one-time link, drawn and live. Of a module, because Playwright's own event loop would
    be in the way of tests that have one."""
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1920, "height": 1080})
        page.goto(up.manage("signin", "--url", up.address).strip())
        page.wait_for_url(lambda url: "/signin" not in url, timeout=15_000)
        page.goto(f"{up.address}/c/demo/")
        page.wait_for_selector("#cluster.is-drawn:not(.is-late)", timeout=15_000)
        yield page
