"""The rail: what needs attention, what cannot be seen, and the changes before this moment. What does not fit is counted."""

from datetime import UTC, datetime

from dashboard.picture.scene import Scene
from dashboard.picture.sheet import Sheet
from dashboard.picture.text import cut, width, wrap
from dashboard.presenters.changes import change_lines
from dashboard.presenters.words import known
from planes.structs.rows import AttentionRow
from planes.structs.time_tokens import duration

_PAD, _BECAUSE_LINES = 24.0, 3
_CHANGES = 40


def draw(sheet: Sheet, scene: Scene, x: float, y: float, w: float, h: float) -> None:
    """Beside the picture where it is wide, below it where it is tall."""
    colours = sheet.colours
    sheet.rect(x, y, w, h, fill=colours["panel-2"])
    beside = x > 0
    if beside:
        sheet.rect(x, y, 1, h, fill=colours["edge"])
    else:
        sheet.rect(x, y, w, 1, fill=colours["edge"])
    if beside:
        left, room = x + _PAD, w - 2 * _PAD
        foot = y + h - 20
        share = 0.68 if scene.snapshot.changes else 1.0
        end = _attention(sheet, scene, left, y + 22, room, y + 22 + (foot - y - 22) * share)
        end = _missing(sheet, scene, left, end, room, foot)
        _changes(sheet, scene, left, end, room, foot)
    else:
        room = (w - 3 * _PAD) / 2
        foot = y + h - 16
        _attention(sheet, scene, x + _PAD, y + 18, room, foot)
        end = _missing(sheet, scene, x + 2 * _PAD + room, y + 18, room, foot)
        _changes(sheet, scene, x + 2 * _PAD + room, end, room, foot)


def _label(sheet: Sheet, x: float, y: float, text: str) -> None:
    sheet.text(x, y + 11, text.upper(), size=12, weight=600, fill=sheet.colours["muted"], spacing=1.4)


def _attention(sheet: Sheet, scene: Scene, x: float, y: float, w: float, foot: float) -> float:
    rows = scene.snapshot.attention
    colours = sheet.colours
    _label(sheet, x, y, f"Needs attention · {len(rows)}" if rows else "Needs attention")
    y += 26
    if not rows:
        cluster = scene.snapshot.cluster
        well = all(plane is not None and plane.state == "healthy" for plane in (cluster.control, cluster.data))
        told = "Nothing does. Both planes are as they should be." if well else "Nothing is listed."
        if well:
            sheet.glyph("healthy", x, y + 2, 20)
        sheet.text(x + (30 if well else 0), y + 17, cut(told, 14, w - 30), size=14, fill=colours["muted"])
        return y + 46
    for at, row in enumerate(rows):
        needed = _entry_height(scene, row, w)
        if y + needed > foot - (26 if at < len(rows) - 1 else 0):
            sheet.text(x + 14, y + 16, f"and {len(rows) - at:,} more", size=13.5, fill=colours["muted"])
            return y + 44
        _entry(sheet, scene, row, x, y, w, needed)
        y += needed + 10
    return y + 18


def _because(scene: Scene, row: AttentionRow, w: float) -> list[str]:
    return wrap(scene.said(row.because), 13.5, w - 66, _BECAUSE_LINES)


def _names(row: AttentionRow) -> str:
    if row.count < 2 or not row.names:
        return ""
    return ", ".join(row.names) + (" …" if row.count > len(row.names) else "")


def _title(scene: Scene, row: AttentionRow, w: float) -> list[str]:
    return wrap(row.title, 15.5, w - 82 - width(duration(scene.texts_at - row.since), 13), 2, 600)


def _entry_height(scene: Scene, row: AttentionRow, w: float) -> float:
    return 26 + 21 * len(_title(scene, row, w)) + 19 * (len(_because(scene, row, w)) + bool(_names(row)))


def _entry(sheet: Sheet, scene: Scene, row: AttentionRow, x: float, y: float, w: float, h: float) -> None:
    colours = sheet.colours
    state = known(row.state)
    sheet.rect(x, y, w, h, fill=colours["panel"], stroke=colours.state(state) if state == "down" else colours["edge"], r=10)
    sheet.glyph(state, x + 14, y + 13, 21)
    base = y + 29
    sheet.text(x + w - 14, base, duration(scene.texts_at - row.since), size=13, fill=colours["muted"], anchor="end")
    for line in _title(scene, row, w):
        sheet.text(x + 50, base, line, size=15.5, weight=600, fill=colours["text"])
        base += 21
    for line in _because(scene, row, w):
        sheet.text(x + 50, base, line, size=13.5, fill=colours["muted"])
        base += 19
    sheet.text(x + 50, base, cut(_names(row), 13.5, w - 66), size=13.5, fill=colours["faint"])


def _missing(sheet: Sheet, scene: Scene, x: float, y: float, w: float, foot: float) -> float:
    rows = scene.snapshot.cluster.missing
    if not rows or y + 70 > foot:
        return y
    _label(sheet, x, y, f"Cannot be seen · {len(rows)}")
    y += 32
    for at, row in enumerate(rows):
        lines = wrap(row.message, 13.5, w, 2)
        if y + 19 * len(lines) > foot - 22:
            sheet.text(x, y + 4, f"and {len(rows) - at} more", size=13.5, fill=sheet.colours["muted"])
            return y + 30
        for line in lines:
            sheet.text(x, y + 4, line, size=13.5, fill=sheet.colours["muted"])
            y += 19
        y += 7
    return y + 18


def _changes(sheet: Sheet, scene: Scene, x: float, y: float, w: float, foot: float) -> None:
    colours = sheet.colours
    if y + 60 > foot:
        return
    _label(sheet, x, y, "Changes")
    y += 30
    if not scene.snapshot.changes:
        sheet.text(x, y + 8, "None has been seen yet.", size=13.5, fill=colours["muted"])
        return
    for line in change_lines(scene.snapshot.changes, _CHANGES):
        went = f"{line.before} → {line.after}" if line.before and line.before != line.after else scene.said(line.because)
        told = wrap(f"{line.title} {went}", 13.5, w - 94, 2)
        if y + 19 * len(told) > foot:
            return
        sheet.text(x, y + 10, _clock(line.at, scene.now), size=13, fill=colours["faint"])
        sheet.glyph(line.state, x + 68, y, 13)
        for at, text in enumerate(told):
            sheet.text(x + 94, y + 10.5 + at * 18, text, size=13.5, fill=colours["text"] if at == 0 else colours["muted"])
        y += 12 + 19 * len(told)


def _clock(at: float, now: float) -> str:
    """The time of day, or the day for what is older."""
    then = datetime.fromtimestamp(at, UTC)
    return f"{then:%H:%M:%S}" if now - at < 86_400 else f"{then.day} {then:%b}"
