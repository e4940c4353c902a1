"""The cluster page in a real Chromium without the server of the product: the template rendered by Django, static files from the
tree, and the socket of the page answered from here, so that a test can say what comes over the wire and when."""

import re
import time
from itertools import pairwise
from pathlib import Path
from typing import Unpack
from urllib.parse import unquote, urlsplit

import msgspec
from django.template.loader import render_to_string
from msgspec.structs import replace
from playwright.sync_api import Page, WebSocketRoute

from dashboard import presenters
from dashboard.day import Day, Mark, Track
from dashboard.presenters.history import DAY, lines_of
from dashboard.templatetags.planewatch import in_full
from dashboard.then import iso
from planes.live.wire import Message, Pulse, Snapshot, encode
from planes.structs.history import Stretch
from planes.structs.moments import Epoch
from planes.structs.verdicts import State
from tests.browser.house import Answer, admit, dismiss, static_file
from tests.browser.lending import Asked, Lender

#: Where tests that failed leave what they saw.
SHOWN = Path("build/screenshots/tests")
#: The names of tests that have failed, from tests/browser/conftest.py.
failed: set[str] = set()
#: As strict as the product's own.
POLICY = "default-src 'none'; base-uri 'none'; connect-src 'self' ws:; " + "; ".join(
    f"{kind}-src 'self'" for kind in ("script", "style", "img", "font")
)

#: In a page that is told another picture: that it is drawn is true from when that one is, which has its epoch in #cluster.
_TURNING = """() => {
  const { json } = Response.prototype, cluster = document.querySelector('#cluster');
  Response.prototype.json = async function () {
    const told = await json.call(this);
    if (new URL(this.url).pathname.endsWith('/snapshot')) {
      cluster.classList.remove('is-drawn');
      cluster.dataset.epoch = told.epoch;
    }
    return told;
  };
}"""
#: The page has been laid out for its size, and so has what its script lays out when it hears of it.
_SETTLED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50))))"


class Stage:
    """One page and the wire that feeds it."""

    def __init__(self, page: Page, snapshot: Snapshot) -> None:
        self.page = page
        self.snapshot = snapshot
        self.sockets: list[WebSocketRoute] = []
        self.fetched = 0
        self.refused = False  # sockets and snapshots find nobody
        self.violations: list[str] = []
        self.labels: dict[str, list[str]] = {}  # nodes by label, as the server would answer
        self._turned = 0
        page.on("console", self._console)
        page.on("pageerror", self._error)
        self.origin, self._name = admit(self.answer)
        page.set_extra_http_headers({"X-Stage": self._name})
        page.route_web_socket(re.compile(r"/ws/"), self._socket)

    def leave(self) -> None:
        """The page is another's from now on. (Its newest route for sockets is the one that counts.)"""
        self.page.remove_listener("console", self._console)
        self.page.remove_listener("pageerror", self._error)
        dismiss(self._name)

    def open(self, query: str = "") -> None:
        """Go there and wait until the picture stands."""
        self._turned = 0
        self.page.goto(f"{self.origin}/c/{self.snapshot.slug}/{query}", wait_until="load")
        # Not waited for by a function of Playwright's: it would bring all that it has for looking at pages, a second time.
        self.page.evaluate("document.fonts.ready.then(() => undefined)")

    def drawn(self) -> None:
        """Wait for the first picture."""
        self.page.wait_for_selector("#cluster.is-drawn", timeout=10_000)

    def show(self, told: Snapshot) -> None:
        """Another picture on the page that stands there, as if a new collector had begun with it: an eighth of what a load of the
        page costs. What the server says beside the picture stays: the name of the cluster, the tables."""
        if not self._turned:
            self.page.evaluate(_TURNING)
        self._turned += 1
        self.pulse()  # if it was late, its words are drawn again
        self.page.wait_for_selector("body:not(.is-blind)", timeout=20_000)
        self.snapshot = replace(told, epoch=str(int(told.epoch) + self._turned))
        self.pulse()
        self.page.wait_for_selector(f"#cluster.is-drawn[data-epoch='{self.snapshot.epoch}']", timeout=20_000)
        self.pulse()

    def paint(self, painted: bool = True) -> None:
        """Whether the page is painted from now on, until it is opened again. All has its box and its words all the same, and a test
        that looks at no more than those saves the pixels of each size of the window."""
        self.page.evaluate("painted => { document.documentElement.style.visibility = painted ? '' : 'hidden'; }", painted)

    def resize(self, width: int, height: int) -> None:
        """Another size of the window; all is in its place there."""
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.evaluate(_SETTLED)

    def pulse(self, *, heard: float | None = None, at: float | None = None) -> None:
        """The collector lives."""
        now = time.time() if at is None else at
        self.send(Pulse(pulse=now, heard=now - 0.3 if heard is None else heard, epoch=self.snapshot.epoch, o=self.snapshot.o))

    def send(self, message: Message) -> None:
        """One message to the newest socket."""
        self.sockets[-1].send(encode(message))

    def cut(self) -> None:
        """The server goes away."""
        self.refused = True
        self.sockets[-1].close(code=1011)

    def _console(self, message: object) -> None:
        text = str(getattr(message, "text", message))
        if getattr(message, "type", "") == "error" and not self.refused:
            self.violations.append(text)

    def _error(self, error: object) -> None:
        self.violations.append(str(error))

    def _socket(self, socket: WebSocketRoute) -> None:
        if self.refused:
            socket.close(code=1011)
            return
        self.sockets.append(socket)

    def answer(self, address: str) -> Answer | None:
        """What the server says, from its own thread; None: it hangs up."""
        path = unquote(urlsplit(address).path)
        if path.startswith("/static/"):
            found = static_file(path)
            if found is None:
                self.violations.append(f"no such file: {path}")
                return Answer(b"", "text/plain", status=404)
            return found
        if self.refused:
            return None
        if path.endswith("/snapshot"):
            self.fetched += 1
            return Answer(msgspec.json.encode(self.snapshot), "application/json")
        if path.endswith("/search"):
            wanted = unquote(urlsplit(address).query.removeprefix("label="))
            return Answer(msgspec.json.encode({"names": self.labels.get(wanted, [])}), "application/json")
        if path.startswith("/api/"):
            return Answer(b"{}", "application/json")  # no line of evidence beyond what the picture has
        if path.endswith("/day/"):
            return Answer(render_to_string("parts/day.html", {"day": a_day()}).encode(), "text/html; charset=utf-8")
        if path.endswith("/incidents.part"):
            none = render_to_string(
                "parts/open_incidents.html", {"lines": (), "more": 0, "again": 600.0, "slug": self.snapshot.slug}
            )
            return Answer(none.encode(), "text/html; charset=utf-8")
        facts = {
            "snapshot": self.snapshot,
            "tables": presenters.tables(self.snapshot, None),
            "late": None,
            "now": time.time(),
            "served": time.time(),
            "wall": "/wall/" in path,
            "abouts": presenters.figure_abouts(),
        }
        body = render_to_string("cluster.html", facts).encode()
        return Answer(body, "text/html; charset=utf-8", policy=POLICY)


def a_day() -> Day:
    """The last 24 hours: a third of it before all that is remembered, then states and a time that nobody watched."""
    ended = time.time()
    began, states = ended - DAY, (None, State.HEALTHY, State.DOWN, None, State.HEALTHY, State.DEGRADED)
    edges = [Epoch(began + DAY * share) for share in (0.0, 0.34, 0.6, 0.62, 0.64, 0.9, 1.0)]
    stretches = tuple(Stretch(first, last, state) for (first, last), state in zip(pairwise(edges), states, strict=True))
    (line,) = lines_of(stretches, (("24 h", DAY),), ended)
    marks = (began + DAY * place / 8 for place in range(8))
    return Day(
        began=began,
        ended=ended,
        oldest=edges[1],
        tracks=(Track("control", "control plane", line), Track("data", "data plane", line)),
        marks=tuple(Mark(at, in_full(at), f"?at={iso(at)}&lens=24h" if at >= edges[1] else "") for at in marks),
    )


class Standing:
    """A page on which one test after another is shown a picture of its own (Stage.show): for those that look at it, and change no
    more than the size of its window and what comes over the wire. `options` as Lender.page() has them."""

    def __init__(self, lender: Lender, **options: Unpack[Asked]) -> None:
        self._lender = lender
        self._options = options
        self._stage: Stage | None = None

    def show(self, told: Snapshot, size: tuple[int, int]) -> Stage:
        """That picture, live, in a window of that size in CSS pixels."""
        stage = self._stage
        if stage is None:
            stage = self._stage = Stage(self._lender.page(size, **self._options), told)
            stage.open()
            stage.drawn()
            stage.pulse()
            return stage
        if stage.page.viewport_size != {"width": size[0], "height": size[1]}:
            stage.resize(*size)
        stage.paint()
        stage.show(told)
        return stage

    def looked_at(self, test: str) -> None:
        """The test has ended: if something was wrong, the next has a page of its own."""
        if self._stage and (test in failed or self._stage.violations):
            self.leave(test)

    def leave(self, test: str = "") -> None:
        """Give the page back."""
        stage, self._stage = self._stage, None
        if stage:
            end(test, [stage], self._lender)


def end(test: str, stages: list[Stage], lender: Lender) -> None:
    """Give back all pages, and of a test that failed keep what each page showed last, as build/screenshots/tests/<test>.jpg.
    Nothing may have been wrong on any of them: no error, no missing file, no broken policy."""
    try:
        if test in failed or any(stage.violations for stage in stages):
            SHOWN.mkdir(parents=True, exist_ok=True)
            name = re.sub(r"[^\w.-]+", "-", test.removeprefix("test_")).strip("-")
            for at, stage in enumerate(stages):
                if not stage.page.is_closed():
                    stage.page.screenshot(path=SHOWN / f"{name}{f'-{at + 1}' if at else ''}.jpg", quality=85)
    finally:
        well = test not in failed and not any(stage.violations for stage in stages)
        for stage in stages:
            stage.leave()
            lender.take_back(stage.page, well=well)
    for stage in stages:
        assert not stage.violations, stage.violations
