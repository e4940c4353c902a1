"""The whole picture as one SVG document, from a snapshot: pure, and byte for byte the same for the same arguments."""

from xml.sax.saxutils import quoteattr

from dashboard.picture import frame, ground, rail, sky
from dashboard.picture.palette import Theme, palette
from dashboard.picture.scene import Grouping, Scene, nodes_of, state_of
from dashboard.picture.sheet import FONTS, Sheet, escape, number
from dashboard.presenters.words import counted, severity, word
from planes.live.wire import Snapshot
from planes.store.freshness import Freshness, Lateness

#: Sizes that may be asked for, pixels; the picture grows with them, it does not only get more room.
WIDTHS, HEIGHTS = (640, 3840), (480, 3840)
DEFAULT_SIZE = (1920, 1080)

_RAIL = 432.0
#: Narrower than this, or nearly as tall as wide, and the rail lies below the picture.
_BESIDE_FROM, _BESIDE_RATIO = 1280.0, 1.25
_BELOW = 0.24
#: The type is never smaller than the first of these (1: as on a screen of 1920 × 1080), unless the ground would have no room.
_SCALES = (0.6, 0.5, 0.4, 0.3, 0.2)
_GROUND_LEAST = 260.0


def draw(
    snapshot: Snapshot,
    *,
    fresh: Freshness,
    late: Lateness | None,
    now: float,
    size: tuple[int, int] = DEFAULT_SIZE,
    theme: Theme = "dark",
    group: Grouping = "zone",
) -> str:
    """The picture of `snapshot` as it may be shown at `now` (epoch seconds), `size` in pixels."""
    width, height = size
    scene = Scene(
        snapshot=snapshot,
        nodes=nodes_of(snapshot),
        now=now,
        late=late,
        heard=fresh.heard_at,
        group=group,
        colours=palette(theme, late=late is not None),
        plain=palette(theme),
    )
    scale = min(width / 1920, height / 1080) if width >= height else width / 1080
    for least in _SCALES:
        across, down = width / max(scale, least), height / max(scale, least)
        sheet = Sheet(scene.colours)
        if _compose(sheet, scene, across, down):
            break
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {number(across)} {number(down)}" '
        f'font-family={quoteattr(FONTS)} role="img">'
    )
    words = f"<title>{escape(snapshot.name)} · Planewatch</title><desc>{escape(described(scene))}</desc>"
    return f"{head}\n{words}\n{sheet.definitions()}\n{sheet.markup()}\n</svg>\n"


def _compose(sheet: Sheet, scene: Scene, across: float, down: float) -> bool:
    """Draw all parts; False, and not all of them, if the ground would have too little room."""
    beside = across >= _BESIDE_FROM and across / down >= _BESIDE_RATIO
    picture = across - _RAIL if beside else across
    bottom = down if beside else down * (1 - _BELOW)
    sheet.rect(0, 0, across, down, fill=scene.colours["bg"])
    frame.header(sheet, scene, across)
    horizon = sky.draw(sheet, scene, frame.HEADER, picture)
    if bottom - horizon < _GROUND_LEAST:
        return False
    ground.draw(sheet, scene, horizon, picture, bottom)
    if beside:
        rail.draw(sheet, scene, picture, frame.HEADER, _RAIL, down - frame.HEADER)
    else:
        rail.draw(sheet, scene, 0, bottom, across, down - bottom)
    frame.overlay(sheet, scene, picture, frame.HEADER, bottom)
    return True


def described(scene: Scene) -> str:
    """The picture in a few sentences, for who does not see it."""
    cluster = scene.snapshot.cluster
    said = [f"{scene.snapshot.name}, taken {frame.stamp(scene.now)}, {frame.freshness(scene)}."]
    for label, row in (("Control plane", cluster.control), ("Data plane", cluster.data)):
        if row is not None:
            said.append(f"{label}: {word(row.state)}{f', {scene.said(row.because).rstrip(chr(46))}' if row.because else ''}.")
    counts: dict[str, int] = {}
    for node in scene.nodes:
        counts[state_of(node.state)] = counts.get(state_of(node.state), 0) + 1
    if counts:
        told = ", ".join(f"{counts[state]:,} {word(state)}" for state in sorted(counts, key=severity, reverse=True))
        said.append(f"{counted(len(scene.nodes), 'node')}: {told}.")
    said += [f"{row.title}: {scene.said(row.because)}" for row in scene.snapshot.attention[:5]]
    return " ".join(said)
