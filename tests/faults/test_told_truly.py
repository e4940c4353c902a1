"""After a restart, and when something is late, nothing false is told: on pages, in the API, by `status` and in the history.

One Planewatch of its own, whose rules wait for a few seconds where they usually wait for half a minute.
"""

import json
import os
import re
import signal
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
import redis
from playwright.sync_api import Browser, Page, WebSocketRoute, expect

from planes.live.stream import EXPIRY, pulse_key, stream_key
from tests.e2e.fixtures import DEMO, is_healthy, signed_in
from tests.e2e.running import Up, until

pytestmark = [pytest.mark.faults, pytest.mark.timeout(180), pytest.mark.xdist_group("late")]

QUICK = {
    "PLANEWATCH_BOUND_POD_UNDECIDED": "6",
    "PLANEWATCH_BOUND_WEBHOOK_UNREADY": "6",
    "PLANEWATCH_BOUND_HOLD_RECOVERY": "1.5",
}
#: The last change of a component: to, and why.
LAST = "SELECT after, because FROM planes_transition WHERE subject = ? ORDER BY id DESC LIMIT 1"
COMPONENT_OF = """SELECT one.state, last, since, because FROM planes_component one
    JOIN planes_cluster ON planes_cluster.id = cluster_id WHERE slug = ? AND kind = ?"""
CLUSTER, COMPONENT, NODE = "/c/demo/", "/c/demo/kube-scheduler/", "/c/demo/nodes/node-01/"
PAGES = ("/", "/wall/", CLUSTER, COMPONENT, NODE)


@pytest.fixture(scope="module")
def late() -> Iterator[Up]:
    """A Planewatch of this module's own."""
    with Up(*DEMO, environ=QUICK) as running:
        until(lambda: is_healthy(running), "a healthy cluster", within=60)
        yield running


@pytest.fixture(scope="module")
def _shared(browsing: Browser, late: Up) -> Iterator[Page]:
    """A page of somebody who is signed in."""
    page = signed_in(browsing, late)
    yield page
    page.context.close()


@pytest.fixture
def page(_shared: Page) -> Iterator[Page]:
    """It, which afterwards shows nothing: what is open is kept live, though nobody looks at it."""
    yield _shared
    _shared.goto("about:blank")


LIVE = re.compile(r"^\s*live ·")


def asked(up: Up, question: str, *values: object, of: str = "planewatch") -> list[tuple[Any, ...]]:
    """Of the database, or of another file of SQLite's."""
    with closing(sqlite3.connect(up.data_dir / f"{of}.sqlite3", timeout=10)) as database:
        found = list(database.execute(question, values))
        database.commit()
        return found


def component(up: Up, kind: str) -> tuple[str, str, float, str]:
    """A component as it is stored: state, last known one, since when, why."""
    ((state, last, since, because),) = asked(up, COMPONENT_OF, "demo", kind)
    return state, last, since, because


def history(up: Up, kind: str) -> list[tuple[str, str]]:
    """What was announced of a component, the oldest first: from, to."""
    found = asked(up, "SELECT before, after FROM planes_transition WHERE subject = ? ORDER BY id", kind)
    return [(before, after) for before, after in found]


def broken(up: Up, *names: str) -> None:
    for name in names:
        up.manage("demo", "inject", name)


def mended(up: Up, *names: str) -> None:
    for name in names:
        up.manage("demo", "heal", name)


@contextmanager
def standing_still(process: int, up: Up) -> Iterator[None]:
    """Stopped, but not in the midst of writing; together with `up`, which would take it for hung and start another."""

    def stopped() -> bool:
        os.kill(process, signal.SIGSTOP)
        with closing(sqlite3.connect(up.data_dir / "planewatch.sqlite3", timeout=0.5)) as database:
            try:
                database.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                os.kill(process, signal.SIGCONT)
                return False
        return True

    os.kill(up.pid, signal.SIGSTOP)
    try:
        until(stopped, "a moment at which it does not write", within=20)
        yield
    finally:
        os.kill(process, signal.SIGCONT)
        os.kill(up.pid, signal.SIGCONT)


def api(up: Up, page: Page, path: str) -> Any:
    """What the API answers to who is signed in."""
    answer = page.request.get(f"{up.address}/api/v1/{path}")
    assert answer.ok, f"{path}: {answer.status}"
    return json.loads(answer.body())


def ages(html: str, since: float) -> list[str]:
    """What a page says that runs, but for how old the whole is: since that moment."""
    told = re.findall(r'data-t="a:([^"]*)">([^<]*)<', html[html.index("<main") :])
    return [f"{moment}: {text}" for moment, text in told if abs(float(moment) - since) > 0.1]


def test_faults_that_need_time_stay_told_after_the_watch_worker_was_killed_and_the_worst_is_told_first(late: Up) -> None:
    broken(late, "certificate-expiring", "scheduler-stuck", "webhook-down")
    kinds = ("kube-scheduler", "kube-apiserver")
    until(lambda: all(component(late, kind)[0] == "degraded" for kind in kinds), "both degraded", within=60)
    until(lambda: "webhook" in component(late, "kube-apiserver")[3], "the webhook", within=30)
    before = {kind: component(late, kind) for kind in kinds}
    told = {kind: history(late, kind) for kind in kinds}
    addons = {kind: history(late, kind) for kind in ("dns", "metrics-server")}
    killed_at = time.time()
    ((epoch,),) = asked(late, "SELECT epoch FROM planes_cluster")
    os.kill(late.part("watch@"), signal.SIGKILL)
    seen: set[tuple[str, str]] = set()

    def settled() -> bool:
        now = {kind: component(late, kind) for kind in kinds}
        seen.update((kind, one[0]) for kind, one in now.items())
        because = now["kube-apiserver"][3]
        again = bool(asked(late, "SELECT 1 FROM planes_cluster WHERE epoch > ? AND offset > 0", epoch))
        return again and {one[0] for one in now.values()} == {"degraded"} and "webhook" in because and "certificate" in because

    until(settled, "both told again", within=40)
    assert {state for _, state in seen} <= {"degraded", "unknown"}
    for kind in kinds:
        state, _, since, _ = component(late, kind)
        assert (state, since) == (before[kind][0], before[kind][2]), kind
        assert history(late, kind) == told[kind], kind
    because = component(late, "kube-apiserver")[3]
    assert because.index("webhook") < because.index("Also: ") < because.index("certificate")
    waited = float(re.findall(r"for a decision.* for ⟨a:([\d.]+)⟩", component(late, "kube-scheduler")[3])[0])
    assert waited < killed_at - 6, "by its creation"
    assert {kind: history(late, kind) for kind in addons} == addons, "what was not listed yet was never hidden"
    mended(late, "webhook-down")
    until(lambda: history(late, "kube-apiserver") != told["kube-apiserver"], "a change of the reason", within=60)
    ((after, because),) = asked(late, LAST, "kube-apiserver")
    assert (after, because) == ("degraded", "Its serving certificate expires in 5 d.")
    mended(late, "certificate-expiring", "scheduler-stuck")


def test_with_the_watch_worker_frozen_everything_says_so_and_no_page_is_in_colour_from_the_first_paint_on(
    late: Up, page: Page
) -> None:
    with standing_still(late.part("watch@"), late):
        until(lambda: api(late, page, "clusters")["clusters"][0]["late"], "lateness", within=15)
        (card,) = api(late, page, "clusters")["clusters"]
        (said,) = late.status().clusters
        assert card["late"]["cause"] == "collector"
        assert card["control"]["state"] == card["data"]["state"] == "unknown"
        assert api(late, page, "c/demo/snapshot")["late"] == card["late"]
        assert api(late, page, "c/demo/nodes/node-01")["late"] == card["late"]
        assert said.late.startswith("Its collector last reported ")
        assert {one.state for one in said.components} == {"unknown"}
        first = {path: page.request.get(f"{late.address}{path}").text() for path in PAGES}
        for path, html in first.items():
            assert re.search(r'<body class="[^"]*(not-live|is-blind)|plane-card [^"]*is-late', html), path
        threading.Event().wait(2.1)
        for path, html in first.items():
            again = page.request.get(f"{late.address}{path}").text()
            assert ages(again, card["late"]["since"]) == ages(html, card["late"]["since"]), path
        page.goto(f"{late.address}{COMPONENT}")
        expect(page.locator("#late")).to_contain_text("collector of this cluster has not reported since", timeout=10_000)


def test_a_frozen_web_server_is_not_told_as_the_collector(late: Up, page: Page) -> None:
    page.goto(f"{late.address}{COMPONENT}")
    expect(page.locator("#freshness")).to_have_text(LIVE, timeout=20_000)
    with standing_still(late.part("--descriptor"), late):
        expect(page.locator("#late")).to_contain_text("web server does not answer", timeout=20_000)
    expect(page.locator("#late")).to_be_hidden(timeout=20_000)


@pytest.mark.parametrize(("off", "words"), [(-20.0, r"(19|2.)\ss"), (3605.0, r"1\sh")])
def test_clocks_that_disagree_are_told_as_such_by_status_api_and_pages(late: Up, page: Page, off: float, words: str) -> None:
    """The collector's clock cannot be set apart here: while it stands still, others publish and store what it would."""
    disagree = re.compile(f"differ by {words}")
    ((cluster, epoch, offset),) = asked(late, "SELECT id, epoch, offset FROM planes_cluster")
    ended = threading.Event()

    def pulse() -> None:
        with redis.Redis(unix_socket_path=str(late.data_dir / "valkey.sock")) as valkey:
            while not ended.wait(1.0):
                then = time.time() + off
                asked(late, "UPDATE planes_cluster SET collected_at = ?", then)
                beat = json.dumps({"type": "pulse", "pulse": then, "heard": then, "epoch": str(epoch), "o": offset})
                valkey.set(pulse_key(cluster), beat, ex=EXPIRY)
                valkey.xadd(stream_key(cluster), {"p": beat})

    pulsing = threading.Thread(target=pulse, daemon=True)
    with standing_still(late.part("watch@"), late):
        pulsing.start()
        try:
            # The one before it may be remembered for a moment.
            until(
                lambda: disagree.search((api(late, page, "clusters")["clusters"][0]["late"] or {}).get("because", "")),
                "it",
                within=10,
            )
            (card,) = api(late, page, "clusters")["clusters"]
            (said,) = late.status().clusters
            assert card["late"]["cause"] == "clocks"
            assert disagree.search(said.late)
            assert said.age_s is None
            assert (said.planes["control"].state, card["control"]["state"]) == ("unknown", "unknown")
            page.goto(f"{late.address}{COMPONENT}")
            expect(page.locator("#late")).to_contain_text(disagree, timeout=10_000)
            page.goto(f"{late.address}{CLUSTER}")
            expect(page.locator("#overlay")).to_contain_text(disagree, timeout=10_000)
        finally:
            ended.set()
            pulsing.join(5)
        # Then it dies: whatever its clock said, it has not been heard since.
        expect(page.locator("#overlay")).to_contain_text("collector of this cluster has not reported", timeout=15_000)
        # The page judges by its own clock, the API by the next pulse that does not come: a moment later.
        until(lambda: api(late, page, "clusters")["clusters"][0]["late"]["cause"] == "collector", "silence in the API", within=15)
        (card,) = api(late, page, "clusters")["clusters"]
        assert card["late"]["since"] <= time.time()
        (said,) = late.status().clusters
        assert said.late.startswith("Its collector last reported ")
        assert {plane.state for plane in said.planes.values()} == {"unknown"}
        page.goto(f"{late.address}{COMPONENT}")
        expect(page.locator("#late")).to_contain_text("has not reported since", timeout=10_000)


FETCHED = re.compile(r"fragment=1|/snapshot$")


def test_live_is_what_is_shown_when_snapshot_fragment_socket_or_script_fails(late: Up, page: Page) -> None:
    """Each in a page of its own, all at once: they wait for the same seconds. A change happens that none of them gets."""
    cluster, component, wall, spoilt = (page.context.new_page() for _ in range(4))
    sockets: list[WebSocketRoute] = []

    def passed_on(socket: WebSocketRoute) -> None:
        sockets.append(socket)
        socket.connect_to_server()

    cluster.route_web_socket(re.compile(r"/ws/"), passed_on)
    spoilt.route(re.compile(r"/js/pages/live\.js$"), lambda route: route.fulfill(status=503))
    try:
        for one, path in ((cluster, CLUSTER), (component, NODE), (wall, "/wall/"), (spoilt, COMPONENT)):
            one.goto(f"{late.address}{path}")
        for one in (cluster, component):
            expect(one.locator("#freshness")).to_have_text(LIVE, timeout=20_000)
        for one in (cluster, component, wall):
            one.route(FETCHED, lambda route: route.fulfill(status=503))
        wall.route_web_socket(re.compile(r"/ws/"), lambda socket: socket.close())
        broken(late, "cordon")
        for socket in sockets:
            socket.close()  # it comes again, and then a snapshot is asked for
        expect(cluster.locator("#overlay")).to_contain_text("could not be fetched", timeout=20_000)
        expect(component.locator("#late")).to_contain_text("could not be fetched", timeout=20_000)
        for one in (cluster, component, wall):
            expect(one.locator("body")).to_have_class(re.compile("not-live|is-blind"), timeout=20_000)
        expect(spoilt.locator("#live")).to_have_css("filter", re.compile(r"saturate\(0\.1"))
        for one in (cluster, component, spoilt):
            expect(one.locator("#freshness")).to_contain_text("not live")
        for one in (cluster, component, wall):
            one.unroute(FETCHED)
        for one in (cluster, component):
            expect(one.locator("#freshness")).to_have_text(LIVE, timeout=40_000)
    finally:
        mended(late, "cordon")
        for one in (cluster, component, wall, spoilt):
            one.close()


def test_refused_credentials_are_told_as_such(late: Up, page: Page) -> None:
    kubeconfig = late.data_dir / "demo" / "kubeconfig"
    good = kubeconfig.read_text()
    page.goto(f"{late.address}/")
    try:
        kubeconfig.write_text(re.sub(r"token: \S+", "token: wrong", good))
        os.kill(late.part("watch@"), signal.SIGKILL)  # who is signed in is not asked again
        expect(page.locator("[data-status]")).to_contain_text("credentials refused", timeout=40_000)
        (said,) = late.status().clusters
        assert said.late.startswith("The API server has refused Planewatch's credentials since it last answered ")
        assert {plane.state for plane in said.planes.values()} == {"unknown"}
        page.goto(f"{late.address}{COMPONENT}")
        expect(page.locator("#late")).to_contain_text("has refused Planewatch's credentials since", timeout=10_000)
    finally:
        kubeconfig.write_text(good)
    expect(page.locator("#freshness")).to_have_text(LIVE, timeout=40_000)


#: What is seen through the API server, or by what kubelets write there.
BEHIND = ("dns", "metrics-server", "kubelet", "kube-proxy", "container-runtime", "kube-scheduler", "kube-controller-manager")


def test_what_is_held_for_its_relapses_says_since_when_it_answers(late: Up) -> None:
    until(lambda: component(late, "kube-apiserver")[0] == "healthy", "an API server that is well", within=40)
    told = ""
    for outage in ("etcd-down", "apiserver-down", "apiserver-down"):
        broken(late, outage)
        until(lambda: component(late, "kube-apiserver")[0] == "down", "an outage", within=20)
        if outage == "etcd-down":
            until(lambda: {component(late, kind)[0] for kind in BEHIND} == {"unknown"}, "nothing that is green", within=20)
            assert {component(late, kind)[1] for kind in BEHIND} == {"healthy"}, "as last known"
        mended(late, outage)
        until(lambda: over(component(late, "kube-apiserver")), "its end, or that it is held", within=40)
        state, _, _, told = component(late, "kube-apiserver")
        if state != "healthy":
            break
    assert re.search(
        r" So since ⟨c:[\d.]+⟩; still shown as (down|degraded) until ⟨c:[\d.]+⟩, because it got worse \d times in 15 min", told
    )
    assert not re.match("It has refused|New requests have failed", told)


def over(row: tuple[str, str, float, str]) -> bool:
    """Whether it is well, or would be if it were not held for its relapses."""
    held = re.search("; still shown as .*, because it got worse", row[3]) is not None
    # On its way back it is degraded for a moment, and held as down.
    return row[0] == "healthy" or (held and not re.match("It has refused|New requests have failed", row[3]))


def test_a_session_that_ends_elsewhere_ends_here_within_5_s(late: Up, page: Page) -> None:
    page.goto(f"{late.address}{CLUSTER}")
    expect(page.locator("#freshness")).to_have_text(LIVE, timeout=20_000)
    asked(late, "DELETE FROM django_session", of="planewatch-accounts")
    expect(page.locator("main")).to_contain_text(re.compile("signed out", re.IGNORECASE), timeout=5000 * late.pace())
