"""What is said of a display, and what may be typed: without a database."""

import pytest

from dashboard import display_forms, display_pages, seen
from dashboard.display_forms import Filled, Row
from dashboard.display_shapes import (
    CLOCK_OFF,
    DARK,
    FRAME_OLD,
    How,
    Over,
    Page,
    Seen,
    Shows,
    Term,
    Theme,
    Wall,
    browser,
    hour,
    is_within,
    networks,
    pixels,
    plain,
    slug_of,
    standing,
    zone,
)
from dashboard.displays import Known, WrongError

NOW = 1_780_000_000.0
GOOD = Term(1, None, None)


def saw(ago: float = 1.0, frame: float | None = 2.0, **other: object) -> Seen:
    fields: dict[str, object] = {
        "at": NOW - ago,
        "address": "10.4.1.31",
        "browser": "Chromium 142",
        "version": "v2",
        "width": 1920,
        "height": 1080,
        "frame_at": None if frame is None else NOW - ago - frame,
        "wall": "full",
        "why_basic": "",
        "clock_off": 0.0,
    }
    return Seen(**{**fields, **other})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("term", "seen_of_it", "how", "why"),
    [
        (GOOD, None, How.WAITING, "No screen has shown it yet."),
        (GOOD, saw(0), How.DRAWING, ""),
        (GOOD, saw(DARK - 0.1), How.DRAWING, ""),
        (GOOD, saw(DARK), How.DARK, "Nothing has been heard of it since."),
        (GOOD, saw(90_000, frame=None), How.DARK, "Nothing has been heard of it since."),
        (GOOD, saw(frame=FRAME_OLD - 0.1), How.DRAWING, ""),
        (GOOD, saw(frame=FRAME_OLD), How.DEGRADED, "It is connected, but draws nothing new."),
        (GOOD, saw(frame=None), How.DEGRADED, "It has drawn nothing yet."),
        (GOOD, saw(version="v1"), How.DEGRADED, "It runs pages of another version; it reloads itself."),
        (GOOD, saw(version=""), How.DRAWING, ""),
        (GOOD, saw(clock_off=CLOCK_OFF - 0.1), How.DRAWING, ""),
        (GOOD, saw(clock_off=7_380.0), How.DEGRADED, "Its clock is 2 h 3 min fast."),
        (GOOD, saw(clock_off=-CLOCK_OFF), How.DEGRADED, "Its clock is 30 s slow."),
        (GOOD, saw(clock_off=None), How.DRAWING, ""),
        (GOOD, saw(also_at=NOW - 5), How.DEGRADED, "Two screens show it; only the last one heard of is told here."),
        (GOOD, saw(also_at=NOW - DARK), How.DRAWING, ""),
        (Term(1, NOW, None), saw(), How.ENDED, "Expired."),
        (Term(1, NOW + 1, None), saw(), How.DRAWING, ""),
        (Term(1, None, NOW - 5), saw(), How.ENDED, "Revoked."),
        # That it is over comes before that it is dark: nothing is missing.
        (Term(1, None, NOW - 5), saw(DARK), How.ENDED, "Revoked."),
    ],
)
def test_how_a_display_stands(term: Term, seen_of_it: Seen | None, how: How, why: str) -> None:
    found = standing(term, seen_of_it, "v2", NOW)
    assert (found.how, " ".join(found.why)) == (how, why)


def test_a_dark_display_is_dark_since_it_was_last_heard_of() -> None:
    assert standing(GOOD, saw(300), "v2", NOW).since == NOW - 300


@pytest.mark.parametrize(
    ("term", "address", "generation", "expected"),
    [
        (Term(3, None, None), "10.0.0.1", 3, None),
        (Term(3, None, None), "10.0.0.1", 2, Over.REPLACED),
        (Term(3, None, NOW), "10.0.0.1", 2, Over.REVOKED),
        (Term(3, NOW, None), "10.0.0.1", 3, Over.EXPIRED),
        (Term(3, NOW + 0.1, None), "10.0.0.1", 3, None),
        (Term(3, None, None, ("10.0.0.0/8",)), "10.0.0.1", 3, None),
        (Term(3, None, None, ("10.0.0.0/8",)), "11.0.0.1", 3, Over.ELSEWHERE),
        (Term(3, None, None, ("10.0.0.0/8",)), "11.0.0.1", 2, Over.REPLACED),
    ],
)
def test_why_a_display_opens_nothing(term: Term, address: str, generation: int, expected: Over | None) -> None:
    assert term.over(NOW, address, generation) == expected


@pytest.mark.parametrize(
    ("address", "allowed", "expected"),
    [
        ("192.0.2.1", (), True),
        ("", (), True),
        ("", ("0.0.0.0/0",), False),
        ("no address", ("0.0.0.0/0",), False),
        ("192.0.2.1", ("192.0.2.1/32",), True),
        ("192.0.2.2", ("192.0.2.1/32",), False),
        ("::ffff:192.0.2.1", ("192.0.2.0/24",), True),
        ("2001:db8::1", ("192.0.2.0/24", "2001:db8::/32"), True),
        ("fe80::1%eth0", ("fe80::/10",), True),
        ("192.0.2.1", ("2001:db8::/32",), False),
    ],
)
def test_where_a_display_may_be_shown(address: str, allowed: tuple[str, ...], expected: bool) -> None:
    assert is_within(address, allowed) is expected


def test_networks_are_read_in_any_usual_form_and_each_once() -> None:
    assert networks(" 10.4.1.31, 10.4.0.0/16\n10.4.7.7/16;2001:DB8::/32 ") == ("10.4.1.31/32", "10.4.0.0/16", "2001:db8::/32")
    assert networks("") == ()


@pytest.mark.parametrize("text", ["10.4.1", "10.4.1.31/33", "wall.example", "10.4.1.31/255.255.0", "1.2.3.4 x"])
def test_what_is_no_network_is_said(text: str) -> None:
    with pytest.raises(ValueError, match="is no address and no network"):
        networks(text)


def test_too_many_networks_are_refused() -> None:
    with pytest.raises(ValueError, match="At most 50"):
        networks(" ".join(f"10.0.0.{number}" for number in range(51)))


@pytest.mark.parametrize(
    ("name", "taken", "slug"),
    [
        ("Lobby", (), "lobby"),
        ("Lobby", ("lobby",), "lobby-2"),
        ("Lobby", ("lobby", "lobby-2"), "lobby-3"),
        ("Empfang, Köln", (), "empfang-koln"),
        ("大厅", (), "display"),
        ("大厅", ("display",), "display-2"),
        ("In", (), "in-2"),  # /wall/in/ is another address
        ("x" * 100, (), "x" * 50),
    ],
)
def test_a_display_gets_a_short_name_of_its_own(name: str, taken: tuple[str, ...], slug: str) -> None:
    assert slug_of(name, taken) == slug


def test_a_text_is_one_line_of_what_can_be_read() -> None:
    assert plain("  Lobby\n\tBerlin\u202e\x00 ", 50, "A name") == "Lobby Berlin"
    with pytest.raises(ValueError, match="at most 5 characters; this one has 6"):
        plain("Lobby2", 5, "A name")


@pytest.mark.parametrize(("text", "read"), [("", ""), ("03:30", "03:30"), (" 3", None), ("24:00", None), ("night", None)])
def test_the_time_of_a_nightly_reload(text: str, read: str | None) -> None:
    if read is None:
        with pytest.raises(ValueError, match="03:30"):
            hour(text)
    else:
        assert hour(text) == read


@pytest.mark.parametrize(
    ("text", "good"), [("", True), ("Europe/Berlin", True), ("UTC", True), ("Mars/Base", False), ("../etc", False)]
)
def test_a_time_zone_is_one_that_exists(text: str, good: bool) -> None:
    if good:
        assert zone(text) == text
    else:
        with pytest.raises(ValueError, match="Europe/Berlin"):
            zone(text)


@pytest.mark.parametrize(
    ("text", "read"),
    [("1920", 1920), ("99", 0), ("100", 100), ("40000", 40_000), ("40001", 0), ("-5", 0), ("9" * 9, 0), ("NaN", 0), ("", 0)],
)
def test_an_absurd_size_of_a_screen_counts_as_not_said(text: str, read: int) -> None:
    assert pixels(text) == read


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36", "Chromium 142"),
        ("Mozilla/5.0 (X11; Linux) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/141.0 Safari/537.36", "Chromium 141"),
        (
            "Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/79.0.3945.79 Safari/537.36",
            "Chromium 79",
        ),
        ("Mozilla/5.0 (LINUX; Tizen 4.0) AppleWebKit/538.1 (KHTML, like Gecko) Version/4.0 TV Safari/538.1", "Safari 4"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox 140"),
        ("Mozilla/5.0 (X11) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36 Edg/142.0", "Edge 142"),
        ("curl/8.5", ""),
        ("", ""),
        ("Chrome/" + "9" * 600, "Chromium 9999"),
    ],
)
def test_a_browser_is_told_by_its_engine(agent: str, name: str) -> None:
    assert browser(agent) == name


def test_what_a_screen_says_is_told_in_ages_for_its_clock_may_be_wrong() -> None:
    given = {
        "w": "3840",
        "h": "2160",
        "frame": "0.4",
        "clock": str(NOW + 7200),
        "wall": "basic",
        "why": "no  WebSocket",
        "v": "a1b2",
    }
    found = seen.of(given, "10.4.1.31", "Chrome/56.0", NOW)
    assert found == Seen(NOW, "10.4.1.31", "Chromium 56", "a1b2", 3840, 2160, NOW - 0.4, "basic", "no WebSocket", 7200.0)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"w": "1e9", "h": "-1", "frame": "-5", "clock": "soon", "wall": "half", "why": "x", "v": "<script>"},
        {"w": "9" * 5000, "frame": "1e308", "clock": "9" * 400, "v": "v" * 500, "wall": "full", "why": "no reason"},
        {"frame": "inf", "clock": "nan", "wall": "basic", "why": "y" * 5000},
    ],
)
def test_what_cannot_be_believed_counts_as_not_said(given: dict[str, str]) -> None:
    found = seen.of(given, "", "", NOW)
    assert (found.version, found.width, found.height, found.frame_at, found.why_basic, found.clock_off) == (
        "",
        0,
        0,
        None,
        "",
        None,
    )


SLUGS = {7: "prod", 8: "staging"}


def shown(pages: tuple[Page, ...] = (Page(None),), clusters: frozenset[int] | None = None) -> Wall:
    return Wall(
        1,
        "lobby",
        "Lobby",
        "Berlin",
        pages,
        clusters,
        Theme.SUN,
        52.5,
        13.4,
        "Europe/Berlin",
        1.25,
        "Hello",
        NOW,
        True,
        "03:30",
        NOW,
    )


def test_what_a_wall_shows_is_one_of_three() -> None:
    assert shown().shows is Shows.OVERVIEW
    assert shown((Page(7),)).shows is Shows.CLUSTER
    assert shown((Page(None), Page(7))).shows is Shows.ROTATION


def test_a_message_is_shown_until_its_time() -> None:
    assert shown().said(NOW - 0.1) == "Hello"
    assert shown().said(NOW) == ""


@pytest.mark.parametrize(
    ("pages", "clusters"),
    [((Page(None),), None), ((Page(7),), frozenset({7})), ((Page(None, 30), Page(8, 5), Page(7, 3600)), frozenset({7, 8}))],
)
def test_a_form_that_is_saved_as_it_stands_changes_nothing(pages: tuple[Page, ...], clusters: frozenset[int] | None) -> None:
    day = 1_780_012_800.0  # a midnight in UTC
    wall = Wall(1, "lobby", "Lobby", "Berlin", pages, clusters, Theme.SUN, 52.5, -13.4, "UTC", 1.25, "Hi", day, True, "03:30", NOW)
    known = Known(wall, Term(1, day, None, ("10.0.0.0/8",)), None, "0" * 12, "ada", NOW)
    wanted = display_forms.wanted(display_forms.of(known, SLUGS), SLUGS)
    assert (wanted.name, wanted.place, wanted.pages, wanted.clusters) == ("Lobby", "Berlin", pages, clusters)
    assert (wanted.theme, wanted.latitude, wanted.longitude, wanted.zone, wanted.scale) == (Theme.SUN, 52.5, -13.4, "UTC", 1.25)
    assert (wanted.message, wanted.message_until, wanted.chime, wanted.reload_at) == ("Hi", day, True, "03:30")
    assert (wanted.networks, wanted.expires) == ("10.0.0.0/8", day)


@pytest.mark.parametrize(
    ("rows", "pages"),
    [
        ([("overview", "30"), ("7", "20")], (Page(None, 30), Page(7, 20))),
        ([("7", " 20 s "), ("", "30"), ("8", "5s"), ("", "")], (Page(7, 20), Page(8, 5))),  # rows without a page count for nothing
        ([("7", "20"), ("7", "3600")], (Page(7, 20), Page(7, 3600))),
    ],
)
def test_a_rotation_is_a_page_a_row_in_its_order(rows: list[tuple[str, str]], pages: tuple[Page, ...]) -> None:
    form = display_forms.typed({"name": "x", "shows": "rotation"}, (), rows)
    assert display_forms.wanted(form, SLUGS).pages == pages


@pytest.mark.parametrize(("count", "spare"), [(0, 3), (2, 3), (58, 2), (60, 0), (61, 0)])
def test_empty_rows_stand_below_a_rotation_while_it_may_have_more(count: int, spare: int) -> None:
    form = Filled(turns=tuple(Row("7", "20") for _ in range(count)))
    assert display_forms.rows_of(form) == form.turns + (Row("", "30"),) * spare


def turning(*rows: tuple[str, str]) -> Filled:
    return Filled(shows="rotation", turns=tuple(Row(*row) for row in rows))


@pytest.mark.parametrize(
    ("form", "said"),
    [
        (Filled(shows="cluster"), "Choose the cluster"),
        (Filled(shows="cluster", one="9"), "Choose the cluster"),
        (Filled(shows="cluster", one="²"), "Choose the cluster"),
        (Filled(shows="rotation"), "2 to 60 pages"),
        (turning(("overview", "30")), "2 to 60 pages"),
        (turning(*[("overview", "30")] * 61), "2 to 60 pages"),
        (turning(("overview", ""), ("7", "20")), "5 to 3,600 seconds"),
        (turning(("overview", "long"), ("7", "20")), "5 to 3,600 seconds"),
        (turning(("7", "4"), ("7", "20")), "5 to 3,600 seconds"),
        (turning(("7", "3601"), ("7", "20")), "5 to 3,600 seconds"),
        (turning(("9", "20"), ("7", "20")), "no longer watched"),
        (turning(("prod", "20"), ("7", "20")), "no longer watched"),
        (turning(("²", "20"), ("7", "20")), "no longer watched"),
        (Filled(scale="big"), "scale is a number"),
        (Filled(latitude="north"), "latitude is a number"),
        (Filled(latitude="1", longitude="nan"), "longitude one"),
        (Filled(until="tomorrow"), "message's end"),
        (Filled(ends="2027-13-01"), "Its end is a day"),
    ],
)
def test_what_a_form_cannot_mean_is_said(form: Filled, said: str) -> None:
    with pytest.raises(WrongError, match=said):
        display_forms.wanted(form, SLUGS)


@pytest.mark.parametrize(
    ("pages", "clusters", "names", "said"),
    [
        ((Page(None),), None, {}, ""),  # all there are: that there are none is for the wall to say
        ((Page(None),), frozenset({7}), {7: "prod"}, ""),
        ((Page(None),), frozenset({7}), {8: "staging"}, "None of its clusters is watched any more."),
        ((Page(7),), None, {8: "staging"}, "Its cluster is no longer watched."),
        ((Page(7), Page(9)), None, {8: "staging"}, "None of its clusters is watched any more."),
        ((Page(7), Page(8)), None, {8: "staging"}, "1 cluster of its rotation is no longer watched."),
        ((Page(None), Page(7), Page(9)), None, {8: "staging"}, "2 clusters of its rotation are no longer watched."),
    ],
)
def test_that_clusters_of_a_display_are_gone_is_said_of_it(
    pages: tuple[Page, ...], clusters: frozenset[int] | None, names: dict[int, str], said: str
) -> None:
    assert display_pages.gone(shown(pages, clusters), names) == said
    line = display_pages.line(Known(shown(pages, clusters), GOOD, saw(), "0" * 12, "ada", NOW), names, "v2", NOW)
    assert (line.standing.how is How.DEGRADED) == bool(said)


def test_dark_displays_come_first_and_are_counted_first() -> None:
    def known(name: str, seen_of_it: Seen | None, term: Term = GOOD) -> Known:
        wall = Wall(1, name, name, "", (Page(None),), None, Theme.DARK, None, None, "", 1.0, "", None, False, "", NOW)
        return Known(wall, term, seen_of_it, "0" * 12, "ada", NOW)

    found = [
        known("revoked", saw(), Term(2, None, NOW - 1)),
        known("b", saw()),
        known("A", saw()),
        known("new", None),
        known("odd", saw(version="v1")),
        known("dark", saw(DARK)),
    ]
    lines = display_pages.lines(found, {}, "v2", NOW)
    assert [line.known.wall.name for line in lines] == ["dark", "odd", "A", "b", "new", "revoked"]
    assert [(word, count) for _, word, count in display_pages.tally(lines)] == [
        ("dark", 1),
        ("degraded", 1),
        ("drawing", 2),
        ("never shown", 1),
        ("ended", 1),
    ]
