"""The sky: a card for each kind of the control plane, the API server as the bar on the horizon, arrows for who calls whom."""

import re
from math import ceil

from dashboard import component_help
from dashboard.picture.scene import Scene, line_of
from dashboard.picture.sheet import Sheet, Tail
from dashboard.picture.spark import chart
from dashboard.picture.text import cut, width, wrap
from dashboard.presenters.words import counted, known, severity, word
from planes.structs.rows import ComponentRow, InstanceRow

APISERVER = "kube-apiserver"
#: Facts that stand in words beside the API server's name; those that are figures, in this order; any other fact follows.
_CHECKS = ("livez", "readyz", "etcd")
_ABOUT = ("version", "certificate", "serving cert")
_FIGURES = ("requests/s", "p99", "5xx", "in flight", "webhooks", "API services")
_FIGURE = re.compile(r"^(≥?\s?[\d.,]+(?: ok| down)?)\s*(.*)$")
#: Cards beyond so many instances show the rest as a number.
_CHIPS, _SERVERS = 6, 9

GUTTER = 28.0
_GAP, _CARD_LEAST, _CHIP_LEAST, _CHIP_H = 18.0, 250.0, 92.0, 30.0
_HEAD, _BAR_H, _TO_BAR, _TO_HORIZON = 64.0, 132.0, 42.0, 26.0


def draw(sheet: Sheet, scene: Scene, top: float, across: float) -> float:
    """Draw the control plane from `top` down over a width of `across`; returns where the horizon lies."""
    rows = scene.plane("control")
    cards = [row for row in rows if row.kind != APISERVER]
    server = next((row for row in rows if row.kind == APISERVER), None)
    room = across - 2 * GUTTER
    in_line = min(len(cards), max(1, int((room + _GAP) // (_CARD_LEAST + _GAP)))) or 1
    # Cards in several lines of nearly the same length: 3 and 2 rather than 4 and 1.
    lines = ceil(len(cards) / in_line)
    in_line = ceil(len(cards) / lines) if lines else 1
    w = (room - (in_line - 1) * _GAP) / in_line
    h = 132.0 + (_CHIP_H + 6) * max((_chip_lines(row, w) for row in cards), default=1)
    bar_top = top + _HEAD + lines * (h + _GAP) - (_GAP if lines else 0) + _TO_BAR
    about = _about_width(across)
    bar_height = _BAR_H if across >= 1000 else _BAR_H + 84
    horizon = bar_top + (bar_height if server else 0) + _TO_HORIZON

    sheet.rect(0, top, across, horizon - top, fill="url(#sky)")
    _head(sheet, scene, rows, top, across)
    for at, row in enumerate(cards):
        line, place = divmod(at, in_line)
        x, y = GUTTER + place * (w + _GAP), top + _HEAD + line * (h + _GAP)
        _card(sheet, scene, row, x, y, w, h)
        if lines == 1 and server is not None:
            down_arrow(sheet, row, server, x + w / 2, y + h, bar_top)
    if server is not None:
        _bar(sheet, scene, server, (GUTTER, bar_top, room, bar_height), about)
    sheet.rect(0, horizon - 6, across, 16, fill=sheet.colours["horizon"], opacity=0.12)
    sheet.rect(0, horizon, across, 3, fill=sheet.colours["horizon"], opacity=0.85)
    return horizon


def _about_width(across: float) -> float:
    return 252.0 if across >= 1000 else 220.0


def _head(sheet: Sheet, scene: Scene, rows: list[ComponentRow], top: float, across: float) -> None:
    colours = sheet.colours
    sheet.text(GUTTER, top + 40, "CONTROL PLANE", size=13, weight=700, fill=colours["sky-label"], spacing=2.2)
    instances = sum(len(row.instances) for row in rows)
    count = [counted(len(rows), "component")] if rows else []
    count += [counted(instances, "instance")] if instances else []
    told = " · ".join(count)
    sheet.text(across - GUTTER, top + 40, told, size=14, fill=colours["sky-text"], anchor="end")
    room = across - 2 * GUTTER - 170 - width(told, 14)
    sheet.text(GUTTER + 150, top + 40, cut("decides what should run, and keeps it so", 14, room), size=14, fill=colours["sky-text"])


def _chip_lines(row: ComponentRow, w: float) -> int:
    count = min(len(row.instances), _CHIPS)
    return max(1, ceil(count / _chips_across(count, w))) if count else 1


def _chips_across(count: int, w: float) -> int:
    fits = max(1, int((w - 36 + 6) // (_CHIP_LEAST + 6)))
    lines = ceil(count / fits)
    return ceil(count / lines) if lines else 1


def short_names(rows: tuple[InstanceRow, ...]) -> list[str]:
    """Names of instances without the domain that they share: "ip-10-0-1-7" of "ip-10-0-1-7.compute.internal"."""
    names = [row.host or row.name for row in rows]
    if not names:
        return []
    tails = [names[0][at:] for at, letter in enumerate(names[0]) if letter == "." and at]
    suffix = next((tail for tail in tails if all(name.endswith(tail) and name != tail for name in names)), "")
    return [name.removesuffix(suffix) if suffix else name for name in names]


def _border(sheet: Sheet, state: str, plain: str) -> tuple[str, float]:
    """A card's edge: in the state's colour where it is not well."""
    return (
        (sheet.colours.state(state), 2.0 if state == "down" else 1.4) if state in ("degraded", "down", "unknown") else (plain, 1.0)
    )


def _line_colour(sheet: Sheet, state: str) -> str:
    return sheet.colours.word(state) if state in ("degraded", "down") else sheet.colours["muted"]


def _card(sheet: Sheet, scene: Scene, row: ComponentRow, x: float, y: float, w: float, h: float) -> None:
    colours = sheet.colours
    state = known(row.state)
    line = line_of(scene, row)
    sheet.begin(f"{row.kind}, {word(state)}: {line}")
    if state == "not_observable":
        sheet.rect(x, y, w, h, stroke=colours.state(state), r=12, dash="5 5")
    else:
        stroke, thick = _border(sheet, state, colours["sky-card-edge"])
        sheet.rect(x, y, w, h, fill=colours["sky-card"], stroke=stroke, line=thick, r=12)
    about = component_help.of(row.kind)
    sheet.glyph(state, x + 18, y + 19, 20)
    sheet.text(x + 48, y + 35, cut(about.title, 17, w - 66, 600), size=17, weight=600, fill=colours["text"])
    sheet.text(x + 48, y + 57, cut(about.role, 13, w - 66), size=13, fill=colours["muted"])
    if row.instances:
        _chips(sheet, row, x + 18, y + 72, w - 36)
    told = wrap(line, 13, w - 36, 2)
    for at, text in enumerate(reversed(told)):
        sheet.text(x + 18, y + h - 17 - at * 18, text, size=13, fill=_line_colour(sheet, state))
    sheet.end()


def _chips(sheet: Sheet, row: ComponentRow, x: float, y: float, w: float) -> None:
    colours = sheet.colours
    places = min(len(row.instances), _CHIPS)
    # The last place is the number of those that are not shown.
    shown = places if len(row.instances) <= _CHIPS else _CHIPS - 1
    across = _chips_across(places, w + 36)
    chip = (w - 6 * (across - 1)) / across
    names = short_names(row.instances)
    for at in range(places):
        line, place = divmod(at, across)
        left, top = x + place * (chip + 6), y + line * (_CHIP_H + 6)
        sheet.rect(left, top, chip, _CHIP_H, fill=colours["sky-chip"], stroke=colours["sky-chip-edge"], r=7)
        if at >= shown:
            rest = f"+ {len(row.instances) - shown}"
            sheet.text(left + chip / 2, top + 20, rest, size=13, fill=colours["sky-chip-text"], anchor="middle")
            continue
        one = row.instances[at]
        sheet.glyph(one.state, left + 8, top + 9, 12)
        room = chip - 34 - (16 if one.leader else 0)
        name = cut(names[at], 13, room, front=True)
        sheet.text(left + 26, top + 20, name, size=13, fill=colours["sky-chip-text"])
        if one.leader:
            star(sheet, left + 26 + width(name, 13) + 9, top + 15)


def star(sheet: Sheet, x: float, y: float) -> None:
    """A leader's mark, 10 across, around (x, y)."""
    d = f"M{x:.1f} {y - 5.2:.1f}l1.5 3.4 3.7.4-2.8 2.5.8 3.6-3.2-1.9-3.2 1.9.8-3.6-2.8-2.5 3.7-.4Z"
    sheet.path(d, fill=sheet.colours["sky-chip-text"])


def _bar(sheet: Sheet, scene: Scene, row: ComponentRow, box: tuple[float, float, float, float], about: float) -> None:
    """The API server, along the horizon."""
    colours = sheet.colours
    x, y, w, h = box
    state = known(row.state)
    line = line_of(scene, row)
    sheet.begin(f"{APISERVER}, {word(state)}: {line}")
    stroke, thick = _border(sheet, state, colours["bar-edge"])
    sheet.rect(x, y, w, h, fill=colours["bar"], stroke=stroke, line=max(1.5, thick), r=14)
    sheet.glyph(state, x + 20, y + 20, 20)
    sheet.text(x + 52, y + 37, APISERVER, size=18, weight=600, fill=colours["text"])
    sheet.text(x + 52, y + 60, cut(component_help.of(APISERVER).role, 13, about - 32), size=13, fill=colours["muted"])
    checks = " · ".join(f"{key} {row.facts[key]}" for key in _CHECKS if key in row.facts)
    if state == "healthy" and checks:
        sheet.text(x + 24, y + 90, cut(checks, 13.5, about), size=13.5, fill=colours["bar-good"])
    else:
        for at, text in enumerate(wrap(line, 13, about, 2)):
            sheet.text(x + 24, y + 86 + at * 17, text, size=13, fill=_line_colour(sheet, state))
    version = " · ".join(row.facts[key] if key == "version" else f"{key} {row.facts[key]}" for key in _ABOUT if key in row.facts)
    sheet.text(x + 24, y + 113, cut(version, 13, about), size=13, fill=colours["muted"])
    left, right = x + 24 + about + 20, x + w - 24
    figures = _figures(row)
    if h > _BAR_H:  # narrow: the figures lie below
        _servers(sheet, scene, row, (left, y + 16, right - left, 100))
        _figures_row(sheet, scene, figures, x + 24, y + 140, w - 48, 1)
    else:
        need = max(230.0, sum(_figure_width(*one) + 26 for one in figures) - 26) if figures else 0.0
        lines = 1 if need <= (right - left) * 0.5 else 2
        need = need if lines == 1 else max(230.0, (right - left) * 0.36)
        servers = right - left - (need + 32 if figures else 0)
        if row.instances:
            servers = min(servers, 204.0 * len(row.instances), 640.0)
            _servers(sheet, scene, row, (left, y + 16, servers, h - 32))
        room = right - left - (servers + 32 if row.instances else 0)
        _figures_row(sheet, scene, figures, right - room, y + 16, room, lines)
    sheet.end()


def _servers(sheet: Sheet, scene: Scene, row: ComponentRow, box: tuple[float, float, float, float]) -> None:
    colours = sheet.colours
    x, y, w, h = box
    places = min(len(row.instances), _SERVERS)
    if not places:
        return
    shown = places if len(row.instances) <= _SERVERS else _SERVERS - 1
    fits = max(1, int((w + 12) // (118 + 12)))
    lines = min(3, ceil(places / fits))
    across = ceil(places / lines)
    chip, tall = (w - 12 * (across - 1)) / across, (h - 8 * (lines - 1)) / lines
    names = short_names(row.instances)
    for at in range(places):
        line, place = divmod(at, across)
        left, top = x + place * (chip + 12), y + line * (tall + 8)
        one = row.instances[min(at, len(row.instances) - 1)]
        state = known(one.state) if at < shown else "healthy"
        edge = colours.state(state) if state in ("degraded", "down", "unknown") else colours["bar-chip-edge"]
        sheet.rect(left, top, chip, tall, fill=colours["bar-chip"], stroke=edge, r=9)
        if at >= shown:
            rest = f"+ {len(row.instances) - shown}"
            sheet.text(left + chip / 2, top + tall / 2 + 5, rest, size=14, fill=colours["sky-chip-text"], anchor="middle")
            continue
        because = scene.said(one.because)
        told = wrap((one.version or because) if state == "healthy" else because, 13, chip - 26, 2) if tall >= 64 else []
        base = top + tall / 2 + 5 - len(told) * 9
        sheet.glyph(state, left + 12, base - 11.5, 13)
        name = cut(names[at], 14, chip - 42, 600, front=True)
        sheet.text(left + 32, base, name, size=14, weight=600, fill=colours["sky-chip-text"])
        for below, text in enumerate(told):
            sheet.text(left + 13, base + 21 + below * 17, text, size=13, fill=_line_colour(sheet, state))


def _figures(row: ComponentRow) -> list[tuple[str, str, str]]:
    """Label, what is large, what is small beside it."""
    known_facts = (*_CHECKS, *_ABOUT, *_FIGURES)
    keys = [key for key in _FIGURES if key in row.facts] + [key for key in row.facts if key not in known_facts]
    out = []
    for key in keys:
        value = row.facts[key]
        found = _FIGURE.match(value)
        large, small = (found[1], found[2]) if found else (value, "")
        out.append((key.removesuffix("/s"), large, "/s" if key.endswith("/s") else small))
    return out


def _figure_width(label: str, large: str, small: str) -> float:
    return max(width(label, 12.5), width(large, 23, 600) + (6 + width(small, 14) if small else 0))


def _figures_row(sheet: Sheet, scene: Scene, figures: list[tuple[str, str, str]], x: float, y: float, w: float, lines: int) -> None:
    colours = sheet.colours
    if not figures:
        return
    across = ceil(len(figures) / lines)
    scale = min(1.0, w / max(1.0, sum(_figure_width(*one) + 14 for one in figures[:across])))
    widths = [max(_figure_width(*one) * scale for one in figures[place::across]) for place in range(across)]
    between = min(64.0, max(0.0, w - sum(widths)) / max(1, across - 1))
    samples = scene.snapshot.series if lines == 1 else []
    base = y if samples else y + (100 - lines * 50) / 2
    for at, (label, large, small) in enumerate(figures):
        line, place = divmod(at, across)
        left, top = x + sum(widths[:place]) + place * between, base + line * 52
        sheet.text(left, top + 14, label, size=12.5 * scale, fill=colours["muted"])
        tail = Tail(small, 14 * scale, colours["muted"])
        sheet.text(left, top + 41, large, size=23 * scale, weight=600, fill=colours["text"], tail=tail)
        drawn = (
            chart(samples, label, scene.texts_at, (left, top + 56, widths[place] + max(0.0, between - 18), 36)) if samples else None
        )
        if drawn is not None:
            sheet.path(drawn.area, fill=colours["horizon"], opacity=0.16)
            sheet.path(drawn.line, stroke=colours["horizon"], line=1.4)


def quality(one: str, other: str) -> str:
    """An arrow is as well as the worse of its two ends: "well", "hidden" or "broken"."""
    if "not_observable" in (one, other):
        return "hidden"
    rank = max(severity(one), severity(other))
    if rank == severity("down"):
        return "broken"
    return "hidden" if rank == severity("unknown") else "well"


def down_arrow(sheet: Sheet, row: ComponentRow, server: ComponentRow, x: float, top: float, foot: float) -> None:
    """From a card to the bar; the API server calls etcd, the others call it."""
    back = row.kind == "etcd"
    _arrow(sheet, x, top, foot, 4.5 if back else 2.5, quality(known(row.state), known(server.state)), up=back, colour="arrow")


def up_arrow(sheet: Sheet, server: str, x: float, foot: float, top: float, weight: float) -> None:
    """From the ground to the bar: the nodes call the API server."""
    state = "well" if server in ("healthy", "degraded") else quality("healthy", server)
    _arrow(sheet, x, top, foot, weight, state, up=True, colour="arrow-up")


def _arrow(sheet: Sheet, x: float, top: float, foot: float, weight: float, state: str, *, up: bool, colour: str) -> None:
    stroke = sheet.colours["down" if state == "broken" else "arrow-quiet" if state == "hidden" else colour]
    tip, turn = (top + 1.5, 1) if up else (foot - 1.5, -1)
    w = 6 + weight / 2
    dash = {"broken": "6 5", "hidden": "4 5"}.get(state, "")
    sheet.path(f"M{x:.1f} {top + 1:.1f}V{foot - 1:.1f}", stroke=stroke, line=2.5 if dash else weight, dash=dash)
    sheet.path(f"M{x - w:.1f} {tip + turn * 9:.1f}L{x:.1f} {tip:.1f}L{x + w:.1f} {tip + turn * 9:.1f}", stroke=stroke, line=2.2)
