"""A Firefox that is driven by WebDriver BiDi (https://w3c.github.io/webdriver-bidi/): no driver beside it, one WebSocket.

Playwright drives a Firefox of its own making only; here it is Debian's, as people have it.
"""

import base64
import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.browser.webkit import free_port

NAMES = ("firefox-esr", "firefox")
#: Seconds that an answer, or a condition of a page, may take.
PATIENCE = 30.0
#: Seconds in which a Firefox starts on a busy machine.
_START = 90.0
#: Nothing is fetched but the pages, nothing is asked, nothing is restored.
_PREFERENCES = {
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.page": 0,
    "browser.download.folderList": 2,
    "browser.download.always_ask_before_handling_new_types": False,
    "browser.download.alwaysOpenPanel": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "remote.prefs.recommended": True,
    "toolkit.telemetry.enabled": False,
}
#: Keys without a sign of their own, as WebDriver names them.
ENTER, TAB = "\ue007", "\ue004"


def executable() -> str | None:
    """The machine's Firefox; None where there is none."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


#: What is said of a module that did not come: so of one that was on its way when its page was left, too, which is nothing wrong.
_MISSED = "error loading dynamically imported module"


class BidiError(Exception):
    """What a command was refused with."""


class Firefox:
    """One tab of it. `complaints` are the errors and warnings of the pages' scripts and of the browser about them so far; `heard`
    tells all of them. `saved` is where it saves files."""

    def __init__(self, socket_: ClientConnection, saved: Path) -> None:
        self._socket = socket_
        self.saved = saved
        self._number = 0
        self.complaints: list[str] = []
        self.tab = ""
        self._command("session.new", capabilities={})
        #: Of the page that is shown, and of those that were left.
        self._realm, self._left = "", set[str]()
        events = ["log.entryAdded", "script.realmCreated", "browsingContext.navigationStarted"]
        self._command("session.subscribe", events=events)
        self.tab = self._command("browsingContext.getTree")["contexts"][0]["context"]

    def size(self, width: int, height: int) -> None:
        """Of the viewport, in CSS pixels."""
        self._command("browsingContext.setViewport", context=self.tab, viewport={"width": width, "height": height})

    def cookie(self, name: str, value: str, host: str) -> None:
        """Kept from now on."""
        kept = {"name": name, "value": {"type": "string", "value": value}, "domain": host, "path": "/"}
        self._command("storage.setCookie", cookie=kept)

    def forget(self) -> None:
        """All cookies."""
        self._command("storage.deleteCookies")

    def open(self, address: str) -> None:
        """Returns when the page has loaded."""
        self._command("browsingContext.navigate", context=self.tab, url=address, wait="complete")

    def evaluate(self, expression: str) -> Any:
        """What JavaScript's expression is, through JSON; a promise is waited for."""
        said = self._command(
            "script.evaluate",
            expression=f"(async () => JSON.stringify(await ({expression})) ?? 'null')()",
            target={"context": self.tab},
            awaitPromise=True,
        )
        if said["type"] != "success":
            raise BidiError(said["exceptionDetails"]["text"])
        return json.loads(said["result"]["value"])

    def until(self, expression: str, patience: float = PATIENCE) -> None:
        """Wait until JavaScript's expression holds; a page may be left meanwhile."""
        end = time.monotonic() + patience
        while True:
            with suppress(BidiError):
                if self.evaluate(f"!!({expression})"):
                    return
            if time.monotonic() > end:
                raise AssertionError(f"{expression} did not come true within {patience:g} s: {self.text()[:300]}")
            time.sleep(0.1)

    def text(self, selector: str = "body") -> str:
        """What is read there."""
        return str(self.evaluate(f"document.querySelector({json.dumps(selector)})?.innerText ?? ''"))

    def click(self, selector: str) -> None:
        """As a person does: with the pointer."""
        where = json.dumps(selector)
        self.evaluate(f"document.querySelector({where}).scrollIntoView({{ block: 'nearest' }})")
        x, y = self.evaluate(
            f"(box => [Math.round(box.x + box.width / 2), Math.round(box.y + box.height / 2)])"
            f"(document.querySelector({where}).getBoundingClientRect())"
        )
        moves = [
            {"type": "pointerMove", "x": x, "y": y},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]
        self._command("input.performActions", context=self.tab, actions=[{"type": "pointer", "id": "mouse", "actions": moves}])

    def press(self, text: str) -> None:
        """Keys, one after the other."""
        keys = [{"type": kind, "value": key} for key in text for kind in ("keyDown", "keyUp")]
        self._command("input.performActions", context=self.tab, actions=[{"type": "key", "id": "keys", "actions": keys}])

    def heard(self) -> list[str]:
        """What was complained of since this was asked before, when all that the page has begun has been said: its answer comes
        after the events before it."""
        self.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
        heard, self.complaints = self.complaints, []
        return heard

    def screenshot(self, path: Path) -> None:
        """To be looked at."""
        path.write_bytes(base64.b64decode(self._command("browsingContext.captureScreenshot", context=self.tab)["data"]))

    def _command(self, method: str, **parameters: object) -> Any:
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._socket.recv(timeout=PATIENCE + 10))
            if message.get("type") == "event":
                self._hear(message)
            elif message.get("id") == self._number:
                if message["type"] == "error":
                    raise BidiError(f"{method}: {message['error']}: {message['message']}")
                return message["result"]

    def _hear(self, event: Mapping[str, Any]) -> None:
        said = event["params"]
        match event["method"]:
            case "script.realmCreated" if said["type"] == "window" and said["context"] == self.tab:
                self._realm = said["realm"]
            case "browsingContext.navigationStarted" if said["context"] == self.tab:
                self._left.add(self._realm)
            case "log.entryAdded" if said["level"] in ("error", "warn"):
                if _MISSED not in said["text"] or said["source"]["realm"] not in self._left:
                    self.complaints.append(f"{said['level']}: {said['text']}")


@contextmanager
def firefox() -> Iterator[Firefox]:
    """A running one, with a profile of its own, which is gone afterwards."""
    program = executable()
    assert program is not None
    with tempfile.TemporaryDirectory(prefix="pwff-", ignore_cleanup_errors=True) as folder:
        saved = Path(folder) / "saved"
        saved.mkdir()
        preferences = _PREFERENCES | {"browser.download.dir": str(saved)}
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in preferences.items()]
        (Path(folder) / "user.js").write_text("".join(lines))
        port = free_port()
        command = [program, "--headless", "--no-remote", "--profile", folder, f"--remote-debugging-port={port}", "about:blank"]
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                with _connected(port) as socket_:
                    yield Firefox(socket_, saved)
                    with suppress(BidiError, ConnectionClosed, TimeoutError):
                        socket_.send(json.dumps({"id": 0, "method": "browser.close", "params": {}}))
                        process.wait(5)
            except subprocess.TimeoutExpired:
                pass
            finally:
                process.terminate()
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    process.kill()


def _connected(port: int) -> ClientConnection:
    end = time.monotonic() + _START
    while True:
        try:
            return connect(f"ws://127.0.0.1:{port}/session", max_size=2**26, open_timeout=5)
        except (OSError, TimeoutError):
            if time.monotonic() > end:
                raise
            time.sleep(0.2)
