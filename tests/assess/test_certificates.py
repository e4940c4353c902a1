"""What is said of certificates at a moment, at its bounds."""

import pytest

from planes.assess.certificates import Standing, in_order, lead_of, standing
from planes.structs.certificates import Certificate
from planes.structs.moments import Epoch
from planes.structs.survey import CertificateRow, Held, Untold
from planes.structs.thresholds import DEFAULT
from planes.structs.verdicts import State

DAY = 86_400.0
NOW = 1_000 * DAY


def certificate(ends: float, term: float = 365 * DAY, begins: float | None = None) -> Certificate:
    return Certificate("one", "ca", ends - term if begins is None else begins, ends, f"{ends}")


def row(*of: Certificate, **more: object) -> CertificateRow:
    given = {"held": Held.WEBHOOK, "name": "w", "lead": {one.mark: lead_of(one, DEFAULT) for one in of}, **more}
    return CertificateRow(certificates=of, **given)  # type: ignore[arg-type]  # what a test gives


@pytest.mark.parametrize(
    ("term", "lead"),
    [(365 * DAY, 7 * DAY), (70 * DAY, 7 * DAY), (60 * DAY, 6 * DAY), (DAY, 0.1 * DAY), (0.0, 0.0)],
)
def test_one_should_be_renewed_before_a_tenth_of_its_life_is_left_and_at_most_seven_days(term: float, lead: float) -> None:
    assert lead_of(certificate(NOW, term), DEFAULT) == pytest.approx(lead)


@pytest.mark.parametrize(
    ("left", "state"),
    [
        (365 * DAY, State.HEALTHY),
        (7 * DAY, State.HEALTHY),
        (7 * DAY - 1, State.DEGRADED),
        (0.0, State.DEGRADED),  # its last moment is one of its own
        (-1.0, State.DOWN),
        (-365 * DAY, State.DOWN),
    ],
)
def test_one_is_valid_until_its_end_and_late_within_its_bound(left: float, state: State) -> None:
    assert standing(row(certificate(NOW + left)), NOW).state is state


@pytest.mark.parametrize(("begins", "state"), [(NOW, State.HEALTHY), (NOW + 1, State.DOWN)])
def test_one_that_is_not_valid_yet_is_as_good_as_none(begins: float, state: State) -> None:
    assert standing(row(certificate(NOW + 90 * DAY, begins=begins)), NOW).state is state


@pytest.mark.parametrize(
    ("lefts", "told"),
    [
        ((90 * DAY, 400 * DAY), Standing(State.HEALTHY, NOW + 90 * DAY, NOW + 400 * DAY, 0, 2)),
        ((-DAY, 400 * DAY), Standing(State.UNKNOWN, NOW + 400 * DAY, NOW + 400 * DAY, 1, 2)),
        ((DAY, 400 * DAY), Standing(State.UNKNOWN, NOW + DAY, NOW + 400 * DAY, 0, 2)),
        ((-9 * DAY, -DAY), Standing(State.DOWN, NOW - DAY, NOW - DAY, 2, 2)),
        ((DAY, 2 * DAY), Standing(State.DEGRADED, NOW + DAY, NOW + 2 * DAY, 0, 2)),
        ((0.0, 400 * DAY), Standing(State.UNKNOWN, NOW, NOW + 400 * DAY, 0, 2)),  # its last moment is not over
    ],
)
def test_which_certificate_of_a_bundle_counts_is_not_guessed(lefts: tuple[float, ...], told: Standing) -> None:
    assert standing(row(*(certificate(NOW + left, begins=0.0) for left in lefts)), NOW) == told


def test_one_that_is_not_valid_yet_beside_one_that_is_may_count_or_not() -> None:
    both = row(certificate(NOW + 90 * DAY), certificate(NOW + 400 * DAY, begins=NOW + 1))
    assert standing(both, NOW).state is State.UNKNOWN


def test_only_what_is_down_is_over() -> None:
    assert [state for state in State if Standing(state).is_over] == [State.DOWN]


def test_what_need_not_be_renewed_ahead_is_late_at_no_moment_before_its_end() -> None:
    assert standing(row(certificate(NOW + 0.5), lead={}), NOW).state is State.HEALTHY


def test_one_that_another_may_have_followed_is_not_judged() -> None:
    assert standing(row(certificate(NOW - DAY), after=Epoch(NOW)), NOW).state is State.NOT_OBSERVABLE


@pytest.mark.parametrize(("left", "state"), [(1.0, State.HEALTHY), (0.0, State.HEALTHY), (-1.0, State.DOWN)])
def test_a_token_is_good_until_it_is_over(left: float, state: State) -> None:
    told = standing(CertificateRow(Held.TOKEN, "t", expires=Epoch(NOW + left)), NOW)
    assert (told.state, told.ends) == (state, NOW + left)


@pytest.mark.parametrize(("left", "state"), [(1.0, State.HEALTHY), (-1.0, State.UNKNOWN), (-DAY, State.UNKNOWN)])
def test_what_renews_itself_is_not_called_over(left: float, state: State) -> None:
    assert standing(CertificateRow(Held.TOKEN, "t", expires=Epoch(NOW + left), renewed="the sign-in plugin"), NOW).state is state


def test_without_an_end_nothing_is_said() -> None:
    assert standing(CertificateRow(Held.WEBHOOK, "w", untold=Untold.ROOTS), NOW) == Standing(State.NOT_OBSERVABLE)


def test_what_is_over_comes_first_then_by_the_end_and_what_has_none_last() -> None:
    rows = [
        CertificateRow(Held.WEBHOOK, "none", untold=Untold.ROOTS),
        row(certificate(NOW + DAY), name="soon"),
        row(certificate(NOW + 90 * DAY), name="later"),
        row(certificate(NOW - DAY), name="over"),
    ]
    assert [one.name for one, _ in in_order(rows, NOW)] == ["over", "soon", "later", "none"]
