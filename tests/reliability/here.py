"""A running Planewatch to be broken, and somebody who looks at it from outside: signed in, through the API that pages use."""

import contextlib
import http.client
import http.cookiejar
import json
import re
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import msgspec

from planes.structs import time_tokens
from tests.reliability.rows import Seen

#: Seconds between two looks, and for one.
EVERY, LIMIT = 0.5, 4.0
#: Seconds within which one must be able to sign in before anything is broken.
SIGN_IN = 60.0
_SERIOUS = re.compile(r"\b(WARNING|ERROR|CRITICAL)\b")
_KEY = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_TITLE = re.compile(r"<h1[^>]*>([^<]+)</h1>")


class Here(Protocol):
    """What a row can reach."""

    @property
    def address(self) -> str:
        """http://127.0.0.1:8765"""

    @property
    def data_dir(self) -> Path:
        """Where it keeps what it keeps."""

    def pid(self, part: str) -> int:
        """The process of "web", "watch", "jobs", "valkey", "demo"; with more than one worker "watch-1", "watch-2"."""

    def sign_in_link(self) -> str:
        """A new one-time link."""

    def said(self) -> list[str]:
        """All lines of the terminal so far, and those of the logs that are warnings or worse."""


class _Plane(msgspec.Struct):
    state: str = ""
    because: str = ""


class _Late(msgspec.Struct):
    because: str = ""
    cause: str = ""


class _Fault(msgspec.Struct):
    message: str = ""


class _Card(msgspec.Struct):
    slug: str
    control: _Plane
    data: _Plane
    late: _Late | None = None
    fault: _Fault | None = None


class _Cards(msgspec.Struct):
    clusters: list[_Card]


class Visitor:
    """A browser's worth of HTTP: cookies, and a form's key. Signing in raises OSError where it is refused."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def sign_in(self, link: str, limit: float = LIMIT) -> None:
        """By a one-time link."""
        with self._opener.open(link, timeout=limit) as page:
            found = _KEY.search(page.read().decode())
        assert found is not None, "the page of the link has a form"
        form = urllib.parse.urlencode({"csrfmiddlewaretoken": found[1]}).encode()
        with self._opener.open(link, form, timeout=limit) as page:
            assert "/signin" not in page.url, page.url

    def get(self, path: str, limit: float = LIMIT) -> tuple[int, bytes]:
        """Status and body; status 0 and the reason where there was no answer."""
        try:
            with self._opener.open(self._address + path, timeout=limit) as answer:
                return int(answer.status), bytes(answer.read())
        except urllib.error.HTTPError as error:
            with contextlib.suppress(OSError, http.client.HTTPException):
                return error.code, error.read()
            return error.code, b""
        except (OSError, http.client.HTTPException) as error:
            return 0, str(getattr(error, "reason", error) or type(error).__name__).encode()

    def look(self) -> Seen:
        """All clusters as the pages show them."""
        begun = time.monotonic()
        status, body = self.get("/api/v1/clusters")
        took = time.monotonic() - begun
        if status != 200:
            return Seen(begun, took, said=_words(status, body))
        try:
            cards = msgspec.json.decode(body, type=_Cards).clusters
        except msgspec.DecodeError:
            return Seen(begun, took, said="an answer that is no JSON")
        planes = [(card, plane) for card in cards for plane in (card.control, card.data)]
        red = next((plane.because for _, plane in planes if plane.state in ("degraded", "down")), "")
        unwell = next((_why(card, plane) for card, plane in planes if card.late is not None or plane.state != "healthy"), "")
        return Seen(begun, took, live=bool(cards) and not unwell, red=bool(red), said=red or unwell)


def _why(card: _Card, plane: _Plane) -> str:
    if card.late is not None and card.fault is not None:
        return f"{_plain(card.late.because)} {card.fault.message}"
    return _plain(card.late.because if card.late is not None else plane.because) or plane.state


def _plain(text: str) -> str:
    """As the page shows it now."""
    return time_tokens.render(text, time.time())


def _words(status: int, body: bytes) -> str:
    if not status:
        return f"no answer ({body.decode(errors='replace')})"
    with contextlib.suppress(ValueError):
        said = json.loads(body)
        if isinstance(said, dict):
            return f"{status}: {said.get('title') or said.get('detail') or said.get('error') or ''}"
    title = _TITLE.search(body.decode(errors="replace"))
    return f"{status}: {title[1].strip() if title else ''}"


class Watch(threading.Thread):
    """Looks at a Planewatch twice a second, and notes beside it when which line was said."""

    def __init__(self, here: Here) -> None:
        super().__init__(daemon=True)
        self.looks: list[Seen] = []
        self.lines: list[tuple[float, str]] = []
        self._here = here
        self._visitor = Visitor(here.address)
        self._sign_in()
        self._ending = threading.Event()
        self._beside = threading.Thread(target=self._repeat, args=(self._read,), daemon=True)

    def _sign_in(self) -> None:
        """Also while it is still recovering from what was broken before."""
        end = time.monotonic() + SIGN_IN
        while True:
            try:
                return self._visitor.sign_in(self._here.sign_in_link())
            except (OSError, AssertionError, http.client.HTTPException):
                if time.monotonic() > end:
                    raise
                threading.Event().wait(1.0)

    def run(self) -> None:
        """Until `end`."""
        self._beside.start()
        self._repeat(lambda: self.looks.append(self._visitor.look()))

    def end(self) -> None:
        self._ending.set()
        self.join(2 * LIMIT)
        self._beside.join(2 * LIMIT)

    def is_live(self, since: float) -> bool:
        """Whether the last three looks, all of them after `since`, show it live."""
        last = [one for one in self.looks[-3:] if one.at > since]
        return len(last) == 3 and all(one.live for one in last)

    def _read(self) -> None:
        known = len(self.lines)
        now = time.monotonic()
        self.lines += [(now, line) for line in self._here.said()[known:]]

    def _repeat(self, look: Callable[[], None]) -> None:
        while not self._ending.wait(EVERY):
            look()


def serious(log: str) -> list[str]:
    """The lines of a log that are warnings or worse."""
    return [line for line in log.splitlines() if _SERIOUS.search(line[:80])]
