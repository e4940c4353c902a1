"""Times as people read them, and the tokens that keep running."""

import pytest

from planes.structs import time_tokens


@pytest.mark.parametrize(
    ("seconds", "read"),
    [
        (-5.0, "0.0 s"),
        (-0.0, "0.0 s"),
        (0.0, "0.0 s"),
        (0.94, "0.9 s"),
        (1.0, "1 s"),
        (1.9, "1 s"),
        (59.9, "59 s"),
        (60.0, "1 min"),
        (61.0, "1 min 1 s"),
        (599.0, "9 min 59 s"),
        (600.0, "10 min"),
        (601.0, "10 min"),
        (660.0, "11 min"),
        (3599.0, "59 min"),
        (3600.0, "1 h"),
        (3660.0, "1 h 1 min"),
        (86_399.0, "23 h 59 min"),
        (86_400.0, "1 d"),
        (90_000.0, "1 d 1 h"),
        (86_400.0 * 3 + 7_199.0, "3 d 1 h"),
    ],
)
def test_a_duration_has_two_units_at_most(seconds: float, read: str) -> None:
    assert time_tokens.duration(seconds) == read


def test_an_age_counts_up_and_a_time_left_counts_down_to_nothing() -> None:
    text = f"for {time_tokens.ago(100.0)}, in {time_tokens.until(150.0)}"
    assert text == "for ⟨a:100.0⟩, in ⟨u:150.0⟩"
    assert time_tokens.render(text, 131.0) == "for 31 s, in 19 s"
    assert time_tokens.render(text, 160.0) == "for 1 min, in 0.0 s"
    assert time_tokens.render("no token", 131.0) == "no token"


def test_a_moment_is_shown_as_a_clock_shows_it_and_stands_still() -> None:
    text = f"since {time_tokens.at(66_667.0)}"
    assert text == "since ⟨c:66667.0⟩"
    assert time_tokens.render(text, 66_700.0) == time_tokens.render(text, 99_999.0) == "since 18:31:07 UTC"


def test_tokens_move_to_another_clock_and_the_rest_stays() -> None:
    assert time_tokens.to_epoch("for ⟨a:-1.5⟩ ⟨u:2⟩", 1000.0) == "for ⟨a:998.5⟩ ⟨u:1002.0⟩"
    assert time_tokens.to_epoch("no token", 1000.0) == "no token"


def test_a_text_is_cut_at_its_tokens() -> None:
    assert time_tokens.pieces("for ⟨a:1.5⟩, in ⟨u:2⟩") == [("a", 1.5, "for ", ""), ", in ", ("u", 2.0, "", "")]
    assert time_tokens.pieces("since ⟨c:3.5⟩") == ["since ", ("c", 3.5, "", "")]
    assert time_tokens.pieces("⟨a:1⟩ ago") == [("a", 1.0, "", " ago")]
    assert time_tokens.pieces("for up to ⟨a:1⟩") == ["for up to ", ("a", 1.0, "", "")]
    assert time_tokens.pieces("no token") == ["no token"]
