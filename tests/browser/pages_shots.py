"""Screenshots of every page in every state: `python -m tests.browser.pages_shots [pattern]` writes build/screenshots/pages/*.png.

To be looked at, not compared: they show what a person would see at the sizes of a desk, a wall, a portrait wall and a phone.
"""

import fnmatch
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import django
from playwright.sync_api import Browser, BrowserContext, Page

from tests.chromium import chromium

SIZES = {"desk": (1920, 1080), "laptop": (1440, 900), "portrait": (1080, 1920), "4k": (3840, 2160), "phone": (390, 844)}
#: What hangs on a wall is drawn at these too.
WALLS = {"portrait", "4k"}
OUT = Path("build/screenshots/pages")


@dataclass
class Served:
    """A running tests.browser.pages_server."""

    process: "subprocess.Popen[str]"
    origin: str
    cookie: dict[str, str]
    wall: str  # the path of a display's secret link
    hall: str  # and of another's

    def say(self, line: str) -> None:
        """Tell it something: see its docstring."""
        assert self.process.stdin
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()


@contextmanager
def served(clusters: int = 6) -> Iterator[Served]:
    """The product with so many stored clusters."""
    command = [sys.executable, "-m", "tests.browser.pages_server", str(clusters)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            said = json.loads(process.stdout.readline() or "{}")
            yield Served(process, said["origin"], said["cookie"], said["wall"], said["hall"])
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def signed_in(started: Browser, server: Served, size: str, scheme: Literal["dark", "light"] = "dark") -> BrowserContext:
    """A context with the visitor's session."""
    width, height = SIZES[size]
    context = started.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    context.add_cookies([{"name": server.cookie["name"], "value": server.cookie["value"], "url": server.origin}])
    return context


PAGES = {
    "clusters": "/",
    "wall": "/wall/",
    "cluster": "/c/prod-eu-1/",
    "wall-cluster": "/wall/prod-eu-1/",
    "wall-cluster-unreachable": "/wall/edge-17/",
    "scheduler": "/c/prod-eu-1/kube-scheduler/",
    "kubelet": "/c/prod-eu-1/kubelet/",
    "apiserver": "/c/prod-us-1/kube-apiserver/",
    "etcd-down": "/c/ci/etcd/",
    "managed": "/c/prod-ap-1/etcd/",
    "node-broken": "/c/prod-eu-1/nodes/node-90/",
    "node-runtime": "/c/prod-eu-1/nodes/node-63/",
    "node-healthy": "/c/prod-us-1/nodes/node-5/",
    "unreachable": "/c/edge-17/kube-scheduler/",
    "unreachable-node": "/c/edge-17/nodes/node-3/",
    "instance": "/c/prod-eu-1/kube-apiserver/kube-apiserver-node-1/",
    "nodes": "/c/prod-eu-1/nodes/",
    "nodes-none": "/c/prod-eu-1/nodes/?n=nothing",
    "changes": "/c/prod-eu-1/changes/",
    "changes-all": "/changes/",
    "changes-none": "/c/prod-eu-1/changes/?state=cordoned",
    "uptime": "/c/prod-eu-1/uptime/",
    "certificates": "/c/prod-eu-1/certificates/",
    "certificates-healthy": "/c/prod-us-1/certificates/",
    "certificates-managed": "/c/prod-ap-1/certificates/",
    "certificates-late": "/c/edge-17/certificates/",
    "upgrade": "/c/prod-eu-1/upgrade/",
    "upgrade-healthy": "/c/prod-us-1/upgrade/",
    "compare": "/compare/?a=prod-eu-1&b=prod-us-1",
    "compare-choice": "/compare/",
    "incidents": "/c/prod-eu-1/incidents/",
    "incidents-all": "/incidents/",
    "manage-clusters": "/clusters/",
    "manage-cluster": "/clusters/prod-eu-1/",
    "add-cluster": "/clusters/add/",
    "search": "/search/?q=node-6",
    "search-none": "/search/?q=zzz",
    "tokens": "/account/tokens/",
    "displays": "/displays/",
    "display": "/displays/1/",
    "display-new": "/displays/new/",
    "display-code": "/displays/pair/",
    "pair": "/pair/",
    "link-wrong": "/wall/in/nothing/",
    "api-docs": "/api/v1/docs/",
    "past-before": "/c/prod-eu-1/?at=2020-01-01T00:00:00Z",
    "404": "/nothing/here",
    "404-cluster": "/c/nowhere/",
    "404-node": "/c/prod-eu-1/nodes/node-999/",
}
#: Pages of errors that cannot be asked for here, as dashboard.views.errors writes them.
ERRORS = {
    "403": (403, "Not permitted", "This account may not see what is here."),
    "500": (500, "An error in Planewatch", "Planewatch could not answer because of an error of its own. The log says more."),
    "503": (503, "The database does not answer", "Try again in a few seconds. The log says more."),
}


def shoot_error(started: Browser, server: Served, size: str, name: str, words: tuple[int, str, str]) -> None:
    """The page of an error, served in the place of another with all that it links to."""
    from dashboard.views import errors

    context = signed_in(started, server, size)
    page = context.new_page()
    body = errors.page(*words)
    page.route("**/shown-here", lambda route: route.fulfill(status=words[0], body=body, content_type="text/html"))
    page.goto(server.origin + "/shown-here")
    page.wait_for_timeout(500)
    page.screenshot(path=OUT / f"{name}-{size}.png")
    context.close()


def main(pattern: str) -> None:
    """Write the screenshots whose name matches."""
    OUT.mkdir(parents=True, exist_ok=True)
    complaints: list[str] = []

    def shoot(page: Page, name: str, *, full: bool = False) -> None:
        page.screenshot(path=OUT / f"{name}.png", full_page=full)

    def watched(page: Page) -> Page:
        page.on("console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    with chromium() as started, served() as server:
        for size in SIZES:
            for name, path in PAGES.items():
                full_name = f"{name}-{size}"
                if not fnmatch.fnmatch(full_name, pattern) or (size in WALLS and not name.startswith(("wall", "cluster"))):
                    continue
                context = signed_in(started, server, size)
                page = watched(context.new_page())
                page.goto(server.origin + path)
                page.wait_for_timeout(1500)
                shoot(page, full_name, full=size == "phone")
                context.close()
        for name, words in ERRORS.items():
            for size in ("laptop", "phone"):
                if fnmatch.fnmatch(f"{name}-{size}", pattern):
                    shoot_error(started, server, size, name, words)
        if fnmatch.fnmatch("light", pattern):
            for name in ("clusters", "scheduler", "node-broken", "wall", "nodes", "changes", "uptime", "incidents", "search"):
                context = signed_in(started, server, "desk", "light")
                page = watched(context.new_page())
                page.goto(server.origin + PAGES[name])
                page.wait_for_timeout(1500)
                shoot(page, f"{name}-light")
                context.close()
        if fnmatch.fnmatch("stale", pattern):
            context = signed_in(started, server, "desk")
            pages = {name: watched(context.new_page()) for name in ("clusters", "wall", "scheduler", "node-healthy")}
            for name, page in pages.items():
                page.goto(server.origin + PAGES[name])
            for slug in ("prod-us-1", "prod-eu-1"):
                server.say(f"mute {slug}")
            pages["wall"].wait_for_timeout(9000)
            for name, page in pages.items():
                page.bring_to_front()
                page.wait_for_timeout(1200)
                shoot(page, f"stale-{name}")
            server.process.terminate()
            pages["wall"].wait_for_timeout(3000)
            for name, page in pages.items():
                page.bring_to_front()
                page.wait_for_timeout(1200)
                shoot(page, f"cut-{name}")
            context.close()
        if fnmatch.fnmatch("signin", pattern):
            for size in ("desk", "phone"):
                width, height = SIZES[size]
                context = started.new_context(viewport={"width": width, "height": height})
                page = watched(context.new_page())
                page.goto(server.origin + "/signin/")
                page.wait_for_timeout(500)
                shoot(page, f"signin-{size}")
                context.close()
    for count in (0, 1, 2, 12, 30, 60):
        for size in ("desk", "portrait", "4k"):
            if not fnmatch.fnmatch(f"wall{count}-{size}", pattern):
                continue
            with chromium() as started, served(count) as server:
                context = signed_in(started, server, size)
                page = watched(context.new_page())
                page.goto(server.origin + "/wall/")
                page.wait_for_timeout(1500)
                shoot(page, f"wall{count}-{size}")
                if count == 0:
                    page.goto(server.origin + "/")
                    page.wait_for_timeout(800)
                    shoot(page, f"clusters0-{size}")
                context.close()
    for line in sorted(set(complaints)):
        print("console:", re.sub(r"\s+", " ", line)[:300])  # noqa: T201 - for the person who looks


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    main(sys.argv[1] if len(sys.argv) > 1 else "*")
