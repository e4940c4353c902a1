"""What the doctor says of dialling each API server by itself."""

import pytest

from planes.doctor.dialling import Dialled, told

HOW = "set PLANEWATCH_DIAL_APISERVERS to the name of the cluster."


def found(*whys: str) -> list[Dialled]:
    return [Dialled((f"10.0.0.{at}", 6443), why) for at, why in enumerate(whys, 1)]


@pytest.mark.parametrize(
    ("whys", "said"),
    [
        ((), []),
        (("", "", ""), [f"Each of the 3 API servers can be dialled by itself, which gives the figures of each: {HOW}"]),
        (
            ("", "It refuses connections."),
            [
                f"1 of the 2 API servers can be dialled by itself, which gives the figures of each: {HOW} "
                "Not the one at 10.0.0.2: It refuses connections."
            ],
        ),
        (
            ("It does not answer.", "It does not answer."),
            [
                "None of the 2 API servers can be dialled by itself: It does not answer. "
                "Their figures come from scrapes that a load balancer deals."
            ],
        ),
    ],
)
def test_it_tells_whether_it_can_be_done_and_how_to_switch_it_on(whys: tuple[str, ...], said: list[str]) -> None:
    assert told(found(*whys)) == said
