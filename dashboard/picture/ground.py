"""The ground: zones, and in them every node, as large as all of them fit."""

from dashboard import component_help
from dashboard.picture import nodes as drawing
from dashboard.picture.plan import ZONE_HEAD, Plan, Zone, groups, plan
from dashboard.picture.scene import UNSAID, Node, Scene
from dashboard.picture.sheet import Sheet
from dashboard.picture.sky import APISERVER, GUTTER, up_arrow
from dashboard.picture.text import cut, width, wrap
from dashboard.presenters.words import counted, known

_HEAD, _FOOT = 59.0, 24.0
#: Beyond so many zones side by side, arrows are a fence.
_ARROWS = 12


def draw(sheet: Sheet, scene: Scene, top: float, across: float, bottom: float) -> Plan:
    """Draw the data plane below the horizon at `top`; returns where everything lies."""
    sheet.rect(0, top + 3, across, bottom - top - 3, fill="url(#ground)")
    _head(sheet, scene, top, across)
    listed = groups([node.key(scene.group) for node in scene.nodes], [node.name for node in scene.nodes])
    field = plan(listed, GUTTER, top + _HEAD, across - 2 * GUTTER, bottom - top - _HEAD - _FOOT)
    for zone in field.zones:
        _zone(sheet, scene, field, zone, len(listed))
    server = scene.component(APISERVER)
    first = [zone for zone in field.zones if zone.y == top + _HEAD]
    if server is not None and len(first) <= _ARROWS:
        most = max((len(zone.rows) for zone in first), default=1)
        for zone in first:
            weight = 2.5 + 2.5 * len(zone.rows) / most
            up_arrow(sheet, known(server.state), zone.x + zone.w / 2, top + 22, top - 26, weight)
    if not scene.nodes and not scene.is_empty:
        _nothing(sheet, scene, top, across, bottom)
    return field


def _head(sheet: Sheet, scene: Scene, top: float, across: float) -> None:
    colours = sheet.colours
    base = top + 42
    sheet.text(GUTTER, base, "DATA PLANE", size=13, weight=700, fill=colours["ground-label"], spacing=2.2)
    x = across - GUTTER
    for row in reversed([*scene.plane("addon"), *scene.agents()]):
        title = "DNS" if row.kind == "dns" else component_help.of(row.kind).title
        x -= width(title, 13)
        if x < GUTTER + 320:
            break
        sheet.text(x, base, title, size=13, fill=colours["ground-text"])
        sheet.glyph(known(row.state), x - 18, base - 10.5, 12)
        x -= 34
    told = ""
    if scene.nodes:
        told = f"{counted(len(scene.nodes), 'node')} · {counted(scene.snapshot.cluster.pods, 'pod')}"
    room = x - GUTTER - 128
    if told and room > width(told, 14):
        sheet.text(x, base, told, size=14, fill=colours["ground-text"], anchor="end")
        room -= width(told, 14) + 20
    motto = "runs the workload; goes on while the control plane is away"
    if room > 200:
        sheet.text(GUTTER + 120, base, cut(motto, 14, room), size=14, fill=colours["ground-text"])


def _zone(sheet: Sheet, scene: Scene, field: Plan, zone: Zone, count: int) -> None:
    colours = sheet.colours
    sheet.rect(zone.x, zone.y, zone.w, zone.h, fill=colours["zone"], stroke=colours["zone-edge"], r=12)
    title = zone.key or ("all nodes" if count == 1 else UNSAID[scene.group])
    members = [scene.nodes[row] for row in zone.rows]
    size = 14.5
    summary = _summary(members, zone.w - 40 - min(width(title, size, 600), 0.5 * zone.w))
    room = zone.w - 40 - width(summary, 13)
    sheet.text(zone.x + 16, zone.y + 25, cut(title, size, room, 600), size=size, weight=600, fill=colours["zone-label"])
    sheet.text(zone.x + zone.w - 16, zone.y + 25, summary, size=13, fill=colours["ground-text"], anchor="end")
    placed = [(node, *field.box(zone, at)) for at, node in enumerate(members)]
    if field.level == "cell":
        drawing.cells(sheet, scene, placed, field.w, field.h)
        return
    draw_one = drawing.card if field.level == "card" else drawing.tile
    for node, x, y in placed:
        draw_one(sheet, scene, node, (x, y, field.w, field.h))


def _summary(members: list[Node], room: float) -> str:
    """ "40 nodes · cpu 61 % · mem 70 %": the means of those that are measured, as much of it as fits."""
    parts = [counted(len(members), "node")]
    for label, values in (("cpu", [node.cpu for node in members]), ("mem", [node.mem for node in members])):
        known_values = [value for value in values if value is not None]
        if known_values:
            parts.append(f"{label} {round(100 * sum(known_values) / len(known_values))} %")
    for kept in range(len(parts), 0, -1):
        told = " · ".join(parts[:kept])
        if width(told, 13) <= room:
            return told
    return f"{len(members):,}"


def _nothing(sheet: Sheet, scene: Scene, top: float, across: float, bottom: float) -> None:
    """The cluster is there and no node is."""
    missing = next((row for row in scene.snapshot.cluster.missing if "nodes" in row.message.lower().split()), None)
    title = "Nodes may not be seen" if missing else "No nodes yet"
    text = (
        f"{missing.message.rstrip('.')}. {missing.remedy.rstrip('.')}."
        if missing
        else "A node appears as soon as its kubelet has registered it."
    )
    middle = (top + bottom + ZONE_HEAD) / 2
    sheet.text(across / 2, middle - 10, title, size=26, weight=600, fill=sheet.colours["text"], anchor="middle")
    for at, line in enumerate(wrap(text, 16, min(820, across - 4 * GUTTER), 3)):
        sheet.text(across / 2, middle + 24 + at * 24, line, size=16, fill=sheet.colours["ground-text"], anchor="middle")
