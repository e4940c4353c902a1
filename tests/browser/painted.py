"""What a picture says, read back from the page and from the file, in one form: so that a test can hold one to the other."""

import re
import xml.etree.ElementTree as ElementTree
from typing import Any

import msgspec
from playwright.sync_api import Page

SVG = "{http://www.w3.org/2000/svg}"
XLINK = "{http://www.w3.org/1999/xlink}"

#: In the page: the same keys as Told has.
_PAGE = """() => {
  const text = e => e ? e.textContent.replace(/\\s+/g, ' ').trim() : '';
  const state = e => (e.getAttribute('class').match(/\\bstate-(\\w+)/) || [])[1];
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const shape = e => state(e.querySelector('.glyph'));
  const chip = e => [text(e.querySelector('.name')), shape(e), !!e.querySelector('.leader')];
  const plain = node => node.nodeType !== Node.COMMENT_NODE && text(node) && !(node.classList || []).length;
  const own = e => text([...e.childNodes].find(plain));
  const card = e => ({
    state: state(e), title: text(e.querySelector('h3 a, h3 > span')), role: text(e.querySelector('.role')),
    chips: all('.chip:not(.more), .server:not(.more)', e).map(chip),
    rest: all('.more', e).map(more => [state(more), Number(text(more).match(/\\d+/)[0])]),
    lines: all('.line', e).map(text).filter(Boolean), says: text(e),
  });
  return {
    cards: Object.fromEntries(all('.unit[data-kind], .api[data-kind]').map(e => [e.dataset.kind, card(e)])),
    figures: all('.figure').map(e => own(e.querySelector('dt')) + ': ' + text(e.querySelector('dd'))),
    charts: all('.spark').filter(e => !e.closest('.own')).map(e => e.getAttribute('aria-label')).sort(),
    arrows: all('.arrow').map(e => e.dataset.words).sort(),
    links: all('.addon, .agent-link').map(e => [e.pathname.split('/').at(-2), shape(e)]),
    pills: all('.pill').map(e => [state(e), [...e.querySelectorAll('b, .why')].map(text).join(' · ')]),
    counts: [text(document.querySelector('#control-count')), text(document.querySelector('#data-count span'))],
    groups: all('.zone-head').map(e => [text(e.querySelector('h3')), text(e.querySelector('p'))]),
    attention: text(document.querySelector('#attention-title')),
    entries: all('.entry').map(e => [state(e), own(e.querySelector('h3'))]),
    changes: all('.change').map(e => [shape(e), text(e.querySelector('p'))]),
    nodes: all('.seat:not([hidden]) .node').map(
      e => [text(e.querySelector('h4 a')), state(e), ...all('.agents li', e).map(state)]).sort(),
  };
}"""

#: In the page, before anything else: what each canvas holds since it was cleared, as a number of boxes for each colour, and how
#: many shapes were put on it.
COUNTING = """() => {
  const kept = new WeakMap();
  const start = context => kept.set(context.canvas, { open: 0, fills: {}, shapes: 0 });
  const of = context => kept.get(context.canvas) || start(context).get(context.canvas);
  const drawing = CanvasRenderingContext2D.prototype;
  const wrap = (name, before) => {
    const real = drawing[name];
    drawing[name] = function (...all) {
      before(this, all);
      return real.apply(this, all);
    };
  };
  wrap('clearRect', (context, [, , width]) => width >= context.canvas.clientWidth && start(context));
  wrap('beginPath', context => { of(context).open = 0; });
  for (const box of ['rect', 'roundRect']) wrap(box, context => { of(context).open += 1; });
  wrap('fill', context => {
    const { fills, open } = of(context);
    const colour = typeof context.fillStyle === 'string' ? context.fillStyle : 'hatch';
    fills[colour] = (fills[colour] || 0) + open;
  });
  wrap('drawImage', context => { of(context).shapes += 1; });
  window.painted = () => [...document.querySelectorAll('#field > canvas')].map(canvas => kept.get(canvas));
}"""


class Card(msgspec.Struct):
    """A component. `chips`: name, state, whether it leads; `rest`: the worst state and the number of those that are not shown;
    `says`: every word."""

    state: str
    title: str
    role: str
    chips: list[tuple[str, str, bool]]
    rest: list[tuple[str, int]]
    lines: list[str]
    says: str


class Told(msgspec.Struct):
    """A picture in words."""

    cards: dict[str, Card]
    figures: list[str]
    charts: list[str]
    arrows: list[str]
    links: list[tuple[str, str]]
    pills: list[tuple[str, str]]
    counts: list[str]
    groups: list[tuple[str, str]]
    attention: str
    entries: list[tuple[str, str]]
    changes: list[tuple[str, str]]
    nodes: list[list[str]]


def of_page(page: Page) -> Told:
    """What the page says."""
    return msgspec.convert(page.evaluate(_PAGE), Told)


def of_file(svg: str) -> Told:
    """What a file says."""
    root = ElementTree.fromstring(svg)  # noqa: S314  # our own document
    texts = [spoken(text) for text in root.iter(f"{SVG}text")]
    return Told(
        cards={group.get("data-kind", ""): _card(group) for part in ("card", "bar") for group in parts(root, part)},
        figures=[_title(group) for group in parts(root, "figure")],
        charts=sorted(_title(group) for group in parts(root, "chart")),
        arrows=sorted(_title(group) for group in parts(root, "arrow")),
        links=[(group.get("data-kind", ""), group.get("data-state", "")) for group in reversed(parts(root, "link"))],
        pills=[(group.get("data-state", ""), _pill(group)) for group in parts(root, "pill")],
        counts=[next((text for text in texts if re.match(rf"[\d,]+ {noun}s? ·", text)), "") for noun in ("component", "node")],
        groups=[(group.get("data-title", ""), spoken(group.findall(f"{SVG}text")[-1])) for group in parts(root, "group")],
        attention=next((text for text in texts if text.startswith("NEEDS ATTENTION")), ""),
        entries=[(group.get("data-state", ""), _title(group).rpartition(", ")[0]) for group in parts(root, "entry")],
        changes=[(group.get("data-state", ""), _title(group)) for group in parts(root, "change")],
        nodes=sorted(_node(group) for group in parts(root, "node")),
    )


def parts(root: ElementTree.Element, part: str) -> list[ElementTree.Element]:
    """The groups of one kind, in the order in which they are painted."""
    return [group for group in root.iter(f"{SVG}g") if group.get("data-part") == part]


def spoken(element: ElementTree.Element) -> str:
    """Its words, as one reads them."""
    words = "".join(f" {part.strip()}" if at else part for at, part in enumerate(element.itertext()))
    return re.sub(r"\s+", " ", words).strip()


def _pill(group: ElementTree.Element) -> str:
    """Its state's word and why; in the narrow form the why stands in lines of its own."""
    first, *below = group.findall(f"{SVG}text")
    return " · ".join(filter(None, (spoken(first.findall(f"{SVG}tspan")[0]), " ".join(map(spoken, below)))))


def _title(group: ElementTree.Element) -> str:
    return group.findtext(f"{SVG}title") or ""


def _card(group: ElementTree.Element) -> Card:
    # Texts of its chips, figures and charts are theirs.
    own = [spoken(text) for text in group.findall(f"{SVG}text")]
    title, _, said = _title(group).partition(": ")
    return Card(
        state=group.get("data-state", ""),
        title=title.rpartition(", ")[0],
        role=own[2] if own and re.match(r"[\d,.]+ requests/s", own[0]) else own[1],
        chips=[
            (one.get("data-name", ""), one.get("data-state", ""), one.get("data-leader") is not None)
            for one in (*parts(group, "chip"), *parts(group, "server"))
        ],
        rest=[(one.get("data-state", ""), int(one.get("data-count", ""))) for one in parts(group, "rest")],
        lines=[said],
        says=" ".join(spoken(text) for text in group.iter(f"{SVG}text")),
    )


def _node(group: ElementTree.Element) -> list[str]:
    """Name and state, then those of its agents as their shapes say them."""
    shapes = [use.get(f"{XLINK}href", "")[1:] for use in group.iter(f"{SVG}use")]
    return [_title(group).partition(", ")[0], group.get("data-state", ""), *shapes[1:]]


def painted(page: Page) -> list[dict[str, Any]]:
    """What the canvases of the field hold: the nodes, and the shapes over them."""
    found: list[dict[str, Any]] = page.evaluate("window.painted()")
    return found
