"""What a person sees: sign in, look, watch something break and mend, without a reload."""

import re
import time

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.chromium import SMALL
from tests.e2e.fixtures import SEVEN, is_healthy
from tests.e2e.running import Up, until

pytestmark = [pytest.mark.browser, pytest.mark.e2e, pytest.mark.timeout(180), pytest.mark.xdist_group("up")]


def row(page: Page, kind: str) -> Locator:
    """A component's line in the tables beside the picture."""
    return page.locator("[data-table=components] tr", has=page.locator(f"a[href$='/{kind}/']"))


def kubelet_of(page: Page, node: str) -> Locator:
    """A node's kubelet in the tables beside the picture."""
    line = page.locator("[data-table=nodes] tr", has=page.locator(f"a[href$='/nodes/{node}/']"))
    return line.locator("td").nth(1)


def test_the_printed_link_signs_in_once(up: Up, browsing: Browser) -> None:
    with browsing.new_context(**SMALL) as friend, browsing.new_context(**SMALL) as stranger:
        page = friend.new_page()
        page.goto(up.link)
        page.wait_for_url(lambda url: "/signin" not in url, timeout=15_000)
        expect(page.locator("main")).to_contain_text("demo")
        page = stranger.new_page()
        page.goto(up.link)
        expect(page.locator("main")).to_contain_text("This link no longer works")
        page.goto(f"{up.address}/c/demo/")
        expect(page).to_have_url(re.compile("/signin"))


def test_all_seven_components_are_in_the_picture(page: Page) -> None:
    for kind in ("kube-apiserver", "etcd", "kube-controller-manager", "kube-scheduler"):
        expect(page.locator(f"#picture article[data-kind={kind}]")).to_be_visible()
    page.click("#as-tables")
    for kind in SEVEN:
        expect(row(page, kind)).to_contain_text("healthy", ignore_case=True, timeout=20_000)


def test_a_fault_arrives_and_goes_without_a_reload(up: Up, page: Page) -> None:
    page.evaluate("window.untouched = true")
    if page.locator("#as-tables").get_attribute("aria-expanded") != "true":
        page.click("#as-tables")
    workers = [name for name in page.locator("[data-table=nodes] th").all_inner_texts() if "control" not in name]
    node = workers[-1].strip()
    begun = time.monotonic()
    up.manage("demo", "inject", "kubelet-silent", "--node", node)
    try:
        expect(page.locator("#attention")).to_contain_text(node, timeout=35_000)
        expect(kubelet_of(page, node)).to_contain_text("degraded", ignore_case=True)
        degraded = time.monotonic() - begun
        page.wait_for_function(
            "node => [...document.querySelectorAll('[data-table=nodes] tr')]"
            ".some(row => row.querySelector(`a[href$='/nodes/${node}/']`) && /down/i.test(row.cells[2].innerText))",
            arg=node,
            timeout=25_000,
        )
        down = time.monotonic() - begun
        # The lease's last renewal lay up to 10 s before the fault, which shortens both.
        assert degraded < 30, degraded
        assert down < 45, down
        assert "Ready Unknown" not in page.locator("#attention").inner_text()
    finally:
        up.manage("demo", "heal", "--all")
    expect(page.locator("#attention")).not_to_contain_text(node, timeout=20_000)
    expect(kubelet_of(page, node)).to_contain_text("healthy", ignore_case=True, timeout=20_000)
    assert page.evaluate("window.untouched === true")
    until(lambda: is_healthy(up), "a healthy cluster", within=20)
