"""WebKitGTK, driven by its own WebDriver (https://www.w3.org/TR/webdriver2/): the engine of Safari, as Debian has it
(webkit2gtk-driver), on a screen that nobody sees (xvfb)."""

import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

DRIVER, SCREEN = "WebKitWebDriver", "Xvfb"
#: The small browser that comes with the engine.
_BROWSERS = "/usr/lib/*/webkit2gtk-4.*/MiniBrowser"
#: Seconds that an answer, or a condition of a page, may take.
PATIENCE = 30.0
#: How WebDriver names an element in JSON.
_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
#: What the engine writes of its console: where, "CONSOLE", what kind, which level and the text.
_COMPLAINT = re.compile(r"CONSOLE (?:\w+ )*(?:ERROR|WARN)")
ENTER, TAB = "\ue007", "\ue004"


def browser() -> str | None:
    """The machine's WebKitGTK with all that drives it; None where something of it is missing."""
    found = sorted(Path("/").glob(_BROWSERS.lstrip("/")))
    return str(found[-1]) if found and shutil.which(DRIVER) and shutil.which(SCREEN) else None


class WebDriverError(Exception):
    """What a command was refused with."""


class WebKit:
    """One window of it. `saved` is where it saves files."""

    def __init__(self, port: int, program: str, saved: Path) -> None:
        self.saved = saved
        self._http = HTTPConnection("127.0.0.1", port, timeout=PATIENCE + 30)
        options = {"binary": program, "args": ["--automation"]}
        wanted = {"capabilities": {"alwaysMatch": {"webkitgtk:browserOptions": options}}}
        self._session = "/session"
        self._session = f"/session/{self._command('POST', '', **wanted)['sessionId']}"

    def size(self, width: int, height: int) -> None:
        """Of the window, in CSS pixels."""
        self._command("POST", "/window/rect", width=width, height=height)

    def cookie(self, name: str, value: str) -> None:
        """Of the page's host, kept from now on."""
        self._command("POST", "/cookie", cookie={"name": name, "value": value, "path": "/"})

    def forget(self) -> None:
        """The cookies of the page's host."""
        self._command("DELETE", "/cookie")

    def open(self, address: str) -> None:
        """Returns when the page has loaded."""
        self._command("POST", "/url", url=address)

    def evaluate(self, expression: str) -> Any:
        """What JavaScript's expression is, through JSON."""
        return self._command("POST", "/execute/sync", script=f"return ({expression});", args=[])

    def until(self, expression: str, patience: float = PATIENCE) -> None:
        """Wait until JavaScript's expression holds; a page may be left meanwhile."""
        end = time.monotonic() + patience
        while True:
            with suppress(WebDriverError):
                if self.evaluate(f"!!({expression})"):
                    return
            if time.monotonic() > end:
                raise AssertionError(f"{expression} did not come true within {patience:g} s: {self.text()[:300]}")
            time.sleep(0.1)

    def text(self, selector: str = "body") -> str:
        """What is read there."""
        return str(self.evaluate(f"document.querySelector({json.dumps(selector)})?.innerText ?? ''"))

    def click(self, selector: str) -> None:
        """As a person does."""
        self._command("POST", f"/element/{self._element(selector)}/click")

    def type(self, selector: str, text: str) -> None:
        """Keys, one after the other, into an element."""
        self._command("POST", f"/element/{self._element(selector)}/value", text=text)

    def close(self) -> None:
        """Its windows."""
        self._command("DELETE", "")
        self._http.close()

    def _element(self, selector: str) -> str:
        return str(self._command("POST", "/element", using="css selector", value=selector)[_ELEMENT])

    def _command(self, method: str, path: str, **parameters: object) -> Any:
        body = json.dumps(parameters).encode() if method == "POST" else None
        self._http.request(method, f"{self._session}{path}", body, {"Content-Type": "application/json"})
        said = self._http.getresponse()
        value = json.load(said)["value"]
        if said.status != HTTPStatus.OK:
            raise WebDriverError(f"{method} {path}: {value['error']}: {value['message']}")
        return value


@contextmanager
def webkit() -> Iterator[WebKit]:
    """A running one with a home and a screen of its own, which are gone afterwards."""
    program = browser()
    assert program is not None
    with _around() as (home, environment):
        port = free_port()
        with _running([DRIVER, f"--port={port}"], environment, subprocess.DEVNULL):
            _answers(port)
            window = WebKit(port, program, home / "saved")
            try:
                yield window
            finally:
                with suppress(WebDriverError, OSError):
                    window.close()


@contextmanager
def listening(addresses: Sequence[str], cookie: Mapping[str, str]) -> Iterator[Callable[[], list[str]]]:
    """The same with a tab for each address, driven by nobody: under a driver the engine keeps its console to itself. Gives what
    tells the errors and warnings so far."""
    program = browser()
    assert program is not None
    with _around() as (home, environment):
        jar, console = home / "cookies", home / "console"
        jar.write_text(f"127.0.0.1\tFALSE\t/\tFALSE\t{int(time.time()) + 86_400}\t{cookie['name']}\t{cookie['value']}\n")
        command = [program, "--enable-write-console-messages-to-stdout=true", f"--cookies-file={jar}", *addresses]
        with console.open("wb") as told, _running(command, environment, told.fileno()):
            yield lambda: [line for line in console.read_text(errors="replace").splitlines() if _COMPLAINT.search(line)]


@contextmanager
def _around() -> Iterator[tuple[Path, dict[str, str]]]:
    """A home and what stands in the environment of what lives there."""
    with tempfile.TemporaryDirectory(prefix="pwwk-", ignore_cleanup_errors=True) as folder, _screen() as display:
        home = Path(folder)
        for name in ("saved", ".config"):
            (home / name).mkdir()
        (home / ".config/user-dirs.dirs").write_text('XDG_DOWNLOAD_DIR="$HOME/saved"\n')
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        # Drawn by the processor; no settings' service and no bus is asked for.
        mute = {"GDK_BACKEND": "x11", "GSETTINGS_BACKEND": "memory", "LIBGL_ALWAYS_SOFTWARE": "1", "NO_AT_BRIDGE": "1"}
        yield home, kept | mute | {"HOME": folder, "DISPLAY": display, "XDG_RUNTIME_DIR": folder}


@contextmanager
def _screen() -> Iterator[str]:
    """The name of a display with a screen that is large enough for a desk's window."""
    read, write = os.pipe()
    command = [SCREEN, "-displayfd", str(write), "-screen", "0", "1600x1200x24", "-nolisten", "tcp"]
    with _running(command, dict(os.environ), subprocess.DEVNULL, write):
        os.close(write)
        with os.fdopen(read) as said:
            yield f":{said.readline().strip()}"


@contextmanager
def _running(command: list[str], environment: dict[str, str], output: int, *handed: int) -> Iterator[None]:
    """A program, in a group of its own that ends with it."""
    with subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        pass_fds=handed,
    ) as process:
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def _answers(port: int) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
        else:
            return


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
