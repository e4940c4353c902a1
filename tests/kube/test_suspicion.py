"""A lease is late near its bounds, and only there."""

import pytest

from planes.kube.suspicion import Suspicion
from planes.structs.moments import Mono
from planes.structs.objects import LabelledMeta, Lease, LeaseSpec, Node


def lease(name: str = "kube-scheduler", renewed: str | None = "1", duration: int | None = 15) -> Lease:
    return Lease(LabelledMeta(name, uid=name), LeaseSpec("a_1", duration, renewed, 0))


@pytest.mark.parametrize(
    ("duration", "silent", "late"),
    [
        (15, 8.9, False),
        (15, 9.0, True),
        (15, 33.0, True),
        (15, 33.1, False),
        (40, 23.9, False),
        (40, 25.0, True),
        (3600, 2400.0, False),
    ],
)
def test_a_lease_is_late_from_before_its_first_bound_until_after_its_last(duration: int, silent: float, late: bool) -> None:
    suspicion = Suspicion()
    suspicion.noted(lease(duration=duration), Mono(100.0))
    assert suspicion.is_any_late(Mono(100.0 + silent)) is late


def test_only_a_renewal_ends_it() -> None:
    suspicion = Suspicion()
    suspicion.listed([lease(), lease("other")], Mono(100.0))
    suspicion.listed([lease(), lease("other", "2")], Mono(110.0))
    assert suspicion.is_any_late(Mono(110.0))
    suspicion.noted(lease(renewed="2"), Mono(111.0))
    assert not suspicion.is_any_late(Mono(111.0))
    assert not Suspicion().is_any_late(Mono(111.0))


def test_what_is_gone_or_no_lease_or_one_of_very_many_is_not_waited_for() -> None:
    suspicion = Suspicion()
    suspicion.noted(lease(), Mono(100.0))
    suspicion.noted(Node(LabelledMeta("node-1", uid="n")), Mono(100.0))
    suspicion.listed([], Mono(101.0))
    assert not suspicion.is_any_late(Mono(110.0))
    suspicion.listed([lease(f"n{number}") for number in range(201)], Mono(110.0))
    assert not suspicion.is_any_late(Mono(120.0))
