"""What is told again and again makes no component dirty; what may change one at once does."""

import pytest

from planes.components.pod_kinds import new_cache
from planes.structs import objects
from planes.structs.events import CacheEvent, Changed, Check, Fault, FaultKind, Gone, Health, Heard, Listed, Paused, Tidied
from planes.structs.feeds import Feed
from planes.structs.moments import Mono
from planes.structs.objects import AnnotatedMeta, LabelledMeta, Lease, LeaseSpec, NodeLease

REFUSED = Fault(FaultKind.REFUSED, "refused")


def lease(second: int = 2, holder: str | None = "a", name: str = "kube-scheduler") -> Lease:
    return Lease(LabelledMeta(name, uid=name), LeaseSpec(holder, 15, f"2026-11-22T12:00:{second:02d}.000000Z", 0))


def renewed(at: float, one: Lease | None = None) -> Changed[Lease]:
    return Changed(Feed.SYSTEM_LEASES, one or lease(), Mono(at))


def health(
    *, status: int | None = 200, fault: Fault | None = None, ok: bool = True, path: str = "/livez", name: str = "ping"
) -> Health:
    return Health(path, Mono(101.0), 0.1, status, (Check(name, ok),), fault)


NODE_LEASE = NodeLease(AnnotatedMeta("n", uid="n"), LeaseSpec("n", 40, "2026-11-22T12:00:00.000000Z", 0))
POD, DEPLOYMENT = objects.Pod(objects.OwnedMeta("p", "shop", "p")), objects.Deployment(LabelledMeta("d", "kube-system"))
NODE = objects.Node(LabelledMeta("n", uid="u"))


@pytest.mark.parametrize(
    ("before", "event", "routine"),
    [
        # Leaders' leases: in time, by the same holder.
        ([renewed(100.0, lease(0))], renewed(102.0), True),
        ([renewed(100.0, lease(0))], renewed(103.9), True),
        ([renewed(100.0, lease(0))], renewed(104.0), False),  # late
        ([renewed(100.0, lease(0))], renewed(104.5), False),
        ([renewed(100.0, lease(0))], renewed(130.0), False),
        ([renewed(100.0, lease(0))], renewed(102.0, lease(2, "b")), False),
        ([renewed(100.0, lease(0))], renewed(102.0, lease(2, "")), False),
        ([renewed(100.0, lease(0))], renewed(102.0, lease(2, name="other")), False),
        ([], renewed(102.0), False),  # a first sight
        ([renewed(100.0, lease(0)), Gone(Feed.SYSTEM_LEASES, lease(0), Mono(101.0))], renewed(102.0), False),
        ([renewed(100.0, lease(0))], Gone(Feed.SYSTEM_LEASES, lease(0), Mono(101.0)), False),
        ([], Listed(Feed.SYSTEM_LEASES, [lease(0)], "1", Mono(100.0)), False),
        # What is told of nodes and pods, and of Deployments that roll.
        ([], Changed(Feed.NODE_LEASES, NODE_LEASE, Mono(100.0)), True),
        ([], Gone(Feed.NODE_LEASES, NODE_LEASE, Mono(100.0)), True),
        ([], Changed(Feed.PODS, POD, Mono(100.0)), True),
        ([], Gone(Feed.PODS, POD, Mono(100.0)), True),
        ([], Changed(Feed.DEPLOYMENTS, DEPLOYMENT, Mono(100.0)), True),
        ([], Changed(Feed.NODES, NODE, Mono(100.0)), False),
        ([], Gone(Feed.NODES, NODE, Mono(100.0)), False),
        ([], Changed(Feed.EXTRA_LEASES, lease(), Mono(100.0)), False),
        # Probes: the same path passes the same checks again.
        ([health()], health(), True),
        ([], health(), False),
        ([health(path="/readyz")], health(), False),
        ([health()], health(status=500), False),
        ([health()], health(status=201), False),
        ([health()], health(status=None, fault=REFUSED), False),
        ([health()], health(fault=REFUSED), False),
        ([health()], health(ok=False), False),
        ([health()], health(name="log"), False),
        ([health(status=500)], health(), False),
        ([health(status=201)], health(), False),
        ([health(fault=REFUSED)], health(), False),
        ([health(ok=False)], health(ok=False), False),
        # What we ourselves say.
        ([], Tidied(Mono(1.0), Mono(100.0)), True),
        ([], Paused(5.0, Mono(100.0)), False),
        ([], Heard(Feed.NODES, Mono(100.0)), False),
    ],
)
def test_what_is_told_again_and_again_makes_no_component_dirty(before: list[CacheEvent], event: CacheEvent, routine: bool) -> None:
    cache = new_cache()
    for one in before:
        cache.apply(one)
    cache.take_dirty()
    cache.apply(event)
    assert cache.take_dirty().components is not routine


def test_at_first_everything_is_dirty_and_what_was_taken_is_not_taken_again() -> None:
    cache = new_cache()
    assert [cache.take_dirty().components for _ in range(2)] == [True, False]


def test_routine_takes_nothing_back_of_what_was_told_before_it() -> None:
    cache = new_cache()
    cache.take_dirty()
    cache.apply(Changed(Feed.NODES, NODE, Mono(100.0)))
    cache.apply(Changed(Feed.PODS, POD, Mono(100.0)))
    assert cache.take_dirty().components
