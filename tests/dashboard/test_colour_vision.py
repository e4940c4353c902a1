"""States are told apart by everybody: by their shapes always, and by their colours with each colour vision deficiency."""

import hashlib
import re
from itertools import combinations
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, Template

from dashboard.picture import THEMES, Theme
from planes.live.wire import STATES
from tests.colours import VISIONS, ciede2000, contrast, seen, tokens

#: CIEDE2000. About 1 is just seen side by side, 10 at a glance (with a shape beside it).
APART = 10.0


def named(state: str) -> str:
    """The token of a state's colour."""
    return state.replace("_", "-")


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [
        ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
        ((50.0, -1.0, 2.0), (50.0, 0.0, 0.0), 2.3669),
        ((50.0, 2.49, -0.001), (50.0, -2.49, 0.0011), 7.2195),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((2.0776, 0.0795, -1.135), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_the_distance_is_that_of_the_formulas_published_data(
    one: tuple[float, float, float], other: tuple[float, float, float], distance: float
) -> None:
    assert ciede2000(one, other) == pytest.approx(distance, abs=0.00006)


def test_the_simulation_confuses_what_is_confused_and_keeps_grey() -> None:
    # A red and a green of one lightness are near each other with deuteranopia and far apart without.
    red, green = "#c8665a", "#7d8a1c"
    assert ciede2000(seen(red, "deuteranopia"), seen(green, "deuteranopia")) < 12
    assert ciede2000(seen(red, "trichromacy"), seen(green, "trichromacy")) > 30
    for vision in VISIONS:
        assert ciede2000(seen("#808080", vision), seen("#808080", "trichromacy")) < 0.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize(("one", "other"), list(combinations(STATES, 2)))
def test_two_states_are_told_apart_by_colour(theme: Theme, vision: str, one: str, other: str) -> None:
    colours = tokens(theme)
    assert ciede2000(seen(colours[named(one)], vision), seen(colours[named(other)], vision)) >= APART


@pytest.mark.parametrize("theme", THEMES)
def test_what_a_healthy_tile_is_drawn_in_is_none_of_the_other_states(theme: Theme) -> None:
    colours = tokens(theme)
    for state in ("degraded", "down", "cordoned", "leaving", "joining"):
        for vision in VISIONS:
            assert ciede2000(seen(colours["agent"], vision), seen(colours[named(state)], vision)) >= APART


#: Which texts of the drawn picture stand on which grounds.
TEXTS = (
    (("text", "muted"), ("bg", "panel", "panel-2", "sky-card", "bar", "raised")),
    (("sky-label", "sky-text"), ("sky-1", "sky-2")),
    (("sky-chip-text",), ("sky-chip", "bar-chip")),
    (("muted", "degraded-text", "down-text", "unknown-text"), ("bar-chip", "sky-card", "bar")),
    (("bar-good",), ("bar",)),
    (("ground-label", "ground-text"), ("ground-1", "ground-2")),
    (("zone-label", "ground-text"), ("zone",)),
    (
        (
            *("text", "tile-text", "ground-text", "degraded-text", "down-text", "unknown-text", "cordoned-text"),
            *("leaving-text", "joining-text", "not-observable-text"),
        ),
        ("tile",),
    ),
    (("faint",), ("panel", "panel-2")),
    (("healthy-text", "degraded-text"), ("bg",)),
)


@pytest.mark.parametrize("theme", THEMES)
def test_texts_of_the_picture_keep_4_5_to_1(theme: Theme) -> None:
    colours = tokens(theme)
    for fronts, grounds in TEXTS:
        for front in fronts:
            for ground in grounds:
                assert contrast(colours[front], colours[ground]) >= 4.5, f"{front} on {ground}"


def test_every_state_has_a_shape_of_its_own_in_pages_and_in_the_tab() -> None:
    sprite = (Path(settings.BASE_DIR) / "templates" / "parts" / "sprite.html").read_text(encoding="utf-8")
    shapes = dict(re.findall(r'<symbol id="glyph-(\w+)"[^>]*>(.*?)</symbol>', sprite))
    assert sorted(shapes) == sorted(STATES)
    # Without colour, by their outlines alone.
    outlines = {
        state: tuple(re.findall(r' d="([^"]+)"', shape)) + tuple(re.findall("dasharray", shape)) for state, shape in shapes.items()
    }
    assert len(set(outlines.values())) == len(STATES)
    for state in STATES:
        said = Template("{% load planewatch %}{% glyph state %}").render(Context({"state": state}))
        assert f'href="#glyph-{state}"' in said
        assert "<title>" in said  # the word, for who does not see it
    icons = [Path(settings.BASE_DIR) / "static" / "icons" / f"{state}.svg" for state in ("healthy", "degraded", "down", "unknown")]
    paths = [re.sub(r"#[0-9a-fA-F]{3,8}", "", icon.read_text(encoding="utf-8")) for icon in icons]
    assert len({hashlib.sha256(path.encode()).digest() for path in paths}) == len(icons)
