"""A month of a wall in a real Chromium: a million messages in some minutes, and what the heap and the document hold after garbage
collection. tests/js/wall-month.js speaks to the wall's own modules.

    python -m tests.bench.bench_month [--messages N] [--most MB]
"""

import argparse
import time
from pathlib import Path

from playwright.sync_api import CDPSession, Page, Route

from tests.chromium import chromium

ROOT = Path(__file__).parents[2]
#: An address of nothing: what is asked for there comes from this repository.
ORIGIN = "http://wall.test"
PAGE = """<!doctype html><meta charset="utf-8"><title>Wall</title><link rel="stylesheet" href="/static/css/board.css">
<main id="board"></main>"""
#: Messages that are given in one go, so that no call takes long on a busy machine.
STEP = 2_000


def _answer(route: Route) -> None:
    path = route.request.url.removeprefix(ORIGIN)
    if path == "/":
        route.fulfill(body=PAGE, content_type="text/html")
        return
    kind = "text/css" if path.endswith(".css") else "text/javascript"
    route.fulfill(body=(ROOT / path.lstrip("/")).read_text(encoding="utf-8"), content_type=kind)


def _held(session: CDPSession) -> tuple[float, int]:
    """Megabytes of the heap after garbage collection, and how many nodes of documents there are."""
    for _ in range(2):
        session.send("HeapProfiler.collectGarbage")
    told = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    return told["JSHeapUsedSize"] / 2**20, int(told["Nodes"])


def _pass(page: Page, messages: int) -> None:
    while messages > 0:
        page.evaluate("count => month.pass(count)", min(STEP, messages))
        messages -= STEP


def main() -> None:
    """Print it; end with 1 where it holds more than it may."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--most", type=float, default=5.0, help="megabytes by which the heap may grow")
    asked = parser.parse_args()
    css, began = (ROOT / "static/css/tokens.css").read_text(encoding="utf-8"), time.monotonic()
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1920, "height": 1080})
        page.route("**/*", _answer)
        page.goto(f"{ORIGIN}/")
        page.evaluate(
            """async css => { const { Month } = await import("/tests/js/wall-month.js");
            globalThis.month = new Month(css, document.getElementById("board")); }""",
            css,
        )
        session = page.context.new_cdp_session(page)
        session.send("Performance.enable")
        session.send("HeapProfiler.enable")
        _pass(page, asked.messages // 10)
        begun, nodes = _held(session)
        _pass(page, asked.messages - asked.messages // 10)
        ended, nodes_then = _held(session)
        days = page.evaluate("month.days")
    print(  # noqa: T201 - a benchmark's own words
        f"{asked.messages:,} messages, {days} days, in Chromium: heap {begun:.1f} MB after a tenth of them, {ended:.1f} MB at the "
        f"end ({ended - begun:+.1f} MB), {nodes:,} nodes then and {nodes_then:,} at the end; {time.monotonic() - began:.0f} s"
    )
    if ended - begun > asked.most:
        raise SystemExit(f"The heap grew by more than {asked.most:g} MB.")


if __name__ == "__main__":
    main()
