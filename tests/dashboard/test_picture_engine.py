"""The engine that draws: bounded in time and memory, as good as new after a fault, off the event loop; and who joins its script."""

import asyncio
import re
import threading
from pathlib import Path

import msgspec
import pytest
from django.conf import settings

from dashboard.picture import CannotDrawError, Painter, TooManyError
from dashboard.picture.engine import Engine
from dashboard.picture.modules import CannotJoinError, joined
from planes.store.freshness import Freshness

SCRIPTS = Path(settings.BASE_DIR) / "static" / "js"
#: Does what it is told, and what one does not want it to.
SCRIPT = """({ draw: (what) => {
  if (what === 'loop') for (;;);
  if (what === 'eat') { const kept = []; for (;;) kept.push('x'.repeat(1000) + kept.length); }
  if (what === 'deep') { const down = () => down() + 1; return String(down()); }
  if (what === 'throw') throw new Error('it does not want to');
  if (what === 'number') return 7;
  return `drawn: ${what}`;
} })"""


def engine(**bounds: float) -> Engine:
    return Engine(lambda: SCRIPT, memory=int(bounds.get("memory", 32 * 2**20)), time=bounds.get("time", 5.0))


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("loop", r"took longer than 0\.2 s\. Ask for a smaller picture\.$"),
        ("eat", r"took more than 32 MB\. Ask for a smaller picture\.$"),
        ("deep", r"could not be drawn \(.*stack.*\)\.$"),
        ("throw", r"could not be drawn \(Error: it does not want to\)\.$"),
        ("number", r"could not be drawn: the script returned no text\.$"),
    ],
)
def test_a_fault_is_a_sentence_and_the_next_picture_is_drawn(what: str, said: str) -> None:
    drawing = engine(time=0.2 if what == "loop" else 5.0)
    for _ in range(2):
        with pytest.raises(CannotDrawError, match=said):
            drawing.draw(what)
    assert drawing.draw("a node") == "drawn: a node"


def test_an_endless_loop_holds_no_other_thread_up() -> None:
    drawing = engine(time=1.0)
    ended = threading.Event()

    def run() -> None:
        with pytest.raises(CannotDrawError):
            drawing.draw("loop")
        ended.set()

    worker = threading.Thread(target=run)
    worker.start()
    turns = 0
    while not ended.wait(0.001):
        turns += 1
    worker.join(10)
    assert turns > 50  # with the lock held there would be one or two


def test_each_thread_has_an_engine_of_its_own() -> None:
    drawing = engine()
    found: list[str] = []
    workers = [threading.Thread(target=lambda at=at: found.append(drawing.draw(str(at)))) for at in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(10)
    assert sorted(found) == [f"drawn: {at}" for at in range(4)]


def test_what_is_no_snapshot_is_a_sentence() -> None:
    painter = Painter()
    for snapshot in (b"", b"{}", b"[1, 2", b'{"components": 7}'):
        with pytest.raises(CannotDrawError, match="could not be drawn"):
            painter.svg(snapshot, Freshness(None, None), 1.0)


class _Held(Engine):
    """One that draws when it is told to."""

    def __init__(self) -> None:
        super().__init__(lambda: SCRIPT)
        self.go = threading.Event()

    def draw(self, *texts: str) -> str:
        self.go.wait(10)
        return "<svg/>"


async def test_too_many_are_refused_and_those_who_wait_are_served() -> None:
    held = _Held()
    painter = Painter(held, drawing=1, waiting=1)
    waiting = [asyncio.create_task(painter.painted("svg", b"{}", Freshness(None, None), 1.0)) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(TooManyError, match="Try again in a few seconds"):
        await painter.painted("svg", b"{}", Freshness(None, None), 1.0)
    held.go.set()
    assert await asyncio.gather(*waiting) == [b"<svg/>", b"<svg/>"]
    assert await painter.painted("svg", b"{}", Freshness(None, None), 1.0) == b"<svg/>"


async def test_one_person_has_a_share_of_the_places_and_the_others_get_theirs() -> None:
    held = _Held()
    painter = Painter(held, drawing=1, waiting=9, share=2)

    def asked(user: int) -> asyncio.Task[bytes]:
        return asyncio.create_task(painter.painted("svg", b"{}", Freshness(None, None), 1.0, user=user))

    greedy = [asked(1) for _ in range(5)]
    await asyncio.sleep(0)
    refused = [task for task in greedy if task.done()]
    assert len(refused) == 3
    for task in refused:
        with pytest.raises(TooManyError, match="You have asked for 2 pictures"):
            await task
    other = asked(2)
    held.go.set()
    assert await other == b"<svg/>"
    assert [await task for task in greedy if task not in refused] == [b"<svg/>"] * 2
    assert await asked(1) == b"<svg/>"


async def test_a_file_that_lasts_waits_for_a_place_within_the_limit() -> None:
    held = _Held()
    painter = Painter(held, drawing=1, waiting=9, share=1)
    shown = asyncio.create_task(painter.painted("svg", b"{}", Freshness(None, None), 1.0, user=1))
    await asyncio.sleep(0)
    kept = asyncio.create_task(painter.patiently("svg", b"{}", Freshness(None, None), 1.0, user=1))
    await asyncio.sleep(0)
    assert not kept.done()
    held.go.set()
    assert [await shown, await kept] == [b"<svg/>"] * 2
    full = Painter(held, share=0, limit=0.05)
    with pytest.raises(CannotDrawError, match=r"not drawn within 0\.05 s"):
        await full.patiently("svg", b"{}", Freshness(None, None), 1.0, user=1)


async def test_nobody_waits_longer_than_the_limit_and_the_event_loop_goes_on() -> None:
    held = _Held()
    painter = Painter(held, drawing=1, waiting=1, limit=0.1)
    async with asyncio.timeout(20):
        with pytest.raises(CannotDrawError, match=r"not drawn within 0\.1 s"):
            await painter.painted("svg", b"{}", Freshness(None, None), 1.0)
        with pytest.raises(CannotDrawError, match=r"not drawn within 0\.1 s"):
            await asyncio.to_thread(painter.paint, "svg", b"{}", Freshness(None, None), 1.0)
    held.go.set()


def test_who_goes_away_gives_its_place_to_another() -> None:
    held = _Held()
    painter = Painter(held, drawing=1, waiting=1)

    async def leave() -> None:
        tasks = [asyncio.create_task(painter.painted("svg", b"{}", Freshness(None, None), 1.0)) for _ in range(2)]
        await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run(leave())
    held.go.set()
    assert painter.paint("svg", b"{}", Freshness(None, None), 1.0) == b"<svg/>"


# --- the script --------------------------------------------------------------------------------------------------------------


def write(folder: Path, **modules: str) -> Path:
    for name, text in modules.items():
        (folder / f"{name}.js").write_text(text, encoding="utf-8")
    return folder / "main.js"


def test_modules_are_joined_each_once_after_those_that_it_imports(tmp_path: Path) -> None:
    main = write(
        tmp_path,
        main='import { twice as double } from "./a.js";\nimport { ONE } from "./b.js";\nexport function draw(s) {\n  return [s, double(ONE)].join("");\n}\n',  # noqa: E501
        a='import { ONE } from "./b.js";\nexport const twice = (n) => n * 2 + ONE - 1;\n',
        b="export const ONE = 1;\nconst hidden = 2;\nexport class Kept {}\n",
    )
    assert joined(main).count("const ONE = 1;") == 1
    assert Engine(lambda: joined(main)).draw("got ") == "got 2"


@pytest.mark.parametrize(
    "line",
    [
        'import {\n  a,\n} from "./a.js";',
        'import a from "./a.js";',
        'import * as a from "./a.js";',
        'import "./a.js";',
        'import { a } from "lit-html";',
        "export default 1;",
        "export { a };",
        'export { a } from "./a.js";',
        "export const [a, b] = [1, 2];",
    ],
)
def test_what_the_loader_does_not_understand_is_said_with_its_line(tmp_path: Path, line: str) -> None:
    with pytest.raises(CannotJoinError, match=r"main\.js, line 2: an (im|ex)port"):
        joined(write(tmp_path, main=f"const b = 1;\n{line}\n", a="export const a = 1;\n"))


def test_modules_that_import_each_other_are_refused(tmp_path: Path) -> None:
    main = write(
        tmp_path,
        main='import { a } from "./a.js";\nexport const b = a;\n',
        a='import { b } from "./main.js";\nexport const a = b;\n',
    )
    with pytest.raises(CannotJoinError, match="imports itself"):
        joined(main)


def test_the_pure_modules_keep_to_what_the_loader_reads_and_touch_no_page() -> None:
    for entry in (SCRIPTS / "file" / "file.js", SCRIPTS / "board" / "board.js"):
        code = re.sub(r"/\*.*?\*/|//[^\n]*", "", joined(entry), flags=re.DOTALL)
        for name in ("document", "window", "location", "fetch", "setTimeout", "Date.now", "performance", "Path2D"):
            assert re.findall(rf"(?<![\w.]){re.escape(name)}\b[^\n]*", code) == []
        # The engine has no Intl: ages.js, whose clock times pages alone ask for, looks whether there is one.
        assert len(re.findall(r"\bIntl\.", code)) == 1
        assert re.findall(r"\.toLocale\w+\(", code) == []
    # Every module of these folders can be read, whether or not a file needs it.
    for module in sorted(one for folder in ("scene", "file", "board") for one in (SCRIPTS / folder).glob("*.js")):
        joined(module)


def test_the_script_needs_little_memory() -> None:
    from tests.browser.pictures import PICTURES

    painter = Painter(Engine(memory=48 * 2**20))
    snapshot = msgspec.json.encode(PICTURES["5000"](1_795_448_530.0))
    for _ in range(3):
        assert painter.svg(snapshot, Freshness(1_795_448_530.0, 1_795_448_530.0), 1_795_448_530.3).startswith("<svg")
