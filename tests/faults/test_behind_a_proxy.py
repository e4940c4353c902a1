"""Behind a real nginx that speaks TLS, configured as docs/running.md says: one signs in by the printed link and stays live."""

import re
import shutil
import signal
import socket
import sqlite3
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPSConnection
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, TimeoutError, WebSocket, expect

from dashboard import throttle
from planes.up.parts import free_port
from tests.chromium import SMALL, chromium
from tests.e2e.running import ROOT, Up, until
from tests.replay import Authority
from tests.services import dies_with_us

pytestmark = pytest.mark.faults

NAME = "planes.example.org"
#: By this name the browser asks the proxy that is not trusted; it comes from an address of its own.
OTHER, STRANGER = "other.example.org", "127.0.0.9"
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/bin")
needs_nginx = pytest.mark.skipif(NGINX is None, reason="there is no nginx on this machine; on Debian: apt-get install nginx-light")
#: Seconds after which this nginx closes a connection on which nothing is said, in either direction: nginx itself would wait for 60,
#: which docs/running.md leaves as they are. And how long a page is looked at.
QUIET, LIVE = 10, 25.0


def documented() -> str:
    """The configuration that docs/running.md gives."""
    found = re.search(r"```nginx\n(.*?)```", (ROOT / "docs" / "running.md").read_text(), re.DOTALL)
    assert found is not None
    return found[1]


@contextmanager
def nginx(folder: Path, *, behind: int, name: str = NAME, of: str = "127.0.0.1") -> Iterator[int]:
    """A running nginx in front of this port of 127.0.0.1, which it asks from the address `of`; the port at which it is asked."""
    folder.mkdir()
    port = free_port()
    certificate, key = Authority().issue(name)
    (folder / "planes.pem").write_bytes(certificate)
    (folder / "planes.key").write_bytes(key)
    text = documented()
    quiet = f"proxy_read_timeout {QUIET}s; proxy_send_timeout {QUIET}s;"
    for said, here in (
        ("listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;"),
        ("/etc/ssl/planes.pem", str(folder / "planes.pem")),
        ("/etc/ssl/private/planes.key", str(folder / "planes.key")),
        ("http://127.0.0.1:8765;", f"http://127.0.0.1:{behind}; proxy_bind {of}; {quiet}"),
    ):
        assert text.count(said) == 1, said
        text = text.replace(said, here)
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    (folder / "nginx.conf").write_text(
        f"daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;\n"
        f"events {{}}\nhttp {{\naccess_log {folder}/access.log;\n{temporary}{text}}}\n"
    )
    assert NGINX is not None
    process = subprocess.Popen(
        [NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf")],
        stderr=subprocess.PIPE,
        preexec_fn=dies_with_us(signal.SIGTERM),
    )
    try:
        until(lambda: _listens(port) or process.poll() is not None, "nginx", within=10)
        assert process.poll() is None, process.stderr and process.stderr.read()
        yield port
    finally:
        process.terminate()
        process.wait(10)
        if process.stderr is not None:
            process.stderr.close()


def _listens(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


#: Of a cluster that never answers, for nobody listens where it should be.
NEVER = """
clusters: [{{name: never, cluster: {{server: "https://127.0.0.1:{port}"}}}}]
users: [{{name: never, user: {{token: x}}}}]
contexts: [{{name: never, context: {{cluster: never, user: never}}}}]
current-context: never
"""
#: What may be said only of what was seen.
SEEN = re.compile(r"last picture|No nodes yet|control plane is there|when last seen|(^|\D)0 (pods|nodes)", re.IGNORECASE)


def nothing_is_told_as_seen_of_what_was_never_reached(page: Page) -> None:
    """On every page of it, and on those of all clusters."""
    for path in ("/c/never/", "/c/never/kube-scheduler/", "/c/never/kubelet/", "/wall/never/", "/wall/", "/"):
        page.goto(f"https://{NAME}{path}")
        expect(page.locator("body")).to_contain_text(re.compile("refuse|does not answer|unknown|down"), timeout=20_000)
        said = page.locator("body").inner_text()
        assert not SEEN.search(said), f"{path}: {said}"
    answer = page.evaluate("async () => (await fetch('/api/v1/clusters')).json()")
    (card,) = (one for one in answer["clusters"] if one["slug"] == "never")
    assert card["data"]["state"] == "unknown"
    assert card["data"]["last"] in ("", None)


def nothing_is_green(up: Up) -> bool:
    """Of what rests on the word of kubelets, over all nodes. `status` is not asked before it is stored so."""
    with closing(sqlite3.connect(f"{(up.data_dir / 'planewatch.sqlite3').as_uri()}?mode=ro", uri=True, timeout=10)) as database:
        stored = "SELECT DISTINCT state FROM planes_component JOIN planes_cluster ON planes_cluster.id = cluster_id"
        found = database.execute(f"{stored} WHERE slug = 'demo' AND kind IN ('kube-proxy', 'container-runtime')").fetchall()
    return found == [("unknown",)] and chips(up) == {"unknown"}


def chips(up: Up) -> set[str]:
    """The states of what rests on the word of kubelets, over all nodes."""
    (demo,) = (one for one in up.status().clusters if one.slug == "demo")
    return {one.state for one in demo.components if one.kind in ("kube-proxy", "container-runtime")}


@dataclass(frozen=True)
class Proxied:
    """Planewatch, and the ports of two proxies in front of it: it trusts the first."""

    up: Up
    trusted: int
    other: int


@contextmanager
def proxied(folder: Path) -> Iterator[Proxied]:
    """Planewatch and its proxies."""
    environ = {"PLANEWATCH_HTTPS": "1", "PLANEWATCH_ALLOWED_HOSTS": f"{NAME},{OTHER}", "PLANEWATCH_TRUSTED_PROXIES": "127.0.0.1"}
    port = free_port()
    kubeconfig = folder / "never"
    kubeconfig.write_text(NEVER.format(port=free_port()))
    watched = ("--demo", "--nodes", "3", "--no-story", "--kubeconfig", str(kubeconfig))
    with (
        Up(*watched, "--port", str(port), environ=environ) as up,
        nginx(folder / "trusted", behind=port) as trusted,
        nginx(folder / "other", behind=port, name=OTHER, of=STRANGER) as other,
    ):
        yield Proxied(up, trusted, other)


@contextmanager
def browsing(here: Proxied) -> Iterator[Browser]:
    """A browser to which the names lead to the proxies, at the port where https is looked for."""
    leads = f"MAP {NAME}:443 127.0.0.1:{here.trusted}, MAP {OTHER}:443 127.0.0.1:{here.other}"
    with chromium([f"--host-resolver-rules={leads}", "--ignore-certificate-errors"]) as browser:
        yield browser


def sign_in(page: Page, link: str, name: str = NAME) -> None:
    page.goto(link)
    try:
        page.wait_for_url(lambda url: "/signin" not in url, timeout=20_000)
    except TimeoutError:
        raise AssertionError(f"{page.url} says: {page.inner_text('body')}") from None
    page.goto(f"https://{name}/c/demo/")
    page.wait_for_selector("#cluster.is-drawn:not(.is-late)", timeout=20_000)


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    cookie: str
    text: str


def asked(front: int, method: str, path: str, *, of: str, name: str, body: str = "", cookie: str = "") -> Answer:
    """One request through the proxy, by this name and from this address of ours."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    connection = HTTPSConnection("127.0.0.1", front, timeout=20, context=context, source_address=(of, 0))
    headers = {"Host": name, "Origin": f"https://{name}", "Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    with closing(connection):
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return Answer(answer.status, (answer.getheader("Set-Cookie") or "").partition(";")[0], answer.read().decode())


def looked_at(front: int, name: str, of: str, tries: int) -> list[bool]:
    """Of so many wrong passwords for one account in a row, from one address: which were looked at, rather than refused at once."""
    form = asked(front, "GET", "/signin/", of=of, name=name)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form.text)
    assert token is not None
    body = f"username=ada&password=x&csrfmiddlewaretoken={token[1]}"
    answers = [asked(front, "POST", "/signin/", of=of, name=name, cookie=form.cookie, body=body) for _ in range(tries)]
    assert {answer.status for answer in answers} == {200}
    return ["Too many failed sign-ins from here" not in answer.text for answer in answers]


def tried(up: Up, of: str, tries: int) -> None:
    """So many passwords for that account were wrong from this address. To look at each costs half a second of a core, as it should;
    tests/dashboard/test_signin.py does."""
    up.manage("shell", "-v", "0", "-c", f"from dashboard import throttle\nfor _ in range({tries}): throttle.admit({of!r}, 'ada')")


@needs_nginx
def test_behind_a_proxy_one_signs_in_trusted_or_not_and_a_page_stays_live_for_longer_than_it_waits(tmp_path: Path) -> None:
    with proxied(tmp_path) as here, browsing(here) as browser:
        assert here.up.link.startswith(f"https://{NAME}/signin/")
        page = browser.new_context(ignore_https_errors=True, **SMALL).new_page()
        sockets: list[WebSocket] = []
        closed: list[WebSocket] = []

        def watch(socket: WebSocket) -> None:
            sockets.append(socket)
            socket.on("close", lambda ended: closed.append(ended))

        sign_in(page, here.up.link)
        page.on("websocket", watch)
        page.reload()
        page.wait_for_selector("#cluster.is-drawn:not(.is-late)", timeout=20_000)
        cookies = {cookie["name"]: cookie for cookie in page.context.cookies()}
        assert cookies["__Host-planewatch_session"]["secure"]
        begun = time.monotonic()
        # The one proxy is believed for whom it asks, so that the brake on one address is none on another; whoever asks through the
        # other comes from its address.
        tried(here.up, STRANGER, throttle.FAILURES - 1)
        assert looked_at(here.trusted, NAME, STRANGER, 2) == [True, False]
        assert looked_at(here.trusted, NAME, "127.0.0.3", 1) == [True]
        assert looked_at(here.other, OTHER, "127.0.0.3", 1) == [False]
        stranger = browser.new_page(**SMALL)
        sign_in(stranger, here.up.manage("signin", "--url", f"https://{OTHER}").strip(), OTHER)
        stranger.close()
        here.up.manage("demo", "inject", "kubelet-silent", "--node", "node-01")
        other = page.context.new_page()
        nothing_is_told_as_seen_of_what_was_never_reached(other)
        other.close()
        until(lambda: nothing_is_green(here.up), "no green of what a silent kubelet runs, on a third of the nodes", within=60)
        page.wait_for_timeout((begun + LIVE - time.monotonic()) * 1000)
        assert page.locator("#cluster.is-late").count() == 0
        assert (len(sockets), closed) == (1, [])
