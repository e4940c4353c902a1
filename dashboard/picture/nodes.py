"""A node, as a card that can be read, a tile with its three agents, or a cell in a field; and the shapes over what is not healthy.
The same as static/js/diagram/paint.js draws on its canvas."""

from collections import defaultdict

from dashboard.picture.scene import AGENT_SHORT, AGENT_TITLES, Node, Scene, state_of
from dashboard.picture.sheet import Sheet, number
from dashboard.picture.text import cut, width, wrap
from dashboard.presenters.words import severity, word

_WELL = ("healthy", "not_observable")


def sentence(scene: Scene, node: Node) -> str:
    """ "node-63, down: container runtime is down", for who rests the pointer on it or does not see it."""
    state = state_of(node.state)
    told = scene.said(node.because)
    return f"{node.name}, {word(state)}{f': {told}' if told else ''}"


def card(sheet: Sheet, scene: Scene, node: Node, box: tuple[float, float, float, float]) -> None:
    """A card; how much of it is said follows from its size."""
    colours = sheet.colours
    x, y, w, h = box
    state = state_of(node.state)
    well = state in _WELL
    sheet.begin(sentence(scene, node))
    edge = colours["tile-edge"] if state == "healthy" else colours.state(state)
    dash = "4 4" if state == "not_observable" else ""
    sheet.rect(x, y, w, h, fill=colours["tile"], stroke=edge, line=1 if well else 2, r=12, dash=dash)
    if node.cp == 1:
        strip = min(0.44 * w, 128)
        sheet.rect(x + (w - strip) / 2, y, strip, 3, fill=colours["horizon"], r=1.5)
    because = scene.said(node.because) if not well else ""
    usages = _usages(node)
    # From all there is to say to the name and three shapes: the first that can be set large enough to be read.
    forms: tuple[tuple[str, bool, list[tuple[str, float, str]]], ...] = (
        ("rows", True, usages),
        ("rows", True, []),
        ("line", True, usages[:1]),
        ("line", False, []),
    )
    for shape, telling, levels in forms:
        need = 54 + (106 if shape == "rows" else 24) + (44 if telling and because else 0)
        need += 27 * len(levels) + (10 if levels else 0)
        scale = min(1.2, h / need, w / (330 if shape == "rows" else 190))
        if scale >= 0.78 or (shape, telling) == ("line", False):
            break
    pad = 20 * scale
    _title(sheet, node, state, x + pad, y, w - 2 * pad, scale)
    base = y + 54 * scale
    if shape == "rows":
        free = h - need * scale
        step = 34 * scale + min(14.0, free / 6)
        for at, title in enumerate(AGENT_TITLES):
            _agent_row(sheet, node, at, title, (x + pad, base + (at + 0.62) * step, w - 2 * pad), scale)
        base += 3 * step + 4 * scale
    else:
        _agent_line(sheet, node, x + pad, base, w - 2 * pad, scale)
        base += 24 * scale
    if because and telling:
        for at, text in enumerate(wrap(because, 13 * scale, w - 2 * pad, 2)):
            sheet.text(x + pad, base + (14 + at * 17) * scale, text, size=13 * scale, fill=colours.word(state))
    for at, (label, share, value) in enumerate(levels):
        line = y + h - pad * 0.8 - (len(levels) - 1 - at) * 27 * scale
        _usage(sheet, label, share, value, (x + pad, line, w - 2 * pad), scale)
    sheet.end()


def _title(sheet: Sheet, node: Node, state: str, x: float, y: float, w: float, scale: float) -> None:
    colours = sheet.colours
    sheet.glyph(state, x, y + 17 * scale, 21 * scale)
    role = "control plane" if node.cp == 1 else node.type
    size = 18 * scale
    room = w - 32 * scale
    name = cut(node.name, size, room, 600)
    left = room - width(name, size, 600) - 14 * scale
    sheet.text(x + 32 * scale, y + 34 * scale, name, size=size, weight=600, fill=colours["text"])
    if width(role, 13 * scale) <= left:
        sheet.text(x + w, y + 34 * scale, role, size=13 * scale, fill=colours["ground-text"], anchor="end")


def _agent_row(sheet: Sheet, node: Node, at: int, title: str, line: tuple[float, float, float], scale: float) -> None:
    colours = sheet.colours
    x, base, w = line
    state = node.states[at]
    column = max(30 * scale + 0.36 * w, 168 * scale)
    sheet.glyph(state, x + 2 * scale, base - 12 * scale, 14 * scale)
    sheet.text(x + 30 * scale, base, title, size=15 * scale, weight=500, fill=colours["tile-text"])
    said = colours["ground-text"] if state == "healthy" else colours.word(state)
    sheet.text(x + column, base, word(state), size=14 * scale, fill=said)
    version = (node.version, "", node.runtime_version.replace("://", " "))[at]
    room = w - column - width(word(state), 14 * scale) - 12
    shown = cut(version, 13 * scale, room)
    sheet.text(x + w, base, shown, size=13 * scale, fill=colours["ground-text"], anchor="end")


def _agent_line(sheet: Sheet, node: Node, x: float, base: float, w: float, scale: float) -> None:
    for size, gap in ((12.5 * scale, 14 * scale), (10.5 * scale, 6 * scale)):
        needed = sum(19 * scale + width(short, size) for short in AGENT_SHORT) + 2 * gap
        if needed <= w:
            break
    # Names that do not fit are left out altogether: the shapes say the states, in the order that every node has.
    named = needed <= w
    for at, short in enumerate(AGENT_SHORT):
        state = node.states[at]
        sheet.glyph(state, x, base - 2 * scale, 14 * scale)
        if named:
            colour = sheet.colours["ground-text"] if state == "healthy" else sheet.colours.word(state)
            sheet.text(x + 19 * scale, base + 9.5 * scale, short, size=size, fill=colour)
        x += 19 * scale + (width(short, size) if named else 0) + gap


def _usages(node: Node) -> list[tuple[str, float, str]]:
    levels: list[tuple[str, float, str]] = []
    if node.level is not None:
        levels.append(("pods", node.level, f"{node.pods} / {node.pods_max}"))
    for label, share in (("cpu", node.cpu), ("memory", node.mem)):
        if share is not None:
            levels.append((label, min(1.0, share), f"{round(100 * share)} %"))
    return levels


def _usage(sheet: Sheet, label: str, share: float, value: str, line: tuple[float, float, float], scale: float) -> None:
    colours = sheet.colours
    x, base, w = line
    sheet.text(x, base, label, size=13 * scale, fill=colours["ground-text"])
    left, room = x + 68 * scale, w - (68 + 82) * scale
    sheet.rect(left, base - 9 * scale, room, 9 * scale, fill=colours["tile-trough"], r=4.5 * scale)
    if share > 0:
        sheet.rect(left, base - 9 * scale, max(9 * scale, room * share), 9 * scale, fill=colours["tile-bar"], r=4.5 * scale)
    sheet.text(x + w, base, value, size=13 * scale, weight=500, fill=colours["tile-text"], anchor="end")


def tile(sheet: Sheet, scene: Scene, node: Node, box: tuple[float, float, float, float]) -> None:
    """A tile: a level for its pods, a segment for each of its agents, a shape over it when it is not healthy."""
    colours = sheet.colours
    x, y, w, h = box
    s = w / 50
    state = state_of(node.state)
    well = state in _WELL
    sheet.begin(sentence(scene, node))
    edge = colours["tile-edge"] if well else colours.state(state)
    dash = f"{number(3 * s)} {number(3 * s)}" if state == "not_observable" else ""
    sheet.rect(x, y, w, h, fill=colours["tile"], stroke=edge, line=1 if well else max(1.5, 2.4 * s), r=7 * s, dash=dash)
    if node.cp == 1:
        sheet.rect(x + 0.28 * w, y - 0.5 * s, 0.44 * w, max(2, 3 * s), fill=colours["horizon"], r=1.5 * s)
    strip = 7 * s
    foot, roof = y + h - 6 * s - strip, y + 7 * s
    if node.level is not None:
        tall = max(2 * s, (foot - 6 * s - roof) * node.level)
        fill = "url(#hatch)" if node.is_last_known else colours["tile-level-down" if state == "down" else "tile-level"]
        sheet.rect(x + 5 * s, foot - 6 * s - tall, w - 10 * s, tall, fill=fill, r=3 * s)
    segment = (w - 14 * s) / 3
    for at, agent in enumerate(node.states):
        left = x + 5 * s + at * (segment + 2 * s)
        rise = 3 * s if agent in ("down", "degraded") else 0
        if agent == "not_observable":
            sheet.rect(left, foot, segment, strip, stroke=colours.state(agent), r=2 * s)
        else:
            fill = colours["agent"] if agent == "healthy" else "url(#hatch-fine)" if agent == "unknown" else colours.state(agent)
            sheet.rect(left, foot - rise, segment, strip + rise, fill=fill, r=2 * s)
    if not well:
        top = y + (h - 13 * s) / 2 + 1.5 * s
        if state in ("unknown", "cordoned"):  # rings are open: what lies under them would show through
            sheet.circle(x + w / 2, top, 12.5 * s, colours["tile"])
        sheet.glyph(state, x + w / 2 - 11 * s, top - 11 * s, 22 * s)
    sheet.end()


def cells(sheet: Sheet, scene: Scene, placed: list[tuple[Node, float, float]], w: float, h: float) -> None:
    """A field of cells: the well ones as a few paths, by how full they are; what is not healthy larger, on top, with its shape."""
    colours = sheet.colours
    paths: dict[tuple[str, int], list[str]] = defaultdict(list)
    masters: list[str] = []
    size = f"h{number(w)}v{number(h)}h-{number(w)}Z"
    for node, x, y in placed:
        state = state_of(node.state)
        step = round(5 * (0.4 if node.level is None else node.level)) if state == "healthy" else 0
        paths[state, step].append(f"M{number(x)} {number(y)}{size}")
        if node.cp == 1:
            masters.append(f"M{number(x)} {number(y)}h{number(w)}v{number(max(1.5, 0.2 * h))}h-{number(w)}Z")
    for (state, step), drawn in sorted(paths.items()):
        d = "".join(drawn)
        if state == "healthy":
            sheet.path(d, fill=colours["healthy"], opacity=0.3 + 0.1 * step)
        elif state == "not_observable":
            sheet.path(d, stroke=colours.state(state), line=1, dash="2 2")
        else:
            sheet.path(d, fill="url(#hatch-fine)" if state == "unknown" else colours.state(state))
    if masters:
        sheet.path("".join(masters), fill=colours["horizon"])
    marks = [(node, x, y) for node, x, y in placed if state_of(node.state) not in (*_WELL, "unknown")]
    marks.sort(key=lambda mark: severity(state_of(mark[0].state)))
    # Many marks are smaller, so that they do not hide each other; many unknown nodes are a hatched area and need none.
    mark_size = max(min(w, 22), 17.0 if len(marks) <= 60 else 13.0 if len(marks) <= 200 else 9.0)
    unknown = [(node, x, y) for node, x, y in placed if state_of(node.state) == "unknown"]
    for node, x, y in [*(unknown if len(unknown) <= 60 else ()), *marks]:
        state = state_of(node.state)
        each = mark_size if state != "cordoned" or w >= 12 else mark_size * 0.8
        sheet.begin(sentence(scene, node))
        sheet.circle(x + w / 2, y + h / 2, each * 0.66, colours["zone"], 0.88)
        sheet.glyph(state, x + w / 2 - each / 2, y + h / 2 - each / 2, each)
        sheet.end()
