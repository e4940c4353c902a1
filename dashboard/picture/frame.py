"""What stands around the picture and over it: whose it is, when it was taken, how fresh it was, and loudly when it was not."""

import re
from datetime import UTC, datetime

from dashboard.picture.scene import Scene
from dashboard.picture.sheet import Sheet, Tail
from dashboard.picture.text import cut, width, wrap
from dashboard.presenters.words import known, word
from planes.structs import time_tokens
from planes.structs.rows import PlaneRow

HEADER = 64.0
_GUTTER = 28.0
#: So many characters of a reason fit into a pill.
_PILL = 44


def stamp(moment: float) -> str:
    """ "22 Nov 2026 15:42:10 UTC"."""
    then = datetime.fromtimestamp(moment, UTC)
    return f"{then.day} {then:%b %Y %H:%M:%S} UTC"


def freshness(scene: Scene) -> str:
    """How fresh the picture was when it was taken."""
    if scene.late is None:
        age = time_tokens.duration(scene.now - scene.heard) if scene.heard is not None else ""
        return f"live when taken · {age} old" if age else "live when taken"
    if scene.late.since is None:
        return "not live"
    return f"not live · {time_tokens.duration(max(1.0, scene.now - scene.late.since))} old"


def header(sheet: Sheet, scene: Scene, across: float) -> None:
    colours = sheet.colours
    sheet.rect(0, 0, across, HEADER, fill=colours["bg"])
    sheet.rect(0, HEADER - 1, across, 1, fill=colours["edge"])
    sheet.path("M31 24 55 19 52 25 34 28Z", fill=colours["horizon"])
    sheet.path("M31 36 55 31 52 37 34 40Z", fill=colours["healthy"])
    sheet.text(66, 39, "Planewatch", size=20, weight=700, fill=colours["text"])

    taken, told = stamp(scene.now), freshness(scene)
    state = "healthy" if scene.late is None else "degraded"
    right = across - _GUTTER
    sheet.text(right, 30, taken, size=15, weight=600, fill=scene.plain["text"], anchor="end")
    sheet.text(right, 50, told, size=13, fill=scene.plain.word(state), weight=400 if scene.late is None else 600, anchor="end")
    left = right - width(told, 13, 400 if scene.late is None else 600) - 17
    shown = Sheet(scene.plain)
    shown.glyph(state, left, 39.5, 12)
    sheet.raw(shown.markup())

    x = 204.0
    room = right - max(width(taken, 15, 600), width(told, 13, 600) + 20) - 36 - x
    name = cut(scene.snapshot.name, 18, room * 0.46, 600)
    sheet.text(x, 39, name, size=18, weight=600, fill=colours["text"])
    used = width(name, 18, 600) + 14
    cluster = scene.snapshot.cluster
    parts = (cluster.version, cluster.distribution, f"{cluster.zones} zones" if cluster.zones > 1 else "")
    facts = " · ".join(part for part in parts if part)
    pills = [("control plane", cluster.control), ("data plane", cluster.data)]
    shortest = sum(_pill_width(label, row, brief=True) + 16 for label, row in pills if row)
    if used + width(facts, 14) + 24 + shortest <= room:
        sheet.text(x + used, 39, facts, size=14, fill=colours["muted"])
        used += width(facts, 14) + 24
    fits = used + sum(_pill_width(label, row, brief=False) + 16 for label, row in pills if row) <= room
    for label, row in pills:
        if row is None:
            continue
        needed = _pill_width(label, row, brief=not fits)
        if used + needed > room + 8:
            break
        _pill(sheet, label, row, x + used, brief=not fits)
        used += needed + 16


def _said(row: PlaneRow, *, brief: bool) -> str:
    state = known(row.state)
    because = row.because.rstrip(".")
    if len(because) > _PILL:
        because = because.partition("; ")[0]
    if brief or state in ("healthy", "unknown") or not because or len(because) > _PILL or "⟨" in because:
        last = f" · last {word(row.last)}" if state == "unknown" and row.last else ""
        return word(state) + last
    return because


def _pill_width(label: str, row: PlaneRow, *, brief: bool) -> float:
    return 44 + width(label, 14.5) + 8 + width(_said(row, brief=brief), 14.5, 600) + 16


def _pill(sheet: Sheet, label: str, row: PlaneRow, x: float, *, brief: bool) -> None:
    colours = sheet.colours
    sheet.rect(x, 15, _pill_width(label, row, brief=brief), 34, fill=colours["panel"], stroke=colours["edge"], r=17)
    sheet.glyph(row.state, x + 15, 23, 18)
    tail = Tail(_said(row, brief=brief), 14.5, colours["text"], 600, 7)
    sheet.text(x + 44, 37, label, size=14.5, fill=colours["text"], tail=tail)


def spelled(seconds: float) -> str:
    """ "2 min 14 s": where it is read from afar."""
    text = time_tokens.duration(seconds)
    return re.sub(r"^(\d)\.\d s$", r"\1 s", re.sub(r" m\b", " min", text))


def _sentence(text: str) -> str:
    return text if not text or text.endswith((".", "?", "…")) else f"{text}."


def notice(scene: Scene) -> tuple[str, list[str]] | None:
    """What is said over the picture: a title in large letters and its sentences; None when it needs no word."""
    fault = scene.snapshot.cluster.fault
    why = [time_tokens.render(_sentence(text), scene.now) for text in (fault.message, fault.remedy)] if fault else []
    if scene.is_empty:
        if why:
            return "This cluster cannot be seen", why
        missing = scene.snapshot.cluster.missing
        if missing and scene.late is None:
            return "Nothing may be seen here", [_sentence(missing[0].message), _sentence(missing[0].remedy)]
        return "Waiting for the first list", ["Nothing has been seen of this cluster yet."]
    if scene.late is None:
        return None
    lines = [
        time_tokens.render(scene.late.because, scene.now),
        *(why if scene.late.cause == "cluster" else []),
        "This is the last picture.",
    ]
    title = f"{spelled(scene.now - scene.late.since)} old" if scene.late.since is not None else "Not live"
    return title, lines


def overlay(sheet: Sheet, scene: Scene, across: float, top: float, bottom: float) -> None:
    """Laid over a picture that is old, or has nothing in it."""
    said = notice(scene)
    if said is None:
        return
    title, told = said
    room = min(860.0, across - 4 * _GUTTER)
    large = min(64.0 if scene.late is not None and not scene.is_empty else 38.0, room * 0.085)
    lines = [line for text in told for line in wrap(text, 21, room - 90, 3)]
    h = large * 1.15 + 30 * len(lines) + 72
    w = min(room, max(width(title, large, 600), *(width(line, 21) for line in lines)) + 110)
    x, y = (across - w) / 2, (top + bottom - h) / 2
    colours = scene.plain
    sheet.rect(x, y, w, h, fill=colours["raised"], stroke=colours["unknown"], line=2, r=18)
    base = y + 34 + large * 0.82
    sheet.text(across / 2, base, title, size=large, weight=700, fill=colours["text"], anchor="middle")
    for at, line in enumerate(lines):
        sheet.text(across / 2, base + 42 + at * 30, line, size=21, fill=colours["muted"], anchor="middle")
